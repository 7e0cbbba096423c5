"""Pools of examples: found by words and by meaning, narrowed by tags, made once, lost safely."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest

from core import example_pools
from core.embedding import Embedded, EmbedderSpec, Vectors
from core.errors import ModelError, StoreError
from core.example import Example
from core.example_pools import OPEN_SETS, AskedPool, ExamplePools, embed_with
from core.example_set import SetSummary, Split, normalised
from core.examples import places
from core.few_shot import FewShot
from core.retrieval.minilm import MiniLM
from core.store.database import open_database
from core.store.example_sets import ExampleSets

QUESTIONS = [
    ("주문한 주전자가 아직 오지 않았어요", "배송", ("ko",)),
    ("환불은 언제 입금되나요", "환불", ("ko",)),
    ("주전자 배송이 늦어지는 이유가 뭔가요", "배송", ("ko", "급함")),
    ("My kettle has not arrived yet", "delivery", ("en",)),
    ("When will the refund reach my account", "refund", ("en",)),
    ("The kettle leaks at the spout", "fault", ("en", "urgent")),
    ("The spout of my kettle is cracked", "Fault", ("en",)),
]


class Counting:
    """An embedder of words as hashes, which counts what it is given."""

    def __init__(self, width: int = 64) -> None:
        self.width, self.texts = width, list[str]()

    @property
    def spec(self) -> EmbedderSpec:
        return EmbedderSpec(id="test/words")

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        self.texts += texts
        rows = [self._row(text) for text in texts]
        return Embedded(vectors=np.stack(rows), tokens=7 * len(texts), usd=0.5)

    def _row(self, text: str) -> Vectors:
        row = np.full(self.width, 1e-3, np.float32)
        for word in text.split():
            row[sum(map(ord, word)) % self.width] += 1
        return row / np.linalg.norm(row)


@pytest.fixture
def sets(tmp_path: Path) -> Iterator[ExampleSets]:
    engine = open_database(f"sqlite:///{tmp_path / 'store.db'}")
    yield ExampleSets(engine)
    engine.dispose()


@pytest.fixture
def embedder() -> Counting:
    return Counting()


@pytest.fixture
def pools(tmp_path: Path, sets: ExampleSets, embedder: Counting) -> ExamplePools:
    return opened(tmp_path, sets, embedder)


def opened(tmp_path: Path, sets: ExampleSets, embedder: Any = None) -> ExamplePools:
    embed = embed_with(lambda name: embedder, tmp_path / "embeddings.sqlite")
    return ExamplePools(tmp_path / "examples", sets, embed)


def saved(
    sets: ExampleSets, name: str = "문의", rows: Any = QUESTIONS, share: float = 0
) -> SetSummary:
    examples = [Example(question=q, answer=a, tags=tags) for q, a, tags in rows]
    sides: dict[str, Split] = {} if share else {normalised(q): "train" for q, _, _ in rows}
    sets.save(name, examples, share, sides=sides)
    return sets.named(name)


def asked(pools: ExamplePools, summary: SetSummary, question: str, **how: Any) -> AskedPool:
    settings = FewShot(set=summary.name, choose="similar", **how)
    pool = pools.pool(summary)
    vector = pool.embed(settings, question).vectors[0] if settings.by == "meaning" else None
    return pool.asked(settings, question, vector)


def found(pool: AskedPool, count: int = 10, labels: Any = None) -> list[int]:
    return [one.position for one in pool.similar(count, labels)]


def index_of(tmp_path: Path, summary: SetSummary) -> Path:
    return tmp_path / "examples" / summary.id / "words"


# ---- by words -----------------------------------------------------------------------------------


def test_korean_is_found_whatever_the_particles(pools: ExamplePools, sets: ExampleSets) -> None:
    pool = asked(pools, saved(sets), "주전자를 주문했는데")
    assert found(pool)[0] == 0
    assert found(pool)[1] == 2
    assert pool.at([0])[0].example.question == QUESTIONS[0][0]


def test_equal_scores_stand_in_the_order_of_the_set(pools: ExamplePools, sets: ExampleSets) -> None:
    rows = [(f"tea {letter * 3}", "x", ()) for letter in "abcdefghijklmnop"]
    pool = asked(pools, saved(sets, rows=rows), "tea")
    assert found(pool, 5) == [0, 1, 2, 3, 4]


def test_what_is_held_out_is_never_there(pools: ExamplePools, sets: ExampleSets) -> None:
    rows = [(f"kettle number {n}", "x", ()) for n in range(60)]
    summary = saved(sets, rows=rows, share=0.5)
    training = [position for batch in sets.each(summary.id, "train") for position, _ in batch]
    pool = asked(pools, summary, "kettle")
    assert 0 < len(training) < 60
    assert list(pool.positions) == training
    assert sorted(found(pool, 60)) == training


def test_nothing_in_common_finds_nothing(pools: ExamplePools, sets: ExampleSets) -> None:
    summary = saved(sets)
    for question in ("자전거 타이어", "", "???"):
        assert found(asked(pools, summary, question)) == []


def test_tags_narrow_the_pool(pools: ExamplePools, sets: ExampleSets) -> None:
    summary = saved(sets)
    assert list(asked(pools, summary, "", tags=("en",)).positions) == [3, 4, 5, 6]
    assert list(asked(pools, summary, "", tags=("급함", "urgent")).positions) == [2, 5]
    assert list(asked(pools, summary, "", tags=("none",)).positions) == []
    assert found(asked(pools, summary, "my kettle", tags=("urgent",))) == [5]
    assert found(asked(pools, summary, "주전자 kettle", tags=("급함", "en"))) != []
    assert found(asked(pools, summary, "kettle", tags=("none",))) == []


def test_answers_narrow_a_search(pools: ExamplePools, sets: ExampleSets) -> None:
    pool = asked(pools, saved(sets), "kettle spout 주전자")
    fault = pool.label_of(5)
    assert pool.label_of(6) == fault, "labels that differ in case are one"
    assert list(pool.of_label(fault)) == [5, 6]
    assert sorted(found(pool, labels=[fault])) == [5, 6]
    assert sorted(found(pool, labels=[fault, pool.label_of(0)])) == [0, 2, 5, 6]


def test_labels_count_from_0_within_the_tags(pools: ExamplePools, sets: ExampleSets) -> None:
    pool = asked(pools, saved(sets), "kettle", tags=("en",))
    assert [pool.label_of(position) for position in pool.positions] == [0, 1, 2, 2]
    assert (pool.labels, list(pool.of_label(2)), list(pool.of_label(0))) == (3, [5, 6], [3])
    assert found(pool, labels=[2]) == [5, 6] or found(pool, labels=[2]) == [6, 5]


def test_many_answers_are_sorted_out_after_the_search(
    tmp_path: Path, sets: ExampleSets, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(f"kettle {'spout ' * (n % 7)}{n}", f"answer {n}", (f"t{n % 10}",)) for n in range(900)]
    summary = saved(sets, rows=rows)

    def several(most_groups: int) -> list[list[int]]:
        monkeypatch.setattr(places, "MOST_GROUPS", most_groups)
        pools = opened(tmp_path / str(most_groups), sets)
        every = asked(pools, summary, "kettle spout")
        inside = asked(pools, summary, "kettle spout", tags=("t3", "t4"))
        narrow = [asked(pools, summary, "kettle spout", tags=(tag,)) for tag in ("t3", "t7", "no")]
        return [
            found(every, 20, range(0, 900, 40)),
            found(inside, 20, range(0, inside.labels, 7)),
            *(found(one, 30) for one in narrow),
        ]

    exact = several(2000)
    assert [len(one) for one in exact] == [20, 20, 30, 30, 0]
    assert several(500) == exact, "groups by tags alone"
    assert several(0) == exact, "no groups at all"


# ---- on disk ------------------------------------------------------------------------------------


def test_an_index_is_made_at_the_first_need_and_once(
    tmp_path: Path, pools: ExamplePools, sets: ExampleSets
) -> None:
    summary = saved(sets)
    pools.pool(summary).open(FewShot(set=summary.name, choose="fixed"))
    assert not index_of(tmp_path, summary).exists()
    pools.pool(summary).open(FewShot(set=summary.name, choose="similar"))
    made = (index_of(tmp_path, summary) / "meta.json").stat()
    again = asked(opened(tmp_path, sets), summary, "kettle")
    assert found(again)
    assert (index_of(tmp_path, summary) / "meta.json").stat() == made


def test_what_a_killed_build_left_is_not_used(
    tmp_path: Path, pools: ExamplePools, sets: ExampleSets
) -> None:
    summary = saved(sets)
    folder = index_of(tmp_path, summary).with_name("words.unfinished")
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text("half an index")
    (folder.parent / "places.unfinished").write_text('{"format": 1, "positi')
    assert found(asked(pools, summary, "kettle"))
    assert sorted(path.name for path in folder.parent.iterdir()) == ["places.json", "words"]


@pytest.mark.parametrize("damage", ["index", "places", "all", "gone"])
def test_what_is_damaged_is_made_anew(tmp_path: Path, sets: ExampleSets, damage: str) -> None:
    summary = saved(sets)
    right = found(asked(opened(tmp_path, sets), summary, "kettle"))
    folder = index_of(tmp_path, summary)
    if damage == "gone":
        shutil.rmtree(folder.parent)
    if damage in ("index", "all"):
        for file in folder.iterdir():
            file.write_bytes(b"\0" * 40)
    if damage in ("places", "all"):
        (folder.parent / "places.json").write_text('{"format": 1, "positions": [1, 2')
    assert found(asked(opened(tmp_path, sets), summary, "kettle")) == right


def test_an_index_that_vanishes_while_open_is_made_anew(
    tmp_path: Path, pools: ExamplePools, sets: ExampleSets
) -> None:
    summary = saved(sets)
    right = found(asked(pools, summary, "kettle"))
    shutil.rmtree(tmp_path / "examples")
    assert found(asked(pools, summary, "kettle")) == right


def test_folders_of_sets_that_are_gone_are_removed(
    tmp_path: Path, pools: ExamplePools, sets: ExampleSets
) -> None:
    first, second = saved(sets, "a"), saved(sets, "b")
    for one in (first, second):
        assert found(asked(pools, one, "kettle"))
    sets.remove("a")
    third = saved(sets, "c")
    assert found(asked(pools, third, "kettle"))
    there = {path.name for path in (tmp_path / "examples").iterdir() if path.is_dir()}
    assert there == {second.id, third.id}


def test_a_new_version_is_a_pool_of_its_own(pools: ExamplePools, sets: ExampleSets) -> None:
    first = saved(sets)
    second = saved(sets, rows=[*QUESTIONS, ("a kettle in a kettle", "delivery", ())])
    assert (first.version, second.version) == (1, 2)
    assert 7 not in found(asked(pools, first, "kettle"))
    assert 7 in found(asked(pools, second, "kettle"))


def test_a_set_that_was_removed_is_not_found(pools: ExamplePools, sets: ExampleSets) -> None:
    summary, other = saved(sets), saved(sets, "other")
    pool = asked(pools, summary, "kettle")
    sets.remove(summary.name)
    sets.remove(other.name)
    with pytest.raises(StoreError, match="no example"):
        pool.at([0])
    with pytest.raises(StoreError) as gone:
        asked(pools, other, "kettle")
    assert gone.value.kind == "not_found"


def test_many_threads_and_processes_make_one_index(tmp_path: Path, sets: ExampleSets) -> None:
    rows = [(f"kettle number {n} 주전자 {n}번", f"answer {n % 9}", ()) for n in range(2000)]
    summary = saved(sets, rows=rows)
    several = [opened(tmp_path, sets) for _ in range(2)]  # as another process would
    start = Barrier(8)

    def work(number: int) -> list[int]:
        start.wait(30)
        return found(asked(several[number % 2], summary, f"kettle {number % 3}"))

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(work, range(8)))
    assert [len(one) for one in results] == [10] * 8
    assert results[0] == results[3] == results[6]


def test_only_the_last_sets_stay_open(pools: ExamplePools, sets: ExampleSets) -> None:
    several = [saved(sets, f"set {n}") for n in range(OPEN_SETS + 1)]
    first = pools.pool(several[0])
    for one in several[1:OPEN_SETS]:
        pools.pool(one)
    assert pools.pool(several[0]) is first
    pools.pool(several[-1])
    assert pools.pool(several[0]) is first, "used since, so another one went"


# ---- by meaning ---------------------------------------------------------------------------------


def test_meaning_finds_what_shares_no_word(tmp_path: Path, sets: ExampleSets) -> None:
    rows = [
        ("How do I get my money back?", "refund", ()),
        ("Where can I park a bicycle?", "parking", ()),
        ("The device makes a strange noise", "fault", ()),
    ]
    pool = asked(
        opened(tmp_path, sets, MiniLM()), saved(sets, rows=rows), "refund please", by="meaning"
    )
    best = pool.similar(3)
    assert best[0].position == 0
    assert [one.score for one in best] == sorted((one.score for one in best), reverse=True)
    assert found(pool, labels=[pool.label_of(2)]) == [2]


def test_questions_are_embedded_once_for_all(
    tmp_path: Path, sets: ExampleSets, embedder: Counting
) -> None:
    summary = saved(sets)
    assert found(asked(opened(tmp_path, sets, embedder), summary, "my kettle", by="meaning"))
    assert len(embedder.texts) == len(QUESTIONS) + 1
    assert found(asked(opened(tmp_path, sets, embedder), summary, "my kettle", by="meaning"))
    assert len(embedder.texts) == len(QUESTIONS) + 1


def test_meaning_is_narrowed_by_tags(pools: ExamplePools, sets: ExampleSets) -> None:
    pool = asked(pools, saved(sets), "The kettle leaks", by="meaning", tags=("en",))
    assert found(pool)[0] == 5
    assert sorted(found(pool)) == [3, 4, 5, 6]


def test_an_empty_question_can_be_embedded(pools: ExamplePools, sets: ExampleSets) -> None:
    rows = [("", "x", ()), (" ", "y", ()), ("tea", "z", ())]
    assert sorted(found(asked(pools, saved(sets, rows=rows), " ", by="meaning"))) == [0, 1, 2]


def test_a_set_too_large_to_embed_is_refused(
    pools: ExamplePools, sets: ExampleSets, embedder: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(example_pools, "MOST_EMBEDDED", 6)
    with pytest.raises(ModelError) as refused:
        asked(pools, saved(sets), "kettle", by="meaning")
    assert refused.value.kind == "choosing"
    wanted = {"reason": "too_many_to_embed", "set": "문의", "count": 7, "limit": 6}
    assert refused.value.details == wanted
    assert embedder.texts == []


def test_another_model_by_the_same_name_embeds_the_set_anew(
    pools: ExamplePools, sets: ExampleSets, embedder: Counting
) -> None:
    summary = saved(sets)
    right = found(asked(pools, summary, "my kettle", by="meaning"))
    embedder.width = 96
    assert found(asked(pools, summary, "my kettle please", by="meaning"))[:1] == right[:1]
