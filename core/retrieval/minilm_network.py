"""Forward pass of all-MiniLM-L6-v2 in numpy: tokens in, vectors of length 1 out.

Texts of a batch are laid end to end, not padded: the large products see all their tokens as one
matrix, and only attention goes text by text. That is less work than padding and needs no mask.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.embedding import Vectors

MAX_TOKENS = 256
LAYERS, WIDTH, HEADS = 6, 384, 12
HEAD_WIDTH = WIDTH // HEADS
GELU_BLOCK = 16_384
"""Numbers that stay in a core's cache from one step of the formula to the next."""
GELU_BOUND = 5.4
GELU = (
    *(1.7562852283603547e-09, -1.3226653550191259e-07, 3.964776169596007e-06),
    *(-5.530633279704489e-05, -3.259471486671828e-05, 0.03633308410644531, 0.7978849411010742),
)
"""tanh(x·p(x²)) is erf(x/√2) to 1.4e-7 in float32: numpy has no erf. Highest power first."""


class Network:
    """Weights and tokenizer; only read after loading, so any thread may use them."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        _one_thread_each()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        weights = load_file(folder / "model.safetensors")
        self._words = weights["embeddings.word_embeddings.weight"]
        # Every text is of type 0.
        self._places = (
            weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _Norm(weights, "embeddings.")
        self._layers = [_Layer(weights, f"encoder.layer.{n}.") for n in range(LAYERS)]

    def tokens(self, texts: list[str]) -> list[list[int]]:
        return [encoded.ids for encoded in self._tokenizer.encode_batch_fast(texts)]

    def vectors(self, batch: list[list[int]]) -> "Vectors":
        """One vector of length 1 for each text."""
        import numpy as np

        ends = np.cumsum([len(ids) for ids in batch]).tolist()
        spans = [slice(end - len(ids), end) for end, ids in zip(ends, batch, strict=True)]
        state = self._words[np.concatenate([np.asarray(ids) for ids in batch])]
        for span in spans:
            state[span] += self._places[: span.stop - span.start]
        state = self._norm(state)
        for layer in self._layers:
            state = layer(state, spans)
        means = np.stack([state[span].mean(0) for span in spans])
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        return means


class _Norm:
    """Layer normalisation, in place."""

    def __init__(self, weights: dict[str, Any], name: str) -> None:
        self._gain, self._bias = (weights[f"{name}LayerNorm.{part}"] for part in ("weight", "bias"))

    def __call__(self, state: "Vectors") -> "Vectors":
        import numpy as np

        state -= state.mean(1, keepdims=True)
        variance = np.einsum("ij,ij->i", state, state)[:, None] / np.float32(WIDTH)
        state /= np.sqrt(variance + np.float32(1e-12))
        state *= self._gain
        state += self._bias
        return state


class _Layer:
    """One of BERT's layers."""

    def __init__(self, weights: dict[str, Any], name: str) -> None:
        import numpy as np

        scale = np.float32(HEAD_WIDTH**-0.5)
        parts = [_linear(weights, f"{name}attention.self.{part}") for part in _QKV]
        parts[0] = parts[0][0] * scale, parts[0][1] * scale
        self._qkv = np.concatenate([w for w, _ in parts], 1), np.concatenate([b for _, b in parts])
        self._out = _linear(weights, f"{name}attention.output.dense")
        self._out_norm = _Norm(weights, f"{name}attention.output.")
        self._up = _linear(weights, f"{name}intermediate.dense")
        self._down = _linear(weights, f"{name}output.dense")
        self._down_norm = _Norm(weights, f"{name}output.")

    def __call__(self, state: "Vectors", spans: list[slice]) -> "Vectors":
        attended = _apply(self._out, self._attention(state, spans))
        attended += state
        state = self._out_norm(attended)
        inner = _apply(self._up, state)
        _gelu(inner)
        outer = _apply(self._down, inner)
        outer += state
        return self._down_norm(outer)

    def _attention(self, state: "Vectors", spans: list[slice]) -> "Vectors":
        import numpy as np

        heads = _apply(self._qkv, state).reshape(-1, len(_QKV), HEADS, HEAD_WIDTH)
        context = np.empty((len(state), HEADS, HEAD_WIDTH), np.float32)
        for span in spans:
            queries, keys, values = heads[span].transpose(1, 2, 0, 3)
            weights = queries @ keys.transpose(0, 2, 1)
            weights -= weights.max(2, keepdims=True)
            np.exp(weights, out=weights)
            # Divided after the product: HEAD_WIDTH numbers a row instead of one for each token.
            seen = weights @ values
            seen /= weights.sum(2, keepdims=True)
            context[span] = seen.transpose(1, 0, 2)
        return context.reshape(-1, WIDTH)


_QKV = ("query", "key", "value")


def _linear(weights: dict[str, Any], name: str) -> tuple[Any, Any]:
    """Matrix as BLAS reads it fastest, and bias."""
    import numpy as np

    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def _apply(linear: tuple[Any, Any], state: "Vectors") -> "Vectors":
    matrix, bias = linear
    out: Vectors = state @ matrix
    out += bias
    return out


def _gelu(numbers: "Vectors") -> None:
    """x/2 · (1 + erf(x/√2)), in place."""
    import numpy as np

    flat = numbers.reshape(-1)
    bound, half = np.float32(GELU_BOUND**2), np.float32(0.5)
    first, *middle, last = (np.float32(factor) for factor in GELU)
    for start in range(0, flat.size, GELU_BLOCK):
        block = flat[start : start + GELU_BLOCK]
        # Beyond the bound the polynomial would turn round; tanh is 1 there.
        square = np.minimum(block * block, bound)
        power = square * first
        for factor in middle:
            power += factor
            power *= square
        power += last
        power *= block
        np.tanh(power, out=power)
        power += np.float32(1)
        block *= half
        block *= power


def _one_thread_each() -> None:
    """Keep OpenBLAS from waiting in circles for its own threads on a machine with other work.

    For good, not around each call: the number belongs to the process, and callers overlap.
    """
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    ThreadpoolController().select(internal_api="openblas").limit(limits=1)
