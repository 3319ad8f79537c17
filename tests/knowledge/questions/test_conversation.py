import pytest

from knowledge.domain import Question, Turn
from knowledge.glossary.glossary import Glossary
from knowledge.questions.conversation import stand_alone
from knowledge.settings import PACKAGE_DIR

MODELS = "These are common: [1]\n- fixed price [1]\n- time and materials [1]\n- gain sharing [1]"


@pytest.fixture(scope="module")
def lexicon() -> Glossary:
    return Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=lambda *_: None)


def _question(text: str, *before: str, said: str = "It is so. [1]") -> Question:
    turns = [
        turn
        for asked in before
        for turn in (Turn(role="user", text=asked), Turn(role="assistant", text=said))
    ]
    return Question(text=text, history=tuple(turns))


@pytest.mark.parametrize(
    ("before", "text", "resolved"),
    [
        ("what is BPO?", "and KPO?", "what is KPO?"),
        ("what is BPO?", "what about KPO?", "what is KPO?"),
        ("how much does offshoring save?", "and nearshoring?", "how much does nearshoring save?"),
        ("what is BPO?", "why?", "why: what is BPO?"),
        ("what is BPO?", "what are its risks?", "what are its risks? (BPO)"),
        ("what is attrition?", "how is it calculated?", "how is it calculated? (attrition)"),
        ("what is BPO?", "who invented it?", "who invented it? (BPO)"),
        (
            "what is the difference between BPO and KPO?",
            "which one costs more?",
            "which one costs more? (BPO, KPO)",
        ),
    ],
)
def test_a_follow_up_is_made_to_stand_on_its_own(
    before: str, text: str, resolved: str, lexicon: Glossary
) -> None:
    assert stand_alone(_question(text, before), lexicon) == resolved


@pytest.mark.parametrize(
    ("leaves_open", "stands"),
    [(True, "who approves invoices? (BPO)"), (False, "who approves invoices?")],
)
def test_a_short_question_leans_on_what_was_said_if_it_leaves_its_subject_open(
    leaves_open: bool, stands: str, lexicon: Glossary
) -> None:
    question = _question("who approves invoices?", "what is BPO?")

    assert stand_alone(question, lexicon, leaves_open=lambda _: leaves_open) == stands


@pytest.mark.parametrize(
    "text",
    [
        "How is AHT calculated?",
        "explain RPA",
        "tell me about service levels",
        "can a small company afford offshoring at all?",
    ],
)
def test_a_question_with_a_subject_of_its_own_is_left_alone(text: str, lexicon: Glossary) -> None:
    assert stand_alone(_question(text, "what is BPO?"), lexicon) == text


@pytest.mark.parametrize(
    "text",
    ["what is KPO?", "what does AHT mean?", "what are the steps of a transition?"],
)
def test_a_new_question_with_what_is_left_alone_too(text: str, lexicon: Glossary) -> None:
    assert stand_alone(_question(text, "what is BPO?"), lexicon) == text


def test_without_earlier_turns_a_question_stays_as_it_is(lexicon: Glossary) -> None:
    assert stand_alone(_question("and its risks?"), lexicon) == "and its risks?"


@pytest.mark.parametrize(
    ("which", "item"),
    [("first", "fixed price"), ("second", "time and materials"), ("last", "gain sharing")],
)
def test_an_ordinal_points_at_an_item_of_the_last_list(
    which: str, item: str, lexicon: Glossary
) -> None:
    question = _question(f"tell me more about the {which} one", "pricing models?", said=MODELS)

    assert item in stand_alone(question, lexicon)


def test_an_ordinal_beyond_the_list_does_no_harm(lexicon: Glossary) -> None:
    question = _question("the fourth one?", "what pricing models are there?", said=MODELS)

    assert stand_alone(question, lexicon).startswith("the fourth one?")


def test_a_chain_of_follow_ups_keeps_its_subject(lexicon: Glossary) -> None:
    question = _question("and how is it measured?", "explain attrition", "and its causes?")

    assert "attrition" in stand_alone(question, lexicon)


@pytest.mark.parametrize("text", ["(is it (cheap?", "and it [x?", "what about a*b+?"])
def test_marks_that_mean_something_in_patterns_do_no_harm(text: str, lexicon: Glossary) -> None:
    assert stand_alone(_question(text, "what is BPO?"), lexicon)


@pytest.mark.parametrize("text", [r"what about c:\1?", r"and \g<0>?"])
def test_a_backslash_in_a_follow_up_does_no_harm(text: str, lexicon: Glossary) -> None:
    assert stand_alone(_question(text, "what is BPO?"), lexicon)
