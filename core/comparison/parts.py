"""What a shared file brings along: templates, example sets and examples, each with its lines."""

from dataclasses import fields
from typing import get_args

from core.comparison.fields import bad_value, check_names, reason_of, text_of, version_of
from core.comparison.files import SharedSet, content_hash
from core.comparison.plain_yaml import Fields, Items, Piece, Scalar, texts_of
from core.errors import UsageError
from core.example import Example, example_from_json
from core.example_set import SetExample, Split, checked_name, normalised
from core.template import PARTS, Template, checked_template, variables

_TEMPLATE = ("name", "version", *PARTS)
_SET = ("name", "version", "hash", "examples")
_SIDES: tuple[Split, ...] = get_args(Split)


def all_variables(made: Template) -> list[str]:
    """Its variables in all parts: what it needs was checked where it comes from."""
    return [name for part in PARTS for name in variables(getattr(made, part))]


def read_template(piece: Fields) -> Template:
    """A template, as it is kept."""
    check_names(piece, _TEMPLATE, "templates.")
    made = Template(
        name=normalised(text_of(piece, "name", "templates.")),
        version=version_of(piece, "templates."),
        system=text_of(piece, "system", "templates."),
        user=text_of(piece, "user", "templates."),
        example=text_of(piece, "example", "templates."),
    )
    try:
        return checked_template(made, all_variables(made))
    except UsageError as error:
        part = str(error.details.get("part", "name"))
        line = piece.lines.get(part, piece.line)
        inside = piece.fields.get(part)
        if isinstance(inside, Scalar) and inside.block and "line" in error.details:
            blank = inside.text[: len(inside.text) - len(inside.text.lstrip())]
            line = inside.line + blank.count("\n") + int(error.details["line"])
        raise bad_value(f"templates.{part}", line, str(error)) from error


def read_set(piece: Fields) -> SharedSet:
    """A set with its examples, or what is left of one that was too large to come along."""
    check_names(piece, _SET, "example_sets.")
    name, version = text_of(piece, "name", "example_sets."), version_of(piece, "example_sets.")
    try:
        name = checked_name(name)
    except UsageError as error:
        line = piece.lines.get("name", piece.line)
        raise bad_value("example_sets.name", line, reason_of(error)) from error
    found = piece.fields.get("examples")
    if found is None:
        if not (digest := text_of(piece, "hash", "example_sets.")):
            raise bad_value(
                "example_sets", piece.line, "a set has 'examples', or at least a 'hash'"
            )
        return SharedSet(name=name, version=version, hash=digest)
    examples = _examples(found)
    return SharedSet(name=name, version=version, hash=content_hash(examples), examples=examples)


def _examples(found: Piece) -> tuple[SetExample, ...]:
    if not isinstance(found, Items) or not found.items:
        raise bad_value("examples", found.line, "this is a list of examples, at least one")
    sides: dict[str, Split] = {}
    out = []
    for piece in found.items:
        example = read_example(piece, ("split",))
        side = _side(piece)
        if sides.setdefault(normalised(example.question), side) != side:
            raise bad_value("split", piece.line, "the same question stands on both sides")
        out.append(SetExample(example=example, split=side))
    return tuple(out)


def read_example(piece: Piece, further: tuple[str, ...] = ()) -> Example:
    """One example; `further` names fields that it may have in this place."""
    if not isinstance(piece, Fields):
        raise bad_value("examples", piece.line, "each example has a 'question' and an 'answer'")
    check_names(piece, [*(one.name for one in fields(Example)), *further], "examples.")
    try:
        return example_from_json(texts_of(piece))
    except UsageError as error:
        line = piece.line
        for name in ("fields", "tags"):
            if f"'{name}'" in reason_of(error):
                line = piece.lines.get(name, line)
        raise bad_value("examples", line, reason_of(error)) from error


def _side(piece: Piece) -> Split:
    """Learnt from, where nothing is said."""
    given = piece.fields.get("split") if isinstance(piece, Fields) else None
    if given is None:
        return "train"
    found = next((side for side in _SIDES if side == texts_of(given)), None)
    if found is None:
        raise bad_value("split", given.line, f"this is {' or '.join(_SIDES)}")
    return found
