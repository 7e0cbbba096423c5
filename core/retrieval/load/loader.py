"""Files as text. Hostile ones spoil nothing but themselves: they are read in another process."""

import threading
from pathlib import Path
from typing import Any

from core.collection import Block, LoadedDocument
from core.errors import UsageError
from core.retrieval.load.limits import Limits
from core.retrieval.load.names import FORMATS, safe_name
from core.retrieval.load.process import Crashed, ReadingProcess, TooSlow

__all__ = ["FORMATS", "Limits", "Loader", "safe_name"]


class Loader:
    """Reads one file at a time; may be shared by threads, who wait for one another."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - it is frozen
        self._limits = limits
        self._process = ReadingProcess(limits)
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Of the reading process; None while there is none."""
        return self._process.pid

    def load(self, path: Path, name: str | None = None) -> LoadedDocument:
        """A file as text. Its ending says what it is.

        Args:
            path: where it lies.
            name: what people call it, when it lies elsewhere under another name.

        Raises:
            UsageError: `bad_document`, with `document` and a `reason`: `empty`, `no_pages`,
                `encrypted`, `scanned`, `no_text`, `too_large` (limit_mb, size_mb),
                `too_many_pages` (limit, pages), `too_long` (limit), `too_many_rows` (limit),
                `zip_bomb`, `broken`, `timeout` (seconds), `crashed`, `unknown_format`,
                `not_text`, `bad_json` (line), `not_found`, `changed`.
        """
        name = path.name if name is None else name
        shown = safe_name(name)
        try:
            with self._lock:
                answer = self._process.ask(path, shown)
        except Crashed:
            raise _bad(shown, "crashed", "ended the process that read it") from None
        except TooSlow:
            seconds = round(self._limits.max_seconds)
            raise _bad(shown, "timeout", f"takes over {seconds} s", seconds=seconds) from None
        if "reason" in answer:
            raise _bad(shown, answer["reason"], answer["message"], **answer["numbers"])
        return _document(answer)

    def close(self) -> None:
        """End the reading process. The next file starts another."""
        with self._lock:
            self._process.end()


def _bad(name: str, reason: str, message: str, **numbers: int) -> UsageError:
    return UsageError(
        "bad_document", f"{name!r} {message}", document=name, reason=reason, **numbers
    )


def _document(answer: dict[str, Any]) -> LoadedDocument:
    return LoadedDocument(
        text=answer["text"],
        blocks=tuple(
            Block(start=start, end=end, page=page, heading=heading)
            for start, end, page, heading in answer["blocks"]
        ),
        kind=answer["kind"],
        pages=answer["pages"],
        encoding=answer["encoding"],
    )
