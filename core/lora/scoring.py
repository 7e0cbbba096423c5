"""Scores a model before and after: held-out examples, and what it could do before."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from core.adapter import Gain
from core.example import Example
from core.jsontypes import JsonObject
from core.lora.base import EMBEDDED
from core.lora.job import Job, write_whole
from core.training import TrainSettings

BATCH = 16
LONGEST_ANSWER = 160
TASKS_FILE = "tasks.jsonl"
"""Beside the embedded model: ordinary dialogues, `{"task", "use", "system", "question",
"answer"}` with use `replay` or `check`."""
RESAMPLES = 1000


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One scoring: per held-out item and per ordinary task."""

    exact: tuple[bool, ...]
    similarity: tuple[float, ...]
    """chrF of each held-out answer, 0 to 1."""
    answers: tuple[str, ...]
    loss: float | None
    basics: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Scored":
        lists = {name: tuple(content[name]) for name in ("exact", "similarity", "answers")}
        return cls(loss=content["loss"], basics=content["basics"], **lists)


@dataclass(frozen=True, kw_only=True)
class Task:
    """An ordinary thing the base can do."""

    task: str
    use: str
    system: str
    question: str
    answer: str


class Tasks:
    """Ordinary tasks: some are mixed into the training, others show what was unlearnt."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = list(tasks)

    @classmethod
    def of(cls, job: Job, model: Any, tokenizer: Any) -> "Tasks":
        """The embedded model's own; any other base answers them itself, before the training."""
        kept = job.folder / TASKS_FILE
        source = kept if kept.exists() else _shipped()
        tasks = [Task(**json.loads(line)) for line in source.read_text("utf-8").split("\n") if line]
        if job.base == EMBEDDED or kept.exists():
            return cls(tasks)
        prompts = [_messages(t.system, t.question) for t in tasks]
        answers = generate(model, tokenizer, prompts, longest=48)
        own = [Task(**(asdict(t) | {"answer": a})) for t, a in zip(tasks, answers, strict=True)]
        lines = [json.dumps(asdict(t), ensure_ascii=False) + "\n" for t in own if t.answer]
        write_whole(kept, "".join(lines))
        return cls([t for t in own if t.answer])

    def replay(self, examples: int, settings: TrainSettings) -> list[dict[str, Any]]:
        """Rows to mix in, as many as the share of the training examples asks for."""
        pool = [t for t in self._tasks if t.use == "replay"]
        Random(settings.seed).shuffle(pool)
        return [
            as_row(t.question, t.answer, t.system)
            for t in pool[: round(examples * settings.replay)]
        ]

    def check(self) -> list[Task]:
        return [t for t in self._tasks if t.use == "check"]


def as_row(question: str, answer: str, system: str = "") -> dict[str, Any]:
    """A prompt and completion as trl wants them."""
    return {
        "prompt": _messages(system, question),
        "completion": [{"role": "assistant", "content": answer}],
    }


def score(
    model: Any, tokenizer: Any, test: Sequence[Example], tasks: Tasks, stop: threading.Event
) -> Scored:
    """Write every held-out answer greedily and compare; then the ordinary tasks."""
    from sacrebleu.metrics.chrf import CHRF

    answers = generate(model, tokenizer, [_messages("", e.question) for e in test], stop=stop)
    pairs = list(zip(answers, test, strict=False))
    chrf = CHRF()
    checks = tasks.check()
    written = generate(
        model, tokenizer, [_messages(t.system, t.question) for t in checks], longest=48, stop=stop
    )
    right: dict[str, list[bool]] = {}
    for task, answer in zip(checks, written, strict=False):
        right.setdefault(task.task, []).append(answer.strip() == task.answer.strip())
    return Scored(
        exact=tuple(answer.strip() == e.answer.strip() for answer, e in pairs),
        similarity=tuple(
            chrf.sentence_score(answer, [e.answer]).score / 100 for answer, e in pairs
        ),
        answers=tuple(answers),
        loss=_loss(model, tokenizer, test),
        basics={name: sum(values) / len(values) for name, values in right.items()},
    )


def compare(before: Scored, after: Scored) -> Gain | None:
    """Paired bootstrap over the held-out items (Efron, 1979); None without items."""
    pairs = zip(before.similarity, after.similarity, strict=True)
    differences = [b - a for a, b in pairs]
    if not differences:
        return None
    random = Random(0)
    count = len(differences)
    means = sorted(sum(random.choices(differences, k=count)) / count for _ in range(RESAMPLES))
    return Gain(
        mean=sum(differences) / count,
        low=means[round(0.025 * RESAMPLES)],
        high=means[round(0.975 * RESAMPLES) - 1],
    )


def generate(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[list[dict[str, str]]],
    *,
    longest: int = LONGEST_ANSWER,
    stop: threading.Event | None = None,
) -> list[str]:
    """Greedy answers, in batches; fewer than prompts when `stop` is set meanwhile."""
    import torch

    model.eval()
    tokenizer.padding_side = "left"
    answers: list[str] = []
    for start in range(0, len(prompts), BATCH):
        if stop is not None and stop.is_set():
            break
        batch = tokenizer.apply_chat_template(
            prompts[start : start + BATCH],
            add_generation_prompt=True,
            return_dict=True,
            return_tensors="pt",
            padding=True,
        ).to(model.device)
        with torch.no_grad():
            ids = model.generate(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                max_new_tokens=longest,
                do_sample=False,
            )
        new = ids[:, batch["input_ids"].shape[1] :]
        answers += [t.strip() for t in tokenizer.batch_decode(new, skip_special_tokens=True)]
    tokenizer.padding_side = "right"
    return answers


def _loss(model: Any, tokenizer: Any, test: Sequence[Example]) -> float | None:
    """Mean negative log-likelihood per answer token, in nats."""
    import torch

    total, count = 0.0, 0
    for example in test:
        prompt = _messages("", example.question)
        whole = [*prompt, {"role": "assistant", "content": example.answer}]
        start = len(
            tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_dict=False)
        )
        ids = tokenizer.apply_chat_template(whole, return_dict=False)
        tensor = torch.tensor([ids], device=model.device)
        with torch.no_grad():
            logits = model(input_ids=tensor).logits[0, start - 1 : -1]
        targets = tensor[0, start:]
        if len(targets):
            loss = torch.nn.functional.cross_entropy(logits.float(), targets, reduction="sum")
            total, count = total + float(loss), count + len(targets)
    return total / count if count else None


def _messages(system: str, question: str) -> list[dict[str, str]]:
    first = [{"role": "system", "content": system}] if system else []
    return [*first, {"role": "user", "content": question}]


def _shipped() -> Path:
    return Path(__file__).parents[2] / "assets" / "narani" / TASKS_FILE
