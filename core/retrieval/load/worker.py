"""The reading process: `python -m core.retrieval.load.worker`. Files in, their text out.

Speaks lines of JSON: the limits first, then one line per file, each answered by one line; a line
with quotes is answered by a page of the file instead of its text. What
a hostile file can do is bounded here (memory, processor time) and by whoever started us (clock).
Ends when standard input closes, so that it never outlives the app.
"""

import base64
import json
import os
import queue
import resource
import stat
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from core.retrieval.load.excerpt import excerpt
from core.retrieval.load.formats import kind_of, reader_of
from core.retrieval.load.limits import MEGABYTE, Limits, Refused
from core.retrieval.load.parts import assemble

FRESH_BELOW = 600 * MEGABYTE
"""A process that has needed more is not used again: memory is seldom given back."""


def main() -> None:
    answers = _own_output()
    limits = Limits(**json.loads(sys.stdin.readline()))
    _limit_memory(limits)
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        request = json.loads(requests.get())
        _limit_time(limits)
        answer = _answer(request, limits)
        exhausted = answer.get("reason") == "crashed"
        answer["again"] = not exhausted and _peak_bytes() < FRESH_BELOW
        answers.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        answers.flush()


def _answer(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    path = Path(request["path"])
    try:
        if "quotes" in request:
            return _excerpt(path, request["page"], request["quotes"], limits)
        return read(path, request["name"], limits)
    except Refused as error:
        return {"reason": error.reason, "message": str(error), "numbers": error.numbers}
    except MemoryError:
        return {"reason": "crashed", "message": "needs too much memory", "numbers": {}}
    except Exception as error:  # libraries fail in every way at what is broken
        message = f"could not be read ({type(error).__name__}: {str(error)[:200]})"
        return {"reason": "broken", "message": message, "numbers": {}}


def read(path: Path, name: str, limits: Limits) -> dict[str, Any]:
    """One file as text.

    Raises:
        Refused: with the reason.
    """
    kind = kind_of(name)
    content = _content(path, limits)
    made = reader_of(name)(content, limits)
    text, blocks = assemble(made, limits)
    if not text:
        raise Refused("no_text", "holds no text")
    return {
        "text": text,
        "blocks": [(b.start, b.end, b.page, b.heading) for b in blocks],
        "kind": kind,
        "pages": made.pages,
        "encoding": made.encoding,
    }


def _excerpt(path: Path, page: int, quotes: list[str], limits: Limits) -> dict[str, Any]:
    made = excerpt(_content(path, limits), page, quotes)
    return {"pdf": None if made is None else base64.b64encode(made).decode()}


def _content(path: Path, limits: Limits) -> bytes:
    """The bytes of a file, if it is the same before and after."""
    try:
        # Without O_NONBLOCK a named pipe would keep us waiting.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise Refused("not_found", "is not a file")
            _check_size(before.st_size, limits)
            content = file.read(limits.max_bytes + 1)
    except OSError as error:
        raise Refused("not_found", f"cannot be opened: {error.strerror}") from None
    try:
        after = path.stat()
    except OSError:
        raise Refused("changed", "vanished while it was read") from None
    same = ("st_ino", "st_size", "st_mtime_ns")
    if len(content) != before.st_size or any(
        getattr(before, one) != getattr(after, one) for one in same
    ):
        raise Refused("changed", "changed while it was read")
    return content


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.max_bytes:
        most, is_ = limits.max_bytes // MEGABYTE, -(-size // MEGABYTE)
        raise Refused("too_large", f"has {is_} MB", limit_mb=most, size_mb=is_)
    if not size:
        raise Refused("empty", "is empty")


def _own_output() -> IO[bytes]:
    """Standard output for answers alone: what libraries print goes to standard error."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


def _limit_memory(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = limits.max_memory_bytes
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    with suppress(OSError, ValueError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _limit_time(limits: Limits) -> None:
    """Ends a file that loops when the app is gone; while it lives, the app's clock is faster."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + limits.max_seconds) + 5
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def _peak_bytes() -> int:
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError, ValueError):  # no Linux
        # On Linux this counts the app's own memory at the moment it started us.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _listen(requests: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
