"""Columns that read documents: what they are given, what they say they did, and what it cost."""

import json
from datetime import date
from pathlib import Path

import pytest

from core.answer import Answer
from core.collection import NO_EMBEDDER, Collection, CollectionSettings
from core.draft import Column
from core.lab import Lab
from core.pricing import Price
from core.prompt import NOTHING_RELEVANT, OPEN_BOOK, Turn
from core.recipe import Recipe
from core.retrieval.progress import SourceFile
from core.search import Retrieval
from tests.core.asking import PATIENCE_S, ask_recipe, dead_url

KETTLES = "Broken kettles are repaired in Breda within nine days."
LEAVE = "Everyone has thirty days of leave in a year."
TEA = "녹차는 칠십 도에서 이 분 동안 우립니다."
QUESTION = "Where are broken kettles repaired?"
ECHO = "openai/echo-all"


def put(lab: Lab, tmp_path: Path, name: str, embedder: str, **texts: str) -> Collection:
    """A collection of these documents."""
    made = lab.library.create(name, CollectionSettings(embedder=embedder))
    files = []
    for document, text in texts.items():
        path = tmp_path / f"{name}-{document}.txt"
        path.write_text(text, "utf-8")
        files.append(SourceFile(path=path, name=f"{document}.txt"))
    assert lab.library.index(made, files).wait(PATIENCE_S).state == "done"
    return lab.library.shelf.get(made.id)


@pytest.fixture
def haedam(lab: Lab, tmp_path: Path) -> Collection:
    return put(lab, tmp_path, "haedam", "local/minilm", kettles=KETTLES, leave=LEAVE, tea=TEA)


def reading(model: str = ECHO, collection: str = "haedam", **how: object) -> Recipe:
    return Recipe(model=model, retrieval=Retrieval(collection=collection, **how))  # type: ignore[arg-type]


def sent(upstream) -> list[dict]:
    return [one["body"] for one in upstream.seen if "messages" in one["body"]]


def price(model: str) -> Price:
    return Price(
        model=model,
        input_per_million=1.0,
        output_per_million=2.0,
        since=date(2026, 1, 1),
        source="entered here",
    )


@pytest.fixture
def fresh(upstream):
    """An upstream that has seen nothing yet."""
    upstream.seen.clear()
    return upstream


def search_of(answer: Answer) -> dict:
    found = answer.snapshot["search"]
    assert isinstance(found, dict)
    return found


# ---- passages and sources -----------------------------------------------------------------------


def test_the_passages_found_reach_the_model(lab, fresh, haedam):
    answer = ask_recipe(lab, reading(top_k=1), QUESTION)
    assert answer.error is None
    (request,) = sent(fresh)
    system = request["messages"][0]
    assert system["role"] == "system"
    assert system["content"] == f"{OPEN_BOOK}\n\n[1] {KETTLES}"
    assert request["messages"][-1] == {"role": "user", "content": QUESTION}
    assert [s.text for s in answer.sources] == [KETTLES]


def test_the_baseline_answers_from_what_was_found(lab, haedam):
    answer = ask_recipe(lab, reading("baseline/extract"), QUESTION)
    assert answer.text == f"{KETTLES} [1]"
    korean = ask_recipe(lab, reading("baseline/extract"), "녹차는 몇 도에서 우리나요?")
    assert korean.text == f"{TEA} [1]"
    assert search_of(korean)["why"] == "embedder_cannot_read_query"


def test_sources_are_stored_and_read_back_with_their_places(lab, haedam):
    round_ = lab.ask(QUESTION, [reading("baseline/extract")])
    (answer,) = round_.wait(PATIENCE_S)
    (stored,) = lab.stored(round_.id).answers
    assert stored.sources == answer.sources
    source = stored.sources[0]
    (there,) = lab.library.shelf.found([source.id or ""]).values()
    assert (source.document, source.document_id) == ("kettles.txt", there.document_id)
    assert (source.start, source.end, source.text) == (there.start, there.end, KETTLES)
    assert 0 < (source.score or 0) <= 1
    assert stored.recipe == answer.recipe
    assert json.loads(json.dumps(stored.to_json()))["sources"][0]["id"] == source.id


def test_the_record_of_the_search_is_stored(lab, haedam):
    round_ = lab.ask(QUESTION, [reading("baseline/extract", top_k=1, threshold=0.0)])
    round_.wait(PATIENCE_S)
    (stored,) = lab.stored(round_.id).answers
    search = search_of(stored)
    assert (search["query"], search["queries"]) == (QUESTION, [QUESTION])
    assert (search["mode"], search["why"], search["usd"]) == ("hybrid", "both_read", 0.0)
    assert set(search["seconds"]) >= {"embed", "dense", "lexical", "fuse"}
    best, *rest = search["hits"]
    assert (best["document"], best["cut"]) == ("kettles.txt", None)
    assert {"lexical", "dense", "fused"} <= set(best["ranks"])
    assert {one["cut"] for one in rest} == {"top_k"}
    assert stored.snapshot["passages"] == [one.to_json() for one in stored.sources]


def test_an_answer_without_retrieval_has_no_search(lab, haedam):
    answer = ask_recipe(lab, Recipe(model="baseline/extract"), QUESTION)
    assert answer.snapshot["search"] is None
    assert answer.sources == ()


def test_a_reference_text_and_found_passages_are_numbered_together(lab, fresh, haedam):
    recipe = Recipe(
        model=ECHO, reference="Kettles are blue.", retrieval=Retrieval(collection="haedam", top_k=1)
    )
    answer = ask_recipe(lab, recipe, QUESTION)
    content = sent(fresh)[0]["messages"][0]["content"]
    assert "[1] Kettles are blue." in content
    assert f"[2] {KETTLES}" in content
    assert [one.document for one in answer.sources] == ["reference", "kettles.txt"]


def test_the_time_of_the_search_is_part_of_the_answers_time(lab, haedam):
    timing = ask_recipe(lab, reading("openai/pace-ttft50-n5"), QUESTION).timing
    measured = [timing.stages[name] for name in timing.stages if name != "start"]
    assert timing.ttft_s is not None
    searched = sum(timing.stages.get(name, 0.0) for name in ("embed", "dense", "lexical", "fuse"))
    assert searched <= timing.ttft_s <= timing.total_s
    assert sum(measured) <= timing.total_s + 1e-6
    assert timing.stages["first_token"] >= 0.05
    assert timing.stages["first_token"] + searched <= timing.ttft_s + 1e-6


# ---- nothing relevant ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "language"),
    [("Which lattice does quantum chromodynamics use?", "en"), ("양자 얽힘 이론이란?", "ko")],
)
def test_when_nothing_relevant_is_found_no_model_is_asked(lab, fresh, haedam, question, language):
    answer = ask_recipe(lab, reading("openai/gpt-4o-mini"), question)
    assert answer.text == NOTHING_RELEVANT[language]
    assert (answer.error, answer.stop_reason, answer.sources) == (None, "stop", ())
    assert sent(fresh) == []
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (0, 0)
    assert answer.cost.usd == 0.0
    assert search_of(answer)["mode"] in ("hybrid", "lexical")


def test_with_a_reference_text_the_model_is_asked_all_the_same(lab, fresh, haedam):
    recipe = Recipe(
        model=ECHO, reference="Lattices are fine.", retrieval=Retrieval(collection="haedam")
    )
    answer = ask_recipe(lab, recipe, "Which lattice does quantum chromodynamics use?")
    assert len(sent(fresh)) == 1
    assert [one.document for one in answer.sources] == ["reference"]


# ---- a helping model ----------------------------------------------------------------------------


def test_versions_of_the_question_are_written_by_the_helping_model(lab, fresh, haedam):
    lab.money.set_prices(entered=[price(model) for model in ("openai/pace-n8", ECHO)])
    answer = ask_recipe(lab, reading(queries=3, helper="openai/pace-n8"), QUESTION)
    helping, answering = sent(fresh)
    assert helping["model"] == "pace-n8"
    assert "2 other versions" in helping["messages"][0]["content"]
    assert helping["messages"][-1]["content"] == QUESTION
    assert answering["model"] == "echo-all"
    search = search_of(answer)
    assert search["queries"][0] == search["query"] == QUESTION
    assert len(search["queries"]) == 2  # the helper writes one line
    assert any("#2" in rank for hit in search["hits"] for rank in hit["ranks"])
    assert search["seconds"]["queries"] > 0
    assert search["tokens"] > 0
    assert search["usd"] > 0
    plain = ask_recipe(lab, reading(), QUESTION)
    assert answer.cost.usd == pytest.approx((plain.cost.usd or 0) + search["usd"])


def test_a_helper_without_a_price_makes_the_cost_unknown(lab, haedam):
    lab.money.set_prices(entered=[price(ECHO)])
    assert ask_recipe(lab, reading(), QUESTION).cost.usd is not None
    answer = ask_recipe(lab, reading(queries=2, helper="openai/pace-n8"), QUESTION)
    assert search_of(answer)["usd"] is None
    assert answer.cost.usd is None


def test_without_a_helper_the_columns_own_model_writes(lab, fresh, haedam):
    ask_recipe(lab, reading("openai/pace-n6", queries=2), QUESTION)
    assert [request["model"] for request in sent(fresh)] == ["pace-n6", "pace-n6"]


def test_the_baseline_writes_no_versions_and_searches_all_the_same(lab, fresh, haedam):
    answer = ask_recipe(lab, reading("baseline/extract", queries=3, rewrite=True), QUESTION)
    assert search_of(answer)["queries"] == [QUESTION]
    assert sent(fresh) == []
    assert answer.text.startswith(KETTLES)


def test_a_question_that_leans_on_the_conversation_is_rewritten(lab, fresh, haedam):
    recipe = reading(rewrite=True, helper="openai/echo", threshold=0.0)
    history = (Turn(question="Tell me about kettles.", answer="They boil water."),)
    round_ = lab.ask(
        "Where are they repaired?", [Column(thread_id="t", recipe=recipe, history=history)]
    )
    (answer,) = round_.wait(PATIENCE_S)
    helping, answering = sent(fresh)
    asked = helping["messages"][-1]["content"]
    assert "Tell me about kettles." in asked
    assert "They boil water." in asked
    assert asked.endswith("Where are they repaired?")
    search = search_of(answer)
    assert search["query"] == "Where are they repaired?"
    assert search["queries"] == ["Q: Tell me about kettles."]  # the echo's first line
    assert search["seconds"]["rewrite"] > 0
    assert answering["messages"][-1]["content"] == "Where are they repaired?"


def test_without_a_conversation_nothing_is_rewritten(lab, fresh, haedam):
    answer = ask_recipe(lab, reading(rewrite=True, helper="openai/echo"), QUESTION)
    assert search_of(answer)["queries"] == [QUESTION]
    assert len(sent(fresh)) == 1


def test_a_helper_that_fails_spoils_its_own_column_only(lab, haedam):
    recipes = [
        reading("baseline/extract", queries=2, helper="openai/fault-404"),
        reading("baseline/extract"),
    ]
    failed, fine = lab.ask(QUESTION, recipes).wait(PATIENCE_S)
    assert failed.error is not None
    assert failed.error.kind == "unknown_model"
    assert fine.error is None


def test_a_helper_that_writes_nothing_usable_is_no_harm(lab, haedam):
    answer = ask_recipe(lab, reading("baseline/extract", queries=2, helper="openai/echo"), QUESTION)
    assert search_of(answer)["queries"] == [QUESTION]
    assert answer.error is None


# ---- failures -----------------------------------------------------------------------------------


def test_a_missing_collection_spoils_its_own_column_only(lab, haedam):
    recipes = [reading("baseline/extract", "nowhere"), reading("baseline/extract")]
    missing, fine = lab.ask(QUESTION, recipes).wait(PATIENCE_S)
    assert missing.error is not None
    assert missing.error.kind == "unknown_collection"
    assert missing.error.details["collection"] == "nowhere"
    assert (fine.error, fine.text) == (None, f"{KETTLES} [1]")
    assert [a.error is None for a in lab.stored(fine.round_id).answers] == [False, True]


def test_an_embedder_that_fails_spoils_a_chosen_leg_and_not_auto(make_lab, tmp_path):
    lab = make_lab()
    put(lab, tmp_path, "remote", "openai/embed-64", kettles=KETTLES)
    lab.close()
    lab = make_lab({"OPENAI_API_BASE": f"{dead_url()}/v1", "NARANI_ATTEMPTS": "1"})
    columns = [reading("baseline/extract", "remote", mode=mode) for mode in ("auto", "dense")]
    auto, dense = lab.ask("kettles repaired", columns).wait(PATIENCE_S)
    assert (auto.error, search_of(auto)["why"]) == (None, "embedder_down")
    assert auto.text == f"{KETTLES} [1]"
    assert dense.error is not None
    assert dense.error.kind == "unreachable"


def test_stopping_while_the_helper_writes_ends_the_column(lab, haedam):
    recipe = reading("baseline/extract", queries=2, helper="openai/fault-hang")
    round_ = lab.ask(QUESTION, [recipe, reading("baseline/extract")])
    round_.stop(0)
    stopped, fine = round_.wait(PATIENCE_S)
    assert (stopped.stop_reason, stopped.error) == ("stopped", None)
    assert fine.error is None


# ---- versions and keys --------------------------------------------------------------------------


def test_the_key_of_a_recipe_changes_with_what_the_collection_holds(lab, tmp_path, haedam):
    first = ask_recipe(lab, reading("baseline/extract"), QUESTION)
    again = ask_recipe(lab, reading("baseline/extract"), QUESTION)
    assert first.recipe.retrieval is not None
    assert first.recipe.retrieval.version == haedam.version
    assert first.recipe.key == again.recipe.key
    (passage,) = lab.library.shelf.passages(haedam.id, containing="thirty days").passages
    lab.library.editor.change(passage.id, text="Everyone has forty days of leave.")
    later = ask_recipe(lab, reading("baseline/extract"), QUESTION)
    assert later.recipe.key != first.recipe.key


# ---- votes --------------------------------------------------------------------------------------


def wrong(lab: Lab, haedam: Collection) -> dict[str, int]:
    found = lab.library.shelf.passages(haedam.id).passages
    return {p.document: p.wrong_source for p in found if p.wrong_source}


def test_a_vote_for_a_wrong_source_labels_what_was_cited_and_can_be_taken_back(lab, haedam):
    recipe = reading("baseline/extract", threshold=0.0)
    answer = ask_recipe(lab, recipe, QUESTION)
    assert len(answer.sources) > 1
    assert answer.text == f"{KETTLES} [1]"
    version = lab.library.version("haedam")
    lab.vote(answer.id, "me", -1, ["wrong_source"])
    assert wrong(lab, haedam) == {"kettles.txt": 1}
    lab.vote(answer.id, "me", -1, ["wrong_source", "wrong"], "really")
    assert wrong(lab, haedam) == {"kettles.txt": 1}
    lab.vote(answer.id, "you", -1, ["wrong_source"])
    assert wrong(lab, haedam) == {"kettles.txt": 2}
    lab.vote(answer.id, "me", -1, ["wrong"])
    assert wrong(lab, haedam) == {"kettles.txt": 1}
    lab.vote(answer.id, "you", None)
    assert wrong(lab, haedam) == {}
    assert lab.library.version("haedam") == version


def test_without_a_citation_every_source_is_labelled(lab, haedam):
    answer = ask_recipe(lab, reading("openai/pace-n5", threshold=0.0), QUESTION)
    assert len(answer.sources) > 1
    lab.vote(answer.id, "me", -1, ["wrong_source"])
    assert wrong(lab, haedam) == {source.document: 1 for source in answer.sources}


def test_a_vote_for_other_reasons_labels_nothing(lab, haedam):
    answer = ask_recipe(lab, reading("baseline/extract"), QUESTION)
    lab.vote(answer.id, "me", -1, ["wrong"])
    lab.vote(answer.id, "you", 1)
    assert wrong(lab, haedam) == {}


def test_a_vote_about_a_document_that_is_gone_is_kept(lab, haedam):
    answer = ask_recipe(lab, reading("baseline/extract"), QUESTION)
    lab.library.remove(haedam)
    assert lab.vote(answer.id, "me", -1, ["wrong_source"]) is not None
    assert lab.vote(answer.id, "me", None) is None


def test_liked_answers_become_questions_with_their_passages(lab, haedam):
    recipe = reading("baseline/extract")
    for question in (QUESTION, QUESTION, "How many days of leave does everyone have?"):
        lab.vote(ask_recipe(lab, recipe, question).id, "me", 1)
    made = lab.open_book.cited_questions(lab.liked(), haedam.id)
    assert {one.question for one in made} == {
        QUESTION,
        "How many days of leave does everyone have?",
    }
    assert len({one.id for one in made}) == 2
    texts = {p.id: p.text for p in lab.library.shelf.passages(haedam.id).passages}
    cited = {one.question: [texts[i] for i in one.passage_ids] for one in made}
    assert cited[QUESTION] == [KETTLES]
    assert lab.open_book.cited_questions(lab.liked(), "another") == []


# ---- pages and shells ---------------------------------------------------------------------------


def test_a_page_searches_with_a_helper_of_its_own(lab, fresh, haedam):
    how = Retrieval(collection="haedam", queries=2)
    search = lab.open_book.search(how, QUESTION, "openai/pace-n6")
    assert len(search.queries) == 2
    assert [request["model"] for request in sent(fresh)] == ["pace-n6"]
    assert len(lab.open_book.search(how, QUESTION).queries) == 1


def test_alignment_is_written_by_its_model_and_found(lab, tmp_path, fresh):
    settings = CollectionSettings(
        embedder=NO_EMBEDDER, alignment="summary", alignment_model="openai/echo"
    )
    made = lab.library.create("aligned", settings)
    path = tmp_path / "k.txt"
    path.write_text(KETTLES)
    progress = lab.library.index(made, [SourceFile(path=path, name="kettles.txt")]).wait(PATIENCE_S)
    assert progress.state == "done"
    assert len(sent(fresh)) == 1
    (passage,) = lab.library.shelf.passages(made.id).passages
    assert passage.added == f"[kettles.txt]\n{KETTLES}"  # the echo of what it was sent
    answer = ask_recipe(lab, reading("baseline/extract", "aligned"), "kettles.txt repaired kettles")
    assert answer.sources[0].text == KETTLES


def test_an_alignment_model_that_fails_is_told_and_can_be_gone_on_with(lab, tmp_path):
    settings = CollectionSettings(
        embedder=NO_EMBEDDER, alignment="title", alignment_model="openai/fault-flaky-k2"
    )
    made = lab.library.create("aligned", settings)
    path = tmp_path / "k.txt"
    path.write_text(KETTLES)
    files = [SourceFile(path=path, name="kettles.txt")]
    progress = lab.library.index(made, files).wait(PATIENCE_S)
    assert progress.state == "failed"
    assert progress.error is not None
    assert lab.library.shelf.documents(made.id) == ()
    assert lab.library.index(made, files).wait(PATIENCE_S).state == "done"


def test_a_diagnosis_says_whether_the_answer_was_lost_by_the_search(lab, haedam):
    answer = ask_recipe(lab, reading("baseline/extract", top_k=1), QUESTION)
    assert lab.open_book.diagnose(answer, "Breda") is not None
    lab.library.remove(haedam)
    assert lab.open_book.diagnose(answer, "Breda") is not None


def test_what_an_answer_says_is_borne_out_by_its_sources(lab, haedam):
    answer = ask_recipe(lab, reading("baseline/extract"), QUESTION)
    support = lab.open_book.support(answer, QUESTION)
    assert support.verdict == "supported"
    assert all(one.similarity is not None for one in support.sentences if one.claim)
