"""A comparison as one readable YAML file: columns, question, and what the columns name.

The file stands alone: templates and small example sets come with it. It never holds a key, for
a recipe has none. Knows no store; `core.sharing` gathers and puts away.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from core.comparison.plain_yaml import MAX_BYTES, MAX_DEPTH, read
from core.comparison.readable_yaml import written
from core.errors import UsageError
from core.example_set import ExampleSet, SetExample
from core.jsontypes import Json, JsonObject
from core.recipe import Recipe
from core.template import EXAMPLE_PATTERN, QUESTION_ALONE, Template

FORM = 1
"""Version of the form; a later one that says something else gets the next number."""
COMMENT = (
    "# A Narani comparison. Open it on the Compare page, or: python -m core ask --recipes FILE\n"
)
_APART = frozenset(("column", "columns", "templates", "example_sets", "examples"))
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class SharedSet:
    """An example set that columns name."""

    name: str
    version: int = 1
    """Where it comes from; elsewhere its content may have another."""
    hash: str
    """Of its content, see `core.example_set.ExampleSet.hash`."""
    examples: tuple[SetExample, ...] | None = None
    """None when the file only names it."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What one file says."""

    recipes: tuple[Recipe, ...]
    question: str = ""
    """Empty when the file brings none."""
    values: tuple[tuple[str, str], ...] = ()
    """Name and content of template variables."""
    templates: tuple[Template, ...] = ()
    sets: tuple[SharedSet, ...] = ()


def content_hash(examples: tuple[SetExample, ...]) -> str:
    """The hash of a set with these examples."""
    once = {one.id: one for one in reversed(examples)}
    found = ExampleSet(
        id="", name="", version=1, examples=tuple(once.values()), created_at=_NO_TIME
    )
    return found.hash


def to_yaml(comparison: Comparison) -> str:
    """The file.

    Raises:
        UsageError: `bad_recipe_file` with the code `too_large` or `too_deep`, when nobody could
            read it again.
    """
    content: JsonObject = {"narani": FORM}
    if comparison.question:
        content["question"] = comparison.question
    if comparison.values:
        content["values"] = dict(comparison.values)
    columns = [_column(recipe) for recipe in comparison.recipes]
    content |= {"column": columns[0]} if len(columns) == 1 else {"columns": columns}
    if comparison.templates:
        content["templates"] = [_template(one) for one in comparison.templates]
    if comparison.sets:
        content["example_sets"] = [_set(one) for one in comparison.sets]
    text = COMMENT + written(content, _APART)
    try:
        read(text)
    except UsageError as error:
        raise _too_much(error) from error
    return text


def _too_much(error: UsageError) -> UsageError:
    """What is wrong with a file that is not written, so that it has no line."""
    code = error.details["code"]
    limit = MAX_BYTES if code == "too_large" else MAX_DEPTH
    said = f"this comparison does not fit a file: {code}, the limit is {limit:,}"
    return UsageError("bad_recipe_file", said, code=str(code), limit=limit, line=0)


def _column(recipe: Recipe) -> JsonObject:
    """The recipe's own form, its name first."""
    name: JsonObject = {"name": recipe.name} if recipe.name else {}
    return name | recipe.to_json()


def _template(template: Template) -> JsonObject:
    usual: JsonObject = {
        "version": 1,
        "system": "",
        "user": QUESTION_ALONE,
        "example": EXAMPLE_PATTERN,
    }
    said = {"version": template.version} | template.to_json()
    return {"name": template.name} | {k: said[k] for k in usual if said[k] != usual[k]}


def _set(shared: SharedSet) -> JsonObject:
    out: JsonObject = {"name": shared.name}
    if shared.version != 1:
        out["version"] = shared.version
    out["hash"] = shared.hash
    if shared.examples is not None:
        out["examples"] = [_example(one) for one in shared.examples]
    return out


def _example(one: SetExample) -> Json:
    """Without its side where that is the usual one."""
    side: JsonObject = {} if one.split == "train" else {"split": one.split}
    return one.example.to_json() | side
