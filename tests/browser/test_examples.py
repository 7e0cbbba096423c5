"""Examples as people use them: files become sets, sets are edited, shown to models and grown."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Locator, Page, expect

from pages.shared.texts import TEXTS
from tests.browser.conftest import (
    PATIENCE_MS,
    QUESTION,
    Server,
    answer,
    ask,
    nothing_amiss,
    open_compare,
    overflow,
    wait_finished,
)
from tests.pages.conftest import told

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

COMPLAINTS = [
    ("Beispieltext", "Kanal", "Kategorie"),
    ("Die Kanne kam ohne Deckel an, und niemand antwortet.", "mail", "delivery"),
    ("주전자가 물을 데우지 않고 빨간 불만 깜빡입니다.", "chat", "fault"),
    ("How do I descale the kettle without vinegar?", "chat", "how-to"),
    ("Ich möchte mein Geld zurück, die Farbe ist falsch.", "mail", "refund"),
    ("비밀번호를 바꾸려는데 확인 메일이 오지 않습니다.", "chat", "account"),
    ("주전자가 물을 데우지 않고 빨간 불만 깜빡입니다.", "chat", "fault"),
]
RIVERS = [(f"Which river flows through town {n}?", f"The river number {n}") for n in range(12)]
FRANCE = "What is the capital of France?"
WAITS = "주문한 주전자가 2주째 오지 않아요. 언제 도착하나요?"
EVIL = (
    "**b** <img src=//e.invalid/a> ![i](//e.invalid/b) [l](//e.invalid/c) :red[red] $x$ "
    "<script>window.pwned=1</script>"
)
"""Short enough for a name."""


def open_examples(page: Page, server: Server, tab: str = "edit", language: str = "en") -> None:
    page.goto(f"{server.url}/examples")
    heading = page.get_by_role("heading", name=told("examples_title", language), exact=True)
    expect(heading).to_be_visible(timeout=PATIENCE_MS)
    turn_to(page, tab, language)


def turn_to(page: Page, tab: str, language: str = "en") -> None:
    page.get_by_role("tab", name=told(f"examples_tab_{tab}", language), exact=True).click()


def said(key: str, language: str = "en") -> str:
    """The text of a key up to its first placeholder."""
    return TEXTS[key][0 if language == "ko" else 1].partition("{")[0].strip()


def box(page: Page | Locator, label: str) -> Locator:
    return page.get_by_role("combobox", name=label, exact=True)


def choose(page: Page, label: str, option: str) -> None:
    """Pick from a list; its field shows that afterwards."""
    expect(box(page, label)).to_be_visible(timeout=PATIENCE_MS)
    until_drawn(page)
    box(page, label).click()
    page.get_by_role("option", name=option, exact=True).click()
    expect(box(page, label)).to_have_value(option)


def until_drawn(page: Page) -> None:
    """A list that is open while the page is drawn again closes."""
    idle = page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
    expect(idle).to_be_visible(timeout=PATIENCE_MS)


def row(table: Locator, number: int) -> Locator:
    """A row of a table from 0; the picture of a table holds its cells for screen readers."""
    return table.locator("tbody tr").nth(number)


def toast(page: Page, text: str) -> None:
    shown = page.get_by_test_id("stToast").filter(has_text=text).first
    expect(shown).to_be_visible(timeout=PATIENCE_MS)


def drop(page: Page, path: Path) -> None:
    page.locator(".st-key-example_upload input[type=file]").set_input_files(path)


def table(page: Page | Locator, key: str, language: str = "en") -> Locator:
    """A table by what it is called for people who cannot see it."""
    return page.get_by_role("region", name=told(key, language))


def grid(page: Page) -> Locator:
    return table(page, "example_grid_alt")


def report(page: Page) -> Locator:
    return page.locator(".st-key-example_import_report")


def press(page: Page, key: str) -> None:
    """A button with a help text is there twice, the second one hidden."""
    page.locator(f".st-key-{key} button").first.click()


def paste_set(page: Page, name: str, text: str) -> None:
    press(page, "example_new")
    page.get_by_role("textbox", name="Name of the set").fill(name)
    page.get_by_role("textbox", name="Paste examples").fill(text)
    press(page, "example_make")


def test_a_csv_with_other_column_names_is_mapped_and_imported(
    quiet: Page, own_server: Server, tmp_path: Path
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(COMPLAINTS)
    file = tmp_path / "complaints.csv"
    file.write_text(text.getvalue(), "utf-8")

    open_examples(quiet, own_server, "add")
    drop(quiet, file)
    expect(box(quiet, "Question")).to_have_value("Beispieltext")
    expect(box(quiet, "Answer")).to_have_value("Kanal")
    preview = table(quiet, "example_preview_alt")
    expect(row(preview, 0)).to_contain_text("mail")
    choose(quiet, "Answer", "Kategorie")
    expect(row(preview, 1)).to_contain_text("fault")
    kept = quiet.get_by_role("combobox", name="Other columns to keep")
    kept.click()
    quiet.get_by_role("option", name="Kanal", exact=True).click()
    quiet.keyboard.press("Escape")
    expect(row(preview, 1)).to_contain_text("chat")
    expect(quiet.get_by_label("Name of the set")).to_have_value("complaints")
    press(quiet, "example_import")

    expect(report(quiet)).to_contain_text("complaints v1 · read 6 rows, 5 new examples")
    expect(report(quiet)).to_contain_text(told("example_found_duplicates", count=1))
    expect(box(quiet, "Example set")).to_have_value("complaints")
    expect(quiet.get_by_text("columns: Kanal")).to_be_visible()
    turn_to(quiet, "edit")
    expect(row(grid(quiet), 0)).to_contain_text("Die Kanne kam ohne Deckel an")
    expect(row(grid(quiet), 0)).to_contain_text("mail")
    found = own_server.rows(
        "select question, answer from examples join example_sets on "
        "example_sets.id = examples.set_id where name = 'complaints' order by position"
    )
    assert found == [(question, label) for question, _, label in COMPLAINTS[1:6]]


def test_a_spreadsheet_keeps_its_numbers_tags_and_sides(
    quiet: Page, own_server: Server, tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["질문", "답", "태그", "구분"])
    for number in range(10):
        sheet.append([f"{number} 더하기 {number}은?", number * 2, "산수; 덧셈", "학습용"])
    for number in range(3):
        sheet.append([f"{number} 곱하기 9는?", number * 9, "산수", "평가용"])
    file = tmp_path / "산수.xlsx"
    book.save(file)

    open_examples(quiet, own_server, "add")
    drop(quiet, file)
    expect(box(quiet, "Tags")).to_have_value("태그", timeout=PATIENCE_MS)
    expect(box(quiet, "Side")).to_have_value("구분")
    expect(row(table(quiet, "example_preview_alt"), 4)).to_contain_text("4 더하기 4은?8")
    press(quiet, "example_import")
    expect(report(quiet)).to_contain_text("10 to learn, 3 held out", timeout=PATIENCE_MS)
    turn_to(quiet, "edit")
    quiet.get_by_role("radio", name="held out").click()
    expect(quiet.get_by_text(re.compile(f"^{told('example_rows', count=3)} ·"))).to_be_visible()
    expect(row(grid(quiet), 2)).to_contain_text("2 곱하기 9는?18")
    expect(row(grid(quiet), 2)).to_contain_text("산수")


def test_a_korean_csv_saved_by_excel_is_read_in_korean(
    new_page: Callable[..., Page], own_server: Server, tmp_path: Path
) -> None:
    page = new_page(locale="ko-KR")
    text = "문의,유형\r\n" + "".join(
        f"{n}번 매장은 몇 시에 문을 여나요?,{label}\r\n"
        for n, label in enumerate(["영업시간", "영업 시간", "영업시간", "위치", "위치"])
    )
    file = tmp_path / "매장 문의.csv"
    file.write_bytes(text.encode("cp949"))

    with nothing_amiss(page.context):
        open_examples(page, own_server, "add", "ko")
        drop(page, file)
        expect(row(table(page, "example_preview_alt", "ko"), 1)).to_contain_text(
            "1번 매장은 몇 시에 문을 여나요?영업 시간", timeout=PATIENCE_MS
        )
        press(page, "example_import")
        expect(report(page)).to_contain_text(
            "매장 문의 v1 · 5행을 읽어 예제 5개를 넣었습니다.", timeout=PATIENCE_MS
        )
        expect(report(page)).to_contain_text(told("example_found_spelled", "ko", count=1))
        expect(row(table(report(page), "example_spelled_alt", "ko"), 0)).to_contain_text(
            "영업시간 (2) · 영업 시간 (1)"
        )


def test_a_broken_file_is_refused_with_what_to_do(
    quiet: Page, own_server: Server, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 8)
    open_examples(quiet, own_server, "add")
    drop(quiet, broken)
    alert = quiet.get_by_test_id("stAlert")
    expect(alert).to_contain_text(told("reason_bad_examples_broken"), timeout=PATIENCE_MS)
    expect(alert).to_contain_text(told("next_bad_examples_broken"))

    holes = tmp_path / "holes.csv"
    holes.write_text("question,answer\nWhere is it?,Here.\nAnd when?,\nWho?,Me.\n", "utf-8")
    drop(quiet, holes)
    expect(quiet.locator(".st-key-example_form")).to_contain_text("holes.csv", timeout=PATIENCE_MS)
    expect(alert).to_have_count(0)
    press(quiet, "example_import")
    expect(alert).to_contain_text(
        told("reason_bad_examples_empty_answer", column="answer", line=3), timeout=PATIENCE_MS
    )
    expect(alert).to_contain_text(told("next_bad_examples_empty_answer"))
    expect(quiet.get_by_text(told("example_import_kept"))).to_be_visible()
    assert "\\" not in alert.inner_text()
    assert own_server.rows("select name from example_sets where name = 'holes'") == []


def test_a_pasted_set_is_edited_saved_and_compared_with_what_it_was(
    quiet: Page, own_server: Server
) -> None:
    open_examples(quiet, own_server)
    paste_set(quiet, "rivers", "\n".join(f"{q} => {a}" for q, a in RIVERS))
    toast(quiet, told("example_made", name="rivers", count=len(RIVERS)))
    expect(box(quiet, "Example set")).to_have_value("rivers")
    quiet.keyboard.press("Escape")
    expect(quiet.get_by_role("textbox", name="Paste examples")).to_have_count(0)

    expect(row(grid(quiet), 0)).to_contain_text("Which river flows through town 0?")
    until_drawn(quiet)
    picture = grid(quiet).locator("canvas").first.bounding_box()
    assert picture is not None
    quiet.mouse.click(picture["x"] + 300, picture["y"] + 35 + 17)
    chosen = grid(quiet).locator('td[aria-selected="true"]')
    expect(chosen).to_have_text("Which river flows through town 0?")
    quiet.keyboard.press("ArrowRight")
    expect(chosen).to_have_text("The river number 0")
    quiet.keyboard.press("Enter")
    cell = quiet.locator("#portal textarea")
    expect(cell).to_have_value("The river number 0")
    cell.fill("The stream number 0, 강")
    cell.press("Enter")
    expect(quiet.get_by_text("Not saved yet: 1 edited")).to_be_visible()
    quiet.get_by_label("Note on this version").fill("a stream it is")
    press(quiet, "example_save")
    toast(quiet, told("example_saved", version=2))
    expect(row(grid(quiet), 0)).to_contain_text("The stream number 0, 강")

    turn_to(quiet, "versions")
    expect(quiet.locator(".st-key-example_version_2")).to_contain_text("a stream it is")
    expect(quiet.locator(".st-key-example_version_1")).to_be_visible()
    changed = quiet.locator(".st-key-example_changed_0")
    expect(changed).to_contain_text("#1 · Which river flows through town 0?")
    for text in ("river", "stream"):
        expect(changed.locator(".stMarkdownColoredBackground", has_text=text)).to_be_visible()
    press(quiet, "example_roll_back_1")
    toast(quiet, told("example_rolled_back", old=1, version=3))
    query = (
        "select version, answer from examples join example_sets on example_sets.id = "
        "examples.set_id where name = 'rivers' and position = 0 order by version"
    )
    first, second = "The river number 0", "The stream number 0, 강"
    assert own_server.rows(query) == [(1, first), (2, second), (3, first)]


def test_a_column_shows_examples_and_lists_them(quiet: Page, own_server: Server) -> None:
    open_compare(quiet, own_server, "openai/echo-all", "openai/echo")
    press(quiet, "settings_0")
    choose(quiet, "Example set", "inquiries")
    expect(quiet.get_by_role("radio", name="Similar")).to_be_checked()
    quiet.keyboard.press("Escape")
    expect(quiet.locator(".st-key-column_0")).to_contain_text("inquiries ×3")
    ask(quiet, WAITS)
    wait_finished(quiet, 2)
    expect(quiet.locator(".st-key-meta_0")).to_contain_text("3 ex.")
    expect(quiet.locator(".st-key-meta_1")).not_to_contain_text("ex.")

    press(quiet, "details_0")
    quiet.get_by_role("tab", name="Examples", exact=True).click()
    expect(quiet.get_by_text("inquiries v1 · examples: 3 · about")).to_be_visible()
    shown = table(quiet, "examples_table_alt")
    for number in range(3):
        expect(row(shown, number)).to_contain_text("shown")
    expect(row(shown, 3)).to_have_count(0)
    sent = answer(quiet, 0).inner_text()
    for number in range(3):
        question = row(shown, number).locator("td").nth(1).text_content()
        assert question, "a question in each row"
        assert question.split()[0] in sent


def test_an_example_that_equals_the_question_is_left_out_and_said(
    quiet: Page, own_server: Server
) -> None:
    fixed = {"set": "capitals", "k": 3, "choose": "fixed"}
    columns = [
        json.dumps({"model": "openai/echo-all", "few_shot": {**fixed, **how}})
        for how in ({}, {"allow_leak": True})
    ]
    open_compare(quiet, own_server, *columns)
    ask(quiet, "what is  the capital of France")
    wait_finished(quiet, 2)
    left, right = (quiet.locator(f".st-key-column_{position}") for position in (0, 1))
    expect(left).to_contain_text(told("leak_left_out", count=1))
    expect(left).to_contain_text("2 ex.")
    expect(answer(quiet, 0)).to_contain_text("Rome")
    expect(answer(quiet, 0)).not_to_contain_text("Paris")
    expect(right).to_contain_text(told("leak_kept"))
    expect(answer(quiet, 1)).to_contain_text("Paris")

    press(quiet, "details_0")
    quiet.get_by_role("tab", name="Examples", exact=True).click()
    last = row(table(quiet, "examples_table_alt"), 2)
    expect(last).to_contain_text("left out: gives the answer away · equals the question")
    expect(last).to_contain_text(FRANCE)


def test_one_click_asks_with_five_numbers_of_examples(quiet: Page, own_server: Server) -> None:
    shots = {"set": "inquiries", "k": 3, "choose": "similar"}
    open_compare(
        quiet, own_server, json.dumps({"model": "openai/echo", "few_shot": shots}), "openai/pace-n5"
    )
    ask(quiet, WAITS)
    wait_finished(quiet, 2)
    press(quiet, "settings_0")
    quiet.get_by_role("button", name=told("sweep_k")).click()
    expect(quiet.locator(".st-key-column_4")).to_be_visible()
    wait_finished(quiet, 5)
    for position, count in enumerate((0, 1, 3, 5, 8)):
        expect(quiet.locator(f".st-key-column_{position}")).to_contain_text(f"k = {count}")
        expect(answer(quiet, position)).to_contain_text(WAITS)
        badge = quiet.locator(f".st-key-meta_{position}")
        if count:
            expect(badge).to_contain_text(f"{count} ex.")
        else:
            expect(badge).not_to_contain_text("ex.")
    shown = own_server.rows(
        "select few_shot_ids from answers where round_id = (select id from rounds order by "
        "asked_at desc limit 1) order by position"
    )
    assert [len((ids or "").split()) for (ids,) in shown] == [0, 1, 3, 5, 8]


def test_a_liked_answer_is_an_example_with_one_click(quiet: Page, own_server: Server) -> None:
    for version, question in ((1, "Who opens the gate?"), (2, "문은 누가 여나요?")):
        open_compare(quiet, own_server, "openai/echo", "openai/pace-n5")
        ask(quiet, question)
        wait_finished(quiet, 2)
        expect(quiet.locator(".st-key-promote_0")).to_have_count(0)
        press(quiet, "vote_0")
        press(quiet, "promote_0")
        toast(quiet, f"Added to liked v{version}")

    quiet.get_by_role("link", name="Examples").click()
    choose(quiet, "Example set", "liked")
    expect(quiet.get_by_text("2 examples (")).to_be_visible()
    expect(row(grid(quiet), 0)).to_contain_text("Who opens the gate?Who opens the gate?liked")
    expect(row(grid(quiet), 1)).to_contain_text("문은 누가 여나요?문은 누가 여나요?liked")
    turn_to(quiet, "versions")
    expect(quiet.locator(".st-key-example_version_2")).to_contain_text("newest")
    added = table(quiet, "example_diff_alt")
    expect(row(added, 0)).to_contain_text("문은 누가 여나요?")


def test_a_removed_set_stops_only_the_column_that_uses_it(
    quiet: Page, new_page: Callable[..., Page], own_server: Server
) -> None:
    other = new_page()
    open_examples(other, own_server)
    paste_set(other, "gates", "\n".join(f"Who opens gate {n}? => Porter {n}" for n in range(4)))
    expect(box(other, "Example set")).to_have_value("gates")
    column = {"model": "openai/echo", "few_shot": {"set": "gates", "k": 2}}
    open_compare(quiet, own_server, json.dumps(column), "openai/echo")
    open_examples(other, own_server, "versions")
    choose(other, "Example set", "gates")
    press(other, "example_remove")
    press(other, "example_remove_now")
    toast(other, told("example_removed", name="gates"))
    ask(quiet, "Who opens gate 9?")
    expect(quiet.locator(".st-key-vote_1")).to_be_visible()
    failed = quiet.locator(".st-key-column_0").get_by_test_id("stAlert")
    expect(failed).to_contain_text(told("error_unknown_set", set="gates"))
    expect(failed).to_contain_text(told("next_unknown_set"))
    expect(answer(quiet, 1)).to_have_text("Who opens gate 9?")


def test_hostile_examples_are_drawn_as_text(quiet: Page, own_server: Server) -> None:
    open_examples(quiet, own_server)
    lines = [f"{n} {EVIL} => {EVIL if n else 'harmless'}" for n in range(9)]
    paste_set(quiet, EVIL, "\n".join(lines))
    toast(quiet, EVIL)
    expect(box(quiet, "Example set")).to_have_value(EVIL)
    quiet.keyboard.press("Escape")
    paste_set(quiet, EVIL, "a => b")
    refused = quiet.get_by_test_id("stAlert")
    expect(refused).to_contain_text(told("reason_bad_examples_taken", name=EVIL))
    quiet.keyboard.press("Escape")
    main = quiet.get_by_test_id("stMain")
    for tab, text in (
        ("look", "Lengths of answers"),
        ("versions", "v1"),
        ("leaks", "held"),
        ("use", "Ask"),
    ):
        turn_to(quiet, tab)
        expect(main).to_contain_text(text)
    expect(quiet.locator(".st-key-example_use")).to_contain_text(EVIL)
    press(quiet, "example_compare")
    expect(quiet.locator(".st-key-column_2")).to_contain_text(f"{EVIL} ×5", timeout=PATIENCE_MS)
    quiet.locator(QUESTION).press("Enter")
    wait_finished(quiet, 3, 60_000)
    expect(answer(quiet, 2)).to_contain_text("<script>window.pwned=1</script>")
    press(quiet, "details_2")
    quiet.get_by_role("tab", name="Examples", exact=True).click()
    expect(row(table(quiet, "examples_table_alt"), 0)).to_contain_text(":red[red]")
    assert main.locator("img:not([alt]), script, iframe, a[href*=invalid]").count() == 0
    assert quiet.evaluate("window.pwned") is None


def test_a_held_out_question_is_asked_of_three_columns(quiet: Page, own_server: Server) -> None:
    open_examples(quiet, own_server)
    choose(quiet, "Example set", "inquiries")
    turn_to(quiet, "use")
    press(quiet, "example_compare")
    expect(quiet.locator(".st-key-column_2")).to_be_visible(timeout=PATIENCE_MS)
    held_out = own_server.rows(
        "select question from examples join example_sets on example_sets.id = examples.set_id "
        "where name = 'inquiries' and split = 'test' order by position limit 1"
    )
    question = held_out[0][0]
    typed = quiet.locator(QUESTION)
    expect(typed).to_have_value(question)
    typed.press("Enter")
    wait_finished(quiet, 3, 60_000)
    expect(quiet.locator(".st-key-recipe_2 input")).to_have_value("baseline/nearest")
    expect(quiet.locator(".st-key-meta_1")).to_contain_text("3 ex.")
    expect(answer(quiet, 2)).not_to_be_empty()


@pytest.mark.parametrize(("locale", "language"), [("ko-KR", "ko"), ("en-US", "en")])
def test_an_address_opens_a_set_and_every_tab_is_drawn(
    new_page: Callable[..., Page], own_server: Server, locale: str, language: str
) -> None:
    page = new_page(locale=locale)
    with nothing_amiss(page.context):
        page.goto(f"{own_server.url}/examples?example_set=inquiries")
        heading = page.get_by_role("heading", name=told("examples_title", language), exact=True)
        expect(heading).to_be_visible(timeout=PATIENCE_MS)
        expect(box(page, told("field_set", language))).to_have_value("inquiries")
        drawn = {
            "look": page.get_by_test_id("stVegaLiteChart").first.locator("canvas, svg").first,
            "use": table(page, "example_items_alt", language),
            "add": page.locator(".st-key-example_upload"),
            "versions": page.locator(".st-key-example_version_1"),
            "leaks": page.locator(".st-key-example_leaks_look"),
            "edit": table(page, "example_grid_alt", language),
        }
        for tab, what in drawn.items():
            turn_to(page, tab, language)
            expect(what).to_be_visible(timeout=PATIENCE_MS)
            assert overflow(page) <= 0, tab
        expect(page.get_by_test_id("stException")).to_have_count(0)
        turn_to(page, "leaks", language)
        press(page, "example_leaks_look")
        checked = page.locator(".st-key-example_leaks_report")
        expect(checked).to_contain_text(told("example_leaks_checked", language), timeout=60_000)
