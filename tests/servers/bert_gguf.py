"""A tiny BERT as GGUF, with random weights: one that makes vectors, or one that scores texts.

Small enough to be written in a moment, complete enough for llama.cpp to run it.
"""

from pathlib import Path

import gguf
import numpy as np

WIDTH, LAYERS, HEADS, FEED_FORWARD = 32, 2, 2, 64
CONTEXT = 64
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
CONTROL, NORMAL = 3, 1


def make_bert(
    path: Path,
    pooling: gguf.PoolingType | None = gguf.PoolingType.MEAN,
    *,
    scores: bool = False,
) -> Path:
    """Write the file; with `scores` it has the layers that turn a pair of texts into one number."""
    tokens = _tokens()
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_name("tiny-bert")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    if pooling is not None:
        writer.add_pooling_type(pooling)
    if scores:
        writer.add_classifier_output_labels(["score"])
    _write_tokenizer(writer, tokens)
    _write_weights(writer, len(tokens), scores=scores)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tokens() -> list[str]:
    """A letter at a word's beginning has a mark before it in llama.cpp's WordPiece."""
    characters = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    words = ["\u2581cat", "\u2581dog", "\u2581the"]
    return [*SPECIAL, *(f"\u2581{c}" for c in characters), *characters, *words]


def _write_tokenizer(writer: gguf.GGUFWriter, tokens: list[str]) -> None:
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types([CONTROL] * len(SPECIAL) + [NORMAL] * (len(tokens) - len(SPECIAL)))
    writer.add_token_type_count(2)
    writer.add_pad_token_id(0)
    writer.add_unk_token_id(1)
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(3)
    writer.add_sep_token_id(3)
    writer.add_mask_token_id(4)


def _write_weights(writer: gguf.GGUFWriter, vocabulary: int, *, scores: bool) -> None:
    random = np.random.default_rng(0)

    def linear(name: str, rows: int, columns: int) -> None:
        weights = (random.standard_normal((rows, columns)) * 0.3).astype(np.float32)
        writer.add_tensor(f"{name}.weight", weights)
        writer.add_tensor(f"{name}.bias", np.zeros(rows, np.float32))

    def table(name: str, rows: int) -> None:
        weights = (random.standard_normal((rows, WIDTH)) * 0.3).astype(np.float32)
        writer.add_tensor(f"{name}.weight", weights)

    def norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
        writer.add_tensor(f"{name}.bias", np.zeros(WIDTH, np.float32))

    table("token_embd", vocabulary)
    table("token_types", 2)
    table("position_embd", CONTEXT)
    norm("token_embd_norm")
    for layer in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            linear(f"blk.{layer}.{name}", WIDTH, WIDTH)
        norm(f"blk.{layer}.attn_output_norm")
        linear(f"blk.{layer}.ffn_up", FEED_FORWARD, WIDTH)
        linear(f"blk.{layer}.ffn_down", WIDTH, FEED_FORWARD)
        norm(f"blk.{layer}.layer_output_norm")
    if scores:
        linear("cls", WIDTH, WIDTH)
        linear("cls.output", 1, WIDTH)
