"""Runs GGUF files: starts llama.cpp in a process of its own on first use, and again after a crash.

Knows nothing of LiteLLM: it hands out an address and a key, as any endpoint has. Adapters are
loaded when a process starts; one that appears later starts a new process beside the old one,
which ends when its last answer is written.
"""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from core.errors import ModelError
from core.jsontypes import JsonObject
from core.models.local_process import READY
from core.models.turns import Turns
from core.settings import RuntimeSettings

START_DEADLINE_S = 120.0
CAREFUL: JsonObject = {"temperature": 0.0, "max_tokens": 256}
"""What the embedded model does where a recipe leaves it open: it is too small to be creative."""
Mode = Literal["chat", "embed", "rerank"]
"""What a process does all its life: write, make vectors, or score texts for a question."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """A model that is up."""

    base_url: str
    api_key: str = field(repr=False)
    adapters: tuple[str, ...] = ()
    """Hashes of the adapters it has loaded, in the order of their ids."""
    turns: Turns = field(repr=False, compare=False)
    restarted: bool = False
    """Its process had ended by itself and was started again for this answer."""


@dataclass(kw_only=True)
class _Running:
    process: asyncio.subprocess.Process
    served: Served
    reader: asyncio.Task[None]
    answering: int = 0
    crashed_before: bool = False
    """The next answer is told that the model had to be started again."""


class LocalRuntime:
    """One llama.cpp process per GGUF file and mode. Lives on one event loop.

    Args:
        folders: where GGUF files lie; of two with one name the first counts.
        settings: slots, context and threads of each process.
        adapters: the GGUF adapters that fit a file, by hash.
        embedded: the file that came with the product, too small to be creative.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        settings: RuntimeSettings | None = None,
        adapters: Callable[[Path], Mapping[str, Path]] = lambda file: {},
        embedded: Path | None = None,
    ) -> None:
        self._folders = tuple(folders)
        self.settings = settings or RuntimeSettings()
        self._adapters = adapters
        self._embedded = embedded
        self._running: dict[tuple[str, Mode], _Running] = {}
        self._retired: list[_Running] = []
        self._starting: dict[tuple[str, Mode], asyncio.Lock] = {}

    def files(self) -> list[Path]:
        """The GGUF files that can be served, by name."""
        found: dict[str, Path] = {}
        for folder in self._folders:
            for file in sorted(folder.glob("*.gguf")) if folder.is_dir() else ():
                found.setdefault(file.stem, file)
        return [found[name] for name in sorted(found)]

    def is_embedded(self, file: Path) -> bool:
        """Whether a file is the one that came with the product."""
        return file == self._embedded

    @asynccontextmanager
    async def answering(self, name: str, adapters: Sequence[str] = ()) -> AsyncIterator[Served]:
        """Hold a model up while an answer is written. See `serve`."""
        served = await self.serve(name, adapters)
        running = self._running[name, "chat"]
        running.answering += 1
        restarted, running.crashed_before = running.crashed_before, False
        try:
            yield replace(served, restarted=restarted)
        finally:
            running.answering -= 1
            await self._end_retired()

    async def serve(self, name: str, adapters: Sequence[str] = (), mode: Mode = "chat") -> Served:
        """The address of a model, starting its process when it is not up.

        Args:
            name: the file's name without its ending.
            adapters: hashes of adapters that must be loaded; for `chat` only.
            mode: what the process does; each mode of a file has its own.

        Raises:
            ModelError: `unknown_model` without such a file, `unknown_adapter` when one does not
                fit this model, `runtime` when it does not start.
        """
        path = self.file(name)
        async with self._starting.setdefault((name, mode), asyncio.Lock()):
            running = self._running.get((name, mode))
            crashed = running is not None and running.process.returncode is not None
            up = running is not None and not crashed
            if running is not None and up and set(adapters) <= set(running.served.adapters):
                return running.served
            files = self._fitting(path, adapters) if mode == "chat" else {}
            started = await self._start_with(path, files, adapters, mode)
            if running is not None and up:
                self._retired.append(running)
            self._running[name, mode] = started
            started.crashed_before = crashed
            await self._end_retired()
            return started.served

    def file(self, name: str) -> Path:
        """The GGUF file of a name.

        Raises:
            ModelError: `unknown_model`.
        """
        path = next((file for file in self.files() if file.stem == name), None)
        if path is None:
            raise ModelError(
                "unknown_model",
                f"no file {name}.gguf in {self._folders[0]}",
                model=f"local/{name}",
                provider="local",
                folder=str(self._folders[0]),
            )
        return path

    async def stop(self) -> None:
        """End every process."""
        for running in (*self._running.values(), *self._retired):
            await _end(running)
        self._running.clear()
        self._retired.clear()

    def _fitting(self, path: Path, wanted: Sequence[str]) -> Mapping[str, Path]:
        """Every adapter that fits, so that the next one asked for is there already."""
        files = self._adapters(path)
        for digest in wanted:
            if digest not in files:
                raise ModelError(
                    "unknown_adapter",
                    f"no adapter {digest} for local/{path.stem}",
                    model=f"local/{path.stem}",
                    adapter=digest,
                )
        return files

    async def _start_with(
        self, path: Path, files: Mapping[str, Path], wanted: Sequence[str], mode: Mode
    ) -> _Running:
        """With all adapters that fit, or, when one of them is broken, with those asked for."""
        try:
            return await self._start(path, files, mode)
        except ModelError:
            fewer = {digest: files[digest] for digest in dict.fromkeys(wanted)}
            if len(fewer) == len(files):
                raise
            return await self._start(path, fewer, mode)

    async def _end_retired(self) -> None:
        ended = [r for r in self._retired if r.answering == 0]
        self._retired = [r for r in self._retired if r.answering > 0]
        for running in ended:
            await _end(running)

    async def _start(self, path: Path, adapters: Mapping[str, Path], mode: Mode) -> _Running:
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
        options = self._options(path, key, adapters) | {"mode": mode}
        process.stdin.write(json.dumps(options).encode() + b"\n")
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
        served = Served(
            base_url=f"{address}/v1",
            api_key=key,
            adapters=tuple(adapters),
            turns=Turns(self.settings.slots),
        )
        reader = asyncio.create_task(_drain(process))
        return _Running(process=process, served=served, reader=reader)

    def _options(self, path: Path, key: str, adapters: Mapping[str, Path]) -> JsonObject:
        return {
            "path": str(path),
            "name": path.stem,
            "api_key": key,
            "sampling": CAREFUL if self.is_embedded(path) else None,
            "adapters": [str(file) for file in adapters.values()],
            "parallel": self.settings.slots,
            "context": self.settings.context_tokens,
            "gpu_layers": self.settings.gpu_layers,
            "threads": self.settings.threads or max(1, (os.cpu_count() or 2) // 2),
        }


async def _end(running: _Running) -> None:
    with suppress(ProcessLookupError):
        running.process.terminate()
    await running.process.wait()
    running.reader.cancel()


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
