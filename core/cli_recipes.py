"""The shell's verbs about shared comparisons: `recipes show`, `recipes check`."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.cli_output import write_pieces
from core.comparison.plain_yaml import MAX_BYTES
from core.errors import UsageError
from core.lab import Lab
from core.recipe import parse_recipe
from core.sharing import Adopted, Comparison, adopt, collect, from_bytes, to_yaml


def add_commands(commands: Any) -> None:
    """Add the verbs to the parser's sub-commands."""
    recipes = commands.add_parser("recipes", help="a comparison as one readable file")
    verbs = recipes.add_subparsers(required=True, metavar="show|check")
    show = verbs.add_parser("show", help="print recipes as a file")
    show.add_argument(
        "--recipe", action="append", required=True, help="model id or JSON; may be repeated"
    )
    show.add_argument("--question", default="")
    show.set_defaults(run=_show)
    check = verbs.add_parser("check", help="say what is wrong with a file, and in which line")
    check.add_argument("file", metavar="FILE", type=Path)
    check.set_defaults(run=_check)


def recipes_from_file(lab: Lab, path: Path) -> Comparison:
    """A file's comparison; its templates and example sets are put away, which is said.

    Raises:
        UsageError: `bad_recipe_file`.
        StoreError: `not_stored`.
    """
    found = _read(path)
    lab.prompting.few_shots.names()  # what comes with the product is no stranger
    adopted = adopt(found, lab.templates, lab.example_sets)
    _say(adopted)
    return replace(found, recipes=adopted.recipes)


def _show(lab: Lab, options: argparse.Namespace) -> int:
    recipes = [parse_recipe(text) for text in options.recipe]
    lab.prompting.few_shots.names()
    found = collect(recipes, options.question, {}, lab.templates, lab.example_sets)
    return write_pieces([to_yaml(found)], None)


def _check(_: Lab, options: argparse.Namespace) -> int:
    found = _read(options.file)
    brought = f"templates: {len(found.templates)}, example sets: {len(found.sets)}"
    print(f"{options.file}: columns: {len(found.recipes)}, {brought}")
    return 0


def _read(path: Path) -> Comparison:
    try:
        with path.open("rb") as file:
            # One more is enough to see that it is too large, whatever the file really is.
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"cannot read {path}: {reason}"
        raise UsageError(
            "bad_recipe_file", message, code="unreadable", line=0, file=str(path), reason=reason
        ) from error
    return from_bytes(content)


def _say(adopted: Adopted) -> None:
    lines = (
        ("stored", adopted.added),
        ("not here, the file does not bring it", adopted.missing),
        ("some questions stay on the side they have had here", adopted.moved),
    )
    for said, names in lines:
        if names:
            print(f"{said}: {', '.join(names)}", file=sys.stderr)
