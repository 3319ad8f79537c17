"""Refusals that help: what is missing, what is nearest, what to do next."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias, assert_never

from knowledge.answers.evidence.gate import YEAR, Signals
from knowledge.domain import (
    Chunk,
    ClosestSection,
    Option,
    Refusal,
    RefusalReason,
    SearchResult,
    Subject,
)
from knowledge.glossary.glossary import TermMention
from knowledge.questions.advice import Advice
from knowledge.questions.orders import without_orders
from knowledge.questions.understanding import Query, QuestionKind
from knowledge.text.language import numbers, stems_of
from knowledge.text.passages import Unit, is_dangling
from knowledge.text.read_chunks import read_chunk

__all__ = [
    "closest_sections",
    "refuse",
    "refuse_empty",
    "refuse_not_ready",
    "refuse_order",
    "refuse_too_long",
]

MAX_QUESTION_CHARS = 2_000
CLOSEST = 3
NEAR = 0.3
"""Similarity below which a section has nothing to do with the question."""
MAX_GIST_CHARS = 160
MAX_NAMED = 3
"""So many of the question's words are named in a refusal."""
GIVEN = frozenset({"outsourcing", "BPO", "KPO"})
"""Terms that the articles cover as everybody knows."""

# What a worked example supposes is no fact of the world.
INVENTED = re.compile(r"\b(?:suppose|hypothetical|worked example)\b", re.IGNORECASE)

NEXT_STEP = "Try other words, or ask an administrator to add an article on it."

Missing: TypeAlias = Literal[
    RefusalReason.PRIVATE,
    RefusalReason.OUT_OF_SCOPE,
    RefusalReason.UNKNOWN_TERM,
    RefusalReason.NO_FIGURE,
    RefusalReason.NO_EVIDENCE,
]
"""Why nothing that was found is an answer."""


def refuse(
    query: Query,
    results: Sequence[SearchResult],
    signals: Signals,
    *,
    subject: Subject,
    advice: Advice | None = None,
    suggestions: Sequence[str] = (),
) -> Refusal:
    """Return the refusal of a question for which the articles hold no answer.

    `advice` is what it asks for, if it does, and `suggestions` are known words that its unknown
    ones may be meant to be.
    """
    closest = closest_sections(results)
    nearest = " The nearest sections are listed below." if closest else ""
    if advice is not None:
        return Refusal(
            reason=RefusalReason.ADVICE,
            text=f"My articles are general information and no {advice.kind} advice: I cannot say "
            f"what is right in your case. Please ask {advice.whom}.{nearest}",
            closest=closest,
        )
    reason = _reason(query, closest, signals)
    options: tuple[Option, ...] = ()
    match reason:
        case RefusalReason.PRIVATE:
            text = (
                f"I only know articles about {subject.about}, and they say nothing on that. For "
                f"a particular contract, a person or an internal figure, please ask whoever owns "
                f"that information.{nearest}"
            )
        case RefusalReason.OUT_OF_SCOPE:
            text = (
                f"That is outside what I know: my articles are about {subject.about}. A colleague "
                f"from that field can help you better.{_example(subject)}"
            )
        case RefusalReason.UNKNOWN_TERM:
            named = _and(_as_written(word, query.text) for word in _unknown_terms(query))
            text = (
                f"The articles do not mention {named}.{_meant(suggestions)}"
                f"{_years(query, results)}{nearest} {NEXT_STEP}"
            )
            options = tuple(_option(query, suggestion) for suggestion in suggestions)
        case RefusalReason.NO_FIGURE:
            known = _known(query, results)
            text = f"{known} give no figure for that.{_years(query, results)}{nearest} {NEXT_STEP}"
        case RefusalReason.NO_EVIDENCE:
            known = _known(query, results)
            hint = f"{_years(query, results)}{_defined(query)}{nearest}"
            text = f"{known} do not answer that.{hint} {NEXT_STEP}"
        case _:
            assert_never(reason)
    return Refusal(reason=reason, text=text, closest=closest, options=options)


def refuse_empty(subject: Subject) -> Refusal:
    """Return the help for a message without a question."""
    return Refusal(
        reason=RefusalReason.EMPTY,
        text=f"I did not see a question. Ask me about {subject.about}.{_example(subject)}",
    )


def refuse_too_long() -> Refusal:
    """Return the refusal of more text than a question has."""
    return Refusal(
        reason=RefusalReason.TOO_LONG,
        text=f"That is more than {MAX_QUESTION_CHARS:,} characters. Please ask one question in a "
        f"few sentences.",
    )


def refuse_not_ready() -> Refusal:
    """Return the refusal while nothing has been ingested."""
    return Refusal(
        reason=RefusalReason.NOT_READY,
        text="I have no articles to answer from yet. Please ask an administrator to ingest some.",
    )


def refuse_order(subject: Subject) -> Refusal:
    """Return the refusal of an order to the program."""
    return Refusal(
        reason=RefusalReason.INSTRUCTION,
        text="I only answer questions from the articles; I do not follow instructions to change "
        f"how I work, to notify people or to act on data. What would you like to know about "
        f"{subject.about}?",
    )


def _example(subject: Subject) -> str:
    return f" Ask me, for example: “{subject.examples[0]}”" if subject.examples else ""


def closest_sections(
    results: Sequence[SearchResult], *, without: Sequence[str] = ()
) -> tuple[ClosestSection, ...]:
    """Return the nearest sections, each once and best first; empty when none is near."""
    found: dict[tuple[str, str], list[SearchResult]] = {}
    for result in _near(results):
        chunk = result.chunk
        if chunk.chunk_id not in without:
            found.setdefault((chunk.article_id, chunk.heading), []).append(result)
    return tuple(_closest(section) for section in list(found.values())[:CLOSEST])


def _near(results: Iterable[SearchResult]) -> list[SearchResult]:
    return [result for result in results if result.similarity >= NEAR]


def _closest(section: Sequence[SearchResult]) -> ClosestSection:
    """Return a section of which these are the results, best first."""
    chunk = section[0].chunk
    return ClosestSection(
        article_id=chunk.article_id,
        title=chunk.title,
        heading=chunk.heading,
        url=chunk.url,
        gist=_gist(section),
        updated=chunk.updated,
    )


def _gist(section: Iterable[SearchResult]) -> str:
    """Return the sentence nearest to the question, shortened at a word."""
    told = [
        (similarity, unit.text)
        for result in section
        # There are no similarities where the vectors were not at hand.
        for unit, similarity in zip(
            read_chunk(result.chunk).units, result.unit_similarities, strict=False
        )
        if _stands_alone(unit) and not _is_invented(unit, result.chunk)
    ]
    _, nearest = max(told, key=lambda one: one[0], default=(0.0, ""))
    short = textwrap.shorten(nearest, MAX_GIST_CHARS, placeholder="…", break_on_hyphens=False)
    return re.sub(r"[\s,;:.(–-]+…$", "…", short)  # noqa: RUF001


def _stands_alone(unit: Unit) -> bool:
    """Whether a unit is a statement that can be understood by itself."""
    return (
        unit.kind == "sentence"
        and not is_dangling(unit)
        and not unit.text.endswith((":", "?"))
        and without_orders(unit.text) == unit.text
    )


def _is_invented(unit: Unit, chunk: Chunk) -> bool:
    """Whether a sentence supposes something, or has a figure of a worked example."""
    if INVENTED.search(unit.text):
        return True
    return bool(numbers(unit.text) and INVENTED.search(f"{chunk.heading} {chunk.text}"))


def _reason(query: Query, closest: Sequence[ClosestSection], signals: Signals) -> Missing:
    if signals.own_records:
        return RefusalReason.PRIVATE
    # A term of the field makes it a question about the field, however far off all sections are.
    if not closest and not query.mentions:
        return RefusalReason.OUT_OF_SCOPE
    if _unknown_terms(query):
        return RefusalReason.UNKNOWN_TERM
    if query.kind is QuestionKind.FIGURE:
        return RefusalReason.NO_FIGURE
    return RefusalReason.NO_EVIDENCE


def _unknown_terms(query: Query) -> list[str]:
    """Return the unknown words that are no years: of those it is said that they are missing."""
    return [word for word in query.unknown_words if not YEAR.fullmatch(word)][:MAX_NAMED]


def _option(query: Query, suggestion: str) -> Option:
    """Return the question anew with a known word for its unknown one, or what that word is."""
    unknown = list(query.unknown_words)
    asked = f"What is {suggestion}?"
    if len(unknown) == 1:
        word = re.compile(rf"\b{re.escape(unknown[0])}\b", re.IGNORECASE)
        text, times = word.subn(lambda _: suggestion, query.text)
        asked = text if times else asked
    return Option(text=suggestion, question=asked)


def _meant(suggestions: Sequence[str]) -> str:
    """Return the question whether a known word is meant, or nothing."""
    return f" Did you mean {' or '.join(map(_quoted, suggestions))}?" if suggestions else ""


def _defined(query: Query) -> str:
    """Return where a term that is asked for is defined, or nothing."""
    asked = [mention for mention in query.mentions if mention.senses]
    if query.kind is not QuestionKind.DEFINITION or not asked:
        return ""
    return f" The glossary has a short definition: /define {asked[0].text}."


def _known(query: Query, results: Iterable[SearchResult]) -> str:
    """Return how a sentence on what the articles lack begins: with what they have."""
    covered = _covered(query, results)
    return f"The articles cover {_and(map(_quoted, covered))}, but" if covered else "The articles"


def _covered(query: Query, results: Iterable[SearchResult]) -> list[str]:
    """Return the terms of a question that a near section names, as the question writes them."""
    told = [_bounded(stems_of(result.chunk.embedding_text)) for result in _near(results)]
    found = {
        mention.term: mention.text
        for mention in query.mentions
        if mention.term not in GIVEN
        and any(name in text for name in _stemmed_names(mention) for text in told)
    }
    return list(found.values())[:MAX_NAMED]


def _stemmed_names(mention: TermMention) -> list[str]:
    return [_bounded(stems) for name in mention.names if (stems := stems_of(name))]


def _bounded(stems: Sequence[str]) -> str:
    return f" {' '.join(stems)} "


def _years(query: Query, results: Iterable[SearchResult]) -> str:
    """Return a sentence on the years that are asked about and that no near section names."""
    told = {year for result in _near(results) for year in YEAR.findall(result.chunk.embedding_text)}
    missing = [year for year in dict.fromkeys(YEAR.findall(query.text)) if year not in told]
    return f" I found nothing for {' or '.join(missing[:MAX_NAMED])}." if missing else ""


def _as_written(word: str, text: str) -> str:
    """Return a word in quotation marks, in the capitals that the question gave it."""
    match = re.search(rf"\b{re.escape(word)}\b", text, flags=re.IGNORECASE)
    return _quoted(match.group() if match else word)


def _quoted(word: str) -> str:
    return f"“{word}”"


def _and(words: Iterable[str]) -> str:
    """Return "a", "a and b", or "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
