"""Answers on their way: streaming side by side, stopping, voting, leaving, coming back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    PATIENCE_MS,
    Server,
    answer,
    ask,
    full_text,
    lengths,
    open_compare,
    until,
    wait_finished,
)
from tests.servers.upstream import Upstream

pytestmark = pytest.mark.browser

FOUR = [f"openai/pace-ttft100-tps25-n{n}" for n in (100, 101, 102, 103)]
ENDLESS = [f"openai/pace-tps25-n{n}" for n in (5000, 5001, 5002)]


def test_four_columns_grow_at_the_same_time(page: Page, server: Server) -> None:
    open_compare(page, server, *FOUR)
    ask(page, "Four at once")
    until(page, lambda: all(n > 10 for n in lengths(page, 4)), "all columns began")
    first = lengths(page, 4)
    until(page, lambda: all(b > a for a, b in zip(first, lengths(page, 4), strict=True)), "growth")
    assert page.locator('[class*="st-key-vote_"]').count() == 0, "none is finished yet"
    wait_finished(page, 4)


def test_stop_all_closes_every_upstream_connection(
    page: Page, server: Server, upstream: Upstream
) -> None:
    open_compare(page, server, *ENDLESS)
    ask(page, "Stop me")
    until(page, lambda: all(n > 10 for n in lengths(page, 3)), "all columns began")
    cancelled = upstream.n["streams_cancelled"]
    page.locator(".st-key-stop button").click()
    wait_finished(page, 3)
    until(page, lambda: upstream.n["streams_cancelled"] == cancelled + 3, "connections closed")
    server.until_stored(3, "Stop me")
    expect(page.locator(".st-key-meta_0")).to_contain_text("stopped")


def test_one_column_stops_and_the_others_go_on(page: Page, server: Server) -> None:
    open_compare(page, server, ENDLESS[0], FOUR[0])
    ask(page, "Stop one")
    until(page, lambda: all(n > 10 for n in lengths(page, 2)), "both began")
    page.locator(".st-key-stop_0 button").click()
    expect(page.locator(".st-key-vote_0")).to_be_visible(timeout=PATIENCE_MS)
    wait_finished(page, 2)
    found = server.rows(
        "select stop_reason from answers join rounds on rounds.id = answers.round_id "
        "where question = 'Stop one' order by position"
    )
    assert found == [("stopped",), ("stop",)]


def test_a_vote_disturbs_no_stream(page: Page, server: Server, upstream: Upstream) -> None:
    slow = ["openai/pace-tps20-n90", "openai/pace-tps20-n91"]
    open_compare(page, server, "openai/pace-n5", *slow)
    before = dict(upstream.by_model)
    ask(page, "Vote meanwhile")
    thumbs = page.locator(".st-key-vote_0 button")
    expect(thumbs.first).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator(".st-key-vote_1").count() == 0
    thumbs.first.click()
    until(
        page,
        lambda: (
            server.rows(
                "select rating from votes join answers on answers.id = votes.answer_id join rounds "
                "on rounds.id = answers.round_id where question = 'Vote meanwhile'"
            )
            == [(1,)]
        ),
        "the vote is stored",
    )
    wait_finished(page, 3)
    for position, model in enumerate(slow, 1):
        name = model.removeprefix("openai/")
        assert upstream.by_model[name] == before.get(name, 0) + 1, "asked once"
        shown = " ".join(answer(page, position).inner_text().split())
        assert shown == " ".join(full_text(upstream, name, "Vote meanwhile").split())


def test_a_reload_finds_the_round_again(page: Page, server: Server, upstream: Upstream) -> None:
    models = ["openai/pace-tps20-n80", "openai/pace-tps20-n81"]
    open_compare(page, server, *models)
    ask(page, "Reload me")
    until(page, lambda: all(n > 10 for n in lengths(page, 2)), "both began")
    expect(page).to_have_url(re.compile("round="))
    page.reload()
    expect(page.locator(".st-key-column_1")).to_be_visible(timeout=PATIENCE_MS)
    until(page, lambda: all(n > 10 for n in lengths(page, 2)), "it streams on")
    wait_finished(page, 2)
    for position, model in enumerate(models):
        shown = " ".join(answer(page, position).inner_text().split())
        whole = full_text(upstream, model.removeprefix("openai/"), "Reload me")
        assert shown == " ".join(whole.split())
    assert server.rows("select count(*) from rounds where question = 'Reload me'") == [(1,)]


def test_a_second_question_mid_stream_loses_neither(page: Page, server: Server) -> None:
    open_compare(page, server, "openai/pace-tps25-n60", "openai/pace-tps25-n61")
    ask(page, "First of two")
    until(page, lambda: all(n > 10 for n in lengths(page, 2)), "both began")
    ask(page, "Second of two")
    server.until_stored(2, "First of two")
    server.until_stored(2, "Second of two")
    wait_finished(page, 2)
    reasons = server.rows(
        "select distinct stop_reason from answers join rounds on rounds.id = answers.round_id "
        "where question like '% of two'"
    )
    assert reasons == [("stop",)]


def test_a_closed_tab_stores_its_answers(new_page: Callable[..., Page], server: Server) -> None:
    page = new_page()
    open_compare(page, server, "openai/pace-tps25-n60", "openai/pace-tps25-n61")
    ask(page, "Tab closed")
    until(page, lambda: all(n > 10 for n in lengths(page, 2)), "both began")
    page.close()
    server.until_stored(2, "Tab closed")
    other = new_page()
    other.goto(f"{server.url}/history?history_search=Tab+closed")
    expect(other.get_by_text("2 of 2 answers")).to_be_visible(timeout=PATIENCE_MS)


def test_leaving_for_another_page_and_back(page: Page, server: Server) -> None:
    open_compare(page, server, *FOUR[:2])
    ask(page, "Back soon")
    until(page, lambda: all(n > 10 for n in lengths(page, 2)), "both began")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    wait_finished(page, 2)
    expect(page.get_by_text("Back soon")).to_be_visible()


@pytest.mark.timeout(300)
def test_an_answer_of_200_000_tokens_leaves_the_page_usable(page: Page, server: Server) -> None:
    open_compare(page, server, "openai/fault-huge", "openai/pace-n5")
    ask(page, "Long one")
    wait_finished(page, 2, 240_000)
    expect(answer(page, 0)).to_contain_text("characters are shown")
    began = page.evaluate("performance.now()")
    page.get_by_role("button", name="Add column").click()
    expect(page.locator(".st-key-column_2")).to_be_visible(timeout=10_000)
    assert page.evaluate("performance.now()") - began < 5_000
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all of it").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert len(text.split()) == 200_000
