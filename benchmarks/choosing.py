"""Choosing 8 examples out of 100,000 Korean and English ones, by every strategy.

Times are of `FewShots.choose` with everything open: the set looked up, examples found, read from
the store, held against the question. Beside them the bare search in the index, and a scan of all
questions for shared words.
Run: python -m benchmarks.choosing [--examples 100000]. Goal: p95 <= 20 ms by words.
"""

import argparse
import asyncio
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.lexical import ASKED, PARTICLES, p95, peak_mb, vocabulary, zipf
from core.example import Example
from core.example_pools import ExamplePools, embed_with
from core.example_set import normalised
from core.few_shot import CHOICES, FewShot
from core.few_shots import FewShots
from core.recipe import Recipe
from core.retrieval.lexical import LexicalIndex
from core.retrieval.minilm import MiniLM
from core.store.database import open_database
from core.store.example_sets import ExampleSets

GOAL_MS, K, QUESTIONS, SCANNED = 20, 8, 200, 10
LABELS = (
    "배송",
    "환불",
    "고장",
    "사용법",
    "계정",
    "delivery",
    "refund",
    "fault",
    "how-to",
    "praise",
)
SYLLABLES = "ba be bi bo da de di do ka ke ki ko la le li lo ma me mi mo ra re ri ro ta te".split()


def english(count: int, rng: random.Random) -> list[str]:
    return ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(count)]


def examples(count: int, labels: Sequence[str]) -> list[Example]:
    """Questions of six to twelve words, as unevenly spread as those of real ones.

    Without labels every answer is another one.
    """
    import numpy as np

    rng, numbers = random.Random(1), np.random.default_rng(1)
    korean = vocabulary()
    foreign = english(len(korean), rng)
    drawn = np.searchsorted(zipf(len(korean), 1.0), numbers.random((count, 12))).tolist()
    weights = [2.0**-place for place in range(len(labels))]  # labels are as uneven as words
    found = []
    for number, row in enumerate(drawn):
        words = row[: rng.randint(6, 12)]
        if number % 2:
            text = " ".join(foreign[word] for word in words) + "?"
        else:
            text = " ".join(korean[word] + rng.choice(PARTICLES) for word in words)
            text = f"{text} {rng.choice(ASKED)}"
        answer = rng.choices(labels, weights)[0] if labels else f"answer {number} 번"
        found.append(Example(question=text, answer=answer, tags=(("ko", "en")[number % 2],)))
    return found


def asked(found: Sequence[Example], count: int) -> list[str]:
    """Half of the words of a stored question, with words of another one."""
    rng = random.Random(2)
    questions = []
    for _ in range(count):
        one, other = (rng.choice(found).question.split() for _ in range(2))
        words = [*rng.sample(one, len(one) // 2), *rng.sample(other, 2)]
        questions.append(" ".join(words))
    return questions


def timed_ms(work: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    taken = []
    for question in questions:
        began = time.perf_counter()
        work(question)
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def scan(found: Sequence[Example]) -> Callable[[str], object]:
    """What one would write without an index."""

    def best(question: str) -> list[int]:
        wanted = set(re.findall(r"\w+", question.casefold()))
        scores = [
            len(wanted.intersection(re.findall(r"\w+", e.question.casefold()))) for e in found
        ]
        return sorted(range(len(found)), key=lambda n: -scores[n])[:K]

    return best


def told(name: str, taken: Sequence[float], base: float, goal: float | None = GOAL_MS) -> None:
    middle, high = statistics.median(taken), p95(list(taken))
    against = "" if goal is None else f" (goal {goal:g} ms{'' if high <= goal else ', MISSED'})"
    print(
        f"  {name}: p50 {middle:.1f} ms, p95 {high:.1f} ms{against}, {middle / base:.2f} x search"
    )


def measure(name: str, found: list[Example], folder: Path) -> None:
    engine = open_database(f"sqlite:///{folder / 'store.db'}")
    sets = ExampleSets(engine)
    minilm = MiniLM()
    embed = embed_with(lambda embedder: minilm, folder / "embeddings.sqlite")
    few_shots = FewShots(
        sets, ExamplePools(folder / "examples", sets, embed), {}, lambda name: False
    )
    began = time.monotonic()
    sets.save(name, found, sides={normalised(one.question): "train" for one in found})
    stored_s = time.monotonic() - began
    began, before = time.monotonic(), peak_mb()
    fixed = Recipe(model="baseline/echo", few_shot=FewShot(set=name))
    asyncio.run(few_shots.ready(fixed))
    opened_s = time.monotonic() - began
    began = time.monotonic()
    similar = Recipe(model="baseline/echo", few_shot=FewShot(set=name, choose="similar"))
    asyncio.run(few_shots.ready(similar))
    built_s = time.monotonic() - began
    words = folder / "examples" / sets.named(name).id / "words"
    size_mb = sum(file.stat().st_size for file in words.iterdir()) / 1e6
    print(
        f"{name}, {len(found):,}: stored in {stored_s:.1f} s, opened in {opened_s:.1f} s, index in "
        f"{built_s:.1f} s, {size_mb:.0f} MB on disk, peak memory {before:.0f} to {peak_mb():.0f} MB"
    )
    questions = asked(found, QUESTIONS)
    index = LexicalIndex(words)
    bare = timed_ms(lambda question: index.search(question, 2 * K), questions)
    base = statistics.median(bare)
    told("search alone", bare, base, None)
    told("scan of all", timed_ms(scan(found), questions[:SCANNED]), base, None)
    loop = asyncio.new_event_loop()
    for strategy in CHOICES:
        for tags in ((), ("en",)):
            how = FewShot(set=name, choose=strategy, k=K, tags=tags)
            recipe = Recipe(model="baseline/echo", few_shot=how)

            def work(question: str, recipe: Recipe = recipe) -> object:
                return loop.run_until_complete(few_shots.choose(recipe, question))

            work(questions[0])
            told(strategy + " within a tag" * bool(tags), timed_ms(work, questions), base)
    loop.close()
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100_000)
    count = parser.parse_args().examples
    for name, labels in ((f"{len(LABELS)} answers", LABELS), ("all answers different", ())):
        with tempfile.TemporaryDirectory() as folder:
            measure(name, examples(count, labels), Path(folder))


if __name__ == "__main__":
    main()
