"""What servers gave with web pages; what was visible before the latest runs."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "web_page",
        sa.Column("source_location", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source_location", "location", name=op.f("pk_web_page")),
    )
    op.create_table(
        "before_run",
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("version_id", sa.String(length=64), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("source_location", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "article_id", name=op.f("pk_before_run")),
    )
    op.create_index(op.f("ix_before_run_version_id"), "before_run", ["version_id"], unique=False)
    op.create_table(
        "kept_chunk",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chunk_id", sa.String(length=64), nullable=False),
        sa.Column("version_id", sa.String(length=64), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("questions", sa.JSON(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_kept_chunk")),
    )
    op.create_index(op.f("ix_kept_chunk_version_id"), "kept_chunk", ["version_id"], unique=False)
