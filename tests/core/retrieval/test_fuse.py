"""Fusion, relevance, variety and cuts, against cases worked out by hand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.example import Passage
from core.retrieval.fuse import (
    UNRELATED,
    cut,
    estimated_tokens,
    maximal_marginal_relevance,
    reciprocal_rank_fusion,
    relevance,
)
from core.search import Hit


def hit(name: str, relevant: float = 1.0, tokens: int = 10, **more: object) -> Hit:
    passage = Passage(document="d", start=0, end=1, text=name, id=name)
    scores = {"relevance": relevant}
    return Hit(passage=passage, ranks={}, scores=scores, tokens=tokens, **more)  # type: ignore[arg-type]


def cuts(hits: tuple[Hit, ...]) -> list[tuple[str, str | None]]:
    return [(one.passage.text, one.cut) for one in hits]


def test_reciprocal_rank_fusion_adds_the_reciprocal_ranks():
    found = reciprocal_rank_fusion(
        {"lexical": ["a", "b", "c"], "dense": ["c", "a", "d"]}, {"lexical": 1.0, "dense": 1.0}
    )
    assert found == pytest.approx(
        {"a": 1 / 61 + 1 / 62, "c": 1 / 63 + 1 / 61, "b": 1 / 62, "d": 1 / 63}
    )
    assert list(found) == ["a", "c", "b", "d"]


def test_a_weight_decides_which_list_is_believed():
    lists = {"lexical": ["a", "b"], "dense": ["b", "a"]}
    assert list(reciprocal_rank_fusion(lists, {"lexical": 0.9, "dense": 0.1})) == ["a", "b"]
    assert list(reciprocal_rank_fusion(lists, {"lexical": 0.1, "dense": 0.9})) == ["b", "a"]
    found = reciprocal_rank_fusion(lists, {"lexical": 0.25, "dense": 0.75})
    assert found == pytest.approx({"a": 0.25 / 61 + 0.75 / 62, "b": 0.25 / 62 + 0.75 / 61})


def test_equal_scores_keep_the_order_in_which_they_were_met():
    lists = {"lexical": ["b", "a"], "dense": ["a", "b"]}
    assert list(reciprocal_rank_fusion(lists, {"lexical": 1, "dense": 1})) == ["b", "a"]


def test_fusing_nothing_gives_nothing():
    assert reciprocal_rank_fusion({}, {}) == {}
    assert reciprocal_rank_fusion({"lexical": []}, {"lexical": 1}) == {}


@pytest.mark.parametrize(
    ("coverage", "cosine", "expected"),
    [
        (0.3, 0.6, 0.5),
        (0.7, 0.6, 0.7),
        (None, 0.6, 0.5),
        (None, UNRELATED, 0.0),
        (0.4, None, 0.4),
        (None, None, 0.0),
        (0.0, -0.5, 0.0),
        (1.0, 1.0000001, 1.0),
    ],
)
def test_relevance_is_the_better_of_the_two_signs(coverage, cosine, expected):
    assert relevance(coverage, cosine) == pytest.approx(expected)


def test_maximal_marginal_relevance_passes_over_a_near_repetition():
    scores = [0.9, 0.88, 0.5]
    alike = [[1.0, 0.95, 0.1], [0.95, 1.0, 0.1], [0.1, 0.1, 1.0]]
    # second: 0.5 * 0.88 - 0.5 * 0.95 = -0.035; third: 0.5 * 0.5 - 0.5 * 0.1 = 0.2
    chosen = maximal_marginal_relevance(scores, lambda a, b: alike[a][b], 0.5, 2)
    assert chosen == [0, 2]
    assert maximal_marginal_relevance(scores, lambda a, b: alike[a][b], 0.5, 9) == [0, 2, 1]


def test_with_all_weight_on_relevance_the_order_is_that_of_relevance():
    scores = [0.2, 0.9, 0.5]
    assert maximal_marginal_relevance(scores, lambda a, b: 1.0, 1.0, 3) == [1, 2, 0]


def test_with_no_weight_on_relevance_the_most_unlike_comes_next():
    places = [0.0, 0.1, 0.9]
    near = maximal_marginal_relevance(
        [0.1, 1.0, 0.5], lambda a, b: 1 - abs(places[a] - places[b]), 0.0, 2
    )
    assert near == [0, 2]


def test_choosing_none_or_from_none_gives_none():
    assert maximal_marginal_relevance([], lambda a, b: 1.0, 0.5, 3) == []
    assert maximal_marginal_relevance([0.5], lambda a, b: 1.0, 0.5, 0) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=12), st.floats(0, 1), st.integers(0, 15))
def test_whatever_the_weight_nothing_is_chosen_twice(scores, weight, count):
    chosen = maximal_marginal_relevance(scores, lambda a, b: 0.5, weight, count)
    assert len(chosen) == len(set(chosen)) == min(count, len(scores))
    assert set(chosen) <= set(range(len(scores)))


def test_what_is_not_relevant_is_cut_before_it_can_take_a_place():
    hits = [hit("a", 0.1), hit("b", 0.9), hit("c", 0.2), hit("d", 0.8), hit("e", 0.7)]
    assert cuts(cut(hits, threshold=0.5, top_k=2, budget=100)) == [
        ("b", None),
        ("d", None),
        ("a", "threshold"),
        ("c", "threshold"),
        ("e", "top_k"),
    ]


def test_what_is_exactly_at_the_threshold_is_given():
    assert cuts(cut([hit("a", 0.25)], threshold=0.25, top_k=1, budget=10)) == [("a", None)]


def test_a_passage_too_long_for_the_budget_is_passed_over_for_a_shorter_one():
    hits = [hit("a", tokens=60), hit("b", tokens=50), hit("c", tokens=40), hit("d", tokens=1)]
    assert cuts(cut(hits, threshold=0, top_k=9, budget=100)) == [
        ("a", None),
        ("c", None),
        ("b", "budget"),
        ("d", "budget"),
    ]


def test_a_place_is_cut_before_the_budget_is_asked():
    hits = [hit("a", tokens=10), hit("b", tokens=1000)]
    assert cuts(cut(hits, threshold=0, top_k=1, budget=20)) == [("a", None), ("b", "top_k")]


def test_what_was_cut_before_stays_cut_for_its_own_reason():
    hits = [hit("a", cut="mmr"), hit("b")]
    assert cuts(cut(hits, threshold=0, top_k=9, budget=100)) == [("b", None), ("a", "mmr")]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(1, 80)), max_size=15),
    st.floats(0, 1),
    st.integers(1, 8),
    st.integers(16, 200),
)
def test_no_cut_ever_gives_too_many_too_much_or_loses_one(numbers, threshold, top_k, budget):
    hits = [hit(str(n), relevant, tokens) for n, (relevant, tokens) in enumerate(numbers)]
    made = cut(hits, threshold=threshold, top_k=top_k, budget=budget)
    taken = [one for one in made if one.cut is None]
    assert made[: len(taken)] == tuple(taken)
    assert len(taken) <= top_k
    assert sum(one.tokens for one in taken) <= budget
    assert all(one.scores["relevance"] >= threshold for one in taken)
    assert {one.passage.text for one in made} == {one.passage.text for one in hits}
    places = [int(one.passage.text) for one in taken]
    assert places == sorted(places)


def test_tokens_are_rather_overestimated():
    assert estimated_tokens("") == 0
    assert estimated_tokens("가나다") == 3
    assert estimated_tokens("abcdef") == 2
    assert estimated_tokens("가 a") == 1 + math.ceil(2 / 3)
