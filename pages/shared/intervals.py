"""Shares and their intervals as people read them."""

from core.intervals import Interval, wilson


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def share_interval(up: int, n: int) -> Interval:
    """The Wilson interval of at least one vote."""
    interval = wilson(up, n)
    if interval is None:
        raise ValueError("a share of nothing has no interval")
    return interval
