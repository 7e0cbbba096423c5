"""Starts the product, an empty Streamlit app, and the paced upstream, each in its own process."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True)
class Started:
    url: str
    process: subprocess.Popen[bytes]
    started_at: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def upstream() -> Iterator[str]:
    """The paced upstream; yields its OpenAI-compatible address."""
    command = [sys.executable, "-u", "-m", "tests.servers.upstream", "--port", "0"]
    with _ended(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().split()[1]


@contextmanager
def narani(upstream_url: str = "http://127.0.0.1:9/v1", **env: str) -> Iterator[Started]:
    """The product as `make run` serves it, with an empty data folder."""
    with tempfile.TemporaryDirectory() as home:
        values = {
            "NARANI_HOME": home,
            "OPENAI_API_BASE": upstream_url,
            "OPENAI_API_KEY": "sk-bench",
            **env,
        }
        with streamlit(ROOT / "serve.py", **values) as started:
            yield started


@contextmanager
def streamlit(script: Path, **env: str) -> Iterator[Started]:
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    started_at = time.time()
    process = subprocess.Popen(
        command,
        cwd=script.parent,
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with _ended(process):
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield Started(url=url, process=process, started_at=started_at)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):
        if process.poll() is not None:
            raise RuntimeError("the server ended while starting")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(url)


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)
