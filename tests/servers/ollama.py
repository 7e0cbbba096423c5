"""Ollama's contract, as seen on a real server of August 2026; the model's name is its behaviour.

tiny          answers " hello from ollama" word by word       mid-error  {"error"} after two words
half-line     ends inside a JSON line after two words         cut        ends without done:true
length        done_reason "length"                            think      thinks before it answers
hang          accepts and never answers                       broken     500 before the first word
anything else 404, not found
"""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from tests.servers.running import serving

WORDS = (" hello", " from", " 올라마", " 🦙")
CHATS = ("tiny", "mid-error", "half-line", "cut", "length", "think", "hang", "broken")
USAGE = {
    "total_duration": 5_000_000,
    "load_duration": 1_000_000,
    "prompt_eval_count": 31,
    "prompt_eval_duration": 2_000_000,
    "eval_count": len(WORDS),
    "eval_duration": 2_000_000,
}


class Ollama:
    """The server; `seen` holds the bodies of /api/chat."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: list[dict[str, Any]] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._root),
                web.get("/api/tags", self._tags),
                web.post("/api/show", self._show),
                web.post("/api/chat", self._chat),
            ]
        )
        return app

    async def _root(self, _: web.Request) -> web.Response:
        return web.Response(text="Ollama is running")

    async def _tags(self, _: web.Request) -> web.Response:
        chats = [_row(f"{name}:latest", "completion") for name in CHATS]
        return web.json_response(
            {
                "models": [
                    *chats,
                    _row("embedder:latest", "embedding"),
                    _row("big:cloud", "completion"),
                ]
            }
        )

    async def _show(self, request: web.Request) -> web.Response:
        body = await request.json()
        name = str(body.get("model") or body.get("name") or "")
        if name.removesuffix(":latest") not in CHATS:
            return _error(404, f"model '{name}' not found")
        info = {"general.architecture": "llama", "llama.context_length": 4096}
        return web.json_response(
            {"template": "", "details": {}, "model_info": info, "capabilities": ["completion"]}
        )

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.seen.append(body)
        name = str(body.get("model") or "")
        kind = name.removesuffix(":latest")
        if not name:
            return _error(400, "model is required")
        if kind not in CHATS:
            return _error(404, f"model '{name}' not found")
        if kind == "broken":
            return _error(500, "llama-server process has terminated: exit status 1")
        if kind == "hang":
            await asyncio.sleep(86_400)
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        for line in _lines(name, kind):
            await response.write(line)
        await response.write_eof()
        return response


def _lines(name: str, kind: str) -> Iterator[bytes]:
    broken_off = kind in ("mid-error", "half-line", "cut")
    if kind == "think":
        yield _line(name, {"role": "assistant", "content": "", "thinking": "hmm"}, done=False)
    for word in WORDS[:2] if broken_off else WORDS:
        yield _line(name, {"role": "assistant", "content": word}, done=False)
    if kind == "mid-error":
        yield b'{"error":"an error was encountered while running the model"}\n'
    elif kind == "half-line":
        yield _line(name, {"role": "assistant", "content": " lost"}, done=False)[:40]
    elif not broken_off:
        reason = "length" if kind == "length" else "stop"
        last = {"role": "assistant", "content": ""}
        yield _line(name, last, done=True, done_reason=reason, **USAGE)


def _line(name: str, message: dict[str, str], **rest: Any) -> bytes:
    content = {"model": name, "created_at": "2026-08-01T00:00:00.123456789Z", "message": message}
    return json.dumps(content | rest, ensure_ascii=False).encode() + b"\n"


def _row(name: str, capability: str) -> dict[str, Any]:
    return {
        "name": name,
        "model": name,
        "modified_at": "2026-08-01T00:00:00.123456789Z",
        "size": 717_312,
        "digest": "0" * 64,
        "details": {
            "parent_model": "",
            "format": "gguf",
            "family": "llama",
            "families": ["llama"],
            "parameter_size": "111K",
            "quantization_level": "F32",
            "context_length": 4096,
            "embedding_length": 64,
        },
        "capabilities": [capability],
    }


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


@contextlib.contextmanager
def running() -> Iterator[Ollama]:
    """The server on a free port of this machine, in a thread of its own."""
    with serving(Ollama()) as server:
        yield server
