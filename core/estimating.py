"""What asking some columns would cost: their prompts counted, what is found later guessed."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from core.draft import Column
from core.example import Example
from core.metering import Estimate, Metering
from core.open_book import OpenBook
from core.prompt import prepare
from core.prompting import Prompting
from core.store.rounds import Rounds
from core.text import clean


class Estimating:
    """Estimates before a question is sent.

    Args:
        metering: who counts and prices.
        rounds: earlier answers, for the length of the next one.
        open_book: how long the passages will be.
        prompting: how long the examples will be, and the templates.
        context_of: tokens a model reads and writes together, by its id; None when unknown.
    """

    def __init__(
        self,
        metering: Metering,
        rounds: Rounds,
        open_book: OpenBook,
        prompting: Prompting,
        context_of: Callable[[str], int | None],
    ) -> None:
        self._metering, self._rounds = metering, rounds
        self._open_book, self._prompting, self._context_of = open_book, prompting, context_of

    def estimate(
        self,
        columns: Sequence[Column],
        question: str,
        values: Mapping[str, str] = MappingProxyType({}),
    ) -> list[Estimate | None]:
        """What asking these columns would cost, per column."""
        return [self._estimate(column, clean(question), values) for column in columns]

    def _estimate(
        self, column: Column, question: str, values: Mapping[str, str]
    ) -> Estimate | None:
        column = self._prompting.with_template(column)
        recipe = column.recipe
        build = partial(
            prepare, recipe, question, column.history, template=column.template, values=values
        )

        def count(examples: Sequence[Example]) -> int:
            counted = self._metering.counted(recipe.model, build(examples=examples))
            return counted.tokens if counted else 0

        more = self._open_book.expected_tokens(recipe)
        more += self._prompting.expected_tokens(recipe, count)
        return self._metering.estimate(
            recipe,
            build(),
            self._rounds.completion_tokens(recipe.model),
            self._context_of(recipe.model),
            more,
        )
