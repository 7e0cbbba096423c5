"""Money: prices with a date, exchange rates with a date, and what one answer cost.

A cost is only as good as its parts: without a price or without tokens it is unknown, never 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.answer import Cost, Usage

Currency = Literal["USD", "KRW"]


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a model's tokens cost, from a date on."""

    model: str
    currency: Currency = "USD"
    input_per_million: float
    output_per_million: float
    cached_per_million: float | None = None
    """Prompt tokens served from the provider's cache; None bills them as input."""
    reasoning_per_million: float | None = None
    """None bills thinking as output."""
    since: date
    source: str
    """Where the numbers come from, `LiteLLM 1.106.2` or `entered here`."""

    @property
    def version(self) -> str:
        return f"{self.source} {self.since.isoformat()}"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many Korean won one US dollar buys, from a date on."""

    krw_per_usd: float
    since: date
    source: str


DEFAULT_RATE = Rate(krw_per_usd=1300.0, since=date(2024, 5, 1), source="built in")
"""An old round number, on purpose shown with its date: enter today's on the Models page."""


@dataclass(frozen=True, kw_only=True)
class PriceTable:
    """Prices entered here before listed ones; newest date first."""

    listed: Mapping[str, Price]
    entered: Sequence[Price] = ()
    rate: Rate = DEFAULT_RATE
    own_usd_per_hour: float | None = None
    """What an hour of the own machine costs; None when nobody said."""

    def price_of(self, model: str, on: date) -> Price | None:
        """The price that holds on a day, None when unknown."""
        own = [p for p in self.entered if p.model == model and p.since <= on]
        if own:
            return max(own, key=lambda p: p.since)
        return self.listed.get(model)


def amount(usage: Usage, price: Price) -> float | None:
    """Cost in the price's currency: tokens x price per million, class by class."""
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
    reasoning = min(usage.reasoning_tokens or 0, usage.completion_tokens)
    cached_price = _or(price.cached_per_million, price.input_per_million)
    reasoning_price = _or(price.reasoning_per_million, price.output_per_million)
    total = (
        (usage.prompt_tokens - cached) * price.input_per_million
        + cached * cached_price
        + (usage.completion_tokens - reasoning) * price.output_per_million
        + reasoning * reasoning_price
    )
    return total / 1_000_000


def cost_of(
    usage: Usage, total_s: float, price: Price | None, *, own_hardware: bool, table: PriceTable
) -> Cost:
    """What an answer cost; an entered price wins even over the own machine.

    Args:
        usage: tokens of the answer.
        total_s: seconds the machine worked on it.
        price: the model's price that day, None when unknown.
        own_hardware: whether it ran on this machine.
        table: for the exchange rate and the price of an own hour.
    """
    if price is None or (own_hardware and price.source != "entered here"):
        if not own_hardware:
            return Cost()
        hourly = table.own_usd_per_hour
        usd = None if hourly is None else hourly * total_s / 3600
        return Cost(usd=usd, basis="own hardware")
    value = amount(usage, price)
    if value is None:
        return Cost(price_version=price.version)
    usd = value if price.currency == "USD" else value / table.rate.krw_per_usd
    basis: Literal["listed", "estimated"] = "estimated" if usage.estimated else "listed"
    return Cost(usd=usd, basis=basis, price_version=price.version)


def to_krw(usd: float, rate: Rate) -> float:
    return usd * rate.krw_per_usd


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
