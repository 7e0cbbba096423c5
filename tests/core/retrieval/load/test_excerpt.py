"""A page of a PDF by itself, quotes marked: real PDFs, drawn to find the yellow."""

import io
import os
import signal
import threading
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from numpy.typing import NDArray
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, RectangleObject, TextStringObject

from core.collection import Split
from core.retrieval.load.loader import Loader
from core.retrieval.load.quotes import letters
from core.retrieval.split import split
from tests.core.retrieval.load import files
from tests.core.retrieval.load.refusals import refused
from tests.core.retrieval.load.test_process import soon

SAMPLES = sorted((Path(__file__).parents[4] / "assets/documents/haedam").glob("*.pdf"))
RULES = next(path for path in SAMPLES if "Handbook" not in path.name)
SENTENCE = "경조금은 신청한 날부터 닷새 안에 지급하며"
HTML = (
    "<style>p{font:16px 'Noto Sans CJK KR'}.new{break-before:page}"
    "td{border:1px solid}table{border-collapse:collapse}</style>"
    "<h1>휴가 안내</h1><p>연차는 입사한 날부터 한 해에 열다섯 날입니다. <b>반차</b>는 오전과 오후로 "
    "나눕니다.</p><table><tr><td>구분<td>날수<td>비고</tr><tr><td>본인 결혼<td>일곱 날<td>유급 "
    "휴가</tr></table><p><a href='https://example.org/track'>나가는 길</a></p>"
    "<p>이어지는 문장은 여기에서 시작하여</p><p class=new>다음 쪽에서 비로소 끝이 납니다.</p>"
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("print")
    files.printed(HTML, folder)
    return folder / "page.pdf"


def written(folder: Path, writer: PdfWriter | bytes) -> Path:
    path = folder / "made.pdf"
    if isinstance(writer, bytes):
        path.write_bytes(writer)
    else:
        writer.write(path)
    return path


def excerpt(loader: Loader, path: Path, page: int, *quotes: str) -> bytes:
    made = loader.excerpt(path, page, quotes)
    assert made is not None
    return made


def marked(pdf: bytes) -> str:
    """What stands under the marks, in order."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        text = page.get_textpage()
        for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
            annotation, box = pdfium.FPDFPage_GetAnnot(page, number), pdfium.FS_RECTF()
            assert pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_HIGHLIGHT
            pdfium.FPDFAnnot_GetRect(annotation, box)
            pdfium.FPDFPage_CloseAnnot(annotation)
            found.append(text.get_text_bounded(box.left, box.bottom, box.right, box.top))
    document.close()
    return letters("".join(found)).text


def said(text: str) -> str:
    return letters(text).text


def pages(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def drawn(pdf: bytes, page: int = 0, annotations: bool = True) -> NDArray[np.uint8]:
    document = pypdfium2.PdfDocument(pdf)
    picture = document[page].render(scale=1, may_draw_forms=False, draw_annots=annotations)
    pixels = picture.to_numpy()[:, :, :3].copy()
    document.close()
    return pixels


def yellow(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels are blue, green, red."""
    blue, green, red = (pixels[:, :, part].astype(int) for part in range(3))
    return (red > 200) & (green > 180) & (blue < 120)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.suffix)
def test_every_passage_of_the_sample_documents_is_marked_on_its_page(
    loader: Loader, path: Path
) -> None:
    document = loader.load(path)
    for cut in split(document, Split()):
        passage = document.text[cut.start : cut.end]
        found = marked(excerpt(loader, path, cut.page or 0, passage))
        # Rows of tables repeat the names of columns, which the page says once.
        assert 0.7 * len(said(passage)) < len(found) < 1.1 * len(said(passage)), passage


def test_the_quote_is_yellow_where_it_stands_and_nowhere_else(loader: Loader) -> None:
    made = excerpt(loader, RULES, 11, SENTENCE)
    assert marked(made) == said(SENTENCE)
    (rows, columns) = np.nonzero(yellow(drawn(made)))
    assert len(rows) > 500
    document = pypdfium2.PdfDocument(RULES)
    page = document[10]
    text = page.get_textpage()
    at = text.get_text_range().replace("\r\n", "  ").index("경조금은 신청한")
    left, bottom, _, top = text.get_charbox(at, loose=True)
    height = page.get_height()
    assert abs(rows.min() - (height - top)) < 3
    assert rows.max() < height - bottom + 1.6 * (top - bottom) + 20
    assert left - 3 > columns.min(), "it goes on at the beginning of the next line"
    document.close()
    assert not yellow(drawn(made, annotations=False)).any()


def test_letters_shine_through_the_mark(loader: Loader) -> None:
    made = excerpt(loader, RULES, 11, SENTENCE)
    where = yellow(drawn(made))
    rows, columns = np.nonzero(where)
    box = drawn(made)[rows.min() : rows.max(), columns.min() : columns.max()]
    assert (box.max(axis=2) < 90).sum() > 100


def test_what_is_not_found_leaves_the_page_without_marks(loader: Loader) -> None:
    made = excerpt(loader, RULES, 11, "우주 정거장에서는 고양이를 기르지 못합니다.", "", " ·· ")
    assert (pages(made), marked(made)) == (1, "")
    assert "경조 휴가" in PdfReader(io.BytesIO(made)).pages[0].extract_text()


def test_a_row_of_a_table_is_found_though_it_was_told_otherwise(
    loader: Loader, printed: Path
) -> None:
    document = loader.load(printed)
    row = "구분: 본인 결혼; 날수: 일곱 날; 비고: 유급 휴가"
    assert row in document.text
    assert marked(excerpt(loader, printed, 1, row)) == said("본인 결혼 일곱 날 유급 휴가")


def test_a_changed_quote_is_marked_as_far_as_it_is_there(loader: Loader, printed: Path) -> None:
    quote = "취업규칙에 따르면 연차는 입사한 날부터 한 해에 열다섯 날이라고 하지요"
    assert marked(excerpt(loader, printed, 1, quote)) == said("연차는 입사한 날부터 한 해에 열다섯")


def test_decomposed_and_broken_words_are_found(loader: Loader, printed: Path) -> None:
    quote = unicodedata.normalize("NFD", "연차는 입사한\n날부터 한 해에열다섯 날입니다.")
    assert marked(excerpt(loader, printed, 1, quote)) == said(
        "연차는 입사한 날부터 한 해에 열다섯 날입니다"
    )


def test_the_next_page_comes_along_when_the_passage_goes_on_there(
    loader: Loader, printed: Path
) -> None:
    quote = "이어지는 문장은 여기에서 시작하여 다음 쪽에서 비로소 끝이 납니다."
    made = excerpt(loader, printed, 1, quote)
    assert (pages(made), marked(made)) == (2, said(quote))
    assert yellow(drawn(made, 1)).any()
    assert pages(excerpt(loader, printed, 1, "연차는 입사한 날부터")) == 1
    assert pages(excerpt(loader, printed, 2, quote)) == 1


def test_a_page_that_is_not_there_is_none(loader: Loader, printed: Path) -> None:
    assert loader.excerpt(printed, 0, []) is None
    assert loader.excerpt(printed, 3, []) is None
    assert loader.excerpt(printed, -1, []) is None


@pytest.mark.parametrize("turn", [90, 270])
def test_a_rotated_page_stays_as_it_is_seen(
    loader: Loader, printed: Path, tmp_path: Path, turn: int
) -> None:
    writer = PdfWriter(PdfReader(printed))
    writer.pages[0].rotate(turn)
    same_as_before(loader, written(tmp_path, writer))


def test_a_cropped_page_stays_as_it_is_seen(loader: Loader, printed: Path, tmp_path: Path) -> None:
    writer = PdfWriter(PdfReader(printed))
    writer.pages[0].cropbox = RectangleObject((20, 300, 560, 800))
    same_as_before(loader, written(tmp_path, writer))


def same_as_before(loader: Loader, path: Path) -> None:
    """Seen as the original but for marks, which lie on the letters."""
    quote = "연차는 입사한 날부터 한 해에 열다섯 날입니다"
    made = excerpt(loader, path, 1, quote)
    assert marked(made) == said(quote)
    before, after = drawn(path.read_bytes()), drawn(made, annotations=False)
    assert before.shape == after.shape
    assert np.abs(before.astype(int) - after).mean() < 0.5


def dangerous(printed: Path) -> PdfWriter:
    """A PDF with all that must not come along."""
    writer = PdfWriter(PdfReader(printed))
    writer.add_attachment("EVIL.exe", b"EVIL-attachment" * 20)
    writer.add_metadata({"/Author": "EVIL author"})
    page = writer.pages[0]
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("EVIL()")}
    )
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    writer.root_object[NameObject("/OpenAction")] = script
    launch = Link(rect=(50, 50, 500, 500), url="https://evil.example/EVIL")
    launch[NameObject("/A")] = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("EVIL.exe")}
    )
    writer.add_annotation(0, launch)
    writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url="https://evil.example/EVIL"))
    return writer


def everything(pdf: bytes) -> str:
    """All objects of a PDF in words, streams unpacked."""
    reader = PdfReader(io.BytesIO(pdf))
    told = []
    for number in range(1, int(reader.trailer["/Size"])):
        thing = reader.get_object(number)
        told.append(repr(thing))
        if hasattr(thing, "get_data") and "/Font" not in repr(thing) and "/Length1" not in thing:
            told.append(repr(thing.get_data()))
    return "\n".join(told)


def test_links_scripts_actions_and_files_do_not_come_along(
    loader: Loader, printed: Path, tmp_path: Path
) -> None:
    path = written(tmp_path, dangerous(printed))
    assert "EVIL" in everything(path.read_bytes())
    told = everything(excerpt(loader, path, 1, "연차는 입사한 날부터"))
    assert "/Highlight" in told
    for word in ("EVIL", "evil", "example.org", "JavaScript"):
        assert word not in told, word
    for name in ("AA", "OpenAction", "JS", "Link", "URI", "Launch", "EmbeddedFile", "Names"):
        assert f"'/{name}'" not in told, name
    for name in ("Outlines", "AcroForm", "Widget", "Author", "Dest", "A"):
        assert f"'/{name}'" not in told, name


def test_what_people_filled_in_is_still_seen(loader: Loader, tmp_path: Path) -> None:
    """A form shows its values by annotations; as part of the drawing they are no field any more."""
    field = (
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Minseo)/Rect[50 600 250 620]/F 4"
        "/AP<</N 5 0 R>>>>"
    )
    look = (
        "<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F 3 0 R>>>>/Length 42>>"
        "stream\nBT /F 12 Tf 2 5 Td (Minseo was here) Tj ET\nendstream"
    )
    content = files.hand_made_pdf("BT /F 12 Tf 50 700 Td (Name:) Tj ET", objects=[field, look])
    content = content.replace(b"/Contents 7 0 R", b"/Contents 7 0 R/Annots[4 0 R]")
    made = excerpt(loader, written(tmp_path, content), 1)
    text = PdfReader(io.BytesIO(made)).pages[0]
    assert "/Annots" not in text
    assert "Minseo was here" in text.extract_text()


def test_locked_and_broken_pdfs_are_refused_as_they_are_when_loaded(
    loader: Loader, printed: Path, tmp_path: Path
) -> None:
    whole = printed.read_bytes()
    for reason, content in (
        ("encrypted", files.locked(whole, "비밀")),
        ("broken", b"hello"),
        ("broken", whole[: len(whole) // 3]),
        ("empty", b""),
    ):
        path = written(tmp_path, content)
        with refused(reason):
            loader.excerpt(path, 1, ["연차"])
    with refused("not_found"):
        loader.excerpt(tmp_path / "none.pdf", 1, [])


def test_a_page_that_is_too_large_is_none(loader: Loader, tmp_path: Path) -> None:
    side = 2_700
    noise = np.random.default_rng(1).integers(0, 256, side * side * 3, np.uint8)
    stream = noise.tobytes().decode("latin-1")
    picture = (
        f"<</Type/XObject/Subtype/Image/Width {side}/Height {side}/ColorSpace/DeviceRGB"
        f"/BitsPerComponent 8/Length {len(stream)}>>stream\n{stream}\nendstream"
    )
    content = files.hand_made_pdf("q 595 0 0 842 0 0 cm /X4 Do Q", objects=[picture])
    assert loader.excerpt(written(tmp_path, content), 1, []) is None


def test_a_page_can_be_seen_while_a_long_file_is_read(printed: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow.html"
    slow.write_text("<b>x</b><i>y</i>" * 2_000_000, "utf-8")
    loader = Loader()
    ended: list[str] = []

    def read() -> None:
        with refused("crashed"):
            loader.load(slow)
        ended.append("crashed")

    reader = threading.Thread(target=read)
    reader.start()
    assert loader.excerpt(printed, 1, ["연차는 입사한 날부터"])
    assert ended == []
    soon(lambda: loader.pid)
    os.kill(loader.pid or 0, signal.SIGKILL)
    reader.join()
    assert ended == ["crashed"]
    loader.close()


def test_many_hostile_quotes_are_answered(loader: Loader, printed: Path) -> None:
    quotes: Sequence[str] = ["가 " * 20_000, "\ud800", "\0", "연차는 " * 5_000, "(" * 1_000]
    assert loader.excerpt(printed, 1, quotes)
