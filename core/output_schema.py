"""JSON Schema that a column's answer must fit: read, and held against what was answered. Pure.

Schemas and answers may come from anybody: nothing is fetched, and `bounded_validator` ends what
would take too long. `format` is a remark, as the standard has it.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.bounded_validator import MOST_REPEATS, TooComplex, repeats_of, violations
from core.errors import UsageError
from core.jsontypes import JsonObject
from core.text import clean

if TYPE_CHECKING:
    from jsonschema import SchemaError, ValidationError

MAX_CHARACTERS = 50_000
MAX_ANSWER_CHARACTERS = 1_000_000
"""Longer answers are not compared."""
MOST_FAULTS = 20
_FENCE = re.compile(r"```[\w+-]*[ \t]*\r?\n(.*)```", re.DOTALL)
_NAME = re.compile(r"[^\W\d]\w*")
_CHECKED_POINTER = re.compile(r"#|#/(?:\$defs|definitions)/[^/]+")
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_OUTERMOST = ("$id", "$schema")
_SAYING_NOTHING_OF_THE_ANSWER = ("required", "dependentRequired", "additionalProperties")
"""Keywords whose own messages hold names of the schema alone."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One place where an answer does not fit."""

    path: str
    """`$.items[0].price`; `$` is the whole answer."""
    code: str
    """`not_json`, `too_deep`, `too_long`, `too_complex`, or the schema's keyword: `required`..."""
    message: str
    """In English, of at most 300 characters."""

    def to_json(self) -> JsonObject:
        return {"path": self.path, "code": self.code, "message": self.message}


def canonical(content: Any) -> str:
    """The schema as compact JSON text; an empty text for none.

    Keywords are sorted. Properties keep their order: models write them in it, and a "reason"
    before the "result" is another request than one after it.

    Raises:
        UsageError: `bad_schema` with a `code`: `not_json` (line, column), `not_object`,
            `too_large` (limit), `too_deep`, `invalid` (path, reason) or `remote_ref` (path,
            reference).
    """
    if content is None or content is True or content == "":
        return ""
    if isinstance(content, str):
        text = clean(content).strip()
        return _canonical(text) if text else ""
    if not isinstance(content, Mapping):
        raise _bad("not_object", "it must be a JSON object")
    try:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise _bad("invalid", str(error)[:200], path="$") from error
    except RecursionError as error:
        raise _bad("too_deep", "it is nested too deeply") from error
    return _canonical(clean(text))


def instruction(schema: str) -> str:
    """What a model is told about the form of its answer; the schema as `canonical` wrote it."""
    return (
        "Answer with JSON alone that fits this JSON Schema, "
        f"without Markdown and without any words around it:\n{schema}"
    )


def faults(text: str, schema: str) -> Sequence[Fault]:
    """Where an answer does not fit its schema; none when it does. The deepest places come first.

    A Markdown fence around the whole answer is no fault: see `without_fence`.
    """
    if not schema:
        return ()
    if len(text) > MAX_ANSWER_CHARACTERS:
        return (
            _whole("too_long", f"longer than {MAX_ANSWER_CHARACTERS} characters: not compared"),
        )
    try:
        value = json.loads(
            without_fence(text), parse_constant=_refuse_constant, parse_float=_finite
        )
    except RecursionError:
        return (_whole("too_deep", "nested too deeply to be compared"),)
    except ValueError as error:
        return (_whole("not_json", _why_not_json(text, error)),)
    try:
        found = sorted(violations(value, json.loads(schema)), key=lambda one: -len(one.path))
        return tuple(dict.fromkeys(map(_fault, found)))[:MOST_FAULTS]
    except RecursionError:
        return (_whole("too_deep", "schema and answer are nested too deeply to be compared"),)
    except TooComplex:
        return (_whole("too_complex", "comparing it with the schema took too long"),)


def without_fence(text: str) -> str:
    """The JSON of an answer, out of the Markdown fence that models like to put around it."""
    text = text.strip().removeprefix("\ufeff")
    found = _FENCE.fullmatch(text)
    return found[1].strip() if found else text


@lru_cache(maxsize=256)  # a page reads its recipes again at every click
def _canonical(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise _bad("too_large", f"it has {len(text)} characters", limit=MAX_CHARACTERS)
    try:
        schema = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
        if not isinstance(schema, dict):
            raise _bad("not_object", "it must be a JSON object")
        _check(schema)
        return clean(json.dumps(_in_order(schema), ensure_ascii=False, separators=(",", ":")))
    except RecursionError as error:
        raise _bad("too_deep", "it is nested too deeply") from error
    except ValueError as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise _bad("not_json", f"{error}", line=line, column=column) from error


def _check(schema: dict[str, Any]) -> None:
    """Refuse what the standard refuses, and what could not be compared with any answer."""
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    _check_valid(schema, "$")
    resource = DRAFT202012.create_resource(schema)
    resolver = Registry().with_resource("", resource).resolver()
    by_pattern = '"patternProperties"' in json.dumps(schema)
    repeats = 0
    for place, keyword, value in _keywords(schema, ()):
        path = _path(place)
        if keyword in _OUTERMOST and len(place) > 1 and isinstance(value, str):
            raise _bad("invalid", f"only the outermost schema may have {keyword}", path=path)
        if keyword in _REFERENCES and isinstance(value, str):
            if not value.startswith("#"):
                raise _bad("remote_ref", "nothing is fetched", path=path, reference=value[:200])
            _check_target(resolver, value, path)
        if keyword == "unevaluatedProperties" and by_pattern:
            reason = "unevaluatedProperties cannot stand beside patternProperties here"
            raise _bad("invalid", reason, path=path)
        for pattern in _patterns(keyword, value):
            repeats += repeats_of(pattern, MOST_REPEATS)
            if repeats > MOST_REPEATS:
                raise _bad("invalid", "its patterns count too far", path=path)
            _check_pattern(pattern, path)


def _check_valid(schema: Any, path: str) -> None:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import SchemaError

    try:
        # Patterns are checked as the dialect in which they will run.
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(formats=()))
    except SchemaError as error:
        found = _fault(error)
        raise _bad("invalid", found.message, path=path + found.path[1:]) from error


def _check_target(resolver: Any, reference: str, path: str) -> None:
    from referencing.exceptions import Unresolvable

    try:
        target = resolver.lookup(reference).contents
    except (Unresolvable, LookupError, TypeError, ValueError) as error:
        raise _bad("invalid", f"{reference[:100]!r} points at nothing", path=path) from error
    if not isinstance(target, dict | bool):
        raise _bad("invalid", f"{reference[:100]!r} points at no schema", path=path)
    if not _CHECKED_POINTER.fullmatch(reference):
        _check_valid(target, path)


def _check_pattern(pattern: str, path: str) -> None:
    import regex  # type: ignore[import-untyped]

    try:
        regex.compile(pattern)
    except regex.error as error:
        raise _bad("invalid", f"the pattern cannot be read: {error}"[:200], path=path) from error


def _keywords(
    value: Any, place: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """Everything with a name, anywhere in the schema; names of properties among them."""
    inside: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for name, one in inside:
        if isinstance(name, str):
            yield (*place, name), name, one
        yield from _keywords(one, (*place, name))


def _patterns(keyword: str, value: Any) -> Iterable[str]:
    if keyword == "pattern" and isinstance(value, str):
        return (value,)
    return value if keyword == "patternProperties" and isinstance(value, dict) else ()


def _in_order(value: Any, names: bool = False) -> Any:
    if isinstance(value, list):
        return [_in_order(one) for one in value]
    if not isinstance(value, dict):
        return value
    keys = value if names else sorted(value)
    return {key: _in_order(value[key], not names and key == "properties") for key in keys}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float | int:
    """A float, or the whole number it is: to JSON Schema 1.0 and 1 are the same."""
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _why_not_json(text: str, error: ValueError) -> str:
    if not text.strip():
        return "the answer is empty"
    return f"not JSON: {error}"[:300]


def _fault(error: "ValidationError | SchemaError") -> Fault:
    keyword = str(error.validator or "false")
    if keyword in _SAYING_NOTHING_OF_THE_ANSWER:
        message = error.message
    elif keyword == "false":
        message = "nothing is allowed here"
    else:
        wanted = _short(error.validator_value, 120)
        message = f"{_short(error.instance, 100)} does not fit {keyword}: {wanted}"
    return Fault(path=_path(error.absolute_path), code=keyword, message=message[:300])


def _whole(code: str, message: str) -> Fault:
    return Fault(path="$", code=code, message=message)


def _short(value: Any, limit: int) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _path(place: Iterable[str | int]) -> str:
    steps = []
    for step in place:
        if isinstance(step, str) and _NAME.fullmatch(step):
            steps.append(f".{step}")
        else:
            steps.append(f"[{json.dumps(step, ensure_ascii=False)}]")
    text = "$" + "".join(steps)
    return text if len(text) <= 200 else text[:199] + "…"


def _bad(code: str, reason: str, **details: str | int) -> UsageError:
    return UsageError(
        "bad_schema",
        f"this JSON Schema cannot be used: {reason}",
        code=code,
        reason=reason,
        **details,
    )
