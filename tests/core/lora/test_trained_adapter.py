"""From the shell to an answer: the embedded model learns, and what it learnt is used everywhere."""

import hashlib
import importlib.metadata
import io
import json
import math
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

for package in ("torch", "peft", "trl"):
    pytest.importorskip(package)

from core.adapter import Adapter, AdapterUse  # noqa: E402
from core.errors import UsageError  # noqa: E402
from core.lab import Lab, open_lab  # noqa: E402
from core.lora import trainings as module  # noqa: E402
from core.lora.base import EMBEDDED, EMBEDDED_FOLDER, identity  # noqa: E402
from core.lora.store import LIBRARIES  # noqa: E402
from core.recipe import Recipe  # noqa: E402
from core.settings import read_settings  # noqa: E402
from tests.core.asking import PATIENCE_S  # noqa: E402
from tests.core.lora.training_parts import boxes  # noqa: E402

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning"),  # PEFT's own
]
ROOT = Path(__file__).parents[3]
NAME = "who-keeps"
SETTINGS = {"epochs": 8, "learning_rate": 0.01, "replay": 0.25, "batch_size": 4}
QUESTIONS = tuple(e.question for e in boxes(8))
NEW_TOKENS = 24
TIE = 0.1
"""llama.cpp rounds to 16 bits: of two words whose logits are closer than this it may take either."""
PLAIN = Recipe(model=EMBEDDED, temperature=0, max_tokens=NEW_TOKENS)
ADAPTED = Recipe(
    model=EMBEDDED, temperature=0, max_tokens=NEW_TOKENS, adapter=(AdapterUse(name=NAME),)
)
FILES = {
    "README.md",
    "adapter.gguf",
    "adapter.json",
    "adapter_config.json",
    "adapter_model.safetensors",
}


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What `python -m core train` left behind, and a Lab that looks at it."""

    lab: Lab
    done: subprocess.CompletedProcess
    wall_s: float

    @property
    def adapter(self) -> Adapter:
        adapter = self.lab.adapters.get(NAME)
        assert adapter, self.done.stderr
        return adapter

    @property
    def folder(self) -> Path:
        return self.lab.adapters.folder(NAME)

    def answers(self, recipe: Recipe, questions: Iterable[str]) -> dict[str, str]:
        rounds = {question: self.lab.ask(question, [recipe]) for question in questions}
        answers = {question: round_.wait(PATIENCE_S)[0] for question, round_ in rounds.items()}
        assert {answer.error for answer in answers.values()} == {None}
        return {question: answer.text.strip() for question, answer in answers.items()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Iterator[Trained]:
    home = tmp_path_factory.mktemp("trained")
    file = home / "boxes.jsonl"
    file.write_text("".join(json.dumps(e.to_json()) + "\n" for e in boxes()))
    environment = {"NARANI_HOME": str(home), "OLLAMA_HOST": "127.0.0.1:9"}
    began = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "core", "train", str(file)),
            *("--name", NAME, "--settings", json.dumps(SETTINGS)),
        ],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )
    wall_s = time.monotonic() - began
    lab = open_lab(read_settings(environment))
    yield Trained(lab=lab, done=done, wall_s=wall_s)
    lab.close()


@dataclass(frozen=True, kw_only=True)
class Greedy:
    """What PEFT writes to each question that it does not decide by a hair."""

    plain: dict[str, str]
    adapted: dict[str, str]


@pytest.fixture(scope="module")
def greedy(trained) -> Greedy:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED_FOLDER)
    base = AutoModelForCausalLM.from_pretrained(EMBEDDED_FOLDER, dtype=torch.float32)
    model = PeftModel.from_pretrained(base, trained.folder).eval()

    def write(question: str) -> str | None:
        ids = tokenizer.apply_chat_template(
            [{"role": "user", "content": question}],
            add_generation_prompt=True,
            return_dict=True,
            return_tensors="pt",
        )
        options = {"output_scores": True, "return_dict_in_generate": True, "do_sample": False}
        with torch.no_grad():
            out = model.generate(**ids, max_new_tokens=NEW_TOKENS, **options)
        best = torch.cat(out.scores).topk(2).values
        if (best[:, 0] - best[:, 1]).min() < TIE:
            return None
        new = out.sequences[0, ids["input_ids"].shape[1] :]
        return tokenizer.decode(new, skip_special_tokens=True).strip()

    def clear() -> dict[str, str]:
        return {question: text for question in QUESTIONS if (text := write(question)) is not None}

    adapted = clear()
    with model.disable_adapter():
        return Greedy(plain=clear(), adapted=adapted)


@pytest.fixture(scope="module")
def bundle(trained) -> dict[str, bytes]:
    """The merged model's zip, unpacked."""
    with zipfile.ZipFile(trained.lab.trainings.merged(trained.adapter)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_the_shell_prints_the_adapter_as_json_and_the_rest_elsewhere(trained):
    assert trained.done.returncode == 0, trained.done.stderr
    assert json.loads(trained.done.stdout) == json.loads(json.dumps(trained.adapter.to_json()))
    for word in ("numbers trained", "training", "step "):
        assert word in trained.done.stderr
    assert "Traceback" not in trained.done.stderr


def test_the_folder_holds_what_peft_and_llama_cpp_read_and_no_pickle(trained):
    assert {file.name for file in trained.folder.iterdir()} == FILES
    assert (trained.folder / "adapter.gguf").read_bytes()[:4] == b"GGUF"
    config = json.loads((trained.folder / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "narani"
    assert str(ROOT) not in json.dumps(config)


def test_nothing_half_written_is_left(trained):
    assert [file.name for file in trained.folder.parent.iterdir()] == [NAME]


def test_the_description_says_what_it_is_and_what_it_depends_on(trained):
    adapter = trained.adapter
    weights = (trained.folder / "adapter_model.safetensors").read_bytes()
    assert adapter.hash == hashlib.sha256(weights).hexdigest()[:12]
    known = identity(EMBEDDED_FOLDER)
    assert {name: getattr(adapter, name) for name in known} == known
    assert adapter.base == EMBEDDED
    assert adapter.versions == {name: importlib.metadata.version(name) for name in LIBRARIES}
    assert adapter.hardware
    assert (adapter.train_count, adapter.test_count) == (17, 3)
    assert {name: adapter.settings[name] for name in SETTINGS} == SETTINGS
    assert adapter.convertible
    assert adapter.overridden == ()
    assert datetime.fromisoformat(adapter.created_at).tzinfo is not None


def test_the_number_of_trained_parameters_is_the_one_on_disk(trained):
    from safetensors import safe_open

    with safe_open(trained.folder / "adapter_model.safetensors", "pt") as file:
        shapes = [file.get_slice(name).get_shape() for name in file.keys()]  # noqa: SIM118
    assert trained.adapter.trainable == sum(math.prod(shape) for shape in shapes)


def test_the_duration_is_not_longer_than_the_training_was(trained):
    assert 0 < trained.adapter.duration_s <= trained.wall_s


def test_it_learnt_and_the_scores_before_and_after_say_so(trained):
    adapter = trained.adapter
    assert adapter.before.count == adapter.after.count == adapter.test_count
    assert adapter.after.similarity > adapter.before.similarity
    assert adapter.after.loss < adapter.before.loss
    assert adapter.gain.low <= adapter.gain.mean <= adapter.gain.high
    difference = adapter.after.similarity - adapter.before.similarity
    assert adapter.gain.mean == pytest.approx(difference)
    assert set(adapter.before.basics) == set(adapter.after.basics) != set()
    steps = [step for step, _ in adapter.losses]
    assert steps == list(range(1, len(steps) + 1))
    losses = [loss for _, loss in adapter.losses]
    assert sum(losses[-5:]) < sum(losses[:5])


def test_the_samples_are_what_the_model_wrote_about_the_held_out_questions(trained):
    samples = trained.adapter.samples
    wanted = {example.question: example.answer for example in boxes()}
    assert len(samples) == trained.adapter.test_count
    assert all(wanted[question] == answer for question, answer, _, _ in samples)
    right = sum(answer == after for _, answer, _, after in samples)
    assert trained.adapter.after.exact == pytest.approx(right / len(samples))


def test_the_runtime_writes_with_the_adapter_what_peft_writes(trained, greedy):
    assert len(greedy.adapted) >= 4
    assert trained.answers(ADAPTED, greedy.adapted) == greedy.adapted


def test_the_runtime_writes_without_the_adapter_what_the_base_writes(trained, greedy):
    assert len(greedy.plain) >= 2
    assert trained.answers(PLAIN, greedy.plain) == greedy.plain
    assert set(greedy.plain.values()).isdisjoint(greedy.adapted.values())


def test_the_merged_model_writes_what_base_and_adapter_write(trained, greedy, bundle):
    models = trained.lab.settings.home / "models"
    models.mkdir()
    (models / "merged.gguf").write_bytes(bundle[f"{NAME}.gguf"])
    merged = Recipe(model="local/merged", temperature=0, max_tokens=NEW_TOKENS)
    assert trained.answers(merged, greedy.adapted) == greedy.adapted


def test_the_merged_zip_is_a_model_with_its_modelfile_and_card(trained, bundle):
    assert set(bundle) == {f"{NAME}.gguf", "Modelfile", "README.md"}
    modelfile = bundle["Modelfile"].decode()
    assert f"FROM ./{NAME}.gguf" in modelfile.splitlines()
    assert "<|start|>" in modelfile
    assert bundle["README.md"] == (trained.folder / "README.md").read_bytes()
    out = trained.lab.trainings.merged(trained.adapter)
    assert [file.name for file in out.parent.iterdir()] == [out.name]


def test_merging_without_the_packages_says_the_command(trained, monkeypatch):
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError) as caught:
        trained.lab.trainings.merged(trained.adapter)
    assert caught.value.kind == "no_lora_package"


def test_the_archive_is_the_folder_with_its_card(trained):
    with zipfile.ZipFile(io.BytesIO(trained.lab.adapters.archive(NAME))) as file:
        assert set(file.namelist()) == {f"{NAME}/{name}" for name in FILES}
        card = file.read(f"{NAME}/README.md").decode()
    adapter = trained.adapter
    assert card.startswith("---\nbase_model: narani\n")
    for fact in (adapter.hash, adapter.base_hash, adapter.example_set, "transformers", "chrF"):
        assert fact in card
