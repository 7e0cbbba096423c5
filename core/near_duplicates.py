"""Texts that nearly repeat an earlier one: exact set similarity without comparing all pairs.

Two sets of which nine tenths agree must share one of their rarest tenth of members ("prefix
filtering", Bayardo et al. 2007, https://doi.org/10.1145/1242572.1242591). So each text is compared
only with earlier ones that share a rare piece, and at most with `MOST_COMPARED` of them.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from math import ceil
from zlib import crc32

LENGTH = 5
"""Characters in a piece."""
LEAST = 0.9
"""Share of pieces in common (Jaccard) from which on two texts are near-duplicates."""
MOST_COMPARED = 50
MOST_HOLDERS = 200
"""Texts remembered for one piece; what more of them share is not rare."""
MOST_PIECES = 2_000_000
"""Held at the same time, 4 bytes each; of larger sets a fixed sample of all pieces is compared."""
_BUCKETS = 1 << 20


def near_duplicates(texts: Sequence[str]) -> dict[int, int]:
    """For the place of each text that nearly repeats an earlier one, the place of that one.

    In a chain of ever different texts, each is measured against the first of its kind.
    """
    step = sum(map(len, texts)) // MOST_PIECES + 1
    pieces = [_pieces(text, step) for text in texts]
    # How common a piece is, near enough: two that share a bucket only change places in an order.
    frequency = Counter(piece % _BUCKETS for held in pieces for piece in held)
    holders: dict[int, list[int]] = {}
    found: dict[int, int] = {}
    for place, held in enumerate(pieces):
        ordered = sorted(held, key=lambda piece: (frequency[piece % _BUCKETS], piece))
        rare = ordered[: len(held) - _at_least(len(held)) + 1]
        shared = Counter(other for piece in rare for other in holders.get(piece, ()))
        mine = set(held)
        for other, _ in shared.most_common(MOST_COMPARED):
            # What a sample suggests is looked at again in full.
            if _alike(mine, pieces[other]) and (
                step == 1 or _alike(set(_pieces(texts[place], 1)), _pieces(texts[other], 1))
            ):
                found[place] = other
                break
        else:
            for piece in rare:
                known = holders.setdefault(piece, [])
                if len(known) < MOST_HOLDERS:
                    known.append(place)
    return found


def _pieces(text: str, step: int) -> "array[int]":
    """Numbers for the distinct pieces of a text, the same in every process."""
    raw = text.casefold().encode("utf-32-le", "replace")
    last = max(1, len(raw) - 4 * (LENGTH - 1))
    numbers = {crc32(raw[start : start + 4 * LENGTH]) for start in range(0, last, 4)}
    return array("I", (number for number in numbers if number % step == 0))


def _alike(mine: set[int], other: "array[int]") -> bool:
    fewer, more = sorted((len(mine), len(other)))
    if fewer < _at_least(more):
        return False
    common = len(mine.intersection(other))
    return common >= LEAST * (fewer + more - common) - 1e-9


def _at_least(size: int) -> int:
    """Members that a set of this size shares at least with a near-duplicate."""
    return ceil(LEAST * size - 1e-9)
