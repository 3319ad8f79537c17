"""Work that several processes share: leases, who holds an event, switches; a chain of the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PROTECT_SQLITE = (
    "CREATE TRIGGER audit_no_{verb} BEFORE {VERB} ON audit BEGIN "
    "SELECT RAISE(ABORT, 'the audit is append-only'); END"
)
PROTECT_POSTGRESQL = (
    "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
)


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "switch",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switch")),
    )
    for column in (
        sa.Column("owner", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("fence", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("user_id", sa.Text(), nullable=False, server_default=""),
        sa.Column("channel_id", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("inbox", column)
    op.create_index(op.f("ix_inbox_received_at"), "inbox", ["received_at"], unique=False)
    op.add_column(
        "audit", sa.Column("digest", sa.String(length=64), nullable=False, server_default="")
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(PROTECT_SQLITE.format(verb=verb, VERB=verb.upper()))
    else:
        for statement in PROTECT_POSTGRESQL:
            op.execute(statement)
