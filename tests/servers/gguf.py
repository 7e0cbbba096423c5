"""A real GGUF file made on the spot: a tiny Llama with random weights, about 700 kB, no download.

It babbles words; what it says means nothing, but llama.cpp loads and runs it like any other.
"""

from pathlib import Path

import gguf
import numpy as np

WIDTH, LAYERS, HEADS, KV_HEADS, FEED_FORWARD, CONTEXT = 64, 2, 4, 2, 128, 4096
HEAD_WIDTH = WIDTH // HEADS
CONTROL, NORMAL = 3, 1
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
WORDS = (
    "the model answers with care prompt needs context and examples goal "
    "모델 은 검색 생성 을 사용해 답변 만들고 비용 지연 시간 비교한다 미세 조정 필요 하다"
).split()
CHAT_TEMPLATE = (
    "{% for m in messages %}"
    "{{'<|im_start|>'+m['role']+'\\n'+m['content']+'<|im_end|>\\n'}}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{'<|im_start|>assistant\\n'}}{% endif %}"
)
LAYER_SHAPES = {
    "attn_q": (WIDTH, WIDTH),
    "attn_k": (KV_HEADS * HEAD_WIDTH, WIDTH),
    "attn_v": (KV_HEADS * HEAD_WIDTH, WIDTH),
    "attn_output": (WIDTH, WIDTH),
    "ffn_gate": (FEED_FORWARD, WIDTH),
    "ffn_up": (FEED_FORWARD, WIDTH),
    "ffn_down": (WIDTH, FEED_FORWARD),
}


def make_tiny_gguf(path: Path) -> Path:
    """Write the model; the same file every time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tokens = _tokens()
    writer = gguf.GGUFWriter(str(path), "llama")
    _write_shape(writer, len(tokens))
    _write_tokenizer(writer, tokens)
    _write_weights(writer, len(tokens))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _write_shape(writer: gguf.GGUFWriter, vocabulary: int) -> None:
    writer.add_name("tiny-random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(HEAD_WIDTH)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(vocabulary)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _write_tokenizer(writer: gguf.GGUFWriter, tokens: list[str]) -> None:
    space = _bytes_as_characters()[ord(" ")]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([CONTROL] * len(SPECIAL) + [NORMAL] * (len(tokens) - len(SPECIAL)))
    writer.add_token_merges([f"{space} {space}"])  # must not be empty
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def _write_weights(writer: gguf.GGUFWriter, vocabulary: int) -> None:
    random = np.random.default_rng(0)

    def drawn(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * 0.3).astype(np.float32)

    ones = np.ones(WIDTH, np.float32)
    head = drawn(vocabulary, WIDTH)
    head[3:259] *= 0.1  # prefer whole words, so that the babble is readable
    head[:3] = 0.0  # never the likeliest: with temperature 0 it does not stop by itself
    writer.add_tensor("token_embd.weight", drawn(vocabulary, WIDTH))
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", head)
    for layer in range(LAYERS):
        for name, shape in LAYER_SHAPES.items():
            writer.add_tensor(f"blk.{layer}.{name}.weight", drawn(*shape))
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", ones)


def _tokens() -> list[str]:
    characters = _bytes_as_characters()
    words = {"".join(characters[byte] for byte in f" {word}".encode()) for word in WORDS}
    return [*SPECIAL, *(characters[byte] for byte in range(256)), *sorted(words)]


def _bytes_as_characters() -> dict[int, str]:
    """GPT-2's alphabet: every byte as a character that can be printed."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {
        byte: chr(256 + number) for number, byte in enumerate(others)
    }
