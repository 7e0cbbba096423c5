"""Trains the embedded model: resumable, two processes that average their weights, CPU or GPU."""

import json
import os
import time
from argparse import Namespace
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import multiprocessing
from torch.nn import functional
from transformers import Lfm2ForCausalLM

from pretraining.batches import Batch, batches
from pretraining.curriculum import STAGES, dialogue, dialogues, stage_at
from pretraining.dialogue import PAD
from pretraining.gates import quick_scores
from pretraining.network import LAYERS, answer_logits, make_config, make_network
from pretraining.tokenizer import train_tokenizer
from pretraining.words import Words

WARM_UP_STEPS = 40
AVERAGE_EVERY = 8
REPORT_EVERY = 400
AHEAD = 0.5
"""Weight of the answers' first tokens, asked for at the questions."""
TOKENIZER_DIALOGUES = 12_000


def train(options: Namespace) -> None:
    """Train in `options.folder` until `options.until` million tokens were seen, from where it is."""
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer_of(folder)
    shared = torch.zeros(options.workers, _size(_fresh(options)), dtype=torch.float32)
    shared.share_memory_()
    barrier = multiprocessing.get_context("spawn").Barrier(options.workers)
    multiprocessing.spawn(_work, (options, shared, barrier), nprocs=options.workers)


def tokenizer_of(folder: Path) -> Tokenizer:
    """The run's tokenizer, trained on the generator's text the first time."""
    path = folder / "tokenizer.json"
    if not path.exists():
        english, korean = _words(Random(0))
        lessons = list(STAGES[-1].mix)
        made = (
            dialogue(words, lessons[n % len(lessons)])
            for n in range(TOKENIZER_DIALOGUES)
            for words in (english, korean)
        )
        train_tokenizer(chain.from_iterable(d.texts() for d in made)).save(str(path))
    return Tokenizer.from_file(str(path))


def load_network(folder: Path, layers: tuple[str, ...] = LAYERS) -> Lfm2ForCausalLM:
    """The newest check-point of a run."""
    vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab_size()
    model = make_network(make_config(vocabulary, layers), seed=0)
    _load(model, folder)
    return model


def _work(worker: int, options: Namespace, shared: torch.Tensor, barrier: Any) -> None:
    os.nice(options.nice)
    torch.set_num_threads(1)
    folder = Path(options.folder)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = _fresh(options).to(device)
    tokenizer = tokenizer_of(folder)
    optimizer = torch.optim.AdamW(_groups(model), lr=options.rate, betas=(0.9, 0.95), fused=True)
    state = _resume(folder, model, optimizer) if (folder / "weights.safetensors").exists() else {}
    seen, step = float(state.get("millions", 0)), int(state.get("step", 0))
    # Million tokens before the curriculum was begun anew with these weights.
    earlier = float(state.get("total", seen)) - seen
    english, korean = _words(Random(f"{options.seed} {worker} {step}"))
    stage, stream = None, iter(())
    begun, began_at, losses = time.monotonic(), seen, []
    while seen < options.until:
        if stage is not stage_at(seen):
            stage = stage_at(seen)
            stream = batches(tokenizer, dialogues(english, korean, seen), options.tokens)
        batch = next(stream)
        for group in optimizer.param_groups:
            group["lr"] = _rate(options, step, seen)
        with torch.autocast(device.type, torch.bfloat16):
            loss, ahead_loss = _losses(model, batch, device)
        (loss + AHEAD * ahead_loss).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(float(loss.detach()))
        step += 1
        seen += options.tokens * options.workers / 1e6
        if step % AVERAGE_EVERY == 0 and options.workers > 1:
            _average(model, shared, worker, barrier)
        if step % REPORT_EVERY == 0:
            if worker == 0:
                speed = (seen - began_at) * 1e6 / (time.monotonic() - begun)
                _save(
                    folder,
                    model,
                    optimizer,
                    {"millions": seen, "step": step, "total": seen + earlier},
                )
                report = {"millions": round(seen, 2), "loss": round(sum(losses) / len(losses), 3),
                          "tokens_per_s": round(speed)}  # fmt: skip
                if step % (2 * REPORT_EVERY) == 0:
                    report |= quick_scores(model, tokenizer)
                with (folder / "log.jsonl").open("a") as log:
                    log.write(json.dumps(report) + "\n")
            losses.clear()
    if worker == 0:
        _save(folder, model, optimizer, {"millions": seen, "step": step, "total": seen + earlier})


def _losses(
    model: Lfm2ForCausalLM, batch: Batch, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean cross entropy of the answers, and of what questions say of them ahead."""
    learn, ahead = batch.learn, batch.ahead != PAD
    where = learn | ahead
    logits = answer_logits(model, batch.ids.to(device), where.to(device)).float()
    targets = torch.where(learn, batch.targets, batch.ahead)[where].to(device)
    each = functional.cross_entropy(logits, targets, reduction="none")
    answers = learn[where].to(device)
    return each[answers].mean(), each[~answers].sum() / max(1, int((~answers).sum()))


def _fresh(options: Namespace) -> Lfm2ForCausalLM:
    vocabulary = tokenizer_of(Path(options.folder)).get_vocab_size()
    return make_network(make_config(vocabulary, tuple(options.layers)), options.seed)


def _size(model: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in model.parameters())


def _words(random: Random) -> tuple[Words, Words]:
    return Words(random, "en", held_out=False), Words(random, "ko", held_out=False)


def _groups(model: torch.nn.Module) -> list[dict[str, Any]]:
    matrices = [w for w in model.parameters() if w.ndim >= 2]
    others = [w for w in model.parameters() if w.ndim < 2]
    return [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]


def _rate(options: Namespace, step: int, seen: float) -> float:
    """Warm up, hold, and in the last `anneal` million tokens fall to a twentieth."""
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    left = (options.until - seen) / options.anneal if options.anneal else 1.0
    return float(options.rate * warm * max(0.05, min(1.0, left)))


def _average(model: torch.nn.Module, shared: torch.Tensor, worker: int, barrier: Any) -> None:
    weights = list(model.parameters())
    shared[worker] = torch.nn.utils.parameters_to_vector(weights).detach().cpu()
    barrier.wait()
    mean = shared.mean(0)
    barrier.wait()
    torch.nn.utils.vector_to_parameters(mean.to(weights[0].device), weights)


def _save(
    folder: Path, model: Lfm2ForCausalLM, optimizer: torch.optim.Optimizer, state: dict[str, float]
) -> None:
    moments = {
        f"{number}.{name}": value.contiguous()
        for number, slots in optimizer.state_dict()["state"].items()
        for name, value in slots.items()
    }
    weights = {n: w.detach().contiguous() for n, w in model.named_parameters()}
    for name, tensors in (("optimizer", moments), ("weights", weights)):
        save_file(tensors, folder / f"{name}.new")
        (folder / f"{name}.new").replace(folder / f"{name}.safetensors")
    (folder / "state.new").write_text(json.dumps(state))
    (folder / "state.new").replace(folder / "state.json")


def _load(model: Lfm2ForCausalLM, folder: Path) -> None:
    """Raises ValueError when the check-point is another network's."""
    weights = load_file(folder / "weights.safetensors")
    missing, unexpected = model.load_state_dict(weights, strict=False)
    if set(missing) - {"lm_head.weight"} or unexpected:
        raise ValueError(f"{folder} holds another network: {[*missing, *unexpected][:3]}")


def _resume(
    folder: Path, model: Lfm2ForCausalLM, optimizer: torch.optim.Optimizer
) -> dict[str, float]:
    _load(model, folder)
    if (folder / "optimizer.safetensors").exists():  # else only the weights were brought along
        content = optimizer.state_dict()
        for name, value in load_file(folder / "optimizer.safetensors").items():
            number, slot = name.split(".", 1)
            content["state"].setdefault(int(number), {})[slot] = value
        optimizer.load_state_dict(content)
    state: dict[str, float] = json.loads((folder / "state.json").read_text())
    return state
