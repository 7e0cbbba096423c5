"""What tensors are called in a Hugging Face folder and in a GGUF file.

One place for models and adapters, so that an adapter always finds the tensor it changes. Knows
the architectures the local runtime is fed with, and refuses every other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

_IN_LAYER = re.compile(r"model\.layers\.(\d+)\.(.+)")
_ROTARY = ("attn_q", "attn_k")
_ATTENTION = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
}
_LLAMA = {
    **_ATTENTION,
    "self_attn.o_proj": "attn_output",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_QWEN3 = {
    **_LLAMA,
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
}
_LFM2 = {
    **_ATTENTION,
    "self_attn.out_proj": "attn_output",
    "self_attn.q_layernorm": "attn_q_norm",
    "self_attn.k_layernorm": "attn_k_norm",
    "conv.conv": "shortconv.conv",
    "conv.in_proj": "shortconv.in_proj",
    "conv.out_proj": "shortconv.out_proj",
    "operator_norm": "attn_norm",
    "ffn_norm": "ffn_norm",
    "feed_forward.w1": "ffn_gate",
    "feed_forward.w3": "ffn_up",
    "feed_forward.w2": "ffn_down",
}


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A family of models that llama.cpp runs, and how its tensors change on the way."""

    name: str
    """In Hugging Face's words, such as `LlamaForCausalLM`."""
    gguf: str
    """In llama.cpp's words, such as `llama`."""
    in_layer: Mapping[str, str]
    """GGUF names of the modules of one layer."""
    final_norm: tuple[str, str] = ("model.norm", "output_norm")
    """The last norm: its module, and its GGUF name."""
    biased: tuple[str, ...] = ()
    """GGUF names of the modules that may have a bias."""
    turned: bool = False
    """llama.cpp rotates neighbouring rows of queries and keys instead of the two halves."""
    tied: bool = False
    """Whether the output shares the embedding's matrix when the configuration does not say."""
    rope_theta: float = 10_000.0
    """Base of the rotary embedding when the configuration does not say."""

    def tensor(self, source: str) -> str | None:
        """The GGUF name of `model.layers.0.self_attn.q_proj.weight`; None for an unknown one."""
        module, _, kind = source.rpartition(".")
        inside = _IN_LAYER.fullmatch(module)
        if inside:
            short = self.in_layer.get(inside[2])
            prefix = f"blk.{inside[1]}."
        else:
            outside = {"model.embed_tokens": "token_embd", "lm_head": "output"}
            short, prefix = (outside | dict([self.final_norm])).get(module), ""
        if short is None or not (kind == "weight" or (kind == "bias" and short in self.biased)):
            return None
        return f"{prefix}{short}.{kind}"

    def turn(self, target: str, rows: "Array", config: Mapping[str, Any]) -> "Array":
        """Put the rows of `target` (a GGUF name) in the order llama.cpp rotates them in.

        What comes out of a LoRA's B are rows of the base, so that B is turned as the base is.
        """
        short = target.split(".")[2] if target.startswith("blk.") else ""
        if not self.turned or short not in _ROTARY:
            return rows
        heads = int(config["num_attention_heads"])
        if short == "attn_k":
            heads = key_value_heads(config)
        halves = rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:])
        return halves.swapaxes(1, 2).reshape(rows.shape)

    def is_tied(self, config: Mapping[str, Any]) -> bool:
        """Whether the output is the embedding's matrix, so that the file holds it once."""
        said = config.get("tie_word_embeddings", config.get("tie_embedding"))
        return self.tied if said is None else bool(said)


ARCHITECTURES = {
    architecture.name: architecture
    for architecture in (
        Architecture(
            name="Lfm2ForCausalLM",
            gguf="lfm2",
            in_layer=_LFM2,
            final_norm=("model.embedding_norm", "token_embd_norm"),
            tied=True,
            rope_theta=1_000_000.0,
        ),
        Architecture(
            name="LlamaForCausalLM",
            gguf="llama",
            in_layer=_LLAMA,
            biased=("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"),
            turned=True,
        ),
        Architecture(
            name="Qwen2ForCausalLM",
            gguf="qwen2",
            in_layer=_LLAMA,
            biased=("attn_q", "attn_k", "attn_v"),
        ),
        Architecture(name="Qwen3ForCausalLM", gguf="qwen3", in_layer=_QWEN3),
    )
}


def architecture_of(config: Mapping[str, Any]) -> Architecture:
    """The architecture that a `config.json` names.

    Raises:
        UsageError: `not_convertible`.
    """
    names = config.get("architectures") or ["unknown"]
    known = ARCHITECTURES.get(str(names[0]))
    if known is None:
        raise not_convertible(f"only {', '.join(ARCHITECTURES)} are known", str(names[0]))
    return known


def key_value_heads(config: Mapping[str, Any]) -> int:
    """Heads of keys and values; as many as of queries when not said."""
    return int(config.get("num_key_value_heads") or config["num_attention_heads"])


def not_convertible(reason: str, architecture: str = "unknown") -> UsageError:
    """The error to raise when llama.cpp could not run the result, or would answer differently."""
    return UsageError(
        "not_convertible",
        f"{architecture} cannot become a GGUF file: {reason}. Ollama and vLLM take the folder as"
        " it is (PEFT, safetensors)",
        architecture=architecture,
        reason=reason,
    )
