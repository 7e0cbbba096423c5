"""Lexical search: speed and memory with 100,000 and a million passages, and what it finds.

Run: python -m benchmarks.lexical [--most 1000000]. Goals: p95 <= 15 ms with 100,000 passages and
<= 60 ms with a million; a document of ten passages added to 100,000 in <= 1 s.
Quality is measured with the question patterns of pretraining/, on passages of four facts each.
"""

import argparse
import math
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.errors import UsageError
from core.retrieval.lexical import Entry, LexicalIndex
from pretraining.frames import fill, sections
from pretraining.words import Words

GOALS_MS = {100_000: 15, 1_000_000: 60}
SYLLABLES, WORDS, LENGTH, CHUNK = 1200, 30_000, 40, 2000
PARTICLES = "은 는 이 가 을 를 에 에서 으로 의 도 과".split()
ENDINGS = "했습니다. 합니다. 있습니다. 됩니다. 입니다. 않습니다.".split()
ASKED = ("무엇인가요?", "어떻게 하나요?", "언제부터인가요?", "알려 주세요.")


def zipf(count: int, exponent: float) -> np.ndarray:
    weights = 1 / np.arange(1, count + 1) ** exponent
    return np.cumsum(weights / weights.sum())


def vocabulary() -> list[str]:
    """Invented words whose syllables are as unevenly spread as those of real ones."""
    rng = np.random.default_rng(0)
    syllables = [chr(0xAC00 + int(i)) for i in rng.choice(11172, SYLLABLES, replace=False)]
    drawn = np.searchsorted(zipf(SYLLABLES, 0.9), rng.random((WORDS, 4)))
    lengths = rng.integers(2, 5, WORDS)
    return [
        "".join(syllables[s] for s in row[:length])
        for row, length in zip(drawn, lengths, strict=True)
    ]


def drawn_words(count: int) -> Iterator[np.ndarray]:
    """Numbers of the words of each passage, the same at every call."""
    rng, steps = np.random.default_rng(1), zipf(WORDS, 1.0)
    for _ in range(0, count, CHUNK):
        yield from np.searchsorted(steps, rng.random((CHUNK, LENGTH)))


def passages(count: int) -> Iterator[Entry]:
    words, rng = vocabulary(), random.Random(2)
    particled = [[word + particle for particle in PARTICLES] for word in words]
    ended = [[word + ending for ending in ENDINGS] for word in words]
    for number, row in zip(range(count), drawn_words(count), strict=False):
        shift = rng.randrange(len(PARTICLES))
        text = " ".join(
            ended[word][(at + shift) % len(ENDINGS)]
            if at % 8 == 7
            else particled[word][(at * 5 + shift) % len(PARTICLES)]
            for at, word in enumerate(row.tolist())
        )
        yield Entry(id=f"p{number:07d}", document_id=f"d{number // 10:06d}", text=text)


def questions(count: int, asked: int) -> list[tuple[str, str]]:
    """Questions with five words of a passage, and its id."""
    words, rng = vocabulary(), random.Random(3)
    chosen = set(range(0, count, max(1, count // asked)))
    found = []
    for number, row in zip(range(count), drawn_words(count), strict=False):
        if number in chosen:
            picked = rng.sample([words[word] for word in row.tolist()], 5)
            text = " ".join(word + rng.choice(PARTICLES) for word in picked)
            found.append((f"{text} {rng.choice(ASKED)}", f"p{number:07d}"))
    return found


def build(folder: Path, count: int) -> None:
    """In a process of its own: prints seconds and its largest memory in MB."""
    sum(len(entry.text) for entry in passages(CHUNK))  # warm up
    before, began = peak_mb(), time.monotonic()
    LexicalIndex(folder).add(passages(count))
    print(f"{time.monotonic() - began:.1f} {before:.0f} {peak_mb():.0f}")


def peak_mb() -> float:
    """Linux hands `ru_maxrss` down from parent to child; this number is a process's own."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def timed_ms(index: LexicalIndex, asked: list[tuple[str, str]], **how: object) -> list[float]:
    taken = []
    for question, _ in asked:
        began = time.perf_counter()
        index.search(question, 50, **how)  # type: ignore[arg-type]
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def p95(values: list[float]) -> float:
    return values[int(len(values) * 0.95)]


def speed(count: int, folder: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.lexical", "--build", str(folder)]
    done = subprocess.run(
        [*command, "--most", str(count)], capture_output=True, text=True, check=True
    )
    seconds, before, peak = done.stdout.split()
    size_mb = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    index, asked = LexicalIndex(folder), questions(count, 300)
    timed_ms(index, asked[:30])
    taken, goal = timed_ms(index, asked), GOALS_MS.get(count)
    right = sum(one in [i for i, _ in index.search(text, 5)] for text, one in asked) / len(asked)
    print(
        f"lexical: {count:,} passages in {seconds} s, memory {before} to {peak} MB, {size_mb:.0f} "
        f"MB on disk; search p50 {statistics.median(taken):.1f} ms, p95 {p95(taken):.1f} ms "
        f"(goal {goal} ms), own passage among the first 5: {right:.3f}"
    )
    for share in (1, 50):
        inside = [f"d{number:06d}" for number in range(0, count // 10, 100 // share)]
        print(
            f"  in {share} % of the documents ({len(inside):,}): "
            f"p95 {p95(timed_ms(index, asked, documents=inside)):.1f} ms"
        )
    texts = [entry.text for entry in passages(50)]
    began = time.perf_counter()
    index.coverage(asked[0][0], texts)
    print(f"  coverage of 50 passages: {(time.perf_counter() - began) * 1000:.1f} ms")
    added = []
    for document in range(30):
        new = [Entry(id=f"n{document}-{n}", document_id="n", text=texts[n]) for n in range(10)]
        began = time.perf_counter()
        index.add(new)
        added.append(time.perf_counter() - began)
    print(
        f"  a document of 10 passages added: median {statistics.median(added):.3f} s, "
        f"worst of {len(added)} {max(added):.3f} s (goal 1 s)"
    )


Asked = tuple[str, str, int]
"""Question, id of the passage that answers it, number of its section."""


def question_set(language: str) -> tuple[list[Entry], list[Asked]]:
    """Passages of four facts about one entity, and three ways to ask for each fact."""
    words = Words(random.Random(7), language, held_out=False)
    found, asked = [], []
    both = [*sections(language, held_out=False), *sections(language, held_out=True)]
    for number, section in enumerate(both):
        entity = words.entity(section.kind)
        for at in range(0, len(section.frames), 4):
            facts = [fill(f, entity, words, kind=section.kind) for f in section.frames[at : at + 4]]
            one = f"{number:04d}-{at}"
            text = " ".join(fact.statement for fact in facts)
            found.append(Entry(id=one, document_id=str(number), text=text))
            asked += [(question, one, number) for fact in facts for question in fact.questions]
    return found, asked


def plain_words(entries: list[Entry], asked: list[Asked]) -> list[int | None]:
    """Ranks by BM25 over words as blanks part them: what libraries do unless told otherwise."""
    texts = [re.findall(r"\w+", entry.text.lower()) for entry in entries]
    mean = sum(map(len, texts)) / len(texts)
    places: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, words in enumerate(texts):
        for word, times in Counter(words).items():
            weight = times * 2.2 / (times + 1.2 * (0.25 + 0.75 * len(words) / mean))
            places[word].append((number, weight))
    ranks: list[int | None] = []
    for question, right, _ in asked:
        scores: dict[int, float] = defaultdict(float)
        for word in set(re.findall(r"\w+", question.lower())) & places.keys():
            holding = len(places[word])
            idf = math.log1p((len(texts) - holding + 0.5) / (holding + 0.5))
            for number, weight in places[word]:
                scores[number] += idf * weight
        best = sorted(scores, key=lambda number: -scores[number])[:50]
        ids = [entries[number].id for number in best]
        ranks.append(ids.index(right) + 1 if right in ids else None)
    return ranks


def told(ranks: list[int | None]) -> str:
    first = sum(rank is not None and rank <= 5 for rank in ranks) / len(ranks)
    return f"hit@5 {first:.3f}, MRR {sum(1 / rank for rank in ranks if rank) / len(ranks):.3f}"


def quality(language: str, analyser: str, folder: Path) -> None:
    entries, asked = question_set(language)
    index = LexicalIndex(folder / f"{language}-{analyser}", analyser)  # type: ignore[arg-type]
    try:
        index.add(entries)
    except UsageError as error:
        print(f"lexical: {language} {analyser}: {error}")
        return
    ranks: list[int | None] = []
    for question, right, _ in asked:
        ids = [one for one, _ in index.search(question, 50)]
        ranks.append(ids.index(right) + 1 if right in ids else None)
    print(
        f"lexical: {language} {analyser}, {len(asked)} questions, {len(entries)} passages: "
        f"{told(ranks)}; plain words {told(plain_words(entries, asked))}"
    )


def relevance(language: str, folder: Path) -> None:
    """Coverage where the answer is there and found, and where it is not there at all."""
    entries, asked = question_set(language)
    texts = {entry.id: entry.text for entry in entries if int(entry.document_id) % 2}
    index = LexicalIndex(folder / f"{language}-half")
    index.add(entry for entry in entries if entry.id in texts)
    right, wrong, chance, rng = [], [], [], random.Random(5)
    for question, one, section in asked:
        ids = [found for found, _ in index.search(question, 5)]
        if section % 2 and one in ids:
            right += index.coverage(question, [texts[one]])
        elif section % 2 == 0:
            wrong.append(max(index.coverage(question, [texts[i] for i in ids]), default=0.0))
        chance += index.coverage(question, [texts[rng.choice(list(texts))]])
    print(f"  coverage, {language}: kept at threshold: right and found, best wrong, any other")
    for least in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        shares = [sum(v >= least for v in kind) / len(kind) for kind in (right, wrong, chance)]
        print(f"    {least:.2f}: " + ", ".join(f"{share:.2f}" for share in shares))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.build:
        build(given.build, given.most)
        return
    with tempfile.TemporaryDirectory() as folder:
        for language, analyser in (("ko", "bigrams"), ("ko", "kiwi"), ("en", "bigrams")):
            quality(language, analyser, Path(folder))
        for language in ("ko", "en"):
            relevance(language, Path(folder))
        for count in sorted({min(given.most, size) for size in GOALS_MS}):
            speed(count, Path(folder) / str(count))


if __name__ == "__main__":
    main()
