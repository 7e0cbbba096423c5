"""The embedded model's network: a tiny LFM2, and the same arithmetic written for fast training.

A check-point is a plain `Lfm2ForCausalLM` that transformers, PEFT and llama.cpp read; only the
forward pass differs: a shift-and-add convolution, fused RMS norms, and logits at answers alone.
"""

import math
from typing import cast

import torch
from torch import nn
from torch.nn import functional
from transformers import Lfm2Config, Lfm2ForCausalLM

LAYERS = (
    "conv", "conv", "full_attention", "conv", "full_attention", "conv", "full_attention",
)  # fmt: skip
CONTEXT_TOKENS = 4096
EPS = 1e-5


def make_config(vocabulary: int, layers: tuple[str, ...] = LAYERS) -> Lfm2Config:
    """The network's shape; token 0 pads, token 1 begins, token 2 ends a message."""
    return Lfm2Config(
        vocab_size=vocabulary,
        hidden_size=256,
        intermediate_size=512,
        block_auto_adjust_ff_dim=False,
        num_hidden_layers=len(layers),
        layer_types=list(layers),
        num_attention_heads=4,
        num_key_value_heads=4,
        conv_L_cache=3,
        norm_eps=EPS,
        max_position_embeddings=CONTEXT_TOKENS,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )


def make_network(config: Lfm2Config, seed: int) -> Lfm2ForCausalLM:
    """Weights drawn with a standard deviation of 1/sqrt(fan-in); residual writers scaled by .15."""
    torch.manual_seed(seed)
    model = Lfm2ForCausalLM(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim < 2:
                continue
            fan_in = weight.shape[-1] if "embed" not in name else weight.shape[0] ** 0.5
            scale = 0.15 if name.endswith(("out_proj.weight", "w2.weight")) else 1.0
            weight.normal_(0.0, scale / math.sqrt(fan_in))
    return model


def answer_logits(model: Lfm2ForCausalLM, ids: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """Logits [n, vocabulary] at the n positions where `where` [batch, length] is true.

    `ids` [batch, length] is padded on the right, so that a causal network needs no mask.
    """
    return functional.linear(hidden_states(model, ids)[where], model.model.embed_tokens.weight)


def hidden_states(model: Lfm2ForCausalLM, ids: torch.Tensor) -> torch.Tensor:
    """The states [batch, length, hidden] that the output layer reads."""
    body = model.model
    turn = _rotation(ids.shape[1], model.config, ids.device)
    x = body.embed_tokens(ids)
    for layer in body.layers:
        normed = _norm(x, layer.operator_norm)
        if layer.is_attention_layer:
            x = x + _attention(normed, layer.self_attn, turn)
        else:
            x = x + _short_convolution(normed, layer.conv)
        x = x + _feed_forward(_norm(x, layer.ffn_norm), layer.feed_forward)
    return _norm(x, body.embedding_norm)


def _norm(x: torch.Tensor, norm: nn.Module) -> torch.Tensor:
    weight = cast(torch.Tensor, norm.weight)
    return functional.rms_norm(x, weight.shape, weight.to(x.dtype), EPS)


def _short_convolution(x: torch.Tensor, conv: nn.Module) -> torch.Tensor:
    before, after, value = conv.in_proj(x).chunk(3, dim=-1)
    gated = before * value
    kernel = conv.conv.weight[:, 0].to(gated.dtype)
    mixed = gated * kernel[:, 2]
    mixed[:, 1:] += gated[:, :-1] * kernel[:, 1]
    mixed[:, 2:] += gated[:, :-2] * kernel[:, 0]
    return cast(torch.Tensor, conv.out_proj(after * mixed))


def _feed_forward(x: torch.Tensor, block: nn.Module) -> torch.Tensor:
    return cast(torch.Tensor, block.w2(functional.silu(block.w1(x)) * block.w3(x)))


def _attention(
    x: torch.Tensor, block: nn.Module, turn: tuple[torch.Tensor, torch.Tensor]
) -> torch.Tensor:
    batch, length, _ = x.shape
    width = block.head_dim

    def heads(projection: nn.Module) -> torch.Tensor:
        return cast(torch.Tensor, projection(x)).view(batch, length, -1, width)

    query = _rotated(_norm(heads(block.q_proj), block.q_layernorm).transpose(1, 2), turn)
    key = _rotated(_norm(heads(block.k_proj), block.k_layernorm).transpose(1, 2), turn)
    value = heads(block.v_proj).transpose(1, 2)
    scores = query @ key.transpose(2, 3) * width**-0.5
    future = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
    weights = scores.masked_fill(future, -1e4).softmax(-1).to(value.dtype)
    mixed = (weights @ value).transpose(1, 2).reshape(batch, length, -1)
    return cast(torch.Tensor, block.out_proj(mixed))


def _rotation(
    length: int, config: Lfm2Config, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    width = config.hidden_size // config.num_attention_heads
    steps = torch.arange(0, width, 2, device=device, dtype=torch.float32) / width
    theta = cast(dict[str, float], config.rope_parameters)["rope_theta"]
    angles = torch.arange(length, device=device)[:, None] * theta**-steps
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def _rotated(x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    half = x.shape[-1] // 2
    cos, sin = (part.to(x.dtype) for part in turn)
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin
