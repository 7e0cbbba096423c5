"""Near-duplicates and leaks among 100,000 questions, beside comparing all pairs of a sample.

Run: python -m benchmarks.near [--most 100000]. Goals: near-duplicates of 100,000 texts in <= 60 s.
The texts are made of invented words; one in twenty repeats an earlier one with a change.
"""

import argparse
import random
import statistics
import time
import tracemalloc
from itertools import combinations
from pathlib import Path

from benchmarks.lexical import vocabulary
from core.asked import asked, near
from core.leaks import NearIndex
from core.near_duplicates import near_duplicates

GOAL_S = 60
SAMPLE = 2_000
KINDS = ("korean", "english", "one template", "prescriptions")
ASKED = ("은 무엇인가요?", "은 어디에 있나요?", "을 알려 주세요.", "은 언제인가요?")


def question(kind: str, chance: random.Random, words: list[str], letters: list[str]) -> str:
    if kind == "korean":
        drawn = chance.choices(words, k=chance.randint(2, 6))
        return "의 ".join(drawn) + chance.choice(ASKED)
    if kind == "english":
        drawn = chance.choices(letters, k=chance.randint(3, 8))
        return "What is the " + " of the ".join(drawn) + "?"
    if kind == "one template":
        return f"What is the capital of {chance.choice(letters)} {chance.choice(letters)}?"
    return (
        f"{chance.choice(words)} {chance.randint(1, 40) * 25}mg {chance.randint(1, 3)}정, "
        f"하루 {chance.randint(1, 4)}회, 식후, {chance.randint(1, 30)}일분"
    )


def questions(kind: str, count: int) -> list[str]:
    chance = random.Random(1)
    words = vocabulary()
    letters = ["".join(chance.choices("abcdefghiklmnoprstuvw", k=7)) for _ in range(20_000)]
    made: list[str] = []
    for number in range(count):
        if number % 20 == 19:
            made.append(changed(chance.choice(made), chance))
        else:
            made.append(question(kind, chance, words, letters))
    return made


def changed(text: str, chance: random.Random) -> str:
    parts = text.split()
    at = chance.randrange(len(parts) - 1)
    parts[at], parts[at + 1] = parts[at + 1], parts[at]
    return " ".join(parts)


def peak_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def duplicates(kind: str, texts: list[str]) -> None:
    before, began = peak_mb(), time.monotonic()
    found = near_duplicates(texts)
    taken = time.monotonic() - began
    print(
        f"near: {len(texts):,} {kind}: near-duplicates {len(found):,} in {taken:.1f} s "
        f"(goal {GOAL_S} s), memory {before:.0f} to {peak_mb():.0f} MB"
    )


def leaks(kind: str, texts: list[str], asking: int = 1_000) -> None:
    tracemalloc.start()
    began = time.monotonic()
    index = NearIndex(texts)
    built = time.monotonic() - began
    held = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    chance, times, right = random.Random(2), [], 0
    for number in range(asking):
        text = chance.choice(texts)
        wanted = changed(text, chance) if number % 2 else f"{text} {chance.randrange(10**9)}"
        began = time.perf_counter()
        found = index.find(wanted)
        times.append((time.perf_counter() - began) * 1000)
        right += (found is not None) == bool(number % 2)
    times.sort()
    print(
        f"  index built in {built:.1f} s (traced), {held:.0f} MB; a question found in "
        f"p50 {statistics.median(times):.2f} ms, p95 {times[int(0.95 * asking)]:.2f} ms; "
        f"right about {right / asking:.3f} of {asking:,}"
    )


def all_pairs(texts: list[str]) -> None:
    sample = texts[:SAMPLE]
    began = time.monotonic()
    index, one_by_one = NearIndex(), set()
    for place, text in enumerate(sample):
        if index.find(text):
            one_by_one.add(place)
        index.add([text])
    quick = time.monotonic() - began
    began = time.monotonic()
    read = [asked(text) for text in sample]
    slow_found = {second for (_, a), (second, b) in combinations(enumerate(read), 2) if near(a, b)}
    slow = time.monotonic() - began
    print(
        f"  of {len(sample):,}: {len(one_by_one)} leaks by index in {quick:.2f} s, "
        f"{len(slow_found)} by comparing all pairs in {slow:.2f} s "
        f"({slow / quick:.0f} times as long); missed {len(slow_found - one_by_one)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--kind", choices=KINDS, action="append")
    given = parser.parse_args()
    for kind in given.kind or KINDS:
        texts = questions(kind, given.most)
        duplicates(kind, texts)
        leaks(kind, texts)
        all_pairs(texts)


if __name__ == "__main__":
    main()
