"""Libraries for tests: real SQLite, Chroma and Tantivy in a folder, and files to put into them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from core.collection import (
    NO_EMBEDDER,
    Collection,
    CollectionSettings,
    Split,
    StoredPassage,
)
from core.embedding import Embedded, Embedder, EmbedderSpec, Reranker
from core.errors import ModelError
from core.retrieval.indexing import Align
from core.retrieval.library import Library
from core.retrieval.progress import Progress, SourceFile
from core.search import Hit, Retrieval, Search
from core.store.collections import Collections
from core.store.database import open_database

PATIENCE_S = 60.0
WIDTH = 64
LEXICAL = CollectionSettings(embedder=NO_EMBEDDER)


class Words:
    """An embedder of hashed words: what has the same words is near. Remembers what it was asked."""

    def __init__(
        self,
        name: str = "test/words",
        languages: frozenset[str] | None = None,
        width: int = WIDTH,
        usd: float | None = 0.0,
    ) -> None:
        self.name, self.languages, self.width, self.usd = name, languages, width, usd
        self.asked: list[str] = []
        self.left: int | None = None
        """Texts it still reads before it fails; None never fails."""
        self.before: Callable[[Sequence[str]], None] = lambda texts: None

    @property
    def spec(self) -> EmbedderSpec:
        return EmbedderSpec(id=self.name, languages=self.languages)

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        self.before(texts)
        if self.left is not None:
            if len(texts) > self.left:
                raise ModelError("unreachable", "nobody listens there", model=self.name)
            self.left -= len(texts)
        self.asked += texts
        rows = np.zeros((len(texts), self.width), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[sum(map(ord, word.strip(".,?!#"))) % self.width] += 1
            row[0] += 0.01
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return Embedded(vectors=rows / lengths, tokens=10 * len(texts), usd=self.usd)


def no_embedder(model: str) -> Embedder:
    raise ModelError("unknown_provider", f"nobody is called {model}", model=model)


def no_reranker(model: str) -> Reranker:
    raise ModelError("unknown_provider", f"nobody is called {model}", model=model)


def open_at(
    folder: Path,
    *embedders: Embedder,
    rerankers: Mapping[str, Reranker] | None = None,
    align: Align = lambda collection, passage: "",
) -> Library:
    """The library of a data folder; whoever opens it closes it with `close_at`."""
    known = {one.spec.id: one for one in embedders}
    return Library(
        folder / "library",
        Collections(open_database(f"sqlite:///{folder / 'narani.db'}")),
        embedder=lambda model: known.get(model) or no_embedder(model),
        reranker=lambda model: (rerankers or {}).get(model) or no_reranker(model),
        align=align,
    )


def close(library: Library) -> None:
    library.close()
    library.shelf._engine.dispose()  # type: ignore[attr-defined]


def settings(embedder: str = NO_EMBEDDER, size: int = 200, overlap: int = 0) -> CollectionSettings:
    return CollectionSettings(embedder=embedder, split=Split(size=size, overlap=overlap))


def sources(folder: Path) -> list[SourceFile]:
    """All files below a folder, by name."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [SourceFile(path=path, name=path.relative_to(folder).as_posix()) for path in found]


def write(folder: Path, texts: Mapping[str, str | bytes]) -> list[SourceFile]:
    """Write files; those of the folder, as they can be indexed."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return sources(folder)


def index(library: Library, collection: Collection, files: Sequence[SourceFile]) -> Progress:
    """Index files to the end."""
    return library.index(collection, files).wait(PATIENCE_S)


def passages(library: Library, collection: Collection, name: str = "") -> list[StoredPassage]:
    """What is stored and switched on, in order."""
    found = [p for batch in library.shelf.each(collection.id) for p in batch]
    found = [p for p in found if name in ("", p.document)]
    return sorted(found, key=lambda p: (p.document, p.position))


def find(library: Library, collection: Collection, query: str, **how: object) -> Search:
    """Search with a threshold of 0 unless told otherwise."""
    wanted = Retrieval(collection=collection.name, **{"threshold": 0.0, **how})  # type: ignore[arg-type]
    return library.search(wanted, [query])


def given(search: Search) -> list[str]:
    return [passage.text for passage in search.given]


def hit(search: Search, text: str) -> Hit:
    """The hit whose passage holds a text."""
    (found,) = [one for one in search.hits if text in one.passage.text]
    return found


def indexed(library: Library, collection: Collection) -> tuple[int, int]:
    """How many passages the lexical index and the vectors hold."""
    collection = library.shelf.get(collection.id)
    indexes = library._indexes
    vectors = 0
    if collection.dimension is not None:
        vectors = indexes.vectors(collection, collection.dimension).count()
    return indexes.lexical(collection).count(), vectors
