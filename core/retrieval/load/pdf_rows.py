"""The outermost rows of a PDF's page: where they stand, and how far from the rest."""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

OUTERMOST = 2
"""Rows at either edge."""
WIDE = 1.5
"""Times the usual gap between rows of the page; from there on a row stands apart."""
MAX_PIECES = 20_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """What stands beside one another, as far out as nearly nothing else on the page."""

    side: Literal["top", "bottom"]
    depth: int
    """0 is outermost."""
    text: str
    """Without blanks."""
    at: float
    """Points from the edge of the page."""
    height: float
    apart: bool | None
    """Whether the gap to the row further in is wide; None when there is none further in."""


@dataclass(frozen=True, kw_only=True)
class _Band:
    """What a row covers, in points from the bottom of the page."""

    left: float
    bottom: float
    right: float
    top: float


def edge_rows(page: "PdfPage", textpage: Any) -> list[Row]:
    """The first and last rows by their place on the page, whatever the order of its text."""
    if page.get_rotation():
        return []
    bands = _bands(textpage)
    _, low, _, high = page.get_bbox()
    gaps = [upper.bottom - lower.top for upper, lower in pairwise(bands)]
    rows = []
    for depth, band in enumerate(bands[:OUTERMOST]):
        apart = _is_wide(gaps[depth:], gaps, band)
        rows.append(_row("top", depth, band, textpage, high - band.top, apart))
    for depth, band in enumerate(bands[: -OUTERMOST - 1 : -1]):
        apart = _is_wide(gaps[::-1][depth:], gaps, band)
        rows.append(_row("bottom", depth, band, textpage, band.bottom - low, apart))
    return rows


def _row(
    side: Literal["top", "bottom"],
    depth: int,
    band: _Band,
    textpage: Any,
    at: float,
    apart: bool | None,
) -> Row:
    text = textpage.get_text_bounded(band.left - 1, band.bottom, band.right + 1, band.top)
    return Row(
        side=side,
        depth=depth,
        text="".join(text.split()),
        at=at,
        height=band.top - band.bottom,
        apart=apart,
    )


def _is_wide(inwards: Sequence[float], gaps: Sequence[float], band: _Band) -> bool | None:
    """Gaps further in must be narrower: rows of a table are as far apart as its header is."""
    if not inwards:
        return None
    height = band.top - band.bottom
    usual = max(inwards[1], median(gaps), height / 4) if len(inwards) > 1 else height
    return inwards[0] > WIDE * usual


def _bands(textpage: Any) -> list[_Band]:
    """From the top; pieces that overlap in height are one row."""
    bands: list[_Band] = []
    for left, bottom, right, top in sorted(_pieces(textpage), key=lambda piece: -piece[3]):
        last = bands[-1] if bands else None
        if last and (bottom + top) / 2 > last.bottom:
            bands[-1] = _Band(
                left=min(last.left, left),
                bottom=min(last.bottom, bottom),
                right=max(last.right, right),
                top=last.top,
            )
        else:
            bands.append(_Band(left=left, bottom=bottom, right=right, top=top))
    return bands


def _pieces(textpage: Any) -> Iterator[tuple[float, float, float, float]]:
    """Words or single letters, as the page was drawn."""
    import pypdfium2.raw as pdfium

    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    # The wrapper's call makes four numbers for each piece, and pieces are often letters.
    for piece in range(min(textpage.count_rects(), MAX_PIECES)):
        if pdfium.FPDFText_GetRect(textpage, piece, left, top, right, bottom):
            yield left.value, bottom.value, right.value, top.value
