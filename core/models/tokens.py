"""How many tokens a text is: exactly where a tokenizer is at hand, else a marked estimate."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from core.models.listed import package_folder
from core.models.route import Route
from core.prompt import Message

if TYPE_CHECKING:
    import tiktoken

_PER_MESSAGE = 3
_REPLY_PRIMER = 3
"""OpenAI's chat format: three tokens around each message and three before the answer
(https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken)."""


@dataclass(frozen=True, kw_only=True)
class TokenCount:
    tokens: int
    exact: bool


def count(messages: Iterable[Message], route: Route) -> TokenCount:
    """Prompt tokens of these messages for the model behind a route."""
    messages = list(messages)
    encoding = _encoding(route)
    if encoding is None:
        total = sum(estimate(m.content) + _PER_MESSAGE + 1 for m in messages)
        return TokenCount(tokens=total + _REPLY_PRIMER, exact=False)
    tokens = sum(len(encoding.encode_ordinary(m.content)) + _PER_MESSAGE + 1 for m in messages)
    return TokenCount(tokens=tokens + _REPLY_PRIMER, exact=True)


def estimate(text: str) -> int:
    """About 4 Latin characters or 1.4 Hangul syllables to a token, measured on o200k."""
    wide = sum(1 for character in text if character > "\u2e80")
    return max(1, round((len(text) - wide) / 4 + wide / 1.4)) if text else 0


def _encoding(route: Route) -> "tiktoken.Encoding | None":
    """OpenAI's own models only: others count differently, whatever protocol they speak."""
    if route.provider != "openai" or route.base_url:
        return None
    name = route.model.removeprefix("openai/")
    older = name == "gpt-4" or name.startswith(("gpt-4-", "gpt-3.5"))
    return _load("cl100k_base" if older else "o200k_base")


@cache
def _load(name: str) -> "tiktoken.Encoding":
    # LiteLLM ships these tables; without the folder tiktoken would download them.
    folder = package_folder() / "litellm_core_utils" / "tokenizers"
    os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(folder))
    import tiktoken

    return tiktoken.get_encoding(name)
