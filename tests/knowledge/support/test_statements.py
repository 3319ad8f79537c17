"""What a model writes is cut into statements in the same way however it comes."""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import GenerationError
from knowledge.settings import PACKAGE_DIR
from knowledge.support.statements import Statement, read_statements

PARAGRAPHS = [
    paragraph.replace("\n", " ")
    for path in sorted((PACKAGE_DIR / "articles").glob("*.md"))[::6]
    for paragraph in path.read_text(encoding="utf-8").split("\n\n")
    if re.match(r"[A-Z]", paragraph)
]


def _texts(*pieces: str) -> list[str]:
    return [statement.text for statement in read_statements(pieces)]


def _complete(text: str) -> list[str]:
    """Return the statements that are yielded before anybody asks for more than `text`."""
    found: list[str] = []

    def pieces() -> Iterator[str]:
        yield from text
        raise GenerationError("cut off")

    with suppress(GenerationError):
        for statement in read_statements(pieces()):
            found.append(statement.text)  # noqa: PERF401 (what was found before the end is kept)
    return found


@pytest.mark.parametrize(
    ("reply", "statements"),
    [
        ("BPO is old. [1] KPO is new. [2]", [("BPO is old.", (1,)), ("KPO is new.", (2,))]),
        ("BPO is old [1]. KPO is new [2, 3].", [("BPO is old.", (1,)), ("KPO is new.", (2, 3))]),
        ("BPO is old.[1][3]\n\n- KPO is **new**.", [("BPO is old.", (1, 3)), ("KPO is new.", ())]),
        ("1. BPO is old.\r\n2. KPO is new.", [("BPO is old.", ()), ("KPO is new.", ())]),
        ("It rose by 3.5 percent.", [("It rose by 3.5 percent.", ())]),
        ("NOTHING", []),
        ("[1] [2]\n- \n", []),
    ],
    ids=["after", "inside", "lines", "numbered", "decimal", "nothing", "marks only"],
)
def test_a_reply_is_cut_into_statements_with_their_markers(
    reply: str, statements: list[tuple[str, tuple[int, ...]]]
) -> None:
    whole = list(read_statements([reply]))
    in_characters = list(read_statements(reply))

    assert whole == in_characters == [Statement(text, cited) for text, cited in statements]


@pytest.mark.parametrize(
    ("so_far", "complete"),
    [
        ("BPO is old", []),
        ("BPO is old.", []),
        ("BPO is old. ", []),
        ("BPO is old. [1", []),
        ("BPO is old. [1] [", []),
        ("BPO is old. [1] **", []),
        ("BPO is old. [1] K", ["BPO is old."]),
        ("BPO is old. [1]\n", ["BPO is old."]),
        ("BPO is dear, approx. ", []),
        ("BPO is dear, approx. 5", []),
        ("It is old, e.g. i", []),
        ('They say "BPO is old. It', []),
        ('"BPO is old. It is dear" is a myth. B', ['"BPO is old. It is dear" is a myth.']),
        ("BPO (it is old. It", []),
        ("BPO is old. KPO (which is new. It", ["BPO is old."]),
        ('BPO is 5" wide. It is old. Yes\n', ['BPO is 5" wide.', "It is old.", "Yes"]),
    ],
)
def test_a_statement_is_complete_once_nothing_can_change_it(
    so_far: str, complete: list[str]
) -> None:
    assert _complete(so_far) == complete


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_how_a_reply_is_cut_into_pieces_changes_nothing(data: st.DataObject) -> None:
    paragraphs = data.draw(st.lists(st.sampled_from(PARAGRAPHS), min_size=1, max_size=3))
    marks = data.draw(st.sampled_from(["", " [1]", " [1, 2]", "[1][2]"]))
    separator = data.draw(st.sampled_from(["\n", " ", "\n\n- "]))
    reply = separator.join(re.sub(r"(?<=[a-z]\.)(?= [A-Z]|$)", marks, p) for p in paragraphs)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(reply)), max_size=40)))
    pieces = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]

    assert list(read_statements(pieces)) == list(read_statements([reply]))


def test_half_a_sentence_of_a_model_that_fails_is_lost() -> None:
    assert _complete("BPO is old. [1] KPO is new") == ["BPO is old."]


@pytest.mark.parametrize(
    "around",
    [
        "<think>BPO is young. Or is it?</think>\n{}",
        "<think>\nBPO is young.\n\n{} hm</think>{}",
        "Sure! Here is what the articles say:\n\n{}",
        "Great question!\n{}",
        "Hello! {}",
        "## Answer\n\n{}",
        "**Short answer**\n\n{}",
        "{}\n\nLet me know if you have any other questions!",
        "{}\nI hope this helps.",
        "{}\n\nSources:\n[1] What is BPO?\n[2] What is KPO?",
        "{}\n\n[^1]: What is BPO?\n[^2]: What is KPO?",
        "According to the passages, {}",
        "```\n{}\n```",
        "> {}",
        "{}\n\n---\nWould you like me to go on?",
    ],
)
def test_what_stands_around_statements_is_no_statement(around: str) -> None:
    reply = around.replace("{}", "BPO is *old*. [1] KPO is **new**. [2]")

    assert _texts(reply) == ["BPO is old.", "KPO is new."]
    assert _texts(*reply) == ["BPO is old.", "KPO is new."]


@pytest.mark.parametrize(
    "reply",
    [
        "- BPO is old. [1]\n- KPO is new. [2]",
        "* BPO is old [1].\n* KPO is new [2].",
        "1. BPO is old. [1]\n2. KPO is new. [2]",
        "| What | Cited |\n|---|---|\n| BPO: it is really quite old. | [1] |",
    ],
)
def test_a_list_or_table_stays_one(reply: str) -> None:
    assert all(statement.is_item for statement in read_statements(reply))


def test_a_row_is_read_under_the_heads_of_its_columns() -> None:
    table = "| Model | Price |\n|---|---|\n| BPO | low |\n| KPO | high |"

    assert _texts(table) == ["Model: BPO; Price: low", "Model: KPO; Price: high"]


@pytest.mark.parametrize(
    "table",
    [
        "| What | Passage |\n|---|---|\n| BPO is old. | 2 |",
        "| What | Cited |\n|---|---|\n| BPO is old. | [2] |",
        "| What | Since | Source |\n|---|---|---|\n| BPO is old. | 1962 | 2 |",
    ],
)
def test_a_column_of_sources_says_what_a_row_cites(table: str) -> None:
    assert [(s.text, s.cited) for s in read_statements([table])] == [("BPO is old.", (2,))]


def test_a_yes_or_no_stands_with_the_sentence_that_follows() -> None:
    assert _texts("No. BPO is old. [1]") == ["No. BPO is old."]


def test_thoughts_that_have_no_end_are_not_said() -> None:
    assert _texts("<think>BPO is young. KPO is new.") == []
