"""What people do to single passages: correct one, leave it out, add one of their own."""

from dataclasses import replace
from unicodedata import normalize

from core.collection import StoredPassage
from core.errors import UsageError
from core.retrieval.indexes import Indexes, readable, searched
from core.retrieval.shelf import Shelf
from core.text import clean


class Editor:
    """Keeps the shelf and both indexes in step."""

    def __init__(self, shelf: Shelf, indexes: Indexes) -> None:
        self._shelf, self._indexes = shelf, indexes

    def change(
        self, passage_id: str, *, text: str | None = None, enabled: bool | None = None
    ) -> StoredPassage:
        """Correct a passage's text, or leave it out of every search.

        Raises:
            UsageError: `bad_collection` for an empty text.
            StoreError: `not_found`, `not_stored`.
            ModelError: when the embedder does not answer; nothing has changed then.
        """
        if text is not None and not text.strip():
            raise UsageError("bad_collection", "a passage cannot be empty", reason="empty_passage")
        passage = self._shelf.passage(passage_id)
        if text is not None:
            text = normalize("NFC", clean(text))
            passage = replace(passage, text=text)
        if text is not None or enabled:  # one left out may have missed a re-indexing
            self._index_passage(passage)
        return self._shelf.change_passage(passage_id, text=text, enabled=enabled)

    def add(self, document_id: str, text: str, heading: str = "") -> StoredPassage:
        """A passage of a person's own in a document."""
        if not text.strip():
            raise UsageError("bad_collection", "a passage cannot be empty", reason="empty_passage")
        made = self._shelf.add_passage(document_id, text, heading)
        self._index_passage(made)
        return made

    def _index_passage(self, passage: StoredPassage) -> None:
        collection = self._shelf.get(passage.collection_id)
        embedder = self._indexes.embedder(collection)
        if embedder is not None and readable(embedder, [passage]):
            embedded = self._indexes.embed(embedder, [searched(passage)])
            self._indexes.add_vectors(collection, [passage], embedded)
        self._indexes.add_words(collection, [passage])
