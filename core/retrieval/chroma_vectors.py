"""One of Chroma's collections, opened, as vectors of passages. Imports nothing of chromadb."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.errors import NaraniError
from core.retrieval.vector_space import Space

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float32]

PART = 2000
"""Vectors read at once: Chroma hands them over as Python floats, 32 bytes a number."""
MOST_DOCUMENTS = 10_000
"""Documents in one query: SQLite takes 32,766 variables."""


class ChromaVectors:
    """Vectors in one of Chroma's collections.

    Args:
        client: Chroma's, which `close` closes.
        collection: Chroma's, of that client.
        space: who makes the vectors.
        failed: what to raise when Chroma raises.
    """

    def __init__(
        self, client: Any, collection: Any, space: Space, failed: Callable[[Exception], NaraniError]
    ) -> None:
        self.space = space
        self._client = client
        self._collection = collection
        self._failed = failed
        self._most: int = client.get_max_batch_size()

    def add(self, ids: Sequence[str], vectors: "Floats", document_ids: Sequence[str]) -> None:
        rows = self.space.rows(vectors)
        for part in self._slices(len(ids)):
            with self._errors():
                self._collection.upsert(
                    ids=list(ids[part]),
                    embeddings=rows[part],
                    metadatas=[{"document_id": one} for one in document_ids[part]],
                )

    def remove(self, ids: Sequence[str]) -> None:
        for part in self._slices(len(ids)):
            with self._errors():
                self._collection.delete(ids=list(ids[part]))

    def search(
        self, vector: "Floats", count: int, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        rows = self.space.rows(vector)
        if documents is None:
            return self._query(rows, count, None)
        wanted = sorted(documents)
        found: list[tuple[str, float]] = []
        for start in range(0, len(wanted), MOST_DOCUMENTS):
            part = wanted[start : start + MOST_DOCUMENTS]
            found += self._query(rows, count, {"document_id": {"$in": part}})
        return sorted(found, key=lambda one: -one[1])[:count]

    def _query(self, rows: "Floats", count: int, where: Any) -> list[tuple[str, float]]:
        with self._errors():
            found = self._collection.query(
                query_embeddings=rows, n_results=count, where=where, include=["distances"]
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(one, min(1.0, max(-1.0, 1 - distance))) for one, distance in pairs]

    def get(self, ids: Sequence[str]) -> "dict[str, Floats]":
        found: dict[str, Floats] = {}
        for start in range(0, len(ids), PART):
            with self._errors():
                part = self._collection.get(
                    ids=list(ids[start : start + PART]), include=["embeddings"]
                )
            if part["ids"]:
                found |= zip(part["ids"], self.space.rows(part["embeddings"]), strict=True)
        return found

    def count(self) -> int:
        with self._errors():
            return int(self._collection.count())

    def parts(self) -> "Iterator[tuple[list[str], Floats, list[str]]]":
        """Everything: ids, vectors, and ids of documents, in parts."""
        for start in range(0, self.count(), PART):
            with self._errors():
                part = self._collection.get(
                    limit=PART, offset=start, include=["embeddings", "metadatas"]
                )
            documents = [str(one["document_id"]) for one in part["metadatas"]]
            yield part["ids"], self.space.rows(part["embeddings"]), documents

    def document_ids(self, ids: Sequence[str]) -> dict[str, str]:
        """Ids of the documents of those ids that are stored."""
        found: dict[str, str] = {}
        for start in range(0, len(ids), PART):
            with self._errors():
                part = self._collection.get(
                    ids=list(ids[start : start + PART]), include=["metadatas"]
                )
            documents = (str(one["document_id"]) for one in part["metadatas"])
            found |= zip(part["ids"], documents, strict=True)
        return found

    def close(self) -> None:
        self._client.close()

    def _slices(self, count: int) -> Iterator[slice]:
        return (slice(start, start + self._most) for start in range(0, count, self._most))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Chroma raises its own errors, those of httpx, ValueError, and Exception itself."""
        try:
            yield
        except NaraniError:
            raise
        except Exception as error:
            raise self._failed(error) from error
