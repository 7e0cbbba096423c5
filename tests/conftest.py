"""What every test stands on: a clean environment, no network but our own, and real parts."""

import os
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from core.background import BackgroundLoop
from core.lab import Lab, open_lab
from core.settings import read_settings
from tests.servers import upstream as upstream_server

PROVIDERS = ("OPENAI_", "ANTHROPIC_", "GEMINI_", "HF_", "HUGGINGFACE_", "OLLAMA_", "NARANI_")
PLAIN_FAMILIES = (socket.AF_INET, socket.AF_INET6)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's loop stays in the main thread, where asyncio.run fails."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own keys and servers must not decide a test."""
    for name in list(os.environ):
        if name.startswith(PROVIDERS):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def offline() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: socket.socket, address: Any) -> Any:
            if self.family in PLAIN_FAMILIES and not _is_here(str(address[0])):
                raise PermissionError(f"tests are offline; {address!r} is elsewhere")
            return original(self, address)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(connect))
        patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
        yield


def _is_here(host: str) -> bool:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host in ("localhost", "")
    return address.is_loopback or address.is_unspecified


@pytest.fixture(scope="session")
def upstream() -> Iterator[upstream_server.Upstream]:
    """The paced, fault-injecting OpenAI-compatible server; the model's name is its behaviour."""
    # Not `running()`: it leaves its event loop open, which is a warning and so a failure here.
    loop, server = BackgroundLoop(), upstream_server.Upstream()
    runner = loop.submit(upstream_server.start(server)).result(10)
    yield server
    loop.submit(runner.cleanup()).result(10)
    loop.close()


@pytest.fixture
def make_lab(
    tmp_path: Path, upstream: upstream_server.Upstream
) -> Iterator[Callable[[dict[str, str]], Lab]]:
    """Open a Lab on its own SQLite file; the argument adds to, or changes, the environment."""
    opened: list[Lab] = []

    def make(changes: dict[str, str] | None = None) -> Lab:
        environment = {
            "NARANI_HOME": str(tmp_path),
            "NARANI_TIMEOUT": "2",
            "NARANI_ATTEMPTS": "2",
            "OPENAI_API_BASE": upstream.url,
            "OPENAI_API_KEY": "sk-test",
            "OLLAMA_HOST": "127.0.0.1:9",
        } | (changes or {})
        opened.append(open_lab(read_settings({k: v for k, v in environment.items() if v})))
        return opened[-1]

    yield make
    for lab in opened:
        lab.close()


@pytest.fixture
def lab(make_lab: Callable[..., Lab]) -> Lab:
    """A Lab whose OpenAI is the upstream: silent for at most 2 s, asked at most twice."""
    return make_lab()
