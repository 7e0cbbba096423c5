"""Examples in a prompt: how they are chosen from a set, and the record of one choice."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from core.errors import UsageError
from core.example import Example, example_from_json
from core.example_set import normalised
from core.jsontypes import Json, JsonObject
from core.text import clean

Choose = Literal["fixed", "random", "similar", "diverse", "budget"]
CHOICES: tuple[Choose, ...] = get_args(Choose)
By = Literal["words", "meaning"]
MEASURES: tuple[By, ...] = get_args(By)
Order = Literal["auto", "best_last", "best_first", "set", "random"]
ORDERS: tuple[Order, ...] = get_args(Order)
MOST_EXAMPLES = 64
"""Most examples in one prompt."""
Alike = Literal["equal", "near"]
LeftOut = Literal["leak", "budget", "context"]


@dataclass(frozen=True, kw_only=True)
class FewShot:
    """Examples shown to the model before the question: written here, or chosen from a set."""

    examples: tuple[Example, ...] = ()
    """Written into the recipe; then there is no set."""
    set: str = ""
    """Name of an example set; only its training side is chosen from."""
    version: int | None = None
    """Of the set; None is its newest."""
    k: int = 3
    """Examples wanted."""
    choose: Choose = "fixed"
    """`fixed` the first of the set, `random` by `seed`, `similar` to the question, `diverse` the
    most similar of each label in turn, `budget` as many similar ones as `budget_tokens` allow, at
    most `k`."""
    by: By = "words"
    """What makes an example similar: shared words (BM25), or the meaning (embeddings)."""
    embedder: str = ""
    """Who embeds for `meaning`; empty is the embedder in the box."""
    order: Order = "auto"
    """`auto` puts the most similar last, next to the question, and leaves others as chosen."""
    seed: int = 0
    """For `random`, in choice and order."""
    budget_tokens: int = 500
    """Most tokens of all examples together, for `budget`."""
    tags: tuple[str, ...] = ()
    """Only examples with one of these tags; empty is all."""
    allow_leak: bool = False
    """Whether examples that equal or nearly equal the question are shown all the same."""
    hash: str = ""
    """Of the set's version with its order, put in when the question is asked."""

    def to_json(self) -> JsonObject:
        """Only what differs from the defaults, in a fixed order."""
        out: JsonObject = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value == one.default:
                continue
            if one.name == "examples":
                value = [example.to_json() for example in value]
            out[one.name] = list(value) if isinstance(value, tuple) else value
        return out


_WHOLE: dict[str, tuple[int, int]] = {
    "k": (1, MOST_EXAMPLES),
    "version": (1, 2**31 - 1),
    "seed": (0, 2**31 - 1),
    "budget_tokens": (16, 200_000),
}
_ONE_OF: dict[str, tuple[str, ...]] = {"choose": CHOICES, "by": MEASURES, "order": ORDERS}


def few_shot_from_json(content: Json) -> FewShot | None:
    """Read settings, a set's name alone, or `{"examples": [...]}`.

    Raises:
        UsageError: `bad_recipe`, naming the field.
    """
    if content is None:
        return None
    if isinstance(content, str):
        content = {"set": content}
    known = {one.name for one in fields(FewShot)}
    if not isinstance(content, Mapping) or set(content) - known:
        raise _bad(f"'few_shot' is a JSON object with {', '.join(sorted(known))}")
    if "examples" in content:
        if set(content) - {"examples", "allow_leak", "order", "seed"}:
            raise _bad("'few_shot' has either 'examples' or a 'set', not both")
        return FewShot(examples=_examples(content["examples"]), **_given(content, {"examples"}))
    name = content.get("set")
    if not isinstance(name, str) or not name.strip():
        raise _bad("'few_shot' needs the name of a 'set', or a list of 'examples'")
    return FewShot(set=normalised(name), **_given(content, {"set"}))


def _given(content: Mapping[str, Json], apart: set[str]) -> dict[str, Any]:
    return {key: _checked(key, value) for key, value in content.items() if key not in apart}


def _checked(name: str, value: Any) -> Any:
    if name in _WHOLE:
        low, high = _WHOLE[name]
        if name == "version" and value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _bad(f"{name!r} must be a whole number from {low} to {high}")
        return value
    if name in _ONE_OF:
        if value not in _ONE_OF[name]:
            raise _bad(f"{name!r} is one of {', '.join(_ONE_OF[name])}")
        return value
    if name == "allow_leak":
        if not isinstance(value, bool):
            raise _bad("'allow_leak' is true or false")
        return value
    if name == "tags":
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise _bad("'tags' must be a list of texts that are not empty")
        return tuple(normalised(one) for one in value)
    if not isinstance(value, str):
        raise _bad(f"{name!r} must be text")
    return clean(value)


def _examples(content: Json) -> tuple[Example, ...]:
    if not isinstance(content, list) or not content:
        raise _bad("'few_shot' must be {\"examples\": [...]} with at least one example")
    return tuple(example_from_json(one) for one in content)


def _bad(reason: str) -> UsageError:
    return UsageError("bad_recipe", f"recipe: {reason}", reason=reason)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An example that came into question, and what became of it."""

    id: str
    """Of the example, sixteen hex digits; see `core.example_set.SetExample.id`."""
    example: Example
    score: float | None = None
    """How similar to the question, larger is more; None when similarity did not matter."""
    tokens: int = 0
    """Estimated, of question and answer."""
    alike: Alike | None = None
    """Whether it is, or nearly is, the question being asked."""
    left_out: LeftOut | None = None
    """Why the model does not get it; None when it does."""

    def to_json(self) -> JsonObject:
        """For an answer's snapshot: readable even when the set is gone."""
        return {
            "id": self.id,
            **self.example.to_json(),
            "score": self.score,
            "tokens": self.tokens,
            "alike": self.alike,
            "left_out": self.left_out,
        }


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The examples of one answer, and how they came about."""

    set: str
    """Name of the set; empty for examples written into the recipe."""
    version: int | None
    """None for examples written into the recipe."""
    hash: str
    wanted: int
    """Examples asked for."""
    available: int
    """Examples there were to choose from."""
    candidates: tuple[Candidate, ...]
    """Given to the model first, in the order of the prompt; then what was left out."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Per stage: `examples`, and `embed_question` where the meaning was compared."""
    tokens: int = 0
    """Tokens an embedder elsewhere counted."""
    usd: float | None = 0.0
    """What choosing cost; None when unknown."""
    allowed_leak: bool = False

    @property
    def given(self) -> tuple[Example, ...]:
        return tuple(one.example for one in self.candidates if one.left_out is None)

    @property
    def ids(self) -> tuple[str, ...]:
        """Of the given examples."""
        return tuple(one.id for one in self.candidates if one.left_out is None)

    def to_json(self) -> JsonObject:
        return {
            "set": self.set,
            "version": self.version,
            "hash": self.hash,
            "wanted": self.wanted,
            "available": self.available,
            "allowed_leak": self.allowed_leak,
            "tokens": self.tokens,
            "usd": self.usd,
            "candidates": [one.to_json() for one in self.candidates],
        }
