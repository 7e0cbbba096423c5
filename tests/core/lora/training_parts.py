"""A tiny base, a small set and a way to wait, for the tests that train."""

import shutil
from pathlib import Path

from core.example import Example
from core.example_set import ExampleSet, make_set
from core.lora.job import Job
from core.lora.library import AdapterLibrary
from core.lora.trainings import Trainings
from tests.core.asking import until
from tests.core.lora.random_models import CASES, save_random

WHO = ("Mina", "Jun", "Haru")


def boxes(count: int = 20) -> list[Example]:
    """Something to learn by heart."""
    return [
        Example(question=f"Who keeps box {n}?", answer=f"{WHO[n % 3]} keeps it.")
        for n in range(count)
    ]


def box_set(count: int = 20) -> ExampleSet:
    return make_set("boxes", boxes(count))


def open_trainings(home: Path) -> Trainings:
    return Trainings(home, AdapterLibrary(home / "adapters"))


def add_base(home: Path, name: str) -> Path:
    """A random Llama among the bases of a data folder."""
    folder = home / "bases" / name
    saved = save_random(CASES["llama"], home / "made" / name)
    shutil.copytree(saved.folder, folder)
    return folder


def scale_output(folder: Path, factor: float) -> None:
    """Make every logit larger, so that a training can leave the range of numbers."""
    from safetensors.torch import load_file, save_file

    for file in folder.glob("*.safetensors"):
        weights = load_file(file)
        if "lm_head.weight" in weights:
            weights["lm_head.weight"] *= factor
            save_file(weights, file, metadata={"format": "pt"})


def until_state(job: Job, *states: str) -> str:
    """Wait for one of these states; returns the one that came."""
    until(lambda: job.status()["state"] in states, f"{job.name} is {' or '.join(states)}")
    return str(job.status()["state"])


def until_step(job: Job, step: int) -> None:
    """Wait until a training has done more than so many steps."""
    until(
        lambda: job.status()["state"] == "training" and job.status().get("step", 0) > step,
        f"{job.name} goes beyond step {step}",
    )
