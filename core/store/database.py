"""Opens the database: SQLite in WAL mode or PostgreSQL, migrated to what this code expects."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError

from core.errors import StoreError

HEAD = "0004"
"""Newest migration; a test compares it with the folder. Alembic is imported only to get there."""

_LOCK = 8_241_137
"""Any fixed number: processes that start together must not migrate together."""


def open_database(url: str) -> Engine:
    """Connect and migrate.

    Raises:
        StoreError: `not_stored` when the database cannot be opened, saying why.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("not_stored", "the address of the database is not a URL") from error
    # A password may also stand among the query's parameters; nothing of it is worth showing.
    where = parsed.set(query={}).render_as_string(hide_password=True)
    engine = None
    try:
        if parsed.get_backend_name() == "sqlite":
            engine = _open_sqlite(url, parsed.database)
        else:
            engine = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=20)
        _migrate(engine)
    except Exception as error:  # a missing driver, Alembic's own errors
        if engine is not None:
            engine.dispose()
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StoreError("not_stored", f"cannot open {where}: {reason}") from error
    return engine


def _open_sqlite(url: str, file: str | None) -> Engine:
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _tune(connection, _record) -> None:  # type: ignore[no-untyped-def]
        # WAL lets pages read while an answer is stored; NORMAL is safe against a killed process.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    with engine.connect() as connection, _alone(connection):
        if _version(connection) != HEAD:
            upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run Alembic's migrations on an open connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if version is None else str(version)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    if connection.dialect.name == "sqlite":
        connection.rollback()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        connection.commit()
        return
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
    try:
        yield
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
        connection.commit()
