"""Measures of a search, and how sure they are."""

from math import log2
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.intervals import wilson
from core.retrieval.metrics import (
    Judged,
    hit_at,
    mrr,
    ndcg_at,
    paired_difference,
    recall_at,
    summarise,
)


def judged(ranked: str, right: str) -> Judged:
    return Judged(ranked=tuple(ranked), right=frozenset(right))


def test_a_question_is_measured_by_the_formulas():
    one = judged("abcde", "be")
    assert [hit_at(one, k) for k in (0, 1, 2, 5)] == [0, 0, 1, 1]
    assert [recall_at(one, k) for k in (1, 2, 5, 100)] == [0, 0.5, 1, 1]
    assert mrr(one) == 0.5
    assert ndcg_at(one, 5) == pytest.approx((1 / log2(3) + 1 / log2(6)) / (1 + 1 / log2(3)))
    assert ndcg_at(judged("ba", "b"), 1) == ndcg_at(judged("ba", "ab"), 1) == 1


def test_what_was_not_found_counts_as_nothing():
    for one in (judged("abc", "x"), judged("", "x"), judged("abc", "")):
        assert hit_at(one, 3) == recall_at(one, 3) == mrr(one) == ndcg_at(one, 3) == 0


def test_a_repeated_passage_counts_once():
    one = judged("aab", "ab")
    assert (recall_at(one, 2), ndcg_at(one, 2)) == (1, 1)


def test_a_summary_has_every_measure_with_its_interval():
    questions = [judged("abc", right) for right in "abcx" * 25]
    found = {measure.name: measure for measure in summarise(questions, ks=(1, 3))}
    assert list(found) == ["hit@1", "recall@1", "ndcg@1", "hit@3", "recall@3", "ndcg@3", "mrr"]
    hit, rank = found["hit@3"], found["mrr"]
    expected = wilson(75, 100)
    assert (hit.mean, hit.low, hit.high, hit.n) == (0.75, expected.low, expected.high, 100)
    assert rank.mean == pytest.approx((1 + 1 / 2 + 1 / 3) / 4)
    assert rank.low < rank.mean < rank.high
    assert summarise(questions, ks=(1, 3)) == summarise(questions, ks=(1, 3))


def test_three_of_three_are_not_certain():
    found = {measure.name: measure for measure in summarise([judged("a", "a")] * 3)}
    assert all(measure.mean == 1 and measure.low < 0.5 for measure in found.values())


def test_no_question_gives_no_measure():
    assert summarise([]) == ()
    assert paired_difference([], []) is None


def test_the_interval_of_a_mean_covers_it_nineteen_times_of_twenty():
    random = Random(5)
    covered = 0
    for _ in range(200):
        values = [random.choice([0, 1 / 3, 1 / 2, 1]) for _ in range(40)]
        found = paired_difference(values, [0.0] * 40)
        covered += found.low <= (1 / 3 + 1 / 2 + 1) / 4 <= found.high
    assert 0.90 <= covered / 200 <= 0.99


def test_a_paired_difference_sees_what_separate_intervals_hide():
    random = Random(3)
    hard = [random.random() * 0.8 for _ in range(60)]
    better = [value + 0.1 for value in hard]
    found = paired_difference(better, hard)
    assert found.mean == pytest.approx(0.1)
    assert 0 < found.low <= found.high
    other = paired_difference(hard, better)
    assert other.mean == pytest.approx(-found.mean)
    with pytest.raises(ValueError, match="zip"):
        paired_difference([1.0], [1.0, 0.0])


def test_a_thousand_questions_are_no_burden():
    questions = [judged("abcdefghij", right) for right in "abcdefghijx"] * 100
    assert all(measure.n == 1100 for measure in summarise(questions))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.builds(
            Judged,
            ranked=st.lists(st.sampled_from("abcdef"), max_size=8).map(tuple),
            right=st.frozensets(st.sampled_from("abcdefgh"), min_size=1),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_every_measure_is_a_share_inside_its_interval(questions):
    for measure in summarise(questions):
        assert 0 <= measure.low <= measure.mean + 1e-9
        assert measure.mean - 1e-9 <= measure.high <= 1 + 1e-9
