"""JSON Schema's validator with bounds, for schemas and answers that may be hostile.

The library would run a pattern such as `(a|a)*$`, or references that fan out, for years. Here each
keyword counts as a step, and patterns run against a clock. Nothing is fetched.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import ValidationError

MOST_STEPS = 200_000
"""Comparisons of one value with one keyword; with each value of an `enum`."""
PATTERNS_S = 0.5
"""Seconds for all patterns together."""
MOST_VIOLATIONS = 200
MOST_REPEATS = 1_000_000
"""Counted repeats in all patterns of a schema; `regex` writes each one out, at 270 bytes."""
_COUNT = re.compile(r"\{(\d*)(?:,(\d*))?\}")
_Check = Callable[[Any, Any, Any, Any], Any]


class TooComplex(Exception):
    """Comparing was given up."""


def violations(value: Any, schema: dict[str, Any]) -> "list[ValidationError]":
    """Where a value does not fit a checked schema; the first ones, where there are many.

    Raises:
        TooComplex: when it takes too many steps or too long.
        RecursionError: when both are nested too deeply, or the schema refers to itself.
    """
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    bounds = _Bounds()
    known: dict[str, _Check] = dict(Draft202012Validator.VALIDATORS) | {
        "pattern": bounds.pattern,
        "patternProperties": bounds.pattern_properties,
        "additionalProperties": bounds.additional_properties,
        "uniqueItems": _unique_items,
    }
    kind: Any = validators.extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {name: bounds.counted(name, check) for name, check in known.items()}
    )
    # A named dialect would bring the library's own, unbounded validator.
    unnamed = {name: one for name, one in schema.items() if name != "$schema"}
    validator = kind(unnamed, registry=Registry())
    return list(islice(validator.iter_errors(value), MOST_VIOLATIONS))


def repeats_of(pattern: str, limit: int) -> int:
    """How often a pattern repeats were all its counts nested; at most `limit` + 1."""
    product = 1
    for found in _COUNT.finditer(pattern):
        digits = max(found[1] or "0", found[2] or "0", key=lambda text: (len(text), text))
        product *= max(1, int(digits[:9]))
        if product > limit:
            return limit + 1
    return product


class _Bounds:
    """What one comparison has used."""

    def __init__(self) -> None:
        self._steps = 0
        self._searching_s = 0.0

    def counted(self, name: str, check: _Check) -> _Check:
        def bounded(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
            from jsonschema import ValidationError

            self._steps += len(wanted) if name == "enum" else 1
            if self._steps > MOST_STEPS:
                raise TooComplex
            try:
                yield from check(validator, wanted, value, schema) or ()
            except ArithmeticError:  # a whole number beyond every float
                yield ValidationError("a number is too large to be compared")

        return bounded

    def pattern(self, validator: Any, wanted: str, value: Any, schema: Any) -> Iterator[Any]:
        from jsonschema import ValidationError

        if isinstance(value, str) and not self._found(wanted, value):
            yield ValidationError("does not match")

    def pattern_properties(
        self, validator: Any, wanted: dict[str, Any], value: Any, schema: Any
    ) -> Iterator[Any]:
        for pattern, inner in wanted.items() if isinstance(value, dict) else ():
            for name, one in value.items():
                if self._found(pattern, name):
                    yield from validator.descend(one, inner, path=name, schema_path=pattern)

    def additional_properties(
        self, validator: Any, wanted: Any, value: Any, schema: dict[str, Any]
    ) -> Iterator[Any]:
        from jsonschema import ValidationError

        patterns = schema.get("patternProperties", {})
        for name, one in value.items() if isinstance(value, dict) else ():
            if name in schema.get("properties", {}):
                continue
            if any(self._found(pattern, name) for pattern in patterns):
                continue
            if wanted is False:
                yield ValidationError("the schema knows no such property", path=(name,))
            else:
                yield from validator.descend(one, wanted, path=name)

    def _found(self, pattern: str, text: str) -> bool:
        import regex  # type: ignore[import-untyped]

        self._steps += 1
        left_s = PATTERNS_S - self._searching_s
        if left_s <= 0:
            raise TooComplex
        began = time.monotonic()
        try:
            return regex.search(pattern, text, timeout=left_s, concurrent=True) is not None
        except TimeoutError as error:
            raise TooComplex from error
        finally:
            self._searching_s += time.monotonic() - began


def _unique_items(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if wanted and isinstance(value, list):
        # The library compares every pair where items cannot be sorted.
        texts = {json.dumps(one, sort_keys=True) for one in value}
        if len(texts) < len(value):
            yield ValidationError("has equal items")
