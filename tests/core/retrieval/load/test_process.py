"""A file may crash, loop or eat memory: it spoils nothing but itself."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from core.errors import UsageError
from core.retrieval.load.loader import Limits, Loader
from core.retrieval.load.process import ROOT
from tests.core.retrieval.load.refusals import refused

MEGABYTE = 1_000_000


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.txt"
    path.write_text("좋은 글", "utf-8")
    return path


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A page of which each tag costs the parser far more than its three bytes."""
    path = tmp_path / "slow.html"
    path.write_text("<b>x</b><i>y</i>" * 2_000_000, "utf-8")
    return path


def soon(happens: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_one_process_reads_many_files(good: Path) -> None:
    loader = Loader()
    loader.load(good)
    first = loader.pid
    with refused("not_found"):
        loader.load(good.with_name("gone.txt"))
    loader.load(good)
    assert loader.pid == first
    loader.close()


def test_an_endless_file_is_given_up_and_the_next_is_read(good: Path, slow: Path) -> None:
    loader = Loader(Limits(max_seconds=2))
    with refused("timeout", seconds=2):
        loader.load(slow)
    assert loader.pid is None
    assert loader.load(good).text == "좋은 글"
    loader.close()


def test_a_process_killed_while_reading_spoils_one_file(good: Path, slow: Path) -> None:
    loader = Loader()
    caught: list[UsageError] = []

    def read() -> None:
        try:
            loader.load(slow)
        except UsageError as error:
            caught.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    soon(lambda: loader.pid)
    os.kill(loader.pid or 0, signal.SIGKILL)
    reader.join()
    assert caught[0].details["reason"] == "crashed"
    assert loader.load(good).text == "좋은 글"
    loader.close()


def test_a_process_that_died_idle_is_replaced(good: Path) -> None:
    loader = Loader()
    loader.load(good)
    first = loader.pid or 0
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert loader.load(good).text == "좋은 글"
    assert loader.pid != first
    loader.close()


def test_a_file_that_eats_memory_spoils_itself(good: Path, tmp_path: Path) -> None:
    greedy = tmp_path / "greedy.json"
    greedy.write_text("[" + ",".join(['{"a":[]}'] * 2_000_000) + "]")
    loader = Loader(Limits(max_memory_bytes=300 * MEGABYTE, max_rows=10_000_000))
    with refused("crashed"):
        loader.load(greedy)
    assert loader.load(good).text == "좋은 글"
    loader.close()


def test_many_threads_share_one_loader(tmp_path: Path) -> None:
    loader = Loader()
    texts: dict[int, str] = {}

    def read(number: int) -> None:
        path = tmp_path / f"{number}.txt"
        path.write_text(f"글 {number}", "utf-8")
        texts[number] = loader.load(path).text

    readers = [threading.Thread(target=read, args=(number,)) for number in range(12)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert texts == {number: f"글 {number}" for number in range(12)}
    loader.close()


def test_a_closed_loader_leaves_no_process_and_can_go_on(good: Path) -> None:
    loader = Loader()
    loader.load(good)
    pid = loader.pid or 0
    loader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert loader.load(good).text == "좋은 글"
    loader.close()
    loader.close()


def test_the_process_ends_with_the_app_even_in_the_middle_of_a_file(slow: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "core.retrieval.load.worker"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        request = {"path": str(slow), "name": "slow.html"}
        process.stdin.write(f"{json.dumps(asdict(Limits()))}\n{json.dumps(request)}\n".encode())
        process.stdin.close()
        assert process.wait(60) == 0


def test_what_libraries_print_does_not_reach_the_app() -> None:
    code = (
        "import os; from core.retrieval.load.worker import _own_output; own = _own_output();"
        "print('noise', flush=True); os.write(1, b'noise'); own.write(b'{}'); own.flush()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"{}"


def test_the_process_knows_no_keys(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    loader = Loader()
    loader.load(good)
    environment = Path(f"/proc/{loader.pid}/environ")
    assert b"sk-secret" not in environment.read_bytes()
    loader.close()


def test_what_cannot_be_opened_is_not_found(tmp_path: Path) -> None:
    loader = Loader()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    for name in ("pipe.txt", "folder.txt", "none.txt"):
        with refused("not_found"):
            loader.load(tmp_path / name)
    loader.close()


def test_empty_and_unknown_files_are_told_apart(tmp_path: Path, good: Path) -> None:
    loader = Loader()
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "blank.txt").write_text(" \n\t\n")
    with refused("empty"):
        loader.load(tmp_path / "empty.pdf")
    with refused("no_text"):
        loader.load(tmp_path / "blank.txt")
    with refused("unknown_format"):
        loader.load(good, "picture.exe")
    loader.close()


def test_a_stored_file_is_read_by_the_name_people_gave_it(tmp_path: Path) -> None:
    loader = Loader()
    stored = tmp_path / "0f3a"
    stored.write_text("# 제목", "utf-8")
    assert loader.load(stored, "폴더/안내.md").kind == "markdown"
    loader.close()


def test_a_relative_path_means_the_same_file(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(good.parent)
    loader = Loader()
    assert loader.load(Path("good.txt")).text == "좋은 글"
    loader.close()


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """Another file takes its place without end, until a reading meets the change."""
    loader, path, done = Loader(), tmp_path / "a.txt", threading.Event()
    path.write_text("0" * 10_000_000)

    def replace() -> None:
        number = 0
        while not done.is_set():
            number += 1
            new = tmp_path / "new"
            new.write_text(str(number % 10) * 1_000_000)
            new.replace(path)

    writer = threading.Thread(target=replace)
    writer.start()

    def met() -> bool:
        try:
            loader.load(path)
        except UsageError as error:
            return error.details["reason"] == "changed"
        return False

    try:
        soon(met)
    finally:
        done.set()
        writer.join()
        loader.close()
