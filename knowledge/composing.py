"""Picks and orders sentences of the passages found, so that they read as one answer."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.language import numbers, stem, terms
from knowledge.models import Chunk, SearchResult
from knowledge.orders import is_told_to_a_writer
from knowledge.passages import Unit, context_start, is_dangling, row_cells, units
from knowledge.understanding import Concept, Query, QuestionKind
from knowledge.vocabulary import Vocabulary

__all__ = ["WEIGHTS", "Candidate", "Pick", "UnitSignals", "compose", "rate", "unsaid", "worth"]

MAX_WORDS = 105
"""What an answer may take when it has more than a few sentences."""
FEW, FEW_WORDS = 4, 180
"""So many sentences may take more words: what is said in long sentences takes more to say."""
MAX_SENTENCES = 9
MAX_ITEMS = 8
LEAD_SENTENCES = 2
MAX_ROWS = 4
"""What a comparison says before the rows of a table that compares the two, and how many rows."""
BEHIND = 3.0
"""A sentence whose score is this far behind the best one's is left out."""
NEAR = 0.85
"""A sentence of another section must be this near to the question, the best one being 1."""
RELATED = 0.25
"""The same for a sentence of the best section that shares no word with the question."""
CLOSE = 0.5
"""A sentence that stands before the best one keeps its place when its score is this near."""
SAME = 0.7
"""Overlap of two sentences' stems above which the second one repeats the first."""

LEAST_RELEVANCE = -8.0
HALF = 0.5
UNKNOWN_WEIGHT = 2.0

# What a sentence points at beside the text is not there when it is quoted.
POINTS_ASIDE = re.compile(
    r"\b(?:as|in) the (?:table|figure|chart)\b|\b(?:table|figure|chart)s? (?:below|above|shows?)\b",
    re.IGNORECASE,
)
# A worked example's sums are not facts of the world.
INVENTED = re.compile(r"^suppose\b|\bhypothetical\b", re.IGNORECASE)
CONTRAST = re.compile(
    r"\b(?:differ\w*|whereas|while|unlike|rather than|instead of|compared|both|but)\b",
    re.IGNORECASE,
)
DEFINES = re.compile(r"\b(?:is|are|means|refers to|stands for|describes|covers|denotes)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSignals:
    """What speaks for saying one unit of a passage, or against it."""

    relevance: float
    """Natural logarithm of the passage's odds, down to `LEAST_RELEVANCE`."""
    false_hit: float
    """1.0 when the passage holds a word of the question only as part of another term."""
    framed: float
    """Share of the question's weight that the passage's title and heading name."""
    adds: float
    """Share of the question's weight that the unit names and they do not."""
    similarity: float
    """Cosine similarity of the question and the unit; 0.0 when they were not compared."""
    opens: float
    """1.0 for the first unit of a passage."""
    item: float
    """1.0 for a list item."""
    announces: float
    """1.0 for a unit that announces a list."""
    hypothetical: float
    """1.0 for what is only supposed."""
    fits: float
    """How well its form fits the kind of question, in [0, 1]."""


# Fitted by `python -m benchmarks.fit_choice` on the tuning half of the golden questions: a
# conditional logit of which of the sentences found hold a fact that is asked for. `false_hit` is
# chosen by hand: such passages are too few to tell.
WEIGHTS = UnitSignals(
    relevance=0.62,
    false_hit=-4.0,
    framed=-1.0,
    adds=1.35,
    similarity=2.3,
    opens=0.3,
    item=0.1,
    announces=-2.1,
    hypothetical=-0.9,
    fits=1.4,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A unit of a passage that could be part of the answer."""

    result: SearchResult
    unit: Unit
    place: int
    """Index of the unit in its chunk."""
    score: float
    coverage: float
    """Share of the question's weight that the unit itself names."""
    signals: UnitSignals

    @property
    def similarity(self) -> float:
        """Cosine similarity of the question and the unit."""
        return self.signals.similarity

    @property
    def chunk(self) -> Chunk:
        """The chunk that the unit stands in."""
        return self.result.chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A piece of the answer and the units of one chunk that say it."""

    text: str
    chunk: Chunk
    units: tuple[Unit, ...]
    is_item: bool = False


def rate(query: Query, results: Sequence[SearchResult], vocabulary: Vocabulary) -> list[Candidate]:
    """Return every unit of the results with its score, best first."""
    weights = {concept: weigh(concept, vocabulary) for concept in query.concepts}
    total = sum(weights.values()) or 1.0
    rated = []
    meant, false_hits = _apart(query, results, weights)
    for rank, result in enumerate((*meant, *false_hits), start=1):
        frame = frozenset(terms(f"{result.chunk.title} {result.chunk.heading}"))
        framed = _covered(weights, frame) / total
        inside = units(result.chunk.text)
        similarities = result.unit_similarities or (0.0,) * len(inside)
        for place, (unit, similarity) in enumerate(zip(inside, similarities, strict=True)):
            start = context_start(inside, place)
            stems = query.stems_of(" ".join(part.text for part in inside[start : place + 1]))
            signals = UnitSignals(
                relevance=max(math.log(max(result.score, 1e-9)), LEAST_RELEVANCE),
                false_hit=float(rank > len(meant)),
                framed=framed,
                adds=_covered(weights, stems | frame) / total - framed,
                similarity=similarity,
                opens=float(place == 0),
                item=float(unit.kind == "item"),
                announces=float(unit.text.endswith(":")),
                hypothetical=float(INVENTED.search(unit.text) is not None),
                fits=_fit(query, unit, stems),
            )
            rated.append(
                Candidate(
                    result=result,
                    unit=unit,
                    place=place,
                    score=worth(signals),
                    coverage=_covered(weights, stems) / total,
                    signals=signals,
                )
            )
    return sorted(rated, key=lambda candidate: (-candidate.score, candidate.result.rank))


def worth(signals: UnitSignals, weights: UnitSignals = WEIGHTS) -> float:
    """Return the log-odds, up to a constant of the query, that a unit holds what is asked for."""
    return (
        weights.relevance * signals.relevance
        + weights.framed * signals.framed
        + weights.false_hit * signals.false_hit
        + weights.adds * signals.adds
        + weights.similarity * signals.similarity
        + weights.opens * signals.opens
        + weights.item * signals.item
        + weights.announces * signals.announces
        + weights.hypothetical * signals.hypothetical
        + weights.fits * signals.fits
    )


def _apart(
    query: Query, results: Sequence[SearchResult], weights: dict[Concept, float]
) -> tuple[list[SearchResult], list[SearchResult]]:
    """Set apart the results that hold a word of the question only as part of another term.

    So is what else was found of their articles and names little of what is asked: it came up with
    them. A result that is near to the question all the same counts as meant, whatever words it
    holds.
    """
    near = [max(result.unit_similarities, default=0.0) for result in results]
    enough = NEAR * max(near, default=0.0)
    is_false = [_is_false_hit(query, result.chunk, weights) for result in results]
    articles = {one.chunk.article_id for one, is_so in zip(results, is_false, strict=True) if is_so}
    meant: list[SearchResult] = []
    false_hits: list[SearchResult] = []
    for result, similarity, is_so in zip(results, near, is_false, strict=True):
        came_along = result.chunk.article_id in articles and _named(query, result, weights) < HALF
        is_apart = similarity < enough and (is_so or came_along)
        (false_hits if is_apart else meant).append(result)
    return meant, false_hits


def _named(query: Query, result: SearchResult, weights: dict[Concept, float]) -> float:
    """Return which share of the question's weight a result names, in its meaning."""
    text = f"{result.chunk.heading} {result.chunk.text}"
    return _covered(weights, query.stems_of(text)) / (sum(weights.values()) or 1.0)


def _is_false_hit(query: Query, chunk: Chunk, weights: dict[Concept, float]) -> bool:
    if not query.compounds:
        return False
    text = f"{chunk.heading} {chunk.text}"
    meant, held = query.stems_of(text), frozenset(terms(text))
    return _covered(weights, meant) < _covered(weights, held)


def _section(chunk: Chunk) -> tuple[str, str]:
    return chunk.article_id, chunk.heading


def weigh(concept: Concept, vocabulary: Vocabulary) -> float:
    """Return how much of a question a concept makes up: the rarest word of its own name.

    A word that no passage holds says little by itself: most are the everyday words of a question.
    """
    known = [vocabulary.idf(term) for term in concept.ways[0] if vocabulary.knows(term)]
    return max(known, default=UNKNOWN_WEIGHT)


def compose(
    query: Query, candidates: Sequence[Candidate], *, max_words: int = MAX_WORDS
) -> tuple[Pick, ...]:
    """Return the pieces of an answer in reading order; empty when nothing can be said.

    A sentence that would make the answer longer than `max_words` is left out, unless it is the
    first.
    """
    pickable = [candidate for candidate in candidates if _can_be_said(candidate)]
    if not pickable:
        return ()
    if query.kind is QuestionKind.COMPARISON and query.sides is not None:
        pickable = _both_sides_first(query.sides, pickable)
    best = pickable[0]
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
        picks += [_pick(row.chunk, units(row.chunk.text), row.place)]
    return _within(picks)


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
    stems, figures = frozenset(terms(pick.text)), numbers(pick.text)
    return any(
        len(stems & frozenset(terms(other.text))) > SAME * len(stems)
        and figures <= numbers(other.text)
        for other in said
    )


def _fit(query: Query, unit: Unit, stems: frozenset[str]) -> float:
    """Return how well the unit's form fits the kind of question."""
    match query.kind:
        case QuestionKind.DEFINITION:
            return 0.35 if _is_definition(query, unit) else 0.0
        case QuestionKind.FIGURE:
            return 0.15 if re.search(r"\d", unit.text) else 0.0
        case QuestionKind.LIST:
            return 0.12 if unit.text.endswith(":") or unit.kind == "item" else 0.0
        case QuestionKind.REASON:
            reasons = {"becaus", "sinc", "reason", "due", "therefor", "caus"}
            because = re.search(r"\b(?:because|since|so that|due to|as they|reason)\b", unit.text)
            return 0.1 if because or stems & reasons else 0.0
        case QuestionKind.COMPARISON:
            contrasts = CONTRAST.search(unit.text) and query.sides is not None
            return (
                0.8 if contrasts and all(_names(side, stems) for side in query.sides or ()) else 0.0
            )
        case QuestionKind.GENERAL:
            return 0.0


def _is_definition(query: Query, unit: Unit) -> bool:
    """Whether the unit has the form `<what is asked for> is ...`."""
    if unit.kind != "sentence" or (verb := DEFINES.search(unit.text)) is None:
        return False
    subject = frozenset(terms(unit.text[: verb.start()]))
    return (
        bool(subject)
        and len(subject) <= 9
        and any(concept.is_named_by(subject) for concept in query.concepts)
        and all(
            concept.is_named_by(subject | frozenset(terms(unit.text))) for concept in query.concepts
        )
    )


def _can_be_said(candidate: Candidate) -> bool:
    unit = candidate.unit
    if _is_foreign(candidate.chunk, unit):
        return False
    if unit.kind == "row":
        return not _is_table_head(units(candidate.chunk.text), candidate.place)
    if POINTS_ASIDE.search(unit.text):
        return False
    return len(unit.text) >= 20 and not unit.text.endswith("?")


def _is_foreign(chunk: Chunk, unit: Unit) -> bool:
    return is_told_to_a_writer(unit, frame=f"{chunk.title} {chunk.heading}")


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
        said = [pick for pick in _say(candidate, kind) if pick not in picked]
        size = sum(len(pick.text.split()) for pick in said)
        limit = max(max_words, FEW_WORDS if len(chosen) < FEW else 0)
        if not said or (chosen and count + size > limit):
            continue
        stems = frozenset(terms(candidate.unit.text))
        if any(_overlap(stems, other) > SAME for other in seen):
            continue
        chosen.append(candidate)
        seen.append(stems)
        picked += said
        count += size
    return chosen


def _belongs(candidate: Candidate, best: Candidate, kind: QuestionKind) -> bool:
    """Whether a sentence speaks to the question, or stands in the section that answers it.

    Even there it must have to do with the question: a section can hold what somebody planted. An
    item of a list is no part of the definition of something else, and one of another section's
    list says little without the others.
    """
    if _section(candidate.chunk) != _section(best.chunk):
        is_near = candidate.similarity >= NEAR * best.similarity
        inside = units(candidate.chunk.text)
        return is_near and (
            candidate.unit.kind == "sentence" or _lead_in(inside, candidate.place) is None
        )
    if kind is QuestionKind.DEFINITION and candidate.unit.kind != "sentence":
        return candidate.coverage > 0
    return candidate.coverage > 0 or candidate.similarity >= RELATED * best.similarity


def _both_sides_first(sides: tuple[str, str], candidates: Sequence[Candidate]) -> list[Candidate]:
    def names_both(candidate: Candidate) -> bool:
        stems = frozenset(terms(candidate.unit.text))
        return all(_names(side, stems) for side in sides)

    return sorted(candidates, key=lambda candidate: not names_both(candidate))


def _even(
    sides: tuple[str, str], chosen: list[Candidate], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Add the best sentence on a side of which the chosen ones say nothing."""
    for side in sides:
        if any(_names(side, frozenset(terms(one.unit.text))) for one in chosen):
            continue
        for candidate in candidates:
            if _names(side, frozenset(terms(candidate.unit.text))):
                chosen.append(candidate)
                break
    return chosen


def _rows_on_both(sides: tuple[str, str], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the rows of the best table that has a column for each side, in order; few of them."""
    for candidate in candidates:
        if candidate.unit.kind != "row":
            continue
        inside = units(candidate.chunk.text)
        columns = [
            frozenset(terms(c)) for c in row_cells(inside[_head(inside, candidate.place)].text)
        ]
        first, second = (
            {at for at, column in enumerate(columns) if at and _names(side, column)}
            for side in sides
        )
        if first and second and first != second:
            rows = [
                one for one in candidates if one.unit.kind == "row" and one.chunk is candidate.chunk
            ]
            return sorted(rows[:MAX_ROWS], key=lambda one: one.place)
    return []


def _names(side: str, stems: frozenset[str]) -> bool:
    wanted = frozenset(stem(word) for word in side.split())
    return bool(wanted) and wanted <= stems


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
    inside = units(candidate.chunk.text)
    unit, place = candidate.unit, candidate.place
    if unit.kind == "sentence":
        start = context_start(inside, place)
        if is_dangling(inside[start]):
            return []
        pieces = [_pick(candidate.chunk, inside, at) for at in range(start, place + 1)]
        listed = _listed(inside, place)
        if unit.text.endswith(":") and not listed:
            return []
        return pieces + [_pick(candidate.chunk, inside, at) for at in listed]
    lead = _lead_in(inside, place)
    # Who asks for a figure or a term wants its one item; else half a list passes for all of it.
    is_whole = kind not in {QuestionKind.FIGURE, QuestionKind.DEFINITION}
    listed = _listed(inside, lead) if lead is not None and is_whole else [place]
    places = listed if lead is None else [lead, *listed]
    return [_pick(candidate.chunk, inside, at) for at in places]


def _lead_in(inside: Sequence[Unit], place: int) -> int | None:
    """Return the place of the sentence that announces the list which `place` stands in."""
    while place > 0 and inside[place].kind != "sentence":
        place -= 1
    announces = inside[place].kind == "sentence" and inside[place].text.endswith(":")
    return place if announces else None


def _listed(inside: Sequence[Unit], lead: int) -> list[int]:
    """Return the places of the list items or table rows that follow a sentence ending in `:`."""
    if not inside[lead].text.endswith(":"):
        return []
    places = []
    for place in range(lead + 1, len(inside)):
        if inside[place].kind == "sentence":
            break
        if not _is_table_head(inside, place):
            places.append(place)
    return places[:MAX_ITEMS]


def _is_table_head(inside: Sequence[Unit], place: int) -> bool:
    is_row = inside[place].kind == "row"
    return is_row and (place == 0 or inside[place - 1].kind != "row")


def _head(inside: Sequence[Unit], place: int) -> int:
    """Return the place of the first row of the table in which a row stands."""
    while not _is_table_head(inside, place):
        place -= 1
    return place


def _pick(chunk: Chunk, inside: Sequence[Unit], place: int) -> Pick:
    unit = inside[place]
    if unit.kind != "row":
        return Pick(text=unit.text, chunk=chunk, units=(unit,), is_item=unit.kind == "item")
    head = _head(inside, place)
    first, *cells = row_cells(unit.text)
    columns = row_cells(inside[head].text)[1:]
    named = [
        f"{column}: {cell}" if column else cell
        for column, cell in zip(columns, cells, strict=False)
    ]
    text = f"{first}. {'; '.join(named)}." if named else first
    return Pick(text=text, chunk=chunk, units=(inside[head], unit), is_item=True)


def _within(picks: Iterable[Pick]) -> tuple[Pick, ...]:
    """Drop what was picked twice."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for pick in picks:
        key = (pick.chunk.chunk_id, pick.text)
        if key not in seen:
            seen.add(key)
            kept.append(pick)
    return tuple(kept)


def _covered(weights: dict[Concept, float], stems: frozenset[str]) -> float:
    return sum(weight for concept, weight in weights.items() if concept.is_named_by(stems))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(min(len(one), len(other)), 1)
