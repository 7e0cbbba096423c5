"""A page of a PDF by itself, quotes marked: real PDFs, drawn to find the yellow."""

import io
import unicodedata
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject

from core.collection import Split
from core.retrieval.load.loader import Loader
from core.retrieval.split import split
from tests.core.retrieval.load import files
from tests.core.retrieval.load.excerpts import (
    HTML,
    drawn,
    excerpt,
    marked,
    pages,
    said,
    written,
    yellow,
)

SAMPLES = sorted((Path(__file__).parents[4] / "assets/documents/haedam").glob("*.pdf"))
RULES = next(path for path in SAMPLES if "Handbook" not in path.name)
SENTENCE = "경조금은 신청한 날부터 닷새 안에 지급하며"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("print")
    files.printed(HTML, folder)
    return folder / "page.pdf"


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
