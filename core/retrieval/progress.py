"""What is indexed, and how far an indexing is."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.collection import LoadedDocument
from core.errors import NaraniError, UsageError


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """A file to be indexed."""

    path: Path
    name: str
    """What the document will be called."""
    loaded: LoadedDocument | None = None
    """Its text, when the file itself is no longer there; then `hash` too."""
    hash: str = ""


@dataclass(frozen=True, kw_only=True)
class FileFailure:
    """A file that could not be read; the others went on."""

    name: str
    error: UsageError


@dataclass(kw_only=True)
class Progress:
    """How far an indexing is. Written by its thread, read by any."""

    state: Literal["waiting", "running", "done", "stopped", "failed"] = "waiting"
    files: int = 0
    done: int = 0
    """Files finished, failed and unchanged ones included."""
    unchanged: int = 0
    passages: int = 0
    """Passages of the files finished."""
    embedded: int = 0
    """Passages embedded, those from the cache included."""
    kept: int = 0
    """Passages of changed files that were there already."""
    current: str = ""
    """The file in hand."""
    failures: list[FileFailure] = field(default_factory=list)
    error: NaraniError | None = None
    """Why all of it ended early."""
    tokens: int = 0
    usd: float | None = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    """Per stage: load, split, align, embed, store."""

    @property
    def running(self) -> bool:
        return self.state in ("waiting", "running")


class Stage:
    """Adds up the seconds of a stage."""

    def __init__(self, seconds: dict[str, float], name: str) -> None:
        self._seconds, self._name = seconds, name

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        took = time.perf_counter() - self._began
        self._seconds[self._name] = self._seconds.get(self._name, 0.0) + took
