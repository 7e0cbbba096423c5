"""Opens libraries: the one of a data folder, and others for a while, to try settings in."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from core.models.embedding import Embedders
from core.retrieval.indexing import Align
from core.retrieval.library import CACHE, Library
from core.settings import Settings
from core.store.collections import Collections
from core.store.database import open_database

FOLDER = "library"


def open_library(settings: Settings, engine: Engine, embedders: Embedders, align: Align) -> Library:
    """The library of a data folder."""
    return Library(
        settings.home / FOLDER,
        Collections(engine),
        server_url=settings.chroma_url,
        embedder=embedders.embedder,
        reranker=embedders.reranker,
        align=align,
    )


def workshop_beside(
    library: Library, home: Path
) -> Callable[[Path], AbstractContextManager[Library]]:
    """Makes libraries that share the embedders, rerankers and vectors of another one."""

    @contextmanager
    def workshop(folder: Path) -> Iterator[Library]:
        engine = open_database(f"sqlite:///{folder / 'store.db'}")
        made = Library(
            folder,
            Collections(engine),
            embedder=library.readers.embedder,
            reranker=library.readers.reranker,
            align=lambda collection, passage: "",
            cache=home / FOLDER / CACHE,
        )
        try:
            yield made
        finally:
            made.close()
            engine.dispose()

    return workshop
