"""Vectors in a folder, shared by processes: Chroma keeps them, memory answers.

Two things of embedded Chroma (1.5.9) are made good here.

* Processes that share a folder lose each other's vectors: each keeps its own graph in memory and
  takes the other's log entries for seen. So only one process at a time touches Chroma (a lock
  file), and it opens Chroma anew when the journal tells of changes by others.
* Among 100,000 random vectors the graph finds 23 % of the true ten nearest with an effort (ef) of
  100, 86 % with the 1,000 we use, and 99 % only with 3,000, at 28 ms.
  One multiplication in memory finds all of them in 5 to 10 ms. Only collections too large for that
  ask the graph, which finds all of the nearest where vectors lie in clusters, as those of texts do.
"""

import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.errors import StoreError
from core.retrieval.journal import Journal, Version
from core.retrieval.matrix import Matrix
from core.retrieval.vector_space import Space, Vectors

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float32]

MOST_NUMBERS = 64_000_000
"""Largest matrix held in memory, 256 MB; multiplying it takes about 10 ms."""
AT_ONCE = 500
"""Vectors written under one lock: a search of another process waits for less than a second."""
WAIT_S = 120
"""For another process that reads or writes the same collection."""


class Chroma(Vectors, Protocol):
    """Chroma's own collection, opened by this process."""

    def parts(self) -> "Iterator[tuple[list[str], Floats, list[str]]]":
        """Everything: ids, vectors, and ids of documents, in parts."""
        ...

    def document_ids(self, ids: Sequence[str]) -> dict[str, str]:
        """Ids of the documents of those ids that are stored."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What is in memory."""

    matrix: Matrix
    version: Version
    """The journal's state it stands for."""


class FolderVectors:
    """Vectors of one collection in a folder.

    Args:
        folder: of this collection alone.
        space: who makes the vectors.
        open_chroma: opens, or makes, Chroma's collection in the folder.
    """

    def __init__(self, folder: Path, space: Space, open_chroma: Callable[[], Chroma]) -> None:
        from filelock import FileLock

        self.space = space
        self._folder = folder
        self._open_chroma = open_chroma
        self._chroma: Chroma | None = None
        self._seen: Version | None = None
        """The journal's state when `_chroma` knew of everything."""
        self._loaded: Loaded | None = None
        self._journal = Journal(folder / "changes")
        self._threads = threading.RLock()
        self._lock_file = folder.with_name(f"{folder.name}.lock")
        self._processes = FileLock(self._lock_file, WAIT_S, thread_local=False, poll_interval=0.01)

    def open(self) -> None:
        """Make the collection when it is missing.

        Raises:
            UsageError: `embedder_changed`.
            StoreError: `not_stored`.
        """
        with self._alone():
            self._folder.mkdir(exist_ok=True)
            self._close_chroma()
            self._chroma = self._open_chroma()
            self._seen = self._journal.version() or self._journal.begin()

    def is_there(self) -> bool:
        """Whether the collection has not been dropped."""
        return self._journal.version() is not None

    def add(self, ids: Sequence[str], vectors: "Floats", document_ids: Sequence[str]) -> None:
        rows = self.space.rows(vectors)
        for start in range(0, len(ids), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            with self._alone(), self._changing(ids[part]) as (chroma, matrix):
                chroma.add(ids[part], rows[part], document_ids[part])
                if matrix is not None:
                    matrix.put(ids[part], rows[part], document_ids[part])

    def remove(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), AT_ONCE):
            part = ids[start : start + AT_ONCE]
            with self._alone(), self._changing(part) as (chroma, matrix):
                chroma.remove(part)
                if matrix is not None:
                    matrix.remove(part)

    def search(
        self, vector: "Floats", count: int, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        (row,) = self.space.rows(vector)
        matrix = self._current()
        if matrix is None:
            with self._alone():
                return self._fresh_chroma().search(row, count, documents)
        return matrix.search(row, count, documents)

    def get(self, ids: Sequence[str]) -> "dict[str, Floats]":
        matrix = self._current()
        if matrix is None:
            with self._alone():
                return self._fresh_chroma().get(ids)
        return matrix.get(ids)

    def count(self) -> int:
        with self._alone():
            return self._fresh_chroma().count()

    def close(self) -> None:
        with self._threads:
            self._close_chroma()
            self._loaded = None

    def drop(self) -> None:
        """Delete the collection, readable or not."""
        with self._alone():
            self.close()
            if self._folder.exists():
                shutil.rmtree(self._folder)
            with suppress(OSError):  # who waits for it looks whether it is still the same file
                self._lock_file.unlink()

    def _current(self) -> Matrix | None:
        """All vectors; None when they are too many."""
        matrix = self._up_to_date()
        if matrix is not None:
            return matrix
        with self._alone():
            matrix = self._up_to_date()  # another thread may have read it meanwhile
            if matrix is not None:
                return matrix
            chroma = self._fresh_chroma()
            loaded, version = self._loaded, self._seen
            assert version is not None
            if chroma.count() * self.space.dimension > MOST_NUMBERS:
                self._loaded = None
                return None
            changed = self._journal.since(loaded.version) if loaded is not None else None
            if loaded is None or changed is None:
                matrix = self._read_all(chroma)
            else:
                matrix = loaded.matrix
                _take_over(changed, chroma, matrix)
            self._loaded = Loaded(matrix=matrix, version=version)
            return matrix

    def _up_to_date(self) -> Matrix | None:
        loaded = self._loaded
        current = loaded is not None and loaded.version == self._journal.version()
        return loaded.matrix if loaded is not None and current else None

    def _read_all(self, chroma: Chroma) -> Matrix:
        matrix = Matrix(self.space.dimension)
        for ids, vectors, document_ids in chroma.parts():
            matrix.put(ids, vectors, document_ids)
        self._close_chroma()  # its graph holds all vectors a second time
        return matrix

    @contextmanager
    def _changing(self, ids: Sequence[str]) -> Iterator[tuple[Chroma, Matrix | None]]:
        """Announce a change; the matrix is given when it has to be changed as well."""
        chroma = self._fresh_chroma()
        before, loaded = self._seen, self._loaded
        self._seen = version = self._journal.write(ids)
        matrix = None
        if loaded is not None and version is not None and loaded.version == before:
            matrix = loaded.matrix
            # Searches of this process go on with what was there.
            self._loaded = Loaded(matrix=matrix, version=version)
        try:
            yield chroma, matrix
        except BaseException:
            self.close()  # neither knows how far the change has come
            raise
        if matrix is not None and len(matrix) * self.space.dimension > MOST_NUMBERS:
            self._loaded = None

    def _fresh_chroma(self) -> Chroma:
        version = self._journal.version()
        if version is None:
            self.close()
            raise StoreError("not_found", "these vectors were deleted meanwhile; index again")
        if self._chroma is None or version != self._seen:
            self._close_chroma()
            self._chroma = self._open_chroma()
            self._seen = version
        return self._chroma

    def _close_chroma(self) -> None:
        chroma, self._chroma = self._chroma, None
        if chroma is not None:
            chroma.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Neither another thread nor another process touches Chroma or the journal."""
        try:
            with self._threads:
                self._folder.parent.mkdir(parents=True, exist_ok=True)
                with self._processes:
                    yield
        except TimeoutError as error:
            raise StoreError(
                "not_stored", f"another process has been at {self._folder} for {WAIT_S} s"
            ) from error
        except OSError as error:
            raise StoreError(
                "not_stored",
                f"{self._folder}: {error.strerror or error}; is the disk full or read-only?",
            ) from error


def _take_over(changed: set[str], chroma: Chroma, matrix: Matrix) -> None:
    """Bring the matrix up to what other processes have changed."""
    import numpy

    ids = sorted(changed)
    vectors, documents = chroma.get(ids), chroma.document_ids(ids)
    stored = [one for one in ids if one in vectors]
    if stored:
        rows = numpy.stack([vectors[one] for one in stored])
        matrix.put(stored, rows, [documents[one] for one in stored])
    matrix.remove(changed - vectors.keys())
