"""Files as text. Hostile ones spoil nothing but themselves: they are read in another process."""

import base64
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.collection import Block, LoadedDocument
from core.errors import UsageError
from core.jsontypes import Json
from core.retrieval.load.limits import Limits
from core.retrieval.load.names import FORMATS, safe_name
from core.retrieval.load.process import Crashed, ReadingProcess, TooSlow

__all__ = ["FORMATS", "Limits", "Loader", "safe_name"]


MAX_SECONDS_OF_A_PAGE = 30.0


class Loader:
    """Reads one file at a time; may be shared by threads, who wait for one another."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - it is frozen
        self._texts = _Reader(limits)
        # Of its own: whoever wants to see a page does not wait for what is being indexed.
        seconds = min(limits.max_seconds, MAX_SECONDS_OF_A_PAGE)
        self._pages = _Reader(replace(limits, max_seconds=seconds))

    @property
    def pid(self) -> int | None:
        """Of the process that reads texts; None while there is none."""
        return self._texts.process.pid

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
        return _document(self._texts.ask(path, path.name if name is None else name))

    def excerpt(self, path: Path, page: int, quotes: Sequence[str]) -> bytes | None:
        """A page of a PDF by itself, quotes marked in yellow.

        Links, scripts and attached files do not come along. The page behind it comes too when a
        quote goes on there.

        Args:
            path: where the PDF lies.
            page: counted from 1.
            quotes: in the words of the loaded text; what is not found is not marked.

        Returns:
            A PDF; None when there is no such page, or when it alone has more than 20 MB.

        Raises:
            UsageError: `bad_document` with a `reason`, as `load` does: `encrypted`, `broken`,
                `no_pages`, `empty`, `too_large`, `not_found`, `changed`, `timeout`, `crashed`.
        """
        made = self._pages.ask(path, path.name, page=page, quotes=list(quotes))["pdf"]
        return None if made is None else base64.b64decode(made)

    def close(self) -> None:
        """End the reading processes. The next file starts another."""
        self._texts.close()
        self._pages.close()


class _Reader:
    """A reading process that threads share."""

    def __init__(self, limits: Limits) -> None:
        self.process = ReadingProcess(limits)
        self._seconds = round(limits.max_seconds)
        self._lock = threading.Lock()

    def ask(self, path: Path, name: str, **more: Json) -> dict[str, Any]:
        """The answer for one file. Raises `UsageError` of kind `bad_document`."""
        shown = safe_name(name)
        try:
            with self._lock:
                answer = self.process.ask(path, shown, **more)
        except Crashed:
            raise _bad(shown, "crashed", "ended the process that read it") from None
        except TooSlow:
            message = f"takes over {self._seconds} s"
            raise _bad(shown, "timeout", message, seconds=self._seconds) from None
        if "reason" in answer:
            raise _bad(shown, answer["reason"], answer["message"], **answer["numbers"])
        return answer

    def close(self) -> None:
        with self._lock:
            self.process.end()


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
