import pytest

from knowledge.answers.suggesting import suggest
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.understanding import Query, QuestionKind
from knowledge.settings import PACKAGE_DIR
from knowledge.text.language import stem

WORDS = (
    "attrition transaction workload governance colombia whether telephony britain union circuit "
    "procurement reconciliation"
)


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=lambda _article, _heading: None)


def _suggest(glossary: Glossary, *unknown: str) -> tuple[str, ...]:
    query = Query(text="", kind=QuestionKind.GENERAL, concepts=(), unknown_words=unknown)
    spelt = {stem(word): word for word in WORDS.split()}
    vocabulary = Vocabulary(
        frequencies=dict.fromkeys(spelt, 1), chunks=10, spell_out=lambda known: spelt[known]
    )
    return suggest(query, lexicon=glossary, vocabulary=vocabulary)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("shrinkidge", "shrinkage"),
        ("ofshoring", "offshoring"),
        ("reconcilliasion", "reconciliation"),
        ("procurmnt", "procurement"),
    ],
)
def test_a_word_is_suggested_for_one_that_is_spelt_much_like_it(
    word: str, meant: str, glossary: Glossary
) -> None:
    assert meant in _suggest(glossary, word)


@pytest.mark.parametrize(
    "word",
    [
        *("vietnam", "colombo", "workday", "weather", "telepathy", "bitcoin", "unicorn", "cricket"),
        *("infosys", "zyqqor", "kubernetes", "salesforce", "quantum", "frobnicator", "kraków"),
        *("ceo", "sox", "okr", "ccpa", "2019", "b2b"),
    ],
)
def test_nothing_is_suggested_for_a_word_that_is_only_new(word: str, glossary: Glossary) -> None:
    assert _suggest(glossary, word) == ()


def test_few_words_are_suggested_and_each_once(glossary: Glossary) -> None:
    suggested = _suggest(glossary, "shrinkidge", "shrinkige", "ofshoring", "reconcilliasion")

    assert suggested == ("shrinkage", "offshoring")
