"""The same answer as different models write it: how they cite, and what they put around it."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

__all__ = ["PLAIN", "STYLES", "Sentence"]

Sentence: TypeAlias = tuple[str, tuple[int, ...]]
"""A sentence, and the passages that it cites."""
Style: TypeAlias = Callable[[Sequence[Sentence]], str]

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _after(mark: Callable[[tuple[int, ...]], str]) -> Style:
    """Return a style that writes `mark` after each sentence."""
    return lambda answer: " ".join(f"{text}{mark(cited)}" for text, cited in answer)


def _inside(mark: Callable[[tuple[int, ...]], str]) -> Style:
    """Return a style that writes `mark` before each sentence's full stop."""
    return lambda answer: " ".join(f"{text[:-1]}{mark(cited)}{text[-1]}" for text, cited in answer)


def _each(form: str) -> Callable[[tuple[int, ...]], str]:
    return lambda cited: "".join(form.format(n) for n in cited)


def _joined(form: str, *, by: str = ", ") -> Callable[[tuple[int, ...]], str]:
    return lambda cited: form.format(by.join(map(str, cited)))


def _range(cited: tuple[int, ...]) -> str:
    first, last = min(cited), max(cited)
    is_range = len(cited) > 1 and cited == tuple(range(first, last + 1))
    return f" [{first}-{last}]" if is_range else _joined(" [{}]")(cited)


def _around(before: str, after: str) -> Style:
    return lambda answer: f"{before}{PLAIN(answer)}{after}"


def _lines(form: str, *, between: str = "\n") -> Style:
    """Return a style that gives each sentence a line of its own."""
    return lambda answer: between.join(
        form.format(text=text, marks=_each("[{}]")(cited), n=n)
        for n, (text, cited) in enumerate(answer, start=1)
    )


def _bare_table(answer: Sequence[Sentence]) -> str:
    rows = [f"| {text} | {_joined('{}')(cited)} |" for text, cited in answer]
    return "\n".join(["| What | Passage |", "| :-- | --: |", *rows])


def _table(answer: Sequence[Sentence]) -> str:
    rows = [f"| {text} | {_each('[{}]')(cited)} |" for text, cited in answer]
    return "\n".join(["| Point | Source |", "|---|---|", *rows])


def _bold_words(answer: Sequence[Sentence]) -> str:
    return PLAIN([(_marked_up(text, "**"), cited) for text, cited in answer])


def _italic_words(answer: Sequence[Sentence]) -> str:
    return PLAIN([(_marked_up(text, "*"), cited) for text, cited in answer])


def _marked_up(text: str, sign: str) -> str:
    first, *rest = text.split(" ")
    return " ".join([f"{sign}{first}{sign}", *rest])


PLAIN = _after(_each("[{}]"))

STYLES: dict[str, Style] = {
    "[1][2] after a space": _after(lambda cited: f" {_each('[{}]')(cited)}"),
    "[1] [2]": _after(_each(" [{}]")),
    "[1, 2]": _after(_joined(" [{}]")),
    "[1,2]": _after(_joined("[{}]", by=",")),
    "[1; 2]": _after(_joined(" [{}]", by="; ")),
    "[1 and 2]": _after(_joined(" [{}]", by=" and ")),
    "[1-3]": _after(_range),
    "inside [1][2].": _inside(lambda cited: f" {_each('[{}]')(cited)}"),
    "inside [1, 2].": _inside(_joined(" [{}]")),
    "(1)": _after(_each(" ({})")),
    "(1, 2)": _after(_joined(" ({})")),
    "inside (1, 2).": _inside(_joined(" ({})")),
    "[Passage 1]": _after(_each(" [Passage {}]")),
    "[Passages 1, 2]": _after(_joined(" [Passages {}]")),
    "[Source: 1]": _after(_each(" [Source: {}]")),
    "(Passage 1)": _inside(_each(" (Passage {})")),
    "(see passage 1)": _inside(_joined(" (see passage {})", by=" and ")),
    "【1】": _after(_each("【{}】")),
    "【1†source】": _after(_each("【{}†source】")),
    "[^1]": _after(_each("[^{}]")),
    "superscript": _after(lambda cited: _each("{}")(cited).translate(RAISED)),
    "superscript inside": _inside(lambda cited: _each("{}")(cited).translate(RAISED)),
    "bold marks": _after(_each(" **[{}]**")),
    "marks in italics": _after(_each(" *[{}]*")),
    "bold words": _bold_words,
    "words in italics": _italic_words,
    "list": _lines("- {text} {marks}"),
    "list with stars": _lines("* {text} {marks}"),
    "list with bullets": _lines("• {text} {marks}"),
    "numbered": _lines("{n}. {text} {marks}"),
    "numbered in brackets": _lines("{n}) {text} {marks}"),
    "list with blank lines": _lines("- {text} {marks}", between="\n\n"),
    "a paragraph each": _lines("{text} {marks}", between="\n\n"),
    "headings": _lines("### Point {n}\n\n{text} {marks}", between="\n\n"),
    "bold headings": _lines("**Point {n}**\n{text} {marks}", between="\n\n"),
    "quoted": _lines("> {text} {marks}"),
    "table": _table,
    "table with bare numbers": _bare_table,
    "<think>": _around("<think>The person asks. Passage 1 may help.\n\nYes.</think>\n\n", ""),
    "greeting": _around("Hello! Great question. ", ""),
    "opener": _around("Sure! Here's what the articles say:\n\n", ""),
    "offer": _around("", "\n\nLet me know if you would like more details!"),
    "sources": _around("", "\n\n**Sources:**\n- [1] What is BPO?\n- [2] What is KPO?"),
    "footnotes": _around("", "\n\n[^1]: What is BPO?\n[^2]: What is KPO?"),
    "heading": _around("# Answer\n\n", ""),
    "code fence": _around("```markdown\n", "\n```"),
    "rule and farewell": _around("", "\n\n---\n\nI hope this helps!"),
}
"""The ways of citing and of marking up; each says what `PLAIN` says."""
WITHOUT_MARKS: dict[str, Style] = {
    "none": lambda answer: " ".join(text for text, _ in answer),
    "at the end": lambda answer: (
        " ".join(text for text, _ in answer)
        + " "
        + "".join(f"[{n}]" for n in sorted({n for _, cited in answer for n in cited}))
    ),
}
"""Those that do not say which sentence cites what."""
