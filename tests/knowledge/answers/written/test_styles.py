"""However a model cites and marks up, as much is kept of what it writes as of the plain style."""

import re
from collections.abc import Sequence
from functools import cache

import pytest

from knowledge.answers.written.drafts import Draft
from knowledge.answers.written.writing import Writer
from knowledge.domain import SearchResult
from knowledge.settings import PACKAGE_DIR
from knowledge.support.statements import read_statements
from knowledge.support.verifying import Verifier
from knowledge.text.passages import units
from tests.fakes import ScriptedChatModel
from tests.knowledge.support.styles import PLAIN, STYLES, WITHOUT_MARKS, Sentence
from tests.workbench import make_chunk

PLAIN_SENTENCE = re.compile(r"[A-Z][^:|*`\n]+\.$")
ANSWERS = 10
SENTENCES = 5
INVENTED = "Canteens wrongly open at noon."
Case = tuple[list[Sentence], list[SearchResult]]


class HalfSure:
    """A judge that doubts what holds a word that the answers below put in wrongly."""

    def judge(
        self, statements: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    ) -> list[tuple[float, float]]:
        return [(9.0, 9.0) if "wrongly" in text else (-9.0, -9.0) for text, _ in statements]


@cache
def _cases() -> list[Case]:
    """Return ten answers made of sentences of our articles: as they are, reworded, and wrong."""
    paths = sorted((PACKAGE_DIR / "articles").glob("*.md"))
    return [_case(path.read_text().split("\n## ")[1:], n) for n, path in enumerate(paths[:ANSWERS])]


def _case(sections: Sequence[str], number: int) -> Case:
    answer: list[Sentence] = []
    results: list[SearchResult] = []
    for section in sections:
        heading, _, text = section.partition("\n")
        inside = [unit for unit in units(text) if PLAIN_SENTENCE.match(unit.text)][:3]
        if len(inside) < 3 or len(results) == SENTENCES:
            continue
        rank = len(results) + 1
        chunk = make_chunk(
            f"a#{rank}",
            title=f"Article {number}",
            heading=heading,
            text=" ".join(unit.text for unit in inside),
        )
        results.append(SearchResult(chunk=chunk, rank=rank, score=0.9, similarity=0.9))
        cited = (rank, 1 + rank % SENTENCES) if rank % 2 else (rank,)
        answer.append((_as_written(inside[number % 3].text, rank), cited))
    return [*answer[:1], (INVENTED, (1,)), *answer[1:]], results


def _as_written(sentence: str, place: int) -> str:
    first, *rest = sentence.split(" ")
    match place % 3:
        case 0:
            return " ".join([first, "wrongly", *rest])
        case 1:
            return sentence
        case _:
            return f"In general, {first[0].lower()}{first[1:]} {' '.join(rest)}"


def _write(reply: str, results: list[SearchResult]) -> Draft:
    writer = Writer(ScriptedChatModel(reply), verifier=Verifier(HalfSure()))
    return writer.write("What is it?", results)


def _kept(draft: Draft) -> list[tuple[str, str]]:
    return [(pick.text, str(pick.chunk.chunk_id)) for pick in draft.picks]


@cache
def _plain() -> list[Draft]:
    return [_write(PLAIN(answer), results) for answer, results in _cases()]


def test_of_the_plain_style_some_is_said_some_is_quoted_and_none_of_the_wrong_is_said() -> None:
    fates = {fate for draft in _plain() for fate in draft.fates}

    assert fates == {"verified", "quoted", "dropped"}
    assert not any("wrongly" in pick.text for draft in _plain() for pick in draft.picks)
    assert all(draft.picks for draft in _plain())


@pytest.mark.parametrize("style", STYLES)
def test_a_style_changes_nothing_about_what_is_read(style: str) -> None:
    for answer, _ in _cases():
        plain = read_statements([PLAIN(answer)])

        read = read_statements([STYLES[style](answer)])

        assert [(s.text, s.cited) for s in read] == [(s.text, s.cited) for s in plain]


@pytest.mark.long
@pytest.mark.parametrize("style", STYLES)
def test_a_style_changes_nothing_about_what_is_kept(style: str) -> None:
    for (answer, results), plain in zip(_cases(), _plain(), strict=True):
        assert _kept(_write(STYLES[style](answer), results)) == _kept(plain)


@pytest.mark.long
@pytest.mark.parametrize("style", WITHOUT_MARKS)
def test_without_marks_as_many_statements_are_kept(style: str) -> None:
    for (answer, results), plain in zip(_cases(), _plain(), strict=True):
        draft = _write(WITHOUT_MARKS[style](answer), results)

        assert [text for text, _ in _kept(draft)] == [text for text, _ in _kept(plain)]
