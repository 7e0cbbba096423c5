"""The text of a PDF's page, with ruled tables as rows that name their columns.

The rules come from pypdfium2, and so does the text in each cell: it reads Korean better than the
reader that pdfplumber brings. pdfplumber finds the cells between the rules.
"""

import ctypes
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from core.retrieval.load.limits import Limits
from core.retrieval.load.rows import lines

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

PATH = 2
"""`FPDF_PAGEOBJ_PATH`."""
THIN = 3.0
"""Points; a thinner shape is a rule."""
SHORTEST = 8.0
NEAR = 3.0
MAX_SHAPES = 3_000
"""Drawings have more; what follows is left out."""
MAX_EDGES = 400
MAX_CROSSINGS = 1_500
"""Finding cells takes the square of this."""

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom; from the page's top."""


def page_text(page: "PdfPage", textpage: Any, limits: Limits, *, tables: bool = True) -> str:
    """Text in reading order, each letter once; `tables` says whether rules are looked for."""
    plain: str = textpage.get_text_bounded()
    found = _tables(page) if tables and plain.strip() else []
    return _with_tables(page, textpage, found, plain, limits) if found else plain


def _with_tables(
    page: "PdfPage", textpage: Any, tables: list[list[Box]], plain: str, limits: Limits
) -> str:
    width, height = page.get_size()
    pieces: list[str] = []
    said: Counter[str] = Counter()

    def text_in(x0: float, top: float, x1: float, bottom: float) -> str:
        text: str = textpage.get_text_bounded(x0, height - bottom, x1, height - top)
        said.update("".join(text.split()))
        return text.strip()

    done = 0.0
    for cells in sorted(tables, key=lambda cells: cells[0][1]):
        x0, top = min(cell[0] for cell in cells), min(cell[1] for cell in cells)
        x1, bottom = max(cell[2] for cell in cells), max(cell[3] for cell in cells)
        pieces.append(text_in(0, done, width, top))
        pieces.append(text_in(0, top, x0, bottom))
        rows = [[text_in(*cell) if cell else "" for cell in row] for row in _rows(cells)]
        pieces.append("\n".join(lines(rows, limits)))
        pieces.append(text_in(x1, top, width, bottom))
        done = bottom
    pieces.append(text_in(0, done, width, height))
    # A letter that lies across a rule is read twice or never: then the page stays as it was.
    if said != Counter("".join(plain.split())):
        return plain
    return "\n".join(piece for piece in pieces if piece)


def _rows(cells: list[Box]) -> list[list[Box | None]]:
    """Cells by row and column; one that spans columns stands in its first."""
    columns = sorted({cell[0] for cell in cells})
    rows: dict[float, list[Box | None]] = {}
    for cell in sorted(cells, key=lambda cell: cell[1]):
        rows.setdefault(cell[1], [None] * len(columns))[columns.index(cell[0])] = cell
    return list(rows.values())


def _tables(page: "PdfPage") -> list[list[Box]]:
    """Cells of every table with at least two rows and two columns."""
    edges = list(_edges(page))
    if len(edges) < 5:
        return []
    from pdfplumber.table import (
        cells_to_tables,
        edges_to_intersections,
        intersections_to_cells,
        merge_edges,
    )

    merged = merge_edges(edges, NEAR, NEAR, NEAR, NEAR)
    if len(merged) > MAX_EDGES:
        return []
    crossings = edges_to_intersections(merged, NEAR, NEAR)
    if len(crossings) > MAX_CROSSINGS:
        return []
    found: list[list[Box]] = cells_to_tables(intersections_to_cells(crossings))
    return [
        cells
        for cells in found
        if len({cell[0] for cell in cells}) > 1 and len({cell[1] for cell in cells}) > 1
    ]


def _edges(page: "PdfPage") -> Iterator[dict[str, Any]]:
    """Rules of the page, as pdfplumber wants them."""
    import pypdfium2.raw as pdfium

    height = page.get_height()
    count = pdfium.FPDFPage_CountObjects(page)
    if page.get_rotation() or count > 20 * MAX_SHAPES:
        return
    # The wrapper's iterator takes ten times as long: letters are objects too.
    objects = (pdfium.FPDFPage_GetObject(page, index) for index in range(count))
    shapes = (one for one in objects if pdfium.FPDFPageObj_GetType(one) == PATH)
    for shape in islice(shapes, MAX_SHAPES):
        bounds = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetBounds(shape, *bounds):
            continue
        x0, low, x1, high = (bound.value for bound in bounds)
        top, bottom = height - high, height - low
        if bottom - top <= THIN:
            yield from _edge("h", x0, x1, (top + bottom) / 2)
        elif x1 - x0 <= THIN:
            yield from _edge("v", top, bottom, (x0 + x1) / 2)
        else:
            for y in (top, bottom):
                yield from _edge("h", x0, x1, y)
            for x in (x0, x1):
                yield from _edge("v", top, bottom, x)


def _edge(orientation: str, start: float, end: float, at: float) -> Iterator[dict[str, Any]]:
    if end - start < SHORTEST:
        return
    x0, x1, top, bottom = (start, end, at, at) if orientation == "h" else (at, at, start, end)
    yield {
        **{"orientation": orientation, "x0": x0, "x1": x1, "top": top, "bottom": bottom},
        **{"width": x1 - x0, "height": bottom - top, "object_type": "line"},
    }
