"""Rows of tables as lines that are understood alone: `item: apples; amount: 3`."""

import re
from collections.abc import Iterable, Iterator, Sequence

from core.retrieval.load.limits import Limits, too_long, too_many_rows

_NUMBER = re.compile(r"[-+−$€£¥₩]?\s*\d[\d.,:/\s%-]*$")


def lines(rows: Iterable[Sequence[str]], limits: Limits) -> Iterator[str]:
    """One line a row, blank rows left out.

    The first row that could name columns does; what stands above it is a caption.

    Raises:
        Refused: `too_many_rows`, `too_long`.
    """
    header: Sequence[str] | None = None
    count = length = 0
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        filled = sum(map(bool, cells))
        if not filled:
            continue
        count += 1
        if count > limits.max_rows:
            raise too_many_rows(limits)
        if header is None and filled > 1:
            header = cells if _names_columns(cells) else ()
            line = "; ".join(cell for cell in cells if cell)
        else:
            line = _line(cells, header or ())
        length += len(line)
        if length > limits.max_characters:
            raise too_long(limits)
        yield line


def _names_columns(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    different = len(set(filled)) == len(filled)
    short = all(len(cell) <= 80 and not _NUMBER.match(cell) for cell in filled)
    return different and short


def _line(cells: Sequence[str], header: Sequence[str]) -> str:
    names = [*header, *[""] * (len(cells) - len(header))]
    return "; ".join(
        f"{name}: {cell}" if name else cell
        for name, cell in zip(names, cells, strict=False)
        if cell
    )
