"""Two processes train, write check-points that can be read by anyone, and go on where they were."""

import json
import math
import shutil
import sys
import threading
from argparse import Namespace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

from core.lora.base import EMBEDDED_FOLDER, hash_of, weight_files  # noqa: E402
from pretraining.__main__ import main  # noqa: E402
from pretraining.dialogue import START  # noqa: E402
from pretraining.export import export  # noqa: E402
from pretraining.network import hidden_states, make_config, make_network  # noqa: E402
from pretraining.train import _average, _rate, load_network  # noqa: E402

pytestmark = pytest.mark.timeout(240)
LAYERS = ("conv", "full_attention")
TOKENS, WORKERS = 512, 2
MILLIONS = 0.02
STEPS = math.ceil(MILLIONS * 1e6 / TOKENS / WORKERS)


def train(folder: Path, *, until: float, rate: float, workers: int) -> None:
    options = {"--until": until, "--rate": rate, "--tokens": TOKENS, "--workers": workers}
    arguments = [str(part) for option in options.items() for part in option]
    with pytest.MonkeyPatch.context() as patch:
        command = ["pretraining", "train", str(folder), *arguments, "--layers", *LAYERS]
        patch.setattr(sys, "argv", command)
        main()


def state_of(folder: Path) -> dict:
    return json.loads((folder / "state.json").read_text())


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """A folder after a few steps; its tokenizer is the shipped one, which is quicker."""
    folder = tmp_path_factory.mktemp("run")
    shutil.copy(EMBEDDED_FOLDER / "tokenizer.json", folder)
    train(folder, until=MILLIONS, rate=1e-3, workers=WORKERS)
    return folder


def test_a_check_point_is_safetensors_of_the_network(run):
    assert {path.name for path in run.iterdir()} == {
        *("optimizer.safetensors", "state.json", "tokenizer.json", "weights.safetensors")
    }
    fresh = make_network(
        make_config(Tokenizer.from_file(str(run / "tokenizer.json")).get_vocab_size(), LAYERS),
        seed=1,
    )
    weights = load_file(run / "weights.safetensors")
    assert {n: w.shape for n, w in weights.items()} == {
        n: w.shape for n, w in fresh.named_parameters()
    }
    assert all(weight.isfinite().all() for weight in weights.values())
    unmoved = [n for n, w in fresh.named_parameters() if torch.equal(w, weights[n])]
    assert unmoved == []
    assert state_of(run)["step"] == STEPS
    loaded = load_network(run, LAYERS)
    assert all(torch.equal(w, weights[n]) for n, w in loaded.named_parameters())


def test_training_goes_on_from_the_check_point(run, tmp_path):
    """With a rate of zero only the optimizer moves: the weights must be those of before."""
    folder = shutil.copytree(run, tmp_path / "later")
    before = state_of(run)
    train(folder, until=before["millions"] + 3.5 * TOKENS / 1e6, rate=0, workers=1)
    after = state_of(folder)
    assert after["step"] == before["step"] + 4
    assert after["millions"] == pytest.approx(before["millions"] + 4 * TOKENS / 1e6)
    weights, later = (load_file(at / "weights.safetensors") for at in (run, folder))
    assert weights.keys() == later.keys()
    assert all(torch.equal(weight, later[name]) for name, weight in weights.items())
    moments = load_file(folder / "optimizer.safetensors")
    steps = {int(value) for name, value in moments.items() if name.endswith(".step")}
    assert steps == {after["step"]}


def test_a_run_is_exported_as_a_model_that_others_read(run, tmp_path):
    out = tmp_path / "out"
    export(Namespace(folder=str(run), out=str(out), layers=list(LAYERS)))
    model = AutoModelForCausalLM.from_pretrained(out, dtype=torch.float32).eval()
    trained = load_network(run, LAYERS)
    for name, weight in trained.named_parameters():
        assert torch.equal(model.get_parameter(name), weight.to(torch.bfloat16).float()), name
    tokenizer = AutoTokenizer.from_pretrained(out)
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": "값은?"}], add_generation_prompt=True, return_tensors="pt"
    )["input_ids"]
    assert ids[0, 0] == START
    with torch.no_grad():
        torch.testing.assert_close(
            model.model(ids)[0], hidden_states(model, ids), atol=1e-4, rtol=1e-4
        )
    assert (out / "narani.gguf").read_bytes()[:4] == b"GGUF"
    assert (out / "narani.gguf.base").read_text().strip() == hash_of(weight_files(out))
    tasks = [json.loads(line) for line in (out / "tasks.jsonl").read_text("utf-8").splitlines()]
    assert {task["use"] for task in tasks} == {"replay", "check"}
    assert {task["task"] for task in tasks} == {"unknown", "talk", "passage"}
    assert all(task["question"] and task["answer"] for task in tasks)


def test_processes_go_on_from_the_mean_of_their_weights():
    """Threads stand in for processes."""
    models = [make_network(make_config(40, ("conv",)), seed) for seed in (1, 2, 3)]
    vectors = [torch.nn.utils.parameters_to_vector(model.parameters()) for model in models]
    mean = torch.stack(vectors).mean(0).detach()
    shared, barrier = torch.zeros(3, mean.numel()), threading.Barrier(3, timeout=20)
    threads = [
        threading.Thread(target=_average, args=(model, shared, worker, barrier))
        for worker, model in enumerate(models)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for model in models:
        torch.testing.assert_close(
            torch.nn.utils.parameters_to_vector(model.parameters()).detach(), mean
        )


def test_the_rate_warms_up_holds_and_falls():
    options = Namespace(rate=1e-3, until=10, anneal=4)
    assert _rate(options, 0, 0) == pytest.approx(1e-3 / 40)
    assert _rate(options, 39, 1) == _rate(options, 5000, 6) == pytest.approx(1e-3)
    assert _rate(options, 5000, 8) == pytest.approx(5e-4)
    assert _rate(options, 5000, 9.9999) == pytest.approx(5e-5)
    options.anneal = 0
    assert _rate(options, 5000, 9.9999) == pytest.approx(1e-3)
