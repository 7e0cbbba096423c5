"""DOCX and PPTX through markitdown: headings, tables and notes as Markdown."""

import io
import re
from collections.abc import Iterator

from core.retrieval.load.archive import check_archive
from core.retrieval.load.limits import Limits, Refused
from core.retrieval.load.markdown import sections
from core.retrieval.load.parts import Part, Read, heading_path
from core.retrieval.load.web import OPTIONS

STYLES = "\n".join(
    [
        "p[style-name='Title'] => h1:fresh",
        *(f"p[style-name='개요 {level}'] => h{level}:fresh" for level in range(1, 7)),
    ]
)
"""Headings that mammoth does not know: titles, and what Hangul's word processor exports."""

_SLIDE = "<!-- Slide number: {} -->"
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_FILE_NAME = re.compile(r"[^\s]*\.\w{3,4}$")
_EMPTY = re.compile(r"\n\s*\n")
_TITLE = re.compile(r"^# (.*)", re.MULTILINE)
_NOTES = re.compile(r"^### (Notes:)$", re.MULTILINE)
_CHART = re.compile(r"^### (Chart\b.*)", re.MULTILINE)


def read_docx(content: bytes, limits: Limits) -> Read:
    check_archive(content, limits)
    from markitdown import StreamInfo
    from markitdown.converters import DocxConverter

    class WithoutPictures(DocxConverter):
        """Pictures would come as base64, many times the text."""

        def _image_to_html(self, *_: object, **__: object) -> str:
            return "<wbr>"

    converter = WithoutPictures()  # type: ignore[no-untyped-call]
    converted = converter.convert(
        io.BytesIO(content), StreamInfo(extension=".docx"), style_map=STYLES, **OPTIONS
    )
    return Read(parts=sections(converted.markdown, marks=False), separator="")


def read_pptx(content: bytes, limits: Limits) -> Read:
    check_archive(content, limits)
    from markitdown import StreamInfo
    from markitdown.converters import PptxConverter

    converter = PptxConverter()  # type: ignore[no-untyped-call]
    converted = converter.convert(io.BytesIO(content), StreamInfo(extension=".pptx"), **OPTIONS)
    slides = list(_slides(converted.markdown))
    if len(slides) > limits.max_pages:
        raise Refused(
            "too_many_pages", "has too many slides", limit=limits.max_pages, pages=len(slides)
        )
    parts = [_slide(text, number) for number, text in enumerate(slides, 1)]
    return Read(parts=parts, pages=len(slides))


def _slides(markdown: str) -> Iterator[str]:
    """What follows each slide's mark; marks count up, so that text can hardly forge one."""
    number, rest = 1, markdown.removeprefix(_SLIDE.format(1))
    while markdown:
        number += 1
        slide, mark, rest = rest.partition(_SLIDE.format(number))
        yield slide
        if not mark:
            return


def _slide(text: str, number: int) -> Part:
    text = _PICTURE.sub(_described, text).replace("\v", "\n")
    title = _TITLE.search(text)
    for mark in (_TITLE, _NOTES, _CHART):
        text = mark.sub(r"\1", text, count=1)
    text = _EMPTY.sub("\n\n", text)
    return Part(text=text, page=number, heading=heading_path([title[1] if title else ""]))


def _described(picture: re.Match[str]) -> str:
    """What a person wrote to a picture; PowerPoint itself writes the file's name."""
    return "" if _FILE_NAME.match(picture[1]) else picture[1]
