"""A trained LoRA, and its use in a recipe. Knows nothing of how adapters are trained or served."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, cast

from core.errors import UsageError
from core.jsontypes import Json, JsonObject

MAX_SCALE = 2.0
NAME = re.compile(r"[\w가-힣][\w가-힣.-]{0,59}")
"""Names become folder names: letters, digits, `_ . -`, at most 60 characters."""


@dataclass(frozen=True, kw_only=True)
class AdapterUse:
    """One adapter in a recipe."""

    name: str
    hash: str = ""
    """Of its weights, 12 hex digits; empty is whatever has the name now."""
    scale: float = 1.0
    """Strength: 0 is the base, 1 as trained."""

    @property
    def reference(self) -> str:
        """`name` or `name@hash`."""
        return f"{self.name}@{self.hash}" if self.hash else self.name


@dataclass(frozen=True, kw_only=True)
class Scores:
    """What a model did on held-out items and on ordinary tasks, as shares from 0 to 1."""

    exact: float
    """Held-out answers written exactly."""
    similarity: float
    """Mean chrF (character n-gram F-score) of held-out answers."""
    count: int
    """Held-out items."""
    basics: Mapping[str, float] = field(default_factory=dict)
    """Base capabilities: what share of ordinary tasks it does right, per task."""
    loss: float | None = None
    """Mean loss per token on the held-out answers."""


@dataclass(frozen=True, kw_only=True)
class Gain:
    """Mean difference of similarity, after minus before, with its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> Literal["better", "worse", "unclear"]:
        return "better" if self.low > 0 else "worse" if self.high < 0 else "unclear"


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """Everything known about a trained adapter; its weights lie in a folder of its name."""

    name: str
    hash: str
    base: str
    """Model id such as `local/narani`, or the folder of a Hugging Face model."""
    base_hash: str
    tokenizer_hash: str
    template_hash: str
    rank: int
    alpha: float
    trainable: int
    """Parameters trained."""
    parameters: int
    """Parameters of the base."""
    example_set: str
    """Name and version, `haedam v1`."""
    example_set_hash: str
    train_count: int
    test_count: int
    settings: Mapping[str, Json]
    versions: Mapping[str, str]
    hardware: str
    created_at: str
    """ISO 8601, UTC."""
    duration_s: float
    losses: tuple[tuple[int, float], ...]
    """Pairs of (step, training loss)."""
    before: Scores | None = None
    after: Scores | None = None
    gain: Gain | None = None
    samples: tuple[tuple[str, str, str, str], ...] = ()
    """Held-out question, wanted answer, answer before, answer after."""
    cost_usd: float | None = None
    """What the training cost on own hardware; None when no hourly price was given."""
    overridden: tuple[str, ...] = ()
    """Findings of the check that a person overrode."""
    convertible: bool = True
    """Whether there is a GGUF adapter for the local runtime."""

    def to_json(self) -> JsonObject:
        return cast(JsonObject, asdict(self))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Adapter":
        """Read what `to_json` wrote; unknown fields of a newer version are left out.

        Raises:
            KeyError, TypeError, ValueError: it is not an adapter's description.
        """
        values = _known(cls, content)
        for name in ("before", "after"):
            if values.get(name) is not None:
                values[name] = Scores(**_known(Scores, values[name]))
        if values.get("gain") is not None:
            values["gain"] = Gain(**_known(Gain, values["gain"]))
        values["samples"] = tuple((*map(str, row),) for row in values.get("samples", ()))
        values["losses"] = tuple((int(step), float(loss)) for step, loss in values["losses"])
        values["overridden"] = tuple(values.get("overridden", ()))
        made = cls(**values)
        for field_ in fields(cls):
            kind = {"str": str, "int": int, "float": int | float, "bool": bool}.get(
                str(field_.type).removeprefix("<class '").removesuffix("'>")
            )
            if kind is not None and not isinstance(getattr(made, field_.name), kind):
                raise TypeError(f"{field_.name} is not of the type {field_.type}")
        return made


def _known(noun: Any, content: Mapping[str, Any]) -> dict[str, Any]:
    """What this version knows of a noun's fields."""
    known = {field.name for field in fields(noun)}
    return {name: value for name, value in content.items() if name in known}


def training_cost(adapter: Adapter, usd_per_hour: float | None) -> float | None:
    """US dollars of an adapter's training, at the hourly price of then or else of now."""
    if adapter.cost_usd is not None or usd_per_hour is None:
        return adapter.cost_usd
    return usd_per_hour * adapter.duration_s / 3600


def checked_name(name: str) -> str:
    """A name fit for a folder.

    Raises:
        UsageError: `bad_adapter`.
    """
    if not NAME.fullmatch(name) or name.endswith("."):
        raise _bad(f"{name!r} cannot be a name; use letters, digits, '-', '_', '.', at most 60")
    return name


def adapters_to_json(uses: tuple[AdapterUse, ...]) -> Json:
    """Text for one adapter as trained, else a list of objects."""
    if len(uses) == 1 and uses[0].scale == 1.0:
        return uses[0].reference
    return [{"name": use.reference, "scale": float(use.scale)} for use in uses]


def adapters_from_json(value: Json) -> tuple[AdapterUse, ...]:
    """Read a name, an object with name and scale, or a list of these.

    Raises:
        UsageError: `bad_recipe`, saying what is wrong.
    """
    if value in (None, "", []):
        return ()
    items = value if isinstance(value, list) else [value]
    uses = tuple(_use(item) for item in items)
    if len({use.name for use in uses}) < len(uses):
        raise _bad_use("the same adapter twice; give it one scale")
    return uses


def _use(item: Json) -> AdapterUse:
    content = {"name": item} if isinstance(item, str) else item
    if not isinstance(content, dict) or set(content) - {"name", "scale"}:
        raise _bad_use('write "name" or {"name": "...", "scale": 0.5}')
    name, scale = content.get("name"), content.get("scale", 1.0)
    if not isinstance(name, str):
        raise _bad_use("the name is missing")
    plain, _, digest = name.partition("@")
    if not NAME.fullmatch(plain) or not re.fullmatch(r"[0-9a-f]*", digest):
        raise _bad_use(f"{name[:80]!r} is no name of an adapter")
    if isinstance(scale, bool) or not isinstance(scale, int | float):
        raise _bad_use("the scale must be a number")
    if not 0 <= scale <= MAX_SCALE:
        raise _bad_use(f"the scale must be from 0 to {MAX_SCALE:g}")
    return AdapterUse(name=plain, hash=digest, scale=float(scale))


def _bad(reason: str) -> UsageError:
    return UsageError("bad_adapter", reason, reason=reason)


def _bad_use(reason: str) -> UsageError:
    return UsageError("bad_recipe", f"adapter: {reason}", reason=f"adapter: {reason}")
