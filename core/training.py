"""How a LoRA is trained: settings with presets, what they need, and what is estimated before.

Nouns only; the training itself is `core.lora`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, cast, get_args

from core.errors import UsageError
from core.jsontypes import JsonObject

Dial = Literal["faster", "balanced", "better"]
DIALS: tuple[Dial, ...] = get_args(Dial)
Quantisation = Literal["none", "nf4"]
SMALL = 50_000_000
"""Below so many parameters a model needs more epochs and a higher learning rate."""

LIMITS: dict[str, tuple[float, float]] = {
    "rank": (1, 256),
    "alpha": (1, 1024),
    "dropout": (0, 0.9),
    "epochs": (1, 200),
    "batch_size": (1, 128),
    "learning_rate": (1e-6, 0.1),
    "weight_decay": (0, 1),
    "max_grad_norm": (0.01, 100),
    "max_length": (32, 8192),
    "replay": (0, 2),
    "seed": (0, 2**31),
}
"""Smallest and largest value of each setting."""


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """All that decides what a training learns from its examples."""

    rank: int = 8
    alpha: int = 32
    dropout: float = 0.1
    epochs: int = 3
    batch_size: int = 8
    learning_rate: float = 2e-4
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    """Gradient clipping: the longest a step's gradient may be."""
    max_length: int = 1024
    """Tokens of an example; longer ones are cut."""
    replay: float = 0.5
    """Ordinary examples mixed in, as a share of the training examples."""
    quantisation: Quantisation = "none"
    """`nf4` loads the base in 4 bits (QLoRA)."""
    seed: int = 42

    def to_json(self) -> JsonObject:
        return cast(JsonObject, asdict(self))


def preset(dial: Dial, parameters: int) -> TrainSettings:
    """Settings for a dial position and a base of so many parameters.

    The LoRA shape of `balanced` is the founding documents': r=8, alpha=32, dropout=0.1.
    """
    small = parameters < SMALL
    base = TrainSettings(
        learning_rate=4e-3 if small else 5e-4 if parameters < 20 * SMALL else 2e-4,
        max_length=512 if small else 1024,
    )
    if dial == "faster":
        return replace(base, rank=4, alpha=16, epochs=8 if small else 1)
    if dial == "balanced":
        return replace(base, epochs=20 if small else 3)
    return replace(base, rank=16, alpha=64, epochs=40 if small else 5)


def settings_from_json(content: Mapping[str, Any]) -> TrainSettings:
    """Read settings, refusing unknown names, wrong types and values out of range.

    Raises:
        UsageError: `bad_training`, naming the setting and its limits.
    """
    known = {f.name: f.type for f in fields(TrainSettings)}
    for name in content:
        if name not in known:
            raise _bad(name, f"unknown setting; known are {', '.join(sorted(known))}")
    settings = replace(TrainSettings(), **content)
    check_settings(settings)
    return settings


def check_settings(settings: TrainSettings) -> None:
    """Raises `UsageError` of kind `bad_training` for a value out of range."""
    for name, (low, high) in LIMITS.items():
        value = getattr(settings, name)
        whole = isinstance(getattr(TrainSettings(), name), int)
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise _bad(name, f"it must be a {'whole ' if whole else ''}number")
        if not low <= value <= high:
            raise _bad(name, f"{str(value)[:20]} is not from {low:g} to {high:g}")
    if settings.quantisation not in get_args(Quantisation):
        raise _bad("quantisation", "use none or nf4")


def _bad(name: str, reason: str) -> UsageError:
    return UsageError("bad_training", f"{name}: {reason}", setting=name, reason=reason)


@dataclass(frozen=True, kw_only=True)
class BaseInfo:
    """What is known of a base model without loading it."""

    model: str
    """`local/narani`, or the folder."""
    name: str
    architecture: str
    parameters: int
    hidden: int
    layers: int
    vocabulary: int
    matrices: tuple[tuple[int, int], ...]
    """(d_out, d_in) of every matrix that LoRA is laid over."""
    convertible: bool = True
    """Whether the local runtime can run it."""

    def trainable(self, rank: int) -> int:
        """LoRA trains r (d_in + d_out) numbers for each matrix (Hu et al., 2021)."""
        return sum(rank * (d_in + d_out) for d_out, d_in in self.matrices)


@dataclass(frozen=True, kw_only=True)
class TrainEstimate:
    """What a training will need."""

    trainable: int
    parameters: int
    share: float
    """Trainable part of the base, 0 to 1."""
    memory_bytes: int
    free_bytes: int | None
    """Memory free now; None when unknown."""
    seconds: float
    steps: int
    tokens: int
    cut: int = 0
    """Examples longer than `max_length`: their end is not learnt, or nothing of them."""

    @property
    def fits(self) -> bool:
        return self.free_bytes is None or self.memory_bytes < self.free_bytes


PROCESS_BYTES = 700_000_000
"""What the training process holds before any weight: 465 MB were measured after its imports
(Linux, no GPU), the rest is room for the trainer."""


def estimate(
    base: BaseInfo,
    settings: TrainSettings,
    lengths: Sequence[int],
    *,
    flops_per_s: float,
    free_bytes: int | None,
) -> TrainEstimate:
    """Memory and minutes before training.

    Args:
        base: the model.
        settings: how it will be trained.
        lengths: estimated tokens of each training example.
        flops_per_s: what this machine does in training, measured or assumed.
        free_bytes: free memory; None when unknown.

    Memory: weights (4 bytes each, or half a byte with nf4), 16 bytes per trainable number
    (weight, gradient, two moments), activations and logits of one batch. Time: 4 N T for forward
    and backward through a frozen base, plus 6 per trainable number and token.
    """
    cut = [min(length, settings.max_length) for length in lengths]
    count = round(len(cut) * (1 + settings.replay))
    mean = sum(cut) / len(cut) if cut else 0.0
    steps = -(-count // settings.batch_size) * settings.epochs
    tokens = int(count * mean * settings.epochs)
    longest = max(cut, default=0)
    trainable = base.trainable(settings.rank)
    weight_bytes = 0.55 if settings.quantisation == "nf4" else 4.0
    batch_tokens = settings.batch_size * longest
    activations = batch_tokens * (base.layers * base.hidden * 34 + base.vocabulary * 3) * 4
    memory = PROCESS_BYTES + base.parameters * weight_bytes + 16 * trainable + activations
    flops = tokens * (4 * base.parameters + 6 * trainable)
    return TrainEstimate(
        trainable=trainable,
        parameters=base.parameters,
        share=trainable / base.parameters,
        memory_bytes=int(memory),
        free_bytes=free_bytes,
        seconds=START_S + steps * STEP_S + flops / flops_per_s,
        steps=steps,
        tokens=tokens,
        cut=sum(length > settings.max_length for length in lengths),
    )


START_S = 12.0
"""Imports, loading, scores before and after."""
STEP_S = 0.012
"""What a step costs beyond its arithmetic."""
FLOPS_PER_S = 6e10
"""Assumed until this machine has trained once."""
