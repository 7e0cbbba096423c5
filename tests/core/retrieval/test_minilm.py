"""The numpy embedder against the library it stands in for, with the real weights."""

import json
import math
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from core.errors import UsageError
from core.retrieval import minilm
from core.retrieval.minilm import BATCH_TOKENS, INSTALL, MiniLM
from core.retrieval.minilm_network import MAX_TOKENS, _gelu

ROOT = Path(__file__).parents[3]
TEXTS = [
    "The cat sleeps on the mat.",
    "What is the leave policy for new employees?",
    "고양이가 창문 앞에서 햇볕을 쬐고 있다.",
    "Mixed 한국어 and English, with naïve café, 東京 and Ελλάδα",
    "🐈‍⬛ 🇰🇷 👩🏽‍🚀 emoji",
    "",
    " \n\t ",
    "null \0 and half \ud800 of a pair",
    "word " * 5000,
    "가나다라마바사 " * 800,
    "x" * 300,
    "a",
]


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM()


@pytest.fixture
def copied(embedder: MiniLM, tmp_path: Path) -> Path:
    folder = embedder._folder()
    assert folder
    for name in minilm.HASHES:
        shutil.copy(folder / name, tmp_path)
    return tmp_path


def test_vectors_are_those_of_sentence_transformers(embedder: MiniLM) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    from core.text import clean

    model = sentence_transformers.SentenceTransformer(str(embedder._folder()), device="cpu")
    theirs = model.encode([clean(text) for text in TEXTS], show_progress_bar=False)
    ours = embedder.embed(TEXTS)
    assert ours.vectors.shape == (len(TEXTS), 384)
    assert ours.vectors.dtype == np.float32
    assert np.abs(ours.vectors - theirs).max() < 1e-5
    assert np.allclose(np.linalg.norm(ours.vectors, axis=1), 1, atol=1e-6)


def test_meaning_is_nearer_than_words(embedder: MiniLM) -> None:
    question, answer, decoy = embedder.embed(
        ["How do I get my money back?", "Refunds are paid within a week.", "Money does not grow."]
    ).vectors
    assert question @ answer > question @ decoy


def test_the_company_of_other_texts_does_not_matter(embedder: MiniLM) -> None:
    together = embedder.embed(TEXTS).vectors
    alone = np.concatenate([embedder.embed([text]).vectors for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-6


def test_many_texts_come_back_in_their_order(embedder: MiniLM) -> None:
    texts = [f"number {n % 7}" for n in range(2 * BATCH_TOKENS + 5)]
    vectors = embedder.embed(texts).vectors
    seven = embedder.embed(texts[:7]).vectors
    assert np.abs(vectors - seven[np.arange(len(texts)) % 7]).max() < 1e-6


def test_memory_is_bounded_however_long_the_texts(embedder: MiniLM) -> None:
    texts = ["a long text " * 20_000] * 30 + ["short"] * 3000
    batches = list(minilm._batches(embedder._loaded(), texts))
    assert sum(map(len, batches)) == len(texts)
    assert max(sum(map(len, batch)) for batch in batches) <= BATCH_TOKENS
    assert max(len(ids) for batch in batches for ids in batch) == MAX_TOKENS


def test_no_texts_are_no_vectors(embedder: MiniLM) -> None:
    made = embedder.embed([])
    assert made.vectors.shape == (0, 384)
    assert (made.tokens, made.usd) == (0, 0.0)


def test_tokens_are_counted_as_they_are_read(embedder: MiniLM) -> None:
    assert embedder.embed(["cat", "word " * 5000]).tokens == 3 + MAX_TOKENS


def test_what_it_is_and_reads(embedder: MiniLM) -> None:
    spec = embedder.spec
    assert (spec.id, spec.dimension, spec.max_tokens) == ("local/minilm", 384, 256)
    assert spec.available
    assert not spec.leaves_machine
    assert spec.reads("en")
    assert not spec.reads("ko")


def test_threads_load_it_once_and_get_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[Path] = []

    class Counted(minilm.Network):
        def __init__(self, folder: Path) -> None:
            loads.append(folder)
            super().__init__(folder)

    monkeypatch.setattr(minilm, "Network", Counted)
    embedder, vectors = MiniLM(), []
    threads = [
        threading.Thread(target=lambda: vectors.append(embedder.embed(TEXTS).vectors))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert len(vectors) == 6
    assert all(np.array_equal(one, vectors[0]) for one in vectors)


def test_nothing_heavy_is_loaded_and_the_package_is_not_run() -> None:
    code = (
        "import sys, json\n"
        "from core.retrieval.minilm import MiniLM\n"
        "embedder = MiniLM(); embedder.spec\n"
        "before = sorted(sys.modules)\n"
        "embedder.embed(['cat'])\n"
        "print(json.dumps([before, sorted(sys.modules)]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    before, after = (set(names) for names in json.loads(done.stdout))
    assert not {"numpy", "tokenizers", "safetensors"} & before
    assert not {"torch", "transformers", "scipy", "onnxruntime", minilm.PACKAGE} & after


@pytest.mark.parametrize("name", sorted(minilm.HASHES))
def test_a_changed_file_is_noticed_and_never_read(copied: Path, name: str) -> None:
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)
    assert_missing(MiniLM(copied))


def test_a_missing_file_is_told(copied: Path) -> None:
    (copied / "tokenizer.json").unlink()
    assert_missing(MiniLM(copied))


def test_a_file_that_changes_after_the_first_look_is_looked_at_again(copied: Path) -> None:
    embedder = MiniLM(copied)
    assert embedder.spec.available
    (copied / "tokenizer.json").write_text("{}")
    assert_missing(embedder)


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "no_such_package")
    assert_missing(MiniLM())


def assert_missing(embedder: MiniLM) -> None:
    assert not embedder.spec.available
    assert embedder.spec.missing_detail == INSTALL
    with pytest.raises(UsageError) as raised:
        embedder.embed(["cat"])
    assert raised.value.kind == "no_package"
    assert raised.value.details["command"] == INSTALL


def test_gelu_is_the_exact_one() -> None:
    numbers = np.linspace(-30, 30, 600_001, dtype=np.float32)
    exact = [x / 2 * (1 + math.erf(x / math.sqrt(2))) for x in numbers.tolist()]
    ours = numbers.copy()
    _gelu(ours)
    assert np.abs(ours - exact).max() < 2e-6
    huge = np.array([-3e38, -1e4, 0, 1e4, 3e38], np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        _gelu(huge)
    assert huge.tolist() == [0, 0, 0, 1e4, np.float32(3e38)]
