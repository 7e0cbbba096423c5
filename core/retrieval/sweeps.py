"""The sweeps of one data folder: started, found again after a restart, gone on with, discarded."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from core.collection import Collection
from core.errors import UsageError
from core.retrieval.library import Library
from core.retrieval.questions import Question
from core.retrieval.shelf import Shelf
from core.retrieval.sweep import MOST_CELLS, Grid, Sweep, write_sweep
from core.search import Retrieval


class Sweeps:
    """Jobs that try many settings.

    Args:
        folder: one folder per job.
        library: where the documents are.
        workshop: a library of its own in a folder, closed after use.
    """

    def __init__(
        self,
        folder: Path,
        library: Library,
        workshop: Callable[[Path], AbstractContextManager[Library]],
    ) -> None:
        self._folder, self._library, self._workshop = folder, library, workshop
        self._open: dict[str, Sweep] = {}

    def start(
        self, collection: Collection, how: Retrieval, grid: Grid, questions: Sequence[Question]
    ) -> Sweep:
        """Begin a job.

        Raises:
            UsageError: `bad_questions` without questions, `bad_collection` for a grid that is
                empty, too large, or holds settings that cannot be.
        """
        if not questions:
            raise UsageError("bad_questions", "there are no questions", reason="empty")
        cells = len(grid.cuts(collection.settings)) * len(grid.modes) * len(grid.top_ks)
        if not 0 < cells <= MOST_CELLS:
            message = f"{cells} combinations; 1 to {MOST_CELLS} are possible"
            raise UsageError(
                "bad_collection", message, reason="bad_grid", cells=cells, limit=MOST_CELLS
            )
        now = datetime.now(UTC)
        folder = self._folder / f"{now:%Y%m%d-%H%M%S}-{uuid4().hex[:6]}"
        asked = [_by_quotation(self._library.shelf, one) for one in questions]
        write_sweep(folder, collection, how, grid, asked, now.isoformat(timespec="seconds"))
        made = self._opened(folder)
        made.start()
        return made

    def of(self, collection_id: str) -> list[Sweep]:
        """A collection's jobs, the newest first."""
        found = []
        for path in sorted(self._folder.glob("*/job.json"), reverse=True):
            with suppress(OSError, ValueError, KeyError, TypeError, UsageError):
                sweep = self._opened(path.parent)
                if sweep.collection_id == collection_id:
                    found.append(sweep)
        return found

    def discard(self, sweep: Sweep) -> None:
        sweep.stop()
        sweep.wait()
        self._open.pop(sweep.folder.name, None)
        shutil.rmtree(sweep.folder, ignore_errors=True)

    def close(self) -> None:
        """Stop what runs; it can be gone on with."""
        for sweep in self._open.values():
            sweep.stop()
        for sweep in self._open.values():
            sweep.wait(30)

    def _opened(self, folder: Path) -> Sweep:
        if folder.name not in self._open:
            self._open[folder.name] = Sweep(folder, self._workshop, self._library)
        return self._open[folder.name]


def _by_quotation(shelf: Shelf, question: Question) -> Question:
    """Another way of cutting gives passages other ids; their words stay."""
    there = shelf.found(question.passage_ids)
    first = next((there[one] for one in question.passage_ids if one in there), None)
    if first is None or question.quote:
        return question
    original = shelf.loaded(first.document_id).text[first.start : first.end]
    return replace(question, document=first.document, quote=original or first.text, passage_ids=())
