"""Asks the local runtime itself, without LiteLLM: it is our own process, and half the CPU is ours.

llama.cpp speaks OpenAI's protocol: one `data:` line of JSON for each piece.
"""

import json
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from core.answer import Usage
from core.errors import ModelError
from core.jsontypes import JsonObject
from core.model import Delta, Done, Event
from core.prompt import Prompt
from core.recipe import Recipe

if TYPE_CHECKING:
    import httpx

CONNECT_S = 10.0
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: the address is on this machine. Reading the certificates would take 20 ms."""


def load() -> None:
    """Import what the first answer would wait for. Takes 0.1 s: never on the event loop."""
    import httpx  # noqa: F401


async def stream(
    url: str, key: str, scales: list[float], recipe: Recipe, prompt: Prompt, timeout_s: float
) -> AsyncIterator[Event]:
    """Ask a llama.cpp server.

    Args:
        url: its OpenAI address, with `/v1`.
        key: what it lets in.
        scales: of all adapters it has loaded, by their id there.
        recipe: what to ask for.
        prompt: the messages.
        timeout_s: the longest silence.

    Raises:
        ModelError: `context_too_long`, `bad_request`, `server`, `timeout`, `connection_lost`,
            `cut_off` or `empty_answer`.
    """
    import httpx

    last_at = time.monotonic()
    answer = _Answer()
    try:
        async with (
            _client(timeout_s) as client,
            client.stream(
                "POST",
                f"{url}/chat/completions",
                json=_body(scales, recipe, prompt),
                # llama.cpp closes after each stream without announcing it.
                headers={"Authorization": f"Bearer {key}", "Connection": "close"},
            ) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise _refusal(await response.aread(), response.status_code, recipe)
            async for line in response.aiter_lines():
                if delta := answer.take(line, recipe):
                    last_at = time.monotonic()
                    yield delta
    except httpx.TimeoutException as error:
        silent_s = round(time.monotonic() - last_at)
        raise ModelError("timeout", f"no word for {silent_s} s", seconds=silent_s) from error
    except httpx.HTTPError as error:
        raise ModelError("connection_lost", str(error) or type(error).__name__) from error
    yield answer.done()


class _Answer:
    """What has arrived."""

    def __init__(self) -> None:
        self._finish: str | None = None
        self._usage = Usage()
        self._model: str | None = None
        self._started = False

    def take(self, line: str, recipe: Recipe) -> Delta | None:
        """Read one line; its piece of the answer, where it has one."""
        if not line.startswith("data:") or line == "data: [DONE]":
            return None
        try:
            chunk = json.loads(line[len("data:") :])
        except ValueError as error:
            raise ModelError("cut_off", "a piece of the answer was cut in half") from error
        if "error" in chunk:
            raise _refusal(line[len("data:") :].encode(), 500, recipe)
        self._model = chunk.get("model") or self._model
        if usage := chunk.get("usage"):
            details = usage.get("prompt_tokens_details") or {}
            self._usage = Usage(
                prompt_tokens=usage.get("prompt_tokens"),
                completion_tokens=usage.get("completion_tokens"),
                cached_tokens=details.get("cached_tokens"),
            )
        for choice in chunk.get("choices", ()):
            self._finish = choice.get("finish_reason") or self._finish
            delta = choice.get("delta") or {}
            text, reasoning = delta.get("content") or "", delta.get("reasoning_content") or ""
            if text or reasoning:
                self._started = True
                return Delta(text=text, reasoning=reasoning)
        return None

    def done(self) -> Done:
        """The end. Raises `ModelError` when it is none."""
        if self._finish is None:
            raise ModelError("cut_off", "the connection ended before the answer was complete")
        reason: Literal["stop", "length"] = "length" if self._finish == "length" else "stop"
        if not self._started and reason == "stop":
            raise ModelError("empty_answer", "the model finished without writing anything")
        return Done(stop_reason=reason, usage=self._usage, served_by=self._model)


def _client(timeout_s: float) -> "httpx.AsyncClient":
    import httpx

    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
        verify=NO_TLS,
        trust_env=False,  # a proxy has no business between two processes of this machine
        follow_redirects=False,
    )


def request(recipe: Recipe, messages: Sequence[JsonObject]) -> JsonObject:
    """What a llama.cpp server is asked for, whichever adapters it has loaded."""
    schema = {"schema": json.loads(recipe.schema)} if recipe.schema else None
    optional: dict[str, Any] = {
        "temperature": recipe.temperature,
        "top_p": recipe.top_p,
        "max_tokens": recipe.max_tokens,
        "seed": recipe.seed,
        "stop": list(recipe.stop) or None,
        "response_format": schema and {"type": "json_schema", "json_schema": schema},
    }
    return {
        "messages": list(messages),
        **{name: value for name, value in optional.items() if value is not None},
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def _body(scales: list[float], recipe: Recipe, prompt: Prompt) -> JsonObject:
    body = request(recipe, [message.to_json() for message in prompt.messages])
    if scales:
        # Every loaded adapter with its scale, zeros included: llama.cpp keeps the prompt's cache
        # when scales change without being said in full, and an incomplete list would silently
        # answer with another column's adapter.
        body["lora"] = [{"id": n, "scale": scale} for n, scale in enumerate(scales)]
    return body


def _refusal(body: bytes, status: int, recipe: Recipe) -> ModelError:
    try:
        error = json.loads(body)["error"]
        message, code = str(error["message"]), int(error.get("code") or status)
    except (ValueError, KeyError, TypeError):
        error, message, code = {}, body[:300].decode(errors="replace"), status
    used, limit = error.get("n_prompt_tokens"), error.get("n_ctx")
    if isinstance(used, int) and isinstance(limit, int):
        return ModelError(
            "context_too_long", message, status=code, limit=limit, used=used, over=used - limit
        )
    kind: Literal["bad_request", "server"] = "bad_request" if 400 <= code < 500 else "server"
    return ModelError(kind, message[:600], status=code, model=recipe.model, provider="local")
