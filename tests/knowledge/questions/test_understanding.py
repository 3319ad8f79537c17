import pytest

from knowledge.glossary.glossary import Glossary
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.understanding import (
    Query,
    QuestionKind,
    normalise,
    split_requests,
    understand,
)
from knowledge.settings import PACKAGE_DIR
from knowledge.text.language import stem

KNOWN = (
    *("attrition", "benefits", "bpo", "captive", "centre", "company", "compare", "cost"),
    *("domestic", "firm", "kinds", "kpo", "outsourcing", "pay", "pricing", "provider"),
    *("reasons", "risks", "rpo", "sla", "steps", "transition", "types", "vendor"),
)


@pytest.fixture(scope="module")
def lexicon() -> Glossary:
    return Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=lambda *_: None)


def _understand(text: str, lexicon: Glossary) -> Query:
    known = {stem(word): word for word in KNOWN}
    vocabulary = Vocabulary(dict.fromkeys(known, 3), 50, spell_out=known.__getitem__)
    return understand(text, lexicon=lexicon, vocabulary=vocabulary)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("what is BPO?", "definition"),
        ("What's KPO", "definition"),
        ("define attrition", "definition"),
        ("meaning of SLA", "definition"),
        ("BPO meaning", "definition"),
        ("what does AHT stand for", "definition"),
        ("BPO vs KPO", "comparison"),
        ("are BPO and KPO the same?", "comparison"),
        ("list the risks of outsourcing", "list"),
        ("steps of a transition", "list"),
        ("what types of KPO are there?", "list"),
        ("what are the benefits of outsourcing?", "list"),
        ("pros and cons of outsourcing", "list"),
        ("how much does a provider cost", "figure"),
        ("how many people work in BPO", "figure"),
        ("when did BPO begin", "figure"),
        ("why do firms outsource?", "reason"),
        ("how come KPO costs more", "reason"),
        ("how do I choose a vendor?", "general"),
        ("can a company use a domestic firm?", "general"),
        ("", "general"),
    ],
)
def test_a_question_is_of_a_kind(text: str, kind: str, lexicon: Glossary) -> None:
    assert _understand(text, lexicon).kind == QuestionKind(kind)


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("what is the difference between BPO and KPO?", ("bpo", "kpo")),
        ("How does BPO differ from KPO in pricing?", ("bpo", "kpo")),
        ("compare a captive centre with a provider", ("captive centre", "provider")),
        ("is BPO the same as KPO?", ("bpo", "kpo")),
        ("diff btw bpo n kpo", ("bpo", "kpo")),
        ("bpo or kpo, which pays more?", ("bpo", "kpo")),
        ("BPO vs BPO", None),
        ("what is BPO?", None),
    ],
)
def test_a_comparison_has_two_sides(
    text: str, sides: tuple[str, str] | None, lexicon: Glossary
) -> None:
    assert _understand(text, lexicon).sides == sides


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<@U123> what is BPO?", "what is BPO?"),
        ("what is <https://evil.example/x|BPO> BPO?", "what is BPO?"),
        ("what is BPO? https://evil.example www.evil.example", "what is BPO?"),
        ("what is BPO? me@evil.example #general @ada <!channel>", "what is BPO? general"),
        ("what is #FTE", "what is FTE"),
        ("what does #shrinkage mean in ticket #42", "what does shrinkage mean in ticket #42"),
        ("what is B.P.O.?", "what is BPO?"),
        ("is the U.S. a buyer", "is the United States a buyer"),
        ("fees, e.g. for exit", "fees, e.g. for exit"),
        ("wats BPO", "what is BPO"),
        ("wat is BPO", "what is BPO"),
        ("ne1 knw what bpo is", "anyone know what bpo is"),
        ("y BPO", "why BPO"),
        ("bpo is dear y", "bpo is dear why"),
        ("diff btw bpo n kpo pls", "difference between bpo and kpo please"),
        ("how r u w/o mgmt", "how are you without management"),
        ("R&D", "R&D"),
        ("ＢＰＯ  ﬁrm\n\nnew", "BPO firm new"),  # noqa: RUF001
    ],
)
def test_chat_spelling_is_written_out_and_addresses_are_dropped(typed: str, read: str) -> None:
    assert normalise(typed) == read


def test_a_slip_is_mended_and_noted(lexicon: Glossary) -> None:
    query = _understand("atrition at a providr", lexicon)

    assert query.text == "attrition at a provider"
    assert query.corrections == (("atrition", "attrition"), ("providr", "provider"))
    assert query.unknown_words == ()


def test_a_word_that_nobody_knows_is_named_and_left_alone(lexicon: Glossary) -> None:
    query = _understand("pricing at Zyqqor", lexicon)

    assert query.text == "pricing at Zyqqor"
    assert query.unknown_words == ("zyqqor",)


def test_a_slip_of_an_everyday_word_is_no_unknown_word(lexicon: Glossary) -> None:
    query = _understand("waht is BPO", lexicon)

    assert query.text == "what is BPO"
    assert query.unknown_words == ()


def test_capitals_are_an_acronym_and_no_slip_of_an_everyday_word(lexicon: Glossary) -> None:
    assert _understand("what is THW", lexicon).unknown_words == ("thw",)
    assert _understand("WHAT IS THW", lexicon).unknown_words == ()


@pytest.mark.parametrize("text", ["isn't it dear", "they're dear", "dont we know", "we’ve known"])  # noqa: RUF001
def test_a_contraction_is_no_unknown_word(text: str, lexicon: Glossary) -> None:
    unknown = _understand(text, lexicon).unknown_words

    assert set(unknown) <= {"dear", "known"}


def test_a_rare_acronym_is_searched_for_written_out_and_a_common_one_is_not(
    lexicon: Glossary,
) -> None:
    text = "how does DMAIC work"
    rare, common = (
        understand(text, lexicon=lexicon, vocabulary=Vocabulary({"dmaic": found}, 100))
        for found in (1, 50)
    )

    assert rare.other_wordings == ("how does define, measure, analyse, improve, control work",)
    assert common.other_wordings == ()


def test_a_term_can_be_named_by_its_expansion(lexicon: Glossary) -> None:
    (concept,) = _understand("what is KPO?", lexicon).concepts

    expansion = frozenset(stem(word) for word in ("knowledge", "process", "outsourcing"))
    assert concept.is_named_by(frozenset({"kpo"}))
    assert concept.is_named_by(expansion | {"other"})
    assert not concept.is_named_by(frozenset({"bpo"}))


def test_a_term_of_several_meanings_asked_for_alone_is_ambiguous(lexicon: Glossary) -> None:
    assert _understand("what is RPO?", lexicon).ambiguous is not None
    assert _understand("what is the pricing of RPO?", lexicon).ambiguous is None
    assert _understand("what is KPO?", lexicon).ambiguous is None


@pytest.mark.parametrize(
    ("text", "requests"),
    [
        ("What is BPO?", ("What is BPO?",)),
        ("What is BPO? And what is KPO?", ("What is BPO?", "And what is KPO?")),
        (
            "Hi there. What is BPO? How is it priced? Thanks.",
            ("Hi there. What is BPO?", "How is it priced? Thanks."),
        ),
        ("We run a shop. What is BPO?", ("We run a shop. What is BPO?",)),
        ("", ("",)),
    ],
    ids=["one", "two", "with what stands around them", "background", "nothing"],
)
def test_several_requests_in_a_message_are_told_apart(text: str, requests: tuple[str, ...]) -> None:
    assert split_requests(text) == requests


@pytest.mark.parametrize("word", ["sleep", "planes", "youngest", "tall"])
def test_an_everyday_word_that_no_article_holds_is_no_slip_and_no_unknown_thing(
    word: str, lexicon: Glossary
) -> None:
    vocabulary = Vocabulary({"steep": 3, "plan": 9, "young": 2, "tell": 4, "agent": 9}, 20)

    query = understand(f"are agents {word}", lexicon=lexicon, vocabulary=vocabulary)

    assert query.corrections == ()
    assert query.unknown_words == ()


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("bpo vs kpo", ()),
        ("who approves 80k at 5pm on the 3rd", ()),
        ("what did Boston outsource", ("boston",)),
        ("what did boston outsource", ()),
        ("what is zorblatt", ("zorblatt",)),
        ("was it Elden who did", ("elden",)),
    ],
)
def test_names_and_strange_words_are_unknown_and_everyday_ones_are_not(
    text: str, unknown: tuple[str, ...], lexicon: Glossary
) -> None:
    vocabulary = Vocabulary({"bpo": 5, "kpo": 5, "approv": 3, "outsourc": 9, "olden": 3}, 20)

    assert understand(text, lexicon=lexicon, vocabulary=vocabulary).unknown_words == unknown


def test_an_abbreviation_is_no_chat_spelling(lexicon: Glossary) -> None:
    query = understand("pay in the u.s. if u can", lexicon=lexicon, vocabulary=Vocabulary({}, 20))

    assert query.text == "pay in the u.s. if you can"
