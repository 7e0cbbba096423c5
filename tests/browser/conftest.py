"""A real server on a free port and a real Chromium. What only a browser shows is tested here."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.servers.upstream import Upstream

ROOT = Path(__file__).parents[2]
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
QUESTION = '[data-testid="stChatInputTextArea"]'


@dataclass(frozen=True)
class Server:
    """Narani as `make run` serves it."""

    url: str
    home: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What its database holds, read from outside."""
        with sqlite3.connect(f"file:{self.home / 'narani.db'}?mode=ro", uri=True) as database:
            rows = database.execute(query).fetchall()
        database.close()
        return rows

    def until_stored(self, answers: int, question: str) -> None:
        query = (
            "select count(*) from answers join rounds on rounds.id = answers.round_id "
            f"where question = '{question}'"
        )
        end = time.monotonic() + PATIENCE_MS / 1000
        while self.rows(query) != [(answers,)]:
            assert time.monotonic() < end, f"{self.rows(query)} answers to {question!r} stored"
            time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(home: Path, upstream: Upstream) -> tuple[Server, subprocess.Popen[bytes]]:
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
    environment |= {
        "NARANI_HOME": str(home),
        "NARANI_TIMEOUT": "10",
        "NARANI_ATTEMPTS": "2",
        "OPENAI_API_BASE": str(upstream.url),
        "OPENAI_API_KEY": "sk-test",
        "OLLAMA_HOST": "127.0.0.1:9",
    }
    home.mkdir(parents=True, exist_ok=True)
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", "serve.py"),
                *("--server.address", "127.0.0.1", "--server.port", str(port)),
            ],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return Server(url=url, home=home), process
        except (urllib.error.URLError, OSError):
            pass
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            pytest.fail("the server did not start:\n" + (home / "server.log").read_text()[-3000:])
        time.sleep(0.1)


def end_server(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(15)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, upstream: Upstream) -> Iterator[Server]:
    running, process = start_server(tmp_path_factory.mktemp("home"), upstream)
    yield running
    end_server(process)


@pytest.fixture
def fresh_server(tmp_path: Path, upstream: Upstream) -> Iterator[Server]:
    """A server nobody has visited."""
    running, process = start_server(tmp_path / "home", upstream)
    yield running
    end_server(process)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("These tests drive a real browser; install Chromium (apt install chromium).")
    running = playwright.chromium.launch(executable_path=path, args=ARGS)
    yield running
    running.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a tab of a new visitor; arguments are Playwright's `new_context` ones."""
    contexts = []

    def open_tab(**options: Any) -> Page:
        context = browser.new_context(
            **{"locale": "en-US", "viewport": {"width": 1280, "height": 900}} | options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    yield open_tab
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


def compare_url(server: Server, *recipes: str, **params: str) -> str:
    pairs = [("recipe", recipe) for recipe in recipes] + list(params.items())
    return f"{server.url}/compare?{urlencode(pairs)}"


def open_compare(page: Page, server: Server, *recipes: str, **params: str) -> None:
    page.goto(compare_url(server, *recipes, **params))
    expect(page.locator(f".st-key-column_{len(recipes) - 1}")).to_be_visible(timeout=PATIENCE_MS)


def ask(page: Page, question: str) -> None:
    box = page.locator(QUESTION)
    box.fill(question)
    box.press("Enter")


def answer(page: Page, position: int) -> Locator:
    return page.locator(f".st-key-answer_{position}")


def wait_finished(page: Page, columns: int, timeout_ms: int = PATIENCE_MS) -> None:
    """Every column shows its thumbs."""
    for position in range(columns):
        expect(page.locator(f".st-key-vote_{position}")).to_be_visible(timeout=timeout_ms)


def lengths(page: Page, columns: int) -> list[int]:
    return [len(answer(page, i).inner_text()) for i in range(columns)]


def until(
    page: Page, condition: Callable[[], bool], what: str, timeout_ms: int = PATIENCE_MS
) -> None:
    """Poll without blocking the browser."""
    end = time.monotonic() + timeout_ms / 1000
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        page.wait_for_timeout(50)


def full_text(upstream: Upstream, model: str, question: str) -> str:
    """What the upstream says when asked directly, without a stream."""
    request = urllib.request.Request(
        f"{upstream.url}/chat/completions",
        json.dumps({"model": model, "messages": [{"role": "user", "content": question}]}).encode(),
        {"Content-Type": "application/json", "Authorization": "Bearer sk-test"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        return str(json.load(reply)["choices"][0]["message"]["content"])


@contextmanager
def nothing_amiss(context: BrowserContext) -> Iterator[None]:
    """No error in a console meanwhile, and no request to another machine."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # Streamlit looks for itself below a page's own address first, and is not there.
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            said.append(f"{message.text} {message.location['url']}")

    def look(request: Request) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            said.append(f"asked for {request.url}")

    context.on("console", hear)
    context.on("weberror", lambda error: said.append(str(error.error)))
    context.on("request", look)
    yield
    assert said == []


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory, upstream: Upstream) -> Iterator[Server]:
    """A server whose collections, sets and templates no other file of tests sees."""
    running, process = start_server(tmp_path_factory.mktemp("own"), upstream)
    yield running
    end_server(process)


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A page whose console stays free of errors, and whose requests stay here."""
    with nothing_amiss(page.context):
        yield page


def overflow(page: Page) -> int:
    found = page.evaluate(
        "Math.max(...[document.documentElement, ...document.querySelectorAll("
        "'[data-testid=\"stMain\"]')].map(e => e.scrollWidth - e.clientWidth))"
    )
    return int(found)
