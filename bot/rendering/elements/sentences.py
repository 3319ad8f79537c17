"""The sentences of an answer as paragraphs, lists and a table, with numbers for their sources."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from bot.rendering.elements.blocks import (
    MAX_SECTION_CHARS,
    Block,
    block_chars,
    plain_run,
    rich_list,
    rich_text,
    sections,
    table,
)
from bot.rendering.elements.mrkdwn import cut, escape, link, link_target, one_line
from knowledge.domain import Answer, AnswerSentence, Source
from knowledge.text.passages import row_cells, units

__all__ = ["render_body", "render_sentences", "said_once"]

MAX_BODY_CHARS = 6_500
MAX_SENTENCE_CHARS = 1_200
MIN_SENTENCE_CHARS = 100
MAX_CITATIONS = 8
MAX_CELL_CHARS = 300
MAX_COLUMNS = 6
"""A table that is wider is not to be read in a message."""
# Longer addresses are linked in the list of sources only.
MAX_CITATION_URL_CHARS = 200


def render_body(answer: Answer) -> list[Block]:
    """Return all sentences; the rows of one table as a table, since a message holds only one.

    Sentences are shortened until they fit, and dropped from the end when that is not enough.
    """
    max_chars = MAX_SENTENCE_CHARS
    sentences = said_once(answer.sentences)
    whole = len(sentences)
    while True:
        blocks = _blocks(answer, sentences, max_chars=max_chars, with_table=True)
        if block_chars(blocks) <= MAX_BODY_CHARS:
            cut_off = len(sentences) < whole
            return [*blocks, *(sections(["…"], separator="") if cut_off else [])]
        if max_chars >= MIN_SENTENCE_CHARS:
            max_chars //= 2
        else:
            sentences = sentences[: len(sentences) * 3 // 4]


def render_sentences(answer: Answer, *, start: int) -> list[Block]:
    """Return the sentences from place `start` on, as paragraphs and lists of their own."""
    return _blocks(
        answer,
        said_once(answer.sentences, start=start),
        max_chars=MAX_SENTENCE_CHARS,
        with_table=False,
    )


def said_once(sentences: Iterable[AnswerSentence], *, start: int = 0) -> list[AnswerSentence]:
    """Return the sentences from place `start` on that were not said before, in a part or another.

    A part of which the first sentences were said opens with the next one.
    """
    said: set[tuple[str, tuple[int, ...]]] = set()
    kept = []
    opens = False
    for place, sentence in enumerate(sentences):
        opens = opens or sentence.opens_paragraph
        key = sentence.text, sentence.citations
        if key in said:
            continue
        said.add(key)
        if place >= start:
            kept.append(replace(sentence, opens_paragraph=opens))
        opens = False
    return kept


def _blocks(
    answer: Answer, sentences: Sequence[AnswerSentence], *, max_chars: int, with_table: bool
) -> list[Block]:
    urls = {source.n: source.url for source in answer.sources}
    show = partial(_sentence, urls=urls, max_chars=max_chars)
    blocks: list[Block] = []
    lead: tuple[int, ...] = ()
    has_table = not with_table
    for style, group in groupby(sentences, key=lambda sentence: sentence.style):
        said = list(group)
        if style == "prose":
            blocks += sections(_paragraphs(said, show), separator="\n")
            lead = said[-1].citations
            continue
        rows = [] if has_table else _table_rows(said, answer.sources)
        if rows:
            has_table = True
            marks = "" if lead == said[0].citations else _plain_marks(said[0].citations)
            blocks.append(_table(rows, marks=marks))
        else:
            blocks.append(_list(said, lead=lead, urls=urls, max_chars=max_chars))
        lead = ()
    return blocks


def _list(
    items: Sequence[AnswerSentence],
    *,
    lead: tuple[int, ...],
    urls: dict[int, str],
    max_chars: int,
) -> Block:
    """Return a list with its source once: at what leads in to it, or else at its last item."""
    is_of_one = len({item.citations for item in items}) == 1
    runs: list[list[Block]] = []
    for place, item in enumerate(items, 1):
        said = [plain_run(cut(one_line(item.text), max_chars) or "…")]
        is_marked = not is_of_one or (place == len(items) and item.citations != lead)
        runs.append([*said, *(_mark_runs(item.citations, urls) if is_marked else [])])
    return rich_text(rich_list(runs))


def _mark_runs(citations: Sequence[int], urls: dict[int, str]) -> Iterator[Block]:
    for n in citations[:MAX_CITATIONS]:
        yield plain_run(" ")
        target = link_target(urls.get(n, ""), max_chars=MAX_CITATION_URL_CHARS)
        yield {"type": "link", "url": target, "text": f"[{n}]"} if target else plain_run(f"[{n}]")


def _table_rows(
    items: Sequence[AnswerSentence], sources: Sequence[Source]
) -> list[tuple[str, ...]]:
    """Return heading and rows when all items are rows of one table that a source quotes."""
    if len(items) < 2 or len({item.citations for item in items}) > 1:
        return []
    quoted = next((source for source in sources if source.n in items[0].citations), None)
    if quoted is None:
        return []
    rows = [row_cells(unit.text) for unit in units(quoted.quote) if unit.kind == "row"]
    if not rows or not 2 <= len(rows[0]) <= MAX_COLUMNS:
        return []
    heading, *body = rows
    found = [next((row for row in body if _says(item.text, row)), None) for item in items]
    width = len(heading)
    said = [row for row in found if row is not None and len(row) == width]
    return [heading, *said] if len(said) == len(items) else []


def _says(text: str, row: Sequence[str]) -> bool:
    """Whether a sentence says all cells of a row, in their order."""
    at = 0
    for cell in row:
        at = text.find(cell, at)
        if at < 0:
            return False
        at += len(cell)
    return any(row)


def _table(rows: Sequence[Sequence[str]], *, marks: str) -> Block:
    cells = [[cut(one_line(cell), MAX_CELL_CHARS) for cell in row] for row in rows]
    cells[0][0] = f"{cells[0][0]} {marks}".strip()
    return table(cells)


def _paragraphs(
    sentences: Iterable[AnswerSentence], show: Callable[[AnswerSentence], str]
) -> Iterator[str]:
    """Yield items and paragraphs; an empty line, as a leading newline, opens a new part."""
    shown, is_prose = "", False
    for sentence in sentences:
        text = show(sentence)
        runs_on = is_prose and sentence.style == "prose" and not sentence.opens_paragraph
        if runs_on and len(shown) + 1 + len(text) <= MAX_SECTION_CHARS:
            shown = f"{shown} {text}"
            continue
        if shown:
            yield shown
        shown = f"\n{text}" if sentence.opens_paragraph and shown else text
        is_prose = sentence.style == "prose"
    if shown:
        yield shown


def _sentence(sentence: AnswerSentence, *, urls: dict[int, str], max_chars: int) -> str:
    marks = " ".join(
        link(urls.get(n, ""), f"[{n}]", max_chars=MAX_CITATION_URL_CHARS)
        for n in sentence.citations[:MAX_CITATIONS]
    )
    return f"{escape(cut(one_line(sentence.text), max_chars))} {marks}".rstrip()


def _plain_marks(citations: Sequence[int]) -> str:
    return "".join(f"[{n}]" for n in citations)
