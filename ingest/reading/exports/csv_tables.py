"""CSV to articles: one for each row that has a title and a text, else one table."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import AliasChoices

from ingest.reading.documents.grids import MAX_CELLS, MAX_COLUMNS, grid_blocks
from ingest.reading.documents.packages import as_article, one_line
from ingest.reading.exports.records import Record, read_record, record_of
from ingest.reading.hygiene import clean_text
from ingest.reading.remarks import Remark
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["read_csv"]

_SEPARATORS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 40
_NAMED = re.compile(r"^sep=(.)\r?\n", re.IGNORECASE)
_TITLES = frozenset({"title", "articletitle", "question", "subject", "heading", "preferredphrase"})
_TEXTS = frozenset({"text", "body", "articlebody", "content", "answer", "html"})
# In a list of things these hold a few words, and only in one of articles a text.
_SOFT_TITLES, _SOFT_TEXTS = frozenset({"name", "term", "topic"}), frozenset({"description"})
_MIN_WORDS_OF_TEXT = 25


def read_csv(text: str, *, location: str, stem: str) -> Iterator[Article | ArticleError | Remark]:
    """Yield the article of each row, or one article with the whole table.

    The separator is the one that gives most rows the same number of cells.

    Raises:
        ArticleError: when it cannot be taken apart, has too many cells, or no words.
    """
    # The limit is one of the whole process: it must not be that of the file before.
    csv.field_size_limit(len(text) + 1)
    named = _NAMED.match(text)
    text = text[named.end() :] if named else text
    separator = named[1] if named else _separator(text)
    rows = _rows(text, separator, location=location, lines_above=1 if named else 0)
    keys = _article_keys(rows)
    if keys is None:
        cells = [
            [cell for _, cell in zip(range(MAX_COLUMNS), row, strict=False)] for _, row in rows
        ]
        blocks = list(grid_blocks([["; ".join(_lines(cell)) for cell in row] for row in cells]))
        yield as_article(blocks, {}, location=location, stem=stem)
        return
    for number, (line, row) in enumerate(rows[1:], start=1):
        if not any(cell.strip() for cell in row):
            continue
        values = {key: cell for key, cell in zip(keys, row, strict=False) if key and cell.strip()}
        try:
            record = record_of(values, location=location, line=line)
            yield read_record(record, number, location=location, stem=stem, line=line)
        except ArticleError as exc:
            yield exc


def _separator(text: str) -> str:
    best, best_score = ",", 0.0
    lines = text.split("\n", _SAMPLE_ROWS * 4)[: _SAMPLE_ROWS * 4]
    for separator in _SEPARATORS:
        try:
            rows = [row for row in csv.reader(lines, delimiter=separator) if row][:_SAMPLE_ROWS]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows)
        width, count = widths.most_common(1)[0] if widths else (1, 0)
        # A comma in running text gives some rows many cells; a separator gives all the same.
        score = count / max(len(rows), 1) if width > 1 else 0.0
        if score > best_score + 0.01:
            best, best_score = separator, score
    return best


def _rows(
    text: str, separator: str, *, location: str, lines_above: int
) -> list[tuple[int, list[str]]]:
    """Return the line and the cells of each row; empty rows too, which part tables."""
    rows: list[tuple[int, list[str]]] = []
    cells = 0
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=False)
    try:
        line = lines_above + 1
        for row in reader:
            cells += len(row)
            if cells > MAX_CELLS:
                raise ArticleError(
                    f"has more than {MAX_CELLS:,} cells; split it", location=location
                )
            rows.append((line, row))
            line = lines_above + reader.line_num + 1
    except csv.Error as exc:
        raise ArticleError(
            f"cannot be read as CSV: {exc}; export it again",
            location=location,
            line=lines_above + reader.line_num,
        ) from exc
    return rows


def _article_keys(rows: Sequence[tuple[int, list[str]]]) -> list[str] | None:
    """Return what each column is in an article, or None when the rows are no articles."""
    if len(rows) < 2:
        return None
    heads = [re.sub(r"[^a-z0-9]", "", one_line(cell).lower()) for cell in rows[0][1]]
    title = next((head for head in heads if head in _TITLES), "")
    text = next((head for head in heads if head in _TEXTS), "")
    soft_title = title or next((head for head in heads if head in _SOFT_TITLES), "")
    soft_text = text or next((head for head in heads if head in _SOFT_TEXTS), "")
    if not soft_title or not soft_text:
        return None
    if not (title and text):
        at = heads.index(soft_text)
        words = [len(row[at].split()) for _, row in rows[1:] if len(row) > at]
        if sum(words) < _MIN_WORDS_OF_TEXT * len(words):
            return None
    known = {_plain(name): name for name in _names_of_record()}
    keys = {soft_title: "title", soft_text: "text"}
    return [keys.get(head) or known.get(head, "") for head in heads]


def _names_of_record() -> Iterator[str]:
    for name, field in Record.model_fields.items():
        if name in ("title", "text"):
            continue
        alias = field.validation_alias
        names = alias.choices if isinstance(alias, AliasChoices) else [name]
        yield from map(str, names)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _lines(cell: str) -> list[str]:
    return [line for part in clean_text(cell).split("\n") if (line := " ".join(part.split()))]
