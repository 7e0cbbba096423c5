"""How well a search finds the right passages: the usual measures, each with its interval.

Knows neither collections nor models: it gets ranked names and the set of right ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from core.intervals import wilson

DRAWS = 1000
SEED = 20_230_301
"""Fixed, so that the same questions give the same interval."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One question's passages as they were found, and the right ones."""

    ranked: tuple[str, ...]
    """Ids, best first; of a repeated one only the first counts."""
    right: frozenset[str]
    """Never empty: a question without a right passage cannot be measured."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A mean over questions, with its 95 % interval."""

    name: str
    """`hit@5`, `recall@5`, `ndcg@5`, `mrr`; `difference` for a pair."""
    mean: float
    low: float
    high: float
    n: int
    """Questions."""


def hit_at(judged: Judged, k: int) -> float:
    """1 when a right passage is among the first `k`, else 0 (success at k)."""
    return float(any(name in judged.right for name in _first(judged, k)))


def recall_at(judged: Judged, k: int) -> float:
    """Share of the right passages among the first `k`.

    C. J. van Rijsbergen, Information Retrieval, 2nd ed. (1979), chapter 7.
    """
    found = sum(name in judged.right for name in _first(judged, k))
    return found / len(judged.right) if judged.right else 0.0


def mrr(judged: Judged) -> float:
    """Reciprocal rank of the first right passage, 0 without one.

    E. M. Voorhees, The TREC-8 Question Answering Track Report (1999).
    """
    for rank, name in enumerate(_first(judged, len(judged.ranked)), 1):
        if name in judged.right:
            return 1 / rank
    return 0.0


def ndcg_at(judged: Judged, k: int) -> float:
    """Discounted gain of the first `k` over that of the best order; gains are 0 or 1.

    K. Järvelin and J. Kekäläinen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20
    (2002), with the discount 1 / log2(rank + 1) of C. Burges et al., ICML (2005).
    """
    gained = sum(
        1 / log2(rank + 1) for rank, name in enumerate(_first(judged, k), 1) if name in judged.right
    )
    best = sum(1 / log2(rank + 1) for rank in range(1, min(k, len(judged.right)) + 1))
    return gained / best if best else 0.0


def _first(judged: Judged, k: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(judged.ranked))[: max(0, k)]


def summarise(judged: Sequence[Judged], ks: Sequence[int] = (1, 3, 5, 10)) -> tuple[Measure, ...]:
    """Every measure over all questions: hit, recall and nDCG at each `k`, then MRR.

    Shares have the Wilson interval, means the percentile bootstrap over questions: B. Efron,
    Bootstrap methods: another look at the jackknife, Annals of Statistics 7 (1979). Empty without
    questions.
    """
    values: dict[str, list[float]] = {}
    for k in ks:
        values[f"hit@{k}"] = [hit_at(one, k) for one in judged]
        values[f"recall@{k}"] = [recall_at(one, k) for one in judged]
        values[f"ndcg@{k}"] = [ndcg_at(one, k) for one in judged]
    values["mrr"] = [mrr(one) for one in judged]
    if not judged:
        return ()
    limits = _bootstrap(list(values.values()))
    return tuple(
        _measure(name, numbers, *limit)
        for (name, numbers), limit in zip(values.items(), limits, strict=True)
    )


def _measure(name: str, values: Sequence[float], low: float, high: float) -> Measure:
    count = len(values)
    if all(value in (0.0, 1.0) for value in values):
        # A share. The bootstrap would call three of three certain: every draw is 1.
        share = wilson(round(sum(values)), count)
        if share:
            low, high = share.low, share.high
    return Measure(name=name, mean=sum(values) / count, low=low, high=high, n=count)


def paired_difference(a: Sequence[float], b: Sequence[float]) -> Measure | None:
    """Mean of `a - b` over the same questions, in the same order; None without questions.

    Drawing questions keeps each pair together, so what makes a question hard cancels out:
    T. Sakai, Evaluating evaluation metrics based on the bootstrap, SIGIR (2006). An interval on
    one side of 0 is a difference; pairs that are all equal give no width, whatever their number.
    """
    differences = [first - second for first, second in zip(a, b, strict=True)]
    if not differences:
        return None
    ((low, high),) = _bootstrap([differences])
    mean = sum(differences) / len(differences)
    return Measure(name="difference", mean=mean, low=low, high=high, n=len(differences))


def _bootstrap(columns: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """The middle 95 % of the means of redrawn questions, the same draws for every column."""
    import numpy

    values: numpy.typing.NDArray[numpy.float64] = numpy.array(columns, dtype=numpy.float64).T
    count = len(values)
    draw = numpy.random.default_rng(SEED)
    means = numpy.empty((DRAWS, values.shape[1]))
    for place in range(DRAWS):
        # How often each question was drawn: no DRAWS x questions table is ever held.
        times = numpy.bincount(draw.integers(0, count, count), minlength=count)
        means[place] = times @ values / count
    low, high = numpy.percentile(means, [2.5, 97.5], axis=0)
    return [(float(one), float(other)) for one, other in zip(low, high, strict=True)]
