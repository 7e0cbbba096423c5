"""What retrieval needs of whoever remembers collections. The truth stands there.

The vectors and the lexical index are made from it and may hold more: what a search finds is
looked up here, and what is not here was never indexed, or is not indexed whole yet.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from core.collection import (
    Collection,
    CollectionSettings,
    Document,
    LoadedDocument,
    NewDocument,
    PassagePage,
    StoredPassage,
)


class Shelf(Protocol):
    """Collections, documents and passages. See `core.store.collections.Collections`."""

    def create(self, name: str, settings: CollectionSettings) -> Collection: ...

    def list(self) -> tuple[Collection, ...]: ...

    def named(self, name: str) -> Collection: ...

    def get(self, collection_id: str) -> Collection: ...

    def change(self, collection_id: str, settings: CollectionSettings) -> Collection: ...

    def set_dimension(self, collection_id: str, dimension: int | None) -> None: ...

    def add_cost(self, collection_id: str, tokens: int, usd: float | None) -> None: ...

    def remove(self, collection_id: str) -> None: ...

    def documents(self, collection_id: str) -> tuple[Document, ...]: ...

    def document(self, document_id: str) -> Document: ...

    def loaded(self, document_id: str) -> LoadedDocument: ...

    def indexed_as(self, collection_id: str) -> dict[str, tuple[str, str, str]]: ...

    def mark_stale(self, collection_id: str) -> None: ...

    def put_documents(self, items: Sequence[NewDocument]) -> Sequence[str]: ...

    def remove_documents(self, document_ids: Sequence[str]) -> Sequence[str]: ...

    def found(self, ids: Sequence[str]) -> dict[str, StoredPassage]: ...

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
    ) -> PassagePage: ...

    def each(self, collection_id: str, batch: int = 1000) -> Iterator[Sequence[StoredPassage]]: ...

    def passage(self, passage_id: str) -> StoredPassage: ...

    def neighbours(self, passage_id: str, around: int = 1) -> tuple[StoredPassage, ...]: ...

    def change_passage(
        self, passage_id: str, *, text: str | None = None, enabled: bool | None = None
    ) -> StoredPassage: ...

    def add_passage(self, document_id: str, text: str, heading: str = "") -> StoredPassage: ...

    def mark_wrong_source(self, ids: Sequence[str], by: int = 1) -> None: ...

    def document_ids(
        self,
        collection_id: str,
        *,
        names: Sequence[str] = (),
        kinds: Sequence[str] = (),
        languages: Sequence[str] = (),
    ) -> tuple[str, ...] | None: ...

    def contains(self, collection_id: str, text: str) -> bool: ...
