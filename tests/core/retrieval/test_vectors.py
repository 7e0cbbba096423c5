"""Vectors in a real Chroma: in a folder, shared by real processes, and on a real server."""

import http.server
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy
import pytest

from core.errors import StoreError, UsageError
from core.retrieval import folder_vectors
from core.retrieval.chroma_server import server_from_url
from core.retrieval.journal import Journal
from core.retrieval.matrix import Matrix
from core.retrieval.vectors import Vectors, VectorStore

ROOT = Path(__file__).parents[3]
KEY = "0123456789abcdef"
EMBEDDER = "local/minilm"
DIMENSION = 8

CHILD = """
import sys
from pathlib import Path
import numpy
from core.retrieval.vectors import VectorStore

def unit(first, count):
    found = numpy.random.default_rng(7).standard_normal((20000, 8)).astype(numpy.float32)
    return (found / numpy.linalg.norm(found, axis=1, keepdims=True))[first : first + count]

def ids(first, count):
    return [f"p{number}" for number in range(first, first + count)]

store = VectorStore(Path(sys.argv[1]))
vectors = store.collection("0123456789abcdef", "local/minilm", 8)
print("open", flush=True)
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
store.close()
"""


def unit(first: int, count: int) -> Any:
    """Rows of one fixed table of random directions; the children have the same."""
    found = numpy.random.default_rng(7).standard_normal((20000, DIMENSION)).astype(numpy.float32)
    return (found / numpy.linalg.norm(found, axis=1, keepdims=True))[first : first + count]


def ids(first: int, count: int) -> list[str]:
    return [f"p{number}" for number in range(first, first + count)]


class Child:
    """Another process with the same folder; does one statement at a time."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.heard() == "open"

    def heard(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def begin(self, statement: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()

    def do(self, statement: str) -> None:
        self.begin(statement)
        assert self.heard() == "done"

    def end(self) -> None:
        self.process.communicate(timeout=60)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    opened = VectorStore(tmp_path / "chroma")
    yield opened
    opened.close()


@pytest.fixture
def vectors(store: VectorStore) -> Vectors:
    return store.collection(KEY, EMBEDDER, DIMENSION)


@pytest.fixture
def child(tmp_path: Path, vectors: Vectors) -> Iterator[Child]:
    other = Child(tmp_path / "chroma")
    yield other
    other.end()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--path", str(folder)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            with urlopen(f"{url}/api/v2/heartbeat", timeout=5):
                break
        except OSError:
            assert process.poll() is None
            time.sleep(0.05)
    yield url
    process.terminate()
    process.wait(30)


@pytest.fixture(params=["folder", "too large for memory", "server"])
def anywhere(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[VectorStore]:
    """A store of each kind: what the next tests claim holds for all."""
    if request.param == "too large for memory":
        monkeypatch.setattr(folder_vectors, "MOST_NUMBERS", 0)
    url = request.getfixturevalue("server") if request.param == "server" else None
    opened = VectorStore(tmp_path / "chroma", url)
    yield opened
    opened.drop(KEY)
    opened.close()


def fill(vectors: Vectors, count: int = 100) -> None:
    documents = [f"d{number // 10}" for number in range(count)]
    vectors.add(ids(0, count), unit(0, count), documents)


def found(vectors: Vectors, number: int, count: int = 1) -> list[str]:
    return [one for one, _ in vectors.search(unit(number, 1)[0], count)]


def test_a_search_gives_ids_and_cosines_best_first(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    assert vectors.search(unit(0, 1)[0], 3) == []
    fill(vectors)
    cosines = unit(0, 100) @ unit(5, 1)[0]
    order = numpy.argsort(-cosines)[:10]
    hits = vectors.search(unit(5, 1)[0], 10)
    assert [one for one, _ in hits] == [f"p{place}" for place in order]
    assert [score for _, score in hits] == pytest.approx(cosines[order].tolist(), abs=1e-5)
    assert all(-1 <= score <= 1 for _, score in hits)
    assert len(vectors.search(unit(5, 1)[0], 500)) == 100


def test_lengths_do_not_count(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    vectors.add(["long", "zero"], numpy.stack([unit(0, 1)[0] * 9, unit(0, 1)[0] * 0]), ["d", "d"])
    (best, score), *_ = vectors.search(unit(0, 1)[0] * 0.1, 2)
    assert (best, score) == ("long", pytest.approx(1))
    assert numpy.allclose(vectors.get(["long"])["long"], unit(0, 1)[0], atol=1e-6)


def test_a_search_looks_only_at_the_wanted_documents(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    fill(vectors)
    hits = vectors.search(unit(5, 1)[0], 100, {"d3", "d7", "nowhere"})
    assert {one for one, _ in hits} == set(ids(30, 10) + ids(70, 10))
    assert vectors.search(unit(5, 1)[0], 3, []) == []
    many = [f"d{number}" for number in range(12_000)]
    assert vectors.search(unit(5, 1)[0], 3, many)[0][0] == "p5"


def test_adding_a_known_id_replaces_its_vector_and_document(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    fill(vectors)
    assert found(vectors, 5) == ["p5"]
    vectors.add(["p5"], unit(500, 1), ["other"])
    assert vectors.count() == 100
    assert found(vectors, 500) == ["p5"]
    assert found(vectors, 5) != ["p5"]
    assert [one for one, _ in vectors.search(unit(5, 1)[0], 9, ["other"])] == ["p5"]


def test_removed_vectors_are_not_found(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    fill(vectors)
    assert found(vectors, 5) == ["p5"]
    vectors.remove([*ids(0, 60), "unknown"])
    vectors.remove([])
    assert vectors.count() == 40
    assert {one for one, _ in vectors.search(unit(5, 1)[0], 100)} == set(ids(60, 40))
    assert list(vectors.get(["p5", "p60"])) == ["p60"]


def test_vectors_are_given_back_as_they_were(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    fill(vectors)
    back = vectors.get(["p3", "p4", "unknown"])
    assert set(back) == {"p3", "p4"}
    assert back["p3"].dtype == numpy.float32
    assert numpy.allclose(back["p3"], unit(3, 1)[0], atol=1e-6)
    assert vectors.get([]) == {}


def test_more_vectors_than_chroma_takes_at_once_are_split(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    vectors.add(ids(0, 6000), unit(0, 6000), ["d"] * 6000)
    vectors.add([], unit(0, 0), [])
    assert vectors.count() == 6000
    assert found(vectors, 5999) == ["p5999"]
    vectors.remove(ids(0, 5900))
    assert vectors.count() == 100


def test_another_embedder_or_dimension_is_refused(anywhere: VectorStore) -> None:
    fill(anywhere.collection(KEY, EMBEDDER, DIMENSION))
    for embedder, dimension in (("ollama/bge-m3", DIMENSION), (EMBEDDER, 9)):
        with pytest.raises(UsageError) as refused:
            anywhere.collection(KEY, embedder, dimension)
        assert refused.value.kind == "embedder_changed"
        assert refused.value.details == {
            "stored": "local/minilm (8)",
            "wanted": f"{embedder} ({dimension})",
        }
    assert anywhere.collection(KEY, EMBEDDER, DIMENSION).count() == 100


def test_vectors_of_another_length_are_refused(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    long = numpy.ones((1, 9), dtype=numpy.float32)
    with pytest.raises(UsageError, match="not of local/minilm \\(9\\)"):
        vectors.add(["a"], long, ["d"])
    with pytest.raises(UsageError, match="index it anew"):
        vectors.search(long[0], 1)


def test_vectors_that_are_not_numbers_are_refused(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    with pytest.raises(StoreError, match="not numbers"):
        vectors.add(["a"], numpy.full((1, DIMENSION), numpy.nan, dtype=numpy.float32), ["d"])
    assert vectors.count() == 0


def test_a_dropped_collection_can_be_made_anew_with_another_embedder(anywhere: VectorStore) -> None:
    old = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    fill(old)
    anywhere.drop(KEY)
    anywhere.drop("neverseen")
    with pytest.raises(StoreError) as gone:
        old.search(unit(0, 1)[0], 1)
    assert gone.value.kind == "not_found"
    new = anywhere.collection(KEY, "ollama/bge-m3", 4)
    assert new.count() == 0
    new.add(["a"], numpy.eye(4, dtype=numpy.float32)[:1], ["d"])
    assert new.search(numpy.eye(4, dtype=numpy.float32)[0], 1) == [("a", pytest.approx(1))]


def test_a_refused_change_leaves_the_store_working(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    fill(vectors)
    assert found(vectors, 5) == ["p5"]
    with pytest.raises(StoreError) as refused:
        vectors.add(["same", "same"], unit(200, 2), ["d", "d"])
    assert refused.value.kind == "not_stored"
    assert found(vectors, 5) == ["p5"]
    assert vectors.count() == 100


def test_threads_add_and_search_at_once(anywhere: VectorStore) -> None:
    vectors = anywhere.collection(KEY, EMBEDDER, DIMENSION)
    fill(vectors)

    def work(number: int) -> None:
        first = 100 + number * 20
        anywhere.collection(KEY, EMBEDDER, DIMENSION).add(
            ids(first, 20), unit(first, 20), ["new"] * 20
        )
        assert found(vectors, first) == [f"p{first}"]
        assert found(vectors, number) == [f"p{number}"]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(12)))
    assert vectors.count() == 340


def test_what_was_stored_is_there_after_opening_anew(tmp_path: Path) -> None:
    for _ in range(2):
        store = VectorStore(tmp_path)
        vectors = store.collection(KEY, EMBEDDER, DIMENSION)
        fill(vectors)
        assert found(vectors, 5) == ["p5"]
        store.close()
        store.close()
    assert vectors.count() == 100, "a closed store opens by itself"
    store.close()
    vectors.search(unit(0, 1)[0], 1)
    vectors.remove(["p0"])
    store.drop(KEY)


def test_dropping_leaves_nothing_behind(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    fill(store.collection(KEY, EMBEDDER, DIMENSION))
    store.drop(KEY)
    assert list(tmp_path.iterdir()) == []
    store.close()


def test_two_stores_of_one_process_see_each_other(tmp_path: Path) -> None:
    one, other = VectorStore(tmp_path), VectorStore(tmp_path)
    here = one.collection(KEY, EMBEDDER, DIMENSION)
    there = other.collection(KEY, EMBEDDER, DIMENSION)
    for first in range(0, 3000, 1000):
        here.add(ids(first, 500), unit(first, 500), ["d"] * 500)
        there.add(ids(first + 500, 500), unit(first + 500, 500), ["d"] * 500)
        assert found(here, first + 700) == [f"p{first + 700}"]
        assert found(there, first) == [f"p{first}"]
    assert here.count() == there.count() == 3000
    one.close()
    assert found(there, 1) == ["p1"]
    other.close()


def test_a_process_sees_what_another_one_changes(vectors: Vectors, child: Child) -> None:
    fill(vectors)
    assert found(vectors, 5) == ["p5"]
    child.do("vectors.add(ids(100, 50), unit(100, 50), ['other'] * 50)")
    assert found(vectors, 120) == ["p120"]
    child.do("vectors.add(['p5'], unit(700, 1), ['other']); vectors.remove(['p120'])")
    assert found(vectors, 700) == ["p5"]
    assert found(vectors, 120) != ["p120"]
    assert len(vectors.search(unit(0, 1)[0], 999, ["other"])) == 50
    child.do("assert vectors.search(unit(6, 1)[0], 1)[0][0] == 'p6'")
    vectors.add(ids(800, 1), unit(800, 1), ["d"])
    child.do("assert vectors.search(unit(800, 1)[0], 1)[0][0] == 'p800'")


@pytest.mark.parametrize("most", [folder_vectors.MOST_NUMBERS, 0])
def test_processes_that_write_in_turn_lose_nothing(
    vectors: Vectors, child: Child, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Chroma alone loses vectors here, for good, and then cannot be read."""
    monkeypatch.setattr(folder_vectors, "MOST_NUMBERS", most)
    for first in range(0, 6000, 2000):
        vectors.add(ids(first, 1000), unit(first, 1000), ["d"] * 1000)
        child.do(
            f"vectors.add(ids({first + 1000}, 1000), unit({first + 1000}, 1000), ['d'] * 1000)"
        )
    assert vectors.count() == 6000
    assert set(vectors.get(ids(0, 6000))) == set(ids(0, 6000))
    assert [found(vectors, number) for number in (0, 1500, 2500, 5999)] == [
        ["p0"],
        ["p1500"],
        ["p2500"],
        ["p5999"],
    ]


def test_processes_that_write_at_once_lose_nothing(vectors: Vectors, child: Child) -> None:
    child.begin(
        "[vectors.add(ids(i, 100), unit(i, 100), ['d'] * 100) for i in range(0, 2000, 100)]"
    )
    for first in range(2000, 4000, 100):
        vectors.add(ids(first, 100), unit(first, 100), ["d"] * 100)
    assert child.heard() == "done"
    assert vectors.count() == 4000
    assert set(vectors.get(ids(0, 4000))) == set(ids(0, 4000))


def test_a_collection_dropped_and_made_anew_elsewhere_is_noticed(
    store: VectorStore, vectors: Vectors, child: Child
) -> None:
    fill(vectors)
    assert found(vectors, 5) == ["p5"]
    child.do("store.drop('0123456789abcdef')")
    with pytest.raises(StoreError):
        found(vectors, 5)
    child.do("vectors = store.collection('0123456789abcdef', 'local/minilm', 8)")
    child.do("vectors.add(['a'], unit(5, 1), ['d'])")
    assert found(store.collection(KEY, EMBEDDER, DIMENSION), 5) == ["a"]
    child.do("store.drop('0123456789abcdef')")
    child.do("vectors = store.collection('0123456789abcdef', 'other', 8)")
    with pytest.raises(UsageError):
        found(vectors, 5)


def test_a_process_killed_while_adding_leaves_a_readable_store(
    tmp_path: Path, vectors: Vectors
) -> None:
    fill(vectors)
    for trial in range(3):
        child = Child(tmp_path / "chroma")
        step = 200
        start = 100 + trial * 4000
        child.begin(
            f"[(vectors.add(ids(i, {step}), unit(i, {step}), ['d'] * {step}), print(i, flush=True))"
            f" for i in range({start}, {start + 4000}, {step})]"
        )
        for _ in range(4 + 3 * trial):
            last = int(child.heard())
        child.process.send_signal(signal.SIGKILL)
        child.process.communicate(timeout=30)
        kept = vectors.get(ids(start, last + step - start))
        assert len(kept) == last + step - start, "what was reported as stored is there"
        assert numpy.allclose(kept[f"p{last}"], unit(last, 1)[0], atol=1e-6)
        assert found(vectors, 5) == ["p5"]
    vectors.add(["after"], unit(19_999, 1), ["d"])
    assert found(vectors, 19_999) == ["after"]


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = VectorStore(tmp_path / "file" / "chroma")
    with pytest.raises(StoreError, match="read-only") as refused:
        store.collection(KEY, EMBEDDER, DIMENSION)
    assert refused.value.kind == "not_stored"
    store.close()


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("chroma.sqlite3", 4096),
        ("header.bin", 0),
        ("header.bin", 50),
        ("data_level0.bin", 1000),
        ("length.bin", 1000),
        ("link_lists.bin", 1000),
        ("index_metadata.pickle", 1000),
    ],
)
def test_a_damaged_store_is_reported_and_can_be_made_anew(
    tmp_path: Path, name: str, left: int
) -> None:
    store = VectorStore(tmp_path)
    store.collection(KEY, EMBEDDER, DIMENSION).add(ids(0, 1500), unit(0, 1500), ["d"] * 1500)
    store.close()
    (file,) = tmp_path.rglob(name)
    file.write_bytes(file.read_bytes()[:left])  # some of these would crash Chroma, and us
    with pytest.raises(StoreError, match="index the collection anew"):
        store.collection(KEY, EMBEDDER, DIMENSION).search(unit(0, 1)[0], 1)
    store.drop(KEY)
    vectors = store.collection(KEY, EMBEDDER, DIMENSION)
    fill(vectors)
    assert found(vectors, 5) == ["p5"]
    store.close()


def test_a_zeroed_file_does_not_crash_the_process(tmp_path: Path) -> None:
    """As a power failure leaves them."""
    store = VectorStore(tmp_path)
    store.collection(KEY, EMBEDDER, DIMENSION).add(ids(0, 1500), unit(0, 1500), ["d"] * 1500)
    store.close()
    for name in ("link_lists.bin", "header.bin"):
        (file,) = tmp_path.rglob(name)
        content = file.read_bytes()
        file.write_bytes(bytes(len(content)))
        with pytest.raises(StoreError, match="index the collection anew"):
            store.collection(KEY, EMBEDDER, DIMENSION)
        file.write_bytes(content)
    assert found(store.collection(KEY, EMBEDDER, DIMENSION), 5) == ["p5"]
    store.close()


def test_graphs_that_were_changed_a_lot_are_taken_for_whole(tmp_path: Path) -> None:
    rng = numpy.random.default_rng(1)
    store = VectorStore(tmp_path)
    for step in range(12):
        vectors = store.collection(KEY, EMBEDDER, DIMENSION)
        first, count = int(rng.integers(0, 3000)), int(rng.integers(1, 900))
        vectors.add(ids(first, count), unit(first, count), ["d"] * count)
        vectors.remove(ids(int(rng.integers(0, 3000)), 700))
        if step % 2:
            store.close()
    vectors = store.collection(KEY, EMBEDDER, DIMENSION)
    assert vectors.count() == len(vectors.get(ids(0, 4000)))
    store.close()


def test_a_key_is_never_a_path(store: VectorStore) -> None:
    for key in ("../up", "", "a/b", "한국어", "-x", "a" * 101):
        with pytest.raises(ValueError, match="not a key"):
            store.collection(key, EMBEDDER, DIMENSION)
        with pytest.raises(ValueError, match="not a key"):
            store.drop(key)


def test_machines_share_a_server(tmp_path: Path, server: str) -> None:
    one, other = VectorStore(tmp_path, server), VectorStore(tmp_path, server)
    fill(one.collection(KEY, EMBEDDER, DIMENSION))
    there = other.collection(KEY, EMBEDDER, DIMENSION)
    assert found(there, 5) == ["p5"]
    one.drop(KEY)
    fill(one.collection(KEY, EMBEDDER, DIMENSION), 10)
    with pytest.raises(StoreError):
        there.count()
    assert other.collection(KEY, EMBEDDER, DIMENSION).count() == 10
    other.drop(KEY)
    one.close()
    other.close()


def test_a_server_that_is_not_there_is_reported_without_credentials(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    store = VectorStore(tmp_path, f"http://user:secret@127.0.0.1:{port}")
    with pytest.raises(StoreError, match="start it") as refused:
        store.collection(KEY, EMBEDDER, DIMENSION)
    assert refused.value.kind == "not_stored"
    assert f"127.0.0.1:{port}" in str(refused.value)
    assert "secret" not in str(refused.value)
    store.close()


@pytest.mark.parametrize(("status", "words"), [(200, "something else"), (403, "status 403")])
def test_a_server_that_is_not_chroma_is_reported(tmp_path: Path, status: int, words: str) -> None:
    seen: list[tuple[str, str | None]] = []

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers["Authorization"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps({"hello": 1}).encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        store = VectorStore(tmp_path, f"http://secret@127.0.0.1:{other.server_port}/chroma/")
        with pytest.raises(StoreError, match=words):
            store.collection(KEY, EMBEDDER, DIMENSION)
        other.shutdown()
        thread.join()
    assert seen == [("/chroma/api/v2/heartbeat", "Bearer secret")]


def test_an_address_is_read_with_its_credentials() -> None:
    plain = server_from_url(" http://chroma.example ")
    assert (plain.url, plain.headers) == ("http://chroma.example:8000", {})
    full = server_from_url("https://me:p%40ss@chroma.example/some/path/")
    assert full.url == "https://chroma.example:443/some/path"
    assert full.headers == {"Authorization": "Basic bWU6cEBzcw=="}
    assert "bWU6" not in repr(full)
    assert server_from_url("http://[::1]:9000/api/v2").url == "http://[::1]:9000"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("chroma.example:8000", "not_http"),
        ("ftp://chroma.example", "not_http"),
        ("http://[::1", "not_http"),
        ("http://", "no_host"),
        ("http://chroma.example:port", "bad_port"),
        ("http://chroma.example/?tenant=a", "has_query"),
    ],
)
def test_a_wrong_address_is_refused_with_its_variable(
    tmp_path: Path, url: str, reason: str
) -> None:
    with pytest.raises(UsageError) as refused:
        VectorStore(tmp_path, url)
    assert refused.value.kind == "bad_environment"
    assert refused.value.details == {"variable": "NARANI_CHROMA_URL", "reason": reason}


def test_nothing_is_sent_anywhere_and_no_setting_comes_from_outside(tmp_path: Path) -> None:
    """A .env file or a variable of another Chroma must not redirect ours."""
    code = """
import socket, sys
from pathlib import Path
def refuse(*_): raise AssertionError("a connection")
socket.socket.connect = refuse
from core.retrieval.vectors import VectorStore
import numpy
store = VectorStore(Path("data"))
vectors = store.collection("a", "e", 2)
vectors.add(["x"], numpy.eye(2, dtype=numpy.float32)[:1], ["d"])
assert vectors.search(numpy.eye(2, dtype=numpy.float32)[0], 1)[0][0] == "x"
store.close()
assert "onnxruntime" not in sys.modules
"""
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\n")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(ROOT),
            "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://127.0.0.1:9",
            "ANONYMIZED_TELEMETRY": "True",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_matrix_survives_many_replacements() -> None:
    matrix = Matrix(DIMENSION)
    for first in range(0, 3000, 100):
        names = ids(first % 500, 100)
        matrix.put(names, unit(first, 100), ["d"] * 100)
        matrix.remove(names[:10])
    assert len(matrix) == 450
    best = matrix.search(unit(2950, 1)[0], 1)
    assert best == [("p450", pytest.approx(1))]
    assert len(matrix.search(unit(0, 1)[0], 1000)) == 450


def test_a_journal_tells_what_changed_since(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "changes")
    assert journal.version() is None
    before = journal.begin()
    assert before is not None
    journal.write(["a", "한국어"])
    with (tmp_path / "changes").open("ab") as file:
        file.write(b'\n["cut o')
    journal.write(["b"])
    assert journal.since(before) == {"a", "한국어", "b"}
    journal.begin()
    assert journal.since(before) is None


def test_a_long_journal_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.retrieval.journal.MOST_BYTES", 2000)
    store = VectorStore(tmp_path)
    vectors = store.collection(KEY, EMBEDDER, DIMENSION)
    for first in range(0, 1000, 100):
        vectors.add(ids(first, 100), unit(first, 100), ["d"] * 100)
        assert found(vectors, first) == [f"p{first}"]
    (file,) = tmp_path.rglob("changes")
    assert file.stat().st_size < 4000
    store.close()
