"""Real adapters made on the spot: random LoRA matrices over the tiny model of `tests.servers.gguf`.

Written the way a training writes them: under a hidden name first, then renamed.
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.adapter import Adapter, AdapterUse
from core.lora.gguf_adapter import write_adapter_gguf
from core.lora.library import BASE_HASH_SUFFIX, DESCRIPTION, GGUF, WEIGHTS, weights_hash
from tests.servers.gguf import HEAD_WIDTH, HEADS, KV_HEADS, LAYERS, WIDTH

TINY_BASE = "7177b45e0001"
"""Stands for the hash of the weights that the tiny GGUF file was made of."""
TINY_CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "num_attention_heads": HEADS,
    "num_key_value_heads": KV_HEADS,
}
RANK, ALPHA = 4, 8
PROJECTIONS = {"q_proj": WIDTH, "v_proj": KV_HEADS * HEAD_WIDTH}
"""Rows of the matrices that the LoRA is laid over."""

ADAPTER = Adapter(
    name="해담-r8",
    hash="0123456789ab",
    base="local/narani",
    base_hash=TINY_BASE,
    tokenizer_hash="1" * 12,
    template_hash="2" * 12,
    rank=RANK,
    alpha=ALPHA,
    trainable=1000,
    parameters=100_000,
    example_set="haedam v1",
    example_set_hash="3" * 12,
    train_count=80,
    test_count=20,
    settings={"rank": RANK, "dropout": 0.1, "quantisation": "none"},
    versions={"torch": "2.13.0"},
    hardware="a tiny one, 2 cores",
    created_at="2026-11-21T06:00:00+00:00",
    duration_s=1800.0,
    losses=((0, 3.5), (10, 1.25)),
)


def described(folder: Path, adapter: Adapter = ADAPTER) -> None:
    """Write only the description."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DESCRIPTION).write_text(json.dumps(adapter.to_json(), ensure_ascii=False), "utf-8")


def write_adapter(adapters: Path, adapter: Adapter, seed: int, gguf: bool = True) -> Adapter:
    """A complete adapter folder; the adapter comes back with the hash of its weights.

    Args:
        adapters: the folder of all adapters.
        adapter: what to describe; its name is the folder's.
        seed: the same seed is the same adapter.
        gguf: whether the local runtime can lay it over its base.
    """
    hidden = adapters / f".{adapter.name}.new"
    hidden.mkdir(parents=True)
    _write_peft(hidden, seed)
    if gguf:
        write_adapter_gguf(hidden, TINY_CONFIG, hidden / GGUF)
    adapter = replace(adapter, hash=weights_hash(hidden), convertible=gguf)
    described(hidden, adapter)
    shutil.rmtree(adapters / adapter.name, ignore_errors=True)
    hidden.rename(adapters / adapter.name)
    return adapter


def note_base(file: Path, base_hash: str) -> None:
    """Say beside a GGUF file what it was made of."""
    file.with_name(file.name + BASE_HASH_SUFFIX).write_text(f"{base_hash}\n", "utf-8")


def use(adapter: Adapter, scale: float = 1.0) -> AdapterUse:
    return AdapterUse(name=adapter.name, hash=adapter.hash, scale=scale)


def _write_peft(folder: Path, seed: int) -> None:
    from safetensors.numpy import save_file

    random = np.random.default_rng(seed)
    tensors = {}
    for layer in range(LAYERS):
        for name, rows in PROJECTIONS.items():
            matrix = f"base_model.model.model.layers.{layer}.self_attn.{name}"
            for half, shape in (("A", (RANK, WIDTH)), ("B", (rows, RANK))):
                drawn = random.standard_normal(shape) * 0.3
                tensors[f"{matrix}.lora_{half}.weight"] = drawn.astype(np.float32)
    save_file(tensors, folder / WEIGHTS)
    settings = {
        "peft_type": "LORA",
        "r": RANK,
        "lora_alpha": ALPHA,
        "target_modules": list(PROJECTIONS),
        "base_model_name_or_path": "tiny",
    }
    (folder / "adapter_config.json").write_text(json.dumps(settings), "utf-8")
