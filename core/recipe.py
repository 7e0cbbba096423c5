"""How to answer: a model plus the techniques switched on. Frozen, hashable, readable as text."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from core.adapter import AdapterUse, adapters_from_json, adapters_to_json
from core.errors import UsageError
from core.few_shot import FewShot, few_shot_from_json
from core.jsontypes import Json, JsonObject
from core.output_schema import canonical
from core.search import Retrieval, retrieval_from_json
from core.template import TemplateUse, template_use_from_json
from core.text import clean

MAX_RECIPES = 8
_NAMED = frozenset(("plain", "template", "adapter", "retrieval"))
"""Techniques that a label names by their content."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A model and how it is asked. Two recipes with the same `key` give comparable answers."""

    model: str
    system: str = ""
    """System prompt; empty sends none."""
    template: TemplateUse | None = None
    """A stored template; its system prompt follows `system`, its user part puts the question."""
    temperature: float | None = None
    """None leaves it to the provider, as for every sampling field."""
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    few_shot: FewShot | None = None
    retrieval: Retrieval | None = None
    """Where passages are looked for, and how."""
    schema: str = ""
    """JSON Schema the answer must fit, as canonical JSON text; empty asks for free text."""
    reference: str = ""
    """Text the answer should be found in (open book); blank lines separate passages."""
    adapter: tuple[AdapterUse, ...] = ()
    """LoRA adapters laid over the model, added up."""
    fallback: str | None = None
    """Model asked when `model` fails before its first word; shown in the answer."""
    name: str = ""
    """What people call this column; not part of the key."""

    @property
    def key(self) -> str:
        """Twelve hex digits over everything that can change the answer."""
        content = {k: v for k, v in self.to_json().items() if k != "name"}
        if self.schema:  # models write in the order of its properties, which sorting would hide
            content["schema"] = self.schema
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def techniques(self) -> tuple[str, ...]:
        """Stable codes of what is switched on, `plain` when nothing is."""
        on = []
        if self.system:
            on.append("system")
        if self.template:
            on.append("template")
        if self.few_shot:
            on.append("few_shot")
        if self.retrieval:
            on.append("retrieval")
        if self.reference:
            on.append("reference")
        if self.adapter:
            on.append("adapter")
        if self.schema:
            on.append("schema")
        return tuple(on) or ("plain",)

    @property
    def label(self) -> str:
        """A short name: the given one, else model and techniques."""
        if self.name:
            return self.name
        shots = self.few_shot if self.few_shot and self.few_shot.set else None
        named = {*_NAMED, "few_shot"} if shots else _NAMED
        extra = [t for t in self.techniques if t not in named]
        extra += [_versioned(self.template)] if self.template else []
        extra += [f"{shots.set} ×{shots.k}"] if shots else []
        extra += [self.retrieval.collection] if self.retrieval else []
        extra += [use.name for use in self.adapter]
        return " + ".join([self.model.split("/", 1)[-1], *extra])

    def to_json(self) -> JsonObject:
        """Only the fields that are set, in a fixed order."""
        out: JsonObject = {"model": self.model}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "model" or value in (None, "", ()):
                continue
            if isinstance(value, FewShot | Retrieval | TemplateUse):
                value = value.to_json()
            if field.name == "schema":
                value = json.loads(value)
            if field.name == "adapter":
                value = adapters_to_json(value)
            if field.name in ("temperature", "top_p"):
                value = float(value)  # 1 and 1.0 are one recipe
            out[field.name] = list(value) if isinstance(value, tuple) else value
        return out

    def to_text(self) -> str:
        """The model id alone, or compact JSON; `parse_recipe` reads both."""
        content = self.to_json()
        if list(content) == ["model"]:
            return self.model
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def parse_recipe(text: str) -> Recipe:
    """Read a model id or compact JSON with the Recipe's field names.

    Raises:
        UsageError: `bad_recipe`, with what is wrong.
    """
    text = clean(text).strip()
    if not text.startswith("{"):
        if not text:
            raise _bad("it is empty; name a model such as baseline/extract", text)
        return Recipe(model=text)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad(f"not valid JSON: {error}", text) from error
    return recipe_from_json(content)


def recipe_from_json(content: Mapping[str, Json]) -> Recipe:
    """Build a Recipe from its JSON form, refusing unknown names and wrong types.

    Raises:
        UsageError: `bad_recipe`, naming the field.
    """
    known = {field.name for field in fields(Recipe)}
    unknown = sorted(set(content) - known)
    if unknown:
        raise _bad(f"unknown field {unknown[0]!r}; known are {', '.join(sorted(known))}", "")
    model = content.get("model")
    if not isinstance(model, str) or not model.strip():
        raise _bad("the field 'model' is missing", "")
    return replace(
        Recipe(model=clean(model).strip()),
        system=_text(content, "system"),
        reference=_text(content, "reference"),
        name=_text(content, "name"),
        fallback=_text(content, "fallback") or None,
        temperature=_number(content, "temperature", 0, 2),
        top_p=_number(content, "top_p", 0, 1),
        max_tokens=_integer(content, "max_tokens", 1, 10_000_000),
        seed=_integer(content, "seed", -(2**63), 2**63 - 1),
        stop=_strings(content, "stop"),
        few_shot=few_shot_from_json(content.get("few_shot")),
        template=template_use_from_json(content.get("template")),
        schema=canonical(content.get("schema")),
        retrieval=retrieval_from_json(content.get("retrieval")),
        adapter=adapters_from_json(content.get("adapter")),
    )


def differences(recipes: list[Recipe]) -> tuple[str, ...]:
    """Names of the fields in which these recipes are not all alike (`name` does not count)."""
    return tuple(
        field.name
        for field in fields(Recipe)
        if field.name != "name" and len({getattr(r, field.name) for r in recipes}) > 1
    )


def _versioned(use: TemplateUse) -> str:
    return f"{use.name} v{use.version}" if use.version else use.name


def _bad(reason: str, text: str) -> UsageError:
    return UsageError("bad_recipe", f"recipe {text[:80]!r}: {reason}", reason=reason)


def _text(content: Mapping[str, Json], name: str) -> str:
    value = content.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _bad(f"{name!r} must be text", "")
    return clean(value)


def _number(content: Mapping[str, Json], name: str, low: float, high: float) -> float | None:
    value = content.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _bad(f"{name!r} must be a number from {low:g} to {high:g}", "")
    return float(value)


def _integer(content: Mapping[str, Json], name: str, low: int, high: int) -> int | None:
    value = content.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _bad(f"{name!r} must be a whole number from {low} to {high}", "")
    return value


def _strings(content: Mapping[str, Json], name: str) -> tuple[str, ...]:
    value = content.get(name)
    if value is None:
        return ()
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
        raise _bad(f"{name!r} must be a list of texts that are not empty", "")
    return tuple(clean(str(v)) for v in values)
