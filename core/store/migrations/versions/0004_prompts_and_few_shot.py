"""Example sets with columns, tags and notes; which examples an answer was given; templates."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "example_sets", sa.Column("test_share", sa.Float(), server_default="0.2", nullable=False)
    )
    for column in ("columns", "tags", "note"):
        op.add_column("example_sets", sa.Column(column, sa.Text(), nullable=True))
    for column in ("fields", "tags"):
        op.add_column("examples", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("answers", sa.Column("few_shot_set", sa.String(length=200), nullable=True))
    op.add_column("answers", sa.Column("few_shot_ids", sa.Text(), nullable=True))
    op.create_index(
        "ix_answers_by_few_shot_set", "answers", ["few_shot_set", "error_kind"], unique=False
    )
    op.create_table(
        "templates",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("user_part", sa.Text(), nullable=False),
        sa.Column("example_part", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version"),
    )


def downgrade() -> None:
    op.drop_table("templates")
    op.drop_index("ix_answers_by_few_shot_set", table_name="answers")
    op.drop_column("answers", "few_shot_ids")
    op.drop_column("answers", "few_shot_set")
    for column in ("tags", "fields"):
        op.drop_column("examples", column)
    for column in ("note", "tags", "columns", "test_share"):
        op.drop_column("example_sets", column)
