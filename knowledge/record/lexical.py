"""The full-text index beside the chunks: SQLite FTS5 or PostgreSQL, fed by our own analyser.

Terms are stemmed before they are stored, so both databases index the same words and a query term
matches what the rest of the program calls the same word.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from knowledge.text.language import stems_of

__all__ = [
    "LexicalEntry",
    "add_entries",
    "entry_of",
    "query_entries",
    "remove_entries",
    "term_frequencies",
]

# Title and heading words say what a passage is about; the body says it more often.
TITLE_WEIGHT, HEADING_WEIGHT, BODY_WEIGHT = 2.0, 1.5, 1.0
MAX_TERM_CHARS = 200
SEEN_FIRST = 3
"""How many times what is wanted is looked at first; more where too few of them can be seen."""
ALL = -1
ACTIVE = (
    "JOIN chunk c ON c.seq = s.{key} "
    "JOIN article a ON a.article_id = c.article_id AND a.active_version_id = c.version_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalEntry:
    """What is indexed of one chunk."""

    title: str
    heading: str
    body: str

    def analysed(self, *, is_sqlite: bool) -> dict[str, str]:
        """Return what is stored of it; that takes time, so it is made before a transaction."""
        if not is_sqlite:
            return {"terms": _tsvector(self)}
        return {
            "title": " ".join(_tokens(self.title)),
            "heading": " ".join(_tokens(self.heading)),
            "body": " ".join(_tokens(self.body)),
        }


def entry_of(chunk: Any) -> LexicalEntry:
    """Return what is indexed of a chunk, or of a row that holds one."""
    body = "\n".join((chunk.text, *chunk.questions))
    return LexicalEntry(title=chunk.title, heading=chunk.heading, body=body)


def add_entries(connection: Connection, analysed: Mapping[int, dict[str, str]]) -> None:
    """Index new chunks, by their `seq`, in the transaction of `connection`."""
    if not analysed:
        return
    if _is_sqlite(connection):
        statement = (
            "INSERT INTO chunk_search (rowid, title, heading, body) "
            "VALUES (:seq, :title, :heading, :body)"
        )
    else:
        statement = "INSERT INTO chunk_search (seq, terms) VALUES (:seq, CAST(:terms AS tsvector))"
    connection.execute(text(statement), [{"seq": seq, **row} for seq, row in analysed.items()])


def remove_entries(connection: Connection, seqs: Sequence[int]) -> None:
    """Forget chunks; unknown ones are ignored."""
    key = "rowid" if _is_sqlite(connection) else "seq"
    statement = text(f"DELETE FROM chunk_search WHERE {key} = :seq")  # noqa: S608
    if seqs:
        connection.execute(statement, [{"seq": seq} for seq in seqs])


def query_entries(
    connection: Connection, query: Sequence[str], *, limit: int
) -> list[tuple[str, float]]:
    """Return ids of active chunks that hold any of the stemmed terms, best first.

    The score is BM25 over title, heading and body on SQLite; on PostgreSQL, which has no BM25,
    it is the sum of `ts_rank` of each term weighted by its inverse document frequency.
    """
    tokens = list(dict.fromkeys(_token(term) for term in query))
    if not tokens:
        return []
    if _is_sqlite(connection):
        return _query_sqlite(connection, tokens, limit=limit)
    return _query_postgresql(connection, tokens, limit=limit)


def term_frequencies(connection: Connection) -> dict[str, int]:
    """Return in how many chunks each stemmed term occurs."""
    if _is_sqlite(connection):
        rows = connection.execute(text("SELECT term, doc AS chunks FROM chunk_terms"))
    else:
        rows = connection.execute(
            text(
                "SELECT word AS term, ndoc AS chunks FROM ts_stat('SELECT terms FROM chunk_search')"
            )
        )
    return {row.term: int(row.chunks) for row in rows}


def _query_sqlite(
    connection: Connection, tokens: Sequence[str], *, limit: int
) -> list[tuple[str, float]]:
    values = {
        "match": " OR ".join(f'"{token}"' for token in tokens),
        "limit": limit,
        "title": TITLE_WEIGHT,
        "heading": HEADING_WEIGHT,
        "body": BODY_WEIGHT,
    }
    rows: Sequence[Row[Any]] = ()
    # Common words are in half of a corpus: whether they can be seen is asked of the best ones.
    for best in (SEEN_FIRST * limit, ALL):
        rows = connection.execute(
            text(
                "WITH s AS MATERIALIZED (SELECT rowid AS seq, "  # noqa: S608
                "-bm25(chunk_search, :title, :heading, :body) AS score FROM chunk_search "
                "WHERE chunk_search MATCH :match ORDER BY score DESC, rowid LIMIT :best) "
                f"SELECT c.chunk_id, s.score, (SELECT count(*) FROM s) AS found FROM s "
                f"{ACTIVE.format(key='seq')} ORDER BY s.score DESC, s.seq LIMIT :limit"
            ),
            {**values, "best": best},
        ).all()
        if len(rows) == limit or (rows and rows[0].found < best):
            break
    return [(row.chunk_id, float(row.score)) for row in rows]


def _query_postgresql(
    connection: Connection, tokens: Sequence[str], *, limit: int
) -> list[tuple[str, float]]:
    total = connection.execute(text("SELECT count(*) FROM chunk_search")).scalar_one()
    parts: list[str] = []
    values: dict[str, float | str] = {}
    for number, token in enumerate(tokens):
        found = connection.execute(
            text("SELECT count(*) FROM chunk_search WHERE terms @@ CAST(:q AS tsquery)"),
            {"q": f"'{token}'"},
        ).scalar_one()
        values[f"q{number}"] = f"'{token}'"
        values[f"w{number}"] = math.log(1 + (total - found + 0.5) / (found + 0.5))
        parts.append(
            f":w{number} * ts_rank('{{0.1, 0.5, 0.75, 1.0}}', s.terms, "
            f"CAST(:q{number} AS tsquery), 1)"
        )
    rows = connection.execute(
        text(
            f"SELECT c.chunk_id, {' + '.join(parts)} AS score "  # noqa: S608
            f"FROM chunk_search s {ACTIVE.format(key='seq')} "
            "WHERE s.terms @@ CAST(:any AS tsquery) ORDER BY score DESC, c.seq LIMIT :limit"
        ),
        {**values, "any": " | ".join(f"'{token}'" for token in tokens), "limit": limit},
    )
    return [(row.chunk_id, float(row.score)) for row in rows]


def _tsvector(entry: LexicalEntry) -> str:
    places: dict[str, list[str]] = {}
    position = 0
    for field, weight in ((entry.title, "A"), (entry.heading, "B"), (entry.body, "C")):
        for token in _tokens(field):
            # PostgreSQL keeps positions up to 16,383 and 255 of them for a term.
            position = min(position + 1, 16_383)
            places.setdefault(token, []).append(f"{position}{weight}")
    return " ".join(f"'{token}':{','.join(seen[:255])}" for token, seen in places.items())


def _tokens(field: str) -> list[str]:
    return [_token(term) for term in stems_of(field)]


def _token(term: str) -> str:
    # Terms such as "f&a" or "2.5" must stay one token for the database's own tokeniser, and
    # PostgreSQL refuses a text with a word of more than 2 KiB.
    return "".join(char if char.isalnum() else "_" for char in term[:MAX_TERM_CHARS])


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
