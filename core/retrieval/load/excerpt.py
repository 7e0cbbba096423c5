"""A page of a PDF by itself, with quotes marked in yellow.

The page's drawing is copied into a new document and nothing else: links, scripts, actions and
attached files hang on the page and on the document, not on what is drawn.
"""

import ctypes
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from core.retrieval.load.limits import MEGABYTE, Refused
from core.retrieval.load.pdf import open_pdf
from core.retrieval.load.quotes import Letters, Mark, find_quotes, letters

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MAX_BYTES = 20 * MEGABYTE
YELLOW = (255, 232, 64, 255)
MAX_CHARACTERS = 100_000
"""Of a page, in which quotes are looked for."""

Box = tuple[float, float, float, float]
"""left, bottom, right, top"""


def excerpt(content: bytes, page: int, quotes: Sequence[str]) -> bytes | None:
    """The page, and the one behind it when a quote goes on there.

    Args:
        content: the PDF.
        page: counted from 1.
        quotes: in the words of the loaded text; what is not found is not marked.

    Returns:
        A PDF; None when there is no such page, or when it is larger than `MAX_BYTES`.

    Raises:
        Refused: `encrypted`, `broken`, `no_pages`.
    """
    document = open_pdf(content)
    try:
        if not 1 <= page <= len(document):
            return None
        return _excerpt(document, page - 1, quotes)
    finally:
        document.close()


def _excerpt(document: "PdfDocument", index: int, quotes: Sequence[str]) -> bytes | None:
    import pypdfium2

    pages = list(_pages(document, index))
    if not pages:
        raise Refused("broken", "has a page that cannot be read")
    texts = [page.get_textpage() for page in pages]
    marks = find_quotes([_letters(text) for text in texts], quotes)
    made = pypdfium2.PdfDocument.new()
    try:
        for number, (page, text) in enumerate(zip(pages, texts, strict=True)):
            here = [mark for mark in marks if mark.page == number]
            if here or not number:
                boxes = [box for mark in here for box in _lines(text, mark)]
                _copy(document, index + number, page, made, boxes)
        out = io.BytesIO()
        made.save(out)
    finally:
        made.close()
    return out.getvalue() if out.tell() <= MAX_BYTES else None


def _pages(document: "PdfDocument", index: int) -> Iterator["PdfPage"]:
    import pypdfium2

    for number in (index, index + 1):
        if number < len(document):
            try:
                yield document[number]
            except pypdfium2.PdfiumError:
                return


def _letters(text: Any) -> Letters:
    import pypdfium2.raw as pdfium

    count = min(text.count_chars(), MAX_CHARACTERS)
    codes = (pdfium.FPDFText_GetUnicode(text, place) for place in range(count))
    return letters(chr(code) if code <= 0x10FFFF else " " for code in codes)


def _lines(text: Any, mark: Mark) -> Iterator[Box]:
    """What a mark covers, one box for each stretch of a line."""
    line: Box | None = None
    for place in range(mark.first, mark.last + 1):
        box: Box = text.get_charbox(place, loose=True)
        left, bottom, right, top = box
        if right <= left or top <= bottom:
            continue  # a line end, or a blank that was made up
        if line and _goes_on(line, box):
            line = (
                *(min(line[0], left), min(line[1], bottom)),
                *(max(line[2], right), max(line[3], top)),
            )
            continue
        if line:
            yield line
        line = box
    if line:
        yield line


def _goes_on(line: Box, box: Box) -> bool:
    """Whether a character stands in the line, not in the next one or in another column."""
    height = min(line[3] - line[1], box[3] - box[1])
    overlap = min(line[3], box[3]) - max(line[1], box[1])
    return overlap > height / 2 and line[0] - height < box[0] < line[2] + 1.5 * height


def _copy(
    document: "PdfDocument", index: int, page: "PdfPage", made: "PdfDocument", boxes: Sequence[Box]
) -> None:
    """Draw a page in the new document, with marks; boxes are in the old page's coordinates."""
    import pypdfium2.raw as pdfium

    left, bottom, right, top = page.get_bbox()
    rotation = page.get_rotation()
    # Else the copy is drawn rotated, where the boxes no longer fit.
    page.set_rotation(0)
    # What people filled in or stamped is drawn by annotations: it becomes part of the page.
    pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
    new = made.new_page(right - left, top - bottom)
    for x0, y0, x1, y1 in boxes:
        _highlight(new, (x0 - left, y0 - bottom, x1 - left, y1 - bottom))
    _make_appearances(new)
    drawing = document.page_as_xobject(index, made)
    new.insert_obj(drawing.as_pageobject())
    drawing.close()
    new.gen_content()
    new.set_rotation(rotation)


def _highlight(page: "PdfPage", box: Box) -> None:
    import pypdfium2.raw as pdfium

    left, bottom, right, top = box
    mark = pdfium.FPDFPage_CreateAnnot(page, pdfium.FPDF_ANNOT_HIGHLIGHT)
    corners = pdfium.FS_QUADPOINTSF(left, top, right, top, left, bottom, right, bottom)
    pdfium.FPDFAnnot_AppendAttachmentPoints(mark, corners)
    pdfium.FPDFAnnot_SetRect(mark, pdfium.FS_RECTF(left, top, right, bottom))
    pdfium.FPDFAnnot_SetColor(mark, pdfium.FPDFANNOT_COLORTYPE_Color, *YELLOW)
    pdfium.FPDFAnnot_SetFlags(mark, pdfium.FPDF_ANNOT_FLAG_PRINT)
    pdfium.FPDFPage_CloseAnnot(mark)


def _make_appearances(page: "PdfPage") -> None:
    """Drawing the page, empty yet, writes down how marks look; not every viewer knows by itself."""
    import pypdfium2.raw as pdfium

    pixel = pdfium.FPDFBitmap_CreateEx(1, 1, pdfium.FPDFBitmap_BGRA, ctypes.c_void_p(), 0)
    pdfium.FPDF_RenderPageBitmap(pixel, page, 0, 0, 1, 1, 0, pdfium.FPDF_ANNOT)
    pdfium.FPDFBitmap_Destroy(pixel)
