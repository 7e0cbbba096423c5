"""Converted models and adapters answer in llama.cpp as they do in transformers and PEFT."""

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from core.lora.gguf_adapter import write_adapter_gguf
from core.lora.gguf_model import write_model_gguf
from core.models.local_process import READY

torch = pytest.importorskip("torch")
pytest.importorskip("peft")

from gguf import GGUFReader, TokenType  # noqa: E402

from tests.core.lora.random_models import (  # noqa: E402
    CASES,
    END,
    SPECIAL,
    TEXTS,
    Saved,
    save_random,
)

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning"),  # PEFT's own
]
ROOT = Path(__file__).parents[3]
PROMPTS = (
    "The cat sits on the mat",
    "모델은 답변을 만들고",
    "They'll ask 2026 times,\n\n   won't they?",
    "<|user|>hello 안녕 🙂<|end|><|assistant|>",
)
NEW_TOKENS = 12
TIE = 0.02
"""llama.cpp rounds activations to 16 bits: logits of random weights closer than this may swap.

Measured: at most 0.006 with its defaults; 0.000003 with float32 weights and cache and without
flash attention. A wrong tensor costs about 1.
"""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A model in PEFT and, with its adapter, in llama.cpp."""

    saved: Saved
    file: Path
    url: str

    def post(self, path: str, **body) -> dict:
        key = {"Authorization": "Bearer k"}
        return httpx.post(f"{self.url}{path}", json=body, headers=key, timeout=60).json()

    def written(self, ids: list[int], scale: float) -> list[int]:
        """What llama.cpp writes."""
        answer = self.post(
            "/completion",
            prompt=ids,
            n_predict=NEW_TOKENS,
            temperature=0,
            ignore_eos=True,
            return_tokens=True,
            lora=[{"id": 0, "scale": scale}],
            cache_prompt=False,  # its cache in memory does not look at the scales
        )
        return answer["tokens"]

    def regret(self, ids: list[int], written: list[int], scale: float) -> float:
        """How far the written tokens lie below PEFT's likeliest, at worst, in deviations."""
        with torch.no_grad(), nullcontext() if scale else self.saved.model.disable_adapter():
            logits = self.saved.model(torch.tensor([ids + written])).logits[0, len(ids) - 1 : -1]
        logits[:, END] = -math.inf
        chosen = logits.gather(1, torch.tensor(written)[:, None])[:, 0]
        spread = logits[:, END + 1 :].std(dim=1)
        return float(((logits.max(dim=1).values - chosen) / spread).max())


@pytest.fixture(scope="module", params=CASES)
def pair(request, tmp_path_factory) -> Iterator[Pair]:
    home = tmp_path_factory.mktemp(request.param)
    saved = save_random(CASES[request.param], home)
    write_model_gguf(saved.folder, home / "model.gguf")
    write_adapter_gguf(saved.adapter, saved.config, home / "adapter.gguf")
    with subprocess.Popen(
        [sys.executable, "-m", "core.models.local_process"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield Pair(saved=saved, file=home / "model.gguf", url=started(process, home))
        process.kill()


def started(process: subprocess.Popen, home: Path) -> str:
    options = {
        "path": str(home / "model.gguf"),
        "name": "model",
        "api_key": "k",
        "sampling": None,
        "adapters": [str(home / "adapter.gguf")],
        "parallel": 1,
        "context": 512,
        "gpu_layers": 0,
        "threads": 1,
    }
    process.stdin.write(json.dumps(options) + "\n")
    process.stdin.flush()
    log = []
    for line in process.stdout:
        if line.startswith(READY):
            return line.removeprefix(READY).strip()
        log.append(line)
    raise AssertionError("".join(log[-20:]))


def test_both_read_the_same_tokens(pair):
    for text in (*PROMPTS, *TEXTS):
        read = pair.post("/tokenize", content=text, add_special=True)["tokens"]
        assert read == pair.saved.tokenizer.encode(text)
    messages = [{"role": "user", "content": "hello"}]
    written = pair.post("/apply-template", messages=messages)["prompt"]
    assert written == pair.saved.tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=True
    )


@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_both_write_the_same_tokens(pair, scale):
    for text in PROMPTS:
        ids = pair.saved.tokenizer.encode(text)
        written = pair.written(ids, scale)
        assert len(written) == NEW_TOKENS
        assert pair.regret(ids, written, scale) < TIE, text


def test_the_adapter_changes_the_answer(pair):
    ids = pair.saved.tokenizer.encode(PROMPTS[0])
    assert pair.regret(ids, pair.written(ids, 1.0), 0.0) > TIE


def test_the_file_says_which_tokens_are_special(pair):
    fields = GGUFReader(pair.file).fields
    kinds = fields["tokenizer.ggml.token_type"].contents()
    assert kinds[: len(SPECIAL)] == [TokenType.CONTROL] * len(SPECIAL)
    assert fields["tokenizer.ggml.eos_token_id"].contents() == END
    assert fields["tokenizer.ggml.padding_token_id"].contents() == 0


def test_rows_without_a_token_are_unused(pair):
    fields = GGUFReader(pair.file).fields
    kinds = fields["tokenizer.ggml.token_type"].contents()
    assert kinds.count(TokenType.UNUSED) == len(kinds) - len(pair.saved.tokenizer)


def test_a_tied_output_is_written_once(pair):
    names = [tensor.name for tensor in GGUFReader(pair.file).tensors]
    tied = pair.saved.model.config.tie_word_embeddings
    assert ("output.weight" in names) is not tied
