"""How well passages are found: questions whose right passage is known, put to one setting."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.collection import Collection, StoredPassage
from core.retrieval.metrics import Judged, Measure, summarise
from core.retrieval.questions import Question, is_right
from core.retrieval.searcher import as_passage
from core.retrieval.shelf import Shelf
from core.search import Retrieval, Search

FOUND = "right"
"""Stands for every passage that holds the quotation of a question."""
NOWHERE = "nowhere"
"""Stands for a right passage that no passage of the collection is: it can only be missed."""
DEPTH = 10
"""Ranks that are looked at, whatever number of passages a model gets."""

Find = Callable[[Retrieval, str], Search]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question and what was found for it."""

    question: Question
    rank: int | None
    """Of the first right passage; None when it was not found, or there is none."""
    given: tuple[int, ...]
    """Estimated tokens of each passage that a model would have got, in their order."""
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How one setting did."""

    how: Retrieval
    measures: tuple[Measure, ...]
    asked: tuple[Asked, ...]
    judged: tuple[Judged, ...]
    """Of the questions that have an answer, in the order of `asked`."""
    nothing_found: float | None
    """Share of the questions without an answer for which nothing was given; None without any."""

    def context_tokens(self, top_k: int | None = None) -> float:
        """Mean tokens given to a model; with fewer passages than were asked for, if wanted."""
        given = [sum(one.given[:top_k]) for one in self.asked]
        return statistics.fmean(given) if given else 0.0

    @property
    def median_s(self) -> float:
        return statistics.median(one.seconds for one in self.asked) if self.asked else 0.0


class RightPassages:
    """Which passages of a collection answer a question; each document is read once."""

    def __init__(self, shelf: Shelf, collection: Collection) -> None:
        self._shelf, self._collection = shelf, collection
        self._by_document: dict[str, list[StoredPassage]] = {}
        for batch in shelf.each(collection.id):
            for passage in batch:
                self._by_document.setdefault(passage.document, []).append(passage)

    def of(self, question: Question) -> frozenset[str]:
        named = question.document
        lists = [self._by_document.get(named, [])] if named else self._by_document.values()
        return frozenset(
            one.id for passages in lists for one in passages if is_right(question, as_passage(one))
        )


def evaluate(
    find: Find,
    how: Retrieval,
    questions: Sequence[Question],
    right: Callable[[Question], frozenset[str]],
    *,
    ks: Sequence[int] = (),
    heed: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Put every question to one setting.

    What is below the threshold counts as not found. A question without any right passage in the
    collection, because the way of cutting tore it apart, counts as missed.

    Args:
        find: the search.
        how: the setting; more ranks than its `top_k` are looked at.
        questions: those that can be answered, and those that cannot.
        right: ids of the passages that answer a question.
        ks: ranks to measure at, besides 1, 3, 5, 10 and the setting's own.
        heed: called before each question; raises to stop.
    """
    asked: list[Asked] = []
    judged: list[Judged] = []
    unanswerable: list[bool] = []
    for question in questions:
        heed()
        began = time.perf_counter()
        search = find(how, question.question)
        seconds = time.perf_counter() - began
        ranked = [
            str(hit.passage.id) for hit in search.hits if hit.cut in (None, "top_k", "budget")
        ][: max(DEPTH, how.top_k)]
        wanted = right(question) if answerable(question) else frozenset[str]()
        ranks = [rank for rank, one in enumerate(ranked, 1) if one in wanted]
        asked.append(
            Asked(
                question=question,
                rank=ranks[0] if ranks else None,
                given=tuple(hit.tokens for hit in search.hits if hit.cut is None),
                seconds=seconds,
            )
        )
        if answerable(question):
            judged.append(_judged(question, ranked, wanted))
        else:
            unanswerable.append(not search.given)
    return Evaluation(
        how=how,
        measures=summarise(judged, ks=sorted({1, 3, 5, 10, how.top_k, *ks})),
        asked=tuple(asked),
        judged=tuple(judged),
        nothing_found=statistics.fmean(unanswerable) if unanswerable else None,
    )


def _judged(question: Question, ranked: Sequence[str], wanted: frozenset[str]) -> Judged:
    """A quotation that stands in two overlapping passages is found with either of them."""
    if question.passage_ids:
        return Judged(ranked=tuple(ranked), right=wanted or frozenset({NOWHERE}))
    same = tuple(FOUND if one in wanted else one for one in ranked)
    return Judged(ranked=same, right=frozenset({FOUND}))


def answerable(question: Question) -> bool:
    """Whether the question says where its answer stands, or what it is."""
    return bool(question.document or question.quote or question.passage_ids or question.answer)


def measured(evaluation: Evaluation, name: str) -> Measure | None:
    """One measure by its name, such as `recall@5`."""
    return next((one for one in evaluation.measures if one.name == name), None)
