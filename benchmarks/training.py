"""Training an adapter on the embedded model: against a bare PEFT loop, and beside a visitor.

Prints the training phase and the whole against a bare loop in a process of its own (same base,
LoRA, rows, batches, epochs, optimizer, number format), how long 50 examples take from the press
of the button to the adapter, and the first paint of a page while a training runs against idle.
Run: python -m benchmarks.training [--runs 3] [--paints 8].
Goals: training phase <= 1.1 of bare; 50 examples <= 60 s; first paint <= 1.5 of idle.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.paint import FLAGS
from benchmarks.servers import ROOT, narani
from core.example_files import read_examples
from core.example_set import ExampleSet, make_set
from core.lora.base import EMBEDDED, TARGETS
from core.lora.job import UNFINISHED, Job, read_job
from core.lora.library import AdapterLibrary
from core.lora.trainings import Trainings
from core.training import TrainSettings, preset

EXAMPLES = ROOT / "assets" / "examples" / "medication_guidance.jsonl"
COUNT = 50
LONG_ENOUGH = 200
"""Epochs that outlast every paint."""


def example_set() -> ExampleSet:
    examples = read_examples(EXAMPLES.name, EXAMPLES.read_bytes())[:COUNT]
    return make_set("bench", examples)


def opened(home: Path) -> Trainings:
    return Trainings(home, AdapterLibrary(home / "adapters"))


def start(trainings: Trainings, **changes: Any) -> Job:
    settings = preset("balanced", trainings.base(EMBEDDED).parameters)
    plan = trainings.plan(example_set(), EMBEDDED, replace(settings, **changes))
    return trainings.start(plan, "bench", override=True)


def product(home: Path) -> tuple[Job, float, float]:
    """A finished training, the seconds of its training phase, and of everything."""
    trainings = opened(home)
    began = time.monotonic()
    job = start(trainings)
    first_seen: dict[str, float] = {}
    while (state := str(job.status()["state"])) in UNFINISHED:
        first_seen.setdefault(state, time.monotonic())
        time.sleep(0.01)
    whole = time.monotonic() - began
    trainings.close()
    assert state == "done", job.status()
    return job, first_seen["scoring_after"] - first_seen["training"], whole


def bare(job: Job) -> tuple[float, float]:
    """Seconds of the loop alone, and of its whole process."""
    began = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.training", "--bare", str(job.folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout.split()[-1]), time.monotonic() - began


def bare_loop(job: Job) -> float:
    """What a short script of one's own would do: no progress, no check-points, no scores."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import (
        AutoModelForCausalLM,
        AutoTokenizer,
        get_cosine_schedule_with_warmup,
    )

    from core.lora.scoring import Tasks, as_row

    wanted: TrainSettings = job.settings
    torch.set_num_threads(1)
    torch.manual_seed(wanted.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = AutoTokenizer.from_pretrained(job.base_folder)
    model = AutoModelForCausalLM.from_pretrained(job.base_folder, dtype=torch.float32).to(device)
    names = {name.rsplit(".", 1)[-1] for name, _ in model.named_modules()}
    lora = LoraConfig(
        task_type="CAUSAL_LM",
        r=wanted.rank,
        lora_alpha=wanted.alpha,
        lora_dropout=wanted.dropout,
        target_modules=[name for name in TARGETS if name in names],
    )
    model = get_peft_model(model, lora)
    examples = job.examples("train")
    rows = [as_row(e.question, e.answer) for e in examples]
    rows += Tasks.of(job, None, None).replay(len(examples), wanted)

    began = time.monotonic()
    encoded = []
    for row in rows:
        prompt = tokenizer.apply_chat_template(
            row["prompt"], add_generation_prompt=True, return_dict=False
        )
        ids = tokenizer.apply_chat_template(row["prompt"] + row["completion"], return_dict=False)
        labels = [-100] * len(prompt) + ids[len(prompt) :]
        encoded.append((ids[: wanted.max_length], labels[: wanted.max_length]))

    def batch_of(chosen: list[tuple[list[int], list[int]]]) -> dict[str, torch.Tensor]:
        longest = max(len(ids) for ids, _ in chosen)
        fill = [longest - len(ids) for ids, _ in chosen]
        columns = {
            "input_ids": [i + [0] * n for (i, _), n in zip(chosen, fill, strict=True)],
            "attention_mask": [
                [1] * len(i) + [0] * n for (i, _), n in zip(chosen, fill, strict=True)
            ],
            "labels": [x + [-100] * n for (_, x), n in zip(chosen, fill, strict=True)],
        }
        return {name: torch.tensor(values, device=device) for name, values in columns.items()}

    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(
        trained, lr=wanted.learning_rate, weight_decay=wanted.weight_decay, fused=True
    )
    steps = -(-len(encoded) // wanted.batch_size) * wanted.epochs
    schedule = get_cosine_schedule_with_warmup(optimizer, max(1, steps // 20), steps)
    bf16 = job.bf16(torch)
    model.train()
    for _ in range(wanted.epochs):
        order = torch.randperm(len(encoded)).tolist()
        for begin in range(0, len(order), wanted.batch_size):
            batch = batch_of([encoded[i] for i in order[begin : begin + wanted.batch_size]])
            with torch.autocast(device, torch.bfloat16, enabled=bf16):
                loss = model(**batch).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, wanted.max_grad_norm)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    seconds = time.monotonic() - began
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
    return seconds


def measure_training(runs: int) -> None:
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as home:
            job, *seconds = product(Path(home))
            ours.append((seconds[0], seconds[1]))
            theirs.append(bare(job))
            settings = job.settings
    phase, whole = (statistics.median(column) for column in zip(*ours, strict=True))
    bare_phase, bare_whole = (statistics.median(column) for column in zip(*theirs, strict=True))
    pairs = list(zip(ours, theirs, strict=True))
    print(
        f"training: {COUNT} examples, {settings.epochs} epochs, n={runs}: training phase "
        f"{phase:.1f} s, bare PEFT loop {bare_phase:.1f} s: ratio "
        f"{statistics.median(a[0] / b[0] for a, b in pairs):.2f} (goal 1.1)"
    )
    print(
        f"training: the whole with check, scores before and after, GGUF {whole:.1f} s "
        f"(goal 60 s), bare script {bare_whole:.1f} s: ratio "
        f"{statistics.median(a[1] / b[1] for a, b in pairs):.2f}",
        flush=True,
    )


def first_paint_s(browser: Browser, url: str) -> float:
    page = browser.new_page()
    began = time.monotonic()
    page.goto(f"{url}/models")
    page.wait_for_selector("h1")
    seconds = time.monotonic() - began
    page.close()
    return seconds


def measure_paint(paints: int) -> None:
    with (
        tempfile.TemporaryDirectory() as home,
        narani(NARANI_HOME=home) as started,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        trainings = opened(Path(home))

        def paint(count: int) -> list[float]:
            return [first_paint_s(browser, started.url) for _ in range(count)]

        paint(2)  # imports
        idle = paint(paints // 2)
        job = start(trainings, epochs=LONG_ENOUGH)
        try:
            while (state := job.status()["state"]) != "training":
                assert state in UNFINISHED, job.status()
                time.sleep(0.1)
            busy = paint(paints)
            assert job.status()["state"] == "training", job.status()
        finally:
            trainings.close()
        idle += paint(paints - len(idle))
        browser.close()
    busy_s, idle_s = statistics.median(busy), statistics.median(idle)
    print(
        f"training: first paint of /models while a training runs {busy_s:.2f} s, idle "
        f"{idle_s:.2f} s, n={paints} each: ratio {busy_s / idle_s:.2f} (goal 1.5)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--paints", type=int, default=8)
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        print(bare_loop(read_job(options.bare)))
        return
    measure_training(options.runs)
    measure_paint(options.paints)


if __name__ == "__main__":
    main()
