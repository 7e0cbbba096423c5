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

from core.example import Example
from core.lora.job import Job, read_job, write_status

CHECKPOINTS_KEPT = 2
CHECKPOINT_EVERY_S = 60.0
LOGGED_STEPS = 200
"""Points of the loss picture, at most about so many."""


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
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                write_status(self._job.folder, state="queued")
                if self._stop.wait(0.2):
                    raise Stopped from None

    def __exit__(self, *_: object) -> None:
        self._file.close()


def run(job: Job, stop: threading.Event) -> None:
    """Train, score and store one job.

    Raises:
        Stopped: on request.
        UsageError, ValueError: the job cannot be done.
    """
    began = time.monotonic()
    spent_before = float(job.status().get("spent_s", 0.0))
    write_status(job.folder, state="loading", pid=os.getpid())
    from core.lora.network import load_base, with_adapter
    from core.lora.scoring import Tasks, compare, score
    from core.lora.store import finish

    model, tokenizer = load_base(job)
    train, test = job.examples("train"), job.examples("test")
    tasks = Tasks.of(job, model, tokenizer)
    write_status(job.folder, state="scoring_before")
    before = _kept(job, "before", lambda: score(model, tokenizer, test, tasks, stop), stop)
    if stop.is_set():
        raise Stopped
    trained = with_adapter(model, job.settings)
    losses = _fit(job, trained, tokenizer, train, tasks, stop)
    write_status(job.folder, state="scoring_after")
    after = score(trained, tokenizer, test, tasks, stop)
    if stop.is_set():
        raise Stopped
    write_status(job.folder, state="saving")
    spent = spent_before + time.monotonic() - began
    finish(job, trained, losses, before, after, compare(before, after), spent)
    write_status(job.folder, state="done", duration_s=spent)


def _fit(
    job: Job, model: Any, tokenizer: Any, train: list[Example], tasks: Any, stop: threading.Event
) -> list[tuple[int, float]]:
    import torch
    from datasets import Dataset
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer  # type: ignore[attr-defined]

    from core.lora.scoring import as_row

    settings = job.settings
    began = time.monotonic()
    spent_before = float(job.status().get("spent_s", 0.0))

    class Progress(TrainerCallback):
        """Tells the page where it is, and listens for Stop."""

        saved_at = began

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            now = time.monotonic()
            asked = stop.is_set()
            if asked or now - self.saved_at > CHECKPOINT_EVERY_S:
                control.should_save, self.saved_at = True, now
            if asked:
                control.should_training_stop = True

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            loss = (logs or {}).get("loss")
            if loss is None:
                return
            if not torch.isfinite(torch.tensor(float(loss))):
                raise ValueError("the loss is no longer a number")
            with (job.folder / "losses.jsonl").open("a") as file:
                file.write(json.dumps([state.global_step, float(loss)]) + "\n")
            done, total = state.global_step, state.max_steps
            elapsed = time.monotonic() - began
            here = max(1, done - first)
            write_status(
                job.folder, state="training", step=done, steps=total, loss=float(loss),
                left_s=elapsed / here * (total - done), spent_s=spent_before + elapsed,
            )  # fmt: skip

    rows = [as_row(e.question, e.answer) for e in train] + tasks.replay(len(train), settings)
    steps = -(-len(rows) // settings.batch_size) * settings.epochs
    newest = _newest_checkpoint(job.folder)
    first = int(newest.name.rsplit("-", 1)[1]) if newest else 0
    _forget_losses_after(job.folder, first)
    write_status(job.folder, state="training", step=first, steps=steps)
    trainer = SFTTrainer(
        model=model,
        processing_class=tokenizer,
        train_dataset=Dataset.from_list(rows),
        callbacks=[Progress()],
        args=SFTConfig(
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
            gradient_checkpointing=False,
            dataset_num_proc=None,
            dataloader_pin_memory=False,
        ),
    )
    fitting = time.monotonic()
    trainer.train(resume_from_checkpoint=str(newest) if newest else None)
    if stop.is_set():
        raise Stopped
    _note_speed(job, model, trainer.state, time.monotonic() - fitting)
    return job.losses()


def _kept(job: Job, name: str, make: Any, stop: threading.Event) -> Any:
    """A result that a resumed training need not work out again."""
    from core.lora.scoring import Scored

    path = job.folder / f"{name}.json"
    if path.exists():
        return Scored.from_json(json.loads(path.read_text("utf-8")))
    made = make()
    if stop.is_set():
        raise Stopped  # what was cut short is no score
    path.write_text(json.dumps(made.to_json(), ensure_ascii=False), "utf-8")
    return made


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
