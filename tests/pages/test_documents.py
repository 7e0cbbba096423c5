"""The Documents page: every widget that changes something is used."""

import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from core.collection import (
    DEFAULT_EMBEDDER,
    NO_EMBEDDER,
    Collection,
    CollectionSettings,
    Split,
    StoredPassage,
)
from core.search import Retrieval
from pages.shared.collection_head import SAMPLE
from pages.shared.texts import TEXTS
from tests.core.retrieval.load.files import hand_made_pdf, locked
from tests.pages.conftest import DOCUMENTS, PATIENCE_S, App, told

TEA = {
    "tea.md": "# Tea\n\nThe kettle Noeul weighs 900 grams.\n\n# Care\n\nDescale it every month.",
    "차.md": "# 주전자\n\n노을 주전자는 900그램입니다.\n\n# 손질\n\n한 달에 한 번 석회를 없애세요.",
}
LONG = {"long.txt": "\n\n".join(f"Rule {n}: item {n} costs {n * 7} won." for n in range(60))}
FINE = Split(size=40, overlap=0)
EVIL = (
    "**bold** <img src=http://127.0.0.1:9/x.png> [link](http://127.0.0.1:9) $x$ :red[red] ![i](y)"
)
PDF = hand_made_pdf("BT /F 12 Tf 72 700 Td (The vault opens at nine every working day.) Tj ET")


def said(key: str, language: str = "en") -> str:
    """The text of a key up to its first placeholder."""
    return TEXTS[key][0 if language == "ko" else 1].split("{")[0]


def until(app: App, condition: Callable[[], bool]) -> App:
    """Wait for the background, then draw once more."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return app.run()


def until_indexed(app: App, collection: Collection) -> App:
    work = app.lab.library.indexing(collection.id)
    assert work is not None
    return until(app, lambda: not work.progress.running)


def now(app: App, collection: Collection) -> Collection:
    return app.lab.library.shelf.get(collection.id)


def passages(app: App, collection: Collection) -> list[StoredPassage]:
    found = app.lab.library.shelf.passages(collection.id, limit=1000).passages
    return sorted(found, key=lambda one: (one.document, one.position))


def metrics(app: App) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.at.metric}


def keys(app: App, kind: str = "button") -> list[str]:
    return [one.key for one in getattr(app.at, kind) if one.key]


def put(app: App, kind: str, key: str, value: Any) -> App:
    getattr(app.at, kind)(key=key).set_value(value)
    return app.run()


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page in each language; AppTest formats options outside of the page, so by the operator."""
    monkeypatch.setenv("NARANI_LANG", request.param)
    return str(request.param)


# ---- collections -------------------------------------------------------------------------------


def test_without_a_collection_the_page_says_what_to_do(app: App, language: str) -> None:
    app.open(DOCUMENTS)
    assert said("collections_empty", language) in app.everything()
    assert app.at.title[0].value == TEXTS["documents_title"][0 if language == "ko" else 1]


def test_a_collection_is_made_and_chosen(app: App) -> None:
    app.open(DOCUMENTS)
    app.at.text_input(key="collection_name").set_value("  Our rules ")
    app.click("collection_make")
    assert [one.name for one in app.lab.library.shelf.list()] == ["Our rules"]
    assert app.at.selectbox(key="collection").value == "Our rules"
    assert app.at.text_input(key="collection_name").value == "", "ready for the next one"
    assert app.at.tabs[0].label == "Add documents"


@pytest.mark.parametrize(("name", "reason"), [("   ", "name"), ("tea", "name_taken")])
def test_a_name_that_cannot_be_is_refused_in_words(
    app: App, language: str, name: str, reason: str
) -> None:
    app.shelve("tea", {})
    app.open(DOCUMENTS)
    app.at.text_input(key="collection_name").set_value(name)
    app.click("collection_make")
    assert said(f"reason_bad_collection_{reason}", language) in app.titles_of_errors()
    assert [one.name for one in app.lab.library.shelf.list()] == ["tea"]
    app.run()
    assert not app.at.error, "said once"


def test_another_collection_is_chosen(app: App) -> None:
    app.shelve("first", {})
    app.shelve("second", TEA)
    app.open(DOCUMENTS)
    put(app, "selectbox", "collection", "second")
    assert facts(2, 2) in app.everything()
    put(app, "selectbox", "collection", "first")
    assert facts(0, 0) in app.everything()


def test_the_sample_collection_is_opened_once(app: App) -> None:
    app.shelve("mine", {})
    app.open(DOCUMENTS).click("sample_collection")
    sample = app.lab.library.shelf.named("haedam")
    assert app.at.selectbox(key="collection").value == "haedam"
    assert "sample_collection" not in keys(app), "it is there already"
    work = app.lab.library.indexing(sample.id)
    assert work is not None
    assert work.progress.files == len(list(SAMPLE.iterdir()))
    app.click("stop_indexing")
    until_indexed(app, sample)
    left = len(app.lab.library.inbox.files(sample.id))
    assert left + now(app, sample).documents == work.progress.files
    assert left == 0 or "index_start" in keys(app), "what a stop left undone can be gone on with"


def facts(documents: int, passages: int) -> str:
    return told("collection_facts", documents=documents, passages=passages)


# ---- files -------------------------------------------------------------------------------------


def test_uploaded_files_wait_and_are_indexed(app: App) -> None:
    made = app.shelve("tea", {})
    app.documents()
    uploader = app.at.file_uploader(key=f"uploads_files_{made.id}")
    uploader.set_value([(name, text.encode(), "text/markdown") for name, text in TEA.items()])
    app.run()
    assert told("waiting_files", count=2) in app.everything()
    app.click("index_start")
    until_indexed(app, made)
    assert indexed(2, 2, 0) in app.at.success[0].value
    assert now(app, made).documents == 2
    assert "index_start" not in keys(app), "what is indexed does not wait again"


def test_a_folder_can_be_uploaded_too(app: App) -> None:
    made = app.shelve("tea", {})
    app.documents()
    put(app, "segmented_control", "upload_what", "folder")
    uploader = app.at.file_uploader(key=f"uploads_folder_{made.id}")
    assert uploader.accept_directory
    uploader.set_value([("rules/tea.md", b"# Tea", "text/markdown")])
    app.run()
    assert [file.name for file in app.lab.library.inbox.files(made.id)] == ["rules/tea.md"]


def test_the_preview_follows_size_and_overlap(app: App) -> None:
    made = app.shelve("long", {}, CollectionSettings(embedder=NO_EMBEDDER))
    app.drop(made, LONG)
    app.documents()
    first = int(metrics(app)["Passages"])
    put(app, "number_input", f"split_size_{made.id}", 100)
    app.at.number_input(key=f"split_overlap_{made.id}").set_value(0)
    app.run()
    assert int(metrics(app)["Passages"]) > 2 * first
    assert said("preview_overlap") not in app.everything()
    put(app, "number_input", f"split_overlap_{made.id}", 45)
    assert said("preview_overlap") in app.everything()
    assert any(":orange-background[" in one.value for one in app.at.markdown)


def test_the_preview_has_pages_and_survives_larger_passages(app: App) -> None:
    made = app.shelve("long", {}, CollectionSettings(embedder=NO_EMBEDDER, split=FINE))
    app.drop(made, LONG)
    app.documents()
    last = app.at.number_input(key="preview_page")
    put(app, "number_input", "preview_page", last.max)
    assert "Rule 59" in app.everything()
    put(app, "number_input", f"split_size_{made.id}", 1000)
    assert "Rule 59" in app.everything()
    assert "preview_page" not in keys(app, "number_input")


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [("selectbox", "method", "heading"), ("segmented_control", "unit", "tokens")],
)
def test_the_preview_follows_the_way_of_cutting(app: App, kind: str, name: str, value: str) -> None:
    made = app.shelve("tea", {})
    app.drop(made, {"guide.md": "\n\n".join(f"# Part {n}\n\nOne. Two." for n in range(40))})
    app.documents()
    before = metrics(app)
    put(app, kind, f"split_{name}_{made.id}", value)
    assert metrics(app) != before
    app.click("index_start")
    until_indexed(app, made)
    assert getattr(now(app, made).settings.split, name) == value


def test_an_overlap_that_is_too_large_is_explained(app: App, language: str) -> None:
    made = app.shelve("tea", {})
    app.drop(made, TEA)
    app.open(DOCUMENTS)
    put(app, "number_input", f"split_overlap_{made.id}", 150)
    app.click("index_start")
    assert said("reason_bad_collection_overlap", language) in app.titles_of_errors()
    assert now(app, made).settings == made.settings
    assert len(app.lab.library.inbox.files(made.id)) == 2


def test_a_size_below_the_smallest_is_explained(app: App) -> None:
    made = app.shelve("tea", {})
    app.drop(made, TEA)
    app.documents()
    put(app, "number_input", f"split_size_{made.id}", 16)
    app.click("index_start")
    assert said("reason_bad_collection_size") in app.titles_of_errors()
    assert now(app, made).settings == made.settings


def test_a_waiting_file_is_left_out(app: App) -> None:
    made = app.shelve("tea", {})
    app.drop(made, TEA)
    app.documents()
    put(app, "selectbox", "preview_file", 1)
    assert "노을" in app.everything()
    app.click("drop_file")
    assert [file.name for file in app.lab.library.inbox.files(made.id)] == ["tea.md"]
    assert "Noeul" in app.everything(), "the preview shows what is left"


def indexed(files: int, passages: int, unchanged: int) -> str:
    whole = told("indexing_done", files=files, passages=passages, unchanged=unchanged, time="|")
    return whole.partition("|")[0]


# ---- indexing ----------------------------------------------------------------------------------


def test_files_that_cannot_be_read_are_named_and_the_others_go_in(app: App, language: str) -> None:
    made = app.shelve("tea", {})
    app.drop(made, {**TEA, "empty.txt": b"", "locked.pdf": locked(PDF, "secret")})
    app.open(DOCUMENTS).click("index_start")
    until_indexed(app, made)
    boxes = app.titles_of_errors()
    for name, reason in (("empty.txt", "empty"), ("locked.pdf", "encrypted")):
        assert name in boxes
        assert said(f"reason_bad_document_{reason}", language) in boxes
        assert said(f"next_bad_document_{reason}", language) in boxes
    assert now(app, made).documents == 2


@pytest.mark.parametrize("name", ["empty.txt", "locked.pdf"])
def test_a_file_that_cannot_be_read_says_so_before_it_is_indexed(app: App, name: str) -> None:
    made = app.shelve("tea", {})
    app.drop(made, {name: b"" if name == "empty.txt" else locked(PDF, "secret")})
    app.documents()
    assert name in app.titles_of_errors()
    assert "index_start" in keys(app), "it may be tried all the same"


def test_an_indexing_is_watched_stopped_and_gone_on_with(app: App) -> None:
    made = app.shelve("tea", {})
    app.drop(made, {f"{n}.txt": "\n\n".join(f"Line {i} of {n}." for i in range(50))
                    for n in range(150)})  # fmt: skip
    app.documents().click("index_start")
    progress = [told("indexing_now", done=done, files=150) for done in range(151)]
    assert app.at.get("progress")[0].proto.text.startswith(tuple(progress))
    assert "index_start" not in keys(app), "not twice at once"
    app.click("stop_indexing")
    until_indexed(app, made)
    assert said("indexing_stopped") in app.everything() + app.at.info[0].value
    left = len(app.lab.library.inbox.files(made.id))
    assert 0 < left <= 150
    assert now(app, made).documents == 150 - left
    app.click("index_start")
    until_indexed(app, made)
    assert now(app, made).documents == 150


def test_unchanged_files_are_said_to_be(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.drop(made, TEA)
    app.documents().click("index_start")
    until_indexed(app, made)
    assert indexed(2, 0, 2) in app.at.success[0].value


def test_documents_of_earlier_settings_are_indexed_again(app: App) -> None:
    made = app.shelve("tea", TEA)
    changed = CollectionSettings(embedder=NO_EMBEDDER, split=FINE)
    app.lab.library.shelf.change(made.id, changed)
    app.documents()
    assert told("stale_documents", count=2) in app.everything()
    app.click("index_again")
    until_indexed(app, made)
    assert app.lab.library.stale(now(app, made)) == []
    assert "index_again" not in keys(app)


def test_another_size_is_applied_to_what_is_there(app: App) -> None:
    made = app.shelve("long", LONG)
    before = made.passages
    app.documents()
    assert "split_apply" not in keys(app)
    put(app, "number_input", f"split_size_{made.id}", 50)
    assert app.at.warning[0].value == told("settings_guard", changed="Size", passages=10)
    app.click("split_apply")
    until_indexed(app, made)
    assert now(app, made).settings.split.size == 50
    assert now(app, made).passages > before
    assert "split_apply" not in keys(app)


# ---- passages ----------------------------------------------------------------------------------


def test_an_empty_collection_has_no_passages(app: App) -> None:
    app.shelve("tea", {})
    app.documents("passages")
    assert said("documents_empty") in app.everything()


def test_passages_are_listed_with_their_documents(app: App) -> None:
    app.shelve("tea", TEA)
    app.documents("passages")
    table = app.at.dataframe[0].value
    assert sorted(table["Document"]) == ["tea.md", "차.md"]
    assert sorted(table["Language"]) == ["English", "Korean"]
    assert "900 grams" in app.everything()
    assert "tea\\.md · #1" in app.everything()


def test_passages_are_searched(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.documents("passages")
    put(app, "text_input", f"passages_containing_{made.id}", "석회")
    assert "석회를" in app.everything()
    assert "900 grams" not in app.everything()
    put(app, "text_input", f"passages_containing_{made.id}", "no such words")
    assert told("passages_found", count=0) in app.everything()


def test_passages_have_pages_and_a_search_on_the_last_one_finds_the_first(app: App) -> None:
    made = app.shelve("long", LONG, CollectionSettings(embedder=NO_EMBEDDER, split=FINE))
    app.documents("passages")
    page = app.at.number_input(key=f"passages_page_{made.id}")
    assert "Rule 0:" in app.everything().replace("\\", "")
    put(app, "number_input", f"passages_page_{made.id}", page.max)
    assert "Rule 59" in app.everything()
    put(app, "text_input", f"passages_containing_{made.id}", "Rule 7:")
    assert "Rule 7" in app.everything(), "found, though it is on no third page"


def test_a_passage_is_left_out_and_taken_in_again(app: App) -> None:
    made = app.shelve("tea", TEA)
    first = passages(app, made)[0]
    app.documents("passages").click(f"enable_{first.id}")
    assert not app.lab.library.shelf.passage(first.id).enabled
    how = Retrieval(collection="tea", threshold=0.0)
    assert first.id not in [one.id for one in app.lab.library.search(how, ["kettle"]).given]
    put(app, "segmented_control", f"passages_only_{made.id}", "off")
    assert told("passages_found", count=1) in app.everything()
    app.click(f"enable_{first.id}")
    assert app.lab.library.shelf.passage(first.id).enabled
    assert first.id in [one.id for one in app.lab.library.search(how, ["kettle"]).given]


def test_a_passage_is_edited(app: App) -> None:
    made = app.shelve("tea", TEA)
    first = passages(app, made)[0]
    app.documents("passages").pop(f"edit_{first.id}")
    app.at.text_area(key=f"text_{first.id}").set_value("The kettle weighs 1,100 grams.")
    app.click(f"save_{first.id}")
    changed = app.lab.library.shelf.passage(first.id)
    assert (changed.text, changed.edited) == ("The kettle weighs 1,100 grams.", True)
    assert "1,100 grams" in app.everything()


def test_an_emptied_passage_is_refused(app: App, language: str) -> None:
    made = app.shelve("tea", TEA)
    first = passages(app, made)[0]
    app.open(DOCUMENTS).turn_to("passages").pop(f"edit_{first.id}")
    app.at.text_area(key=f"text_{first.id}").set_value(" ")
    app.click(f"save_{first.id}")
    assert said("reason_bad_collection_empty_passage", language) in app.titles_of_errors()
    assert app.lab.library.shelf.passage(first.id).text == first.text


def select(app: App, collection: Collection, *rows: int) -> App:
    """Choose documents in the table."""
    selection = {"rows": list(rows), "columns": [], "cells": []}
    app.at.session_state[f"documents_{collection.id}"] = {"selection": selection}
    return app.run()


def test_a_passage_of_ones_own_is_added_to_the_chosen_document(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.documents("passages")
    assert "passage_make" not in keys(app), "a passage needs a document"
    select(app, made, 0)
    chosen = app.at.dataframe[0].value["Document"][0]
    app.at.text_area(key="passage_new").set_value("Warranty lasts two years.")
    app.click("passage_make")
    (added,) = [one for one in passages(app, made) if one.edited]
    assert (added.document, added.text) == (chosen, "Warranty lasts two years.")
    how = Retrieval(collection="tea", threshold=0.0)
    assert app.lab.library.search(how, ["warranty"]).given[0].id == added.id


def test_one_chosen_document_shows_its_passages_alone(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.documents("passages")
    at = list(app.at.dataframe[0].value["Document"]).index("차.md")
    select(app, made, at)
    assert "900그램" in app.everything()
    assert "900 grams" not in app.everything()


def test_documents_are_removed_and_no_other_takes_their_place(app: App) -> None:
    made = app.shelve("tea", {**TEA, "third.md": "# Third\n\nOne more."})
    app.documents("passages")
    gone = app.at.dataframe[0].value["Document"][0]
    select(app, made, 0).click("documents_remove")
    left = [one.name for one in app.lab.library.shelf.documents(made.id)]
    assert len(left) == 2
    assert gone not in left
    assert "documents_remove" not in keys(app), "nothing is chosen any more"


# ---- try a search ------------------------------------------------------------------------------


def search(app: App, collection: Collection, query: str) -> App:
    return put(app, "text_input", f"try_query_{collection.id}", query)


def test_a_query_shows_what_was_found_and_how(app: App, language: str) -> None:
    made = app.shelve("tea", TEA)
    app.open(DOCUMENTS).turn_to("try")
    search(app, made, "노을 주전자 무게")
    text = app.everything()
    assert "900그램" in text
    assert said("mode_used_lexical", language) in text
    assert said("why_no_embedder", language) in text
    assert said("score_relevance", language) in text
    assert said("score_lexical", language) in text


def test_nothing_relevant_is_said(app: App, language: str) -> None:
    made = app.shelve("tea", TEA)
    app.open(DOCUMENTS).turn_to("try")
    search(app, made, "quantum chromodynamics")
    assert said("nothing_relevant", language) in app.everything()


def given(app: App) -> int:
    """How many of the passages that were found are for the model."""
    return len([one for one in app.at.markdown if re.match(r"\*\*\[\d+\]\*\*", one.value)]) - len(
        [one for one in app.at.markdown if told("cut_top_k") in one.value]
    )


def test_settings_change_what_is_found(app: App) -> None:
    made = app.shelve("tea", TEA, CollectionSettings(embedder=NO_EMBEDDER, split=FINE))
    app.documents("try")
    search(app, made, "kettle grams month")
    assert given(app) == 2
    put(app, "number_input", f"retrieval_top_k_a_{made.id}", 1)
    assert given(app) == 1
    assert told("cut_top_k") in "".join(one.value for one in app.at.markdown)
    put(app, "slider", f"retrieval_threshold_a_{made.id}", 1.0)
    assert said("nothing_relevant") in app.everything()


def test_two_settings_stand_side_by_side(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.documents("try")
    put(app, "toggle", "try_two", True)
    search(app, made, "kettle")
    put(app, "multiselect", f"retrieval_languages_b_{made.id}", ["ko"])
    left, right = [c for c in app.at.columns if c.get("code")]
    assert "900 grams" in "".join(one.value for one in left.markdown)
    assert "900 grams" not in "".join(one.value for one in right.markdown)


def test_settings_that_were_tried_survive_another_tab(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.documents("try")
    put(app, "number_input", f"retrieval_top_k_a_{made.id}", 1)
    search(app, made, "kettle")
    app.turn_to("passages").turn_to("try")
    assert app.at.number_input(key=f"retrieval_top_k_a_{made.id}").value == 1


def test_a_search_becomes_a_column(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.documents("try")
    search(app, made, "Where is the kettle?")
    put(app, "number_input", f"retrieval_top_k_a_{made.id}", 2)
    link = parse_qs(urlsplit(app.at.code[0].value).query)
    app.compare(*link["recipe"], question=link["question"][0])
    assert app.state.columns[0].recipe.retrieval == Retrieval(collection="tea", top_k=2)
    assert app.at.chat_input(key="question").value == "Where is the kettle?"


def test_an_embedder_that_is_not_there_is_an_error_in_words(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.documents("try")
    put(app, "segmented_control", f"retrieval_mode_a_{made.id}", "dense")
    search(app, made, "kettle")
    assert app.at.error or said("mode_used_lexical") in app.everything()


# ---- measure -----------------------------------------------------------------------------------

QUESTIONS = [
    {"question": "How heavy is the kettle?", "document": "tea.md", "quote": "900 grams"},
    {"question": "석회는 언제 없애나요?", "document": "차.md", "quote": "한 달에 한 번"},
    {"question": "Who won the cup?", "document": "tea.md", "quote": "not in there"},
]


def with_questions(app: App, collection: Collection, rows: list[dict[str, str]] = QUESTIONS) -> App:
    app.documents("measure", collection)
    content = "\n".join(json.dumps(row) for row in rows).encode()
    uploader = app.at.file_uploader(key=f"questions_{collection.id}")
    uploader.set_value(("questions.jsonl", content, "application/jsonl"))
    return app.run()


def test_without_questions_the_page_says_what_is_needed(app: App) -> None:
    app.shelve("tea", TEA)
    app.documents("measure")
    assert said("questions_help") in app.everything()


def test_a_file_that_holds_no_questions_is_refused_in_words(app: App, language: str) -> None:
    made = app.shelve("tea", TEA)
    app.open(DOCUMENTS).turn_to("measure")
    uploader = app.at.file_uploader(key=f"questions_{made.id}")
    uploader.set_value(("questions.csv", b"name,age\nKim,3\n", "text/csv"))
    app.run()
    assert said("reason_bad_questions_no_question_column", language) in app.titles_of_errors()


def test_votes_that_do_not_exist_are_said_not_to(app: App, language: str) -> None:
    app.shelve("tea", TEA)
    app.open(DOCUMENTS).turn_to("measure").click("questions_votes")
    assert said("reason_bad_questions_no_votes", language) in app.titles_of_errors()


def test_one_setting_is_measured(app: App) -> None:
    made = app.shelve("tea", TEA)
    with_questions(app, made)
    assert told("questions_count", count=3) in app.everything()
    put(app, "toggle", "measure_two", False)
    app.click("measure_run")
    table = app.at.dataframe[0].value
    assert list(table["Setting"]) == ["A"]
    assert table["hit@1"][0].startswith("0.667")
    assert told("measure_missed", setting="A", count=1) in [one.label for one in app.at.expander]


def test_two_settings_are_measured_with_their_difference(app: App) -> None:
    made = app.shelve("tea", TEA)
    with_questions(app, made)
    put(app, "segmented_control", f"retrieval_mode_measure_b_{made.id}", "lexical")
    put(app, "multiselect", f"retrieval_languages_measure_b_{made.id}", ["ko"])
    app.click("measure_run")
    table = app.at.dataframe[0].value
    assert list(table["Setting"]) == ["A", "B"]
    assert said("measure_gap") in app.everything()
    assert said("measure_unsure") in app.everything()


def test_a_measurement_belongs_to_its_questions(app: App) -> None:
    made = app.shelve("tea", TEA)
    with_questions(app, made)
    put(app, "toggle", "measure_two", False)
    app.click("measure_run")
    assert app.at.dataframe
    with_questions(app, made, QUESTIONS[:1])
    assert not app.at.dataframe, "these questions are not measured yet"


def test_the_sample_questions_are_one_click_away(app: App) -> None:
    app.shelve("haedam", TEA)
    app.documents("measure").click("questions_sample_en")
    count = len((SAMPLE.parent / "questions.en.jsonl").read_text("utf-8").splitlines())
    assert told("questions_count", count=count) in app.everything()


# ---- sweep -------------------------------------------------------------------------------------


def sweep(app: App, collection: Collection, **grid: list[Any]) -> App:
    with_questions(app, collection)
    for name, values in ({"sizes": [100, 200], "overlaps": [0], "top_ks": [1]} | grid).items():
        app.at.session_state[f"sweep_{name}"] = values
    return app.run().click("sweep_start")


def test_a_sweep_names_its_winner(app: App) -> None:
    made = app.shelve("tea", TEA)
    sweep(app, made)
    (job,) = app.lab.sweeps.of(made.id)
    until(app, lambda: job.state != "running")
    assert job.error is None
    assert said("sweep_state_done") in app.everything()
    assert any(said("sweep_winner") in one.value for one in app.at.success)
    table = app.at.dataframe[0].value
    assert sorted(table["Size"]) == [100, 200]


def test_a_sweep_is_stopped_resumed_and_discarded(app: App) -> None:
    made = app.shelve("long", {**TEA, **LONG})
    sweep(app, made, sizes=[60, 80, 100, 150, 200], top_ks=[1, 3, 5])
    (job,) = app.lab.sweeps.of(made.id)
    name = job.folder.name
    app.click(f"sweep_stop_{name}")
    until(app, lambda: job.state != "running")
    assert job.state == "stopped"
    assert said("sweep_state_stopped") in app.everything()
    app.click(f"sweep_resume_{name}")
    until(app, lambda: job.state != "running")
    assert job.state == "done"
    assert len(job.results()) == job.cells == 15
    assert f"sweep_resume_{name}" not in keys(app)
    app.click(f"sweep_discard_{name}")
    assert app.lab.sweeps.of(made.id) == []
    assert not job.folder.exists()


@pytest.mark.parametrize(
    ("grid", "key"),
    [
        ({"sizes": ["many"]}, "sweep_whole_numbers"),
        ({"sizes": []}, "reason_bad_collection_bad_grid"),
        ({"sizes": ["5"]}, "reason_bad_collection_size"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_in_words(
    app: App, grid: dict[str, list[Any]], key: str, language: str
) -> None:
    made = app.shelve("tea", TEA)
    with_questions(app, made)
    for name, values in grid.items():
        app.at.session_state[f"sweep_{name}"] = values
    app.run()
    if "sweep_start" in keys(app):
        app.click("sweep_start")
    assert said(key, language) in app.titles_of_errors() + app.everything()
    assert app.lab.sweeps.of(made.id) == []


# ---- index settings ----------------------------------------------------------------------------


def test_a_change_is_guarded_before_it_costs_anything(app: App, language: str) -> None:
    made = app.shelve("tea", TEA)
    app.open(DOCUMENTS).turn_to("collection")
    assert "settings_apply" not in keys(app)
    put(app, "selectbox", f"embedder_{made.id}", DEFAULT_EMBEDDER)
    assert TEXTS["field_embedder"][0 if language == "ko" else 1] in app.at.warning[0].value
    assert now(app, made).settings == made.settings, "nothing happens before it is applied"


def test_an_applied_change_indexes_again(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.documents("collection")
    put(app, "selectbox", f"embedder_{made.id}", DEFAULT_EMBEDDER).click("settings_apply")
    until_indexed(app, made)
    assert now(app, made).settings.embedder == DEFAULT_EMBEDDER
    assert now(app, made).dimension
    assert app.at.success, "its end is shown where files are indexed"
    assert "settings_apply" not in keys(app.turn_to("collection"))


def test_the_model_that_writes_is_asked_for(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.documents("collection")
    put(app, "segmented_control", f"alignment_{made.id}", "title")
    picker = app.at.selectbox(key=f"alignment_model_{made.id}")
    assert not [name for name in picker.options if name.startswith("baseline/")]
    put(app, "segmented_control", f"alignment_{made.id}", "none")
    assert "settings_apply" not in keys(app)


def test_an_embedder_that_does_not_exist_says_so_and_the_words_remain(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.documents("collection")
    app.at.selectbox(key=f"embedder_{made.id}").options.append("nobody-knows-me")
    put(app, "selectbox", f"embedder_{made.id}", "nobody-knows-me")
    app.at.selectbox(key=f"embedder_{made.id}").options.append("nobody-knows-me")
    app.click("settings_apply")
    until_indexed(app, made)
    assert app.at.error
    app.turn_to("try")
    search(app, made, "kettle")
    assert "900 grams" in app.everything()


def test_a_collection_is_removed_with_all_it_has(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.shelve("other", {})
    app.documents("collection", made).click("collection_remove_now")
    assert [one.name for one in app.lab.library.shelf.list()] == ["other"]
    assert app.at.selectbox(key="collection").value == "other"
    app.turn_to("collection").click("collection_remove_now")
    assert not app.lab.library.shelf.list()
    assert said("collections_empty") in app.everything()


# ---- untrusted text ----------------------------------------------------------------------------


def drawn(app: App) -> str:
    """All Markdown of the page, without what is drawn as text."""
    at = app.at
    labels = [one.label for one in (*at.button, *at.expander, *at.metric)]
    bodies = [str(one.value) for one in (*at.markdown, *at.caption, *at.success)]
    return "\n".join([*labels, *bodies, app.at.error[0].proto.title if app.at.error else ""])


@pytest.mark.parametrize("tab", ["intake", "passages", "try"])
def test_names_and_passages_are_drawn_as_text(app: App, tab: str) -> None:
    name = "**x**<img src=x>[l](y) :red[z] $a$.md"
    made = app.shelve("tea", {name: f"# {EVIL}\n\nkettle {EVIL}"})
    app.drop(made, {"2" + name: f"# {EVIL}\n\nkettle {EVIL}", name + ".pdf": b""})
    app.documents(tab)
    if tab == "intake":
        put(app, "selectbox", "preview_file", 1)
    if tab == "try":
        search(app, made, "kettle")
    text = drawn(app)
    assert "bold" in text
    for sign in ("**bold", "**x", " <img", "![", "](http", " :red[", " $x$"):
        assert sign not in text, sign
    assert "\\*\\*bold\\*\\*" in text


def test_no_key_stands_twice_with_two_settings_and_two_collections(app: App) -> None:
    """Streamlit refuses a key that stands twice; every run asserts that nothing was refused."""
    for name in ("one", "two"):
        app.shelve(name, TEA)
    for name in ("one", "two"):
        app.documents("try", app.lab.library.shelf.named(name))
        app.at.toggle(key="try_two").set_value(True)
        app.run()
        search(app, app.lab.library.shelf.named(name), "kettle")
        for tab in ("passages", "measure", "collection", "intake"):
            app.turn_to(tab)
