"""What articles call things by, beside the glossary."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.domain import Answer, Question, Turn
from knowledge.glossary.abbreviations import Abbreviations
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.lexicon import CorpusLexicon
from knowledge.glossary.vocabulary import Vocabulary, VocabularyCache
from knowledge.questions.conversation import stand_alone
from knowledge.questions.understanding import Query, understand
from knowledge.settings import PACKAGE_DIR
from knowledge.text.language import content_words, stem
from tests.workbench import Workbench, open_workbench, write_article

LONG = "statement of account reconciliation"
INTRODUCED = f"Each month ends with the {LONG} (SAR)."
SIGNED = f"The head of treasury signs the {LONG} on the fourth day."
KEPT = "A locked cabinet is where every SAR is kept for years."
STEMS = frozenset({"statement", "account", "reconcili"})


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=lambda *_: None)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_workbench(tmp_path / "data") as bench:
        yield bench


def _vocabulary(*texts: str) -> VocabularyCache:
    """Return the vocabulary of a corpus of these texts."""
    known = {stem(word): word for text in texts for word in content_words(text)}
    frequencies = dict.fromkeys(known, 1)
    vocabulary = Vocabulary(frequencies, len(texts), known.__getitem__, Abbreviations(texts))
    return VocabularyCache(revision=lambda: 1, load=lambda: vocabulary)


def _understand(question: str, glossary: Glossary, *texts: str) -> Query:
    vocabulary = _vocabulary(*texts)
    lexicon = CorpusLexicon(glossary, vocabulary=vocabulary)
    return understand(question, lexicon=lexicon, vocabulary=vocabulary.current())


@pytest.mark.parametrize("question", ["what is SAR?", "what is the sar", "what are SARs"])
def test_a_short_form_is_searched_for_under_its_long_form_too(
    question: str, glossary: Glossary
) -> None:
    query = _understand(question, glossary, INTRODUCED)

    (concept,) = query.concepts
    assert concept.ways == (frozenset({"sar"}), STEMS)
    assert set(query.search_terms) == {"sar", *STEMS}
    assert not query.unknown_words


def test_a_long_form_is_searched_for_under_its_short_form_too(glossary: Glossary) -> None:
    query = _understand(f"what is a {LONG}?", glossary, INTRODUCED)

    (concept,) = query.concepts
    assert concept.ways == (STEMS, frozenset({"sar"}))
    assert query.other_wordings == ("what is a SAR?",)


def test_only_the_name_itself_is_put_in_other_words(glossary: Glossary) -> None:
    query = _understand("is the SAR in SARAJEVO a SAR?", glossary, INTRODUCED)

    assert query.other_wordings == (f"is the {LONG} in SARAJEVO a {LONG}?",)


def test_the_longest_name_is_meant_though_the_glossary_knows_a_part_of_it(
    glossary: Glossary,
) -> None:
    query = _understand("what is a BPO site index?", glossary, "The BPO site index (BSI) is new.")

    assert [mention.text for mention in query.mentions] == ["BPO site index"]


def test_two_long_forms_are_both_searched_for_and_nothing_is_asked_back(
    glossary: Glossary,
) -> None:
    query = _understand("what is SAR?", glossary, INTRODUCED, "A special audit report (SAR).")

    (concept,) = query.concepts
    assert concept.ways[1:] == (STEMS, frozenset({"special", "audit", "report"}))
    assert query.other_wordings == (f"what is {LONG}?", "what is special audit report?")
    assert query.ambiguous is None


def test_a_short_form_of_the_glossary_means_what_it_means_there(glossary: Glossary) -> None:
    text = "The regional pricing office (RPO) sets the fees."

    short = _understand("what is RPO?", glossary, text)
    long = _understand("what is the regional pricing office?", glossary, text)

    assert short == _understand("what is RPO?", glossary, "RPO, regional pricing office.")
    assert short.ambiguous is not None
    assert long.mentions == ()


def test_an_everyday_word_is_no_acronym_of_the_glossary(glossary: Glossary) -> None:
    query = _understand("why sow doubt?", glossary, "The sum of wages (SOW).")

    assert query.mentions == ()


def test_a_term_of_the_glossary_is_searched_for_under_what_articles_call_it(
    glossary: Glossary,
) -> None:
    query = _understand("what is FCR?", glossary, "First contact resolution (FCTR) is up.")

    (mention,) = query.mentions
    assert (mention.term, mention.article_names) == ("FCR", ("FCTR",))
    assert "fctr" in query.search_terms


def test_articles_define_nothing(glossary: Glossary) -> None:
    lexicon = CorpusLexicon(glossary, vocabulary=_vocabulary(INTRODUCED))

    assert lexicon.define("SAR") == glossary.define("SAR")


def test_a_question_about_a_short_form_stands_alone(glossary: Glossary) -> None:
    lexicon = CorpusLexicon(glossary, vocabulary=_vocabulary(INTRODUCED))
    earlier = (Turn(role="user", text="what is BPO?"),)

    assert stand_alone(Question(text="what is SAR?", history=earlier), lexicon) == "what is SAR?"


@pytest.mark.parametrize(
    ("question", "answer"),
    [("who signs the sar", SIGNED), (f"where is the {LONG} kept", KEPT)],
)
def test_a_question_with_one_name_is_answered_from_a_text_with_the_other(
    question: str, answer: str, bench: Workbench, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    write_article(folder, "sign-off", SIGNED)
    write_article(folder, "archive", KEPT)
    write_article(folder, "payroll", "The head of personnel signs the payroll on the first day.")
    write_article(folder, "lease", "A drawer is where the lease of the office is kept for years.")
    write_article(folder, "close", INTRODUCED)
    bench.ingest(folder)

    outcome = bench.answerer().answer(Question(text=question)).outcome

    assert isinstance(outcome, Answer)
    assert answer in [sentence.text for sentence in outcome.sentences]
