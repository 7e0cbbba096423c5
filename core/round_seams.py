"""What a Round asks of others: to count, to find passages, to choose examples."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from core.answer import Cost, Timing, Usage
from core.example import Example
from core.few_shot import Choice
from core.leaks import Leak
from core.prompt import Prompt, Turn
from core.recipe import Recipe
from core.search import Search


class Meter(Protocol):
    """Counts what the provider did not count, and prices it."""

    def usage(self, model: str, prompt: Prompt, text: str, reported: Usage) -> Usage: ...

    def cost(self, model: str, usage: Usage, timing: Timing) -> Cost: ...


class Retriever(Protocol):
    """Finds passages for columns that read documents."""

    async def ready(self, recipe: Recipe) -> None:
        """Open what is opened once; not part of any latency."""

    async def find(self, recipe: Recipe, question: str, history: Sequence[Turn]) -> Search:
        """Raises `ModelError`."""
        ...


class Chooser(Protocol):
    """Chooses examples for columns that show some."""

    async def ready(self, recipe: Recipe) -> None:
        """Open what is opened once; not part of any latency."""

    async def choose(self, recipe: Recipe, question: str) -> Choice | None:
        """None for a recipe without examples. Raises `ModelError`."""
        ...

    async def fitted(
        self,
        recipe: Recipe,
        choice: Choice,
        build: Callable[[Sequence[Example]], Prompt],
        refused: Mapping[str, str | int] | None = None,
    ) -> Choice:
        """The choice without the examples for which the model's context has no room.

        Args:
            recipe: the column's.
            choice: the examples so far.
            build: makes the prompt with some examples.
            refused: what the model said of a prompt that was too long: `used` and `limit`.
        """
        ...

    async def leaks(self, recipe: Recipe, question: str, choice: Choice | None) -> tuple[Leak, ...]:
        """Where the column knows the question from. Never raises."""
        ...
