"""Prompt templates: each name a line of versions, none of which ever changes."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select

from core.errors import StoreError
from core.example_set import normalised
from core.store.collection_versions import writing
from core.store.example_rows import utc
from core.store.tables import templates
from core.store.versions import MAX_VERSION, write_version
from core.template import Template, checked_template


class Templates:
    """The templates of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, template: Template, columns: Collection[str]) -> Template:
        """Store the next version of a name; the newest one itself when nothing has changed.

        Args:
            template: as somebody wrote it; its version and time do not count.
            columns: columns of the example sets that are stored.

        Raises:
            UsageError: `bad_template`, see `core.template.checked_template`.
            StoreError: `not_stored`.
        """
        made = checked_template(template, columns)
        return self._store(replace(made, name=normalised(made.name)))

    def get(self, name: str, version: int | None = None) -> Template:
        """A version of a name; None is the newest.

        Raises:
            StoreError: `not_found`.
        """
        with self._engine.connect() as connection:
            found = _version(connection, normalised(name), version)
        if found is None:
            what = "template" if version is None else f"version {version} of a template"
            raise StoreError("not_found", f"no {what} named {name!r} is stored here")
        return found

    def versions(self, name: str) -> tuple[Template, ...]:
        """All versions of a name, the newest first; none for a name that is not stored."""
        query = select(templates).where(templates.c.name == normalised(name))
        return self._read(query.order_by(templates.c.version.desc()))

    def list(self) -> tuple[Template, ...]:
        """The newest version of each name; the last stored first."""
        newer = templates.alias()
        newest = select(func.max(newer.c.version)).where(newer.c.name == templates.c.name)
        query = select(templates).where(templates.c.version == newest.scalar_subquery())
        return self._read(query.order_by(templates.c.created_at.desc(), templates.c.name))

    def roll_back(self, name: str, version: int) -> Template:
        """Store the text of an earlier version as the newest one.

        Raises:
            StoreError: `not_found`, `not_stored`.
        """
        return self._store(self.get(name, version))

    def remove(self, name: str) -> None:
        """Forget a name with all its versions. Raises `StoreError` of kind `not_stored`."""
        statement = delete(templates).where(templates.c.name == normalised(name))
        with writing(self._engine, "could not remove the template") as connection:
            connection.execute(statement)

    def _store(self, wanted: Template) -> Template:
        def write(connection: Connection) -> Template:
            newest = _version(connection, wanted.name, None)
            if newest is not None and newest.hash == wanted.hash:
                return newest
            version = newest.version + 1 if newest else 1
            made = replace(wanted, version=version, created_at=datetime.now(UTC))
            connection.execute(insert(templates), _row(made))
            return made

        return write_version(self._engine, write)

    def _read(self, query: Select[Any]) -> tuple[Template, ...]:
        with self._engine.connect() as connection:
            return tuple(_template(row) for row in connection.execute(query))


def _version(connection: Connection, name: str, version: int | None) -> Template | None:
    query = select(templates).where(templates.c.name == name)
    if version is not None:
        if not 1 <= version <= MAX_VERSION:
            return None
        query = query.where(templates.c.version == version)
    row = connection.execute(query.order_by(templates.c.version.desc()).limit(1)).first()
    return None if row is None else _template(row)


def _template(row: Row[Any]) -> Template:
    return Template(
        name=row.name,
        version=row.version,
        system=row.system,
        user=row.user_part,
        example=row.example_part,
        created_at=utc(row.created_at),
    )


def _row(made: Template) -> dict[str, Any]:
    return {
        "name": made.name,
        "version": made.version,
        "created_at": made.created_at,
        "system": made.system,
        "user_part": made.user,
        "example_part": made.example,
    }
