"""A section of an article as a modal: what it says, how old it is, and its neighbours."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from bot.rendering.elements.blocks import (
    Block,
    actions,
    button,
    context,
    header,
    plain_run,
    rich_list,
    rich_section,
    rich_text,
    section,
)
from bot.rendering.elements.dates import month
from bot.rendering.elements.mrkdwn import (
    TRAIL,
    cut,
    escape,
    is_honest,
    link,
    link_target,
    one_line,
)
from bot.rendering.sections.passages import Piece, Run, mark_quote, read_pieces
from bot.rendering.sections.references import SectionReference
from knowledge.domain import SectionPage, last_heading

__all__ = ["View", "render_gone", "render_page"]

View = dict[str, Any]

MAX_PIECES = 80
MAX_TEXT_CHARS = 15_000
MAX_RUN_CHARS = 3_000
MAX_RUNS = 900
BEFORE_QUOTE = 3
"""Of a section that is too long, so many pieces are shown before the marked passage."""
MAX_DEPTH = 6
GONE = "This article is not there any more: it was removed or renamed since."
TOO_LONG = "This section is longer than fits here."


def render_page(page: SectionPage, *, quote: tuple[str, str] = ("", "")) -> View:
    """Return a section to read, with the passage that was quoted in bold."""
    pieces, marked = mark_quote(read_pieces(page.body), quote)
    shown = _within(pieces, around=marked)
    blocks = [
        header(last_heading(page.heading) or page.title),
        context(_origin(page)),
        *([context("…")] if shown and shown[0] is not pieces[0] else []),
        *_blocks(shown),
        *([context(TOO_LONG)] if len(shown) < len(pieces) else []),
        *_neighbours(page, quote),
    ]
    return _view(blocks)


def render_gone() -> View:
    """Return what is shown when there is nothing to read."""
    return _view([section(GONE)])


def _view(blocks: Sequence[Block]) -> View:
    return {
        "type": "modal",
        "callback_id": "read",
        "title": {"type": "plain_text", "text": "Source"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": list(blocks),
    }


def _origin(page: SectionPage) -> str:
    """Return where the section stands: title, author, dates and address."""
    above = TRAIL.join([page.title, *page.heading.split(" > ")[:-1]])
    parts = [
        f"From {escape(cut(one_line(above), 300))}",
        f"by {escape(cut(one_line(page.author), 200))}" if page.author.strip() else "",
        f"published {month(page.published)}" if month(page.published) else "",
        f"updated {month(page.updated)}" if month(page.updated) else "",
        f"section {page.number} of {page.total}",
        link(page.url, "Open on the web") if link_target(page.url) else "",
    ]
    return " · ".join(filter(None, parts))


def _neighbours(page: SectionPage, quote: tuple[str, str]) -> list[Block]:
    here = SectionReference(article_id=page.article_id, quote=quote)
    buttons = []
    if page.number > 1:
        before = replace(here, number=page.number - 1)
        buttons.append(button("‹ Previous", action_id="turn_back", value=before.write()))  # noqa: RUF001
    if page.number < page.total:
        after = replace(here, number=page.number + 1)
        buttons.append(button("Next ›", action_id="turn_on", value=after.write()))  # noqa: RUF001
    return [actions(*buttons)] if buttons else []


def _within(pieces: Sequence[Piece], *, around: int) -> Sequence[Piece]:
    """Return as many pieces as fit: the first ones, or those from just before a marked one."""
    for start in (0, max(around - BEFORE_QUOTE, 0), max(around, 0)):
        end, size = start, 0
        while end < len(pieces) and end - start < MAX_PIECES:
            size += len(pieces[end].text)
            if size > MAX_TEXT_CHARS and end > start:
                break
            end += 1
        if around < end:
            return pieces[start:end]
    return pieces[:1]


def _blocks(pieces: Sequence[Piece]) -> Iterator[Block]:
    for group, members in groupby(pieces, key=_grouped):
        held = list(members)
        match group:
            case "list":
                yield rich_text(*_lists(held))
            case "table":
                yield from _table(held)
            case "code":
                for piece in held:
                    runs = _runs(piece.runs)
                    yield rich_text({"type": "rich_text_preformatted", "elements": runs})
            case "quote":
                for piece in held:
                    yield rich_text({"type": "rich_text_quote", "elements": _runs(piece.runs)})
            case _:
                for piece in held:
                    yield rich_text(rich_section(_runs(piece.runs)))


def _grouped(piece: Piece) -> str:
    return {"item": "list", "numbered": "list", "cell": "table"}.get(piece.kind, piece.kind)


def _lists(items: Sequence[Piece]) -> Iterator[Block]:
    counted: dict[int, int] = {}
    for (kind, depth), members in groupby(items, key=lambda item: (item.kind, item.depth)):
        runs = [_runs(item.runs) for item in members]
        # What stands deeper begins anew; what was broken off by it goes on.
        counted = {level: count for level, count in counted.items() if level <= depth}
        yield rich_list(
            runs,
            style="ordered" if kind == "numbered" else "bullet",
            indent=min(depth, MAX_DEPTH),
            offset=counted.get(depth, 0) if kind == "numbered" else 0,
        )
        counted[depth] = counted.get(depth, 0) + len(runs)


def _table(cells: Sequence[Piece]) -> Iterator[Block]:
    """Yield each row as its first cell with the others below it, under their headings.

    Slack has no table for modals.
    """
    heading: list[Piece] = []
    for _, members in groupby(cells, key=lambda cell: cell.row):
        row = list(members)
        if row[0].opens_table:
            heading = row
            continue
        first, *others = row
        named = [
            [*_name(heading, column), *_runs(cell.runs)]
            for column, cell in enumerate(others, 1)
            if cell.text.strip()
        ]
        bold = tuple(replace(run, styles=run.styles | {"bold"}) for run in first.runs)
        yield rich_text(rich_section(_runs(bold)), *([rich_list(named)] if named else []))


def _name(heading: Sequence[Piece], column: int) -> list[Block]:
    name = heading[column].text.strip() if column < len(heading) else ""
    return [plain_run(f"{name}: ", style=["italic"])] if name else []


def _runs(runs: Sequence[Run]) -> list[Block]:
    found = []
    for run in _few(runs):
        styles = sorted(run.styles)
        for start in range(0, len(run.text), MAX_RUN_CHARS):
            text = run.text[start : start + MAX_RUN_CHARS]
            target = link_target(run.url) if is_honest(run.text, run.url) else ""
            shown = plain_run(text, style=styles)
            found.append(shown | {"type": "link", "url": target} if target else shown)
    return found or [plain_run(" ")]


def _few(runs: Sequence[Run]) -> Sequence[Run]:
    """Return the runs, or the first of them and the rest as plain text: Slack takes a thousand."""
    if len(runs) <= MAX_RUNS:
        return runs
    rest = "".join(run.text for run in runs[MAX_RUNS:])
    return [*runs[:MAX_RUNS], replace(runs[MAX_RUNS], text=rest, styles=frozenset(), url="")]
