"""The training process: `python -m core.lora.worker FOLDER`. Reads a job, writes an adapter.

Waits its turn (one training at a time), writes its progress into the job's folder, saves a
check-point whenever it is told to stop and every few steps, and goes on from the newest one.
"""

import fcntl
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from core.lora.job import Job, read_job, waiting_before, write_status, write_whole


class Stopped(Exception):
    """Somebody asked for a stop; the last check-point is on disk."""


def main() -> None:
    job = read_job(Path(sys.argv[1]))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # Ctrl-C reaches the whole group
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_stop_at_end_of_input, args=(stop,), daemon=True).start()
    threading.Thread(target=_stop_when_asked, args=(job, stop), daemon=True).start()
    try:
        with _turn(job, stop):
            run(job, stop)
    except Stopped:
        write_status(job.folder, state="stopped")
    except MemoryError:
        write_status(job.folder, state="failed", reason="out_of_memory", message="")
    except Exception as error:
        reason = "no_space" if getattr(error, "errno", None) == 28 else _reason(error)
        message = f"{type(error).__name__}: {error}"[:500]
        write_status(job.folder, state="failed", reason=reason, message=message)
        print(message, file=sys.stderr)
    os._exit(0)  # libraries leave threads behind that would keep the process alive


class _turn:
    """Holds the lock that lets one training run at a time."""

    def __init__(self, job: Job, stop: threading.Event) -> None:
        self._file = (job.folder.parent / "turn.lock").open("w")
        self._job, self._stop = job, stop

    def __enter__(self) -> None:
        while not self._taken():
            write_status(self._job.folder, state="queued")
            if self._stop.wait(0.2):
                raise Stopped

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _taken(self) -> bool:
        if waiting_before(self._job):
            return False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def run(job: Job, stop: threading.Event) -> None:
    """Train, score and store one job.

    Raises:
        Stopped: on request.
        UsageError, ValueError: the job cannot be done.
    """
    began = time.monotonic()
    spent_before = float(job.status().get("spent_s", 0.0))
    write_status(job.folder, state="loading", pid=os.getpid())
    from core.lora.fit import fit
    from core.lora.network import load_base, with_adapter
    from core.lora.scoring import Tasks, as_row, compare, score
    from core.lora.store import finish

    model, tokenizer = load_base(job)
    train, test = job.examples("train"), job.examples("test")
    tasks = Tasks.of(job, model, tokenizer)
    write_status(job.folder, state="scoring_before")
    before = _kept(job, "before", lambda: score(model, tokenizer, test, tasks, stop), stop)
    if stop.is_set():
        raise Stopped
    trained = with_adapter(model, job.settings)
    rows = [as_row(e.question, e.answer) for e in train]
    rows += tasks.replay(len(train), job.settings)
    losses = fit(job, trained, tokenizer, rows, stop)
    if stop.is_set():
        raise Stopped
    write_status(job.folder, state="scoring_after")
    after = score(trained, tokenizer, test, tasks, stop)
    if stop.is_set():
        raise Stopped
    write_status(job.folder, state="saving")
    spent = spent_before + time.monotonic() - began
    finish(job, trained, losses, before, after, compare(before, after), spent)
    write_status(job.folder, state="done", duration_s=spent)


def _kept(job: Job, name: str, make: Any, stop: threading.Event) -> Any:
    """A result that a resumed training need not work out again."""
    from core.lora.scoring import Scored

    path = job.folder / f"{name}.json"
    if path.exists():
        return Scored.from_json(json.loads(path.read_text("utf-8")))
    made = make()
    if stop.is_set():
        raise Stopped  # what was cut short is no score
    write_whole(path, json.dumps(made.to_json(), ensure_ascii=False))
    return made


def _reason(error: Exception) -> str:
    if isinstance(error, ValueError) and "no longer a number" in str(error):
        return "nan"
    return str(getattr(error, "kind", "")) or "error"


def _stop_when_asked(job: Job, stop: threading.Event) -> None:
    while not stop.wait(0.1):
        if job.stop_asked:
            stop.set()


def _stop_at_end_of_input(stop: threading.Event) -> None:
    """The app holds our standard input; when it is gone, save and end."""
    sys.stdin.read()
    stop.set()


if __name__ == "__main__":
    main()
