"""Reads a shared comparison, and says in which line something is wrong."""

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar, get_args

from core.adapter import AdapterUse
from core.comparison.fields import bad_value, check_names, given, reason_of, text_of
from core.comparison.files import FORM, Comparison, SharedSet
from core.comparison.parts import read_example, read_set, read_template
from core.comparison.plain_yaml import Fields, Items, Piece, Scalar, fault, json_of, read, texts_of
from core.errors import UsageError
from core.few_shot import FewShot
from core.jsontypes import Json, JsonObject
from core.recipe import MAX_RECIPES, Recipe, recipe_from_json
from core.search import Retrieval
from core.template import Template, TemplateUse

_TOP = ("narani", "question", "values", "columns", "column", "templates", "example_sets")
_NESTED: dict[str, type] = {
    "few_shot": FewShot,
    "retrieval": Retrieval,
    "template": TemplateUse,
    "adapter": AdapterUse,
}
_NOT_TEXT = (int, float, bool)
Shared = TypeVar("Shared", Template, SharedSet)


def from_yaml(text: str) -> Comparison:
    """The comparison in a file.

    Raises:
        UsageError: `bad_recipe_file` with `line` and a `code`: those of
            `core.comparison.plain_yaml.read`, and `not_a_comparison`,
            `version` (found, known), `no_columns`, `too_many` (limit),
            `unknown_field` (field, suggestion, known), `bad_value` (field, reason).
    """
    top = read(text)
    if not isinstance(top, Fields) or not {"narani", "columns", "column"} & set(top.fields):
        raise fault("not_a_comparison", 1, "this is no Narani comparison")
    _check_version(top)
    check_names(top, _TOP)
    return Comparison(
        recipes=_recipes(top),
        question=text_of(top, "question"),
        values=_values(top),
        templates=_each(top, "templates", read_template),
        sets=_each(top, "example_sets", read_set),
    )


def _check_version(top: Fields) -> None:
    said = top.fields.get("narani")
    found = json_of(said) if said is not None else FORM
    if found != FORM or isinstance(found, bool):
        reason = f"this file has the form {str(found)[:40]!r}; this Narani reads {FORM}"
        line = top.lines["narani"]
        raise fault("version", line, reason, found=str(found)[:40], known=FORM)


def _recipes(top: Fields) -> tuple[Recipe, ...]:
    if "column" in top.fields and "columns" in top.fields:
        raise bad_value("column", top.lines["column"], "there are 'columns' already")
    name = "column" if "column" in top.fields else "columns"
    found = top.fields.get(name)
    if isinstance(found, Fields):
        return (_recipe(found),)
    if found is None or not given(found):
        raise fault("no_columns", top.lines.get(name, 1), "there is no column")
    if not isinstance(found, Items):
        raise bad_value(name, found.line, "a column is a list of fields, such as 'model: ...'")
    if len(found.items) > MAX_RECIPES:
        line = found.items[MAX_RECIPES].line
        raise fault("too_many", line, f"more than {MAX_RECIPES} columns", limit=MAX_RECIPES)
    return tuple(_recipe(one) for one in found.items)


def _recipe(piece: Piece) -> Recipe:
    if isinstance(piece, Scalar) and piece.text.strip():
        return recipe_from_json({"model": piece.text})
    if not isinstance(piece, Fields):
        raise bad_value("columns", piece.line, "a column is a list of fields, such as 'model: ...'")
    content = _content(piece, Recipe)
    try:
        return recipe_from_json(content)
    except UsageError as error:
        raise _located(piece, content, error) from error


def _content(piece: Fields, noun: type[Any], above: str = "") -> JsonObject:
    """The JSON form of a recipe, or of a part of it."""
    kinds = {one.name: one.type for one in fields(noun)}
    known = [name for name in kinds if (noun, name) != (AdapterUse, "hash")]
    check_names(piece, known, above)
    return {name: _value(name, one, kinds[name], above) for name, one in piece.fields.items()}


def _value(name: str, piece: Piece, kind: Any, above: str) -> Json:
    if name == "schema":
        return json_of(piece)
    if name in _NESTED and isinstance(piece, Fields):
        return _content(piece, _NESTED[name], f"{name}.")
    if name == "adapter" and isinstance(piece, Items):
        uses = ((one, isinstance(one, Fields)) for one in piece.items)
        return [_value(name, one, kind, above) if deep else texts_of(one) for one, deep in uses]
    if name == "examples" and isinstance(piece, Items):
        return [read_example(one).to_json() for one in piece.items]
    if any(part in _NOT_TEXT for part in (kind, *get_args(kind))):
        return json_of(piece)
    return texts_of(piece)


def _located(piece: Fields, content: JsonObject, error: UsageError) -> UsageError:
    """The error with the line of the field that alone brings it about."""
    for name, line in piece.lines.items():
        try:
            recipe_from_json({"model": "any", name: content[name]})
        except UsageError as found:
            return _in_field(name, piece.fields[name], line, found)
    return bad_value("model", piece.line, reason_of(error))


def _in_field(name: str, piece: Piece, line: int, error: UsageError) -> UsageError:
    reason = reason_of(error)
    if isinstance(piece, Fields):
        for inner in re.findall(r"'(\w+)'", reason):
            if inner in piece.lines:
                return bad_value(f"{name}.{inner}", piece.lines[inner], reason)
    if isinstance(piece, Items):
        for one in piece.items:
            try:
                recipe_from_json({"model": "any", name: [_value(name, one, str, "")]})
            except UsageError:
                return bad_value(name, one.line, reason)
    return bad_value(name, line, reason)


def _values(top: Fields) -> tuple[tuple[str, str], ...]:
    found = top.fields.get("values")
    if found is None or not given(found):
        return ()
    if not isinstance(found, Fields):
        raise bad_value("values", found.line, "these are names with their texts")
    return tuple((name, text_of(found, name, "values.")) for name in found.fields)


def _each(top: Fields, name: str, reader: Callable[[Fields], Shared]) -> tuple[Shared, ...]:
    """What a list holds, no name and version twice."""
    found = top.fields.get(name)
    if found is None or not given(found):
        return ()
    if not isinstance(found, Items):
        raise bad_value(name, found.line, "this is a list")
    out: dict[tuple[str, int], Shared] = {}
    for piece in found.items:
        if not isinstance(piece, Fields):
            raise bad_value(name, piece.line, "each has a name and further fields")
        one = reader(piece)
        if (one.name, one.version) in out:
            raise bad_value(
                f"{name}.name", piece.line, f"{one.name!r} v{one.version} is here twice"
            )
        out[one.name, one.version] = one
    return tuple(out.values())
