"""Files of every format, made on the spot: no binary lies in the repository."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

OOXML = "http://schemas.openxmlformats.org"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
W = f'xmlns:w="{OOXML}/wordprocessingml/2006/main"'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def paragraph(text: str, style: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{look}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def table(rows: Sequence[Sequence[str]]) -> str:
    lines = (
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{''.join(lines)}</w:tbl>"


def docx(body: str, *, prologue: str = "", extra: Mapping[str, str | bytes] | None = None) -> bytes:
    """A minimal DOCX, as a strict reader wants it."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in (("1", "heading 1"), ("2", "heading 2"), ("T", "Title"), ("H", "개요 1"))
    )
    kinds = f"{OOXML}/officeDocument/2006/relationships"
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    return zipped(
        {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="{OOXML}/package/2006/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{word}.document.main+xml"/>'
            "</Types>",
            "_rels/.rels": f'{HEAD}<Relationships xmlns="{OOXML}/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{kinds}/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
            "word/_rels/document.xml.rels": f"{HEAD}<Relationships "
            f'xmlns="{OOXML}/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{kinds}/styles" Target="styles.xml"/></Relationships>',
            "word/styles.xml": f"{HEAD}<w:styles {W}>{styles}</w:styles>",
            "word/document.xml": f"{HEAD}{prologue}<w:document {W}>"
            f"<w:body>{body}</w:body></w:document>",
            **(extra or {}),
        }
    )


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pptx(slides: Sequence[tuple[str, str, str]]) -> bytes:
    """Slides of (title, text, notes)."""
    from pptx import Presentation

    show = Presentation()
    for title, text, notes in slides:
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def printed(html: str, folder: Path) -> bytes:
    """A real PDF with Korean letters: what a browser prints."""
    page, out = folder / "page.html", folder / "page.pdf"
    page.write_text(f"<!doctype html><meta charset=utf-8>{html}", "utf-8")
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser, "Korean PDFs are printed by Chromium (apt install chromium)"
    subprocess.run(
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"),
            *(f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={out}", page.as_uri()),
        ],
        check=True,
        capture_output=True,
        timeout=90,
    )
    return out.read_bytes()


def blank_pdf(pages: int) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked(pdf: bytes, password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(pdf)))
    writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def hand_made_pdf(*pages: str, objects: Sequence[str] = ()) -> bytes:
    """A PDF of content streams; object 3 is Helvetica, `objects` follow it and may be named /X4."""
    first = 4 + len(objects)
    numbers = [first + 2 * index for index in range(len(pages))]
    names = " ".join(f"/X{4 + i} {4 + i} 0 R" for i in range(len(objects)))
    bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{' '.join(f'{n} 0 R' for n in numbers)}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *objects,
    ]
    for number, page in zip(numbers, pages, strict=True):
        bodies += [
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>"
            f"/XObject<<{names}>>>>/Contents {number + 1} 0 R>>",
            f"<</Length {len(page)}>>stream\n{page}\nendstream",
        ]
    out, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    count = len(bodies) + 1
    return (
        f"{out}xref\n0 {count}\n0000000000 65535 f \n{table}"
        f"trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode("latin-1")


PICTURE = (
    "<</Type/XObject/Subtype/Image/Width 2/Height 2/ColorSpace/DeviceGray/BitsPerComponent 8"
    "/Length 4>>stream\nabcd\nendstream"
)
