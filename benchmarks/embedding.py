"""The numpy MiniLM against sentence-transformers on the same weights, one thread each.

Prints chunks per CPU second (product / library) for English and Korean chunks and for questions,
the largest difference of a number, and seconds until loaded and memory of a process of its own.
Run: python -m benchmarks.embedding [--runs 5]. Goals: ratio >= 1.0; difference < 1e-5.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.servers import ROOT

ONE_THREAD = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
ENGLISH = (
    "the retrieval of passages from a company handbook needs vectors that are near when texts mean "
    "the same employee leave request approval within fourteen days notice unless agreed in writing"
).split()
KOREAN = "직원은 휴가를 신청할 때 열네 날 전에 서면으로 알려야 하며 부서장의 승인을 받는다".split()
CHUNKS = 24
KINDS = {
    "English, 700 characters": (ENGLISH, 700, CHUNKS),
    "Korean, 400 characters": (KOREAN, 400, CHUNKS),
    "questions, 50 characters": (ENGLISH, 50, CHUNKS * 8),
}

OURS = "from core.retrieval.minilm import MiniLM; MiniLM().embed(['warm'])"
THEIRS = (
    "from core.retrieval.minilm import MiniLM; from sentence_transformers import "
    "SentenceTransformer; SentenceTransformer(str(MiniLM()._folder()), device='cpu').encode('warm')"
)
LOADING = """
import resource, time
began = time.monotonic()
{}
print(time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""

Embed = Callable[[Sequence[str]], Any]


def chunks(words: Sequence[str], characters: int, count: int) -> list[str]:
    rng = random.Random(0)
    return [" ".join(rng.choices(words, k=characters))[:characters] for _ in range(count)]


def rate(embed: Embed, texts: Sequence[str]) -> float:
    """Texts per second of the processor, so that other work on it does not count."""
    began = time.process_time()
    embed(texts)
    return len(texts) / (time.process_time() - began)


def measure_speed(runs: int) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    from core.retrieval.minilm import MiniLM

    torch.set_num_threads(1)
    embedder = MiniLM()
    model = SentenceTransformer(str(embedder._folder()), device="cpu")

    def ours(texts: Sequence[str]) -> Any:
        return embedder.embed(texts).vectors

    def theirs(texts: Sequence[str]) -> Any:
        return model.encode(list(texts), show_progress_bar=False)

    for name, shape in KINDS.items():
        texts = chunks(*shape)
        difference = abs(ours(texts) - theirs(texts)).max()
        pairs = [(rate(ours, texts), rate(theirs, texts)) for _ in range(runs)]
        product, library = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(
            f"embedding, {name}: {product:.1f} texts per CPU second, sentence-transformers "
            f"{library:.1f}: ratio {ratio:.2f} (goal 1.0), difference {difference:.1e} (goal 1e-5)"
        )


def loading(code: str) -> tuple[float, float]:
    """Seconds and MiB of a process that embeds one text."""
    done = subprocess.run(
        [sys.executable, "-c", LOADING.format(code)],
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    seconds, memory = done.stdout.split()[-2:]
    return float(seconds), float(memory)


def measure_loading(runs: int) -> None:
    for name, code in (("product", OURS), ("sentence-transformers", THEIRS)):
        seconds, memory = zip(*(loading(code) for _ in range(runs)), strict=True)
        print(
            f"embedding, first text with {name}: {statistics.median(seconds):.2f} s, "
            f"{statistics.median(memory):.0f} MiB"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    measure_loading(runs)
    measure_speed(runs)


if __name__ == "__main__":
    os.environ |= ONE_THREAD
    main()
