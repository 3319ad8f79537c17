"""Pure: the words in which the glossary replies."""

from collections.abc import Sequence

from knowledge.domain import Source
from knowledge.glossary.entries import Entry, Meaning

__all__ = [
    "write_correction",
    "write_definition",
    "write_help",
    "write_suggestions",
    "write_unknown",
]


def write_definition(
    entry: Entry,
    shown: Sequence[Meaning],
    *,
    sources: Sequence[Source | None],
    asked: str = "",
) -> str:
    """Return the whole reply on the `shown` meanings of an entry.

    `sources` has the source of each of them, or None. `asked` is what was typed when it was taken
    for a misspelling, and empty otherwise.
    """
    lines = [write_correction(entry.term, asked)] if asked else []
    if len(shown) == 1:
        lines.append(_defined(entry.term, shown[0], source=sources[0]))
        lines += _example(shown[0])
    else:
        lines.append(f"{entry.term} has {len(shown)} meanings in outsourcing work:")
        for number, (meaning, source) in enumerate(zip(shown, sources, strict=True), start=1):
            title = f"{meaning.expansion} ({meaning.context})"
            lines.append(f"{number}. {title}: {meaning.definition}{_mark(source)}")
            lines += _example(meaning)
    if entry.not_to_confuse and entry.senses[0] in shown:
        lines.append(f"Not to be confused: {entry.not_to_confuse}")
    if entry.related:
        lines.append(f"See also: {', '.join(entry.related)}.")
    others = [*(sense for sense in entry.senses if sense not in shown), *entry.elsewhere]
    if others:
        named = ", ".join(f"{other.expansion} ({other.context})" for other in others)
        lines.append(f"Other meanings: {named}.")
    lines += [
        f"[{source.n}] {source.title}" + (f" › {source.heading}" if source.heading else "")  # noqa: RUF001
        for source in sources
        if source is not None
    ]
    return "\n".join(lines)


def write_correction(term: str, asked: str) -> str:
    """Return that a term is explained in place of what was typed."""
    return f"Showing “{term}” for “{asked}”."


def write_suggestions(asked: str, suggestions: Sequence[Entry]) -> str:
    """Return the reply that names near terms."""
    *most, last = [_title(entry.term, entry.senses[0]) for entry in suggestions]
    choice = f"{', '.join(most)} or {last}" if most else last
    return f"“{asked}” is not a term of the glossary. Did you mean {choice}?"


def write_unknown(asked: str) -> str:
    """Return the reply for a term to which nothing in the glossary is near."""
    return (
        f"“{asked}” is not in the glossary, and nothing near it is. Check the spelling, or ask it "
        "as a question: the articles may mention it."
    )


def write_help(count: int, *, too_long: bool = False) -> str:
    """Return how to ask for a definition; `count` is the number of terms."""
    opening = "That is longer than any term. " if too_long else ""
    return (
        f"{opening}Give one term or acronym, such as KPO, service credit or RFP; the glossary has "
        f"{count} of them. Anything else can be asked as a question."
    )


def _defined(term: str, meaning: Meaning, *, source: Source | None) -> str:
    return f"{_title(term, meaning)}: {meaning.definition}{_mark(source)}"


def _title(term: str, meaning: Meaning) -> str:
    same = term.casefold() == meaning.expansion.casefold()
    return term if same else f"{term} ({meaning.expansion})"


def _mark(source: Source | None) -> str:
    return "" if source is None else f" [{source.n}]"


def _example(meaning: Meaning) -> list[str]:
    return [f"Example: {meaning.example}"] if meaning.example else []
