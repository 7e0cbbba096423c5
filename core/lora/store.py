"""Writes a finished adapter: weights, description, card and GGUF, whole or not at all."""

import importlib.metadata
import json
import platform
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.adapter import Adapter, Gain, Scores
from core.errors import UsageError
from core.lora.base import EMBEDDED, describe, identity
from core.lora.card import card
from core.lora.gguf_adapter import write_adapter_gguf
from core.lora.gguf_model import write_model_gguf
from core.lora.job import Job
from core.lora.library import (
    BASE_HASH_SUFFIX,
    DESCRIPTION,
    GGUF,
    base_hash_of,
    weights_hash,
)
from core.lora.scoring import Scored

LIBRARIES = ("torch", "transformers", "peft", "trl", "tokenizers", "gguf")


def finish(
    job: Job,
    model: Any,
    losses: list[tuple[int, float]],
    before: Scored,
    after: Scored,
    gain: Gain | None,
    duration_s: float,
) -> Adapter:
    """Save beside the other adapters under a hidden name, then rename."""
    hidden = job.unfinished
    shutil.rmtree(hidden, ignore_errors=True)
    hidden.mkdir(parents=True)
    model.save_pretrained(hidden, safe_serialization=True)
    _write_base(hidden / "adapter_config.json", job.base)
    base = describe(job.base, job.base_folder)
    adapter = Adapter(
        name=job.name,
        hash=weights_hash(hidden),
        base=job.base,
        **identity(job.base_folder),
        rank=job.settings.rank,
        alpha=job.settings.alpha,
        trainable=base.trainable(job.settings.rank),
        parameters=base.parameters,
        example_set=job.example_set,
        example_set_hash=job.example_set_hash,
        train_count=len(job.examples("train")),
        test_count=len(job.examples("test")),
        settings=job.settings.to_json(),
        versions={name: importlib.metadata.version(name) for name in LIBRARIES},
        hardware=hardware(),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        duration_s=round(duration_s, 1),
        losses=tuple(losses),
        before=_scores(before),
        after=_scores(after),
        gain=gain,
        samples=_samples(job, before, after),
        cost_usd=_cost(job.own_usd_per_hour, duration_s),
        overridden=job.overridden,
        convertible=base.convertible,
    )
    if base.convertible:
        try:
            config = json.loads((job.base_folder / "config.json").read_text("utf-8"))
            write_adapter_gguf(hidden, config, hidden / GGUF)
            _offer_base(job, base.name)
        except UsageError:
            adapter = replace(adapter, convertible=False)
    (hidden / "README.md").write_text(card(adapter), "utf-8")
    (hidden / DESCRIPTION).write_text(
        json.dumps(adapter.to_json(), ensure_ascii=False, indent=1), "utf-8"
    )
    hidden.rename(job.adapters / job.name)
    return adapter


def _offer_base(job: Job, name: str) -> None:
    """Make the base itself answer as `local/<name>`: an adapter is nothing without it."""
    if job.base == EMBEDDED:
        return
    models = job.adapters.parent / "models"
    file = models / f"{name}.gguf"
    if base_hash_of(file) == job.base_hash:
        return
    if file.exists():
        file = models / f"{name}-{job.base_hash}.gguf"
    models.mkdir(parents=True, exist_ok=True)
    write_model_gguf(job.base_folder, file)
    file.with_name(file.name + BASE_HASH_SUFFIX).write_text(job.base_hash + "\n")


def hardware() -> str:
    """Processor, number of cores, and the GPU when there is one."""
    import os

    import torch

    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name(0))
    info = Path("/proc/cpuinfo")
    names = info.read_text().split("model name") if info.exists() else [""]
    name = names[1].split("\n", 1)[0].strip("\t: ") if len(names) > 1 else platform.processor()
    return f"{name or platform.machine()}, {os.cpu_count()} cores"


def _write_base(config: Path, base: str) -> None:
    """PEFT writes the folder it was loaded from; other machines have it elsewhere."""
    content = json.loads(config.read_text("utf-8"))
    content["base_model_name_or_path"] = base.rstrip("/").rsplit("/", 1)[-1]
    config.write_text(json.dumps(content, indent=2), "utf-8")


def _scores(scored: Scored) -> Scores | None:
    count = len(scored.exact)
    return Scores(
        exact=sum(scored.exact) / count if count else 0.0,
        similarity=sum(scored.similarity) / count if count else 0.0,
        count=count,
        basics=scored.basics,
        loss=scored.loss,
    )


def _samples(job: Job, before: Scored, after: Scored) -> tuple[tuple[str, str, str, str], ...]:
    """Some held-out questions: question, wanted, before, after."""
    test = job.examples("test")
    return tuple(
        (e.question, e.answer, b, a)
        for e, b, a in zip(test, before.answers, after.answers, strict=False)
    )[:12]


def _cost(usd_per_hour: float | None, seconds: float) -> float | None:
    return None if usd_per_hour is None else usd_per_hour * seconds / 3600
