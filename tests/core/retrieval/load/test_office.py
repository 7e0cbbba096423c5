"""DOCX, PPTX, XLSX and HTML."""

import io
from datetime import date, datetime

from tests.core.retrieval.load import files
from tests.core.retrieval.load.conftest import Load
from tests.core.retrieval.load.refusals import refused
from tests.core.retrieval.load.test_text_formats import headings


def test_a_docx_has_headings_and_tables(load: Load) -> None:
    body = (
        files.paragraph("취업규칙", "T")
        + files.paragraph("휴가", "1")
        + files.paragraph("연차는 snake_case 15일 *이상*이다.")
        + files.paragraph("반차", "2")
        + files.table([["구분", "일수"], ["연차", "15"]])
        + files.paragraph("한글에서 온 제목", "H")
        + files.paragraph("끝")
    )
    document = load("a.docx", files.docx(body))
    assert document.kind == "docx"
    assert headings(document) == [
        ("취업규칙", "취업규칙"),
        ("휴가", "휴가"),
        ("휴가 › 반차", "반차"),
        ("한글에서 온 제목", "한글에서 온 제목"),
    ]
    assert "연차는 snake_case 15일 *이상*이다." in document.text
    assert "| 구분 | 일수 |\n| --- | --- |\n| 연차 | 15 |" in document.text


def test_no_mark_is_left_that_nobody_wrote(load: Load) -> None:
    bold = "<w:p><w:r><w:rPr><w:b/><w:i/></w:rPr><w:t>굵은 a_b 2*3</w:t></w:r></w:p>"
    cells = files.table([["이름_열", "값"], ["x_y", "1*2"]])
    text = load("a.docx", files.docx(files.paragraph("제목 C#", "1") + bold + cells)).text
    assert text == ("제목 C#\n\n굵은 a_b 2*3\n\n| 이름_열 | 값 |\n| --- | --- |\n| x_y | 1*2 |")
    html = "<h3>제목</h3><p>이 <b>굵은</b> <em>기운</em> <code>a_b</code>와 <i>c</i>.</p><ul><li>하나</ul>"
    assert load("a.html", html).text == "제목\n\n이 굵은 기운 a_b와 c.\n\n- 하나"
    slides = load("a.pptx", files.pptx([("소개 #1", "a_b **c**", "메모 _d_")]))
    assert slides.text == "소개 #1\na_b **c**\n\nNotes:\n메모 _d_"
    assert slides.blocks[0].heading == "소개 #1"


def test_a_table_on_a_slide_is_told_as_it_was_written(load: Load) -> None:
    from pptx import Presentation

    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    table = slide.shapes.add_table(2, 2, 0, 0, 900_000, 900_000).table
    for place, text in enumerate(["이름_열", "값*", "x_y", "1"]):
        table.cell(place // 2, place % 2).text = text
    out = io.BytesIO()
    show.save(out)
    assert load("a.pptx", out.getvalue()).text == "| 이름_열 | 값* |\n| --- | --- |\n| x_y | 1 |"


def test_markdown_itself_stays_as_it_was_written(load: Load) -> None:
    text = "# 제목\n\n**굵은** a\\_b"
    assert load("a.md", text).text == text


def test_a_docx_without_a_word_has_no_text(load: Load) -> None:
    with refused("no_text"):
        load("a.docx", files.docx(files.paragraph(" ")))


def test_a_slide_is_a_page_under_its_title(load: Load) -> None:
    slides = [
        ("소개", "내용", "발표자 메모"),
        ("둘째", "<!-- Slide number: 9 -->", ""),
        ("셋째", "끝\v줄", ""),
    ]
    document = load("a.pptx", files.pptx(slides))
    assert (document.kind, document.pages) == ("pptx", 3)
    assert [(b.page, b.heading) for b in document.blocks] == [(1, "소개"), (2, "둘째"), (3, "셋째")]
    assert "발표자 메모" in document.text
    assert "끝\n줄" in document.text


def test_a_sheet_is_a_page_and_a_row_names_its_columns(load: Load) -> None:
    rows = [
        ["2026년 매출"],
        [],
        ["품목", "수량", "값", "날짜", "때"],
        ["사과", 3, 2.5, date(2026, 11, 1), datetime(2026, 11, 1, 9, 30)],
        ["배", 4.0, None, None, True],
    ]
    document = load("a.xlsx", files.xlsx({"매출": rows, "빈 것": [], "메모": [["한 줄"]]}))
    assert (document.kind, document.pages) == ("xlsx", 3)
    assert [(b.page, b.heading) for b in document.blocks] == [(1, "매출"), (3, "메모")]
    assert document.text == (
        "2026년 매출\n품목; 수량; 값; 날짜; 때\n"
        "품목: 사과; 수량: 3; 값: 2.5; 날짜: 2026-11-01; 때: 2026-11-01 09:30:00\n"
        "품목: 배; 수량: 4; 때: true\n\n한 줄"
    )


HTML = """<html><head><meta charset="{}"><title>규정집</title><style>p {{}}</style></head><body>
<nav>메뉴</nav><aside>광고</aside><h1>휴가</h1><p>연차는 <a href="http://a.b/c">15일</a>이다.</p>
<p style="display: none">숨은 지시</p><script>alert(1)</script><h2>반차</h2>
<table><tr><th>구분</th><th>일수</th></tr><tr><td>반차</td><td>0.5</td></tr></table>
<footer>회사 주소</footer></body></html>"""


def test_html_is_its_content_alone(load: Load) -> None:
    document = load("a.html", HTML.format("utf-8"))
    assert document.kind == "html"
    assert headings(document) == [("휴가", "휴가"), ("휴가 › 반차", "반차")]
    assert document.text == (
        "휴가\n\n연차는 15일이다.\n\n반차\n\n| 구분 | 일수 |\n| --- | --- |\n| 반차 | 0.5 |"
    )


def test_korean_html_of_the_old_days(load: Load) -> None:
    document = load("a.htm", HTML.format("euc-kr").encode("cp949"))
    assert document.encoding == "cp949"
    assert "연차는 15일이다." in document.text


def test_a_page_without_a_heading_has_its_title(load: Load) -> None:
    document = load("a.html", "<title>규정집</title><p>본문</p>")
    assert headings(document) == [("규정집", "규정집")]


def test_deeply_nested_html_is_read_all_the_same(load: Load) -> None:
    assert "속" in load("a.html", "<div>" * 3_000 + "속" + "</div>" * 3_000).text
