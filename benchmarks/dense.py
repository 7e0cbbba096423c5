"""100,000 vectors of 384 numbers: how fast they are stored, and how well and fast found.

Random vectors are the hardest there are; vectors in clusters of few dimensions are like those of
texts. `memory` is the product as it is, `graph` what collections too large for memory get.
Run: python -m benchmarks.dense [--passages 100000]. Goals, for `memory`: recall@10 >= 0.99 against
exact search; p95 <= 15 ms; ten vectors added in <= 0.2 s; <= 400 MB held.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy
import psutil

from core.retrieval import folder_vectors
from core.retrieval.vectors import Vectors, VectorStore

DIMENSION = 384
QUESTIONS = 300
NEAREST = 10
PER_DOCUMENT = 100
KINDS = ("random", "clustered")
WAYS = ("memory", "graph")


def random(rng: numpy.random.Generator, count: int) -> Any:
    return unit(rng.standard_normal((count, DIMENSION), dtype=numpy.float32))


def clustered(rng: numpy.random.Generator, count: int) -> Any:
    """500 topics in 24 directions, and a little noise in all."""
    low, topics = 24, 500
    directions = rng.standard_normal((low, DIMENSION), dtype=numpy.float32)
    centres = rng.standard_normal((topics, low), dtype=numpy.float32)
    spread = 0.5 * rng.standard_normal((count, low), dtype=numpy.float32)
    places = (centres[rng.integers(topics, size=count)] + spread) @ directions
    places += 0.4 * rng.standard_normal((count, DIMENSION), dtype=numpy.float32)
    return unit(places)


def unit(rows: Any) -> Any:
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def memory_mb() -> float:
    return float(psutil.Process().memory_info().rss / 1e6)


def milliseconds(seconds: list[float]) -> tuple[float, float]:
    p50, p95 = numpy.quantile(seconds, [0.5, 0.95])
    return float(p50) * 1000, float(p95) * 1000


def timed_searches(
    vectors: Vectors, questions: Any, documents: list[str] | None = None
) -> tuple[list[float], list[list[str]]]:
    seconds, found = [], []
    for question in questions:
        began = time.perf_counter()
        hits = vectors.search(question, NEAREST, documents)
        seconds.append(time.perf_counter() - began)
        found.append([one for one, _ in hits])
    return seconds, found


def measure(kind: str, ways: list[str], passages: int) -> list[dict[str, Any]]:
    """Fill once, search in each way."""
    rng = numpy.random.default_rng(0)
    rows = {"random": random, "clustered": clustered}[kind](rng, passages + QUESTIONS)
    rows, questions = rows[:passages], rows[passages:]
    ids = [f"{number:032x}" for number in range(passages)]
    documents = [f"d{number // PER_DOCUMENT}" for number in range(passages)]
    exact = numpy.argsort(-(questions @ rows.T), axis=1)[:, :NEAREST]
    wanted = [{ids[place] for place in places} for places in exact]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        store = VectorStore(Path(folder))
        store.collection("bench", "bench", DIMENSION).add(ids, rows, documents)
        store.close()
        build_s = time.perf_counter() - began
        for way in ways:
            folder_vectors.MOST_NUMBERS = 10**12 if way == "memory" else 0
            before = memory_mb()
            store = VectorStore(Path(folder))
            vectors = store.collection("bench", "bench", DIMENSION)
            began = time.perf_counter()
            vectors.search(questions[0], NEAREST)
            first_s = time.perf_counter() - began
            seconds, found = timed_searches(vectors, questions)
            hits = sum(len(w & set(f)) for w, f in zip(wanted, found, strict=True))
            held_mb = memory_mb() - before
            few = [f"d{number}" for number in range(20)]
            filtered, _ = timed_searches(vectors, questions[:50], few)
            added_s = [timed_addition(vectors, questions[:10], turn) for turn in range(5)]
            store.close()
            results.append(
                {
                    "way": way,
                    "build_s": build_s,
                    "first_s": first_s,
                    "search_ms": milliseconds(seconds),
                    "filtered_ms": milliseconds(filtered),
                    "recall": hits / NEAREST / QUESTIONS,
                    "added_s": added_s,
                    "held_mb": held_mb,
                }
            )
    return results


def timed_addition(vectors: Vectors, rows: Any, turn: int) -> float:
    ids = [f"new{turn}-{number}" for number in range(len(rows))]
    began = time.perf_counter()
    vectors.add(ids, rows, ["new"] * len(rows))
    seconds = time.perf_counter() - began
    vectors.remove(ids)  # the other way must find what this one found
    return seconds


def report(kind: str, passages: int, result: dict[str, Any]) -> None:
    (p50, p95), (_, filtered) = result["search_ms"], result["filtered_ms"]
    first_added, *_, added = result["added_s"]
    stored = f"{passages:,} vectors stored in {result['build_s']:.0f} s"
    print(
        f"dense, {kind}, {result['way']}: {stored}; "
        f"recall@{NEAREST} {result['recall']:.3f} (goal 0.99); "
        f"p50 {p50:.1f} ms, p95 {p95:.1f} ms (goal 15), first {result['first_s']:.1f} s, "
        f"in 20 documents p95 {filtered:.1f} ms; adding 10 {added * 1000:.0f} ms "
        f"(goal 200; the first {first_added * 1000:.0f}); +{result['held_mb']:.0f} MB (goal 400)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--kind", choices=KINDS, help="only this kind, as JSON")
    options = parser.parse_args()
    if options.kind:
        print(json.dumps(measure(options.kind, list(WAYS), options.passages)))
        return
    for kind in KINDS:
        command = [sys.executable, "-m", "benchmarks.dense", "--kind", kind]
        done = subprocess.run(
            [*command, "--passages", str(options.passages)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        for result in json.loads(done.stdout):
            report(kind, options.passages, result)


if __name__ == "__main__":
    main()
