"""The library: collections of documents, indexed and searched. What pages and the shell call."""

import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from core.collection import (
    DEFAULT_EMBEDDER,
    NO_EMBEDDER,
    Collection,
    CollectionSettings,
    LoadedDocument,
    Split,
    check_settings,
    checked_collection_name,
)
from core.collection import Cut as Passage
from core.embedding import Embedder, Reranker, Vectors
from core.errors import StoreError
from core.example import Passage as FoundPassage
from core.retrieval.cutting import settings_hash
from core.retrieval.editor import Editor
from core.retrieval.inbox import Inbox
from core.retrieval.indexes import Indexes
from core.retrieval.indexing import Align, Indexing
from core.retrieval.load.loader import Loader
from core.retrieval.progress import SourceFile
from core.retrieval.readers import Readers
from core.retrieval.searcher import Searcher
from core.retrieval.shelf import Shelf
from core.retrieval.split import split
from core.search import Retrieval, Search

CACHE = "embeddings.sqlite"


class Library:
    """The collections of one data folder.

    Args:
        folder: for originals, indexes and what waits to be indexed.
        shelf: who remembers collections; the truth.
        server_url: a Chroma server; None keeps vectors in `folder`.
        embedder: embedders that are models elsewhere, by id.
        reranker: likewise.
        align: writes what makes a passage easier to find.
        cache: file of the vectors made so far; None keeps it in `folder`.
    """

    def __init__(
        self,
        folder: Path,
        shelf: Shelf,
        *,
        server_url: str | None = None,
        embedder: Callable[[str], Embedder],
        reranker: Callable[[str], Reranker],
        align: Align,
        cache: Path | None = None,
    ) -> None:
        self.shelf = shelf
        self.inbox = Inbox(folder / "inbox")
        self._folder = folder
        self._align = align
        self.readers = Readers(embedder, reranker)
        self._indexes = Indexes(
            folder, server_url, self.readers.embedder, cache or folder / CACHE, shelf.each
        )
        self.editor = Editor(shelf, self._indexes)
        self._searcher = Searcher(shelf, self._indexes, self.readers.reranker)
        self._loader = Loader()
        self._running: dict[str, Indexing] = {}
        self._locks: dict[str, threading.Lock] = {}

    # ---- collections --------------------------------------------------------------------------

    def create(self, name: str, settings: CollectionSettings | None = None) -> Collection:
        """Make a collection.

        Raises:
            UsageError: `bad_collection`, also when the name is taken.
        """
        settings = settings or self.default_settings()
        check_settings(settings)
        return self.shelf.create(checked_collection_name(name), settings)

    def default_settings(self) -> CollectionSettings:
        """With the embedder that came with the product, if it is here."""
        there = self.readers.minilm.spec.available
        return CollectionSettings(embedder=DEFAULT_EMBEDDER if there else NO_EMBEDDER)

    def remove(self, collection: Collection) -> None:
        """Forget a collection with all that belongs to it."""
        self.stop(collection)
        self.shelf.remove(collection.id)
        self._indexes.drop(collection)
        shutil.rmtree(self._originals(collection), ignore_errors=True)
        self.inbox.clear(collection.id)

    def remove_documents(self, collection: Collection, document_ids: Sequence[str]) -> None:
        gone = self.shelf.remove_documents(document_ids)
        self._indexes.remove(collection, gone)
        for document_id in document_ids:
            self.original(document_id, collection).unlink(missing_ok=True)

    def original(self, document_id: str, collection: Collection) -> Path:
        """Where a PDF is kept to show its pages."""
        return self._originals(collection) / f"{document_id}.pdf"

    def page_of(self, passage: FoundPassage, quote: str) -> bytes | None:
        """The page of a PDF with a quote marked; None when no page is kept. See `Loader.excerpt`.

        Raises:
            StoreError: `not_found` when the document is gone.
            UsageError: `bad_document` when the PDF cannot be read.
        """
        if passage.page is None or passage.document_id is None:
            return None
        document = self.shelf.document(passage.document_id)
        path = self.original(document.id, self.shelf.get(document.collection_id))
        return self._loader.excerpt(path, passage.page, [quote]) if path.is_file() else None

    def version(self, name: str) -> str:
        """Of what a collection holds now; empty when there is none of that name."""
        with suppress(StoreError):
            return self.shelf.named(name).version
        return ""

    # ---- index --------------------------------------------------------------------------------

    def load(self, path: Path, name: str) -> LoadedDocument:
        """A file as text. Raises `UsageError` of kind `bad_document`."""
        return self._loader.load(path, name)

    @staticmethod
    def cut(document: LoadedDocument, how: Split) -> list[Passage]:
        """How a document would be cut, before anything is indexed."""
        return split(document, how)

    def index(
        self,
        collection: Collection,
        files: Sequence[SourceFile],
        finished: Callable[[SourceFile], None] = lambda file: None,
        *,
        again: bool = False,
    ) -> Indexing:
        """Start indexing files; one that has not changed since the last time costs nothing."""
        made = Indexing(
            collection,
            files,
            shelf=self.shelf,
            indexes=self._indexes,
            loader=self._loader,
            originals=self._originals(collection),
            lock=self._locks.setdefault(collection.id, threading.Lock()),
            align=self._align if collection.settings.alignment != "none" else None,
            again=again,
            finished=finished,
        )
        self._running[collection.id] = made
        made.start()
        return made

    def index_inbox(self, collection: Collection, how: Split | None = None) -> Indexing:
        """Index what was uploaded; what is not finished when it ends stays in the inbox.

        With another split, what is there already is cut again too. When an indexing runs already,
        that one is meant.
        """
        running = self.indexing(collection.id)
        if running is not None and running.progress.running:
            return running
        if how is not None and how != collection.settings.split:
            settings = replace(collection.settings, split=how)
            check_settings(settings)
            collection = self.shelf.change(collection.id, settings)
        waiting = self.inbox.files(collection.id)
        names = {file.name for file in waiting}
        stale = [name for name in self.stale(collection) if name not in names]
        files = [*waiting, *self.stored(collection, stale)]
        return self.index(collection, files, self.inbox.remove)

    def indexing(self, collection_id: str) -> Indexing | None:
        """The indexing that runs, or the one that ended last."""
        return self._running.get(collection_id)

    def stop(self, collection: Collection) -> None:
        """Stop an indexing and wait for it."""
        if running := self._running.get(collection.id):
            running.stop()
            running.wait()

    def change(self, collection: Collection, settings: CollectionSettings) -> Indexing | None:
        """Change the settings; what they decide is made anew from the stored texts.

        Returns the indexing that does it, None when nothing has to be made anew. When it is
        interrupted, `stale` names what is still to be done.
        """
        check_settings(settings)
        self.stop(collection)
        old, collection = collection, self.shelf.change(collection.id, settings)
        if settings.embedder != old.settings.embedder:
            self.shelf.mark_stale(collection.id)
            self._indexes.drop_vectors(old)
            self.shelf.set_dimension(collection.id, None)
            collection = self.shelf.get(collection.id)
        if settings.analyser != old.settings.analyser:
            self._indexes.drop_words(old)
        return self.index_stale(collection)

    def stale(self, collection: Collection) -> list[str]:
        """Names of documents that were indexed with other settings than the collection's."""
        wanted = settings_hash(collection.settings)
        known = self.shelf.indexed_as(collection.id)
        return sorted(name for name, (_, _, used) in known.items() if used != wanted)

    def index_stale(self, collection: Collection, *, everything: bool = False) -> Indexing | None:
        """Index again what other settings were used for, or everything; from the stored texts."""
        files = self.stored(collection, None if everything else self.stale(collection))
        return self.index(collection, files, again=everything) if files else None

    def stored(
        self, collection: Collection, names: Sequence[str] | None = None
    ) -> list[SourceFile]:
        """Documents that are here already, as files to index; all of them without names."""
        known = self.shelf.indexed_as(collection.id)
        return [
            SourceFile(
                path=self.original(known[name][0], collection),
                name=name,
                loaded=self.shelf.loaded(known[name][0]),
                hash=known[name][1],
            )
            for name in (sorted(known) if names is None else names)
        ]

    # ---- search -------------------------------------------------------------------------------

    def search(self, how: Retrieval, queries: Sequence[str], asked: str = "") -> Search:
        """Find passages. See `Searcher.search`.

        Raises:
            StoreError: `not_found` when there is no such collection.
        """
        return self._searcher.search(self.shelf.named(how.collection), how, queries, asked)

    def embedding_of(self, name: str) -> "Callable[[Sequence[str]], Vectors] | None":
        """Makes vectors with a collection's embedder; None when it has none."""
        embedder = self._indexes.embedder(self.shelf.named(name))
        if embedder is None:
            return None
        return lambda texts: self._indexes.embed(embedder, texts).vectors

    def open(self, name: str) -> None:
        """Load what a search needs once. Raises as `search` does."""
        collection = self.shelf.named(name)
        self._indexes.lexical(collection).count()
        embedder = self._indexes.embedder(collection)
        if embedder is not None and collection.dimension is not None:
            if not embedder.spec.leaves_machine:
                self._indexes.embed(embedder, ["."], query=True)
            self._indexes.vectors(collection, collection.dimension).get([])

    def close(self) -> None:
        """Stop what runs; it can be gone on with."""
        for running in self._running.values():
            running.stop()
        for running in self._running.values():
            with suppress(TimeoutError):
                running.wait(30)
        self._loader.close()
        self._indexes.close()

    def _originals(self, collection: Collection) -> Path:
        return self._folder / "originals" / collection.id
