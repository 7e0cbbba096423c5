"""Plain text: one block, or one per page where form feeds divide it."""

from core.retrieval.load.decode import decode
from core.retrieval.load.limits import Limits
from core.retrieval.load.parts import Part, Read


def read_text(content: bytes, limits: Limits) -> Read:
    decoded = decode(content)
    pages = decoded.text.split("\f")
    if not pages[-1].strip():
        pages.pop()  # a form feed ends a page, and so the last one
    if len(pages) < 2:
        return Read(parts=[Part(text=decoded.text)], encoding=decoded.encoding)
    parts = [Part(text=text, page=number) for number, text in enumerate(pages, 1)]
    return Read(parts=parts, pages=len(parts), encoding=decoded.encoding)
