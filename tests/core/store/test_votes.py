from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, text, update

from core.answer import Cost, Timing
from core.errors import StoreError
from core.example import Example
from core.recipe import FewShot, Recipe
from core.store import tables
from core.store.rounds import Rounds
from core.store.votes import VoteFilter, Votes
from tests.core.store.samples import answered

EXAMPLES = FewShot(examples=(Example(question="q", answer="a"),))
PLAIN = Recipe(model="baseline/extract")
BOTH = Recipe(model="openai/gpt-4o-mini", system="Be brief", few_shot=EXAMPLES)


def test_a_vote_comes_back_as_it_was_given(rounds: Rounds, votes: Votes) -> None:
    answer = answered(rounds)
    given = votes.put(answer.id, "somebody", -1, ["unsafe", "wrong"], "틀렸어요")
    found = votes.of([answer.id, "nobody"], "somebody")
    assert found == {answer.id: given}
    assert found[answer.id].reasons == ("wrong", "unsafe")
    assert found[answer.id].voted_at.utcoffset() == timedelta(0)


def test_voting_again_replaces_the_vote(engine: Engine, rounds: Rounds, votes: Votes) -> None:
    answer = answered(rounds)
    votes.put(answer.id, "somebody", -1, ["wrong"], "no")
    votes.put(answer.id, "somebody", -1, ["too_slow"], "slow")
    found = votes.of([answer.id], "somebody")[answer.id]
    assert (found.reasons, found.comment) == (("too_slow",), "slow")
    assert votes_in(engine) == 1


def test_the_vote_handed_back_is_the_one_that_is_stored(rounds: Rounds, votes: Votes) -> None:
    answer = answered(rounds)
    votes.put(answer.id, "somebody", 1)
    again = votes.put(answer.id, "somebody", -1)
    assert votes.of([answer.id], "somebody")[answer.id].id == again.id


def test_a_thumb_up_drops_the_reasons(rounds: Rounds, votes: Votes) -> None:
    answer = answered(rounds)
    votes.put(answer.id, "somebody", -1, ["wrong"], "no")
    votes.put(answer.id, "somebody", 1, ["wrong"], "no")
    found = votes.of([answer.id], "somebody")[answer.id]
    assert (found.rating, found.reasons, found.comment) == (1, (), "")


def test_a_vote_can_be_taken_back(engine: Engine, rounds: Rounds, votes: Votes) -> None:
    answer = answered(rounds)
    votes.put(answer.id, "somebody", 1)
    votes.put(answer.id, "somebody else", -1)
    votes.remove(answer.id, "somebody")
    votes.remove(answer.id, "nobody")
    assert votes.of([answer.id], "somebody") == {}
    assert votes_in(engine) == 1


def test_each_person_has_one_vote_on_each_answer(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    first, second = answered(rounds), answered(rounds)
    for person in ("a", "b"):
        for answer in (first, second):
            votes.put(answer.id, person, 1)
    assert votes_in(engine) == 4
    assert set(votes.of([first.id, second.id], "a")) == {first.id, second.id}


def test_a_vote_on_an_unknown_answer_is_a_store_error(votes: Votes) -> None:
    with pytest.raises(StoreError) as caught:
        votes.put("nobody", "somebody", 1)
    assert caught.value.kind == "not_stored"


def test_a_vote_that_cannot_be_taken_back_is_a_store_error(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    answer = answered(rounds)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE votes"))
    with pytest.raises(StoreError) as caught:
        votes.remove(answer.id, "somebody")
    assert caught.value.kind == "not_stored"


DAY = datetime(2026, 5, 10, tzinfo=UTC)


@pytest.fixture
def three(engine: Engine, rounds: Rounds, votes: Votes) -> None:
    """Three votes on three days: up, down, down."""
    answers = [
        answered(rounds, "Why so?", recipe=PLAIN, model=PLAIN.model),
        answered(rounds, "왜 그런가요?", recipe=BOTH, model=BOTH.model),
        answered(rounds, "Why not?", recipe=BOTH, model=PLAIN.model),
    ]
    votes.put(answers[0].id, "somebody", 1)
    votes.put(answers[1].id, "somebody", -1, ["wrong", "too_slow"])
    votes.put(answers[2].id, "somebody", -1, ["too_slow"])
    with engine.begin() as connection:
        for number, answer in enumerate(answers):
            moment = DAY + timedelta(days=number, hours=23, minutes=59)
            where = tables.votes.c.answer_id == answer.id
            connection.execute(update(tables.votes).where(where).values(voted_at=moment))


@pytest.mark.parametrize(
    ("wanted", "counted"),
    [
        (VoteFilter(), (3, 1)),
        (VoteFilter(models=(PLAIN.model,)), (2, 1)),
        (VoteFilter(models=(PLAIN.model, BOTH.model)), (3, 1)),
        (VoteFilter(models=("nobody",)), (0, 0)),
        (VoteFilter(recipes=(BOTH.key,)), (2, 0)),
        (VoteFilter(techniques=("plain",)), (1, 1)),
        (VoteFilter(techniques=("system",)), (2, 0)),
        (VoteFilter(techniques=("system", "few_shot")), (2, 0)),
        (VoteFilter(techniques=("system", "plain")), (0, 0)),
        (VoteFilter(techniques=("%",)), (0, 0)),
        (VoteFilter(since=date(2026, 5, 11)), (2, 0)),
        (VoteFilter(until=date(2026, 5, 11)), (2, 1)),
        (VoteFilter(since=date(2026, 5, 11), until=date(2026, 5, 11)), (1, 0)),
        (VoteFilter(until=date(2026, 5, 9)), (0, 0)),
        (VoteFilter(rating=1), (1, 1)),
        (VoteFilter(rating=-1), (2, 0)),
        (VoteFilter(reasons=("wrong",)), (1, 0)),
        (VoteFilter(reasons=("too_slow",)), (2, 0)),
        (VoteFilter(reasons=("wrong", "too_slow")), (1, 0)),
        (VoteFilter(reasons=("slow",)), (0, 0)),
        (VoteFilter(languages=("ko",)), (1, 0)),
        (VoteFilter(languages=("ko", "en")), (3, 1)),
        (VoteFilter(models=(PLAIN.model,), rating=-1, languages=("en",)), (1, 0)),
    ],
)
@pytest.mark.usefixtures("three")
def test_every_filter_counts_what_it_names(
    votes: Votes, wanted: VoteFilter, counted: tuple[int, int]
) -> None:
    assert votes.count(wanted) == counted


@pytest.mark.usefixtures("three")
def test_what_can_be_filtered_by_is_what_was_stored(votes: Votes) -> None:
    found = votes.choices()
    assert found.models == sorted([PLAIN.model, BOTH.model])
    assert found.recipes == sorted([(PLAIN.key, PLAIN.label), (BOTH.key, BOTH.label)])
    assert found.techniques == ["few_shot", "plain", "system"]


def test_recipes_are_counted_with_their_n(rounds: Rounds, votes: Votes) -> None:
    for usd, total_s, rating in ((0.25, 1.0, 1), (0.75, 3.0, -1), (None, 5.0, 1)):
        cost = Cost() if usd is None else Cost(usd=usd, basis="listed")
        timing = Timing(total_s=total_s)
        votes.put(answered(rounds, recipe=BOTH, cost=cost, timing=timing).id, "a", rating)
    votes.put(answered(rounds, recipe=PLAIN).id, "a", -1)
    both, plain = votes.by_recipe(VoteFilter())
    assert (both.recipe_key, both.label, both.up, both.n) == (BOTH.key, BOTH.label, 2, 3)
    assert (both.mean_cost_usd, both.n_cost, both.mean_total_s) == (0.5, 2, 3.0)
    assert (plain.recipe_key, plain.up, plain.n) == (PLAIN.key, 0, 1)
    assert (plain.mean_cost_usd, plain.n_cost) == (None, 0)


def test_recipe_counts_follow_the_filter_and_the_limit(rounds: Rounds, votes: Votes) -> None:
    for person in ("a", "b"):
        votes.put(answered(rounds, recipe=BOTH).id, person, 1)
    votes.put(answered(rounds, recipe=PLAIN).id, "a", -1)
    assert [r.recipe_key for r in votes.by_recipe(VoteFilter(rating=-1))] == [PLAIN.key]
    assert [r.recipe_key for r in votes.by_recipe(VoteFilter(), limit=1)] == [BOTH.key]


def votes_in(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(tables.votes)) or 0)
