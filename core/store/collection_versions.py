"""What every change of a collection begins and ends with: its lock, and its new version.

A document's digest is the sum of its passages' fingerprints, so that one passage can change
without reading the others; a collection's version is the hash of its documents' digests.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import SQLAlchemyError

from core.errors import StoreError
from core.store.tables import collections, documents

_MODULUS = 1 << 256


@contextmanager
def writing(engine: Engine, what: str) -> Iterator[Connection]:
    """A transaction. Raises `StoreError` of kind `not_stored`, saying what failed."""
    try:
        with engine.begin() as connection:
            yield connection
    except (SQLAlchemyError, UnicodeError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StoreError("not_stored", f"{what}: {reason}") from error


def lock(connection: Connection, collection_id: str) -> None:
    """Let nobody else change this collection until the transaction ends.

    It must be the first statement of every change: SQLite then waits for its turn, and
    PostgreSQL never has two changes that hold passages each other wants. Whoever changes
    several collections locks them in the order of their ids.

    Raises:
        StoreError: `not_found`.
    """
    untouched = update(collections).values(version=collections.c.version)
    if not connection.execute(untouched.where(collections.c.id == collection_id)).rowcount:
        raise not_found("collection", collection_id)


def renew(connection: Connection, collection_id: str) -> None:
    """Give a collection the version of what it now holds."""
    here = collections.c.id == collection_id
    settings = connection.scalar(select(collections.c.settings).where(here))
    digests = connection.scalars(
        select(documents.c.digest).where(documents.c.collection_id == collection_id)
    )
    version = version_of(str(settings), digests.all())
    connection.execute(update(collections).where(here).values(version=version))


def version_of(settings: str, digests: Iterable[str] = ()) -> str:
    """Twelve hex digits; how documents are cut shows in their passages."""
    content = json.loads(settings)
    parts = [content["embedder"], content["analyser"], *sorted(digests)]
    return sha256("\0".join(parts).encode()).hexdigest()[:12]


def document_digest(document: Mapping[str, Any], rows: list[dict[str, Any]]) -> str:
    total = _number(document["name"], document["kind"], document["language"])
    return _hex(total + sum(fingerprint(row) for row in rows))


def fingerprint(row: Mapping[str, Any]) -> int:
    """Of all that a search may show of a passage, wherever in its document it stands."""
    return _number(
        row["hash"],
        f"{row['page']} {row['start']} {row['end']} {row['enabled']}",
        row["flags"],
        row["heading"],
        row["added"],
        row["text"],
    )


def change_document(
    connection: Connection, document_id: str, *, by: int, passages: int = 0
) -> None:
    """Add to a document's digest, and to its count of passages."""
    here = documents.c.id == document_id
    digest = connection.scalar(select(documents.c.digest).where(here))
    if digest is None:
        raise not_found("document", document_id)
    changed = {
        "digest": _hex(int(digest, 16) + by),
        "passages": documents.c.passages + passages,
    }
    connection.execute(update(documents).where(here).values(changed))


def not_found(what: str, which: str) -> StoreError:
    return StoreError("not_found", f"no {what} {which!r} is stored here")


def _number(*parts: str) -> int:
    # Stored texts hold no NUL, so that no two lists of them join to the same text.
    return int.from_bytes(sha256("\0".join(parts).encode()).digest())


def _hex(total: int) -> str:
    return f"{total % _MODULUS:064x}"
