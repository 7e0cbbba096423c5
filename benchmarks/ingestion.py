"""Files indexed through the product, against embedding the same passages alone in the same run.

Prints passages per CPU second of the whole indexing: load, split, embed, store, the reading
process included; only the embedder is loaded before. Embedding alone is measured before and after
each indexing. Then the unchanged folder is indexed again.
Run: python -m benchmarks.ingestion [--documents 30] [--runs 3]. Goals: ratio >= 0.95; the second
time <= 2 % of the first.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.documents import indexed, opened, report, stored, told_seconds, written
from core.collection import DEFAULT_EMBEDDER
from core.retrieval.indexes import searched
from core.retrieval.minilm import MiniLM
from core.retrieval.progress import SourceFile


def children_s() -> float:
    """CPU seconds of processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True, kw_only=True)
class Ingested:
    texts: list[str]
    cpu_s: float
    wall_s: float
    again_s: float
    seconds: dict[str, float]


def ingest(files: Sequence[SourceFile]) -> Ingested:
    """Index into an empty data folder, with the embedder loaded, and again."""
    before_s = children_s()
    with tempfile.TemporaryDirectory() as home, opened(home) as lab:
        lab.library.readers.embedder(DEFAULT_EMBEDDER).embed(["warm"])
        collection = lab.library.create("bench")
        cpu, wall = time.process_time(), time.perf_counter()
        progress = indexed(lab.library, collection, files)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        began = time.perf_counter()
        assert indexed(lab.library, collection, files).unchanged == len(files)
        again = time.perf_counter() - began
        texts = [searched(one) for one in stored(lab.library, collection)]
    return Ingested(
        texts=texts,
        cpu_s=cpu + children_s() - before_s,
        wall_s=wall,
        again_s=again,
        seconds=progress.seconds,
    )


def measure_ingestion(documents: int, runs: int) -> None:
    bare = MiniLM()

    def bare_s(texts: Sequence[str]) -> float:
        began = time.process_time()
        bare.embed(texts)
        return time.process_time() - began

    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), documents, "en")
        texts = ingest(files).texts  # imports, and the same texts for both
        found, alone = [], []
        for _ in range(runs):
            before = bare_s(texts)
            found.append(ingest(files))
            alone.append((before + bare_s(texts)) / 2)
    ratios = [a / one.cpu_s for a, one in zip(alone, found, strict=True)]
    ratio, count = statistics.median(ratios), len(texts)
    characters = statistics.mean(map(len, texts))
    cpu_s, alone_s = statistics.median(one.cpu_s for one in found), statistics.median(alone)
    each = ", ".join(f"{r:.3f}" for r in ratios)
    report(
        f"{count} passages of {characters:.0f} characters in {documents} files, n={runs}: "
        f"{count / cpu_s:.1f} passages per CPU second, embedding alone {count / alone_s:.1f}: "
        f"ratio {ratio:.3f} ({each})",
        "0.95",
        ratio >= 0.95,
    )
    print(f"  seconds of the last one: {told_seconds(found[-1].seconds)}")
    share = statistics.median(one.again_s / one.wall_s for one in found)
    again_ms = statistics.median(one.again_s for one in found) * 1000
    report(f"unchanged again: {again_ms:.0f} ms, {share:.2%} of the first", "2 %", share <= 0.02)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=30)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    measure_ingestion(options.documents, options.runs)


if __name__ == "__main__":
    main()
