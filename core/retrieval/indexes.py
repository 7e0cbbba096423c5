"""The two indexes of each collection, and the embedder that goes with it."""

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from core.collection import NO_EMBEDDER, Collection, StoredPassage
from core.embedding import Embedded, Embedder
from core.retrieval.lexical import Entry, LexicalIndex
from core.retrieval.vector_cache import VectorCache, embed_cached
from core.retrieval.vectors import Vectors, VectorStore
from core.text import language_of


class Indexes:
    """Opens lexical indexes and vectors by collection.

    Args:
        folder: where they lie.
        server_url: a Chroma server; None keeps the vectors in `folder`.
        embedder: who makes vectors, by model id.
        cache: file of the vectors made so far.
        each: all passages of a collection, to make a lost index anew.
    """

    def __init__(
        self,
        folder: Path,
        server_url: str | None,
        embedder: Callable[[str], Embedder],
        cache: Path,
        each: Callable[[str], Iterator[Sequence[StoredPassage]]],
    ) -> None:
        self._folder = folder
        self._store = VectorStore(folder / "chroma", server_url)
        self._embedder, self._each = embedder, each
        self._lexical: dict[str, LexicalIndex] = {}
        self._lock = threading.Lock()
        self._cache = VectorCache(cache)

    def embedder(self, collection: Collection) -> Embedder | None:
        """The collection's embedder; None when it has none.

        Raises:
            ModelError: when nobody knows that embedder.
        """
        name = collection.settings.embedder
        return None if name == NO_EMBEDDER else self._embedder(name)

    def lexical(self, collection: Collection) -> LexicalIndex:
        key = _words_key(collection)
        with self._lock:
            if key not in self._lexical:
                self._lexical[key] = self._opened(collection, self._folder / "lexical" / key)
            return self._lexical[key]

    def _opened(self, collection: Collection, folder: Path) -> LexicalIndex:
        """A lexical index that is broken, lost or of an earlier version is made anew."""
        index = LexicalIndex(folder, collection.settings.analyser)
        if index.broken:
            index.drop()
            index = LexicalIndex(folder, collection.settings.analyser)
        if collection.passages and not index.count():
            index.add(_entry(p) for passages in self._each(collection.id) for p in passages)
        return index

    def vectors(self, collection: Collection, dimension: int) -> Vectors:
        """Raises `UsageError` of kind `embedder_changed`, `StoreError`."""
        return self._store.collection(
            _vector_key(collection), collection.settings.embedder, dimension
        )

    def embed(self, embedder: Embedder, texts: Sequence[str], *, query: bool = False) -> Embedded:
        """Vectors of texts; those that were made before are not made again."""
        return embed_cached(embedder, self._cache, texts, query=query)

    def add_words(self, collection: Collection, passages: Sequence[StoredPassage]) -> None:
        self.lexical(collection).add(_entry(p) for p in passages)

    def add_vectors(
        self, collection: Collection, passages: Sequence[StoredPassage], embedded: Embedded
    ) -> None:
        self.vectors(collection, embedded.vectors.shape[1]).add(
            [p.id for p in passages], embedded.vectors, [p.document_id for p in passages]
        )

    def remove(self, collection: Collection, ids: Sequence[str]) -> None:
        """Forget passages."""
        if not ids:
            return
        self.lexical(collection).remove(ids)
        if collection.dimension is not None:
            self.vectors(collection, collection.dimension).remove(ids)

    def drop_vectors(self, collection: Collection) -> None:
        self._store.drop(_vector_key(collection))

    def drop_words(self, collection: Collection) -> None:
        """Forget the lexical index of the collection's analyser."""
        key = _words_key(collection)
        with self._lock:
            if (opened := self._lexical.pop(key, None)) is not None:
                opened.drop()
        shutil.rmtree(self._folder / "lexical" / key, ignore_errors=True)

    def drop(self, collection: Collection) -> None:
        """Forget everything of a collection."""
        self.drop_vectors(collection)
        with self._lock:
            for key in [key for key in self._lexical if key.startswith(collection.id)]:
                self._lexical.pop(key).drop()
        for folder in (self._folder / "lexical").glob(f"{collection.id}-*"):
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        self._store.close()


def searched(passage: StoredPassage) -> str:
    """What is indexed of a passage: its headings, what was written to it, its text."""
    return "\n".join(part for part in (passage.heading, passage.added, passage.text) if part)


def _entry(passage: StoredPassage) -> Entry:
    return Entry(id=passage.id, document_id=passage.document_id, text=searched(passage))


def readable(embedder: Embedder, passages: Sequence[StoredPassage]) -> list[StoredPassage]:
    """Those that the embedder was trained to read; vectors of the others would be noise."""
    spec = embedder.spec  # once: to look whether its files are there takes a while
    return [p for p in passages if spec.reads(language_of(p.text))]


def _words_key(collection: Collection) -> str:
    return f"{collection.id}-{collection.settings.analyser}"


def _vector_key(collection: Collection) -> str:
    """Another embedder has a place of its own, so that a change is whole or not at all."""
    digest = hashlib.sha256(collection.settings.embedder.encode()).hexdigest()[:8]
    return f"{collection.id}-{digest}"
