"""Turns a Hugging Face model's folder into one GGUF file for llama.cpp.

Matrices become float16; norms, biases and the kernels of short convolutions stay float32.
"""

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.lora.gguf_files import Planned, Weights, read_json, whole_file, write_tensors
from core.lora.gguf_names import (
    Architecture,
    architecture_of,
    key_value_heads,
    not_convertible,
)
from core.lora.gguf_tokenizer import add_tokenizer

if TYPE_CHECKING:
    from gguf import GGUFWriter

    from core.lora.gguf_names import Array

_LEFT_OUT = ".rotary_emb.inv_freq"
"""Old folders store it, although it follows from the configuration."""


def write_model_gguf(folder: Path, out: Path) -> None:
    """Convert a folder with config.json, safetensors and tokenizer.json.

    Args:
        folder: as `save_pretrained` of a model and its tokenizer leave it.
        out: the file to write; it appears when it is complete.

    Raises:
        UsageError: `not_convertible` when llama.cpp could not run it, or would answer differently;
            `unsafe_file` when the weights are pickled.
    """
    config = read_json(folder / "config.json")
    architecture = architecture_of(config)
    _refuse_unknown(architecture, config)
    weights = Weights(folder, "model")
    planned = [
        *_planned(architecture, config, weights),
        *_rotary_factors(architecture, config),
    ]
    shapes = {tensor.name: tensor.shape for tensor in planned}
    with whole_file(out, architecture.gguf) as writer:
        writer.add_type("model")
        writer.add_name(folder.name)
        _add_shape(writer, architecture, config, shapes)
        add_tokenizer(writer, folder, config, shapes["token_embd.weight"][0])
        write_tensors(writer, planned)


def _refuse_unknown(architecture: Architecture, config: Mapping[str, Any]) -> None:
    kind = _rope(architecture, config)["rope_type"]
    known = ("default", "llama3") if architecture.gguf == "llama" else ("default",)
    reasons = {
        "it is quantized": config.get("quantization_config"),
        "it uses a sliding window": config.get("use_sliding_window"),
        "its activation is not SiLU": config.get("hidden_act", "silu") != "silu",
        f"its rotary embedding ({kind}) is unknown": kind not in known,
        "it rotates a part of each head only": config.get("partial_rotary_factor", 1.0) != 1.0,
    }
    for reason, applies in reasons.items():
        if applies:
            raise not_convertible(reason, architecture.name)


def _planned(
    architecture: Architecture, config: Mapping[str, Any], weights: Weights
) -> list[Planned]:
    planned = []
    for source, shape in weights.shapes().items():
        if source.endswith(_LEFT_OUT) or (
            source == "lm_head.weight" and architecture.is_tied(config)
        ):
            continue
        target = architecture.tensor(source)
        if target is None:
            raise not_convertible(f"the tensor {source} is unknown", architecture.name)
        kernel = "shortconv.conv" in target
        planned.append(
            Planned(
                name=target,
                shape=(shape[0], shape[-1]) if kernel else shape,
                half=len(shape) == 2,
                read=partial(_read, architecture, config, weights, source, target),
            )
        )
    return planned


def _read(
    architecture: Architecture,
    config: Mapping[str, Any],
    weights: Weights,
    source: str,
    target: str,
) -> "Array":
    return architecture.turn(target, weights.read(source), config)


def _add_shape(
    writer: "GGUFWriter",
    architecture: Architecture,
    config: Mapping[str, Any],
    shapes: Mapping[str, tuple[int, ...]],
) -> None:
    from gguf import LlamaFileType

    layers = int(config["num_hidden_layers"])
    width = _head_width(config)
    heads = key_value_heads(config)
    writer.add_file_type(LlamaFileType.MOSTLY_F16)
    writer.add_vocab_size(shapes["token_embd.weight"][0])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(layers)
    # Not from the configuration: LFM2 rounds the length it states there.
    writer.add_feed_forward_length(shapes["blk.0.ffn_gate.weight"][0])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_layer_norm_rms_eps(config.get("rms_norm_eps") or config["norm_eps"])
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(_rope(architecture, config)["rope_theta"])
    if architecture.gguf == "lfm2":
        attends = [f"blk.{layer}.attn_k.weight" in shapes for layer in range(layers)]
        writer.add_head_count_kv([heads if attending else 0 for attending in attends])
        writer.add_shortconv_l_cache(config["conv_L_cache"])
    else:
        writer.add_head_count_kv(heads)


def _head_width(config: Mapping[str, Any]) -> int:
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def _rope(architecture: Architecture, config: Mapping[str, Any]) -> dict[str, Any]:
    """Type, base and numbers of the rotary embedding, as transformers 4 or 5 wrote them."""
    said = config.get("rope_parameters") or config.get("rope_scaling") or {}
    return {
        "rope_theta": config.get("rope_theta") or architecture.rope_theta,
        **said,
        "rope_type": said.get("rope_type") or said.get("type") or "default",
    }


def _rotary_factors(architecture: Architecture, config: Mapping[str, Any]) -> list[Planned]:
    """Llama 3.1 and later slow the low frequencies down; llama.cpp divides by these factors."""
    import numpy as np

    rope = _rope(architecture, config)
    if rope["rope_type"] != "llama3":
        return []
    width = _head_width(config)
    steps = np.arange(0, width, 2, dtype=np.float64) / width
    wavelength = 2 * math.pi * rope["rope_theta"] ** steps
    turns = rope["original_max_position_embeddings"] / wavelength
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    kept = np.clip((turns - low) / (high - low), 0.0, 1.0)
    factors = (1.0 / (kept + (1.0 - kept) / rope["factor"])).astype(np.float32)
    return [
        Planned(name="rope_freqs.weight", shape=factors.shape, half=False, read=lambda: factors)
    ]
