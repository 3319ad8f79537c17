"""Picks and orders sentences of the passages found, so that they read as one answer."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.answers.rating import Candidate, names_side
from knowledge.domain import Chunk
from knowledge.questions.orders import is_told_to_a_writer
from knowledge.questions.understanding import Query, QuestionKind
from knowledge.text.language import numbers, stems_of
from knowledge.text.passages import Unit, is_dangling, row_cells
from knowledge.text.read_chunks import ReadChunk

__all__ = ["MAX_WORDS", "Pick", "can_be_said", "compose", "unsaid"]

MAX_WORDS = 105
"""What an answer may take when it has more than a few sentences."""
FEW, FEW_WORDS = 4, 180
"""So many sentences may take more words: what is said in long sentences takes more to say."""
MAX_SENTENCES = 9
MAX_ITEMS = 8
LEAD_SENTENCES = 2
MAX_ROWS = 4
"""What a comparison says before the rows of a table that compares the two, and how many rows."""
BEHIND = 6.0
"""A sentence whose score is this far behind the best one's is left out."""
NEAR, NAMED = 0.9, 0.2
"""A sentence of another section must be this near to the question, the best one being 1; less so,
by `NAMED`, the more of the question it names."""
RELATED = 0.25
"""A sentence of the best section that shares no word with the question must be this near to it, the
best one being 1; a sentence that was read need not."""
LIKELY = -6.0
"""Log-odds, by reading, from which a sentence is likely enough to answer to be said as well."""
UNLIKELY = 7.0
"""A sentence that was read is left out when its log-odds are this far behind the best one's."""
LITTLE_WORSE = 2.0
"""How far behind the best one's a sentence's score may be that fits where the best one does not."""
TIED = 1.5
"""Log-odds within which reading does not tell which item of a list answers."""
CLOSE = 0.5
"""A sentence that stands before the best one keeps its place when its score is this near."""
SAME = 0.7
"""Overlap of two sentences' stems above which the second one repeats the first."""

# What a sentence points at beside the text is not there when it is quoted.
POINTS_ASIDE = re.compile(
    r"\b(?:as|in) the (?:table|figure|chart)\b|\b(?:table|figure|chart)s? (?:below|above|shows?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A piece of the answer and the units of one chunk that say it."""

    text: str
    chunk: Chunk
    units: tuple[Unit, ...]
    is_item: bool = False
    also: tuple["Pick", ...] = ()
    """What else says it, in other chunks."""


def _section(chunk: Chunk) -> tuple[str, str]:
    return chunk.article_id, chunk.heading


def compose(
    query: Query, candidates: Sequence[Candidate], *, max_words: int = MAX_WORDS
) -> tuple[Pick, ...]:
    """Return the pieces of an answer in reading order; empty when nothing can be said.

    A sentence that would make the answer longer than `max_words` is left out, unless it is the
    first.
    """
    pickable = [candidate for candidate in candidates if can_be_said(candidate)]
    if not pickable:
        return ()
    if query.kind is QuestionKind.COMPARISON and query.sides is not None:
        pickable = _both_sides_first(query.sides, pickable)
    best = pickable[0]
    if query.wishes.sentences is not None:
        return _few(query.wishes.sentences, pickable, query.kind)
    chosen = _choose(pickable, best, kind=query.kind, max_words=max_words)
    if not chosen:
        return ()
    rows: list[Candidate] = []
    if query.kind is QuestionKind.COMPARISON and query.sides is not None:
        chosen = _even(query.sides, chosen, pickable)
        rows = _rows_on_both(query.sides, pickable)
        if rows:
            # The rows take the place of the sentences that came last.
            prose = [one for one in chosen if one.unit.kind == "sentence"]
            chosen = prose[:LEAD_SENTENCES] or chosen[:1]
    picks: list[Pick] = []
    for candidate in _answer_first(_reading_order(chosen), chosen[0]):
        picks += _say(candidate, query.kind)
    for row in rows:
        picks += [_pick(row.inside, row.place)]
    picks = _within(picks)
    return tuple(picks if query.wishes.items is None else _some_items(query.wishes.items, picks))


def _few(number: int, pickable: Sequence[Candidate], kind: QuestionKind) -> tuple[Pick, ...]:
    """Return the best that can be said in so many sentences, which a list cannot."""
    short = (
        one
        for one in pickable
        if one.score > pickable[0].score - LITTLE_WORSE and len(_say(one, kind)) <= number
    )
    first = next(short, pickable[0])
    picks = _say(first, kind)
    for candidate in pickable:
        more = [pick for pick in _say(candidate, kind) if pick not in picks]
        adds = _belongs(candidate, first, kind) and _is_likely(candidate, first)
        if adds and len(picks) + len(more) <= number and unsaid(more, said=picks):
            picks += more
    return tuple(picks)


def _some_items(number: int, picks: Sequence[Pick]) -> list[Pick]:
    """Return the pieces of an answer with no more items of a list than are wanted."""
    items = [pick for pick in picks if pick.is_item][number:]
    return [pick for pick in picks if pick not in items]


def unsaid(picks: Sequence[Pick], *, said: Sequence[Pick]) -> tuple[Pick, ...]:
    """Return the pieces of an answer that add something to what is said already, in order.

    A piece that another one leans on stays with it, though it is said a second time then: the
    sentence to which "they" points back, or the one that announces a list.
    """
    kept: list[Pick] = []
    after: Pick | None = None
    for pick in reversed(picks):
        if not _is_said(pick, said) or (after is not None and _leads(pick, after)):
            kept.append(pick)
            after = pick
        elif not pick.is_item:
            # Between a list item and what announces it there may be others that are left out.
            after = None
    return tuple(reversed(kept))


def _leads(pick: Pick, after: Pick) -> bool:
    """Whether `after`, which follows it, cannot be understood without it."""
    if pick.chunk.chunk_id != after.chunk.chunk_id:
        return False
    if after.is_item:
        return not pick.is_item and pick.text.endswith(":")
    return is_dangling(after.units[0])


def _is_said(pick: Pick, said: Sequence[Pick]) -> bool:
    stems, figures = frozenset(stems_of(pick.text)), numbers(pick.text)
    return any(
        len(stems & frozenset(stems_of(other.text))) > SAME * len(stems)
        and figures <= numbers(other.text)
        for other in said
    )


def can_be_said(candidate: Candidate) -> bool:
    """Whether a unit may be quoted: it is a statement, whole, and told to its reader."""
    unit = candidate.unit
    if _is_foreign(candidate.chunk, unit):
        return False
    if unit.kind == "row":
        return not candidate.inside.is_table_head(candidate.place)
    if POINTS_ASIDE.search(unit.text):
        return False
    return len(unit.text) >= 20 and not unit.text.endswith("?")


def _is_foreign(chunk: Chunk, unit: Unit) -> bool:
    return is_told_to_a_writer(unit, frame=chunk.frame)


def _choose(
    candidates: Sequence[Candidate], best: Candidate, *, kind: QuestionKind, max_words: int
) -> list[Candidate]:
    """Return the best candidate and those that add to it, best first."""
    chosen: list[Candidate] = []
    seen: list[frozenset[str]] = []
    picked: list[Pick] = []
    count = 0
    for candidate in candidates:
        if len(chosen) >= MAX_SENTENCES:
            break
        # A comparison's candidates do not come by score alone, so a low one ends nothing.
        if candidate.score < best.score - BEHIND or not _belongs(candidate, best, kind):
            continue
        if candidate is not best and not _is_likely(candidate, best):
            continue
        said = [pick for pick in _say(candidate, kind) if pick not in picked]
        size = sum(len(pick.text.split()) for pick in said)
        limit = max(max_words, FEW_WORDS if len(chosen) < FEW else 0)
        if not said or (chosen and count + size > limit):
            continue
        stems = candidate.stems
        if any(_overlap(stems, other) > SAME for other in seen):
            continue
        chosen.append(candidate)
        seen.append(stems)
        picked += said
        count += size
    return chosen


def _is_likely(candidate: Candidate, best: Candidate) -> bool:
    """Whether reading says that a sentence answers too, beside the best one.

    Where the best one was not read, reading says nothing.
    """
    if best.signals.unread:
        return True
    return not candidate.signals.unread and candidate.signals.read >= max(
        LIKELY, best.signals.read - UNLIKELY
    )


def _belongs(candidate: Candidate, best: Candidate, kind: QuestionKind) -> bool:
    """Whether a sentence speaks to the question, or stands in the section that answers it.

    Even there it must have to do with the question: a section can hold what somebody planted. An
    item of a list is no part of the definition of something else, and one of another section's
    list says little without the others.
    """
    if _section(candidate.chunk) != _section(best.chunk):
        near = NEAR - NAMED * candidate.coverage
        is_near = candidate.similarity >= near * best.similarity
        # "Suppose ..." opens a worked example, whose sums would not follow.
        is_near = is_near and not candidate.signals.hypothetical
        return is_near and (
            candidate.unit.kind == "sentence" or candidate.inside.lead_in(candidate.place) is None
        )
    if kind is QuestionKind.DEFINITION and candidate.unit.kind != "sentence":
        return candidate.coverage > 0
    if candidate.result.unit_readings and candidate.unit.kind == "sentence":
        return True
    return candidate.coverage > 0 or candidate.similarity >= RELATED * best.similarity


def _both_sides_first(sides: tuple[str, str], candidates: Sequence[Candidate]) -> list[Candidate]:
    def names_both(candidate: Candidate) -> bool:
        return all(names_side(side, candidate.stems) for side in sides)

    return sorted(candidates, key=lambda candidate: not names_both(candidate))


def _even(
    sides: tuple[str, str], chosen: list[Candidate], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Add the best sentence on a side of which the chosen ones say nothing."""
    for side in sides:
        if any(names_side(side, one.stems) for one in chosen):
            continue
        for candidate in candidates:
            if names_side(side, candidate.stems):
                chosen.append(candidate)
                break
    return chosen


def _rows_on_both(sides: tuple[str, str], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the rows of the best table that has a column for each side, in order; few of them."""
    for candidate in candidates:
        if candidate.unit.kind != "row":
            continue
        head = candidate.inside.units[candidate.inside.head(candidate.place)]
        columns = [frozenset(stems_of(cell)) for cell in row_cells(head.text)]
        first, second = (
            {at for at, column in enumerate(columns) if at and names_side(side, column)}
            for side in sides
        )
        if first and second and first != second:
            rows = [
                one for one in candidates if one.unit.kind == "row" and one.chunk is candidate.chunk
            ]
            return sorted(rows[:MAX_ROWS], key=lambda one: one.place)
    return []


def _reading_order(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Keep sections in order of their best sentence, and sentences in the order of the text."""
    first: dict[tuple[str, str], int] = {}
    for rank, candidate in enumerate(chosen):
        first.setdefault((candidate.chunk.article_id, candidate.chunk.heading), rank)
    return sorted(
        chosen,
        key=lambda candidate: (
            first[(candidate.chunk.article_id, candidate.chunk.heading)],
            candidate.chunk.position,
            candidate.place,
        ),
    )


def _answer_first(ordered: list[Candidate], best: Candidate) -> list[Candidate]:
    """Put the best sentence first when it stands alone and what comes before it is far behind."""
    place = ordered.index(best)
    stands_alone = best.unit.kind == "sentence" and not is_dangling(best.unit)
    if not stands_alone or any(one.score > best.score - CLOSE for one in ordered[:place]):
        return ordered
    return [best, *ordered[:place], *ordered[place + 1 :]]


def _say(candidate: Candidate, kind: QuestionKind) -> list[Pick]:
    """Return the pieces that a candidate becomes: with what it leans on and what it announces.

    Empty when it leans on what cannot be said.
    """
    pieces = _pieces(candidate, kind)
    if any(_is_foreign(piece.chunk, unit) for piece in pieces for unit in piece.units):
        return []
    return pieces


def _pieces(candidate: Candidate, kind: QuestionKind) -> list[Pick]:
    inside, place = candidate.inside, candidate.place
    unit = candidate.unit
    if unit.kind == "sentence":
        context = inside.context(place)
        if is_dangling(inside.units[context.start]):
            return []
        listed = _answering(candidate, inside.listed(place)[:MAX_ITEMS], kind)
        if unit.text.endswith(":") and not listed:
            return []
        return [_pick(inside, at) for at in (*context, *listed)]
    lead = inside.lead_in(place)
    # Who asks for a figure or a term wants its one item; else half a list passes for all of it.
    is_whole = kind not in {QuestionKind.FIGURE, QuestionKind.DEFINITION}
    listed = [place]
    if lead is not None and is_whole:
        listed = _answering(candidate, inside.listed(lead)[:MAX_ITEMS], kind)
    elif lead is not None:
        listed = _as_likely(candidate, inside.listed(lead)[:MAX_ITEMS])
    places = listed if lead is None else [lead, *listed]
    return [_pick(inside, at) for at in places]


def _as_likely(candidate: Candidate, listed: list[int]) -> list[int]:
    """Return the place of an item, and those of others of its list that answer about as likely.

    Which of "after 3 years" and "after 15 years" holds for five years, reading cannot tell.
    """
    readings, place = candidate.result.unit_readings, candidate.place
    if not readings:
        return [place]
    return sorted({place, *(at for at in listed if abs(readings[at] - readings[place]) <= TIED)})


def _answering(candidate: Candidate, listed: list[int], kind: QuestionKind) -> list[int]:
    """Return the places of the items that are said: all, unless reading says that few answer."""
    readings = candidate.result.unit_readings
    if kind is QuestionKind.LIST or not readings:
        return listed
    likely = [place for place in listed if readings[place] >= LIKELY]
    if 2 * len(likely) >= len(listed):
        return listed
    if candidate.place in listed:
        likely = sorted({candidate.place, *likely})
    return likely or listed


def _pick(inside: ReadChunk, place: int) -> Pick:
    unit = inside.units[place]
    if unit.kind != "row":
        is_item = unit.kind == "item"
        return Pick(text=unit.text, chunk=inside.chunk, units=(unit,), is_item=is_item)
    head = inside.units[inside.head(place)]
    first, *cells = row_cells(unit.text)
    columns = row_cells(head.text)[1:]
    named = [
        f"{column}: {cell}" if column else cell
        for column, cell in zip(columns, cells, strict=False)
    ]
    text = f"{first}. {'; '.join(named)}." if named else first
    return Pick(text=text, chunk=inside.chunk, units=(head, unit), is_item=True)


def _within(picks: Iterable[Pick]) -> list[Pick]:
    """Drop what was picked twice."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for pick in picks:
        key = (pick.chunk.chunk_id, pick.text)
        if key not in seen:
            seen.add(key)
            kept.append(pick)
    return kept


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(min(len(one), len(other)), 1)
