"""Makes the sample documents from their sources, and checks the questions about them.

Run by hand, with python-docx and playwright installed, Chromium and the Noto CJK fonts on the
machine:

    python assets/documents/build.py          make every document, then as --pages
    python assets/documents/build.py --pages  write the pages into the questions
    python assets/documents/build.py --check  say what is wrong with documents and questions

Documents that are text already (Markdown, HTML, CSV, JSON) are their own source and stay as
they are. The same machine makes the same bytes twice; another version of Chromium does not.
"""

import argparse
import csv
import html
import io
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

from checks import HERE, SHIPPED, problems, sizes, write_pages

SOURCES = HERE / "sources"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
MOMENT = (2025, 3, 1, 9, 0, 0)
WORD = {
    "security.ko.md": "보안 규정.docx",
    "factory.ko.md": "청주 공장 작업 표준.docx",
    "repair.ko.md": "협력 수선점 운영 지침.docx",
    "leaflet.en.md": "Orselin leaflet.docx",
}

STYLE = """
@page { size: %(size)s; margin: 20mm 17mm 18mm; }
body { font: %(font)s 'Noto Sans CJK KR', sans-serif; hyphens: none; word-break: keep-all; }
h1 { font-size: 1.9em; } h2 { font-size: 1.35em; margin: 1.6em 0 .4em; }
h3 { font-size: 1.05em; margin: 1.1em 0 .2em; }
h1, h2, h3 { break-after: avoid; } p, tr { break-inside: avoid; } p { margin: .3em 0 .6em; }
table { border-collapse: collapse; width: 100%%; margin: .6em 0 .8em; break-inside: avoid; }
th, td { border: .6pt solid #777; padding: .25em .5em; text-align: left; }
"""
FOOTER = (
    '<div style="font-size:7pt;width:100%%;text-align:center">'
    '%s · <span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)


def read(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


def make_pdf(source: str, name: str, *, title: str, language: str, size: str, font: str) -> None:
    """Print Markdown to PDF with an outline; the dates in it are set to a fixed moment."""
    from markdown_it import MarkdownIt
    from playwright.sync_api import sync_playwright

    body = MarkdownIt("commonmark").enable("table").render(read(source))
    page_html = (
        f'<!DOCTYPE html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE % {'size': size, 'font': font}}</style><body>{body}</body></html>"
    )
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page()
        page.set_content(page_html)
        data = page.pdf(
            prefer_css_page_size=True,
            outline=True,
            tagged=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER % html.escape(title),
        )
        browser.close()
    stamp = b"D:%04d%02d%02d%02d%02d%02d" % MOMENT
    (SHIPPED / name).write_bytes(re.sub(rb"D:\d{14}", stamp, data))


def make_docx(source: str, name: str) -> None:
    """Turn simple Markdown into a Word document: headings, paragraphs, tables."""
    import docx

    document = docx.Document()
    for kind, content in blocks(read(source)):
        if kind.startswith("h"):
            document.add_heading(str(content), level=int(kind[1]) - 1)
        elif kind == "table":
            table = document.add_table(rows=0, cols=len(content[0]), style="Table Grid")
            for row in content:
                for cell, value in zip(table.add_row().cells, row, strict=True):
                    cell.text = value
        else:
            document.add_paragraph(content)
    save(document, SHIPPED / name)


def blocks(text: str) -> list[tuple[str, Any]]:
    """The parts of simple Markdown: (`h1`..`h3`, text), (`p`, text), (`table`, rows)."""
    found: list[tuple[str, Any]] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = part.splitlines()
        if match := re.match(r"(#+) (.*)", lines[0]):
            found.append((f"h{len(match[1])}", match[2]))
        elif lines[0].startswith("|"):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
            found.append(("table", [rows[0], *rows[2:]]))
        else:
            found.append(("p", " ".join(lines)))
    return found


def make_pptx(source: str, name: str) -> None:
    """One slide per `---`: a title, bullets, and after `???` the speaker's notes."""
    from pptx import Presentation

    deck = Presentation()
    for part in read(source).strip().split("\n---\n"):
        shown, _, notes = part.partition("\n???\n")
        lines = [line for line in shown.strip().splitlines() if line.strip()]
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = lines[0].lstrip("# ")
        slide.placeholders[1].text = "\n".join(line.removeprefix("- ") for line in lines[1:])
        slide.notes_slide.notes_text_frame.text = " ".join(notes.split())
    save(deck, SHIPPED / name)


def make_xlsx(sheets: dict[str, str], name: str) -> None:
    """One sheet per CSV file; what reads as a number becomes one."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, source in sheets.items():
        sheet = book.create_sheet(title)
        for row in csv.reader(io.StringIO(read(source))):
            sheet.append([int(cell) if cell.isdecimal() else cell for cell in row])
    save(book, SHIPPED / name)


def save(document: Any, path: Path) -> None:
    """Write an Office file with fixed dates inside and outside, so that bytes repeat."""
    from datetime import datetime

    properties = getattr(document, "core_properties", None) or document.properties
    properties.created = properties.modified = datetime(*MOMENT)
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in sorted(old.infolist(), key=lambda one: one.filename != "[Content_Types].xml"):
            data = old.read(entry)
            if entry.filename == "docProps/core.xml":
                day = b"%04d-%02d-%02dT%02d:%02d:%02dZ" % MOMENT
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", day, data)
            new.writestr(zipfile.ZipInfo(entry.filename, MOMENT), data, zipfile.ZIP_DEFLATED)


def make_all() -> None:
    make_pdf(
        "handbook.ko.md",
        "취업규칙.pdf",
        title="해담 취업규칙 (2025년 3월 1일 시행)",
        language="ko",
        size="A5",
        font="9.8pt/1.62",
    )
    make_pdf(
        "handbook.en.md",
        "Rotterdam Employee Handbook.pdf",
        title="Haedam Rotterdam Employee Handbook, edition 4",
        language="en",
        size="176mm 250mm",
        font="10pt/1.5",
    )
    for source, name in WORD.items():
        make_docx(source, name)
    make_pptx("onboarding.ko.md", "신입 사원 안내.pptx")
    make_xlsx({"제품": "kettles.ko.csv", "수선 부품": "spares.ko.csv"}, "제품과 부품 단가표.xlsx")
    notice = read("notice.ko.txt").replace("\n", "\r\n").encode("cp949")
    (SHIPPED / "공지_승강기 공사와 주차.txt").write_bytes(notice)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only check")
    parser.add_argument("--pages", action="store_true", help="only write the pages, then check")
    chosen = parser.parse_args()
    if not chosen.check and not chosen.pages:
        make_all()
    if not chosen.check:
        write_pages()
    print(sizes())
    found = problems()
    print("\n".join(found) or "nothing is wrong")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
