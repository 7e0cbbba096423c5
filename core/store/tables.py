"""The tables. Long texts stand last, so that SQLite can skip them when a query does."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

rounds = Table(
    "rounds",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False, index=True),
    Column("language", String(8), nullable=False),
    Column("recipes", Text, nullable=False),
    Column("question", Text, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("thread_id", String(40), nullable=False),
    Column("position", Integer, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False, index=True),
    Column("recipe_key", String(12), nullable=False),
    Column("label", String(300), nullable=False),
    Column("model", String(300), nullable=False),
    Column("techniques", String(100), nullable=False),
    Column("stop_reason", String(16), nullable=False),
    Column("error_kind", String(32)),
    Column("adapter", Text),
    Column("collection", String(200)),
    Column("passage_ids", Text),
    Column("few_shot_set", String(200)),
    Column("few_shot_ids", Text),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("cached_tokens", Integer),
    Column("reasoning_tokens", Integer),
    Column("usage_estimated", Integer, nullable=False, server_default="0"),
    Column("cost_usd", Float),
    Column("cost_basis", String(16), nullable=False),
    Column("ttft_s", Float),
    Column("total_s", Float, nullable=False),
    Column("recipe", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("reasoning", Text, nullable=False),
    Column("error", Text),
    Column("stages", Text, nullable=False),
    Column("sources", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    Index("ix_answers_by_model", "model", "answered_at"),
    Index("ix_answers_by_recipe", "recipe_key", "label"),
    # With what is filtered by: how often a set was used is counted past the answers' texts.
    Index("ix_answers_by_few_shot_set", "few_shot_set", "error_kind"),
)

votes = Table(
    "votes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("answer_id", ForeignKey("answers.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(80), nullable=False),
    Column("rating", Integer, nullable=False),
    Column("voted_at", DateTime(timezone=True), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("comment", Text, nullable=False),
    UniqueConstraint("answer_id", "person", name="one_vote_per_answer_and_person"),
    Index("ix_votes_by_time", "voted_at", "id"),
)

example_sets = Table(
    "example_sets",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", String(12), nullable=False),
    Column("train_count", Integer, nullable=False),
    Column("test_count", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("test_share", Float, nullable=False, server_default="0.2"),
    Column("columns", Text),
    Column("tags", Text),
    Column("note", Text),
    UniqueConstraint("name", "version", name="one_set_per_name_and_version"),
)

examples = Table(
    "examples",
    metadata,
    Column("set_id", ForeignKey("example_sets.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("split", String(8), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("fields", Text),
    Column("tags", Text),
)

templates = Table(
    "templates",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("system", Text, nullable=False),
    # `user` is a word of PostgreSQL's own.
    Column("user_part", Text, nullable=False),
    Column("example_part", Text, nullable=False),
)

collections = Table(
    "collections",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("dimension", Integer),
    Column("version", String(12), nullable=False),
    Column("embedding_tokens", BigInteger, nullable=False),
    Column("embedding_usd", Float),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("settings", Text, nullable=False),
    UniqueConstraint("name", name="one_collection_per_name"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(600), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("pages", Integer),
    Column("characters", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("settings_hash", String(64), nullable=False),
    Column("indexed_at", DateTime(timezone=True), nullable=False),
    Column("loaded", Text, nullable=False),
    UniqueConstraint("collection_id", "name", name="one_document_per_collection_and_name"),
    # Counts and the version are read from this alone, past every document's text.
    Index("ix_documents_totals", "collection_id", "language", "passages", "digest"),
)

passages = Table(
    "passages",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("collection_id", String(40), nullable=False),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("page", Integer),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("edited", Boolean, nullable=False),
    Column("wrong_source", Integer, nullable=False),
    Column("flags", String(400), nullable=False),
    Column("heading", Text, nullable=False),
    Column("added", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_passages_by_document", "document_id", "position"),
    # With what is filtered by, so that a million passages are counted past their texts.
    Index(
        "ix_passages_by_collection", "collection_id", "document_id", "position", "enabled", "flags"
    ),
)

prices = Table(
    "prices",
    metadata,
    Column("model", String(300), primary_key=True),
    Column("since", String(10), primary_key=True),
    Column("currency", String(3), nullable=False),
    Column("input_per_million", Float, nullable=False),
    Column("output_per_million", Float, nullable=False),
    Column("cached_per_million", Float),
    Column("reasoning_per_million", Float),
)

preferences = Table(
    "preferences",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)
