"""The training itself: trl's SFT on prompt and completion, watched, stoppable, resumable."""

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch.nn import functional
from transformers import TrainerCallback
from trl import SFTConfig, SFTTrainer  # type: ignore[attr-defined]

from core.lora.job import Job, write_status

CHECKPOINTS_KEPT = 2
CHECKPOINT_EVERY_S = 60.0
LOGGED_STEPS = 200
"""Points of the loss picture, at most about so many."""
PLAIN_HEADS = ("lfm2", "llama", "mistral", "qwen2", "qwen3")
"""Model types whose logits are the head's output and nothing else."""


def fit(
    job: Job, model: Any, tokenizer: Any, rows: Sequence[dict[str, Any]], stop: threading.Event
) -> list[tuple[int, float]]:
    """Train until done or told to stop, from the newest check-point; gives the losses by step.

    Raises:
        ValueError: the loss is no longer a number.
    """
    steps = -(-len(rows) // job.settings.batch_size) * job.settings.epochs
    newest = _newest_checkpoint(job.folder)
    first = int(newest.name.rsplit("-", 1)[1]) if newest else 0
    _forget_losses_after(job.folder, first)
    write_status(job.folder, state="training", step=first, steps=steps)
    trainer = _Trainer(
        model=model,
        processing_class=tokenizer,
        train_dataset=Dataset.from_list(list(rows)),
        callbacks=[_Progress(job, stop, first)],
        args=_arguments(job, steps),
    )
    began = time.monotonic()
    trainer.train(resume_from_checkpoint=str(newest) if newest else None)
    if not stop.is_set():
        _note_speed(job, model, trainer.state, time.monotonic() - began)
    return job.losses()


class _Trainer(SFTTrainer):
    """trl's trainer with its head laid over the answers' tokens only.

    Prompts are most of the tokens and teach nothing, and on a small model the vocabulary is
    most of the arithmetic.
    """

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Sum of the answers' cross entropies over `num_items_in_batch`."""
        base = self.accelerator.unwrap_model(model).get_base_model()
        several = self.accelerator.num_processes > 1
        if several or return_outputs or base.config.model_type not in PLAIN_HEADS:
            return super().compute_loss(  # type: ignore[no-untyped-call]
                model, inputs, return_outputs, num_items_in_batch
            )
        body = {name: inputs[name] for name in ("input_ids", "attention_mask")}
        targets = inputs["labels"][:, 1:]
        wanted = targets != -100
        with self.accelerator.autocast():
            hidden = base.model(**body, use_cache=False).last_hidden_state[:, :-1]
            logits = base.lm_head(hidden[wanted]).float()
        total = functional.cross_entropy(logits, targets[wanted], reduction="sum")
        count = wanted.sum() if num_items_in_batch is None else num_items_in_batch
        return total / torch.as_tensor(count).clamp(min=1)


class _Progress(TrainerCallback):
    """Tells the page where it is, and listens for Stop."""

    def __init__(self, job: Job, stop: threading.Event, first: int) -> None:
        self._job, self._stop, self._first = job, stop, first
        self._began = self._saved_at = time.monotonic()
        self._spent_before = float(job.status().get("spent_s", 0.0))

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        now = time.monotonic()
        asked = self._stop.is_set()
        if asked or now - self._saved_at > CHECKPOINT_EVERY_S:
            control.should_save, self._saved_at = True, now
        if asked:
            control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        loss = (logs or {}).get("loss")
        if loss is None:
            return
        if not torch.isfinite(torch.tensor(float(loss))):
            raise ValueError("the loss is no longer a number")
        with (self._job.folder / "losses.jsonl").open("a") as file:
            file.write(json.dumps([state.global_step, float(loss)]) + "\n")
        done, total = state.global_step, state.max_steps
        elapsed = time.monotonic() - self._began
        left = elapsed / max(1, done - self._first) * (total - done)
        write_status(
            self._job.folder, state="training", step=done, steps=total, loss=float(loss),
            left_s=left, spent_s=self._spent_before + elapsed,
        )  # fmt: skip


def _arguments(job: Job, steps: int) -> SFTConfig:
    settings = job.settings
    return SFTConfig(
        output_dir=str(job.folder),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=max(1, steps // 20),
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        max_length=settings.max_length,
        completion_only_loss=True,
        seed=settings.seed,
        data_seed=settings.seed,
        logging_nan_inf_filter=False,  # it would log 0 in place of NaN
        logging_steps=max(1, steps // LOGGED_STEPS),
        save_strategy="steps",
        save_steps=10**9,
        save_total_limit=CHECKPOINTS_KEPT,
        report_to="none",
        include_num_input_tokens_seen="non_padding",
        disable_tqdm=True,
        use_cpu=not torch.cuda.is_available(),
        bf16=job.bf16(torch),
        activation_checkpointing=False,
        dataset_num_proc=None,
        dataloader_pin_memory=False,
    )


def _newest_checkpoint(folder: Path) -> Path | None:
    complete = [p for p in folder.glob("checkpoint-*") if (p / "trainer_state.json").is_file()]
    return max(complete, key=lambda p: int(p.name.rsplit("-", 1)[1]), default=None)


def _forget_losses_after(folder: Path, step: int) -> None:
    """What came after the check-point is trained again."""
    path = folder / "losses.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    path.write_text("".join(f"{line}\n" for line in lines if json.loads(line)[0] <= step))


def _note_speed(job: Job, model: Any, state: Any, seconds: float) -> None:
    """What this machine did, for the next estimate; short trainings say nothing about it."""
    tokens = getattr(state, "num_input_tokens_seen", 0) or 0
    if seconds < 5 or not tokens:
        return
    parameters = sum(weight.numel() for weight in model.parameters())
    speed = {"flops_per_s": 4 * parameters * tokens / seconds}
    (job.folder.parent / "speed.json").write_text(json.dumps(speed))
