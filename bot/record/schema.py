"""The tables of what people asked; the record's migrations make them."""

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from knowledge.record.schema import metadata

__all__ = [
    "answer",
    "channel",
    "deed",
    "digest",
    "expert_question",
    "gap_dismissal",
    "inbox",
    "remark",
    "vote",
]

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
    Column("received_at", DateTime(timezone=True), nullable=False, index=True),
    # The lease of the process that works on it, and the number of the turn; empty when none does.
    Column("owner", String(64), nullable=False, server_default=""),
    Column("fence", Integer, nullable=False, server_default="0"),
    # For taking people in turns and for limits; emptied soon after.
    Column("user_id", Text, nullable=False, server_default=""),
    Column("channel_id", Text, nullable=False, server_default=""),
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

# Stored under the name that it had at first.
vote = Table(
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

# Where an administrator lets the assistant hear more than what mentions it.
channel = Table(
    "channel",
    metadata,
    Column("channel_id", Text, primary_key=True),
    Column("mode", String(16), nullable=False),  # mention, threads, sure
    Column("set_by", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
)

# What the articles do not answer, passed to people who may know.
expert_question = Table(
    "expert_question",
    metadata,
    Column(
        "answer_id",
        String(32),
        ForeignKey("answer.answer_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("question", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("channel_id", Text, nullable=False),
    Column("thread_ts", Text, nullable=False),
    Column("place", Text, nullable=False),
    # open, taken, sending, answered, declined
    Column("state", String(16), nullable=False, index=True),
    Column("expert_id", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
)

# Refusals and answers that administrators do not want to see among the gaps any more.
gap_dismissal = Table(
    "gap_dismissal",
    metadata,
    Column(
        "answer_id",
        String(32),
        ForeignKey("answer.answer_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # What happens after it, such as a vote, counts again.
    Column("dismissed_at", DateTime(timezone=True), nullable=False),
)

# Where a digest is posted each week.
digest = Table(
    "digest",
    metadata,
    Column("channel_id", Text, primary_key=True),
    Column("set_by", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
    # The last one, or when it was turned on.
    Column("sent_at", DateTime(timezone=True), nullable=False),
)
