"""What prices are used: those entered here before LiteLLM's; read again after a change."""

from collections.abc import Sequence
from datetime import date

from core.models.listed import listings
from core.pricing import Price, PriceTable
from core.store.preferences import Preferences


class Money:
    """The price table, and the way to change it."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self._table: PriceTable | None = None

    def prices(self) -> PriceTable:
        if self._table is None:
            listed = {k: v.price for k, v in listings().items() if v.price is not None}
            self._table = PriceTable(
                listed=listed,
                entered=self._preferences.prices(),
                rate=self._preferences.rate(),
                own_usd_per_hour=self._preferences.own_usd_per_hour(),
            )
        return self._table

    def set_prices(
        self,
        *,
        entered: Sequence[Price] | None = None,
        rate: tuple[float, date] | None = None,
        own_usd_per_hour: float | None = None,
    ) -> None:
        """Change what is given. Raises `UsageError` of kind `bad_price`."""
        if entered is not None:
            self._preferences.set_prices(entered)
        if rate is not None:
            self._preferences.set_rate(*rate)
        if own_usd_per_hour is not None:
            self._preferences.set_own_usd_per_hour(own_usd_per_hour or None)
        self._table = None
