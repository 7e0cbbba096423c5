"""Choosing examples: which ones, in which order, and what is left out for a reason."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from core.example import Example
from core.example_set import SetExample
from core.examples.choose import (
    MOST_LEFT_OUT,
    MOST_LOOKED_AT,
    MOST_PASSED,
    STRATEGIES,
    Scored,
    choose,
)
from core.examples.places import View, places_of
from core.few_shot import CHOICES, Candidate, Choose, FewShot

Pair = tuple[str, str]


class Listed:
    """A pool in memory that finds what has most words in common."""

    hash = "abc"

    def __init__(self, pairs: Sequence[Pair], asked: str) -> None:
        self.examples = {
            position: SetExample(example=Example(question=q, answer=a), split="train")
            for position, (q, a) in enumerate(pairs)
        }
        self.view: View = places_of(self.examples.items()).view()
        self.labels, self.positions = self.view.labels, self.view.positions
        self.label_of, self.of_label = self.view.label_of, self.view.of_label
        self._words = set(asked.split())
        self.searches = 0
        self.read: Counter[int] = Counter()

    def at(self, positions: Sequence[int]) -> Mapping[int, SetExample]:
        self.read.update(positions)
        return {position: self.examples[position] for position in positions}

    def similar(self, count: int, labels: Collection[int] | None = None) -> list[Scored]:
        self.searches += 1
        scores = {
            position: len(self._words & set(one.example.question.split()))
            for position, one in self.examples.items()
            if labels is None or self.label_of(position) in labels
        }
        best = sorted((p for p, score in scores.items() if score), key=lambda p: (-scores[p], p))
        return [Scored(position=p, score=float(scores[p])) for p in best[:count]]


def length(example: Example) -> int:
    return len(example.question) + len(example.answer)


def chosen(
    pairs: Sequence[Pair], asked: str, choose_by: Choose = "similar", **how: object
) -> tuple[Candidate, ...]:
    settings = replace(FewShot(set="s", choose=choose_by), **how)  # type: ignore[arg-type]
    return choose(Listed(pairs, asked), settings, asked, length)


def given(candidates: Sequence[Candidate]) -> list[str]:
    return [one.example.question for one in candidates if one.left_out is None]


def left_out(candidates: Sequence[Candidate]) -> list[tuple[str, str | None]]:
    return [(one.example.question, one.left_out) for one in candidates if one.left_out]


FRUIT = [
    ("apple pie", "sweet"),
    ("apple pie cream", "sweet"),
    ("salt soup", "salty"),
    ("apple cider", "sour"),
    ("plain bread", "salty"),
    ("lemon", "sour"),
]


def test_fixed_takes_the_first_of_the_set_whatever_is_asked() -> None:
    assert given(chosen(FRUIT, "lemon soup", "fixed", k=2)) == ["apple pie", "apple pie cream"]
    assert {one.score for one in chosen(FRUIT, "lemon soup", "fixed")} == {None}


def test_random_depends_on_the_seed_and_not_on_the_question() -> None:
    first = given(chosen(FRUIT, "a question", "random", k=4))
    assert first == given(chosen(FRUIT, "무엇인가요", "random", k=4))
    others = [given(chosen(FRUIT, "a question", "random", k=4, seed=seed)) for seed in range(8)]
    assert len({tuple(one) for one in others}) > 1
    assert sorted(given(chosen(FRUIT, "x", "random", k=6))) == sorted(q for q, _ in FRUIT)


def test_the_most_similar_stands_last_next_to_the_question() -> None:
    found = chosen(FRUIT, "apple cream pie recipes tomorrow", k=3)
    assert given(found) == ["apple cider", "apple pie", "apple pie cream"]
    assert [one.score for one in found] == [1, 2, 3]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("best_first", ["apple pie cream", "apple pie", "apple cider"]),
        ("best_last", ["apple cider", "apple pie", "apple pie cream"]),
        ("set", ["apple pie", "apple pie cream", "apple cider"]),
    ],
)
def test_the_order_is_the_one_that_was_set(order: str, expected: list[str]) -> None:
    assert given(chosen(FRUIT, "apple cream pie recipes tomorrow", k=3, order=order)) == expected


def test_a_random_order_is_the_seeds_alone() -> None:
    orders = [
        given(chosen(FRUIT, "apple pie now", k=4, order="random", seed=s)) for s in (1, 1, 2, 3)
    ]
    assert orders[0] == orders[1]
    assert len({tuple(one) for one in orders}) > 1
    assert {frozenset(one) for one in orders} == {frozenset(orders[0])}


def test_missing_places_are_filled_in_the_order_of_the_set_with_score_0() -> None:
    found = chosen(FRUIT, "one lemon grove", k=4, order="best_first")
    assert given(found) == ["lemon", "apple pie", "apple pie cream", "salt soup"]
    assert [one.score for one in found] == [1, 0, 0, 0]
    nothing = chosen(FRUIT, "자전거", k=2, order="best_first")
    assert given(nothing) == ["apple pie", "apple pie cream"]


def test_equally_similar_ones_keep_the_order_of_the_set() -> None:
    pairs = [(f"tea number {letter}", "x") for letter in "abcdef"]
    assert given(chosen(pairs, "tea", k=3, order="best_first")) == [q for q, _ in pairs[:3]]


@pytest.mark.parametrize("how", CHOICES)
def test_more_than_there_are_gives_all_of_them(how: Choose) -> None:
    found = chosen(FRUIT, "apple soup", how, k=64)
    assert sorted(given(found)) == sorted(q for q, _ in FRUIT)


@pytest.mark.parametrize("how", CHOICES)
def test_an_empty_pool_gives_nothing(how: Choose) -> None:
    assert chosen([], "apple", how) == ()


CAPITALS = [
    ("프랑스의 수도는 어디인가요?", "파리"),
    ("이탈리아의 수도는 어디인가요?", "로마"),
    ("일본의 수도는 어디인가요?", "도쿄"),
    ("독일의 수도는 어디인가요?", "베를린"),
]


@pytest.mark.parametrize("how", CHOICES)
def test_an_example_that_is_the_question_is_left_out_and_another_takes_its_place(
    how: Choose,
) -> None:
    found = chosen(CAPITALS, "프랑스의  수도는 어디인가요", how, k=3)
    assert sorted(given(found)) == sorted(q for q, _ in CAPITALS[1:])
    if how != "random":
        assert left_out(found) == [(CAPITALS[0][0], "leak")]
        assert found[-1].alike == "equal"


def test_a_leak_is_shown_where_that_was_allowed_and_says_so() -> None:
    found = chosen(CAPITALS, CAPITALS[0][0], k=2, allow_leak=True)
    assert CAPITALS[0][0] in given(found)
    assert [one.alike for one in found if one.example.answer == "파리"] == ["equal"]
    assert left_out(found) == []


def test_a_question_that_repeats_is_shown_once() -> None:
    pairs = [("tea time", "a"), ("Tea  time?", "b"), ("tea time", "c"), ("tea pot", "d")]
    assert given(chosen(pairs, "a tea", k=4, order="best_first")) == ["tea time", "tea pot"]


def test_a_set_of_nothing_but_the_question_is_not_read_to_its_end() -> None:
    pool = Listed([("what is tea", f"answer {n}") for n in range(3 * MOST_LOOKED_AT)], "")
    found = choose(pool, FewShot(set="s", k=8), "what is tea", length)
    assert (given(found), len(found)) == ([], 1)
    assert len(pool.read) <= MOST_LOOKED_AT + MOST_LOOKED_AT // 2


def test_only_so_many_of_those_left_out_are_told() -> None:
    question = " ".join(["tea"] * 12)
    pairs = [(f"{'tea ' * n}{'.' * n}", str(n)) for n in range(1, 2 * MOST_LEFT_OUT)]
    assert len(left_out(chosen(pairs, question, "fixed", k=8))) <= MOST_LEFT_OUT


# ---- diverse ------------------------------------------------------------------------------------


def test_diverse_takes_the_best_of_each_answer_in_turn() -> None:
    found = chosen(FRUIT, "apple pie of salt", "diverse", k=3)
    assert {one.example.answer for one in found} == {"sweet", "sour", "salty"}
    assert "apple pie" in given(found)
    assert "salt soup" in given(found)
    more = Counter(one.example.answer for one in chosen(FRUIT, "apple pie shop", "diverse", k=5))
    assert sorted(more.values()) == [1, 2, 2]


def test_diverse_finds_a_rare_answer_among_many_more_similar_ones() -> None:
    pairs = [(f"tea pot number{n}", "common") for n in range(500)]
    pairs += [("tea bag", "rare"), ("coffee", "third")]
    pool = Listed(pairs, "tea pot")
    found = choose(pool, FewShot(set="s", choose="diverse", k=4), "tea pot", length)
    assert Counter(one.example.answer for one in found) == {"common": 2, "rare": 1, "third": 1}
    assert sum(pool.read.values()) < 60


def test_labels_that_differ_only_in_spacing_and_case_are_one() -> None:
    pairs = [("tea one", "Good"), ("tea two", " good "), ("tea three", "bad")]
    found = chosen(pairs, "tea", "diverse", k=2)
    assert given(found) == ["tea three", "tea one"]


def test_an_answer_whose_best_example_leaks_shows_its_next_one() -> None:
    pairs = [("apple pie", "sweet"), ("apple pie with cream", "sweet"), ("apple soup", "salty")]
    pairs += [("apple cider", "sour")]
    found = chosen(pairs, "apple pie", "diverse", k=2, order="best_first")
    assert given(found) == ["apple pie with cream", "apple soup"]
    assert left_out(found) == [("apple pie", "leak")]


def test_diverse_is_similar_where_all_answers_differ() -> None:
    pairs = [(question, f"answer {n}") for n, (question, _) in enumerate(FRUIT)]
    for k in (2, 4, 6):
        one, other = (chosen(pairs, "apple pie and salt", how, k=k) for how in CHOICES[2:4])
        assert given(one) == given(other)


# ---- budget -------------------------------------------------------------------------------------


def test_one_too_long_is_passed_over_and_a_shorter_one_behind_it_still_fits() -> None:
    pairs = [("tea leaf pot", "x" * 20), ("tea leaf", "y" * 90), ("tea", "z" * 5)]
    found = chosen(pairs, "leaf tea pot please", "budget", k=3, budget_tokens=50)
    assert given(found) == ["tea", "tea leaf pot"]
    assert left_out(found) == [("tea leaf", "budget")]
    assert sum(one.tokens for one in found if one.left_out is None) <= 50


def test_a_budget_gives_no_more_than_k() -> None:
    assert len(given(chosen(FRUIT, "apple", "budget", k=2, budget_tokens=10_000))) == 2


def test_a_spent_budget_ends_the_search() -> None:
    pairs = [(f"tea {'long ' * 50}{n}", "x") for n in range(500)]
    found = chosen(pairs, "tea", "budget", k=64, budget_tokens=16)
    assert (given(found), len(left_out(found))) == ([], MOST_PASSED)


def test_every_way_to_choose_has_its_function() -> None:
    assert tuple(STRATEGIES) == CHOICES
