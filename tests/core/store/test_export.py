import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import pandas
import pytest
from sqlalchemy import Engine, insert

from core.answer import Cost, Timing, Usage
from core.example import Passage
from core.few_shot import FewShot
from core.recipe import Recipe
from core.search import Retrieval
from core.store import tables
from core.store.export import (
    ANSWER_COLUMNS,
    BOM,
    ROWS_AT_ONCE,
    VOTE_COLUMNS,
    Row,
    answer_rows,
    as_csv,
    as_jsonl,
    harmless,
    vote_rows,
)
from core.store.rounds import Rounds, _answer_row
from core.store.votes import VoteFilter, Votes
from core.template import TemplateUse
from tests.core.store.samples import FULL_ANSWER, add_answer, answered, open_round, shown

CONTRACT = [
    "vote_id",
    "voted_at",
    "rating",
    "reasons",
    "comment",
    "answer_id",
    "round_id",
    "question",
    "answer",
    "recipe_key",
    "recipe",
    "model",
    "techniques",
    "few_shot_set",
    "few_shot_ids",
    "collection",
    "passage_ids",
    "adapter",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "cost_basis",
    "ttft_s",
    "total_s",
    "tokens_per_s",
    "stop_reason",
    "error",
    "language",
]
AWKWARD = '쉼표, "따옴표"\n둘째 줄\r\n셋째 줄; tab\tend 🙂'


def csv_of(engine: Engine, wanted: VoteFilter | None = None) -> str:
    return "".join(as_csv(vote_rows(engine, wanted or VoteFilter()), VOTE_COLUMNS))


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline=""), strict=True))


def test_the_csv_has_the_columns_of_the_contract(engine: Engine) -> None:
    (header,) = csv.reader([csv_of(engine).removeprefix(BOM)])
    assert tuple(header) == VOTE_COLUMNS
    assert set(CONTRACT) <= set(header)
    assert len(set(header)) == len(header)


def test_an_empty_export_is_a_header(engine: Engine) -> None:
    assert csv_of(engine) == BOM + ",".join(VOTE_COLUMNS) + "\r\n"
    assert "".join(as_jsonl(vote_rows(engine, VoteFilter()), VOTE_COLUMNS)) == ""


def test_the_csv_begins_with_one_byte_order_mark(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    votes.put(answered(rounds).id, "somebody", 1)
    content = csv_of(engine).encode()
    assert content.startswith(b"\xef\xbb\xbfvote_id,")
    assert content.count(b"\xef\xbb\xbf") == 1


def test_csv_and_pandas_read_back_what_was_written(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    answer = answered(rounds, AWKWARD, text=AWKWARD)
    votes.put(answer.id, "somebody", -1, ["wrong", "too_slow"], AWKWARD)
    text = csv_of(engine)
    (row,) = parsed(text)
    frame = pandas.read_csv(io.BytesIO(text.encode()))
    assert len(frame) == 1
    for column in ("question", "answer", "comment"):
        assert row[column] == AWKWARD
        assert frame.loc[0, column] == AWKWARD
    assert row["reasons"] == "wrong too_slow"
    assert list(frame.columns) == list(VOTE_COLUMNS)


def test_records_end_and_quote_as_rfc_4180_says(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    votes.put(answered(rounds, 'a "b", c\nd').id, "somebody", 1)
    text = csv_of(engine)
    assert text.count("\r\n") == 2
    assert text.endswith("\r\n")
    assert ',"a ""b"", c\nd",' in text


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+82 10",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        " =1",
        "  \t=1",
        "=cmd|'/C calc'!A0",
        "'=1",
        "'' =1",
    ],
)
def test_a_cell_that_would_be_a_formula_is_made_harmless(cell: str) -> None:
    assert harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "plain", "1 = 1", "a@b", "한글 + 영어"])
def test_other_text_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


@pytest.mark.parametrize("cell", [-1, 0, 3, -0.5, 0.25])
def test_numbers_stay_numbers(cell: float) -> None:
    assert str(harmless(cell)) == str(cell)


def test_formulas_are_harmless_in_every_text_column(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    answer = answered(rounds, "=question", text="@answer", model="-model")
    votes.put(answer.id, "+person", -1, comment="\t=comment")
    (row,) = parsed(csv_of(engine))
    assert row["question"] == "'=question"
    assert row["answer"] == "'@answer"
    assert row["model"] == "'-model"
    assert row["person"] == "'+person"
    assert row["comment"] == "'\t=comment"
    assert row["rating"] == "-1"


def test_numbers_are_plain_and_unknown_is_empty(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    full = replace(FULL_ANSWER, round_id=open_round(rounds), timing=Timing(ttft_s=0.5, total_s=2.5))
    rounds.add(full)
    votes.put(full.id, "somebody", 1)
    votes.put(answered(rounds).id, "somebody", -1)
    known, unknown = parsed(csv_of(engine))
    assert known["rating"] == "1"
    assert (known["prompt_tokens"], known["completion_tokens"]) == ("11", "22")
    assert (known["cached_tokens"], known["reasoning_tokens"]) == ("3", "4")
    assert (known["cost_usd"], known["cost_basis"]) == ("0.00012345", "estimated")
    assert (known["ttft_s"], known["total_s"], known["tokens_per_s"]) == ("0.5", "2.5", "10.5")
    assert known["tokens_estimated"] == "1"
    for column in (
        "prompt_tokens",
        "completion_tokens",
        "cached_tokens",
        "reasoning_tokens",
        "cost_usd",
        "ttft_s",
        "tokens_per_s",
        "error",
        "adapter",
    ):
        assert unknown[column] == "", column
    assert unknown["cost_basis"] == "unknown"


def test_a_free_answer_costs_0_and_is_not_unknown(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    votes.put(answered(rounds, cost=Cost(usd=0.0, basis="listed")).id, "somebody", 1)
    (row,) = parsed(csv_of(engine))
    assert float(row["cost_usd"]) == 0
    assert row["cost_usd"] != ""


def test_a_cost_below_a_ten_thousandth_is_written_without_an_exponent(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    votes.put(answered(rounds, cost=Cost(usd=0.0000025, basis="listed")).id, "somebody", 1)
    (row,) = parsed(csv_of(engine))
    assert row["cost_usd"] == "0.0000025"


def test_times_are_iso_8601_in_utc(engine: Engine, rounds: Rounds, votes: Votes) -> None:
    before = datetime.now(UTC)
    votes.put(answered(rounds).id, "somebody", 1)
    (row,) = parsed(csv_of(engine))
    for column in ("voted_at", "answered_at"):
        assert datetime.fromisoformat(row[column]).utcoffset() == timedelta(0)
        assert "T" in row[column]
    assert before <= datetime.fromisoformat(row["voted_at"]) <= datetime.now(UTC)
    assert row["answered_at"] == "2026-03-04T05:06:07.891011+00:00"


def test_techniques_name_what_stands_in_the_recipe(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    full = replace(FULL_ANSWER, round_id=open_round(rounds))
    rounds.add(full)
    votes.put(full.id, "somebody", 1)
    (row,) = parsed(csv_of(engine))
    assert row["techniques"] == "system+few_shot+reference"
    assert (row["few_shot_set"], row["collection"]) == ("inline", "inline")
    assert json.loads(row["recipe"])["few_shot"]["examples"][0]["answer"] == "Because."
    assert row["recipe_key"] == full.recipe.key
    assert row["error"] == "cut_off"


def test_json_lines_keep_types_and_escape_nothing(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    votes.put(answered(rounds, "=" + AWKWARD).id, "somebody", -1, ["wrong"])
    pieces = list(as_jsonl(vote_rows(engine, VoteFilter()), VOTE_COLUMNS))
    assert len(pieces) == 1
    assert pieces[0].count("\n") == 1
    row = json.loads(pieces[0])
    assert tuple(row) == VOTE_COLUMNS
    assert row["question"] == "=" + AWKWARD
    assert row["rating"] == -1
    assert row["cost_usd"] is None
    assert "따옴표" in pieces[0]


def test_answers_are_exported_with_and_without_votes(engine: Engine, rounds: Rounds) -> None:
    first, second = answered(rounds), answered(rounds, answered_at=FULL_ANSWER.answered_at)
    rows = parsed("".join(as_csv(answer_rows(engine), ANSWER_COLUMNS)))
    assert {row["answer_id"] for row in rows} == {first.id, second.id}
    assert tuple(rows[0]) == ANSWER_COLUMNS


def test_the_filter_holds_for_the_export(engine: Engine, rounds: Rounds, votes: Votes) -> None:
    up, down = answered(rounds), answered(rounds)
    votes.put(up.id, "somebody", 1)
    votes.put(down.id, "somebody", -1)
    assert [r["answer_id"] for r in parsed(csv_of(engine, VoteFilter(rating=-1)))] == [down.id]


@pytest.mark.parametrize(
    ("technique", "models"),
    [
        ("template", ["a/1", "a/3"]),
        ("schema", ["a/2", "a/3"]),
        ("few_shot", ["a/3"]),
        ("plain", ["a/4"]),
        ("temp", []),
        ("few-shot", []),
        ("", []),
        ("template+few_shot", ["a/3"]),
    ],
)
def test_techniques_are_filtered_by_their_whole_code(
    engine: Engine, rounds: Rounds, votes: Votes, technique: str, models: list[str]
) -> None:
    use, shots = TemplateUse(name="t"), FewShot(set="s", version=1)
    for recipe in (
        Recipe(model="a/1", template=use),
        Recipe(model="a/2", schema='{"type":"object"}'),
        Recipe(model="a/3", template=use, few_shot=shots, schema='{"type":"object"}'),
        Recipe(model="a/4"),
    ):
        votes.put(answered(rounds, recipe=recipe, model=recipe.model).id, "somebody", 1)
    wanted = VoteFilter(techniques=(technique,))
    assert [row["model"] for row in parsed(csv_of(engine, wanted))] == models
    assert votes.count(wanted) == (len(models), len(models))


ANSWER_ID = VOTE_COLUMNS.index("answer_id")


def test_votes_come_oldest_first_and_on_the_page_newest_first(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    ids = [answered(rounds).id for _ in range(5)]
    for answer_id in ids:
        votes.put(answer_id, "somebody", 1)
    rows = vote_rows(engine, VoteFilter())
    assert [row[ANSWER_ID] for row in rows] == ids
    page = vote_rows(engine, VoteFilter(), newest=2, offset=1)
    assert [row[ANSWER_ID] for row in page] == [ids[3], ids[2]]


def test_the_first_piece_arrives_before_all_rows_are_read(engine: Engine, rounds: Rounds) -> None:
    store_votes(engine, rounds, 3 * ROWS_AT_ONCE)
    read = 0

    def counted() -> Iterator[Row]:
        nonlocal read
        for row in vote_rows(engine, VoteFilter()):
            read += 1
            yield row

    pieces = as_csv(counted(), VOTE_COLUMNS)
    assert next(pieces).startswith(BOM)
    assert read == ROWS_AT_ONCE
    lines = next(as_jsonl(counted(), VOTE_COLUMNS))
    assert read == ROWS_AT_ONCE + 1
    assert lines.endswith("\n")
    assert sum(piece.count("\r\n") for piece in pieces) == 2 * ROWS_AT_ONCE


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_memory_stays_flat_for_20_000_votes(engine: Engine, rounds: Rounds, form: str) -> None:
    store_votes(engine, rounds, 20_000)
    rows = vote_rows(engine, VoteFilter())
    pieces = as_csv(rows, VOTE_COLUMNS) if form == "csv" else as_jsonl(rows, VOTE_COLUMNS)
    tracemalloc.start()
    try:
        written = sum(len(piece) for piece in islice(pieces, 4 if form == "csv" else 4000))
        early = tracemalloc.get_traced_memory()[1]
        written += sum(len(piece) for piece in pieces)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert written > 15_000_000
    assert peak < 1.2 * early


def test_an_export_that_is_given_up_lets_go_of_its_connection(
    engine: Engine, rounds: Rounds
) -> None:
    store_votes(engine, rounds, ROWS_AT_ONCE + 1)
    rows = vote_rows(engine, VoteFilter())
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def store_votes(engine: Engine, rounds: Rounds, number: int) -> None:
    """Many answers of a kilobyte in one round, each with a vote."""
    round_id = open_round(rounds)
    sample = add_answer(
        rounds,
        round_id,
        recipe=Recipe(model="openai/gpt-4o-mini", system="Be brief"),
        text="답변 " * 300,
        usage=Usage(prompt_tokens=5, completion_tokens=7),
    )
    row = _answer_row(sample)
    answers = [{**row, "id": f"answer-{n}"} for n in range(number)]
    votes = [
        {
            "id": f"vote-{n}",
            "answer_id": f"answer-{n}",
            "person": "somebody",
            "rating": 1,
            "voted_at": sample.answered_at + timedelta(seconds=n),
            "reasons": "[]",
            "comment": "",
        }
        for n in range(number)
    ]
    with engine.begin() as connection:
        connection.execute(insert(tables.answers), answers)
        connection.execute(insert(tables.votes), votes)


def test_the_collection_and_its_passages_are_named(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    found = Passage(document="leave.pdf", document_id="d", start=0, end=4, text="text", id="p1")
    how = Retrieval(collection="사규", version="0123456789ab")
    answer = add_answer(
        rounds,
        open_round(rounds),
        recipe=Recipe(model="baseline/extract", retrieval=how),
        sources=(found, replace(found, id="p2")),
    )
    votes.put(answer.id, "somebody", 1)
    (row,) = parsed(csv_of(engine))
    assert row["collection"] == "사규@0123456789ab"
    assert row["passage_ids"] == "p1 p2"
    assert row["techniques"] == "retrieval"


def test_the_example_set_and_the_examples_given_are_named(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    votes.put(answered(rounds, **shown("수도", 2)).id, "somebody", 1)
    (row,) = parsed(csv_of(engine))
    assert row["few_shot_set"] == "수도@2"
    # What the leak guard left out was not given.
    assert row["few_shot_ids"] == "0000000000000000 0000000000000002"
    (answer,) = parsed("".join(as_csv(answer_rows(engine), ANSWER_COLUMNS)))
    assert (answer["few_shot_set"], answer["few_shot_ids"]) == ("수도@2", row["few_shot_ids"])
    assert answer["techniques"] == "few_shot"
