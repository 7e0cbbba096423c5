"""What a Round needs to show examples: chosen, within the model's context, held against leaks."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from core.example import Example
from core.few_shot import Choice
from core.few_shots import FewShots
from core.leak_guard import LeakGuard
from core.leaks import Leak
from core.metering import Metering
from core.models.tokens import TokenCount
from core.prompt import Prompt
from core.recipe import Recipe

ANSWER_ROOM = 256
"""Tokens kept free for an answer without a limit of its own."""
MARGIN = 1.1
"""By which an estimated count may be too low."""


class ExampleChooser:
    """Joins the choice of examples with the leak guard and the count of tokens.

    Args:
        few_shots: who chooses.
        guard: who knows where a question is known.
        metering: who counts.
        context_of: tokens a model reads and writes together, by its id; None when unknown.
    """

    def __init__(
        self,
        few_shots: FewShots,
        guard: LeakGuard,
        metering: Metering,
        context_of: Callable[[str], int | None],
    ) -> None:
        self._few_shots, self._guard = few_shots, guard
        self._metering, self._context_of = metering, context_of

    async def ready(self, recipe: Recipe) -> None:
        """See `core.round_seams.Chooser`, as for the other verbs."""
        await self._few_shots.ready(recipe)

    async def choose(self, recipe: Recipe, question: str) -> Choice | None:
        return await self._few_shots.choose(recipe, question)

    async def fitted(
        self,
        recipe: Recipe,
        choice: Choice,
        build: Callable[[Sequence[Example]], Prompt],
        refused: Mapping[str, str | int] | None = None,
    ) -> Choice:
        return await asyncio.to_thread(self._fitted, recipe, choice, build, refused)

    async def leaks(self, recipe: Recipe, question: str, choice: Choice | None) -> tuple[Leak, ...]:
        return await asyncio.to_thread(self._guard.of_question, recipe, question, choice)

    def _fitted(
        self,
        recipe: Recipe,
        choice: Choice,
        build: Callable[[Sequence[Example]], Prompt],
        refused: Mapping[str, str | int] | None,
    ) -> Choice:
        def count(one: Choice) -> TokenCount:
            counted = self._metering.counted(recipe.model, build(one.given))
            return counted or TokenCount(tokens=0, exact=False)

        def expected(one: Choice) -> int:
            counted = count(one)
            return counted.tokens if counted.exact else round(MARGIN * counted.tokens)

        room = recipe.max_tokens or ANSWER_ROOM
        if refused is None:
            limit = self._context_of(recipe.model)
            # Some are allowed to write more than they hold: that is no reason to show nothing.
            most = None if limit is None else limit - min(room, limit // 2)
            return self._few_shots.fitted(choice, most, expected)
        used, limit = int(refused.get("used") or 0), int(refused.get("limit") or 0)
        counted = count(choice).tokens
        if not (used and limit and counted):  # too long, and nobody says by how much
            half = len(choice.given) // 2
            return self._few_shots.fitted(choice, half, lambda one: len(one.given))
        scale = max(1.0, used / counted)
        fitting = used - int(refused.get("over") or used - limit)
        most = min(fitting, limit - min(room, limit // 4))
        return self._few_shots.fitted(choice, most, lambda one: round(scale * count(one).tokens))
