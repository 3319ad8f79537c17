"""AsciiDoc to articles: its blocks, written as Markdown."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.reading.documents.packages import as_article
from ingest.reading.letters import escape_line, escape_text
from ingest.reading.markup.asciidoc_conditions import resolve_conditions
from ingest.reading.markup.asciidoc_inline import Attributes, shown_text
from ingest.reading.markup.asciidoc_tables import table_rows
from ingest.reading.remarks import Remark
from knowledge.domain import Article

__all__ = ["read_asciidoc"]

_TITLE = re.compile(r"^= (\S.*)$", re.MULTILINE)
_HEADING = re.compile(r"^(={2,6}|#{2,6}) (\S.*?)(?: =+)?$")
_ATTRIBUTE = re.compile(r"^:(!?[\w-]+!?):(?:\s+(.*))?$")
_BLOCK_LINE = re.compile(r"^\[.*\]$")
_BLOCK_TITLE = re.compile(r"^\.([^\s.].*)$")
_ITEM = re.compile(r"^\s*(\*{1,5}|-|\.{1,5}|\d+\.|<(?:\d+|\.)>)\s+(\S.*)$")
_TERM = re.compile(r"^(\S.*?)(:{2,4}|;;)(?:\s+(.*))?$")
_FENCE = re.compile(r"^(-{4,}|={4,}|\.{4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|`{3,}.*|\|={3,}|,={3,}|--)$")
_NOTE = re.compile(r"^(NOTE|TIP|WARNING|CAUTION|IMPORTANT): (.*)$")
_DIRECTIVE = re.compile(r"^(include|ifdef|ifndef|ifeval|endif)::(.*)\[.*\]$")
_MEDIA = re.compile(r"^(image|video|audio|toc)::(\S*)\[(.*)\]$")
_AUTHOR = re.compile(r"^[^:=\[<>]{2,80}(?:<[^<>\s]{3,100}>)?$")
_REVISION = re.compile(r"^v?[\d.]*,?\s*\d{4}-\d\d-\d\d.*$|^v\d[\d.]*.*$")
_ITEM_CHECK = re.compile(r"^\[[ xX*]\] ")
_VERBATIM = ("-", ".", "+", "`")
_MAX_DEPTH = 12


def read_asciidoc(text: str, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article in clean `text`, and remarks on files that it would include.

    Raises:
        ArticleError: when there is no text in it.
    """
    text, dropped = resolve_conditions(text)
    reader = _Reader(text)
    reader.left_out["lines of conditions that do not hold"] += dropped
    about = reader.head()
    blocks = list(reader.blocks())
    for what, count in sorted(reader.left_out.items()):
        if count:
            yield Remark(text=f"{count} {what} in it are left out", location=location)
    yield as_article(blocks, about, title=about.get("title", ""), location=location, stem=stem)


class _Reader:
    """Goes through the lines, from one block to the next."""

    def __init__(self, text: str, *, attributes: Attributes | None = None, depth: int = 0) -> None:
        self._lines = text.split("\n")
        self._at = 0
        self._depth = depth
        self._attributes: Attributes = {} if attributes is None else attributes
        self.left_out: Counter[str] = Counter()

    def head(self) -> dict[str, str]:
        """Read the title with the lines right below it, and the attributes."""
        about: dict[str, str] = {}
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if (title := _TITLE.match(line)) and "title" not in about:
                about["title"] = self._plain(title[1])
            elif _ATTRIBUTE.match(line):
                self._set(line)
            elif "title" in about and not about.get("creator") and _AUTHOR.match(line) and line:
                about["creator"] = line.partition("<")[0].strip().replace(";", ",")
            elif "creator" in about and _REVISION.match(line):
                about["modified"] = line
            elif line.startswith("//") and not line.startswith("////"):
                pass
            elif line.strip() or "title" in about:
                break
            self._at += 1
        for name, key in (("author", "creator"), ("revdate", "modified")):
            if name in self._attributes:
                about[key] = self._attributes[name]
        return about

    def blocks(self) -> Iterator[str]:
        """Yield the blocks that follow, as Markdown."""
        style = ""
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip()
            if _BLOCK_LINE.match(line) and not _ITEM_CHECK.match(line):
                style = line[1:-1]
                self._at += 1
                continue
            if not line or line == "+" or self._is_skipped(line):
                self._at += 1
                continue
            yield from self._block(line, style)
            style = ""

    def _block(self, line: str, style: str, *, in_list: bool = False) -> Iterator[str]:
        if heading := _HEADING.match(line):
            self._at += 1
            if style == "discrete":
                yield escape_line(self._plain(heading[2]))
            else:
                yield f"{'#' * min(len(heading[1]), 6)} {escape_text(self._plain(heading[2]))}"
        elif _FENCE.match(line):
            yield from self._fenced(line, style)
        elif _ITEM.match(line) or (_TERM.match(line) and not style.startswith("source")):
            yield from self._list()
        elif title := _BLOCK_TITLE.match(line):
            self._at += 1
            yield escape_line(self._plain(title[1]))
        else:
            yield from self._paragraph(style, in_list=in_list)

    def _is_skipped(self, line: str) -> bool:
        """Say whether a line shows nothing; what is left out with it is counted."""
        if directive := _DIRECTIVE.match(line):
            self.left_out["files to include"] += directive[1] == "include"
            return True
        if media := _MEDIA.match(line):
            self.left_out["pictures"] += media[1] != "toc"
            return True
        if _ATTRIBUTE.match(line):
            self._set(line)
            return True
        is_comment = line.startswith("//") and not line.startswith("////")
        return is_comment or line in ("'''", "---", "***", "<<<")

    def _fenced(self, fence: str, style: str) -> Iterator[str]:
        self._at += 1
        start = self._at
        end = "```" if fence.startswith("```") else fence
        while self._at < len(self._lines) and self._lines[self._at].rstrip() != end:
            self._at += 1
        inside = self._lines[start : self._at]
        self._at += 1
        mark = fence[0]
        if mark == "/":
            return
        if mark in "|,":
            yield from table_rows(inside, style, plain=self._plain, is_csv=mark == ",")
        elif mark in _VERBATIM and fence != "--":
            code = "\n".join(inside).strip("\n")
            code = re.sub(r"(?:[ \t]*<(?:\d+|\.)>)+$", "", code, flags=re.MULTILINE)
            yield from [f"````\n{code}\n````"] if code.strip() else ()
        else:
            yield from self._quoted(self._inner(inside), style, is_quote=mark == "_")

    def _quoted(self, blocks: list[str], style: str, *, is_quote: bool) -> Iterator[str]:
        _, *names = (part.strip().strip("\"'") for part in style.split(","))
        if is_quote and names:
            blocks = [*blocks, escape_line(", ".join(filter(None, names)))]
        yield from blocks

    def _inner(self, lines: list[str]) -> list[str]:
        if self._depth > _MAX_DEPTH:
            return [escape_line(" ".join(" ".join(lines).split()))]
        inner = _Reader("\n".join(lines), attributes=self._attributes, depth=self._depth + 1)
        blocks = list(inner.blocks())
        self.left_out += inner.left_out
        return blocks

    def _list(self) -> Iterator[str]:
        """Yield a list, each item a line; what is attached to an item by `+` follows it."""
        levels: list[str] = []
        items: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip()
            if item := _ITEM.match(line):
                mark = re.sub(r"\d+", "1", item[1])
                levels = levels[: levels.index(mark) + 1] if mark in levels else [*levels, mark]
                self._at += 1
                text = self._plain(_ITEM_CHECK.sub("", f"{item[2]} {self._rest_of_paragraph()}"))
                items.append(f"{'  ' * (min(len(levels), 8) - 1)}- {escape_text(text)}")
            elif (term := _TERM.match(line)) and not _FENCE.match(line):
                self._at += 1
                rest = f"{term[3] or ''} {self._rest_of_paragraph(skip_blank=not term[3])}"
                text = self._plain(rest)
                shown = escape_text(self._plain(term[1]))
                items.append(f"- {shown}: {escape_text(text)}" if text else f"- {shown}")
                levels = []
            elif line == "+":
                self._at += 1
                yield _dedented(items)
                items = []
                if self._at < len(self._lines) and self._lines[self._at].strip():
                    yield from self._attached()
            elif line or not self._goes_on():
                break
            else:
                self._at += 1
        if items:
            yield _dedented(items)

    def _attached(self) -> Iterator[str]:
        style = ""
        line = self._lines[self._at].rstrip()
        if _BLOCK_LINE.match(line) and self._at + 1 < len(self._lines):
            style = line[1:-1]
            self._at += 1
            line = self._lines[self._at].rstrip()
        if self._is_skipped(line) or not line:
            self._at += 1
        else:
            yield from self._block(line, style, in_list=True)

    def _goes_on(self) -> bool:
        """Say whether the next line that is not blank is an item, too."""
        for line in self._lines[self._at : self._at + 4]:
            if line.strip():
                return bool(_ITEM.match(line) or _TERM.match(line))
        return False

    def _rest_of_paragraph(self, *, skip_blank: bool = False) -> str:
        lines: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip()
            if skip_blank and not lines and not line:
                self._at += 1
                continue
            ends = _ITEM.match(line) or _FENCE.match(line) or _TERM.match(line)
            if not line or line == "+" or ends or _BLOCK_LINE.match(line) or _HEADING.match(line):
                break
            self._at += 1
            if not self._is_skipped(line):
                lines.append(line.strip())
        return " ".join(lines)

    def _paragraph(self, style: str, *, in_list: bool) -> Iterator[str]:
        first = self._lines[self._at]
        lines: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip()
            if not line or (lines and (_FENCE.match(line) or _BLOCK_LINE.match(line))):
                break
            if in_list and lines and (line == "+" or _ITEM.match(line)):
                break
            self._at += 1
            if not self._is_skipped(line):
                lines.append(line)
        is_code = style.startswith(("source", "listing", "literal")) or first.startswith(" ")
        if is_code and lines:
            yield "````\n" + "\n".join(lines) + "\n````"
            return
        text = " ".join(line.removesuffix(" +").strip() for line in lines)
        if note := _NOTE.match(text):
            text = note[2]
        if shown := self._plain(text):
            yield from self._quoted([escape_line(shown)], style, is_quote=style[:5] == "quote")

    def _set(self, line: str) -> None:
        found = _ATTRIBUTE.match(line)
        if found is not None and "!" not in found[1]:
            self._attributes[found[1].lower()] = self._plain(found[2] or "")

    def _plain(self, text: str) -> str:
        return shown_text(text, self._attributes)


def _dedented(items: Sequence[str]) -> str:
    """Return items as a list of their own; a deeper indent would make code of them."""
    lines, above = list[str](), -2
    for item in items:
        bare = item.lstrip()
        above = min(len(item) - len(bare), above + 2)
        lines.append(" " * above + bare)
    return "\n".join(lines)
