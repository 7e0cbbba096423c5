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
WIDE = 1.3
"""Times the usual gap between rows of the page; from there on a row stands apart."""
BETWEEN_CELLS = 1.2
"""Heights of a row; a wider blank in it is not one between words."""
MAX_PIECES = 20_000

Side = Literal["top", "bottom"]
_Piece = tuple[float, float, float, float]
"""left, bottom, right, top"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What stands beside one another, as far out as nearly nothing else on the page."""

    side: Side
    depth: int
    """0 is outermost."""
    text: str
    """Without blanks."""
    at: float
    """Points from the edge of the page."""
    height: float
    apart: bool | None
    """Whether it stands apart from the row further in; None when there is none."""


class _Band:
    """Pieces of text that overlap in height; points count from the bottom of the page."""

    def __init__(self, piece: _Piece) -> None:
        self.pieces = [piece]
        self.bottom, self.top = piece[1], piece[3]

    def add(self, piece: _Piece) -> None:
        self.pieces.append(piece)
        self.bottom = min(self.bottom, piece[1])

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def gap_to(self, other: "_Band") -> float:
        return max(self.bottom - other.top, other.bottom - self.top)

    def has_cells(self) -> bool:
        """Whether it is in parts, as the rows of tables are."""
        pieces = sorted(self.pieces)
        reach = pieces[0][2]
        for left, _, right, _ in pieces:
            if left - reach > BETWEEN_CELLS * self.height:
                return True
            reach = max(reach, right)
        return False

    def text(self, textpage: Any) -> str:
        left = min(piece[0] for piece in self.pieces) - 1
        right = max(piece[2] for piece in self.pieces) + 1
        return "".join(textpage.get_text_bounded(left, self.bottom, right, self.top).split())


def edge_rows(page: "PdfPage", textpage: Any) -> list[Row]:
    """The first and last rows by their place on the page, whatever the order of its text."""
    if page.get_rotation():
        return []
    bands = _bands(textpage)
    _, low, _, high = page.get_bbox()
    usual = median(one.gap_to(other) for one, other in pairwise(bands)) if bands[1:] else 0.0
    sides: tuple[tuple[Side, list[_Band]], ...] = (("top", bands), ("bottom", bands[::-1]))
    return [
        Row(
            side=side,
            depth=depth,
            text=band.text(textpage),
            at=high - band.top if side == "top" else band.bottom - low,
            height=band.height,
            apart=_stands_apart(inwards[depth:], usual),
        )
        for side, inwards in sides
        for depth, band in enumerate(inwards[:OUTERMOST])
    ]


def _stands_apart(bands: Sequence[_Band], usual: float) -> bool | None:
    """Whether the first is no part of what follows: its gap is wider than those further in."""
    if len(bands) < 2:
        return None
    band, second = bands[0], bands[1]
    if band.has_cells() and second.has_cells():
        return False  # above its columns, the header of a table
    if len(bands) == 2:
        return band.gap_to(second) > band.height
    further = max(second.gap_to(bands[2]), usual, band.height / 4)
    return band.gap_to(second) > WIDE * further


def _bands(textpage: Any) -> list[_Band]:
    """From the top."""
    bands: list[_Band] = []
    for piece in sorted(_pieces(textpage), key=lambda piece: -piece[3]):
        if bands and (piece[1] + piece[3]) / 2 > bands[-1].bottom:
            bands[-1].add(piece)
        else:
            bands.append(_Band(piece))
    return bands


def _pieces(textpage: Any) -> Iterator[_Piece]:
    """Words or single letters, as the page was drawn."""
    import pypdfium2.raw as pdfium

    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    # The wrapper's call makes four numbers for each piece, and pieces are often letters.
    for piece in range(min(textpage.count_rects(), MAX_PIECES)):
        if pdfium.FPDFText_GetRect(textpage, piece, left, top, right, bottom):
            yield left.value, bottom.value, right.value, top.value
