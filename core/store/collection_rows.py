"""Documents and passages as rows, and rows as documents and passages."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

from sqlalchemy import Connection, Row, Select, select

from core.collection import Block, Document, LoadedDocument, StoredPassage
from core.errors import UsageError
from core.store.collection_versions import not_found
from core.store.tables import documents, passages
from core.text import clean

IDS_AT_ONCE = 500
"""Ids in one statement; databases limit its parameters."""
MAX_DOCUMENT_NAME = 600
"""PostgreSQL keeps no longer names in an index when every character takes four bytes."""

DOCUMENT_COLUMNS = tuple(column for column in documents.c if column.name != "loaded")


def chunks(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[first : first + IDS_AT_ONCE] for first in range(0, len(ids), IDS_AT_ONCE)]


def whole_passages() -> Select[Any]:
    """Passages with the name of their document, as `stored_passage` reads them."""
    return select(passages, documents.c.name.label("document")).join(
        documents, documents.c.id == passages.c.document_id
    )


def stored_passage(row: Row[Any]) -> StoredPassage:
    fields = row._asdict()
    fields["flags"] = _flags(fields["flags"])
    return StoredPassage(**fields)


def one_passage(connection: Connection, passage_id: str) -> StoredPassage:
    """Raises `StoreError` of kind `not_found`."""
    query = whole_passages().where(passages.c.id == clean(passage_id))
    row = connection.execute(query).first()
    if row is None:
        raise not_found("passage", passage_id)
    return stored_passage(row)


def passage_row(passage: StoredPassage) -> dict[str, Any]:
    return {
        "id": clean(passage.id),
        "collection_id": clean(passage.collection_id),
        "document_id": clean(passage.document_id),
        "position": passage.position,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "hash": clean(passage.hash),
        "enabled": passage.enabled,
        "edited": passage.edited,
        "wrong_source": passage.wrong_source,
        "flags": json.dumps([clean(flag) for flag in passage.flags]) if passage.flags else "",
        "heading": clean(passage.heading),
        "added": clean(passage.added),
        "text": clean(passage.text),
    }


def stored_document(row: Row[Any]) -> Document:
    return Document(
        id=row.id,
        collection_id=row.collection_id,
        name=row.name,
        kind=row.kind,
        hash=row.hash,
        language=row.language,
        pages=row.pages,
        characters=row.characters,
        passages=row.passages,
        indexed_at=utc(row.indexed_at),
    )


def document_row(document: Document, settings_hash: str, loaded: LoadedDocument) -> dict[str, Any]:
    """All but what follows from the passages: `digest` and `passages`.

    Raises:
        UsageError: `bad_document`, for a name that is too long or not there.
    """
    name = clean(document.name)
    if not name or len(name) > MAX_DOCUMENT_NAME:
        raise UsageError(
            "bad_document",
            f"a document's name has 1 to {MAX_DOCUMENT_NAME} characters",
            reason="name_length",
            most=MAX_DOCUMENT_NAME,
        )
    return {
        "id": clean(document.id),
        "collection_id": clean(document.collection_id),
        "name": name,
        "kind": clean(document.kind),
        "hash": clean(document.hash),
        "language": clean(document.language),
        "pages": document.pages,
        "characters": document.characters,
        "settings_hash": clean(settings_hash),
        "indexed_at": document.indexed_at,
        "loaded": _dump(loaded),
    }


def read_loaded(stored: str) -> LoadedDocument:
    content = json.loads(stored)
    blocks = (
        Block(start=start, end=end, page=page, heading=heading)
        for start, end, page, heading in content.pop("blocks")
    )
    return LoadedDocument(blocks=tuple(blocks), **content)


def utc(moment: datetime) -> datetime:
    """SQLite gives back times without a zone; all of ours are UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def typed(text: str) -> str:
    """Text that a person typed, in the form of the documents' texts."""
    return normalize("NFC", clean(text))


def is_own(row: Mapping[str, Any]) -> bool:
    """Whether a person wrote the passage; one that was cut from a document has an end."""
    return bool(row["edited"] and row["end"] == 0)


def _flags(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored)) if stored else ()


def _dump(loaded: LoadedDocument) -> str:
    content = {
        "text": clean(loaded.text),
        "kind": clean(loaded.kind),
        "pages": loaded.pages,
        "encoding": loaded.encoding and clean(loaded.encoding),
        # Lists, not objects: a table has a block for every line.
        "blocks": [(b.start, b.end, b.page, clean(b.heading)) for b in loaded.blocks],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
