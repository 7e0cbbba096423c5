"""What llama.cpp would not run, or would answer differently, is refused, and nothing is left."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import UsageError
from core.lora.gguf_adapter import write_adapter_gguf
from core.lora.gguf_model import write_model_gguf

torch = pytest.importorskip("torch")
pytest.importorskip("peft")

from gguf import GGUFWriter  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

from tests.core.lora.random_models import CASES, WIDTH, Saved, save_random  # noqa: E402

pytestmark = pytest.mark.filterwarnings(  # PEFT's own
    "ignore:`is_gradient_checkpointing`:FutureWarning"
)
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def qwen2(tmp_path_factory) -> Saved:
    return save_random(CASES["qwen2"], tmp_path_factory.mktemp("qwen2"))


@pytest.fixture
def folder(qwen2, tmp_path) -> Path:
    """A copy of a convertible model, to be spoiled."""
    return Path(shutil.copytree(qwen2.folder, tmp_path / "folder"))


@pytest.fixture
def adapter(qwen2, tmp_path) -> Path:
    """A copy of a convertible adapter, to be spoiled."""
    return Path(shutil.copytree(qwen2.adapter, tmp_path / "adapter"))


def changed_json(file: Path, **changes) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def refusal(convert, *arguments) -> UsageError:
    """The error; and nothing is left behind, not even half a file."""
    out = arguments[-1]
    before = set(out.parent.iterdir())
    with pytest.raises(UsageError) as caught:
        convert(*arguments)
    assert set(out.parent.iterdir()) == before
    return caught.value


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"architectures": ["GemmaForCausalLM"]}, "only Lfm2ForCausalLM"),
        ({"architectures": None}, "only Lfm2ForCausalLM"),
        ({"use_sliding_window": True}, "sliding window"),
        ({"hidden_act": "gelu"}, "SiLU"),
        ({"rope_parameters": {"rope_type": "yarn", "factor": 4.0}}, "yarn"),
        ({"rope_parameters": None, "rope_scaling": {"type": "dynamic"}}, "dynamic"),
        ({"quantization_config": {"bits": 4}}, "quantized"),
    ],
)
def test_another_network_is_refused(folder, tmp_path, changes, reason):
    changed_json(folder / "config.json", **changes)
    error = refusal(write_model_gguf, folder, tmp_path / "out.gguf")
    assert error.kind == "not_convertible"
    assert reason in str(error.details["reason"])
    assert "Ollama and vLLM" in str(error)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model": {"type": "Unigram", "vocab": []}}, "byte-level BPE"),
        ({"normalizer": {"type": "Lowercase"}}, "normalizes"),
        ({"pre_tokenizer": None}, "byte-level BPE"),
        ({"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": True}}, "pattern"),
        (
            {
                "pre_tokenizer": {
                    "type": "Sequence",
                    "pretokenizers": [
                        {"type": "Digits", "individual_digits": True},
                        {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True},
                    ],
                }
            },
            "pattern",
        ),
    ],
)
def test_another_tokenizer_is_refused(folder, tmp_path, changes, reason):
    changed_json(folder / "tokenizer.json", **changes)
    error = refusal(write_model_gguf, folder, tmp_path / "out.gguf")
    assert (error.kind, error.details["architecture"]) == ("not_convertible", "Qwen2ForCausalLM")
    assert reason in str(error.details["reason"])


def test_an_unknown_tensor_is_refused(folder, tmp_path):
    weights = load_file(folder / "model.safetensors")
    save_file({**weights, "model.extra.weight": torch.ones(1)}, folder / "model.safetensors")
    error = refusal(write_model_gguf, folder, tmp_path / "out.gguf")
    assert "model.extra.weight" in str(error)


@pytest.mark.parametrize("content", [b"", b"no weights at all", None])
def test_broken_or_missing_weights_are_refused(folder, tmp_path, content):
    file = folder / "model.safetensors"
    file.unlink() if content is None else file.write_bytes(content)
    error = refusal(write_model_gguf, folder, tmp_path / "out.gguf")
    assert error.kind == "not_convertible"


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_pickled_weights_are_never_opened(folder, tmp_path, name):
    (folder / "model.safetensors").rename(folder / name)
    error = refusal(write_model_gguf, folder, tmp_path / "out.gguf")
    assert (error.kind, error.details["file"]) == ("unsafe_file", name)


def test_an_index_cannot_name_files_elsewhere(folder, tmp_path):
    (folder / "model.safetensors").rename(tmp_path / "secret.safetensors")
    weights = {"lm_head.weight": "../secret.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weights}))
    assert "outside" in str(refusal(write_model_gguf, folder, tmp_path / "out.gguf"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"peft_type": "IA3"}, "no LoRA"),
        ({"use_dora": True}, "DoRA"),
        ({"lora_alpha": 0}, "alpha"),
        ({"alpha_pattern": {"q_proj": 3}}, "alphas of their own"),
        ({"alora_invocation_tokens": [1, 2]}, "certain words"),
        ({"init_lora_weights": "pissa"}, "moves the base"),
    ],
)
def test_another_kind_of_adapter_is_refused(qwen2, adapter, tmp_path, changes, reason):
    changed_json(adapter / "adapter_config.json", **changes)
    error = refusal(write_adapter_gguf, adapter, qwen2.config, tmp_path / "out.gguf")
    assert error.kind == "not_convertible"
    assert reason in str(error.details["reason"])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("base_model.model.model.embed_tokens.weight", "unknown"),
        ("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector", "unknown"),
        ("base_model.model.lm_head.lora_A.weight", "tied"),
        ("base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight", "missing"),
    ],
)
def test_an_adapter_with_more_than_lora_is_refused(qwen2, adapter, tmp_path, name, reason):
    file = adapter / "adapter_model.safetensors"
    save_file({**load_file(file), name: torch.ones(4, WIDTH)}, file)
    error = refusal(write_adapter_gguf, adapter, qwen2.config, tmp_path / "out.gguf")
    assert reason in str(error.details["reason"])


def test_a_pickled_adapter_is_never_opened(qwen2, adapter, tmp_path):
    (adapter / "adapter_model.safetensors").rename(adapter / "adapter_model.bin")
    error = refusal(write_adapter_gguf, adapter, qwen2.config, tmp_path / "out.gguf")
    assert error.kind == "unsafe_file"


def test_a_full_disk_leaves_no_half_file(qwen2, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(GGUFWriter, "write_tensor_data", full)
    with pytest.raises(OSError, match="No space"):
        write_model_gguf(qwen2.folder, tmp_path / "out.gguf")
    assert list(tmp_path.iterdir()) == []


def test_importing_loads_no_giant():
    code = (
        "import core.lora.gguf_model, core.lora.gguf_adapter, sys, json;"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    giants = {"torch", "numpy", "gguf", "safetensors", "tokenizers", "transformers"}
    assert set(json.loads(done.stdout)) & giants == set()
