"""Documents as people use them: files dropped in, searched, asked, and the sources opened."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pages.shared.texts import TEXTS
from tests.browser.conftest import (
    PATIENCE_MS,
    Server,
    answer,
    ask,
    open_compare,
    overflow,
    until,
    wait_finished,
)
from tests.core.retrieval.load.files import hand_made_pdf, locked
from tests.pages.conftest import told

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

RULES = """# 휴가

직원은 한 해에 10일까지 유급 병가를 쓸 수 있습니다.

# 경비

    들여쓴 줄도 글입니다.

밑줄 그은 말
====

출장 식비는 하루 3만 원까지입니다.
"""
PDF = hand_made_pdf(
    "BT /F 14 Tf 72 700 Td (Opening hours) Tj 0 -40 Td "
    "(The vault opens at nine every working day.) Tj ET"
)
TRAP = "**x**<img src=http://127.0.0.1:9/name.png>[l](y) :red[z].md"
EVIL = (
    "**bold** <img src=http://127.0.0.1:9/a.png> ![i](http://127.0.0.1:9/b.png) "
    "<script>window.pwned=1</script> :red[kettle] $x^2$ `code`"
)
VAULT = "When does the vault open?"


def open_documents(page: Page, server: Server, title: str = "Documents") -> None:
    page.goto(f"{server.url}/documents")
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=PATIENCE_MS)


def make_collection(page: Page, name: str) -> None:
    page.locator(".st-key-collection_new button").first.click()
    page.get_by_label("Name of the collection").fill(name)
    page.locator(".st-key-collection_make button").click()
    expect(page.locator(".st-key-collection input")).to_have_value(name)
    page.keyboard.press("Escape")
    # Until then a file would go to the collection that was shown before.
    expect(
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
    ).to_be_visible()


def drop(page: Page, folder: Path, files: dict[str, str | bytes]) -> None:
    paths = []
    for number, (name, content) in enumerate(files.items()):
        path = folder / str(number) / name.replace("/", "_")
        path.parent.mkdir()
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(paths)
    expect(page.get_by_text(told("waiting_files", count=len(files)))).to_be_visible()


def index(page: Page) -> Locator:
    page.locator(".st-key-index_start button").click()
    ended = page.locator(".st-key-indexed")
    expect(ended).to_be_visible(timeout=PATIENCE_MS)
    return ended


def indexed(files: int) -> str:
    """How the report of an indexing begins."""
    whole = told("indexing_done", files=files, passages="|", unchanged="", time="")
    return whole.partition("|")[0].strip()


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def reading(collection: str, model: str = "baseline/extract", **how: object) -> str:
    return json.dumps({"model": model, "retrieval": {"collection": collection, **how}})


@pytest.fixture(scope="module")
def shelf(own_server: Server, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a collection that was made by dropping three files, one of them broken."""
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    open_documents(page, own_server)
    make_collection(page, "office")
    drop(
        page,
        tmp_path_factory.mktemp("files"),
        {"규정.md": RULES, "vault.pdf": PDF, "locked.pdf": locked(PDF, "secret")},
    )
    ended = index(page)
    expect(ended).to_contain_text(indexed(2))
    expect(ended).to_contain_text("locked.pdf could not be read: it is encrypted.")
    expect(ended).to_contain_text("Save it without its password and upload that.")
    assert "\\" not in ended.inner_text()
    context.close()
    return "office"


def test_both_languages_name_the_page(new_page: Callable[..., Page], own_server: Server) -> None:
    for locale, title in (("ko-KR", "자료"), ("en-US", "Documents")):
        open_documents(new_page(locale=locale), own_server, title)


def test_what_was_dropped_is_found_by_a_korean_question(
    quiet: Page, own_server: Server, shelf: str
) -> None:
    open_documents(quiet, own_server)
    choose(quiet, shelf)
    tab(quiet, "Try a search")
    quiet.locator(".st-key-try_two").get_by_text("Two settings side by side").click()
    box = quiet.get_by_label("Query", exact=True)
    box.fill("유급 병가는 며칠까지 쓸 수 있나요?")
    box.press("Enter")
    left, right = (quiet.locator(f'[class*="st-key-hit_{side}_"]').first for side in "ab")
    expect(left).to_contain_text("한 해에 10일까지 유급 병가")
    expect(left).to_contain_text("relevance")
    expect(right).to_contain_text("meaning")
    expect(right).to_contain_text("below the threshold")
    assert overflow(quiet) <= 0
    left.get_by_role("button", name="Open").click()
    dialog = quiet.get_by_role("dialog")
    expect(dialog).to_contain_text("규정.md")
    expect(dialog).to_contain_text("들여쓴 줄도 글입니다.")
    assert "\\" not in dialog.inner_text()
    expect(dialog).to_contain_text("====")
    expect(dialog.locator("pre, h1")).to_have_count(0)


def choose(page: Page, name: str) -> None:
    box = page.locator(".st-key-collection input")
    if box.input_value() != name:
        box.click()
        page.get_by_role("option", name=name, exact=True).click()
    expect(box).to_have_value(name)


def test_an_answer_from_documents_beside_one_without(
    quiet: Page, own_server: Server, shelf: str
) -> None:
    open_compare(quiet, own_server, reading(shelf), "baseline/extract")
    ask(quiet, VAULT)
    wait_finished(quiet, 2)
    expect(answer(quiet, 0)).to_contain_text("The vault opens at nine")
    expect(answer(quiet, 1)).not_to_contain_text("vault opens")
    expect(quiet.locator(".st-key-meta_0")).to_contain_text("supported")
    assert overflow(quiet) <= 0
    quiet.locator(".st-key-citations_0 button").first.click()
    dialog = quiet.get_by_role("dialog")
    expect(dialog).to_contain_text("vault.pdf · page 1")
    frame = dialog.get_by_test_id("stPdf").or_(dialog.locator("iframe, canvas")).first
    expect(frame).to_be_visible()
    dialog.get_by_role("tab", name="Text").click()
    marked = dialog.locator('span[style*="background"]', has_text="The vault opens at nine")
    expect(marked).to_be_visible()


def test_the_sources_of_an_answer_are_opened_from_the_popover(
    quiet: Page, own_server: Server, shelf: str
) -> None:
    open_compare(quiet, own_server, reading(shelf), reading(shelf, top_k=1))
    ask(quiet, "출장 식비는 하루 얼마까지인가요?")
    wait_finished(quiet, 2)
    quiet.locator(".st-key-sources_1 button").first.click()
    source = quiet.locator(".st-key-source_1_1")
    expect(source).to_contain_text("규정.md")
    expect(source).to_contain_text("cited")
    source.get_by_role("button", name="Open").click()
    dialog = quiet.get_by_role("dialog")
    expect(dialog).to_contain_text("출장 식비는 하루 3만 원까지입니다.")


def test_a_removed_document_takes_no_other_with_it(
    page: Page, own_server: Server, tmp_path: Path
) -> None:
    open_documents(page, own_server)
    make_collection(page, "three")
    drop(page, tmp_path, {f"{name}.md": f"# {name}\n\nText of {name}." for name in "abc"})
    index(page)
    tab(page, "Passages")
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    page.wait_for_timeout(500)  # the canvas draws itself; there is no element to wait for
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 15, box["y"] + 38 + 17)
    remove = page.locator(".st-key-documents_remove button")
    expect(remove).to_contain_text(told("documents_remove", count=1))
    page.locator(".st-key-passage_add button").first.click()
    page.get_by_label("Passage", exact=True).last.fill("A passage of my own.")
    page.locator(".st-key-passage_make button").click()
    own = page.locator('[class*="st-key-passage_"]', has_text="A passage of my own.").last
    expect(own).to_be_visible()
    page.keyboard.press("Escape")
    remove.click()
    expect(remove).to_have_count(0)
    query = (
        "select count(*) from documents join collections on "
        "collections.id = documents.collection_id where collections.name = 'three'"
    )
    until(page, lambda: own_server.rows(query) == [(2,)], "one document is gone")


def test_changed_settings_show_their_progress(
    quiet: Page, own_server: Server, tmp_path: Path
) -> None:
    open_documents(quiet, own_server)
    make_collection(quiet, "changed")
    drop(quiet, tmp_path, {"rules.md": RULES, "more.md": "# More\n\nText."})
    index(quiet)
    tab(quiet, "Index settings")
    quiet.get_by_role("combobox", name="Embedder").click()
    quiet.get_by_role("option", name="no embedder").click()
    quiet.locator(".st-key-settings_apply button").click()
    expect(quiet.locator(".st-key-indexed")).to_contain_text(indexed(2))
    expect(quiet.get_by_text("no embedder (words only)").first).to_be_visible()


def test_hostile_files_are_drawn_as_text(page: Page, own_server: Server, tmp_path: Path) -> None:
    fetched: list[str] = []
    page.on("request", lambda one: fetched.append(one.url) if ":9/" in one.url else None)
    open_documents(page, own_server)
    make_collection(page, "hostile")
    text = f"# {EVIL}\n\nThe kettle weighs 900 grams.\n\n{EVIL}"
    drop(page, tmp_path, {TRAP: text, "plain.md": "# Plain\n\nNothing here."})
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("**bold** <img src=http://127.0.0.1:9/a.png>")
    index(page)
    tab(page, "Passages")
    expect(main).to_contain_text("**bold** <img src=http://127.0.0.1:9/a.png>")
    tab(page, "Try a search")
    box = page.get_by_label("Query", exact=True)
    box.fill("How many grams is the kettle?")
    box.press("Enter")
    expect(page.locator('[class*="st-key-hit_a_"]').first).to_contain_text(":red[kettle] $x^2$")
    open_compare(page, own_server, reading("hostile"), "baseline/extract")
    ask(page, "How many grams is the kettle?")
    wait_finished(page, 2)
    page.locator(".st-key-citations_0 button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("**x**<img src=")
    expect(dialog).to_contain_text(":red[kettle] $x^2$")
    assert dialog.locator("img, script, .katex").count() == 0
    assert page.evaluate("window.pwned") is None
    assert fetched == []


def test_a_sweep_is_drawn(quiet: Page, own_server: Server, shelf: str, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    rows = [{"question": VAULT, "document": "vault.pdf", "quote": "opens at nine"}]
    questions.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    open_documents(quiet, own_server)
    choose(quiet, shelf)
    tab(quiet, "Measure")
    quiet.locator('[class*="st-key-questions_"] input[type="file"]').set_input_files(questions)
    tab(quiet, "Sweep")
    quiet.locator(".st-key-sweep_start button").click()
    expect(quiet.get_by_text(TEXTS["sweep_winner"][1].partition("{")[0].strip())).to_be_visible(
        timeout=60_000
    )
    expect(quiet.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    assert overflow(quiet) <= 0
