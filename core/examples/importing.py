"""Puts a table into an example set: read, look it over, save. Runs in a thread of its own.

The set changes only at the end and as a whole: whoever stops this loses nothing that was there.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from core.errors import NaraniError, StoreError
from core.example import Example
from core.example_set import ExampleSet, Split
from core.examples.columns import Columns, Row, read
from core.examples.looking_over import LookingOver, Repetitions
from core.examples.tables import Table


class Save(Protocol):
    """What stores the next version of a set."""

    def __call__(
        self,
        name: str,
        wanted: Sequence[Example],
        test_share: float | None,
        *,
        sides: Mapping[str, Split],
        note: str,
    ) -> ExampleSet: ...


@dataclass(frozen=True, kw_only=True)
class Saved:
    """The version that an import has made."""

    id: str
    name: str
    version: int
    train: int
    """Examples that may be learnt from."""
    test: int
    """Examples held out."""


@dataclass(kw_only=True)
class ImportProgress:
    """How far an import is. Written by its thread, read by any."""

    state: Literal["waiting", "running", "done", "stopped", "failed"] = "waiting"
    stage: Literal["read", "save"] = "read"
    rows: int = 0
    """Rows read."""
    share: float = 0.0
    """Of the file that has been read, 0 to 1; 0 when it does not say how long it is."""
    new: int = 0
    """Examples that the file adds."""
    found: Repetitions = field(default_factory=Repetitions)
    """What repeats; whole once everything is read."""
    saved: Saved | None = None
    """None until it is stored."""
    error: NaraniError | None = None
    """Why it failed."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Per stage: read, save."""

    @property
    def running(self) -> bool:
        return self.state in ("waiting", "running")


class Importing:
    """One import of a table into the set of one name."""

    def __init__(
        self,
        table: Table,
        columns: Columns,
        *,
        name: str,
        save: Save,
        test_share: float | None = None,
        existing: Callable[[], Iterable[Example]] = tuple,
        note: str = "",
    ) -> None:
        """Nothing is read before `start`.

        Args:
            table: its file stays open until the end.
            columns: what its columns mean.
            name: of the set.
            save: the store's.
            test_share: share of new questions that is held out where the file does not say; None
                leaves it to the store.
            existing: the examples that come first, to append to a set; none replaces it.
            note: what people should know about this version.
        """
        self.table, self.columns, self.name = table, columns, name
        self.progress = ImportProgress()
        self._save, self._existing = save, existing
        self._test_share, self._note = test_share, note
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="importing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the row in hand, with nothing stored; too late once it is being stored."""
        self._stop.set()

    def wait(self, timeout_s: float | None = None) -> ImportProgress:
        """Until it has ended. Raises TimeoutError."""
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            raise TimeoutError(f"the import still runs after {timeout_s} s")
        return self.progress

    def _run(self) -> None:
        progress = self.progress
        progress.state = "running"
        try:
            self._import()
            progress.state = "done"
        except _Stopped:
            progress.state = "stopped"
        except NaraniError as error:
            progress.error, progress.state = error, "failed"
        except Exception as error:  # whatever a file or a library does, the page must hear of it
            message = f"{type(error).__name__}: {error}"[:400]
            progress.error, progress.state = StoreError("not_stored", message), "failed"

    def _import(self) -> None:
        began = time.perf_counter()
        wanted, sides = self._read()
        self.progress.seconds["read"] = time.perf_counter() - began
        self._heed_stop()
        self.progress.stage = "save"
        began = time.perf_counter()
        made = self._save(self.name, wanted, self._test_share, sides=sides, note=self._note)
        self.progress.seconds["save"] = time.perf_counter() - began
        test = len(made.test)
        train = len(made.examples) - test
        self.progress.saved = Saved(
            id=made.id, name=made.name, version=made.version, train=train, test=test
        )

    def _read(self) -> tuple[list[Example], dict[str, Split]]:
        """Everything once, and the sides that the file names."""
        wanted: list[Example] = []
        looked = LookingOver()
        for example in self._existing():
            self._heed_stop()
            looked.add(example, None)
            wanted.append(example)
        for row in read(self.table, self.columns):
            self._heed_stop()
            if self._is_new(looked, row):
                wanted.append(row.example)
                self.progress.new += 1
        self.progress.share = 1.0
        self.progress.found = looked.found()
        return wanted, looked.sides

    def _is_new(self, looked: LookingOver, row: Row) -> bool:
        self.progress.rows += 1
        self.progress.share = self.table.share
        return looked.add(row.example, row.side)

    def _heed_stop(self) -> None:
        if self._stop.is_set():
            raise _Stopped


class _Stopped(Exception):
    pass
