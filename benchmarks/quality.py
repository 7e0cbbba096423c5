"""The sample collection with its questions: what is found by default, and by each leg alone.

A question belongs to `shared words` when at least half of its content words stand in one of its
right passages; the others say it in other words, which no lexical index can know. A content word is
a word that `core.retrieval.terms.asking` does not name: of Hangul two syllables or more, by its
first two, as particles and endings follow; of letters three or more, by its first five; a number.
Run: python -m benchmarks.quality. Goals: Korean recall@5 >= 0.97 for `shared words`; the default
never below the better leg.
"""

import re
import statistics
import tempfile
from collections.abc import Callable, Sequence

from benchmarks.documents import indexed, opened, report, stored
from benchmarks.servers import ROOT
from core.retrieval.indexes import searched
from core.retrieval.measuring import RightPassages, answerable, evaluate
from core.retrieval.metrics import Judged, hit_at, mrr, paired_difference, summarise
from core.retrieval.progress import SourceFile
from core.retrieval.question_files import read_questions
from core.retrieval.terms import asking, terms
from core.search import Mode, Retrieval

SAMPLE = ROOT / "assets" / "documents"
MODES: tuple[Mode, ...] = ("auto", "lexical", "dense")
SHOWN = ("recall@5", "hit@1", "mrr", "ndcg@5")
WORD = re.compile(r"[가-힣]+|\d+|[^\W\d_가-힣]+")


def content_words(text: str) -> set[str]:
    found = set()
    for word in WORD.findall(text.lower()):
        if word[0] >= "가":
            if len(word) > 1 and word[:2] not in asking():
                found.add(word[:2])
        elif word.isdecimal():
            found.add(word)
        elif len(word) > 2 and not asking().issuperset(terms(word)):
            found.add(word[:5])
    return found


def shares_words(question: str, passages: Sequence[str]) -> bool:
    words = content_words(question)
    texts = [text.lower() for text in passages]
    return any(2 * sum(word in text for word in words) >= len(words) for text in texts)


def measure_quality() -> None:
    paths = sorted(path for path in (SAMPLE / "haedam").rglob("*") if path.is_file())
    with tempfile.TemporaryDirectory() as home, opened(home) as lab:
        library = lab.library
        collection = library.create("haedam")
        indexed(library, collection, [SourceFile(path=p, name=p.name) for p in paths])
        right = RightPassages(library.shelf, collection)
        texts = {one.id: searched(one) for one in stored(library, collection)}
        for language in ("ko", "en"):
            file = SAMPLE / f"questions.{language}.jsonl"
            questions = read_questions(file.name, file.read_bytes())
            wanted = {one.id: right.of(one) for one in questions}

            def of(mode: Mode) -> tuple[Judged, ...]:
                return evaluate(
                    lambda how, question: library.search(how, [question]),
                    Retrieval(collection="haedam", mode=mode),
                    questions,  # noqa: B023 - called in this turn of the loop
                    lambda one: wanted[one.id],  # noqa: B023
                ).judged

            shared = [
                shares_words(one.question, [texts[found] for found in wanted[one.id]])
                for one in questions
                if answerable(one)
            ]
            report_quality(language, {mode: of(mode) for mode in MODES}, shared)


def report_quality(
    language: str, judged: dict[Mode, tuple[Judged, ...]], shared: list[bool]
) -> None:
    groups = {
        "all": [True] * len(shared),
        "shared words": shared,
        "other words": [not one for one in shared],
    }
    for group, members in groups.items():
        chosen = {
            mode: [one for one, inside in zip(every, members, strict=True) if inside]
            for mode, every in judged.items()
        }
        for mode, some in chosen.items():
            report_measures(language, group, mode, some)
        report_fusion(language, group, chosen)


def report_measures(language: str, group: str, mode: Mode, some: Sequence[Judged]) -> None:
    measures = {one.name: one for one in summarise(some)}
    told = ", ".join(
        f"{one.name} {one.mean:.3f} [{one.low:.3f} to {one.high:.3f}]"
        for one in (measures[name] for name in SHOWN)
    )
    told = f"quality, {language}, {group}, n={len(some)}, {mode}: {told}"
    if (language, group, mode) == ("ko", "shared words", "auto"):
        report(told, "recall@5 0.97", measures["recall@5"].mean >= 0.97)
    else:
        print(told, flush=True)


def report_fusion(language: str, group: str, chosen: dict[Mode, list[Judged]]) -> None:
    """The goal is for all questions: which leg is better in a group is chance with so few."""
    values: dict[str, Callable[[Judged], float]] = {"hit@5": lambda one: hit_at(one, 5), "MRR": mrr}
    legs: tuple[Mode, ...] = ("lexical", "dense")
    for name, value in values.items():
        of = {mode: [value(one) for one in some] for mode, some in chosen.items()}
        better = max(legs, key=lambda mode: statistics.mean(of[mode]))
        more = paired_difference(of["auto"], of[better])
        assert more is not None
        told = (
            f"quality, {language}, {group}: {name} of auto {more.mean:+.3f} "
            f"[{more.low:+.3f} to {more.high:+.3f}] against {better}"
        )
        if group == "all":
            report(told, "not below", more.mean >= 0)
        else:
            print(told, flush=True)


if __name__ == "__main__":
    measure_quality()
