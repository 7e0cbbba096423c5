"""Servers that embed and rerank, with their faults; the model's name is the behaviour.

plain         vectors of four numbers        auth          401 unless the key is KEY
most-2        refuses more than two texts    short-20      reads 20 characters of a text, else 400
busy-1        the first request gets 429     mixed         three numbers from the second request on
few           one vector is missing          ragged        vectors of several lengths
nan, zero     numbers without a direction    reversed      the last text's vector comes first
uncounted     says nothing about tokens      html          a web page
hang          accepts and never answers

Speaks OpenAI's /v1/embeddings, Gemini's batchEmbedContents, Hugging Face's feature-extraction and
Cohere's /rerank (which knows auth, few, nan, busy and html as well).
"""

import asyncio
import collections
import contextlib
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from tests.servers.running import serving

KEY = "sk-proj-Zx9Secret_Secret-Secret0123456789"


class Embeddings:
    """The server; `seen` holds path, headers and body of each request."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.asked: collections.Counter[str] = collections.Counter()

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.post("/v1/embeddings", self._openai),
                web.post("/v1/rerank", self._rerank),
                web.post("/v2/rerank", self._rerank),
                web.post("/models/{model}:batchEmbedContents", self._gemini),
                web.post("/hf-inference/models/{model:.+}/pipeline/{task}", self._hub),
            ]
        )
        return app

    async def _openai(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        name, texts = str(body["model"]), body["input"]
        refusal = await self._refusal(request, name, texts)
        if refusal is not None:
            return refusal
        rows = [vector(text) for text in texts]
        if name == "mixed" and self.asked[name] > 1:
            rows = [row[:3] for row in rows]
        if name == "ragged":
            rows = [row[: 2 + number] for number, row in enumerate(rows)]
        if name == "few":
            rows = rows[1:]
        if name == "zero":
            rows = [[0.0] * len(row) for row in rows]
        data: list[dict[str, Any]] = [
            {"object": "embedding", "index": number, "embedding": row}
            for number, row in enumerate(rows)
        ]
        if name == "reversed":
            data.reverse()
        content: dict[str, Any] = {"object": "list", "model": name, "data": data}
        if name != "uncounted":
            used = sum(len(text) for text in texts)
            content["usage"] = {"prompt_tokens": used, "total_tokens": used}
        if name == "nan":  # what Python's and many C++ servers write
            text = json.dumps(content).replace(str(rows[0][0]), "NaN")
            return web.Response(text=text, content_type="application/json")
        return web.json_response(content)

    async def _refusal(
        self, request: web.Request, name: str, texts: list[str]
    ) -> web.Response | None:
        kind, _, number = name.partition("-")
        if kind == "auth" and request.headers.get("Authorization") != f"Bearer {KEY}":
            sent = request.headers.get("Authorization", "")
            return _error(401, f"Incorrect API key provided: {sent}", "invalid_api_key")
        if kind == "most" and len(texts) > int(number):
            return _error(422, f"batch size {len(texts)} > maximum allowed batch size {number}")
        if kind == "busy" and self.asked[name] <= int(number):
            return _error(429, "Rate limit reached.", "rate_limit_exceeded", wait="0")
        if kind == "short" and (longest := max(map(len, texts))) > int(number):
            return _error(
                400,
                f"This model's maximum context length is {number} tokens, however you requested "
                f"{longest} tokens. Please reduce your prompt.",
                "context_length_exceeded",
            )
        if kind == "html":
            return web.Response(text="<html>hotel Wi-Fi</html>", content_type="text/html")
        if kind == "hang":
            await asyncio.sleep(86_400)
        return None

    async def _rerank(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        name, texts = str(body["model"]), body["documents"]
        refusal = await self._refusal(request, name, texts)
        if refusal is not None:
            return refusal
        words = set(str(body["query"]).split())
        results = [
            {"index": number, "relevance_score": len(words & set(text.split())) / len(words)}
            for number, text in enumerate(texts)
        ]
        results.sort(key=lambda row: -row["relevance_score"])
        return web.json_response({"id": "1", "results": results[name == "few" :]})

    async def _gemini(self, request: web.Request) -> web.Response:
        body = await self._body(request, request.match_info["model"])
        texts = [one["content"]["parts"][0]["text"] for one in body["requests"]]
        return web.json_response({"embeddings": [{"values": vector(text)} for text in texts]})

    async def _hub(self, request: web.Request) -> web.Response:
        body = await self._body(request, request.match_info["model"])
        return web.json_response([vector(text) for text in body["inputs"]])

    async def _body(self, request: web.Request, model: str = "") -> dict[str, Any]:
        body: dict[str, Any] = await request.json()
        self.seen.append((request.path, dict(request.headers), body))
        self.asked[model or str(body["model"])] += 1
        return body


def vector(text: str) -> list[float]:
    """Four numbers that tell texts apart; not of length 1."""
    return [float(len(text)) + 0.5, float(ord(text[0])), float(ord(text[-1])), 3.0]


def _error(status: int, message: str, code: str = "bad", wait: str | None = None) -> web.Response:
    headers = {} if wait is None else {"Retry-After": wait}
    content = {"error": {"message": message, "type": "error", "param": None, "code": code}}
    return web.json_response(content, status=status, headers=headers)


@contextlib.contextmanager
def running() -> Iterator[Embeddings]:
    """The server on a free port of this machine, in a thread of its own."""
    with serving(Embeddings()) as server:
        yield server
