"""PDF: one part a page, under its heading in the outline."""

import re
import time
from typing import TYPE_CHECKING, Any

from core.retrieval.load.limits import Limits, Refused, too_long
from core.retrieval.load.parts import Part, Read, heading_path
from core.retrieval.load.pdf_lines import join_lines
from core.retrieval.load.pdf_rows import Row, edge_rows
from core.retrieval.load.pdf_running import FEWEST_PAGES, without_running_lines
from core.retrieval.load.pdf_tables import page_text

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

SPARSE = 10
"""Characters a page; a scan has fewer, often a page number or a stamp."""
MAX_OUTLINE = 20_000
_HEAD = 1024
_HYPHEN = re.compile("[\x02\ufffe]\n?")


def read_pdf(content: bytes, limits: Limits) -> Read:
    document = open_pdf(content)
    try:
        return _read(document, limits)
    finally:
        document.close()


def open_pdf(content: bytes) -> "PdfDocument":
    """A PDF, to be closed. Raises `Refused` of reason `broken`, `encrypted` or `no_pages`."""
    import pypdfium2

    if b"%PDF-" not in content[:_HEAD]:
        raise Refused("broken", "is no PDF")
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        raise _unopened(content) from None


def _unopened(content: bytes) -> Refused:
    """Asked again: of a document without pages the error code is that of an earlier file."""
    import pypdfium2.raw as pdfium

    if handle := pdfium.FPDF_LoadMemDocument64(content, len(content), None):
        pdfium.FPDF_CloseDocument(handle)
        return Refused("no_pages", "has no pages")
    code = pdfium.FPDF_GetLastError()
    if code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return Refused("encrypted", "needs a password")
    return Refused("broken", f"is a broken PDF (code {code})")


def _read(document: "PdfDocument", limits: Limits) -> Read:
    count = len(document)
    if count > limits.max_pages:
        raise Refused("too_many_pages", "has too many pages", limit=limits.max_pages, pages=count)
    printed, rows = _texts(document, limits)
    texts = without_running_lines(printed, rows)
    if sum(len("".join(text.split())) for text in texts) < SPARSE * count:
        _refuse_scan(document, any(map(str.strip, printed)))
    headings = _headings(document, count)
    pages = zip(join_lines(texts), headings, strict=True)
    parts = [
        Part(text=text, page=number, heading=heading)
        for number, (text, heading) in enumerate(pages, 1)
    ]
    return Read(parts=parts, pages=count)


def _texts(document: "PdfDocument", limits: Limits) -> tuple[list[str], list[list[Row]]]:
    """Of every page its text, and the rows at its edges where those can be running lines."""
    import pypdfium2

    texts: list[str] = []
    rows: list[list[Row]] = []
    length = readable = 0
    long = len(document) >= FEWEST_PAGES
    tables_until = time.monotonic() + limits.max_seconds / 4
    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            texts.append("")  # one broken page leaves the others
            rows.append([])
            continue
        readable += 1
        textpage = page.get_textpage()
        text = _page_text(page, textpage, limits, time.monotonic() < tables_until)
        rows.append(edge_rows(page, textpage) if long else [])
        page.close()
        length += len(text)
        if length > limits.max_characters:
            raise too_long(limits)
        texts.append(text)
    if not readable:
        raise Refused("broken", "has no page that can be read")
    return texts, rows


def _page_text(page: "PdfPage", textpage: Any, limits: Limits, tables: bool) -> str:
    import pypdfium2

    try:
        text = page_text(page, textpage, limits, tables=tables)
    except (pypdfium2.PdfiumError, ArithmeticError, LookupError, ValueError):
        text = page_text(page, textpage, limits, tables=False)  # strange drawings are no tables
    return _HYPHEN.sub("", text.replace("\r\n", "\n"))


def _refuse_scan(document: "PdfDocument", has_text: bool) -> None:
    """A page that is one picture can only be read by recognising its letters."""
    if any(_is_picture(document[index]) for index in range(min(len(document), 20))):
        raise Refused("scanned", "is scanned: it holds pictures of text")
    if not has_text:
        raise Refused("no_text", "holds no text")


def _is_picture(page: "PdfPage") -> bool:
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    for picture in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = picture.get_bounds()
        inside_another = picture.level > 0  # its bounds are not those on the page
        if inside_another or (right - left) * (top - bottom) > 0.3 * width * height:
            return True
    return False


def _headings(document: "PdfDocument", count: int) -> list[str]:
    """Per page the first heading that begins on it, else the one it goes on with."""
    first: dict[int, str] = {}
    last: dict[int, str] = {}
    path: list[str] = []
    for number, mark in enumerate(document.get_toc(max_depth=6)):
        if number >= MAX_OUTLINE:
            break
        path[mark.level :] = [*[""] * (mark.level - len(path)), mark.get_title()]
        target = mark.get_dest()
        index = target.get_index() if target else None
        if index is not None and 0 <= index < count:
            last[index] = heading_path(path)
            first.setdefault(index, last[index])
    headings, current = [], ""
    for index in range(count):
        headings.append(first.get(index, current))
        current = last.get(index, current)
    return headings
