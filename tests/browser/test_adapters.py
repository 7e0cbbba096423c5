"""Adapters as people use them: a file becomes a training, the training an adapter and a column."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    PATIENCE_MS,
    Server,
    answer,
    ask,
    end_server,
    start_server,
    wait_finished,
)
from tests.servers.upstream import Upstream

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
TRAINING_MS = 180_000
WHO = ("Mina", "Jun", "Haru")
BOXES = [(f"Who keeps box {n}?", f"{WHO[n % 3]} keeps box {n}.") for n in range(30)]


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory, upstream: Upstream) -> Iterator[Server]:
    """A server whose adapters nobody else sees."""
    running, process = start_server(tmp_path_factory.mktemp("adapters"), upstream)
    yield running
    end_server(process)


@pytest.fixture
def boxes_csv(tmp_path: Path) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([("question", "answer"), *BOXES])
    path = tmp_path / "boxes.csv"
    path.write_text(text.getvalue(), "utf-8")
    return path


def open_training(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/adapters")
    page.get_by_role("tab", name="Train").click(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()


def test_a_file_becomes_an_adapter_and_the_adapter_a_column(
    page: Page, own_server: Server, boxes_csv: Path
) -> None:
    open_training(page, own_server)
    page.locator('input[type="file"]').set_input_files(boxes_csv)
    expect(page.get_by_role("combobox", name="Example set")).to_have_value("boxes v1")
    page.get_by_role("radio", name="Faster").or_(
        page.get_by_text("Faster", exact=True)
    ).first.click()
    page.locator(".st-key-train_start button").click()
    job = page.locator('[class*="st-key-job_"]')
    expect(job).to_contain_text("boxes v1")
    expect(job.get_by_role("progressbar")).to_be_visible(timeout=TRAINING_MS)
    page.get_by_role("tab", name="Adapters").click()
    link = page.locator('a[href^="/compare"][href*="boxes-1"]')
    expect(link).to_be_visible(timeout=TRAINING_MS)
    expect(job).to_have_count(0)

    page.goto(f"{own_server.url}{link.get_attribute('href')}")
    expect(page.locator(".st-key-column_1")).to_be_visible(timeout=PATIENCE_MS)
    ask(page, "Who keeps box 3?")
    wait_finished(page, 2, TRAINING_MS)
    expect(answer(page, 1)).to_contain_text("keeps box")
    expect(answer(page, 0)).not_to_contain_text("keeps box")


def test_a_training_is_stopped_kept_and_resumed(
    page: Page, own_server: Server, boxes_csv: Path
) -> None:
    open_training(page, own_server)
    page.locator('input[type="file"]').set_input_files(boxes_csv)
    page.get_by_text("Better", exact=True).first.click()
    page.locator(".st-key-train_start button").click()
    job = page.locator('[class*="st-key-job_"]').first
    expect(job).to_contain_text(re.compile(r"\d+ / \d+"), timeout=TRAINING_MS)
    job.get_by_role("button", name="Stop").click()
    expect(job.get_by_role("button", name="Resume")).to_be_visible(timeout=TRAINING_MS)
    page.reload()
    job.get_by_role("button", name="Resume").click(timeout=PATIENCE_MS)
    expect(job).to_contain_text(re.compile(r"\d+ / \d+"), timeout=TRAINING_MS)
    job.get_by_role("button", name="Stop").click()
    expect(job.get_by_role("button", name="Resume")).to_be_visible(timeout=TRAINING_MS)


def test_a_file_that_is_no_set_is_refused_with_what_to_do(
    page: Page, own_server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "pictures.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    open_training(page, own_server)
    page.locator('input[type="file"]').set_input_files(file)
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
