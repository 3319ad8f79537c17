"""The tables of the record, the one place where everything that must not be lost is kept."""

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "answer",
    "article",
    "article_version",
    "audit",
    "chunk",
    "deed",
    "embedding",
    "feedback",
    "generation",
    "inbox",
    "metadata",
    "question_vectors",
    "remark",
    "run",
    "source",
    "unit_vectors",
]

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
    Column("state", String(16), nullable=False),  # running, done, partly, failed, interrupted
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
)

inbox = Table(
    "inbox",
    metadata,
    Column("inbox_id", Integer, primary_key=True, autoincrement=True),
    Column("event_id", Text, nullable=False, unique=True),
    # A mention arrives as two events of one message; the message is answered once.
    Column("message_key", Text, nullable=False, unique=True),
    Column("payload", JSON, nullable=True),
    Column("state", String(16), nullable=False, index=True),  # waiting, sending, done
    Column("attempts", Integer, nullable=False, default=0),
    Column("received_at", DateTime(timezone=True), nullable=False),
)

answer = Table(
    "answer",
    metadata,
    Column("answer_id", String(32), primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("outcome", JSON, nullable=False),
    Column("total_ms", Float, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, index=True),
    Index("ix_answer_conversation_created_at", "conversation", "created_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("feedback_id", Integer, primary_key=True, autoincrement=True),
    Column(
        "answer_id",
        String(32),
        ForeignKey("answer.answer_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("user_id", Text, nullable=False),
    Column("vote", String(8), nullable=False),
    Column("voted_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("answer_id", "user_id"),
)

# Why somebody voted as they did.
remark = Table(
    "remark",
    metadata,
    Column(
        "answer_id",
        String(32),
        ForeignKey("answer.answer_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("user_id", Text, primary_key=True),
    Column("reason", String(16), nullable=False),
    Column("words", Text, nullable=False),
    Column("remarked_at", DateTime(timezone=True), nullable=False),
)

# What was done with the buttons of an answer, each of which is used once.
deed = Table(
    "deed",
    metadata,
    Column(
        "answer_id",
        String(32),
        ForeignKey("answer.answer_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("kind", String(16), primary_key=True),  # asked, shared, passed_on
    Column("user_id", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("done_at", DateTime(timezone=True), nullable=False),
)
