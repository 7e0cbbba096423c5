"""What people change about passages: their text, whether they are found, their own ones, votes."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, case, func, insert, select, update

from core.collection import StoredPassage
from core.errors import UsageError
from core.store.collection_rows import chunks, one_passage, passage_row, typed
from core.store.collection_versions import (
    change_document,
    fingerprint,
    lock,
    not_found,
    renew,
    writing,
)
from core.store.tables import documents, passages
from core.text import clean


class PassageChanges:
    """The passages of one database, as people change them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def change_passage(
        self, passage_id: str, *, text: str | None = None, enabled: bool | None = None
    ) -> StoredPassage:
        """Correct a passage's text, or switch it on or off.

        Raises:
            UsageError: `bad_collection`, for an empty text.
            StoreError: `not_found`, `not_stored`.
        """
        changes: dict[str, Any] = {}
        if text is not None:
            changes["text"] = _checked(text)
        if enabled is not None:
            changes["enabled"] = enabled
        with self._engine.connect() as connection:
            collection_id = one_passage(connection, passage_id).collection_id
        with writing(self._engine, "could not change the passage") as connection:
            lock(connection, collection_id)
            old = one_passage(connection, passage_id)
            new = replace(old, **changes)
            if new != old:
                new = replace(new, edited=old.edited or new.text != old.text)
                _store_change(connection, old, new)
        return new

    def add_passage(self, document_id: str, text: str, heading: str = "") -> StoredPassage:
        """A passage that a person writes to a document; indexing the document anew keeps it.

        Raises:
            UsageError: `bad_collection`, for an empty text.
            StoreError: `not_found`, `not_stored`.
        """
        text, heading, document_id = _checked(text), typed(heading), clean(document_id)
        query = select(documents.c.collection_id, documents.c.name)
        with self._engine.connect() as connection:
            document = connection.execute(query.where(documents.c.id == document_id)).first()
        if document is None:
            raise not_found("document", document_id)
        last = select(func.max(passages.c.position)).where(passages.c.document_id == document_id)
        with writing(self._engine, "could not add the passage") as connection:
            lock(connection, document.collection_id)
            position = connection.scalar(last)
            made = StoredPassage(
                id=uuid4().hex,
                collection_id=document.collection_id,
                document_id=document_id,
                document=document.name,
                position=0 if position is None else position + 1,
                page=None,
                heading=heading,
                start=0,
                end=0,
                hash=sha256(f"{heading}\0{text}".encode()).hexdigest(),
                edited=True,
                text=text,
            )
            new = passage_row(made)
            change_document(connection, document_id, by=fingerprint(new), passages=1)
            connection.execute(insert(passages), new)
            renew(connection, document.collection_id)
        return made

    def mark_wrong_source(self, ids: Sequence[str], by: int = 1) -> None:
        """Count a vote that called these the wrong source, or with -1 take it back.

        Raises:
            StoreError: `not_stored`.
        """
        cleaned = sorted({clean(one) for one in ids})
        votes = passages.c.wrong_source + by
        change = update(passages).values(wrong_source=case((votes < 0, 0), else_=votes))
        with self._engine.connect() as connection:
            among = select(passages.c.collection_id).distinct()
            touched = {
                collection_id
                for some in chunks(cleaned)
                for collection_id in connection.scalars(among.where(passages.c.id.in_(some)))
            }
        with writing(self._engine, "could not store the vote") as connection:
            for collection_id in sorted(touched):
                lock(connection, collection_id)
            for some in chunks(cleaned):
                connection.execute(change.where(passages.c.id.in_(some)))


def _store_change(connection: Connection, old: StoredPassage, new: StoredPassage) -> None:
    changed = {"text": new.text, "enabled": new.enabled, "edited": new.edited}
    connection.execute(update(passages).where(passages.c.id == new.id).values(changed))
    before, after = fingerprint(passage_row(old)), fingerprint(passage_row(new))
    change_document(connection, new.document_id, by=after - before)
    renew(connection, new.collection_id)


def _checked(text: str) -> str:
    text = typed(text)
    if not text.strip():
        raise UsageError("bad_collection", "a passage needs a text", reason="empty_passage")
    return text
