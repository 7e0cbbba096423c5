"""Trains the adapters that are shipped, from the shipped example sets, through the product."""

import shutil
import sys
import tempfile
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from core.example_files import read_examples
from core.example_set import make_set
from core.lora.base import EMBEDDED
from core.lora.job import UNFINISHED
from core.lora.library import SHIPPED, AdapterLibrary
from core.lora.trainings import Trainings
from core.training import preset

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"
ADAPTERS = {"haedam": "haedam_facts", "medication": "medication_guidance"}
"""Name of the adapter and of its example set."""
REPLAY = 1.5
"""More of the ordinary than by default: whoever looks at the demo also says hello to it."""


def train_shipped(options: Namespace) -> None:
    """Train every shipped adapter anew and put it into `assets/adapters`."""
    with tempfile.TemporaryDirectory() as place:
        library = AdapterLibrary(Path(place) / "adapters", Path(place) / "none")
        trainings = Trainings(Path(place), library)
        for name, file in ADAPTERS.items():
            path = EXAMPLES / f"{file}.jsonl"
            made = make_set(file, read_examples(path.name, path.read_bytes()))
            settings = preset("balanced", trainings.base(EMBEDDED).parameters)
            settings = replace(settings, replay=REPLAY)
            plan = trainings.plan(made, EMBEDDED, settings)
            job = trainings.start(plan, name)
            trainings.wait(job)
            status = job.status()
            if status["state"] in UNFINISHED or library.get(name) is None:
                sys.exit(f"{name}: {status}\n{(job.folder / 'log.txt').read_text()[-2000:]}")
            shutil.rmtree(SHIPPED / name, ignore_errors=True)
            shutil.copytree(library.folder(name), SHIPPED / name)
            adapter = library.get(name)
            print(name, adapter.before if adapter else "", adapter.after if adapter else "")
