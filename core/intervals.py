"""How sure a share is. The Wilson score interval."""

from dataclasses import dataclass
from math import sqrt

_Z_95 = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Interval:
    low: float
    high: float


def wilson(successes: int, n: int) -> Interval | None:
    """95 % interval of a share; None without any observation.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927): (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    """
    if n <= 0:
        return None
    share, z2 = successes / n, _Z_95**2
    centre = share + z2 / (2 * n)
    half = _Z_95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    scale = 1 + z2 / n
    # The share itself always lies inside; rounding must not say otherwise.
    return Interval(
        low=max(0.0, min(share, (centre - half) / scale)),
        high=min(1.0, max(share, (centre + half) / scale)),
    )
