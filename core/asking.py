"""What may be asked, and what a column has heard before. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

from core.adapter import AdapterUse
from core.draft import Column
from core.errors import UsageError
from core.prompt import Turn
from core.recipe import MAX_RECIPES, Recipe, parse_recipe
from core.store.rounds import StoredRound
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


def checked_columns(
    columns: Sequence[Column | Recipe],
    hashed: Callable[[tuple[AdapterUse, ...]], tuple[AdapterUse, ...]],
    version: Callable[[str], str],
) -> list[Column]:
    """Columns for these recipes; one that could not be read back is refused before it is stored.

    Args:
        columns: as they were asked for.
        hashed: adds the hash to each adapter, so that an answer names what it was made with.
        version: of a collection's content, by its name, for the same reason.

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
    return [replace(c, recipe=_named_exactly(c.recipe, hashed, version)) for c in found]


def _named_exactly(
    recipe: Recipe,
    hashed: Callable[[tuple[AdapterUse, ...]], tuple[AdapterUse, ...]],
    version: Callable[[str], str],
) -> Recipe:
    if recipe.adapter:
        recipe = replace(recipe, adapter=hashed(recipe.adapter))
    if (how := recipe.retrieval) is not None:
        recipe = replace(recipe, retrieval=replace(how, version=version(how.collection)))
    return recipe


def history_of(earlier: Sequence[StoredRound], thread_id: str) -> tuple[Turn, ...]:
    """What one column has asked and answered before; answers without text are left out."""
    return tuple(
        Turn(question=round_.question, answer=answer.text)
        for round_ in earlier
        for answer in round_.answers
        if answer.thread_id == thread_id and answer.text
    )
