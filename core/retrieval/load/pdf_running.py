"""Running heads, running feet and page numbers of a PDF leave its text.

They would stand between the two halves of a sentence, and make every passage alike. One is known
by being the same at the same place on most pages but for numbers that count the pages, and by
standing apart from what is below or above it. The header of a table that goes on from page to page
does not stand apart, and stays.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from core.retrieval.load.pdf_rows import Row

FEWEST_PAGES = 4
SAME_PLACE = 4.0
"""Points by which a running line may stray."""
TALLER = 1.3
"""Times its usual height; a title of the same words is larger."""
REACH = 4
"""Lines of the text at either end among which a running line is looked for."""

_NUMBER = re.compile(r"\d+")
_Rows = dict[int, Row]
"""One row of a page, by the place of the page."""


def without_running_lines(texts: Sequence[str], rows: Sequence[Sequence[Row]]) -> list[str]:
    """The pages without their running lines; all as they are when nothing else would be left.

    Args:
        texts: of the pages.
        rows: of each page, those at its edges.
    """
    if len(texts) < FEWEST_PAGES:
        return list(texts)
    running = _running(rows)
    left = [
        _without(text, [row.text for row in running.get(page, [])])
        for page, text in enumerate(texts)
    ]
    return left if any(text.strip() for text in left) else list(texts)


def _running(pages: Sequence[Sequence[Row]]) -> dict[int, list[Row]]:
    """The running rows of each page that has one."""
    most = len(pages) / 2
    repeated = [rows for rows in _alike(pages) if len(rows) > most and _counts(rows, most)]
    found: dict[int, list[Row]] = defaultdict(list)
    inner = {(page, row.side) for rows in repeated for page, row in rows.items() if _ends(row)}
    for rows in repeated:
        votes = [
            row.apart or (page, row.side) in inner
            for page, row in rows.items()
            if row.apart is not None
        ]
        if sum(votes) * 2 > len(votes):
            for page, row in rows.items():
                found[page].append(row)
    return found


def _ends(row: Row) -> bool:
    """Whether a row is the inner one of two that stand apart together."""
    return row.depth > 0 and bool(row.apart)


def _alike(pages: Sequence[Sequence[Row]]) -> Iterator[_Rows]:
    """Rows that differ in numbers at most, and stand at the same place in the same size."""
    groups: dict[tuple[str, str], list[tuple[int, Row]]] = defaultdict(list)
    for page, rows in enumerate(pages):
        for row in rows:
            groups[row.side, _NUMBER.sub("0", row.text)].append((page, row))
    for alike in groups.values():
        at = median(row.at for _, row in alike)
        height = median(row.height for _, row in alike)
        yield {
            page: row
            for page, row in alike
            if abs(row.at - at) <= SAME_PLACE and row.height <= TALLER * height
        }


def _counts(rows: _Rows, most: float) -> bool:
    """Whether one of its numbers counts the pages, or none ever changes."""
    if len({row.text for row in rows.values()}) == 1:
        return True
    numbers = [(page, _NUMBER.findall(row.text)) for page, row in sorted(rows.items())]
    for column in range(len(numbers[0][1])):
        # Digits enough for any page; more would take Python long to read.
        counted = [(page, int(found[column][:9])) for page, found in numbers]
        steps = [(p - q, m - n) for (p, m), (q, n) in pairwise(counted)]
        # In step from one to the next: parts of a document often begin anew.
        if sum(pages == count for pages, count in steps) + 1 > most:
            return True
    return False


def _without(text: str, running: Iterable[str]) -> str:
    """The text without lines that together are one of the rows, at either end of it."""
    lines = text.split("\n")
    for row in running:
        said = [place for place, line in enumerate(lines) if line.strip()]
        for places in (*_windows(said[:REACH]), *_windows(said[: -REACH - 1 : -1])):
            if "".join("".join(lines[place].split()) for place in sorted(places)) == row:
                for place in sorted(places, reverse=True):
                    del lines[place]
                break
    return "\n".join(lines)


def _windows(places: Sequence[int]) -> Iterator[Sequence[int]]:
    """Neighbours, up to three, from the edge inwards."""
    for start in range(len(places)):
        for length in (1, 2, 3):
            if start + length <= len(places):
                yield places[start : start + length]
