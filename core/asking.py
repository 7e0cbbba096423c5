"""What may be asked, and what a column has heard before. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from core.adapter import AdapterUse
from core.draft import Column
from core.errors import UsageError
from core.example_set import normalised
from core.few_shot import FewShot
from core.prompt import Turn
from core.recipe import MAX_RECIPES, Recipe, parse_recipe
from core.store.rounds import StoredRound
from core.template import Template, TemplateUse
from core.text import clean

MAX_QUESTION_CHARS = 1_000_000


def checked_question(question: str) -> str:
    """The question as it will be sent and stored.

    Raises:
        UsageError: `empty_question` or `question_too_long`.
    """
    question = clean(question).strip()
    if not question:
        raise UsageError("empty_question", "the question is empty")
    if len(question) > MAX_QUESTION_CHARS:
        raise UsageError(
            "question_too_long",
            f"the question has {len(question)} characters; {MAX_QUESTION_CHARS} are possible",
            length=len(question),
            limit=MAX_QUESTION_CHARS,
        )
    return question


@dataclass(frozen=True, kw_only=True)
class Named:
    """Looks up what recipes name, so that an answer says exactly what it was made with."""

    adapters: Callable[[tuple[AdapterUse, ...]], tuple[AdapterUse, ...]]
    """Adds the hash to each adapter."""
    collection: Callable[[str], str]
    """Version of a collection's content, by its name."""
    few_shot: Callable[[FewShot], FewShot]
    """Adds the hash of the set."""
    template: Callable[[TemplateUse], Template | None]
    """None for one that is not stored."""


def checked_columns(columns: Sequence[Column | Recipe], named: Named) -> list[Column]:
    """Columns for these recipes; one that could not be read back is refused before it is stored.

    Raises:
        UsageError: `no_recipes`, `too_many_recipes` or `bad_recipe`.
    """
    if not columns:
        raise UsageError("no_recipes", "name at least one recipe")
    if len(columns) > MAX_RECIPES:
        raise UsageError("too_many_recipes", f"at most {MAX_RECIPES} recipes", limit=MAX_RECIPES)
    found = [
        column if isinstance(column, Column) else Column(thread_id=uuid4().hex, recipe=column)
        for column in columns
    ]
    for column in found:
        parse_recipe(column.recipe.to_text())
    return [_named_exactly(column, named) for column in found]


def _named_exactly(column: Column, named: Named) -> Column:
    recipe, template = column.recipe, None
    if recipe.adapter:
        recipe = replace(recipe, adapter=named.adapters(recipe.adapter))
    if (how := recipe.retrieval) is not None:
        recipe = replace(recipe, retrieval=replace(how, version=named.collection(how.collection)))
    if recipe.few_shot is not None:
        recipe = replace(recipe, few_shot=named.few_shot(recipe.few_shot))
    if (use := recipe.template) is not None:
        template = named.template(use)
        recipe = replace(recipe, template=replace(use, hash=template.hash if template else ""))
    return replace(column, recipe=recipe, template=template)


def checked_values(columns: Sequence[Column], values: Mapping[str, str]) -> dict[str, str]:
    """The values that some column's template needs.

    Raises:
        UsageError: `missing_value`, naming the variable; `question_too_long` for an endless one.
    """
    given = {normalised(name): value for name, value in values.items()}
    found: dict[str, str] = {}
    for column in columns:
        for name in column.template.columns if column.template else ():
            value = clean(given.get(name, "")).strip()
            if not value:
                used = column.template.name if column.template else ""
                raise UsageError(
                    "missing_value",
                    f"the template {used!r} needs a value for {name!r}",
                    template=used,
                    variable=name,
                )
            found[name] = checked_question(value)
    return found


def history_of(earlier: Sequence[StoredRound], thread_id: str) -> tuple[Turn, ...]:
    """What one column has asked and answered before; answers without text are left out."""
    return tuple(
        Turn(question=round_.question, answer=answer.text)
        for round_ in earlier
        for answer in round_.answers
        if answer.thread_id == thread_id and answer.text
    )
