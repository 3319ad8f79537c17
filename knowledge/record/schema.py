"""The tables of the record, the one place where everything that must not be lost is kept.

The tables of what people asked stand in `bot.record.schema`, on the same metadata.
"""

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

__all__ = [
    "UNCHANGED",
    "article",
    "article_version",
    "audit",
    "before_run",
    "chunk",
    "embedding",
    "generation",
    "kept_chunk",
    "lease",
    "metadata",
    "question_vectors",
    "run",
    "source",
    "switch",
    "unit_vectors",
    "web_page",
]

UNCHANGED = "unchanged"
"""State of a run that is done and found nothing to do: what is held in memory stays right."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

source = Table(
    "source",
    metadata,
    Column("location", Text, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("added_by", Text, nullable=False),
)

article = Table(
    "article",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("location", Text, nullable=False, index=True),
    Column("source_location", Text, nullable=False, index=True),
    # Visibility is this one column: a chunk can be seen when its version is the active one.
    Column("active_version_id", String(64), nullable=True, index=True),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

article_version = Table(
    "article_version",
    metadata,
    Column("version_id", String(64), primary_key=True),
    Column("article_id", Text, nullable=False, index=True),
    Column("content_hash", String(64), nullable=False),
    Column("state", String(16), nullable=False, index=True),  # staged, active, retired
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

chunk = Table(
    "chunk",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("chunk_id", String(64), nullable=False, unique=True),
    Column("version_id", String(64), nullable=False, index=True),
    Column("article_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("heading", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_hash", String(64), nullable=False, index=True),
    Column("questions", JSON, nullable=False, server_default="[]"),
    sqlite_autoincrement=True,
)

embedding = Table(
    "embedding",
    metadata,
    Column("text_hash", String(64), primary_key=True),
    Column("embedder", String(200), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

# Vectors of a chunk's sentences, made when the chunk is first part of an answer.
unit_vectors = Table(
    "unit_vectors",
    metadata,
    Column("chunk_id", String(64), primary_key=True),
    Column("embedder", String(200), primary_key=True),
    Column("vectors", LargeBinary, nullable=False),
)

# Vectors of a chunk's heading and of the questions that it answers, in the order of `asked_as`.
question_vectors = Table(
    "question_vectors",
    metadata,
    Column("chunk_id", String(64), primary_key=True),
    Column("embedder", String(200), primary_key=True),
    Column("vectors", LargeBinary, nullable=False),
)

generation = Table(
    "generation",
    metadata,
    Column("generation_id", String(32), primary_key=True),
    Column("embedder", String(200), nullable=False),
    Column("state", String(16), nullable=False, index=True),  # building, active, retired
    Column("replaced", Integer, nullable=False, default=0),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("run_id", Integer, primary_key=True, autoincrement=True),
    Column("actor", Text, nullable=False),
    # running, done, partly, failed, interrupted, and of those done the unchanged ones
    Column("state", String(16), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=True),
    Column("report", JSON, nullable=True),
)

audit = Table(
    "audit",
    metadata,
    Column("audit_id", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("result", Text, nullable=False),
    # Over this entry and the digest of the one before; empty for entries older than the chain.
    Column("digest", String(64), nullable=False, server_default=""),
)

# What one process at a time does, and which processes are alive.
lease = Table(
    "lease",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)

# What administrators have switched on for all processes; a row that is there is on.
switch = Table(
    "switch",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("actor", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

# What a server gave with a page, to ask it later whether that has changed.
web_page = Table(
    "web_page",
    metadata,
    Column("source_location", Text, primary_key=True),
    Column("location", Text, primary_key=True),
    Column("reader", String(64), nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("fetched_at", DateTime(timezone=True), nullable=False),
)

# What was visible before each of the latest runs that changed something; an empty version is none.
before_run = Table(
    "before_run",
    metadata,
    Column("run_id", Integer, primary_key=True, autoincrement=False),
    Column("article_id", Text, primary_key=True),
    Column("version_id", String(64), nullable=False, index=True),
    Column("location", Text, nullable=False),
    Column("source_location", Text, nullable=False),
)

# Chunks of versions that may come back: put away, so that nothing finds or counts them.
kept_chunk = Table(
    "kept_chunk",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("chunk_id", String(64), nullable=False),
    Column("version_id", String(64), nullable=False, index=True),
    Column("article_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("heading", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("questions", JSON, nullable=False, server_default="[]"),
)
