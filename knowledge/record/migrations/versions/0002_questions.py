"""Questions that a section answers, and their vectors."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chunk", sa.Column("questions", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "question_vectors",
        sa.Column("chunk_id", sa.String(length=64), nullable=False),
        sa.Column("embedder", sa.String(length=200), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chunk_id", "embedder", name=op.f("pk_question_vectors")),
    )
