"""All vectors of a collection in memory: exact search, one multiplication for a question.

Knows nothing of files. Any number of threads may search while one changes it.
"""

import threading
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float32]

SPARE = 1.25
"""Room is made for this much more than is needed, so that adding does not copy each time."""
DEAD_SHARE = 0.25
"""With more dead rows than this the living are copied together."""


class Matrix:
    """Rows are written once and never changed: a search may be reading them."""

    def __init__(self, dimension: int) -> None:
        import numpy

        self._rows: Floats = numpy.empty((0, dimension), dtype=numpy.float32)
        self._alive: NDArray[numpy.bool_] = numpy.empty(0, dtype=numpy.bool_)
        self._documents: NDArray[numpy.int32] = numpy.empty(0, dtype=numpy.int32)
        self._numbers: dict[str, int] = {}
        """Number of each document, as it stands in `_documents`."""
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        """Row of each living id."""
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._places)

    def put(self, ids: Sequence[str], vectors: "Floats", document_ids: Sequence[str]) -> None:
        """Add rows of length 1; those of known ids take the place of the old ones."""
        with self._lock:
            self._bury(ids)
            first = len(self._ids)
            self._make_room(first + len(ids))
            for place, (one, document) in enumerate(zip(ids, document_ids, strict=True), first):
                self._documents[place] = self._numbers.setdefault(document, len(self._numbers))
                self._places[one] = place
            self._rows[first : first + len(ids)] = vectors
            self._alive[first : first + len(ids)] = True
            self._ids.extend(ids)

    def remove(self, ids: Iterable[str]) -> None:
        with self._lock:
            self._bury(ids)
            if len(self._ids) - len(self._places) > DEAD_SHARE * len(self._ids):
                self._copy_living_together()

    def search(
        self, vector: "Floats", count: int, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `count` ids nearest to a vector of length 1, with their cosines, best first."""
        import numpy

        with self._lock:
            rows, ids, used = self._rows, self._ids, len(self._ids)
            usable = self._alive[:used].copy()
            if documents is not None:
                wanted = [self._numbers[one] for one in documents if one in self._numbers]
                usable &= numpy.isin(self._documents[:used], wanted)
        places = numpy.flatnonzero(usable)
        few = len(places) * 4 < used  # copying these costs less than multiplying all
        scores = rows[places] @ vector if few else (rows[:used] @ vector)[places]
        if count < len(places):
            best = numpy.argpartition(scores, -count)[-count:]
            places, scores = places[best], scores[best]
        found = zip(places.tolist(), scores.clip(-1, 1).tolist(), strict=True)
        return sorted(((ids[place], score) for place, score in found), key=_best_first)

    def get(self, ids: Iterable[str]) -> "dict[str, Floats]":
        """Vectors of those ids that are here."""
        with self._lock:
            rows = self._rows
            places = {one: self._places[one] for one in ids if one in self._places}
        return {one: rows[place].copy() for one, place in places.items()}

    def _bury(self, ids: Iterable[str]) -> None:
        for one in ids:
            place = self._places.pop(one, None)
            if place is not None:
                self._alive[place] = False

    def _make_room(self, needed: int) -> None:
        if needed > len(self._rows):
            room = max(64, int(needed * SPARE))
            self._rows = _longer(self._rows, room)
            self._alive = _longer(self._alive, room)
            self._documents = _longer(self._documents, room)

    def _copy_living_together(self) -> None:
        import numpy

        living = numpy.flatnonzero(self._alive[: len(self._ids)])
        self._rows, self._documents = self._rows[living], self._documents[living]
        self._alive = numpy.ones(len(living), dtype=numpy.bool_)
        self._ids = [self._ids[place] for place in living]
        self._places = {one: place for place, one in enumerate(self._ids)}


def _best_first(found: tuple[str, float]) -> tuple[float, str]:
    return -found[1], found[0]


def _longer(array: Any, room: int) -> Any:
    import numpy

    longer = numpy.empty((room, *array.shape[1:]), dtype=array.dtype)
    longer[: len(array)] = array
    return longer
