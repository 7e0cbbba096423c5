"""What people do to single passages: correct one, leave it out, add one of their own."""

from dataclasses import replace
from unicodedata import normalize

from core.collection import Collection, StoredPassage
from core.embedding import Embedded
from core.errors import UsageError
from core.retrieval.indexes import Indexes, searched
from core.retrieval.shelf import Shelf
from core.text import clean, language_of


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
        passage = self._shelf.passage(passage_id)
        collection = self._shelf.get(passage.collection_id)
        if text is not None:
            text = _checked(text)
            passage = replace(passage, text=text)
        shown = passage.enabled if enabled is None else enabled
        if shown and (text is not None or enabled):
            self._index(
                collection, passage, self._embed(collection, passage.text, searched(passage))
            )
        changed = self._shelf.change_passage(passage_id, text=text, enabled=enabled)
        if enabled is False:  # there it would take the places of those that may be shown
            self._indexes.remove(collection, [passage_id])
        return changed

    def add(self, document_id: str, text: str, heading: str = "") -> StoredPassage:
        """A passage of a person's own in a document. Raises as `change` does."""
        text, heading = _checked(text), normalize("NFC", clean(heading))
        collection = self._shelf.get(self._shelf.document(document_id).collection_id)
        whole = "\n".join(part for part in (heading, text) if part)
        embedded = self._embed(collection, text, whole)
        made = self._shelf.add_passage(document_id, text, heading)
        self._index(collection, made, embedded)
        return made

    def _embed(self, collection: Collection, text: str, whole: str) -> Embedded | None:
        """None when the embedder does not read the text's language, or there is none."""
        embedder = self._indexes.embedder(collection)
        if embedder is None or not embedder.spec.reads(language_of(text)):
            return None
        embedded = self._indexes.embed(embedder, [whole])
        self._shelf.add_cost(collection.id, embedded.tokens or 0, embedded.usd)
        return embedded

    def _index(
        self, collection: Collection, passage: StoredPassage, embedded: Embedded | None
    ) -> None:
        if embedded is not None:
            if collection.dimension is None:
                self._shelf.set_dimension(collection.id, embedded.vectors.shape[1])
            self._indexes.add_vectors(collection, [passage], embedded)
        elif collection.dimension is not None:  # a vector would stand for what it said before
            self._indexes.remove(collection, [passage.id])
        self._indexes.add_words(collection, [passage])


def _checked(text: str) -> str:
    text = normalize("NFC", clean(text))
    if not text.strip():
        raise UsageError("bad_collection", "a passage cannot be empty", reason="empty_passage")
    return text
