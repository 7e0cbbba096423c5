"""A training on disk: who waits before whom, and files that are whole or not there."""

from pathlib import Path

import pytest

from core.lora import job as module
from core.lora.job import Job, waiting_before, write_job, write_status, write_whole
from core.training import TrainSettings
from tests.core.lora.training_parts import boxes


def make_job(home: Path, job_id: str) -> Job:
    content = {
        "name": job_id,
        "base": "local/narani",
        "base_folder": str(home),
        "base_hash": "0" * 12,
        "adapters": str(home / "adapters"),
        "example_set": "boxes v1",
        "example_set_hash": "1" * 12,
        "settings": TrainSettings().to_json(),
        "created_at": "2026-11-21T00:00:00+00:00",
        "overridden": [],
        "own_usd_per_hour": None,
    }
    return write_job(home / "trainings" / job_id, content, boxes(3), boxes(2))


@pytest.mark.parametrize(
    ("state", "waits"),
    [("queued", True), ("training", False), ("stopped", False), ("done", False)],
)
def test_who_was_asked_for_first_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, waits: bool
) -> None:
    monkeypatch.setattr(module, "_alive", lambda *_: True)
    first, second = make_job(tmp_path, "20261121-1"), make_job(tmp_path, "20261121-2")
    write_status(first.folder, state=state)
    write_status(second.folder, state="queued")
    assert waiting_before(second) is waits
    assert not waiting_before(first)


def test_who_died_in_the_queue_or_cannot_be_read_holds_nobody_up(tmp_path: Path) -> None:
    first, second = make_job(tmp_path, "20261121-1"), make_job(tmp_path, "20261121-2")
    write_status(first.folder, state="queued", pid=2**22 + 1)
    assert first.status()["state"] == "interrupted"
    assert not waiting_before(second)
    (first.folder / "job.json").write_text("{")
    assert not waiting_before(second)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    write_whole(path, "before")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "after \ud800")
    assert path.read_text() == "before"
