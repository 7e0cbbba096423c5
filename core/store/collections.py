"""Collections of documents in SQL: the truth that vectors and lexical indexes are made from."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.collection import (
    Collection,
    CollectionSettings,
    check_settings,
    checked_collection_name,
    settings_from_json,
)
from core.errors import UsageError
from core.store.collection_rows import utc
from core.store.collection_versions import lock, not_found, renew, version_of, writing
from core.store.documents import Documents
from core.store.passage_changes import PassageChanges
from core.store.passages import Passages
from core.store.tables import collections, documents
from core.text import clean

Totals = dict[str, tuple[int, int]]
"""Documents and passages per language."""


class Collections(Documents, Passages, PassageChanges):
    """The collections of one database, with their documents and passages."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._totals: dict[str, tuple[str, Totals]] = {}
        """By collection: a version and its totals, which a search of 10,000 documents would
        otherwise add up each time."""

    def create(self, name: str, settings: CollectionSettings) -> Collection:
        """An empty collection.

        Raises:
            UsageError: `bad_collection`, for a name that is taken or cannot be.
            StoreError: `not_stored`.
        """
        name = checked_collection_name(normalize("NFC", name))
        stored = _dump(settings)
        made = {
            "id": uuid4().hex,
            "name": name,
            "version": version_of(stored),
            "embedding_tokens": 0,
            "embedding_usd": 0.0,
            "created_at": datetime.now(UTC),
            "settings": stored,
        }
        with writing(self._engine, "could not store the collection") as connection:
            try:
                connection.execute(insert(collections), made)
            except IntegrityError as error:
                raise UsageError(
                    "bad_collection",
                    f"there is a collection named {name!r} already",
                    reason="name_taken",
                    name=name,
                ) from error
        return self.get(str(made["id"]))

    def named(self, name: str) -> Collection:
        """Raises `StoreError` of kind `not_found`."""
        wanted = " ".join(normalize("NFC", clean(name)).split())
        found = self._load(collections.c.name == wanted)
        if not found:
            raise not_found("collection named", name)
        return found[0]

    def get(self, collection_id: str) -> Collection:
        """Raises `StoreError` of kind `not_found`."""
        found = self._load(collections.c.id == clean(collection_id))
        if not found:
            raise not_found("collection", collection_id)
        return found[0]

    def change(self, collection_id: str, settings: CollectionSettings) -> Collection:
        """Store other settings; what is indexed stays as it is.

        Raises:
            UsageError: `bad_collection`.
            StoreError: `not_found`, `not_stored`.
        """
        self._update(collection_id, {"settings": _dump(settings)})
        return self.get(collection_id)

    def set_dimension(self, collection_id: str, dimension: int | None) -> None:
        """Raises `StoreError` of kind `not_found` or `not_stored`."""
        self._update(collection_id, {"dimension": dimension})

    def add_cost(self, collection_id: str, tokens: int, usd: float | None) -> None:
        """Add to what embedding has cost; one unknown cost makes the sum unknown for good.

        Raises:
            StoreError: `not_found`, `not_stored`.
        """
        added = {
            "embedding_tokens": collections.c.embedding_tokens + tokens,
            "embedding_usd": None if usd is None else collections.c.embedding_usd + usd,
        }
        self._update(collection_id, added)

    def remove(self, collection_id: str) -> None:
        """Forget a collection with all it holds. Raises `StoreError` of kind `not_stored`."""
        statement = delete(collections).where(collections.c.id == clean(collection_id))
        with writing(self._engine, "could not remove the collection") as connection:
            connection.execute(statement)

    def list(self) -> tuple[Collection, ...]:
        """All collections by name."""
        return tuple(sorted(self._load(), key=lambda collection: collection.name))

    def _update(self, collection_id: str, values: dict[str, Any]) -> None:
        collection_id = clean(collection_id)
        statement = update(collections).where(collections.c.id == collection_id).values(values)
        with writing(self._engine, "could not change the collection") as connection:
            lock(connection, collection_id)
            connection.execute(statement)
            if "settings" in values:
                renew(connection, collection_id)

    def _load(self, *wanted: ColumnElement[bool]) -> Sequence[Collection]:
        heads = select(collections).where(*wanted)
        with self._engine.connect() as connection:
            rows = connection.execute(heads).all()
            unknown = [row.id for row in rows if self._totals.get(row.id, ("",))[0] != row.version]
            found = _count(connection, unknown) if unknown else {}
            # What was counted belongs to a version only if nobody changed it meanwhile.
            later = {row.id: row.version for row in connection.execute(heads)} if unknown else {}
        for row in rows:
            if row.id in found and later.get(row.id) == row.version:
                self._totals[row.id] = (row.version, found[row.id])
        return [
            _collection(row, found[row.id] if row.id in found else self._totals[row.id][1])
            for row in rows
        ]


def _count(connection: Connection, ids: Sequence[str]) -> dict[str, Totals]:
    """Documents and passages per language of some collections."""
    query = (
        select(
            documents.c.collection_id,
            documents.c.language,
            func.count(),
            func.sum(documents.c.passages),
        )
        .where(documents.c.collection_id.in_(ids))
        .group_by(documents.c.collection_id, documents.c.language)
    )
    counts: dict[str, Totals] = {one: {} for one in ids}
    for collection_id, language, n, of_passages in connection.execute(query):
        counts[collection_id][language] = (n, int(of_passages))
    return counts


def _collection(row: Any, counts: Totals) -> Collection:
    return Collection(
        id=row.id,
        name=row.name,
        settings=settings_from_json(json.loads(row.settings)),
        dimension=row.dimension,
        version=row.version,
        documents=sum(n for n, _ in counts.values()),
        passages=sum(n for _, n in counts.values()),
        languages={language: n for language, (_, n) in sorted(counts.items()) if n},
        embedding_tokens=row.embedding_tokens,
        embedding_usd=row.embedding_usd,
        created_at=utc(row.created_at),
    )


def _dump(settings: CollectionSettings) -> str:
    # What is stored is read back by every list: nothing unreadable may get in.
    check_settings(settings)
    return clean(json.dumps(settings.to_json(), ensure_ascii=False, separators=(",", ":")))
