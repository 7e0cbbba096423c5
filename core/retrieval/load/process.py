"""The app's side of the reading process: started when needed, asked, killed when too slow."""

import json
import os
import selectors
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from core.jsontypes import Json, JsonObject
from core.retrieval.load.limits import MEGABYTE, Limits

ROOT = Path(__file__).parents[3]
CHUNK = 1 << 20
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
"""Variables the process sees: hostile files are read in it, and the others hold keys."""


class Crashed(Exception):
    """The process ended without an answer."""


class TooSlow(Exception):
    """The process had to be killed."""


class ReadingProcess:
    """One process, for one file at a time. Not thread-safe."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def ask(self, path: Path, name: str, **more: Json) -> dict[str, Any]:
        """The answer for one file; see the worker for what more can be asked.

        Raises:
            Crashed, TooSlow: the process is gone; the next file gets a new one.
        """
        process = self._running()
        request: JsonObject = {"path": os.fspath(path.absolute()), "name": name, **more}
        try:
            _send(process, request)
            answer = cast(dict[str, Any], json.loads(self._line(process)))
        except (OSError, ValueError):
            self.end(patience_s=0)
            raise Crashed from None
        except BaseException:
            self.end(patience_s=0)  # a half-read answer would be taken for the next file's
            raise
        if not answer.get("again"):
            self.end()
        return answer

    def end(self, patience_s: float = 2.0) -> None:
        """Close its input, which ends it; kill it when it does not listen."""
        process, self._process = self._process, None
        if process is None:
            return
        if not patience_s:
            process.kill()
        with suppress(OSError):
            cast(Any, process.stdin).close()
        try:
            process.wait(patience_s or None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        cast(Any, process.stdout).close()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is not None:
            self.end()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "core.retrieval.load.worker"],
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT if name in os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            with suppress(OSError):  # what could not be sent is found out by the next line
                _send(self._process, cast(JsonObject, asdict(self._limits)))
        return self._process

    def _line(self, process: "subprocess.Popen[bytes]") -> bytes:
        output = cast(Any, process.stdout).fileno()
        selector = selectors.DefaultSelector()
        selector.register(output, selectors.EVENT_READ)
        try:
            return self._read_line(selector, output)
        finally:
            selector.close()

    def _read_line(self, selector: selectors.BaseSelector, output: int) -> bytes:
        until = time.monotonic() + self._limits.max_seconds
        most = 12 * self._limits.max_characters + 100 * MEGABYTE
        pieces: list[bytes] = []
        length = 0
        while True:
            left = until - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TooSlow
            piece = os.read(output, CHUNK)
            length += len(piece)
            if not piece or length > most:
                raise Crashed
            pieces.append(piece)
            if piece.endswith(b"\n"):
                return b"".join(pieces)


def _send(process: "subprocess.Popen[bytes]", content: JsonObject) -> None:
    stdin = cast(Any, process.stdin)
    stdin.write(json.dumps(content).encode() + b"\n")
    stdin.flush()
