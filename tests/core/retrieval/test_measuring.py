"""Measuring a setting with questions whose right passages are known."""

import pytest

from core.collection import Collection
from core.retrieval.measuring import RightPassages, answerable, evaluate, measured
from core.retrieval.questions import Question
from core.search import Retrieval, Search
from tests.core.retrieval.libraries import index, passages, settings, write

TEXTS = {
    "handbook.md": "# Leave\n\nEveryone has thirty days of leave in a year.",
    "kettles.txt": "Broken kettles from Europe are repaired in Breda within nine days.",
    "tea.txt": "Green tea is brewed at seventy degrees and steeps for two minutes.",
}


def question(number: int, text: str, **known: object) -> Question:
    return Question(id=f"q{number}", question=text, language="en", **known)  # type: ignore[arg-type]


LEAVE = question(
    1, "How many days of leave are there?", document="handbook.md", quote="thirty days"
)
KETTLES = question(2, "Where are kettles repaired?", quote="repaired in Breda")
TEA = question(3, "How long does green tea steep?", document="tea.txt")
NOWHERE = question(4, "Which lattice converges in chromodynamics?")


@pytest.fixture
def made(library, words, files) -> Collection:
    collection = library.create("a", settings(words.name, size=200))
    index(library, collection, write(files, TEXTS))
    return library.shelf.get(collection.id)


def measure(library, made, questions, **how):
    wanted = Retrieval(collection=made.name, **{"mode": "lexical", **how})
    right = RightPassages(library.shelf, made)

    def find(how: Retrieval, query: str) -> Search:
        return library.search(how, [query])

    return evaluate(find, wanted, questions, right.of)


def mean(evaluation, name: str) -> float:
    found = measured(evaluation, name)
    assert found is not None
    return found.mean


def test_questions_that_find_their_passage_first_score_one(library, made):
    done = measure(library, made, [LEAVE, KETTLES, TEA])
    assert (mean(done, "hit@1"), mean(done, "mrr"), mean(done, "ndcg@5")) == (1.0, 1.0, 1.0)
    assert [one.rank for one in done.asked] == [1, 1, 1]
    assert all(one.given and min(one.given) > 0 and one.seconds >= 0 for one in done.asked)
    assert done.nothing_found is None
    assert done.context_tokens() >= done.context_tokens(1) > 0
    assert done.median_s > 0


def test_a_question_without_an_answer_is_right_when_nothing_is_found(library, made):
    done = measure(library, made, [LEAVE, NOWHERE])
    assert done.nothing_found == 1.0
    assert len(done.judged) == 1
    found = measured(done, "hit@1")
    assert found is not None
    assert found.n == 1
    eager = measure(library, made, [question(5, "Are there kettles on the moon of tea leave days?")],
                    threshold=0.0)  # fmt: skip
    assert eager.nothing_found == 0.0
    assert eager.measures == ()


def test_what_is_below_the_threshold_was_not_found(library, made):
    vague = question(5, "Where are those shiny kettles mended?", quote="repaired in Breda")
    assert mean(measure(library, made, [vague], threshold=0.0), "hit@1") == 1.0
    strict = measure(library, made, [vague], threshold=0.95)
    assert (mean(strict, "hit@10"), strict.asked[0].rank) == (0.0, None)


def test_a_rank_behind_those_a_model_gets_is_still_a_rank(library, made):
    far = question(6, "days nine within repaired leave", document="handbook.md")
    done = measure(library, made, [far], top_k=1, threshold=0.0)
    assert done.asked[0].rank == 2
    assert (mean(done, "hit@1"), mean(done, "hit@3"), mean(done, "mrr")) == (0.0, 1.0, 0.5)


def test_a_quotation_that_no_passage_holds_counts_as_missed(library, made):
    torn = question(7, "How many days of leave are there?", quote="words that stand nowhere at all")
    done = measure(library, made, [torn, LEAVE])
    assert mean(done, "hit@1") == 0.5
    assert len(done.judged) == 2


def test_a_quotation_in_two_overlapping_passages_is_found_with_either(library, words, files):
    made = library.create("b", settings(words.name, size=60, overlap=29))
    text = "One two three. The samovar of Tula is brass. Four five six. Seven eight nine ten."
    index(library, made, write(files, {"s.txt": text}))
    made = library.shelf.get(made.id)
    asked = question(8, "samovar of Tula", quote="The samovar of Tula is brass.")
    holding = [p for p in passages(library, made, "s.txt") if "samovar of Tula is" in p.text]
    assert holding
    done = measure(library, made, [asked], threshold=0.0)
    assert (mean(done, "recall@1"), mean(done, "recall@5")) == (1.0, 1.0)


def test_a_passage_named_by_its_id_is_the_right_one(library, made):
    (tea,) = passages(library, made, "tea.txt")
    named = question(9, "How long does green tea steep?", passage_ids=(tea.id,))
    gone = question(10, "How long does green tea steep?", passage_ids=("gone",))
    done = measure(library, made, [named, gone])
    assert [one.rank for one in done.asked] == [1, None]
    assert mean(done, "hit@5") == 0.5


def test_a_question_of_which_only_the_answer_is_known_is_judged_by_it(library, made):
    known = question(11, "At how many degrees is green tea brewed?", answer="seventy degrees")
    assert answerable(known)
    assert not answerable(NOWHERE)
    done = measure(library, made, [known])
    assert done.nothing_found is None
    assert mean(done, "hit@1") == 1.0


def test_without_questions_there_is_nothing_to_measure(library, made):
    done = measure(library, made, [])
    assert (done.measures, done.asked, done.nothing_found) == ((), (), None)
    assert (done.context_tokens(), done.median_s) == (0.0, 0.0)


def test_who_stops_is_heeded_before_the_next_question(library, made):
    asked = []

    def heed() -> None:
        if len(asked) == 2:
            raise KeyboardInterrupt

    def find(how: Retrieval, query: str) -> Search:
        asked.append(query)
        return library.search(how, [query])

    right = RightPassages(library.shelf, made)
    with pytest.raises(KeyboardInterrupt):
        evaluate(find, Retrieval(collection="a"), [LEAVE, KETTLES, TEA], right.of, heed=heed)
    assert len(asked) == 2
