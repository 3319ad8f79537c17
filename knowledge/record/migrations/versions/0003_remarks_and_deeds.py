"""Why people voted as they did, and what was done with the buttons of answers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "remark",
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("remarked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["answer.answer_id"],
            name=op.f("fk_remark_answer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("answer_id", "user_id", name=op.f("pk_remark")),
    )
    op.create_table(
        "deed",
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["answer.answer_id"],
            name=op.f("fk_deed_answer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("answer_id", "kind", name=op.f("pk_deed")),
    )
