"""Prompts as people use them: templates written, compared and sent; JSON answers; sharing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

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
from tests.browser.test_examples import (
    EVIL,
    FRANCE,
    box,
    choose,
    open_examples,
    paste_set,
    press,
    toast,
    until_drawn,
)
from tests.pages.conftest import told

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ECHO_ALL = "openai/echo-all"
MOOD = {
    "type": "object",
    "properties": {"mood": {"enum": ["긍정", "부정"]}},
    "required": ["mood"],
    "additionalProperties": False,
}
SENDER = '이메일 "급함" & <b>'


def open_prompts(page: Page, server: Server, language: str = "en") -> None:
    page.goto(f"{server.url}/prompts")
    heading = page.get_by_role("heading", name=told("prompts_title", language), exact=True)
    expect(heading).to_be_visible(timeout=PATIENCE_MS)


def make_template(page: Page, name: str) -> None:
    press(page, "template_new")
    page.get_by_role("textbox", name="Name of the template").fill(name)
    press(page, "template_make")
    expect(box(page, "Template")).to_have_value(name, timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Name of the template")).to_have_count(0)
    until_drawn(page)  # until then the fields of the template before are there too


def part(page: Page, name: str) -> Locator:
    return page.locator(f'[class*="st-key-template_{name}_"] textarea')


def write(page: Page, name: str, text: str) -> None:
    """A text area tells the server when it is left."""
    part(page, name).fill(text)
    part(page, name).press("Control+Enter")


def save_template(page: Page, version: int) -> None:
    press(page, "template_save")
    toast(page, told("template_saved", version=version))


def settings(page: Page, position: int) -> None:
    press(page, f"settings_{position}")


def prompt_sent(page: Page, position: int) -> list[str]:
    """The messages behind an answer."""
    press(page, f"details_{position}")
    panel = page.get_by_role("tabpanel", name=told("prompt_sent"))
    expect(panel.locator("code").first).to_be_visible()
    return panel.locator("code").all_inner_texts()


def test_a_template_with_a_variable_is_written_filled_in_and_sent(
    quiet: Page, fresh_server: Server
) -> None:
    """A column of a set that comes with the product is known, whichever page is opened first."""
    open_prompts(quiet, fresh_server)
    make_template(quiet, "by channel")
    write(quiet, "system", "Answer a customer who wrote by {{chanel}}.")
    warning = quiet.get_by_test_id("stAlert").filter(has_text="{{chanel}}")
    expect(warning).to_contain_text("there is no variable {{chanel}} (System prompt, line 1)")
    expect(warning).to_contain_text("The closest name is channel.")
    expect(quiet.get_by_text(told("template_preview_stopped"))).to_be_visible()
    press(quiet, "template_fix_system")
    expect(part(quiet, "system")).to_have_value("Answer a customer who wrote by {{channel}}.")
    expect(warning).to_have_count(0)
    write(quiet, "user", "[{{channel}}] {{question}}")
    quiet.get_by_label("Value of channel").fill("chat")
    quiet.get_by_label("Value of channel").press("Enter")
    preview = quiet.locator(".st-key-template_message_1")
    expect(preview).to_contain_text("[chat] According to the documents")
    save_template(quiet, 2)

    press(quiet, "template_use")
    expect(quiet.locator(".st-key-column_1")).to_be_visible(timeout=PATIENCE_MS)
    expect(quiet.locator(".st-key-column_1")).to_contain_text("by channel")
    value = quiet.locator(".st-key-values input")
    expect(value).to_have_value("chat")

    open_compare(quiet, fresh_server, ECHO_ALL, "openai/echo")
    settings(quiet, 0)
    choose(quiet, "Prompt template", "by channel")
    expect(quiet.locator(".st-key-column_0")).to_contain_text("by channel")
    quiet.keyboard.press("Escape")
    expect(value).to_have_value("")
    ask(quiet, "Where is it?")
    alert = quiet.get_by_test_id("stAlert").filter(has_text="channel")
    expect(alert).to_contain_text(
        told("error_missing_value", template="by channel", variable="channel")
    )
    value.fill(SENDER)
    value.press("Enter")
    ask(quiet, "Where is it?")
    wait_finished(quiet, 2)
    sent = prompt_sent(quiet, 0)
    assert sent == [f"Answer a customer who wrote by {SENDER}.", f"[{SENDER}] Where is it?"]
    expect(answer(quiet, 1)).to_have_text("Where is it?")


def test_two_versions_are_compared_word_by_word_and_as_columns(
    quiet: Page, own_server: Server
) -> None:
    open_prompts(quiet, own_server)
    make_template(quiet, "tone")
    write(quiet, "system", "Answer briefly, 한 문장으로.")
    save_template(quiet, 2)
    write(quiet, "system", "Answer at length, 세 문장으로.")
    save_template(quiet, 3)
    quiet.get_by_role("tab", name=told("template_tab_versions")).click()
    expect(box(quiet, "Left")).to_have_value("v2")
    expect(box(quiet, "Right")).to_have_value("v3")
    drawn = quiet.locator(".st-key-template_diff_system .stMarkdownColoredBackground")
    for text in ("briefly", "at length", "한", "세"):
        expect(drawn.filter(has_text=text).first).to_be_visible()
    model = box(quiet, "Model")
    model.fill(ECHO_ALL)
    model.press("Enter")
    press(quiet, "template_compare")
    expect(quiet.locator(".st-key-column_1")).to_be_visible(timeout=PATIENCE_MS)
    for position, version in enumerate((2, 3)):
        expect(quiet.locator(f".st-key-column_{position}")).to_contain_text(f"tone v{version}")
    ask(quiet, "Why is the sky blue?")
    wait_finished(quiet, 2)
    expect(answer(quiet, 0)).to_contain_text("Answer briefly, 한 문장으로.")
    expect(answer(quiet, 1)).to_contain_text("Answer at length, 세 문장으로.")


def test_an_answer_is_held_against_the_json_schema_of_its_column(
    quiet: Page, own_server: Server
) -> None:
    free = json.dumps({"model": "openai/echo", "schema": MOOD})
    open_compare(quiet, own_server, "local/narani", free)
    settings(quiet, 0)
    schema = quiet.get_by_role("textbox", name="JSON Schema of the answer")
    schema.fill(json.dumps(MOOD, ensure_ascii=False))
    schema.press("Control+Enter")
    expect(quiet.locator(".st-key-column_0")).to_contain_text("JSON output")
    quiet.keyboard.press("Escape")
    ask(quiet, "영화는 환상적이었고 매 순간을 즐겼습니다.")
    wait_finished(quiet, 2, 60_000)
    assert json.loads(answer(quiet, 0).inner_text())["mood"] in ("긍정", "부정")
    expect(quiet.locator(".st-key-column_0")).to_contain_text(told("schema_fits"))
    faulty = quiet.locator(".st-key-column_1")
    expect(faulty).to_contain_text(told("schema_faults", count=1))
    faulty.get_by_text(told("schema_faults_title")).click()
    expect(faulty.get_by_text(told("schema_fault_not_json"))).to_be_visible()


def test_a_hostile_template_is_drawn_as_text(quiet: Page, own_server: Server) -> None:
    open_prompts(quiet, own_server)
    make_template(quiet, EVIL)
    for version, text in ((2, EVIL), (3, f"{EVIL} {EVIL}\n    <script>window.pwned=2</script>")):
        write(quiet, "system", text)
        save_template(quiet, version)
    main = quiet.get_by_test_id("stMain")
    expect(quiet.locator(".st-key-template_message_0")).to_contain_text("<script>window.pwned=2")
    quiet.get_by_role("tab", name=told("template_tab_versions")).click()
    expect(quiet.locator(".st-key-template_diff_system")).to_contain_text(":red[red]")
    press(quiet, "template_remove")
    expect(quiet.get_by_text(f"This removes {EVIL}")).to_be_visible()
    quiet.keyboard.press("Escape")
    press(quiet, "template_use")
    expect(quiet.locator(".st-key-column_1")).to_contain_text(EVIL, timeout=PATIENCE_MS)
    assert main.locator("img:not([alt]), script, iframe, .katex, a[href*=invalid]").count() == 0
    assert quiet.evaluate("window.pwned") is None


def share_field(page: Page) -> Locator:
    return page.locator(".st-key-share_open input[type=file]")


def test_a_comparison_is_handed_on_as_a_file(
    quiet: Page,
    new_page: Callable[..., Page],
    own_server: Server,
    fresh_server: Server,
    tmp_path: Path,
) -> None:
    """To somebody else's server, which knows neither the template nor the set."""
    open_examples(quiet, own_server)
    paste_set(quiet, "열매", "\n".join(f"열매 {n}의 색은? => 색 {n}" for n in range(8)))
    expect(box(quiet, "Example set")).to_have_value("열매")
    open_prompts(quiet, own_server)
    make_template(quiet, "polite")
    write(quiet, "system", "정중하게, {{channel}}(으)로.\n\n{{examples}}")
    save_template(quiet, 2)
    shots = {"set": "열매", "k": 2, "choose": "fixed"}
    recipe = {"model": ECHO_ALL, "template": "polite", "few_shot": shots}
    open_compare(quiet, own_server, json.dumps(recipe), "openai/echo", **{"value.channel": "전화"})
    ask(quiet, FRANCE)
    wait_finished(quiet, 2)
    sent = prompt_sent(quiet, 0)
    assert sent[0].startswith("정중하게, 전화(으)로.")
    assert sent[0].count("의 색은?") == 2
    quiet.keyboard.press("Escape")
    press(quiet, "share")
    with quiet.expect_download(timeout=PATIENCE_MS) as download:
        press(quiet, "share_download")
    assert download.value.suggested_filename == "narani-comparison.yaml"
    text = download.value.path().read_text("utf-8")
    assert "sk-test" not in text
    (tmp_path / "good.yaml").write_text(text, "utf-8")
    number = 1 + next(n for n, line in enumerate(text.splitlines()) if "k: 2" in line)
    (tmp_path / "bad.yaml").write_text(text.replace("k: 2", "k: two", 1), "utf-8")

    other = new_page()
    with nothing_amiss(other.context):
        open_compare(other, fresh_server, "openai/pace-n5", "openai/echo", "openai/pace-n6")
        press(other, "share")
        share_field(other).set_input_files(tmp_path / "bad.yaml")
        alert = other.get_by_test_id("stAlert")
        expect(alert).to_contain_text(f"line {number}", timeout=PATIENCE_MS)
        expect(other.locator(".st-key-column_2")).to_be_visible()
        expect(share_field(other)).to_have_count(0)  # what went wrong is not hidden by it
        press(other, "share")
        share_field(other).set_input_files(tmp_path / "good.yaml")
        toast(other, told("share_opened", count=2))
        toast(other, "polite v1")
        expect(other.locator(".st-key-column_2")).to_have_count(0)
        expect(other.locator(".st-key-column_0")).to_contain_text("열매 ×2")
        other.keyboard.press("Escape")
        expect(other.locator(".st-key-values input")).to_have_value("전화")
        expect(other.locator(QUESTION)).to_have_value(FRANCE)
        other.locator(QUESTION).press("Enter")
        wait_finished(other, 2)
        assert prompt_sent(other, 0) == sent


@pytest.mark.parametrize(("locale", "language"), [("ko-KR", "ko"), ("en-US", "en")])
def test_an_address_opens_the_prompts_in_the_visitors_language(
    new_page: Callable[..., Page], fresh_server: Server, locale: str, language: str
) -> None:
    page = new_page(locale=locale)
    with nothing_amiss(page.context):
        open_prompts(page, fresh_server, language)
        expect(page.get_by_text(told("templates_empty", language))).to_be_visible()
        page.get_by_role("button", name="classify").click()
        expect(box(page, told("field_template_pick", language))).to_have_value("classify")
        expect(page.locator(".st-key-template_message_0")).to_contain_text("배송, 환불, 고장")
        sets = box(page, told("template_sample_set", language))
        sets.click()
        page.get_by_role("option", name="inquiries", exact=True).click()
        expect(page.locator(".st-key-template_message_0")).to_contain_text("라벨 / Label: ")
        assert overflow(page) <= 0
        page.get_by_role("tab", name=told("template_tab_versions", language)).click()
        expect(page.get_by_text(told("template_one_version", language))).to_be_visible()
        assert overflow(page) <= 0
        expect(page.get_by_test_id("stException")).to_have_count(0)
