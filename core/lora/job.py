"""A training on disk: what is to be done, and how far it is. Read by page and process alike."""

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from core.errors import UsageError
from core.example import Example
from core.jsontypes import Json, JsonObject
from core.training import TrainSettings, settings_from_json

UNFINISHED = ("queued", "loading", "scoring_before", "training", "scoring_after", "saving")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One training."""

    folder: Path
    """Holds job.json, status.json, losses.jsonl, the examples and check-points."""
    name: str
    base: str
    base_folder: Path
    base_hash: str
    adapters: Path
    """Where the finished adapter goes."""
    example_set: str
    example_set_hash: str
    settings: TrainSettings
    created_at: str
    overridden: tuple[str, ...] = ()
    own_usd_per_hour: float | None = None

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def unfinished(self) -> Path:
        """Where the adapter is written until it is whole; nobody lists hidden folders."""
        return self.adapters / f".{self.id}.new"

    @property
    def stop_asked(self) -> bool:
        return (self.folder / "stop").exists()

    def examples(self, split: str) -> list[Example]:
        """Training or held-out examples."""
        lines = (self.folder / f"{split}.jsonl").read_text("utf-8").split("\n")
        return [Example(**json.loads(line)) for line in lines if line]

    def losses(self) -> list[tuple[int, float]]:
        """Pairs of (step, loss) so far."""
        path = self.folder / "losses.jsonl"
        try:
            return [tuple(json.loads(line)) for line in path.read_text().splitlines()]
        except (OSError, ValueError):
            return []

    def status(self) -> dict[str, Any]:
        """How far it is: `state`, and `step`, `steps`, `loss`, `left_s`, `reason` where known.

        A process that ended without a word is `interrupted`; it can be resumed.
        """
        status = self._read_status()
        if status["state"] in UNFINISHED and not _alive(status.get("pid"), self.folder.name):
            status = self._read_status()  # its last word may have come meanwhile
            if status["state"] in UNFINISHED:
                status["state"] = "interrupted"
        return status

    def _read_status(self) -> dict[str, Any]:
        try:
            text = (self.folder / "status.json").read_text("utf-8")
            return cast(dict[str, Any], json.loads(text))
        except (OSError, ValueError):
            return {"state": "queued"}

    def bf16(self, torch: Any) -> bool:
        """Half the bits where the processor multiplies them natively."""
        if torch.cuda.is_available():
            return bool(torch.cuda.is_bf16_supported())
        flags = Path("/proc/cpuinfo")
        return flags.exists() and "avx512_bf16" in flags.read_text()


def write_job(
    folder: Path, content: JsonObject, train: Sequence[Example], test: Sequence[Example]
) -> Job:
    """Make the folder of a new job."""
    folder.mkdir(parents=True)
    for split, examples in (("train", train), ("test", test)):
        lines = [json.dumps(e.to_json(), ensure_ascii=False) + "\n" for e in examples]
        (folder / f"{split}.jsonl").write_text("".join(lines), "utf-8")
    (folder / "job.json").write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    return read_job(folder)


def read_job(folder: Path) -> Job:
    """Read a job's description. Raises OSError, ValueError, KeyError for a broken one."""
    content = json.loads((folder / "job.json").read_text("utf-8"))
    return Job(
        folder=folder,
        name=content["name"],
        base=content["base"],
        base_folder=Path(content["base_folder"]),
        base_hash=content["base_hash"],
        adapters=Path(content["adapters"]),
        example_set=content["example_set"],
        example_set_hash=content["example_set_hash"],
        settings=settings_from_json(content["settings"]),
        created_at=content["created_at"],
        overridden=tuple(content["overridden"]),
        own_usd_per_hour=content["own_usd_per_hour"],
    )


def write_status(folder: Path, **changes: Json) -> None:
    """Change some of the status, whole or not at all."""
    path = folder / "status.json"
    try:
        status = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        status = {}
    status |= {"pid": os.getpid(), **changes, "at": time.time()}
    write_whole(path, json.dumps(status))


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all, however the process ends."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.write_text(text, "utf-8")
    new.replace(path)


def waiting_before(job: Job) -> bool:
    """Whether a training that was asked for earlier waits for its turn as well."""
    for folder in job.folder.parent.iterdir():
        if folder.name < job.id and (folder / "job.json").is_file():
            with suppress(OSError, ValueError, KeyError, UsageError):
                if read_job(folder).status()["state"] == "queued":
                    return True
    return False


def _alive(pid: Json, job_id: str) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
        # A child that ended and was not waited for still has its number.
        # and a number may have been given to another program since.
        return job_id.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except ProcessLookupError:
        return False
    except OSError:
        return True
