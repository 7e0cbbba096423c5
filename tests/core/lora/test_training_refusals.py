"""What a training is refused for, before anything is started."""

import json
import shutil
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

for package in ("torch", "peft", "trl"):
    pytest.importorskip(package)

from core.cli import main  # noqa: E402
from core.errors import UsageError  # noqa: E402
from core.example import Example  # noqa: E402
from core.example_set import ExampleSet, make_set  # noqa: E402
from core.lora import trainings as module  # noqa: E402
from core.lora.base import EMBEDDED, EMBEDDED_FOLDER, base_folder, bases_in, describe  # noqa: E402
from core.lora.trainings import Plan, Trainings  # noqa: E402
from core.training import LIMITS, TrainSettings  # noqa: E402
from tests.core.lora.training_parts import box_set, boxes, open_trainings  # noqa: E402

SETTINGS = TrainSettings()
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def trainings(tmp_path) -> Iterator[Trainings]:
    trainings = open_trainings(tmp_path)
    yield trainings
    trainings.close()


@pytest.fixture
def base(tmp_path) -> Path:
    """A folder like the embedded model's, to be spoilt."""
    folder = tmp_path / "bases" / "copy"
    folder.mkdir(parents=True)
    for file in EMBEDDED_FOLDER.iterdir():
        if file.suffix != ".gguf":
            (folder / file.name).symlink_to(file)
    return folder


def planned(trainings: Trainings, examples: ExampleSet | None = None, base: str = EMBEDDED) -> Plan:
    return trainings.plan(examples or box_set(), base, SETTINGS)


def refused(trainings: Trainings, plan: Plan, name: str = "new", **options) -> UsageError:
    with pytest.raises(UsageError) as caught:
        trainings.start(plan, name, **options)
    assert trainings.jobs() == []
    return caught.value


SPOILT = {
    "too_few": boxes(3),
    "one_label": [Example(question=e.question, answer="Mina") for e in boxes()],
    "too_long": [*boxes(), Example(question="How long?", answer="아" * 50_001)],
    "empty": [*boxes(), Example(question="Who?", answer=" ")],
}


@pytest.mark.parametrize("kind", SPOILT)
@pytest.mark.parametrize("override", [False, True])
def test_a_set_nothing_can_be_learnt_from_is_refused_whoever_insists(trainings, kind, override):
    error = refused(trainings, planned(trainings, make_set("s", SPOILT[kind])), override=override)
    assert (error.kind, error.details["findings"]) == ("set_refused", kind)


def test_a_set_that_is_tested_on_what_it_learnt_is_refused_until_somebody_insists(trainings):
    tested = [box_set().train[0].example]
    plan = trainings.plan(box_set(), EMBEDDED, SETTINGS, tested_elsewhere=tested)
    error = refused(trainings, plan)
    assert (error.kind, error.details["findings"]) == ("set_refused", "leak")


NAMES = ["", " ", "a b", "../up", "a/b", ".hidden", "-x", "x" * 61, "dot.", "new\nline", "a\0b"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_that_is_no_folder_is_refused(trainings, name):
    assert refused(trainings, planned(trainings), name).kind == "bad_adapter"


@pytest.mark.parametrize("name", LIMITS)
def test_a_setting_beyond_its_limits_is_refused_and_named(trainings, name):
    low, high = LIMITS[name]
    for value in (low - 1, high + 1, 4096 * high + 1, float("nan"), "8", None, True):
        with pytest.raises(UsageError) as caught:
            trainings.plan(box_set(), EMBEDDED, replace(SETTINGS, **{name: value}))
        assert caught.value.kind == "bad_training"
        assert caught.value.details["setting"] == name


@pytest.mark.parametrize("rank", [0, 4096])
def test_a_rank_of_nothing_or_thousands_is_refused(trainings, rank):
    with pytest.raises(UsageError, match="rank"):
        trainings.plan(box_set(), EMBEDDED, replace(SETTINGS, rank=rank))


@pytest.mark.parametrize(
    "model", ["nowhere", "/nowhere", "../..", "", "~no-such-user/model", "a\0b"]
)
def test_a_base_that_is_not_there_is_refused(trainings, model):
    with pytest.raises(UsageError) as caught:
        trainings.plan(box_set(), model, SETTINGS)
    assert caught.value.kind == "bad_training"
    assert caught.value.details["setting"] == "base"


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.pth", "model.pkl"])
def test_a_base_of_pickles_is_not_opened(trainings, base, name):
    (base / "model.safetensors").rename(base / name)
    with pytest.raises(UsageError) as caught:
        planned(trainings, base="copy")
    assert (caught.value.kind, caught.value.details["file"]) == ("unsafe_file", name)


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json"])
def test_a_base_without_a_tokenizer_is_refused(trainings, base, name):
    (base / name).unlink()
    with pytest.raises(UsageError) as caught:
        trainings.start(planned(trainings, base="copy"), "new")
    assert caught.value.kind == "bad_training"
    assert trainings.jobs() == []


def test_a_base_without_a_chat_template_is_refused(trainings, base):
    (base / "chat_template.jinja").unlink()
    with pytest.raises(UsageError) as caught:
        trainings.start(planned(trainings, base="copy"), "new")
    assert caught.value.kind == "bad_training"
    assert trainings.jobs() == []


HEADERS = {
    "empty": b"",
    "short": b"\x05",
    "endless": b"\xff" * 8,
    "cut": (1000).to_bytes(8, "little") + b"{",
    "list": (2).to_bytes(8, "little") + b"[]",
    "no shape": (10).to_bytes(8, "little") + b'{"a": {}} ',
    "no tensor": (8).to_bytes(8, "little") + b'{"a": 1}',
    "noise": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("kind", HEADERS)
def test_a_broken_weight_file_is_refused_and_not_a_traceback(trainings, base, kind):
    (base / "model.safetensors").unlink()
    (base / "model.safetensors").write_bytes(HEADERS[kind])
    with pytest.raises(UsageError) as caught:
        planned(trainings, base="copy")
    assert caught.value.kind == "bad_training"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "1", '{"hidden_size": "wide", "num_hidden_layers": 1, "vocab_size": 2}'],
)
def test_a_broken_configuration_is_refused_and_not_a_traceback(trainings, base, text):
    (base / "config.json").unlink()
    (base / "config.json").write_text(text)
    with pytest.raises(UsageError) as caught:
        planned(trainings, base="copy")
    assert caught.value.kind == "bad_training"


def test_too_little_memory_is_said_before_and_refused(trainings, monkeypatch):
    monkeypatch.setattr(module, "free_memory", lambda: 300 << 20)
    plan = planned(trainings)
    assert not plan.estimate.fits
    error = refused(trainings, plan)
    assert (error.kind, error.details["setting"]) == ("bad_training", "memory")
    assert "300 MB" in str(error)


def test_memory_that_nobody_knows_is_no_reason_to_refuse(trainings, monkeypatch):
    monkeypatch.setattr(module, "free_memory", lambda: None)
    assert planned(trainings).estimate.fits


def test_a_full_disk_is_refused(trainings, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9 - 2**20, 2**20))
    error = refused(trainings, planned(trainings))
    assert (error.kind, error.details["free_mb"]) == ("no_space", 1)


def test_without_the_packages_of_training_the_command_is_said(trainings, monkeypatch):
    plan = planned(trainings)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    error = refused(trainings, plan)
    assert error.kind == "no_lora_package"
    assert error.details["command"] == "pip install -r requirements-lora.txt"
    assert "trl" in error.details["packages"]


def test_a_base_is_described_without_being_loaded():
    info = describe(EMBEDDED, EMBEDDED_FOLDER)
    config = json.loads((EMBEDDED_FOLDER / "config.json").read_text())
    assert (info.hidden, info.layers) == (config["hidden_size"], config["num_hidden_layers"])
    assert info.architecture == "Lfm2ForCausalLM"
    assert info.convertible
    assert info.trainable(8) == 8 * info.trainable(1) > 0


def test_bases_are_the_embedded_model_and_folders_of_the_data_folder(trainings, base):
    assert bases_in(trainings.bases_folder) == [EMBEDDED, "copy"]
    assert base_folder("copy", trainings.bases_folder) == base
    assert base_folder(str(base), Path("/nowhere")) == base


@pytest.mark.parametrize(
    "arguments",
    [
        ["--settings", '{"rank": 0}'],
        ["--settings", '{"rank": 4096}'],
        ["--settings", '{"speed": 1}'],
        ["--settings", '{"learning_rate": NaN}'],
        ["--settings", "rank=8"],
        ["--settings", "[8]"],
        ["--settings", "8"],
        ["--base", "/nowhere"],
        ["--name", "a b"],
    ],
    ids=" ".join,
)
def test_bad_settings_in_the_shell_are_exit_2_and_a_sentence(
    tmp_path, monkeypatch, capsys, arguments
):
    monkeypatch.setenv("NARANI_HOME", str(tmp_path))
    file = tmp_path / "boxes.jsonl"
    file.write_text("".join(json.dumps(e.to_json()) + "\n" for e in boxes()))
    assert main(["train", str(file), "--name", "new", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[-1].startswith("error: ")
    assert not (tmp_path / "adapters").exists()
