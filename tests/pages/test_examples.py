"""The Examples page: every widget that changes something is used."""

import io
import json
import re
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from core.example import Example
from core.example_set import ExampleSet, split_of
from core.recipe import Recipe, parse_recipe
from pages.shared import example_adding, example_looks
from pages.shared.example_draft import Draft
from pages.shared.example_repeats import Batches, Near
from pages.shared.example_tasks import _tasks
from pages.shared.texts import TEXTS
from tests.pages.conftest import PATIENCE_S, App, told
from tests.pages.test_adapters import give_adapter

EXAMPLES = "pages/knowledge/examples.py"
TABS = ("edit", "add", "look", "versions", "leaks", "use")
SHIPPED = {"capitals", "film_reviews", "haedam_facts", "inquiries", "medication_guidance", "orders"}
EVIL = "**bold** <img src=http://127.0.0.1:9/x.png> [link](http://127.0.0.1:9) $x$ :red[red]"
CSV = "text/csv"


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NARANI_LANG", request.param)
    return str(request.param)


def said(key: str, language: str = "en") -> str:
    """The text of a key up to its first placeholder."""
    return TEXTS[key][0 if language == "ko" else 1].split("{")[0].strip()


def items(count: int, first: int = 0) -> list[Example]:
    numbers = range(first, first + count)
    return [Example(question=f"What is item {n}?", answer=f"number {n * 7}") for n in numbers]


def examples_page(app: App, tab: str = "edit", name: str | None = None, **params: str) -> App:
    app.open(EXAMPLES, **params)
    if name is not None:
        app.at.selectbox(key="example_set").set_value(name)
        app.run()
    return turn_to(app, tab)


def turn_to(app: App, tab: str) -> App:
    shown = [tab_.label for tab_ in app.at.tabs if tab_.label in TEXTS[f"examples_tab_{tab}"]]
    app.at.session_state["examples_tab"] = shown[0]
    return app.run()


def put(app: App, kind: str, key: str, value: Any) -> App:
    getattr(app.at, kind)(key=key).set_value(value)
    return app.run()


def keys(app: App, kind: str = "button") -> list[str]:
    return [one.key for one in getattr(app.at, kind) if one.key]


def upload(app: App, name: str, content: str | bytes) -> App:
    piece = content.encode() if isinstance(content, str) else content
    app.at.file_uploader(key="example_upload").set_value((name, piece, CSV))
    return app.run()


def token(app: App) -> str:
    return str(app.at.session_state["example_file"].token)


def until_imported(app: App) -> App:
    if "example_import_work" in app.at.session_state:  # else it has ended already
        app.at.session_state["example_import_work"].wait(PATIENCE_S)
    return app.run()


def until_looked(app: App) -> App:
    end = time.monotonic() + PATIENCE_S
    while any(task.running for task in _tasks().values()):
        assert time.monotonic() < end, "a look never ended"
        time.sleep(0.01)
    return app.run()


def newest(app: App, name: str) -> ExampleSet:
    return app.lab.example_sets.latest(name)


def questions(made: ExampleSet) -> list[str]:
    return [one.example.question for one in made.examples]


def grid(app: App) -> Any:
    return app.at.data_editor[0]


def shown(app: App) -> list[str]:
    return [str(one) for one in grid(app).value["question"]]


def type_in(app: App, **edits: Any) -> App:
    """What the browser sends: `edited_rows`, `added_rows`, `deleted_rows`."""
    key = grid(app).key
    state = {"edited_rows": {}, "added_rows": [], "deleted_rows": [], **edits}
    app.at.session_state[key] = state
    return app.run()


def table(app: App, alt: str, place: int = 0) -> Any:
    """The table on the page with this name for people who cannot see it."""
    found = [one for one in app.at.dataframe if one.proto.alt in TEXTS[f"example_{alt}_alt"]]
    return found[place].value


# ---- head --------------------------------------------------------------------------------------


def test_the_sets_of_the_product_are_there_by_themselves(app: App, language: str) -> None:
    examples_page(app)
    assert {one.name for one in app.lab.example_sets.list()} == SHIPPED
    assert app.at.title[0].value == TEXTS["examples_title"][0 if language == "ko" else 1]
    put(app, "selectbox", "example_set", "film_reviews")
    assert "v1" in app.everything()
    assert said("example_unused", language) in app.everything()


def test_an_address_opens_a_set(app: App) -> None:
    app.open(EXAMPLES, example_set="film_reviews")
    assert app.at.selectbox(key="example_set").value == "film_reviews"
    app.open(EXAMPLES, example_set="there is none")
    assert app.at.selectbox(key="example_set").value in SHIPPED


def test_without_any_set_the_page_says_what_to_do(app: App, language: str) -> None:
    examples_page(app)
    for name in SHIPPED:
        app.lab.example_sets.remove(name)
    app.run()
    assert said("examples_empty", language) in app.everything()
    assert "example_upload" in keys(app, "file_uploader"), "a file can be dropped here too"
    assert not app.at.tabs


def test_pasted_lines_make_a_set(app: App) -> None:
    examples_page(app)
    app.at.text_input(key="example_name").set_value("  My  set ")
    app.at.text_area(key="example_paste").set_value("수도는? => 서울\n\nWhat? \tThat => this\n")
    app.click("example_make")
    made = newest(app, "My set")
    assert [(e.example.question, e.example.answer) for e in made.examples] == [
        ("수도는?", "서울"),
        ("What? \tThat", "this"),
    ]
    assert app.at.selectbox(key="example_set").value == "My set"
    assert app.at.text_area(key="example_paste").value == "", "ready for the next one"


def test_two_columns_of_a_spreadsheet_can_be_pasted(app: App) -> None:
    examples_page(app)
    app.at.text_input(key="example_name").set_value("sheet")
    app.at.text_area(key="example_paste").set_value('a\t"one\ntwo"\nb\tthree')
    app.click("example_make")
    assert [e.example.answer for e in newest(app, "sheet").examples] == ["one\ntwo", "three"]


@pytest.mark.parametrize(
    ("name", "pasted", "code"),
    [
        ("mine", "good => one\nbad line", "paste"),
        ("mine", "question => ", "paste"),
        ("mine", "  ", "no_example"),
        ("  ", "a => b", "name"),
        ("capitals", "a => b", "taken"),
    ],
)
def test_what_cannot_be_made_a_set_is_said_and_kept(
    app: App, language: str, name: str, pasted: str, code: str
) -> None:
    examples_page(app)
    before = [one.id for one in app.lab.example_sets.list()]
    app.at.text_input(key="example_name").set_value(name)
    app.at.text_area(key="example_paste").set_value(pasted)
    app.click("example_make")
    assert said(f"reason_bad_examples_{code}", language) in app.titles_of_errors()
    assert said(f"next_bad_examples_{code}", language) in app.titles_of_errors()
    assert app.at.text_area(key="example_paste").value == pasted, "nothing typed is lost"
    assert [one.id for one in app.lab.example_sets.list()] == before
    assert not app.run().at.error, "said once"


def test_the_head_says_who_uses_a_set(app: App) -> None:
    app.lab.example_sets.save("mine", items(9))
    give_adapter(app, "learner", example_set="mine v1")
    app.lab.ask("What is item 99?", [recipe_with("mine")]).wait(PATIENCE_S)
    examples_page(app, name="mine")
    assert told("example_taught", names="learner") in app.everything()
    assert told("example_used", answers=1) in app.everything()


# ---- import ------------------------------------------------------------------------------------


def test_a_file_is_previewed_mapped_and_imported(app: App) -> None:
    examples_page(app, "add")
    upload(app, "reviews.csv", "감상,기분,주제\n좋다,긍정,영화\n나쁘다,부정,책\n좋다,긍정,영화\n")
    end = token(app)
    put(app, "selectbox", f"example_part_question_{end}", "감상")
    put(app, "selectbox", f"example_part_answer_{end}", "기분")
    put(app, "selectbox", f"example_part_tags_{end}", "주제")
    preview = table(app, "preview")
    assert list(preview["Question"]) == ["좋다", "나쁘다", "좋다"]
    assert [list(one) for one in preview["Tags"]] == [["영화"], ["책"], ["영화"]]
    put(app, "text_input", f"example_into_name_{end}", "감상문")
    put(app, "slider", f"example_share_{end}", 0)
    app.at.text_input(key=f"example_note_{end}").set_value("from paper")
    app.click("example_import")
    until_imported(app)
    head = app.lab.example_sets.named("감상문")
    assert (head.size, head.version, head.note, head.tags) == (2, 1, "from paper", ("영화", "책"))
    assert app.at.selectbox(key="example_set").value == "감상문", "the new set is shown"
    assert told("example_found_duplicates", count=1) in app.everything()
    assert "example_import" not in keys(app), "the file is put away"


def test_a_file_can_be_added_to_a_set_or_replace_it(app: App) -> None:
    app.lab.example_sets.save("mine", items(5))
    examples_page(app, "add", "mine")
    upload(app, "more.jsonl", json.dumps({"question": "More?", "answer": "Yes"}))
    put(app, "segmented_control", f"example_into_{token(app)}", "append")
    app.click("example_import")
    until_imported(app)
    assert questions(newest(app, "mine")) == [*questions(newest(app, "mine"))[:5], "More?"]
    assert len(newest(app, "mine").examples) == 6
    upload(app, "other.jsonl", json.dumps({"question": "Other?", "answer": "No"}))
    put(app, "segmented_control", f"example_into_{token(app)}", "replace")
    app.click("example_import")
    until_imported(app)
    assert questions(newest(app, "mine")) == ["Other?"]
    assert [one.version for one in app.lab.example_sets.versions("mine")] == [3, 2, 1]


def test_a_new_name_that_is_taken_never_replaces_a_set(app: App, language: str) -> None:
    app.lab.example_sets.save("mine", items(5))
    examples_page(app, "add")
    upload(app, "mine.csv", "question,answer\na,b\n")
    app.click("example_import")
    assert told("reason_bad_examples_taken", language, name="mine") in app.titles_of_errors()
    assert len(app.lab.example_sets.versions("mine")) == 1
    assert token(app), "the file is still there"


def test_what_a_spreadsheet_holds_is_imported(app: App) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("질문", "답변", "구분"), ("하나?", "1", "학습"), ("둘?", "2", "평가")):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    examples_page(app, "add")
    upload(app, "표.xlsx", buffer.getvalue())
    app.click("example_import")
    until_imported(app)
    assert [one.split for one in newest(app, "표").examples] == ["train", "test"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "empty"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "not_text"),
        ("one.csv", b"question\nonly this\n", "few_columns"),
        ("bad.jsonl", b'{"question": "a", "answer"', "json"),
        ("book.xlsx", b"PK\x03\x04 no workbook", "broken"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    app: App, language: str, name: str, content: bytes, code: str
) -> None:
    examples_page(app, "add")
    upload(app, name, content)
    assert said(f"reason_bad_examples_{code}", language) in app.titles_of_errors()
    assert "example_import" not in keys(app)
    assert app.run().at.error, "said until another file comes"
    upload(app, "good.csv", "question,answer\na,b\n")
    assert not app.at.error
    assert "example_import" in keys(app)


def test_a_row_that_is_refused_is_named_and_nothing_is_lost(app: App, language: str) -> None:
    examples_page(app, "add")
    upload(app, "holes.csv", "question,answer,other\na,b,x\nc,,y\n")
    app.click("example_import")
    until_imported(app)
    reason = told("reason_bad_examples_empty_answer", language, line=3, column="answer")
    assert reason in app.titles_of_errors()
    assert "holes" not in [one.name for one in app.lab.example_sets.list()]
    put(app, "selectbox", f"example_part_answer_{token(app)}", "other")
    app.click("example_import")
    until_imported(app)
    assert [e.example.answer for e in newest(app, "holes").examples] == ["x", "y"]


def test_an_empty_column_of_answers_is_said(app: App, language: str) -> None:
    examples_page(app, "add")
    upload(app, "hollow.csv", "question,answer\na,\nb,\n")
    app.click("example_import")
    until_imported(app)
    reason = told("reason_bad_examples_empty_answers", language, column="answer")
    assert reason in app.titles_of_errors()


def test_a_column_cannot_be_question_and_answer(app: App, language: str) -> None:
    examples_page(app, "add")
    upload(app, "a.csv", "question,answer\na,b\n")
    put(app, "selectbox", f"example_part_answer_{token(app)}", "question")
    reason = told("reason_bad_examples_same_column", language, column="question")
    assert reason in app.titles_of_errors()
    assert app.at.button(key="example_import").disabled


def test_a_side_that_is_none_is_named_before_the_import(app: App, language: str) -> None:
    examples_page(app, "add")
    upload(app, "a.csv", "question,answer,split\na,b,somewhere\n")
    put(app, "selectbox", f"example_part_split_{token(app)}", "split")
    reason = told(
        "reason_bad_examples_bad_split", language, line=2, column="split", value="somewhere"
    )
    assert reason in app.titles_of_errors()
    put(app, "selectbox", f"example_part_split_{token(app)}", "")
    assert not app.at.error


def test_a_file_can_be_put_away_and_waits_while_other_tabs_are_looked_at(app: App) -> None:
    examples_page(app, "add")
    upload(app, "a.csv", "question,answer\na,b\n")
    turn_to(app, "versions")
    turn_to(app, "add")
    assert "example_import" in keys(app)
    app.click("example_drop_file")
    assert "example_import" not in keys(app)


def test_an_import_can_be_left_and_stopped(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.lab.example_sets.save("mine", items(3))
    stored, gate = example_adding._stored, threading.Event()

    def held(set_id: str | None) -> Iterable[Example]:
        assert gate.wait(PATIENCE_S)
        return stored(set_id)

    monkeypatch.setattr(example_adding, "_stored", held)
    examples_page(app, "add", "mine")
    upload(app, "more.csv", "question,answer\na,b\n")
    put(app, "segmented_control", f"example_into_{token(app)}", "append")
    app.click("example_import")
    work = app.at.session_state["example_import_work"]
    assert "example_import_stop" in keys(app)
    turn_to(app, "versions")
    assert work.progress.running, "it goes on while another tab is looked at"
    turn_to(app, "add")
    app.click("example_import_stop")
    gate.set()
    until_imported(app)
    assert work.progress.state == "stopped"
    assert said("example_import_stopped") in app.everything()
    assert app.lab.example_sets.named("mine").version == 1
    assert "example_import" in keys(app), "the file can be imported again"


def test_spellings_and_several_answers_are_reported(app: App) -> None:
    examples_page(app, "add")
    rows = "a,긍정\nb,긍정적\nc,긍 정\na,부정\n"
    upload(app, "labels.csv", "question,answer\n" + rows)
    app.click("example_import")
    until_imported(app)
    assert told("example_found_several", count=1) in app.everything()
    assert told("example_found_spelled", count=1) in app.everything()
    assert "긍정적 (1)" in table(app, "spelled").iloc[0, 0]


# ---- edit --------------------------------------------------------------------------------------


def test_all_kinds_of_changes_become_one_version(app: App) -> None:
    app.lab.example_sets.save("mine", items(6))
    examples_page(app, name="mine")
    type_in(
        app,
        edited_rows={0: {"answer": "nothing"}, 5: {"number": 1}, 2: {"tags": ["odd", "new"]}},
        added_rows=[{"question": "New?", "answer": "Yes", "tags": ["new"]}, {}],
        deleted_rows=[1],
    )
    text = app.everything()
    for part, count in (("edited", 2), ("added", 1), ("moved", 1), ("removed", 1)):
        assert told(f"example_unsaved_{part}", count=count) in text
    app.at.text_input(key="example_save_note_mine").set_value("better")
    app.click("example_save")
    made = newest(app, "mine")
    numbers = [re.sub(r"\D", "", question) for question in questions(made)]
    assert numbers == ["5", "0", "2", "3", "4", ""]
    assert made.examples[1].example.answer == "nothing"
    assert made.examples[2].example.tags == ("odd", "new")
    assert made.examples[5].example.tags == ("new",)
    head = app.lab.example_sets.named("mine")
    assert (head.version, head.note) == (2, "better")
    assert said("example_unsaved") not in app.everything()
    assert shown(app)[0] == "What is item 5?"
    app.run()
    assert said("example_unsaved") not in app.everything(), "the old grid lends no edits"


def test_an_item_never_changes_sides_and_an_edited_question_is_a_new_one(app: App) -> None:
    before = app.lab.example_sets.save("mine", items(20))
    examples_page(app, name="mine")
    type_in(app, edited_rows={0: {"question": "Another one?"}, 3: {"answer": "else"}})
    app.click("example_save")
    after = newest(app, "mine").examples
    assert after[3].split == before.examples[3].split
    assert after[0].split == split_of(after[0].example)


@pytest.mark.parametrize("step", ["filter", "page", "language", "tab", "set"])
def test_unsaved_changes_survive(app: App, step: str) -> None:
    app.lab.example_sets.save("mine", items(230))
    examples_page(app, name="mine")
    type_in(app, edited_rows={1: {"answer": "mine"}}, added_rows=[{"question": "N", "answer": "A"}])
    if step == "filter":
        put(app, "text_input", "example_search_mine", "item 22")
        assert shown(app)[-1] == "N", "what is new is always shown"
        put(app, "text_input", "example_search_mine", "")
    elif step == "page":
        put(app, "pagination", "example_page_mine", 2)
        assert shown(app)[0] == "What is item 200?"
        type_in(app, edited_rows={0: {"answer": "also mine"}})
        put(app, "pagination", "example_page_mine", 1)
    elif step == "language":
        put(app, "segmented_control", "lang", "ko")
    elif step == "tab":
        turn_to(app, "versions")
        turn_to(app, "edit")
    else:
        put(app, "selectbox", "example_set", "orders")
        assert said("example_unsaved") not in app.everything()
        put(app, "selectbox", "example_set", "mine")
    assert list(grid(app).value["answer"])[1] == "mine"
    assert shown(app)[-1] == "N"
    app.click("example_save")
    made = newest(app, "mine")
    assert made.examples[1].example.answer == "mine"
    assert questions(made)[-1] == "N"
    assert len(made.examples) == 231
    assert (made.examples[200].example.answer == "also mine") is (step == "page")


def test_a_row_that_is_new_can_be_edited_and_deleted_before_it_is_saved(app: App) -> None:
    app.lab.example_sets.save("mine", items(2))
    examples_page(app, name="mine")
    type_in(app, added_rows=[{"question": "N", "answer": "A"}, {"question": "M", "answer": "B"}])
    turn_to(app, "use")
    turn_to(app, "edit")
    type_in(app, edited_rows={2: {"answer": "C"}}, deleted_rows=[3])
    app.click("example_save")
    assert [e.example.answer for e in newest(app, "mine").examples][2:] == ["C"]


def test_changes_can_be_discarded(app: App) -> None:
    app.lab.example_sets.save("mine", items(3))
    examples_page(app, name="mine")
    type_in(app, deleted_rows=[0], edited_rows={1: {"answer": "x"}})
    app.click("example_discard")
    assert said("example_unsaved") not in app.everything()
    assert len(shown(app)) == 3
    assert app.lab.example_sets.named("mine").version == 1


@pytest.mark.parametrize(
    "edits",
    [
        {"edited_rows": {1: {"answer": "  "}}},
        {"edited_rows": {1: {"question": None}}},
        {"added_rows": [{"question": "only a question"}]},
    ],
)
def test_a_row_without_question_or_answer_is_named_and_kept(
    app: App, language: str, edits: dict[str, Any]
) -> None:
    app.lab.example_sets.save("mine", items(3))
    examples_page(app, name="mine")
    type_in(app, **edits)
    app.click("example_save")
    rows = "+" if "added_rows" in edits else "2"
    assert told("reason_bad_examples_row_empty", language, rows=rows) in app.titles_of_errors()
    assert app.lab.example_sets.named("mine").version == 1
    assert said("example_unsaved", language) in app.everything()


def test_what_changes_nothing_makes_no_version(app: App) -> None:
    app.lab.example_sets.save("mine", items(3))
    examples_page(app, name="mine")
    type_in(app, edited_rows={0: {"answer": "number 0"}})
    app.click("example_save")
    assert app.lab.example_sets.named("mine").version == 1
    assert said("example_unsaved") not in app.everything()


def test_somebody_elses_version_is_said_before_mine_is_saved(app: App, language: str) -> None:
    app.lab.example_sets.save("mine", items(3))
    examples_page(app, name="mine")
    type_in(app, edited_rows={0: {"answer": "x"}})
    app.lab.example_sets.save("mine", items(4))
    app.run()
    assert told("example_overtaken", language, mine=1, newest=2) in app.titles_of_errors()
    app.click("example_take_newest")
    assert len(shown(app)) == 4
    assert not app.at.warning


def test_without_changes_the_newest_version_is_shown(app: App) -> None:
    app.lab.example_sets.save("mine", items(3))
    examples_page(app, name="mine")
    app.lab.example_sets.save("mine", items(4))
    app.run()
    assert len(shown(app)) == 4
    assert not app.at.warning


def test_filters_find_examples(app: App) -> None:
    tagged = [
        Example(question=f"Q{n}", answer=f"A{n}", tags=("even",) * (n % 2 == 0)) for n in range(10)
    ]
    app.lab.example_sets.save("mine", tagged)
    examples_page(app, name="mine")
    put(app, "selectbox", "example_tag_mine", "even")
    assert shown(app) == ["Q0", "Q2", "Q4", "Q6", "Q8"]
    put(app, "text_input", "example_search_mine", "a4")
    assert shown(app) == ["Q4"]
    put(app, "text_input", "example_search_mine", "")
    put(app, "selectbox", "example_tag_mine", None)
    put(app, "segmented_control", "example_side_mine", "test")
    held_out = [one.example.question for one in newest(app, "mine").test]
    assert shown(app) == held_out


def test_further_columns_are_edited_whatever_they_are_called(app: App) -> None:
    example = Example(question="Q", answer="A", fields=(("number", "one"), ("side", "left")))
    app.lab.example_sets.save("mine", [example, *items(2)])
    examples_page(app, name="mine")
    assert list(grid(app).value["field:number"]) == ["one", "", ""]
    type_in(app, edited_rows={0: {"field:number": "two", "field:side": ""}})
    app.click("example_save")
    assert newest(app, "mine").examples[0].example.fields == (("number", "two"),)


def test_a_text_too_long_for_the_grid_is_never_cut(app: App, language: str) -> None:
    long = "x" * 6_000
    app.lab.example_sets.save("mine", [Example(question="Q", answer=long), *items(2)])
    examples_page(app, name="mine")
    type_in(app, edited_rows={0: {"answer": "cut", "question": "Q2"}})
    too_long = told("example_too_long", language, rows="1", limit="5,000")
    assert too_long in app.titles_of_errors()
    app.click("example_save")
    first = newest(app, "mine").examples[0].example
    assert (first.question, first.answer) == ("Q2", long)


def test_a_set_removed_meanwhile_loses_no_changes(app: App) -> None:
    app.lab.example_sets.save("mine", items(3))
    examples_page(app, name="mine")
    type_in(app, edited_rows={0: {"answer": "x"}})
    draft = app.at.session_state["example_draft_mine"]
    assert isinstance(draft, Draft)
    app.lab.example_sets.remove("mine")
    app.run()
    assert app.at.selectbox(key="example_set").value != "mine"


def test_a_grid_of_a_large_set_reads_one_page(app: App) -> None:
    app.lab.example_sets.save("mine", items(5_000))
    examples_page(app, name="mine")
    assert len(shown(app)) == 200
    assert told("example_rows", count="5,000") in app.everything()


# ---- statistics --------------------------------------------------------------------------------


def test_labels_lengths_and_languages_are_shown(app: App, language: str) -> None:
    many = [
        Example(question=f"질문 {n}번입니다", answer=["긍정", "부정"][n % 2]) for n in range(12)
    ]
    app.lab.example_sets.save("mine", many)
    examples_page(app, "look", "mine")
    until_looked(app)
    text = app.everything()
    assert said("example_labels", language) in text
    assert told("example_balance", language, labels=2, most=6, least=6) in text
    assert {"12", "한국어 100 %", "Korean 100 %"} & {one.value for one in app.at.metric}


def test_what_repeats_is_shown_with_its_rows(app: App) -> None:
    pairs = [("수도는?", "서울"), ("수도는 ?", "부산"), ("이름은?", "나"), ("이름은??", "나")]
    app.lab.example_sets.save("mine", [Example(question=q, answer=a) for q, a in pairs])
    examples_page(app, "look", "mine")
    until_looked(app)
    assert list(table(app, "group")["Answer"]) == ["서울", "부산"]
    assert list(table(app, "group", 1)["No."]) == [3, 4]


def test_spellings_of_a_label_are_shown(app: App) -> None:
    answers = ["긍정", "긍정적", "부정", "부정", "긍정", "부정", "긍정", "부정"]
    many = [Example(question=f"문장 {n}", answer=answer) for n, answer in enumerate(answers)]
    app.lab.example_sets.save("mine", many)
    examples_page(app, "look", "mine")
    until_looked(app)
    assert "긍정적" in table(app, "spelled").iloc[0, 0]


def test_near_duplicates_are_found_on_a_click_with_both_rows(app: App) -> None:
    long = "This is a long question about the opening hours of the shop on the corner, item"
    app.lab.example_sets.save(
        "mine", [Example(question=f"{long} {n}", answer=str(n)) for n in (1, 2)] + items(3)
    )
    examples_page(app, "look", "mine")
    until_looked(app)
    app.click("example_near_look")
    until_looked(app)
    found = table(app, "group")
    assert list(found["No."])[:2] == [1, 2]
    put(app, "selectbox", "example_set", "capitals")
    app.click("example_near_look")
    until_looked(app)
    assert told("example_near_none", count=3) in app.everything()


def test_a_slow_look_goes_on_when_the_tab_is_left(
    app: App, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, found = threading.Event(), example_looks.near

    def held(batches: Batches) -> Near:
        assert gate.wait(PATIENCE_S)
        return found(batches)

    monkeypatch.setattr(example_looks, "near", held)
    examples_page(app, "look", "capitals")
    until_looked(app)
    app.click("example_near_look")
    assert said("example_look_leave", language) in app.everything()
    turn_to(app, "versions")
    gate.set()
    until_looked(app)
    turn_to(app, "look")
    assert told("example_near_none", language, count=3) in app.everything()


def test_a_look_that_fails_says_so_and_can_be_tried_again(
    app: App, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(batches: Batches) -> Near:
        raise OSError("the disk is gone")

    examples_page(app, "look", "capitals")
    until_looked(app)
    with monkeypatch.context() as patch:
        patch.setattr(example_looks, "near", broken)
        app.click("example_near_look")
        until_looked(app)
        assert said("error_not_stored", language) in app.titles_of_errors()
    app.click("example_near_look")
    until_looked(app)
    assert not app.at.error


# ---- versions ----------------------------------------------------------------------------------


def test_versions_say_what_changed(app: App, language: str) -> None:
    sets = app.lab.example_sets
    first = items(4)
    sets.save("mine", first, note="the first")
    sets.save(
        "mine",
        [
            first[3],
            Example(question="What is item 0?", answer="number zero"),
            Example(question="What is item 1?", answer="number 7", tags=("odd",)),
            Example(question="New?", answer="Yes"),
        ],
    )
    examples_page(app, "versions", "mine")
    until_looked(app)
    counts = {metric.label: metric.value for metric in app.at.metric}
    place = 0 if language == "ko" else 1
    assert counts == {
        TEXTS[f"example_diff_{kind}"][place]: "1"
        for kind in ("added", "removed", "changed", "noted", "moved")
    }
    assert ":red-background[0]" in app.everything()
    assert ":green-background[zero]" in app.everything()
    assert "the first" in app.everything()


def test_a_version_can_be_rolled_back(app: App) -> None:
    sets = app.lab.example_sets
    before = sets.save("mine", items(10))
    sets.save("mine", items(3, 20))
    examples_page(app, "versions", "mine")
    app.click("example_roll_back_1")
    made = newest(app, "mine")
    assert made.version == 3
    assert made.hash == before.hash, "the same examples on the same sides"
    assert "v1" in sets.named("mine").note


def test_other_versions_are_compared(app: App) -> None:
    for count in (2, 3, 5):
        app.lab.example_sets.save("mine", items(count))
    examples_page(app, "versions", "mine")
    put(app, "selectbox", "example_left_mine", 1)
    until_looked(app)
    assert [metric.value for metric in app.at.metric] == ["3"]
    put(app, "selectbox", "example_right_mine", 1)
    until_looked(app)
    assert said("example_diff_same") in app.everything()


def test_one_version_says_how_to_get_two(app: App, language: str) -> None:
    app.lab.example_sets.save("mine", items(2))
    examples_page(app, "versions", "mine")
    assert said("example_one_version", language) in app.everything()


def test_removing_says_who_used_it_first(app: App, language: str) -> None:
    app.lab.example_sets.save("mine", items(9))
    give_adapter(app, "learner", example_set="mine v1")
    app.lab.ask("What is item 99?", [recipe_with("mine")]).wait(PATIENCE_S)
    examples_page(app, "versions", "mine")
    assert told("example_remove_used", language, answers=1, adapters=1) in app.everything()
    app.click("example_remove_now")
    assert "mine" not in [one.name for one in app.lab.example_sets.list()]
    assert app.at.selectbox(key="example_set").value in SHIPPED


def recipe_with(name: str) -> Recipe:
    return parse_recipe(json.dumps({"model": "baseline/nearest", "few_shot": {"set": name}}))


# ---- leaks -------------------------------------------------------------------------------------


def test_a_leak_is_shown_with_its_place_and_what_to_do(app: App, language: str) -> None:
    made = app.lab.example_sets.save("mine", items(30))
    held_out = made.test[0].example
    app.lab.example_sets.save(
        "other",
        [held_out, *items(3, 900)],
        sides={held_out.question: "train"},
    )
    examples_page(app, "leaks", "mine")
    app.click("example_leaks_look")
    until_looked(app)
    found = table(app, "leaks")
    assert held_out.question in list(found.iloc[:, 0])
    assert "other v1" in list(found.iloc[:, 3])
    assert said("example_place_train_next", language) in app.everything()
    assert said("example_leaks_next", language) in app.titles_of_errors()


def test_a_clean_set_says_what_was_looked_at(app: App, language: str) -> None:
    app.lab.example_sets.save(
        "mine", [Example(question=f"{'가나다라마바사'[n]} 무엇?", answer="x") for n in range(7)]
    )
    examples_page(app, "leaks", "mine")
    app.click("example_leaks_look")
    until_looked(app)
    assert app.at.success
    assert "orders v1" in app.everything().replace("\\", "")
    app.lab.example_sets.save("later", items(3))
    app.run()
    assert said("example_leaks_stale", language) in app.everything()


def test_a_set_that_holds_nothing_out_has_nothing_to_check(app: App, language: str) -> None:
    examples_page(app, "leaks", "capitals")
    assert said("example_leaks_no_test", language) in app.everything()


# ---- use ---------------------------------------------------------------------------------------


def test_three_columns_are_opened_with_a_question_that_is_held_out(app: App) -> None:
    app.lab.example_sets.save("mine", items(20))
    examples_page(app, "use", "mine")
    app.click("example_compare")
    columns = [column.recipe for column in app.state.columns]
    assert [one.model for one in columns][-1] == "baseline/nearest"
    assert columns[0].model == columns[1].model
    assert columns[0].few_shot is None
    chosen = [
        (one.few_shot.set, one.few_shot.k, one.few_shot.choose)
        for one in columns[1:]
        if one.few_shot is not None
    ]
    assert chosen == [("mine", 3, "similar"), ("mine", 5, "similar")]
    held_out = [one.example.question for one in newest(app, "mine").test]
    assert app.at.chat_input(key="question").value in held_out or (
        app.at.session_state["question"] in held_out
    )


def test_each_item_has_a_link_that_fills_the_question_and_its_values(app: App) -> None:
    many = [
        Example(question=f"Q{n}", answer=f"A{n}", fields=(("channel", f"c {n}"),))
        for n in range(20)
    ]
    app.lab.example_sets.save("mine", many)
    examples_page(app, "use", "mine")
    found = table(app, "items")
    first = newest(app, "mine").test[0].example
    assert found["Question"].iloc[0] == first.question
    link = found["Ask"].iloc[0]
    assert link.startswith("/compare?recipe=")
    number = first.question[1:]
    assert f"question=Q{number}&value.channel=c+{number}" in link


def test_a_set_without_test_items_offers_a_sample(app: App, language: str) -> None:
    examples_page(app, "use", "capitals")
    assert "France" in app.everything()
    assert said("example_items_none", language) in app.everything()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_reads_back_as_the_same_set(app: App, form: str) -> None:
    from core.examples.columns import read
    from core.examples.tables import open_table
    from pages.shared.example_adding import opened
    from pages.shared.example_use import exported

    examples_page(app, "use", "inquiries")
    assert f"example_export_{form}" in keys(app, "download_button")
    head = app.lab.example_sets.named("inquiries")
    content = exported(head.id, head.columns, form)
    columns = opened(f"inquiries.{form}", content).guessed
    rows = list(read(open_table(f"inquiries.{form}", content), columns))
    assert [(r.example, r.side) for r in rows] == [
        (one.example, one.split) for one in newest(app, "inquiries").examples
    ]


# ---- everything --------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", TABS)
def test_content_is_never_drawn_as_markdown(app: App, tab: str) -> None:
    sets = app.lab.example_sets
    evil = [Example(question=f"{EVIL} {n}", answer=EVIL, tags=(EVIL,)) for n in range(9)]
    sets.save(EVIL[:60], evil[:5])
    sets.save(EVIL[:60], evil, note=EVIL)
    examples_page(app, tab, EVIL[:60])
    until_looked(app)
    drawn = app.everything()
    assert "<img" not in drawn.replace("\\<img", "")
    assert "[link](" not in drawn.replace("\\]", "")


def test_every_code_of_the_readers_has_a_reason_and_a_next_step() -> None:
    root = Path(__file__).parents[2] / "core"
    sources = [*(root / "examples").glob("*.py"), root / "cli_examples.py", root / "promotion.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    pattern = r'(?:Refused|_empty)\(\s*"(\w+)"|code="(\w+)"'
    named = {one or other for one, other in re.findall(pattern, text)}
    assert {"few_columns", "bad_split", "zip_bomb"} <= named
    assert [code for code in sorted(named) if f"reason_bad_examples_{code}" not in TEXTS] == []
