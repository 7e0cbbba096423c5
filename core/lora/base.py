"""Finds the base model of a training and reads what it is, without loading it."""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

from core.errors import UsageError
from core.training import BaseInfo

EMBEDDED = "local/narani"
EMBEDDED_FOLDER = Path(__file__).parents[2] / "assets" / "narani"
EMBEDDED_FILE = EMBEDDED_FOLDER / "narani.gguf"
CONVERTIBLE = ("Lfm2ForCausalLM", "LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM")
TARGETS = tuple(
    "q_proj k_proj v_proj o_proj out_proj in_proj gate_proj up_proj down_proj w1 w2 w3".split()
)
"""Names of the matrices LoRA is laid over, in the architectures we know."""


def base_folder(model: str, bases: Path) -> Path:
    """Where a base lies: the embedded model, a folder of Hugging Face files, or one in `bases`.

    Raises:
        UsageError: `bad_training` when there is none, `unsafe_file` when it holds pickles only.
    """
    try:
        folder = EMBEDDED_FOLDER if model == EMBEDDED else Path(model).expanduser()
    except RuntimeError:  # the home of nobody
        raise _missing(model, Path(model)) from None
    if model != EMBEDDED and not folder.is_absolute() and (bases / model).is_dir():
        folder = bases / model
    if not (folder / "config.json").is_file():
        raise _missing(model, folder)
    if not weight_files(folder):
        pickles = [f.name for f in folder.iterdir() if f.suffix in (".bin", ".pt", ".pth", ".pkl")]
        if pickles:
            raise UsageError(
                "unsafe_file",
                f"{folder} holds {pickles[0]}, which can run code when it is read; "
                "use the model's safetensors files",
                file=pickles[0],
            )
        raise _missing(model, folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if not (folder / name).is_file():
            reason = f"{folder} lacks {name}"
            raise UsageError("bad_training", reason, setting="base", reason=reason, model=model)
    if not chat_template(folder):
        reason = f"{folder} has no chat template"
        raise UsageError("bad_training", reason, setting="base", reason=reason, model=model)
    return folder


def chat_template(folder: Path) -> str:
    """How the model is spoken to; empty when its folder does not say."""
    file = folder / "chat_template.jinja"
    if file.exists():
        return file.read_text("utf-8")
    settings = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    return str(settings.get("chat_template") or "")


def bases_in(bases: Path) -> list[str]:
    """Models a training can start from: the embedded one and the folders in `bases`."""
    found = [EMBEDDED] if weight_files(EMBEDDED_FOLDER) else []
    if bases.is_dir():
        found += sorted(f.parent.name for f in bases.glob("*/config.json"))
    return found


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model."""
    return sorted(folder.glob("*.safetensors")) if folder.is_dir() else []


def describe(model: str, folder: Path) -> BaseInfo:
    """Shapes from the headers of the safetensors files.

    Raises:
        UsageError: `bad_training` when a file is broken.
    """
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        shapes = {name: shape for file in weight_files(folder) for name, shape in _shapes(file)}
        architecture = str((config.get("architectures") or ["?"])[0])
        return BaseInfo(
            model=model,
            name=model.rstrip("/").rsplit("/", 1)[-1],
            architecture=architecture,
            parameters=sum(_size(shape) for shape in shapes.values()),
            hidden=int(config["hidden_size"]),
            layers=int(config["num_hidden_layers"]),
            vocabulary=int(config["vocab_size"]),
            matrices=tuple(
                (shape[0], shape[1])
                for name, shape in shapes.items()
                if len(shape) == 2 and name.split(".")[-2] in TARGETS
            ),
            convertible=architecture in CONVERTIBLE,
        )
    except (
        OSError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        struct.error,
    ) as error:
        reason = f"{folder.name} is not a complete model: {error}"
        raise UsageError("bad_training", reason, setting="base", reason=reason) from error


def hash_of(files: list[Path]) -> str:
    """Twelve hex digits over the contents of files."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:12]


def identity(folder: Path) -> dict[str, str]:
    """What an adapter of this base depends on: weights, tokenizer, chat template."""
    settings = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    template_file = folder / "chat_template.jinja"
    template = template_file.read_text("utf-8") if template_file.exists() else ""
    template = template or str(settings.get("chat_template") or "")
    return {
        "base_hash": hash_of(weight_files(folder)),
        "tokenizer_hash": hash_of([folder / "tokenizer.json"]),
        "template_hash": hashlib.sha256(template.encode()).hexdigest()[:12],
    }


def _shapes(file: Path) -> list[tuple[str, list[int]]]:
    """Names and shapes from a safetensors header: 8 bytes of length, then JSON."""
    with file.open("rb") as content:
        (length,) = struct.unpack("<Q", content.read(8))
        if length > 100_000_000:
            raise ValueError("its header is broken")
        header: dict[str, Any] = json.loads(content.read(length))
    return [(name, list(v["shape"])) for name, v in header.items() if name != "__metadata__"]


def _size(shape: list[int]) -> int:
    total = 1
    for length in shape:
        total *= length
    return total


def _missing(model: str, folder: Path) -> UsageError:
    reason = f"there is no model in {folder}; a base needs config.json and *.safetensors"
    return UsageError("bad_training", reason, setting="base", reason=reason, model=model)
