from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.text.language import (
    content_words,
    names,
    numbers,
    sentence_spans,
    stem,
    stems_of,
    words,
)

PROSE = st.text(alphabet="aBé. ?!,;:()'\"“”…-1\n\t", max_size=80)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(" \n ", [], id="blanks"),
        pytest.param(" Lead. ", ["Lead."], id="blanks around"),
        pytest.param("What is it? It is new!", ["What is it?", "It is new!"], id="marks"),
        pytest.param("Dr. Smith left. He won.", ["Dr. Smith left.", "He won."], id="title"),
        pytest.param(
            "See e.g. the table. Or ask.", ["See e.g. the table.", "Or ask."], id="for example"
        ),
        pytest.param(
            "It costs approx. 5 dollars. Then more.",
            ["It costs approx. 5 dollars.", "Then more."],
            id="number after abbreviation",
        ),
        pytest.param(
            "U.S. firms outsource. They do.", ["U.S. firms outsource.", "They do."], id="initials"
        ),
        pytest.param(
            "Acme Inc. signed in 2010. It ended.",
            ["Acme Inc. signed in 2010.", "It ended."],
            id="company",
        ),
        pytest.param(
            "It fell by 3.5 percent. Good.", ["It fell by 3.5 percent.", "Good."], id="3.5"
        ),
        pytest.param(
            "He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."], id="quote"
        ),
        pytest.param("Yahoo! bought it. Fine.", ["Yahoo! bought it.", "Fine."], id="lower case"),
    ],
)
def test_a_paragraph_is_split_into_its_sentences(text: str, sentences: list[str]) -> None:
    assert [span.text for span in sentence_spans(text)] == sentences


@settings(max_examples=300, deadline=None)
@given(PROSE)
def test_sentences_have_their_place_in_the_text_and_leave_only_blanks_out(text: str) -> None:
    spans = sentence_spans(text)

    assert all(span.text == text[span.start : span.end] for span in spans)
    assert "".join("".join(s.text for s in spans).split()) == "".join(text.split())
    assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u2028"], ids=["nbsp", "thin", "line"])
def test_any_text_can_be_split(blank: str) -> None:
    assert [span.text for span in sentence_spans(f"See plan B{blank}. Then go.")]


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("centre", "center"),
        ("centres", "centers"),
        ("organisation", "organization"),
        ("organised", "organized"),
        ("specialising", "specializing"),
        ("analyse", "analyze"),
        ("labour", "labor"),
        ("behaviour", "behavior"),
        ("programmes", "programs"),
        ("licence", "license"),
        ("defence", "defense"),
        ("enrolment", "enrollment"),
        ("fulfil", "fulfill"),
    ],
)
def test_british_and_american_spelling_have_one_stem(british: str, american: str) -> None:
    assert stem(british) == stem(american)


@pytest.mark.parametrize("word", ["size", "prize", "actor", "vendor", "letter"])
def test_words_that_only_look_american_stay_as_they_are(word: str) -> None:
    assert stem(word).startswith(word[:4])


def test_a_stem_is_shared_by_the_forms_of_a_word_and_by_no_other() -> None:
    assert len({stem(form) for form in ("outsource", "outsources", "outsourced")}) == 1
    assert stem("captive") != stem("capture")


def test_acronyms_lose_their_plural_and_words_their_possessive() -> None:
    found = words("BPOs and the client's R&D team’s GCCs, don't")  # noqa: RUF001

    assert found == ["bpo", "and", "the", "client", "r&d", "team", "gcc", "don't"]


def test_words_that_carry_no_meaning_are_left_out() -> None:
    assert content_words("What is the meaning of attrition in BPOs?") == ["attrition", "bpo"]
    assert stems_of("Tell me about it") == []


def test_numbers_are_read_without_thousands_separators() -> None:
    assert numbers("1,000.5 and 2,000 people, 3.5% in 2019") == {"1000.5", "2000", "3.5", "2019"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Wipro grows.", set(), id="a single word that opens the sentence"),
        pytest.param("We pay Genpact. Today.", {"genpact"}, id="in a sentence"),
        pytest.param("New York grows.", {"new york"}, id="several words"),
        pytest.param("what is an SLA", {"sla"}, id="an acronym"),
        pytest.param("McKinsey said so.", {"mckinsey"}, id="capitals inside"),
        pytest.param("which KPIs count", {"kpi"}, id="a plural"),
        pytest.param("Isn't it dear?", set(), id="a contraction that opens the sentence"),
        pytest.param("what is a vendor", set(), id="none"),
    ],
)
def test_names_are_told_from_words_that_open_a_sentence(text: str, found: set[str]) -> None:
    assert names(text) == found
