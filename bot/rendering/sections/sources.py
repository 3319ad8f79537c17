"""Where an answer comes from: each section once, with its age and a button that opens it."""

from collections.abc import Iterable, Sequence

from bot.rendering.elements.blocks import Block, actions, button, container, section
from bot.rendering.elements.dates import age, month
from bot.rendering.elements.mrkdwn import TRAIL, cut, escape, link, one_line, quote
from bot.rendering.sections.references import SectionReference
from knowledge.domain import ClosestSection, Source

__all__ = ["plain_trail", "render_near_sections", "render_sources"]

MAX_TITLE_CHARS = 120
MAX_GIST_CHARS = 200
MAX_NEAR = 5
MAX_ROWS = 9
"""A container holds ten blocks: these rows, and one of buttons for whatever is left."""
MAX_LABEL_CHARS = 60


def render_sources(sources: Sequence[Source]) -> list[Block]:
    """Return one row for each section that is cited, folded when there are several of them.

    What a source says is in the answer, so it is not said again.
    """
    sections = _by_section(sources)
    if len(sections) <= 1:
        return [_row(cited) for cited in sections]
    rows = [_row(cited) for cited in sections[:MAX_ROWS]]
    if rest := sections[MAX_ROWS:]:
        rows.append(
            actions(
                *(
                    _read_button(
                        cited[0],
                        label=cut(f"Read {_marks(cited)} {cited[0].title}", MAX_LABEL_CHARS),
                        number=n,
                    )
                    for n, cited in enumerate(rest[:25], 1)
                )
            )
        )
    return [container(f"{len(sections)} sources", rows, subtitle=_ages(sources))]


def render_near_sections(closest: Sequence[ClosestSection]) -> list[Block]:
    """Return a few sections that are near a question, each with a sentence of it."""
    rows = []
    for near in closest[:MAX_NEAR]:
        gist = cut(one_line(near.gist), MAX_GIST_CHARS)
        lines = [_titled(near), *([quote(gist)] if gist else [])]
        rows.append(section("\n".join(lines), accessory=_read_button(near)))
    return [section("*Nearest sections*"), *rows] if rows else []


def plain_trail(place: Source | ClosestSection) -> str:
    """Return title, headings and age as plain text."""
    parts = [place.title, *place.heading.split(" > ")]
    trail = TRAIL.join(part for part in map(one_line, parts) if part)
    return f"{trail} ({age(place.updated)})" if age(place.updated) else trail


def _by_section(sources: Iterable[Source]) -> list[list[Source]]:
    found: dict[tuple[str, str], list[Source]] = {}
    for source in sources:
        found.setdefault((source.article_id, source.heading), []).append(source)
    return list(found.values())


def _row(cited: Sequence[Source]) -> Block:
    return section(
        f"{_marks(cited)} {_titled(cited[0])}", accessory=_read_button(cited[0], cited=cited)
    )


def _marks(cited: Sequence[Source]) -> str:
    return " ".join(f"[{source.n}]" for source in cited)


def _titled(place: Source | ClosestSection) -> str:
    title = cut(one_line(place.title) or place.article_id, MAX_TITLE_CHARS)
    heading = cut(one_line(place.heading).replace(" > ", TRAIL), MAX_TITLE_CHARS)
    old = f" · {age(place.updated)}" if age(place.updated) else ""
    return link(place.url, title) + (TRAIL + escape(heading) if heading else "") + old


def _read_button(
    place: Source | ClosestSection,
    *,
    label: str = "Read",
    number: int = 0,
    cited: Sequence[Source] = (),
) -> Block:
    reference = SectionReference.to_place(cited[0] if cited else place)
    action_id = f"read_{number}" if number else "read"
    return button(label, action_id=action_id, value=reference.write())


def _ages(sources: Iterable[Source]) -> str:
    """Return when the sources were updated, the first and the last of them."""
    dates = sorted(source.updated for source in sources if month(source.updated))
    if not dates:
        return ""
    first, last = month(dates[0]), month(dates[-1])
    return f"updated {first}" if first == last else f"updated {first} to {last}"
