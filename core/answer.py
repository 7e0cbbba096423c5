"""What came back: tokens, money, seconds, the finished Answer and the Vote on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from core.errors import ModelErrorKind
from core.example import Passage
from core.jsontypes import Json, JsonObject
from core.recipe import Recipe

StopReason = Literal["stop", "length", "stopped", "cut_off", "filtered", "error"]
CostBasis = Literal["listed", "estimated", "own hardware", "unknown"]
Reason = Literal[
    "wrong", "incomplete", "off_topic", "wrong_source", "bad_style", "unsafe", "too_slow", "other"
]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens of one answer. None is unknown."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    """Everything generated, reasoning included."""
    cached_tokens: int | None = None
    """Part of the prompt that the provider took from its cache."""
    reasoning_tokens: int | None = None
    """Part of the completion that was thinking."""
    estimated: bool = False
    """True when we counted ourselves because the provider did not say."""

    def to_json(self) -> JsonObject:
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cached_tokens": self.cached_tokens,
            "reasoning_tokens": self.reasoning_tokens,
            "estimated": self.estimated,
        }


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Money for one answer."""

    usd: float | None = None
    """US dollars; None is unknown, never 0."""
    basis: CostBasis = "unknown"
    price_version: str | None = None
    """Which price was used: source and date."""

    def to_json(self) -> JsonObject:
        return {"usd": self.usd, "basis": self.basis, "price_version": self.price_version}


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds, measured where the socket is read."""

    ttft_s: float | None = None
    """From the question to the first token; None when none came."""
    total_s: float
    stages: Mapping[str, float] = field(default_factory=dict)
    """Seconds per stage: start (once, before the clock of the answer), retry, examples,
    embed_question, those of a search, first_token, generate."""

    def to_json(self) -> JsonObject:
        return {"ttft_s": self.ttft_s, "total_s": self.total_s, "stages": dict(self.stages)}


def tokens_per_second(usage: Usage, timing: Timing) -> float | None:
    """Generated tokens by the seconds after the first one; None when unknown or just one."""
    if usage.completion_tokens is None or usage.completion_tokens < 2 or timing.ttft_s is None:
        return None
    seconds = timing.total_s - timing.ttft_s
    return (usage.completion_tokens - 1) / seconds if seconds > 0.001 else None


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why there is no answer, or only a part of one."""

    kind: ModelErrorKind
    message: str
    details: Mapping[str, str | int] = field(default_factory=dict)
    """Names and numbers for the sentence shown to people."""

    def to_json(self) -> JsonObject:
        return {"kind": self.kind, "message": self.message, "details": dict(self.details)}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A finished answer, with everything needed to repeat it."""

    id: str
    round_id: str
    thread_id: str
    """The column's own conversation; equal over its turns."""
    position: int
    """Column, counted from 0."""
    recipe: Recipe
    model: str
    """Who really answered: the recipe's model or its fallback."""
    text: str
    reasoning: str = ""
    error: Failure | None = None
    stop_reason: StopReason
    usage: Usage
    cost: Cost
    timing: Timing
    sources: tuple[Passage, ...] = ()
    snapshot: Mapping[str, Json] = field(default_factory=dict)
    """Messages sent, examples and passages used, price and library versions."""
    answered_at: datetime
    """UTC."""

    def to_json(self) -> JsonObject:
        """The form the shell prints; what concerns examples and JSON only where there is some."""
        error = self.error
        more = {name: self.snapshot.get(name) for name in ("few_shot", "leaks", "schema_faults")}
        return {
            "answer_id": self.id,
            "recipe": self.recipe.to_json(),
            "recipe_key": self.recipe.key,
            "model": self.model,
            "text": self.text,
            "error": {"kind": error.kind, "message": error.message} if error else None,
            "stop_reason": self.stop_reason,
            "usage": self.usage.to_json(),
            "cost": self.cost.to_json(),
            "timing": self.timing.to_json(),
            "sources": [passage.to_json() for passage in self.sources],
            **{
                name: value
                for name, value in more.items()
                if value or (value == [] and self.recipe.schema)
            },
        }


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What one person thinks of one answer. Voting again replaces it."""

    id: str
    answer_id: str
    person: str
    """Who voted, as a pseudonym; one vote per answer and person."""
    rating: Literal[1, -1]
    reasons: tuple[Reason, ...] = ()
    comment: str = ""
    voted_at: datetime
    """UTC."""


def more_blame(before: Vote | None, after: Vote | None) -> int:
    """By how much more a changed vote says that the answer relied on the wrong source: -1 to 1."""
    return _blames(after) - _blames(before)


def _blames(vote: Vote | None) -> int:
    return int(vote is not None and vote.rating < 0 and "wrong_source" in vote.reasons)
