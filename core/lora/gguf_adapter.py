"""Turns a PEFT LoRA folder into a GGUF adapter for llama.cpp.

llama.cpp multiplies B·A by alpha / rank, as PEFT does; what PEFT does beyond that goes into
alpha, or is refused.
"""

import math
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.lora.gguf_files import Planned, Weights, read_json, whole_file, write_tensors
from core.lora.gguf_names import Architecture, architecture_of, not_convertible

if TYPE_CHECKING:
    from core.lora.gguf_names import Array

_HALF = re.compile(r"base_model\.model\.(.+)\.lora_(A|B)\.weight")
_BEGINNINGS = (True, False, "gaussian", "orthogonal", "eva")
"""Ways to begin a training that leave the base as it is; the others move a part of it."""


def write_adapter_gguf(folder: Path, base_config: Mapping[str, Any], out: Path) -> None:
    """Convert a folder with adapter_config.json and adapter_model.safetensors.

    Args:
        folder: as PEFT's `save_pretrained` leaves it.
        base_config: `config.json` of the model it was trained on.
        out: the file to write; it appears when it is complete.

    Raises:
        UsageError: `not_convertible` when llama.cpp could not apply it, or would answer
            differently; `unsafe_file` when the weights are pickled.
    """
    settings = read_json(folder / "adapter_config.json")
    architecture = architecture_of(base_config)
    _refuse_unknown(architecture, settings)
    weights = Weights(folder, "adapter_model")
    planned = _planned(architecture, base_config, settings, weights)
    with whole_file(out, architecture.gguf) as writer:
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", _alpha(settings, settings["r"]))
        write_tensors(writer, planned)


def _refuse_unknown(architecture: Architecture, settings: Mapping[str, Any]) -> None:
    beginning = settings.get("init_lora_weights", True)
    reasons = {
        "it is no LoRA": settings.get("peft_type") != "LORA",
        "it is a DoRA": settings.get("use_dora"),
        "its alpha is not above 0": not settings.get("lora_alpha", 0) > 0,
        "its layers have alphas of their own": settings.get("alpha_pattern"),
        "it repeats layers": settings.get("layer_replication"),
        "it works from certain words on only": settings.get("alora_invocation_tokens"),
        f"it moves the base ({beginning})": beginning not in _BEGINNINGS,
    }
    for reason, applies in reasons.items():
        if applies:
            raise not_convertible(reason, architecture.name)


def _planned(
    architecture: Architecture,
    config: Mapping[str, Any],
    settings: Mapping[str, Any],
    weights: Weights,
) -> list[Planned]:
    shapes = weights.shapes()
    planned = []
    for source, shape in shapes.items():
        half = _HALF.fullmatch(source)
        target = architecture.tensor(f"{half[1]}.weight") if half else None
        if half is None or target is None or len(shape) != 2:
            raise not_convertible(f"the tensor {source} is unknown", architecture.name)
        if target == "output.weight" and architecture.is_tied(config):
            raise not_convertible("it changes an output that is tied", architecture.name)
        other = source.replace(f".lora_{half[2]}.", f".lora_{'B' if half[2] == 'A' else 'A'}.")
        if other not in shapes:
            raise not_convertible(f"the tensor {other} is missing", architecture.name)
        read = partial(weights.read, source)
        if half[2] == "B":
            # One alpha stands for all ranks; only rsLoRA with several ranks needs a factor.
            factor = _alpha(settings, shape[1]) / _alpha(settings, settings["r"])
            read = partial(_read_b, architecture, config, weights, source, target, factor)
        name = f"{target}.lora_{half[2].lower()}"
        planned.append(Planned(name=name, shape=shape, half=False, read=read))
    if not planned:
        raise not_convertible("it is empty", architecture.name)
    return planned


def _read_b(
    architecture: Architecture,
    config: Mapping[str, Any],
    weights: Weights,
    source: str,
    target: str,
    factor: float,
) -> "Array":
    turned = architecture.turn(target, weights.read(source), config)
    return turned if factor == 1.0 else (turned * factor).astype(turned.dtype)


def _alpha(settings: Mapping[str, Any], rank: int) -> float:
    """The alpha that, divided by the rank, is PEFT's scale."""
    alpha = float(settings["lora_alpha"])
    return alpha * math.sqrt(rank) if settings.get("use_rslora") else alpha
