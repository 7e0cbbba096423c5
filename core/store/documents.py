"""The documents of collections: put with their passages, found again, taken out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from core.collection import Document, LoadedDocument, NewDocument
from core.store.collection_rows import (
    DOCUMENT_COLUMNS,
    chunks,
    document_row,
    is_own,
    passage_row,
    read_loaded,
    stored_document,
)
from core.store.collection_versions import document_digest, lock, not_found, renew, writing
from core.store.tables import documents, passages
from core.text import clean

Rows = dict[str, dict[str, Any]]
"""Rows of passages by id."""

_KEPT = ("enabled", "wrong_source")
_KEPT_WHEN_EDITED = ("edited", "text", "flags")


class Documents:
    """The documents of one database's collections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def documents(self, collection_id: str) -> tuple[Document, ...]:
        """A collection's documents by name."""
        query = select(*DOCUMENT_COLUMNS).where(documents.c.collection_id == clean(collection_id))
        with self._engine.connect() as connection:
            found = [stored_document(row) for row in connection.execute(query)]
        return tuple(sorted(found, key=lambda document: document.name))

    def document(self, document_id: str) -> Document:
        """Raises `StoreError` of kind `not_found`."""
        query = select(*DOCUMENT_COLUMNS).where(documents.c.id == clean(document_id))
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise not_found("document", document_id)
        return stored_document(row)

    def loaded(self, document_id: str) -> LoadedDocument:
        """A document's text. Raises `StoreError` of kind `not_found`."""
        query = select(documents.c.loaded).where(documents.c.id == clean(document_id))
        with self._engine.connect() as connection:
            stored = connection.scalar(query)
        if stored is None:
            raise not_found("document", document_id)
        return read_loaded(stored)

    def indexed_as(self, collection_id: str) -> dict[str, tuple[str, str, str]]:
        """Of each document by name: its id, its file's hash, the hash of its settings."""
        columns = (documents.c.name, documents.c.id, documents.c.hash, documents.c.settings_hash)
        query = select(*columns).where(documents.c.collection_id == clean(collection_id))
        with self._engine.connect() as connection:
            return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}

    def mark_stale(self, collection_id: str) -> None:
        """Let every document count as indexed with other settings.

        Raises:
            StoreError: `not_stored`.
        """
        change = (
            update(documents)
            .where(documents.c.collection_id == clean(collection_id))
            .values(settings_hash="")
        )
        with writing(self._engine, "could not mark the documents") as connection:
            connection.execute(change)

    def document_ids(
        self,
        collection_id: str,
        *,
        names: Sequence[str] = (),
        kinds: Sequence[str] = (),
        languages: Sequence[str] = (),
    ) -> tuple[str, ...] | None:
        """The documents a search is limited to; None when it is not limited."""
        if not (names or kinds or languages):
            return None
        query = select(documents.c.id).where(documents.c.collection_id == clean(collection_id))
        # macOS writes the names of files decomposed; people type them composed.
        forms = {normalize(form, clean(name)) for name in names for form in ("NFC", "NFD")}
        for column, values in (
            (documents.c.name, forms.union(map(clean, names))),
            (documents.c.kind, set(map(clean, kinds))),
            (documents.c.language, set(map(clean, languages))),
        ):
            if values:
                query = query.where(column.in_(sorted(values)))
        with self._engine.connect() as connection:
            return tuple(connection.scalars(query.order_by(documents.c.id)))

    def put_documents(self, items: Sequence[NewDocument]) -> list[str]:
        """Store documents with their passages, all or none; one of the same name is replaced.

        A passage whose id is stored in the replaced document keeps what people did to it, and
        passages that people added stay.

        Returns:
            The ids of the passages that are gone.

        Raises:
            UsageError: `bad_document`, for a name that cannot be stored.
            StoreError: `not_found` when a collection is gone, `not_stored`.
        """
        wanted = [_cleaned(item) for item in items]
        with writing(self._engine, "could not store the documents") as connection:
            touched = sorted({document["collection_id"] for document, _ in wanted})
            for collection_id in touched:
                lock(connection, collection_id)
            changes = _Changes()
            last = {(row["collection_id"], row["name"]): (row, new) for row, new in wanted}
            stored = _stored_ids(connection, last)
            before = _stored_rows(connection, stored.values())
            for key, (row, new) in last.items():
                old_id = stored.get(key)
                changes.add(row, new, old_id, before.get(old_id, {}) if old_id else {})
            changes.apply(connection)
            for collection_id in touched:
                renew(connection, collection_id)
        put = {row["id"] for _, new in wanted for row in new}
        kept = {row["id"] for row in changes.passages}
        return sorted((put | {one for rows in before.values() for one in rows}) - kept)

    def remove_documents(self, document_ids: Sequence[str]) -> list[str]:
        """Take documents out with their passages; returns the ids of those passages.

        Raises:
            StoreError: `not_stored`.
        """
        ids = [clean(one) for one in document_ids]
        touched: set[str] = set()
        with self._engine.connect() as connection:
            for some in chunks(ids):
                query = select(documents.c.collection_id).where(documents.c.id.in_(some))
                touched.update(connection.scalars(query.distinct()))
        removed: list[str] = []
        with writing(self._engine, "could not remove the documents") as connection:
            for collection_id in sorted(touched):
                lock(connection, collection_id)
            for some in chunks(ids):
                of_these = passages.c.document_id.in_(some)
                removed.extend(connection.scalars(select(passages.c.id).where(of_these)))
                connection.execute(delete(documents).where(documents.c.id.in_(some)))
            for collection_id in sorted(touched):
                renew(connection, collection_id)
        return removed


@dataclass
class _Changes:
    """What is to be written for some documents, gathered so that each table is written once."""

    passages: list[dict[str, Any]] = field(default_factory=list)
    """All passages of the documents as they are to be."""
    new_documents: list[dict[str, Any]] = field(default_factory=list)
    changed_documents: list[dict[str, Any]] = field(default_factory=list)
    replaced_documents: list[str] = field(default_factory=list)
    new_passages: list[dict[str, Any]] = field(default_factory=list)
    changed_passages: list[dict[str, Any]] = field(default_factory=list)
    gone_passages: list[str] = field(default_factory=list)

    def add(
        self, document: dict[str, Any], new: list[dict[str, Any]], old_id: str | None, old: Rows
    ) -> None:
        rows = _merged(document["id"], new, old)
        document |= {"digest": document_digest(document, rows), "passages": len(rows)}
        self.passages += rows
        if old_id != document["id"]:
            # Its passages go with it: an id may not be stored twice, not even for a moment.
            self.replaced_documents += [old_id] if old_id else []
            self.new_documents.append(document)
            self.new_passages += rows
            return
        self.changed_documents.append(document)
        self.new_passages += [row for row in rows if row["id"] not in old]
        self.changed_passages += [row for row in rows if row != old.get(row["id"], row)]
        self.gone_passages += old.keys() - {row["id"] for row in rows}

    def apply(self, connection: Connection) -> None:
        for some in chunks(self.replaced_documents):
            connection.execute(delete(documents).where(documents.c.id.in_(some)))
        for some in chunks(self.gone_passages):
            connection.execute(delete(passages).where(passages.c.id.in_(some)))
        for table, new, changed in (
            (documents, self.new_documents, self.changed_documents),
            (passages, self.new_passages, self.changed_passages),
        ):
            if changed:
                keyed = [{"key": row["id"], **row} for row in changed]
                for row in keyed:
                    del row["id"]
                connection.execute(update(table).where(table.c.id == bindparam("key")), keyed)
            if new:
                connection.execute(insert(table), new)


def _cleaned(item: NewDocument) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    document = document_row(item.document, item.settings_hash, item.loaded)
    of_document = {"collection_id": document["collection_id"], "document_id": document["id"]}
    return document, [passage_row(passage) | of_document for passage in item.passages]


def _merged(document_id: str, new: list[dict[str, Any]], old: Rows) -> list[dict[str, Any]]:
    """A document's passages: the new ones, with what people did to them, and people's own."""
    rows = [_with_changes(row, old.get(row["id"])) for row in new]
    ids = {row["id"] for row in rows}
    own = [row for row in old.values() if is_own(row) and row["id"] not in ids]
    first = max((row["position"] for row in rows), default=-1) + 1
    for position, row in enumerate(sorted(own, key=lambda row: row["position"]), first):
        rows.append(row | {"document_id": document_id, "position": position})
    return rows


def _with_changes(row: dict[str, Any], old: Mapping[str, Any] | None) -> dict[str, Any]:
    if old is None:
        return row
    kept = _KEPT + (_KEPT_WHEN_EDITED if old["edited"] else ())
    return row | {name: old[name] for name in kept}


def _stored_ids(
    connection: Connection, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Ids of stored documents by collection and name."""
    out: dict[tuple[str, str], str] = {}
    names: dict[str, list[str]] = {}
    for collection_id, name in keys:
        names.setdefault(collection_id, []).append(name)
    for collection_id, all_names in names.items():
        query = select(documents.c.name, documents.c.id)
        query = query.where(documents.c.collection_id == collection_id)
        for some in chunks(all_names):
            for name, found in connection.execute(query.where(documents.c.name.in_(some))):
                out[collection_id, name] = found
    return out


def _stored_rows(connection: Connection, document_ids: Iterable[str]) -> dict[str, Rows]:
    """Rows of passages by document."""
    out: dict[str, Rows] = {}
    for some in chunks(list(document_ids)):
        query = select(passages).where(passages.c.document_id.in_(some))
        for row in connection.execute(query).mappings():
            out.setdefault(row["document_id"], {})[row["id"]] = dict(row)
    return out
