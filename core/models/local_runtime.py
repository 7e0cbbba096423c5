"""Runs GGUF files: starts llama.cpp in a process of its own on first use, and again after a crash.

Knows nothing of LiteLLM: it hands out an address and a key, as any endpoint has.
"""

import asyncio
import json
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import ModelError
from core.models.local_process import READY

START_DEADLINE_S = 120.0
SLOTS = 4
"""Answers written at the same time; more wait their turn inside the runtime."""
CONTEXT_TOKENS = 4096
"""Context of one slot."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """A model that is up."""

    base_url: str
    api_key: str = field(repr=False)


@dataclass(kw_only=True)
class _Running:
    process: asyncio.subprocess.Process
    served: Served
    reader: asyncio.Task[None]


class LocalRuntime:
    """One llama.cpp process per GGUF file in a folder. Lives on one event loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, _Running] = {}
        self._starting: dict[str, asyncio.Lock] = {}

    def files(self) -> list[Path]:
        """The GGUF files that can be served, by name."""
        return sorted(self._folder.glob("*.gguf")) if self._folder.is_dir() else []

    async def serve(self, name: str) -> Served:
        """The address of a model, starting its process when it is not up.

        Raises:
            ModelError: `unknown_model` without such a file, `runtime` when it does not start.
        """
        path = next((file for file in self.files() if file.stem == name), None)
        if path is None:
            raise ModelError(
                "unknown_model",
                f"no file {name}.gguf in {self._folder}",
                model=f"local/{name}",
                provider="local",
                folder=str(self._folder),
            )
        async with self._starting.setdefault(name, asyncio.Lock()):
            running = self._running.get(name)
            if running is None or running.process.returncode is not None:
                running = await self._start(path)
                self._running[name] = running
            return running.served

    async def stop(self) -> None:
        """End every process."""
        for running in self._running.values():
            with suppress(ProcessLookupError):
                running.process.terminate()
            await running.process.wait()
            running.reader.cancel()
        self._running.clear()

    async def _start(self, path: Path) -> _Running:
        key = secrets.token_urlsafe(24)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "core.models.local_process",
            cwd=Path(__file__).parents[2],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**20,
        )
        assert process.stdin is not None
        # The key goes through the pipe: command lines and environments can be read by others.
        process.stdin.write(json.dumps(_options(path, key)).encode() + b"\n")
        try:
            address = await asyncio.wait_for(_address(process), START_DEADLINE_S)
        except BaseException as error:  # a Stop while it loads must not leave it running
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            if not isinstance(error, TimeoutError | ModelError):
                raise
            message = str(error) or f"it was not ready after {START_DEADLINE_S:.0f} s"
            raise ModelError("runtime", message, model=f"local/{path.stem}") from error
        served = Served(base_url=f"{address}/v1", api_key=key)
        reader = asyncio.create_task(_drain(process))
        return _Running(process=process, served=served, reader=reader)


def _options(path: Path, key: str) -> dict[str, str | int]:
    return {
        "path": str(path),
        "name": path.stem,
        "api_key": key,
        "parallel": SLOTS,
        "context": CONTEXT_TOKENS,
        "gpu_layers": -1,
        "threads": max(1, (os.cpu_count() or 2) // 2),
    }


async def _address(process: asyncio.subprocess.Process) -> str:
    """Read the log until the process says where it listens."""
    assert process.stdout is not None
    tail: list[str] = []
    async for raw in process.stdout:
        line = raw.decode(errors="replace").strip()
        if line.startswith(READY):
            return line.removeprefix(READY)
        tail = [*tail[-4:], line]
    raise ModelError("runtime", "llama.cpp ended while loading: " + " | ".join(tail)[-400:])


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Keep reading: a full pipe would block the runtime."""
    assert process.stdout is not None
    while await process.stdout.read(65_536):
        pass
