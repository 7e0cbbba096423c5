"""What vectors of a collection can do, wherever they lie; and which vectors are let in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.errors import StoreError, UsageError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float32]


class Vectors(Protocol):
    """Vectors of one collection's passages. May be used from any thread.

    Everything here raises `StoreError`: `not_found` when the collection was dropped meanwhile,
    `not_stored` when the store does not work, saying what helps. Vectors of another length than
    the collection's raise `UsageError` of kind `embedder_changed`.
    """

    def add(self, ids: Sequence[str], vectors: "Floats", document_ids: Sequence[str]) -> None:
        """Store vectors; those of known ids replace the old ones."""
        ...

    def remove(self, ids: Sequence[str]) -> None:
        """Forget vectors; unknown ids are no error."""
        ...

    def search(
        self, vector: "Floats", count: int, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The nearest ids with their cosine similarity (-1 to 1), best first.

        Args:
            vector: of the question.
            count: how many at most.
            documents: ids of the only documents to look at; None is all.
        """
        ...

    def get(self, ids: Sequence[str]) -> "dict[str, Floats]":
        """Vectors of length 1 of those ids that are stored."""
        ...

    def count(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Space:
    """Who made the vectors of a collection, and how long they are."""

    embedder: str
    dimension: int

    def __str__(self) -> str:
        return f"{self.embedder} ({self.dimension})"

    def check_same(self, stored: "Space") -> None:
        """Raises `UsageError` of kind `embedder_changed`: such vectors cannot be compared."""
        if self != stored:
            raise UsageError(
                "embedder_changed",
                f"the collection holds vectors of {stored}, not of {self}; index it anew",
                stored=str(stored),
                wanted=str(self),
            )

    def rows(self, vectors: "Floats") -> "Floats":
        """Vectors made length 1, so that products are cosines.

        Raises:
            UsageError: `embedder_changed` when they are longer or shorter than those stored.
            StoreError: `not_stored` when they are no numbers.
        """
        import numpy

        given = numpy.atleast_2d(numpy.asarray(vectors, dtype=numpy.float32))
        if given.shape[0]:
            Space(embedder=self.embedder, dimension=given.shape[1]).check_same(self)
        if not numpy.isfinite(given).all():
            raise StoreError("not_stored", f"{self.embedder} made vectors that are not numbers")
        lengths = numpy.linalg.norm(given, axis=1, keepdims=True)
        lengths[lengths == 0] = 1
        rows: Floats = given / lengths
        return rows
