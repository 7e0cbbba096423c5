"""Tokens and money of answers: counted after, estimated before. Marked wherever it is a guess."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.answer import Cost, Timing, Usage
from core.errors import ModelError
from core.models import tokens
from core.models.listed import listing_of
from core.models.route import Route
from core.models.tokens import TokenCount
from core.pricing import Price, PriceTable, cost_of
from core.prompt import Prompt
from core.recipe import Recipe

TYPICAL_ANSWER = (50, 800)
"""Output tokens assumed for a model that has not answered here yet and has no limit."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What one column is about to cost."""

    model: str
    input_tokens: int
    exact: bool
    """True when the model's own tokenizer counted the input."""
    output_tokens: tuple[int, int]
    """From, to."""
    from_history: int
    """Earlier answers of this model behind the range; 0 when it is assumed."""
    usd: tuple[float, float] | None
    """From, to; None when the price is unknown."""
    own_hardware: bool
    context_tokens: int | None

    @property
    def over(self) -> int:
        """Tokens by which the prompt exceeds the context; 0 when it fits or nobody knows."""
        return max(0, self.input_tokens - (self.context_tokens or self.input_tokens))


class Metering:
    """Prices and counts for the models behind a router."""

    def __init__(self, route: Callable[[str], Route], table: Callable[[], PriceTable]) -> None:
        self._route = route
        self._table = table

    def usage(self, model: str, prompt: Prompt, text: str, reported: Usage) -> Usage:
        """What the provider reported, else our own count; unknown where no tokens exist."""
        route = self.known(model)
        if reported.prompt_tokens is not None or route is None or route.provider == "baseline":
            return reported
        if not text:
            return reported
        return Usage(
            prompt_tokens=tokens.count(prompt.messages, route).tokens,
            completion_tokens=tokens.estimate(text),
            estimated=True,
        )

    def counted(self, model: str, prompt: Prompt) -> TokenCount | None:
        """Tokens of a prompt for a model; None where nobody knows who would answer."""
        route = self.known(model)
        return tokens.count(prompt.messages, route) if route else None

    def context_of(self, model: str) -> int | None:
        """Tokens a model's prompt and answer may have together; None when unknown."""
        route = self.known(model)
        listing = listing_of(route.model) if route and route.place == "cloud" else None
        return listing.context_tokens if listing else None

    def price_of(self, model: str) -> Price | None:
        """Today's price, found by the id as typed or with its provider in front."""
        today = datetime.now(UTC).date()
        table = self._table()
        price = table.price_of(model, today)
        route = self.known(model)
        if price is None and route is not None and route.place == "cloud":
            price = table.price_of(route.model, today)
        return price

    def cost(self, model: str, usage: Usage, timing: Timing) -> Cost:
        route = self.known(model)
        return cost_of(
            usage,
            timing.total_s,
            self.price_of(model),
            own_hardware=route is not None and route.own_hardware,
            table=self._table(),
        )

    def estimate(
        self,
        recipe: Recipe,
        prompt: Prompt,
        earlier: Sequence[int],
        context_tokens: int | None = None,
        found_tokens: int = 0,
    ) -> Estimate | None:
        """What a column will cost; None when nobody knows who would answer.

        Args:
            recipe: the column's recipe.
            prompt: what would be sent.
            earlier: completion tokens of the model's earlier answers.
            context_tokens: from the catalog; None looks into LiteLLM's table.
            found_tokens: of passages that will be found and examples that will be chosen, as far as
                can be said before.
        """
        route = self.known(recipe.model)
        if route is None:
            return None
        counted = tokens.count(prompt.messages, route)
        input_tokens = counted.tokens + found_tokens
        low, high = _range(recipe, earlier)
        costs = [
            self.cost(
                recipe.model,
                Usage(prompt_tokens=input_tokens, completion_tokens=output),
                Timing(total_s=0),
            )
            for output in (low, high)
        ]
        usd = [cost.usd for cost in costs if cost.usd is not None and cost.basis != "own hardware"]
        return Estimate(
            model=recipe.model,
            input_tokens=input_tokens,
            exact=counted.exact and not found_tokens,
            output_tokens=(low, high),
            from_history=len(earlier),
            usd=(usd[0], usd[1]) if len(usd) == 2 else None,
            own_hardware=costs[0].basis == "own hardware",
            context_tokens=context_tokens or self.context_of(recipe.model),
        )

    def known(self, model: str) -> Route | None:
        """The way for a model; None when nobody knows who would answer."""
        try:
            return self._route(model)
        except ModelError:
            return None


def _range(recipe: Recipe, earlier: Sequence[int]) -> tuple[int, int]:
    """The middle four fifths of earlier answers, capped by max_tokens."""
    low, high = TYPICAL_ANSWER
    if earlier:
        ordered = sorted(earlier)
        low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
    elif recipe.max_tokens:
        low, high = min(low, recipe.max_tokens), recipe.max_tokens
    cap = recipe.max_tokens or high
    return min(low, cap), min(high, cap)
