import pytest

from knowledge.glossary.vocabulary import Vocabulary, VocabularyCache
from knowledge.text.language import stem

WORDS = {"outsourcing": 40, "attrition": 5, "provider": 20, "governance": 3, "sla": 9, "kpo": 8}


def _vocabulary(**words: int) -> Vocabulary:
    known = {stem(word): word for word in words or WORDS}
    frequencies = {stem(word): found for word, found in (words or WORDS).items()}
    return Vocabulary(frequencies, 50, spell_out=known.__getitem__)


def test_a_rarer_term_weighs_more_and_every_term_weighs_something() -> None:
    vocabulary = _vocabulary(common=50, rare=1)

    weights = [vocabulary.idf(stem(word)) for word in ("unseen", "rare", "common")]

    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > 0


def test_coverage_is_the_share_of_weight_that_is_held() -> None:
    vocabulary = _vocabulary(common=50, rare=1)
    rare, common = stem("rare"), stem("common")

    assert vocabulary.coverage([rare, common], [rare, common, "other"]) == 1
    assert vocabulary.coverage([rare, common], []) == 0
    assert vocabulary.coverage([], [rare]) == 0
    assert vocabulary.coverage([rare, common], [rare]) > 0.9


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("atrition", "attrition", id="a letter missing"),
        pytest.param("provvider", "provider", id="a letter added"),
        pytest.param("govermance", "governance", id="a letter changed"),
        pytest.param("attirtion", "attrition", id="two letters swapped"),
        pytest.param("otusorcing", "outsourcing", id="two slips in a long word"),
        pytest.param("rpovider", None, id="the first letter counts as right"),
        pytest.param("prvodr", None, id="two slips in a short word"),
        pytest.param("kpp", None, id="a short word is never corrected"),
        pytest.param("slaa", None, id="nor one of four letters"),
        pytest.param("pr0vider", None, id="nor what is no word"),
        pytest.param("provider", None, id="nor what is known"),
        pytest.param("zebra", None, id="nor what is near to nothing"),
    ],
)
def test_a_slip_is_mended_when_it_is_plain(typed: str, meant: str | None) -> None:
    vocabulary = _vocabulary()

    assert vocabulary.correct(typed) == meant
    assert vocabulary.correct(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("attrtion", "attrition"),
        ("providwr", "provider"),
        ("prvoider", "provider"),
        ("outsourcign", "outsourcing"),
    ],
)
def test_one_slip_is_mended_wherever_it_is(typed: str, meant: str) -> None:
    assert _vocabulary().correct(typed) == meant


def test_a_word_that_texts_hold_goes_before_a_stem_with_an_ending_that_none_has() -> None:
    spelt = {"shrink": "shrink", "shrinkag": "shrinkage"}
    vocabulary = Vocabulary({"shrink": 9, "shrinkag": 1}, 50, spell_out=spelt.__getitem__)

    assert vocabulary.correct("shrinkge") == "shrinkage"


def test_the_more_common_of_two_near_words_is_meant() -> None:
    vocabulary = _vocabulary(client=1, cliest=30)

    assert vocabulary.correct("clieet") == "cliest"


def test_the_vocabulary_is_read_again_only_when_the_corpus_changed() -> None:
    revision, loaded = [1], []

    def load() -> Vocabulary:
        loaded.append(_vocabulary())
        return loaded[-1]

    cache = VocabularyCache(revision=lambda: revision[0], load=load)

    first, again = cache.current(), cache.current()
    revision[0] = 2
    later = cache.current()

    assert first is again
    assert later is loaded[1]
    assert len(loaded) == 2
