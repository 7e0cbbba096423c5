"""Models of sentence-transformers: tiny real ones, from a folder and from a real server."""

import builtins
import importlib.util
import json
import pickle
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelError, UsageError
from core.retrieval.hub_models import INSTALL, HubEmbedder, HubReranker
from tests.servers import hub as hub_server

pytest.importorskip("sentence_transformers")

WORDS = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] query passage : cats sleep on mats stocks fell today a".split()
)
TEXTS = ["Cats sleep on mats", "stocks fell today", "", "고양이 🐈"]


def write_parts(folder: Path, labels: int | None = None) -> Path:
    """A BERT with random weights; with a head when it has labels."""
    import torch
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        BertModel,
        BertTokenizer,
    )

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        num_labels=labels or 1,
    )
    model = BertForSequenceClassification(config) if labels else BertModel(config)
    model.save_pretrained(folder)
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    BertTokenizer(vocab=vocabulary, model_max_length=64).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedder with a prompt for questions, and a reranker."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    folder = tmp_path_factory.mktemp("models")
    network = Transformer(str(write_parts(folder / "bert")))
    embedder = SentenceTransformer(
        modules=[network, Pooling(16)], prompts={"query": "query : "}, device="cpu"
    )
    embedder.save(str(folder / "embedder"), create_model_card=False)
    write_parts(folder / "reranker", labels=1)
    return folder


@pytest.fixture
def models(made: Path, tmp_path: Path) -> Path:
    """Copies that a test may spoil."""
    return shutil.copytree(made, tmp_path / "models")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[hub_server.Hub]:
    """A Hub with nothing in it, and an empty cache of what was fetched."""
    from huggingface_hub import constants

    (tmp_path / "hub").mkdir()
    with hub_server.running(tmp_path / "hub") as server:
        # What HF_ENDPOINT and HF_HOME set when the library is imported.
        template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no token"))
        yield server


def test_vectors_are_those_of_the_library(made: Path) -> None:
    from sentence_transformers import SentenceTransformer

    folder = str(made / "embedder")
    theirs = SentenceTransformer(folder, device="cpu").encode(TEXTS, normalize_embeddings=True)
    ours = HubEmbedder(f"sentence-transformers/{folder}").embed(TEXTS)
    assert ours.vectors.dtype == np.float32
    assert np.abs(ours.vectors - theirs).max() < 1e-6
    assert np.allclose(np.linalg.norm(ours.vectors, axis=1), 1)
    assert ours.usd == 0


def test_a_question_gets_the_prompt_of_the_model(made: Path) -> None:
    embedder = HubEmbedder(f"sentence-transformers/{made / 'embedder'}")
    question = embedder.embed(["cats sleep"], query=True).vectors
    assert np.allclose(question, embedder.embed(["query : cats sleep"]).vectors, atol=1e-6)
    assert not np.allclose(question, embedder.embed(["cats sleep"]).vectors, atol=1e-3)


def test_e5_gets_the_prompts_it_was_trained_with(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "embedder", tmp_path / "multilingual-e5-small")
    settings = tmp_path / "multilingual-e5-small" / "config_sentence_transformers.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"prompts": {}}))
    e5 = HubEmbedder(f"sentence-transformers/{tmp_path / 'multilingual-e5-small'}")
    bare = HubEmbedder(f"sentence-transformers/{made / 'embedder'}")
    for query, mark in ((True, "query: "), (False, "passage: ")):
        wanted = bare.embed([f"{mark}cats"]).vectors
        assert np.allclose(e5.embed(["cats"], query=query).vectors, wanted, atol=1e-6)


def test_what_is_known_of_a_model_comes_with_loading_it(made: Path) -> None:
    embedder = HubEmbedder(f"sentence-transformers/{made / 'embedder'}")
    assert embedder.spec.id == f"sentence-transformers/{made / 'embedder'}"
    assert (embedder.spec.dimension, embedder.spec.max_tokens) == (None, None)
    assert embedder.embed([]).vectors.shape == (0, 16)
    assert (embedder.spec.dimension, embedder.spec.max_tokens) == (16, 64)
    assert embedder.spec.available
    assert not embedder.spec.leaves_machine


@pytest.mark.parametrize(
    ("name", "korean"),
    [
        ("all-MiniLM-L6-v2", False),
        ("BAAI/bge-small-en-v1.5", False),
        ("thenlper/gte-base", False),
        ("intfloat/e5-small-v2", False),
        ("BAAI/bge-m3", True),
        ("intfloat/multilingual-e5-small", True),
        ("paraphrase-multilingual-MiniLM-L12-v2", True),
        ("nlpai-lab/KURE-v1", True),
        ("somebody/something", True),
    ],
)
def test_languages_are_known_of_well_known_families(name: str, korean: bool) -> None:
    spec = HubEmbedder(f"sentence-transformers/{name}").spec
    assert spec.reads("en")
    assert spec.reads("ko") is korean


def test_threads_may_share_a_model(made: Path) -> None:
    embedder = HubEmbedder(f"sentence-transformers/{made / 'embedder'}")
    vectors: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: vectors.append(embedder.embed(TEXTS * 3).vectors))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(vectors) == 6
    assert all(np.allclose(one, vectors[0], atol=1e-6) for one in vectors)


def test_a_reranker_scores_each_text_as_the_library_does(made: Path) -> None:
    from sentence_transformers import CrossEncoder

    reranker = HubReranker(f"sentence-transformers/{made / 'reranker'}")
    theirs = CrossEncoder(str(made / "reranker"), device="cpu").predict(
        [("cats", text) for text in TEXTS]
    )
    assert reranker.rank("cats", TEXTS) == pytest.approx(theirs.tolist(), abs=1e-6)
    assert reranker.rank("cats", []) == []


def test_an_embedder_is_no_reranker(made: Path) -> None:
    with pytest.raises(ModelError, match="no cross-encoder") as raised:
        HubReranker(f"sentence-transformers/{made / 'bert'}").rank("cats", TEXTS)
    assert raised.value.kind == "runtime"


def test_a_classifier_is_no_reranker(tmp_path: Path) -> None:
    folder = write_parts(tmp_path / "classifier", labels=3)
    with pytest.raises(ModelError, match="3 numbers"):
        HubReranker(f"sentence-transformers/{folder}").rank("cats", TEXTS)


def test_a_model_is_fetched_once_and_then_works_offline(
    made: Path, hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    shutil.copytree(made / "embedder", hub.root / "someone" / "tiny")
    (hub.root / "someone" / "tiny" / "modeling.py").write_text("raise SystemExit")
    (hub.root / "someone" / "tiny" / "pytorch_model.bin").write_bytes(b"pickle")
    fetched = HubEmbedder("sentence-transformers/someone/tiny").embed(TEXTS).vectors
    here = HubEmbedder(f"sentence-transformers/{made / 'embedder'}").embed(TEXTS).vectors
    assert np.allclose(fetched, here, atol=1e-6)
    assert "model.safetensors" in hub.fetched
    assert not {"modeling.py", "pytorch_model.bin"} & set(hub.fetched)
    count = len(hub.fetched)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    again = HubEmbedder("sentence-transformers/someone/tiny").embed(TEXTS).vectors
    assert np.allclose(fetched, again, atol=1e-6)
    assert len(hub.fetched) == count


def test_a_name_without_an_owner_is_one_of_sentence_transformers(
    made: Path, hub: hub_server.Hub
) -> None:
    shutil.copytree(made / "embedder", hub.root / "sentence-transformers" / "tiny")
    assert HubEmbedder("sentence-transformers/tiny").embed(["cats"]).vectors.shape == (1, 16)


def test_a_private_model_wants_the_token(
    made: Path, hub: hub_server.Hub, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(made / "reranker", hub.root / "private" / "tiny")
    with pytest.raises(ModelError) as raised:
        HubReranker("sentence-transformers/private/tiny", "hf_wrong_secret").rank("cats", ["mats"])
    assert raised.value.kind == "unknown_model"
    assert "secret" not in f"{raised.value} {raised.value.details} {caplog.text}"
    assert len(HubReranker("sentence-transformers/private/tiny", "hf_ok").rank("a", ["a"])) == 1
    assert hub.tokens == {"Bearer hf_wrong_secret", "Bearer hf_ok"}


@pytest.mark.parametrize(
    ("repo", "kind"),
    [
        ("nobody/nothing", "unknown_model"),
        ("not/a/name", "unknown_model"),
        ("gated/model", "forbidden"),
        ("broken/model", "unreachable"),
    ],
)
def test_what_cannot_be_fetched_is_told(hub: hub_server.Hub, repo: str, kind: str) -> None:
    with pytest.raises(ModelError) as raised:
        HubEmbedder(f"sentence-transformers/{repo}").embed(["cats"])
    assert raised.value.kind == kind
    assert raised.value.details["model"] == repo


def test_no_network_is_told(hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError) as raised:
        HubEmbedder("sentence-transformers/someone/tiny").embed(["cats"])
    assert raised.value.kind == "unreachable"
    assert raised.value.details["url"] == "http://127.0.0.1:9"


class Exploding:
    """What a hostile pickle does."""

    def __reduce__(self) -> tuple[object, ...]:
        return (exec, ("import builtins; builtins.exploded = True",))


def spoil_with_pickle(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Exploding()))


def spoil_with_pickled_part(folder: Path) -> None:
    modules = json.loads((folder / "modules.json").read_text())
    dense = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    (folder / "modules.json").write_text(json.dumps([*modules, dense]))
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(pickle.dumps(Exploding()))


def spoil_with_own_module(folder: Path) -> None:
    modules = json.loads((folder / "modules.json").read_text())
    modules[1]["type"] = "own.Module"
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "own.py").write_text("import builtins; builtins.exploded = True")


def spoil_with_auto_map(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoModel": "own.Model"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "own.py").write_text("import builtins; builtins.exploded = True")


@pytest.mark.parametrize(
    ("spoil", "file"),
    [
        (spoil_with_pickle, "pytorch_model.bin"),
        (spoil_with_pickled_part, "pytorch_model.bin"),
        (spoil_with_own_module, "modules.json"),
        (spoil_with_auto_map, "config.json"),
    ],
)
def test_a_model_that_brings_code_is_refused(models: Path, spoil: object, file: str) -> None:
    assert callable(spoil)
    spoil(models / "embedder")
    with pytest.raises(UsageError) as raised:
        HubEmbedder(f"sentence-transformers/{models / 'embedder'}").embed(["cats"])
    assert raised.value.kind == "unsafe_file"
    assert raised.value.details["file"] == file
    assert not hasattr(builtins, "exploded")


@pytest.mark.parametrize("content", [b"", b"{}", b"\0" * 100])
def test_a_broken_model_is_told(models: Path, content: bytes) -> None:
    (models / "embedder" / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError) as raised:
        HubEmbedder(f"sentence-transformers/{models / 'embedder'}").embed(["cats"])
    assert raised.value.kind == "runtime"


@pytest.mark.parametrize("content", ["[1, 2]", "{}", "[{}]", "7", "null", "not json"])
def test_strange_settings_do_not_escape_as_a_surprise(models: Path, content: str) -> None:
    (models / "embedder" / "modules.json").write_text(content)
    with pytest.raises((ModelError, UsageError)):
        HubEmbedder(f"sentence-transformers/{models / 'embedder'}").embed(["cats"])


def test_without_the_package_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    embedder = HubEmbedder("sentence-transformers/BAAI/bge-m3")
    assert (embedder.spec.available, embedder.spec.missing_detail) == (False, INSTALL)
    with pytest.raises(UsageError) as raised:
        embedder.embed(["cats"])
    assert raised.value.kind == "no_package"
    assert raised.value.details == {"package": "sentence-transformers", "command": INSTALL}
