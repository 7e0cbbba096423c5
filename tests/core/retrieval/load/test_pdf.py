"""PDFs as browsers print them, and as scanners, printers and hostile people make them."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from core.collection import LoadedDocument
from core.retrieval.load.loader import Limits, Loader
from core.retrieval.load.pdf_lines import join_lines
from tests.core.retrieval.load import files
from tests.core.retrieval.load.conftest import Load
from tests.core.retrieval.load.refusals import refused

STORY = (
    "저장된 문서를 검색하여 대답에 함께 넣는 것이 검색 증강 생성 기법입니다 그리고 모델은 그 문서를 "
    "읽고 대답합니다. 파라미터가 바뀌지 않으므로 문서를 새로 올리면 곧바로 쓸 수 있습니다. 예시를 "
    "함께 주는 방법은 형식을 맞추는 데에 좋고 비용은 토큰만큼 늘어난다. "
)
STYLE = "<style>p{width:460px;font:16px 'Noto Sans CJK KR'%s}.new{break-before:page}</style>"
TABLE = (
    "<table border=1 style='border-collapse:collapse'><tr><th>품목<th>수량<th>비고</tr>"
    "<tr><td>사과<td>3<td>빨간 것</tr><tr><td>배<td>4<td></tr></table>"
)


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Breaks between any two syllables, as Korean is printed."""
    html = f"<h1>기법 안내</h1><p>{STORY * 4}</p>{TABLE}<p>끝입니다</p><p class=new>둘째 쪽</p>"
    return files.printed(STYLE % "" + html, tmp_path_factory.mktemp("print"))


@pytest.fixture(scope="module")
def between_words(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    html = STYLE % ";word-break:keep-all;text-align:justify" + f"<p>{STORY * 4}</p>"
    return files.printed(html, tmp_path_factory.mktemp("print"))


def words(document: LoadedDocument) -> str:
    return " ".join(document.text.split())


def test_a_page_of_a_korean_pdf_is_a_block(load: Load, anywhere: bytes) -> None:
    document = load("a.pdf", anywhere)
    assert (document.kind, document.pages) == ("pdf", 2)
    assert [block.page for block in document.blocks] == [1, 2]
    assert document.text.startswith("기법 안내\n저장된 문서를")
    assert document.text.endswith("둘째 쪽")


def test_words_cut_by_line_ends_are_whole_again(load: Load, anywhere: bytes) -> None:
    """Whole are those of whom the document tells; of the others, a blank is lost at worst."""
    text = words(load("a.pdf", anywhere))
    assert text.replace(" ", "").count(STORY.replace(" ", "")) == 4
    told = set(STORY.split())
    halves = [word for word in text.split() if not any(word in whole for whole in told)]
    extra = {
        "기법",
        "안내",
        *"품목; 수량; 비고 품목: 사과; 수량: 3; 비고: 빨간 배; 4 끝입니다 둘째 쪽".split(),
    }
    assert len([word for word in halves if word not in extra]) <= 4
    assert not [word for word in text.split() if word in ("니다.", "를", "답합니다.", "은")]


def test_words_that_no_line_end_cuts_stay_apart(load: Load, between_words: bytes) -> None:
    assert words(load("a.pdf", between_words)) == (STORY * 4).strip()


def test_a_ruled_table_is_read_by_rows_and_only_once(load: Load, anywhere: bytes) -> None:
    text = load("a.pdf", anywhere).text
    assert (
        "품목; 수량; 비고\n품목: 사과; 수량: 3; 비고: 빨간 것\n품목: 배; 수량: 4\n끝입니다" in text
    )
    assert text.count("사과") == 1


def test_lines_are_joined_only_where_words_are_cut() -> None:
    filler = "문서를 찾아서 대답에 넣는 기법은 여러 가지가 있고 저마다 장점이 있는데"
    cut = f"{filler} 검색 증강 생성은 참 좋은 기법입니\n다. 문서를 읽고 그 대답을 쓰는 모델과 함께 쓰이며"
    assert "기법입니다." in join_lines([cut])[0]
    short = "머리말\n본문은 여기에서 시작하는 긴 줄이고 여기까지 이어진다\n끝"
    assert join_lines([short]) == [short]
    assert join_lines([]) == []


def test_the_outline_gives_the_headings(load: Load) -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(files.hand_made_pdf(*[line("words")] * 4))))
    chapter = writer.add_outline_item(title="1장 휴가", page_number=1)
    writer.add_outline_item(title="연차", page_number=2, parent=chapter)
    out = io.BytesIO()
    writer.write(out)
    document = load("a.pdf", out.getvalue())
    assert [block.heading for block in document.blocks] == [
        "",
        "1장 휴가",
        "1장 휴가 › 연차",
        "1장 휴가 › 연차",
    ]


def line(text: str) -> str:
    return f"BT /F 12 Tf 50 700 Td ({text}, and then some more of them) Tj ET"


def test_a_locked_pdf_is_reported_as_such(load: Load, anywhere: bytes) -> None:
    with refused("encrypted"):
        load("a.pdf", files.locked(anywhere, "비밀"))


def test_a_pdf_that_only_forbids_printing_is_read(load: Load, anywhere: bytes) -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(anywhere)))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    assert "저장된 문서를" in load("a.pdf", out.getvalue()).text


SCAN = "q 595 0 0 842 0 0 cm /X4 Do Q "


@pytest.mark.parametrize("stamp", ["", "BT /F 9 Tf 300 20 Td (- 3 -) Tj ET"])
def test_a_scanned_pdf_is_reported_as_such(load: Load, stamp: str) -> None:
    with refused("scanned"):
        load("a.pdf", files.hand_made_pdf(SCAN + stamp, SCAN, objects=[files.PICTURE]))


def test_a_few_words_beside_a_small_picture_are_text(load: Load) -> None:
    page = "q 20 0 0 20 50 50 cm /X4 Do Q BT /F 12 Tf 50 700 Td (Hi) Tj ET"
    assert load("a.pdf", files.hand_made_pdf(page, objects=[files.PICTURE])).text == "Hi"


def test_pdfs_without_pages_or_text_are_told_apart(load: Load) -> None:
    with refused("no_pages"):
        load("a.pdf", files.blank_pdf(0))
    with refused("no_text"):
        load("a.pdf", files.blank_pdf(2))


@pytest.mark.parametrize("content", [b"hello", b"%PDF-1.7\nnothing more", b"\0" * 2000])
def test_what_is_no_pdf_is_broken(load: Load, content: bytes) -> None:
    with refused("broken"):
        load("a.pdf", content)


def test_a_pdf_cut_short_is_broken_or_read(load: Load, anywhere: bytes) -> None:
    with refused("broken"):
        load("a.pdf", anywhere[: len(anywhere) // 3])


def test_too_many_pages_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(files.blank_pdf(6))
    loader = Loader(Limits(max_pages=5))
    with refused("too_many_pages", limit=5, pages=6):
        loader.load(path)
    loader.close()
