"""What lies on disk beside the rows of a set version, to choose examples fast.

Where its training examples stand, and a lexical index of their questions. Everything here can be
made anew from the rows at any time, and is when it is damaged.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.example_set import SetExample
from core.examples.places import Places, load_places, places_of
from core.retrieval.index_errors import storing
from core.retrieval.lexical import Entry, LexicalIndex
from core.retrieval.one_writer import one_writer
from core.store.example_sets import ExampleSets


class SetFolder:
    """The folder of one set version. For any thread and process.

    Every method raises `StoreError`: `not_found` when the set is gone, `not_stored`.
    """

    def __init__(self, home: Path, set_id: str, sets: ExampleSets) -> None:
        """Take the place of all such folders, and whose rows are the truth."""
        self._home, self._folder, self._id, self._sets = home, home / set_id, set_id, sets
        self._reading, self._indexing = threading.Lock(), threading.Lock()
        self._places: Places | None = None
        self._words: LexicalIndex | None = None

    def each(self) -> Iterator[tuple[int, SetExample]]:
        """The training examples with their positions."""
        for batch in self._sets.each(self._id, "train"):
            yield from batch

    def places(self) -> Places:
        path = self._folder / "places.json"
        with self._reading:
            if self._places is None:
                with suppress(OSError, UnicodeError):
                    self._places = load_places(path.read_text("utf-8"))
            if self._places is None:
                with self._making():
                    places = places_of(self.each())
                    # An index that is here names its groups by the numbers of other places.
                    shutil.rmtree(self._folder / "words", ignore_errors=True)
                    unfinished = path.with_suffix(".unfinished")
                    unfinished.write_text(places.dump(), "utf-8")
                    unfinished.replace(path)
                self._places = places
            return self._places

    def words(self) -> LexicalIndex:
        """The index: ids as `position_of` reads them, documents are the groups of the places."""
        places = self.places()
        with self._indexing:
            if self._words is None or self._words.broken:
                self._words = self._found(places) or self._made(places)
            return self._words

    def _found(self, places: Places) -> LexicalIndex | None:
        folder = self._folder / "words"
        if not (folder / "meta.json").exists():
            return None
        index = LexicalIndex(folder)
        return index if not index.broken and index.count() == len(places.positions) else None

    def _made(self, places: Places) -> LexicalIndex:
        with self._making():
            if (found := self._found(places)) is not None:  # another process was faster
                return found
            # A name of its own until it is whole: what lies there now is of somebody who died.
            unfinished, folder = self._folder / "words.unfinished", self._folder / "words"
            shutil.rmtree(unfinished, ignore_errors=True)
            LexicalIndex(unfinished).add(
                Entry(
                    id=f"{position:07d}",  # equal scores are ordered by it
                    document_id=places.group(position),
                    text=one.example.question,
                )
                for position, one in self.each()
            )
            shutil.rmtree(folder, ignore_errors=True)
            unfinished.rename(folder)
            return LexicalIndex(folder)

    @contextmanager
    def _making(self) -> Iterator[None]:
        """One at a time, of all processes; folders of sets that are gone are removed."""
        with storing():
            self._home.mkdir(parents=True, exist_ok=True)
            with one_writer(self._home):
                stored = {one.id for one in self._sets.list(all_versions=True)}
                for folder in self._home.iterdir():
                    if folder.is_dir() and folder.name not in stored:
                        shutil.rmtree(folder, ignore_errors=True)
                self._folder.mkdir(exist_ok=True)
                yield


def position_of(entry_id: str) -> int:
    return int(entry_id)
