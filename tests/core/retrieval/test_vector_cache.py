"""The vector cache: what it spares, what it may lose, and what it must never cost."""

import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from core.embedding import Embedded, EmbedderSpec
from core.errors import ModelError
from core.retrieval.vector_cache import DAY_S, SLICE, VectorCache, embed_cached

ROOT = Path(__file__).parents[3]


def kept(cache: VectorCache, texts: Sequence[str]) -> list[bool]:
    return [vector is not None for vector in cache.get("a", texts)]


class Letters:
    """An embedder that counts letters, and remembers what it was asked."""

    def __init__(
        self, width: int = 4, usd: float | None = 0.5, dimension: int | None = None
    ) -> None:
        self.width, self.usd, self.dimension = width, usd, dimension
        self.asked: list[str] = []
        self.fails_after: int | None = None

    @property
    def spec(self) -> EmbedderSpec:
        return EmbedderSpec(id="test/letters", dimension=self.dimension)

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        if self.fails_after is not None and len(self.asked) >= self.fails_after:
            raise ModelError("unreachable", "gone")
        self.asked += texts
        vectors = np.array([letters(text, query, self.width) for text in texts])
        return Embedded(vectors=vectors, tokens=sum(map(len, texts)), usd=self.usd)


def letters(text: str, query: bool = False, width: int = 4) -> "np.ndarray":
    counts = np.array([text.count(letter) + 1 + query for letter in "abcdefgh"[:width]])
    return (counts / np.linalg.norm(counts)).astype(np.float32)


@pytest.fixture
def cache(tmp_path: Path) -> VectorCache:
    return VectorCache(tmp_path / "caches" / "vectors.sqlite")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "caches" / "vectors.sqlite"


def test_a_vector_comes_back_bit_for_bit(cache: VectorCache) -> None:
    vectors = np.random.default_rng(0).standard_normal((3, 384)).astype(np.float32)
    cache.put("a", ["one", "고양이", "\ud800 half"], vectors)
    one, missing, korean, half = cache.get("a", ["one", "two", "고양이", "\ud800 half"])
    assert missing is None
    assert all(np.array_equal(*pair) for pair in zip((one, korean, half), vectors, strict=True))


def test_embedders_and_questions_have_their_own_vectors(cache: VectorCache) -> None:
    cache.put("a", ["text"], np.ones((1, 2), np.float32))
    assert cache.get("b", ["text"]) == [None]
    assert cache.get("a", ["text"], query=True) == [None]


def test_more_texts_than_sqlite_takes_in_one_question(cache: VectorCache) -> None:
    texts = [f"text {n}" for n in range(2000)]
    cache.put("a", texts, np.arange(2000, dtype=np.float32)[:, None])
    assert [int(vector[0]) for vector in cache.get("a", texts) if vector is not None] == list(
        range(2000)
    )


def test_each_distinct_text_is_embedded_once(cache: VectorCache) -> None:
    embedder = Letters()
    first = embed_cached(embedder, cache, ["abc", "b", "abc"])
    assert embedder.asked == ["abc", "b"]
    assert (first.tokens, first.usd) == (4, 0.5)
    again = embed_cached(embedder, cache, ["b", "new", "abc"])
    assert embedder.asked == ["abc", "b", "new"]
    assert again.tokens == 3
    assert np.array_equal(again.vectors, [letters("b"), letters("new"), letters("abc")])
    assert again.vectors.dtype == np.float32


def test_what_is_in_the_cache_costs_nothing(cache: VectorCache) -> None:
    embedder = Letters(usd=None)
    assert embed_cached(embedder, cache, ["abc"]).usd is None
    cached = embed_cached(embedder, cache, ["abc"])
    assert (cached.tokens, cached.usd) == (0, 0.0)


def test_no_texts_are_no_vectors(cache: VectorCache) -> None:
    embedder = Letters(dimension=4)
    assert embed_cached(embedder, cache, []).vectors.shape == (0, 4)
    assert embedder.asked == []


def test_what_was_paid_for_outlives_a_failure(cache: VectorCache) -> None:
    embedder = Letters()
    embedder.fails_after = SLICE
    texts = [f"text {n}" for n in range(SLICE + 10)]
    with pytest.raises(ModelError):
        embed_cached(embedder, cache, texts)
    embedder.fails_after = None
    embed_cached(embedder, cache, texts)
    assert len(embedder.asked) == len(set(embedder.asked)) == SLICE + 10


@pytest.mark.parametrize("dimension", [None, 6])
def test_another_model_under_the_same_name_is_noticed(
    cache: VectorCache, dimension: int | None
) -> None:
    embed_cached(Letters(width=4), cache, ["abc", "b"])
    changed = Letters(width=6, dimension=dimension)
    made = embed_cached(changed, cache, ["abc", "b", "c"])
    assert np.array_equal(made.vectors, [letters(t, width=6) for t in ("abc", "b", "c")])
    embed_cached(changed, cache, ["abc", "b", "c"])
    assert len(changed.asked) == 3


def test_the_cache_stays_below_its_limit_and_forgets_what_was_used_longest_ago(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 4_000_000
    cache, now = VectorCache(path, limit), time.time()
    vectors = np.random.default_rng(0).standard_normal((250, 384)).astype(np.float32)
    cache.put("a", ["dear", "old"], vectors[:2])
    for day in range(1, 21):
        monkeypatch.setattr(time, "time", lambda day=day: now + day * (DAY_S + 1))
        assert kept(cache, ["dear"]) == [True]
        cache.put("a", [f"{day} {n}" for n in range(250)], vectors)
    assert kept(cache, ["dear", "old", "20 249"]) == [True, False, True]
    assert limit / 2 < cache.size_bytes() < limit * 1.2


def test_threads_share_it(cache: VectorCache) -> None:
    embedders = [Letters() for _ in range(8)]
    texts = [f"abc {n}" for n in range(100)]

    def ask(embedder: Letters) -> None:
        made.append(embed_cached(embedder, cache, texts).vectors)

    made: list[np.ndarray] = []
    threads = [threading.Thread(target=ask, args=(embedder,)) for embedder in embedders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(vectors, made[0]) for vectors in made)
    assert len(made) == 8
    assert all(vector is not None for vector in cache.get("test/letters", texts))


def test_processes_share_it(cache: VectorCache, path: Path) -> None:
    code = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from core.retrieval.vector_cache import VectorCache\n"
        "cache = VectorCache(Path(sys.argv[1]))\n"
        "for n in range(20):\n"
        "    cache.put('a', [f'{sys.argv[2]} {n}'], np.ones((1, 8), np.float32))\n"
    )
    command = [sys.executable, "-c", code, str(path)]
    started = [subprocess.Popen([*command, name], cwd=ROOT) for name in "xyz"]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert all(kept(cache, [f"{name} {n}" for name in "xyz" for n in range(20)]))


@pytest.mark.parametrize(
    "content", [b"no database at all" * 99, b"SQLite format 3\0" + b"\7" * 9000]
)
def test_a_broken_file_is_put_aside(cache: VectorCache, path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    embedder = Letters()
    assert np.array_equal(embed_cached(embedder, cache, ["abc"]).vectors, [letters("abc")])
    embed_cached(embedder, cache, ["abc"])
    embed_cached(embedder, cache, ["abc"])
    assert len(embedder.asked) <= 2
    assert path.with_name(f"{path.name}.broken").read_bytes() == content


def test_another_programs_database_is_put_aside(cache: VectorCache, path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE vectors (name TEXT)")
    for _ in range(2):
        cache.put("a", ["text"], np.ones((1, 2), np.float32))
    assert kept(cache, ["text"]) == [True]


def test_a_file_damaged_in_the_middle_is_made_anew(cache: VectorCache, path: Path) -> None:
    texts = [f"text {n}" for n in range(500)]
    cache.put("a", texts, np.ones((500, 384), np.float32))
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    embedder = Letters()
    for _ in range(3):
        made = embed_cached(embedder, cache, ["abc"])
        assert np.array_equal(made.vectors, [letters("abc")])
    assert embedder.asked.count("abc") <= 2


def test_a_locked_cache_costs_only_the_caching(cache: VectorCache, path: Path) -> None:
    embedder = Letters()
    embed_cached(embedder, cache, ["abc"])
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        made = embed_cached(embedder, cache, ["abc", "new"])
    assert np.array_equal(made.vectors, [letters("abc"), letters("new")])
    assert embedder.asked == ["abc", "new"], "readers do not wait for a writer"


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_costs_only_the_caching(cache: VectorCache, path: Path) -> None:
    embedder = Letters()
    embed_cached(embedder, cache, ["abc"])
    texts = [f"text {n}" for n in range(400)]
    with full_disk(path.stat().st_size):
        made = embed_cached(embedder, cache, [*texts, "abc"])
    assert np.array_equal(made.vectors, [*map(letters, texts), letters("abc")])
    embed_cached(embedder, cache, ["abc"])
    assert np.array_equal(cache.get("test/letters", ["abc"]), [letters("abc")])
    assert not path.with_name(f"{path.name}.broken").exists()


def test_a_folder_that_cannot_be_made_costs_only_the_caching(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = VectorCache(tmp_path / "file" / "vectors.sqlite")
    assert np.array_equal(embed_cached(Letters(), cache, ["abc"]).vectors, [letters("abc")])
    assert cache.size_bytes() == 0
