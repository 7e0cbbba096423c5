"""The passages of collections: looked up, listed, streamed."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, func, select, tuple_

from core.collection import PassagePage, StoredPassage
from core.store.collection_rows import (
    chunks,
    one_passage,
    stored_passage,
    typed,
    whole_passages,
)
from core.store.tables import documents, passages
from core.text import clean


class Passages:
    """The passages of one database, as they are read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def found(self, ids: Sequence[str]) -> dict[str, StoredPassage]:
        """What a search may show of these, by id; what is gone or switched off is left out."""
        out: dict[str, StoredPassage] = {}
        with self._engine.connect() as connection:
            for some in chunks([clean(one) for one in ids]):
                query = whole_passages().where(passages.c.id.in_(some), passages.c.enabled)
                out.update((row.id, stored_passage(row)) for row in connection.execute(query))
        return out

    def passages(
        self,
        collection_id: str,
        *,
        document_id: str | None = None,
        containing: str = "",
        enabled: bool | None = None,
        flagged: bool | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> PassagePage:
        """One page of a collection's passages, by name of the document and place in it."""
        wanted: list[ColumnElement[bool]] = []
        if enabled is not None:
            wanted.append(passages.c.enabled.is_(enabled))
        if flagged is not None:
            wanted.append(passages.c.flags != "" if flagged else passages.c.flags == "")
        if containing:
            # autoescape: a per cent sign in a text is a character, not a wildcard.
            wanted.append(passages.c.text.icontains(typed(containing), autoescape=True))
        here: list[ColumnElement[bool]] = [documents.c.collection_id == clean(collection_id)]
        if document_id is not None:
            here.append(documents.c.id == clean(document_id))
        with self._engine.connect() as connection:
            counts = _counts(connection, here, wanted)
            # Only the documents on the page are read: to sort a million passages takes seconds.
            shown, skipped = _spanned(counts, offset, limit)
            query = whole_passages().where(passages.c.document_id.in_(shown), *wanted)
            query = query.order_by(documents.c.name, passages.c.position, passages.c.id)
            rows = connection.execute(query.limit(limit).offset(offset - skipped)).all()
        return PassagePage(
            passages=tuple(map(stored_passage, rows)), total=sum(n for _, n in counts)
        )

    def each(self, collection_id: str, batch: int = 1000) -> Iterator[list[StoredPassage]]:
        """All passages that are switched on, a batch at a time.

        No transaction stays open between two batches, however long the caller takes.
        """
        key = tuple_(passages.c.document_id, passages.c.position, passages.c.id)
        query = (
            whole_passages()
            .where(passages.c.collection_id == clean(collection_id), passages.c.enabled)
            .order_by(passages.c.document_id, passages.c.position, passages.c.id)
            .limit(batch)
        )
        after = query
        while True:
            with self._engine.connect() as connection:
                some = [stored_passage(row) for row in connection.execute(after)]
            if not some:
                return
            yield some
            last = some[-1]
            after = query.where(key > (last.document_id, last.position, last.id))

    def passage(self, passage_id: str) -> StoredPassage:
        """One passage, also one that is switched off.

        Raises:
            StoreError: `not_found`.
        """
        with self._engine.connect() as connection:
            return one_passage(connection, passage_id)

    def neighbours(self, passage_id: str, around: int = 1) -> tuple[StoredPassage, ...]:
        """The passages before and after one in its document, without itself.

        Raises:
            StoreError: `not_found`.
        """
        with self._engine.connect() as connection:
            middle = one_passage(connection, passage_id)
            near = passages.c.position.between(middle.position - around, middle.position + around)
            query = (
                whole_passages()
                .where(passages.c.document_id == middle.document_id, near)
                .where(passages.c.id != middle.id)
                .order_by(passages.c.position, passages.c.id)
            )
            return tuple(stored_passage(row) for row in connection.execute(query))

    def contains(self, collection_id: str, text: str) -> bool:
        """Whether some passage that is switched on holds exactly this text."""
        of_collection = passages.c.collection_id == clean(collection_id)
        holds = self._position_of(typed(text)) > 0
        query = select(passages.c.id).where(of_collection, passages.c.enabled, holds).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def _position_of(self, text: str) -> ColumnElement[int]:
        postgres = self._engine.dialect.name == "postgresql"
        find = func.strpos if postgres else func.instr
        return find(passages.c.text, text)


def _counts(
    connection: Connection, here: list[ColumnElement[bool]], wanted: list[ColumnElement[bool]]
) -> list[tuple[str, int]]:
    """How many of the wanted passages each of these documents has, in their order."""
    query = select(documents.c.id, documents.c.passages, documents.c.collection_id).where(*here)
    rows = connection.execute(query.order_by(documents.c.name)).all()
    if not wanted or not rows:
        return [(row.id, row.passages) for row in rows]
    of_these: list[ColumnElement[bool]] = [passages.c.collection_id == rows[0].collection_id]
    if len(rows) == 1:
        of_these.append(passages.c.document_id == rows[0].id)
    counted = select(passages.c.document_id, func.count()).where(*of_these, *wanted)
    counts = {
        row[0]: row[1] for row in connection.execute(counted.group_by(passages.c.document_id))
    }
    return [(row.id, counts.get(row.id, 0)) for row in rows]


def _spanned(counts: list[tuple[str, int]], offset: int, limit: int) -> tuple[list[str], int]:
    """The documents that a page lies in, and how many passages come before the first of them."""
    shown: list[str] = []
    skipped = passed = 0
    for document_id, n in counts:
        if passed >= offset + limit:
            break
        passed += n
        if passed <= offset:
            skipped = passed
        elif n:
            shown.append(document_id)
    return shown, skipped
