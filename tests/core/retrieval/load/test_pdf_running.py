"""Running heads and page numbers leave the text of a PDF; nothing else does."""

import io
from pathlib import Path

import pytest
from pypdf import PdfWriter

from tests.core.retrieval.load import files
from tests.core.retrieval.load.conftest import Load

SAMPLES = Path(__file__).parents[4] / "assets/documents/haedam"
FONT = "body,td,th{font:15px 'Noto Sans CJK KR'}"
WORDS = "주전자 찻잔 쟁반 거름망 저울 온도계 행주 집게 병따개 수저".split()


def page_rule(**boxes: str) -> str:
    inner = "".join(f"@{name.replace('_', '-')}{{content:{said}}}" for name, said in boxes.items())
    return f"<style>@page{{size:A5;margin:20mm;{inner}}}{FONT}.new{{break-before:page}}</style>"


def chapters(count: int, title: str = "") -> str:
    """Pages that begin and end differently."""
    return "".join(
        f"<p class=new>{title.format(number + 1)}</p>"
        * bool(title)
        + f"<p class='{'' if title else 'new'}'>{WORDS[number]} 고르는 법을 적어 둡니다.</p>"
        f"<p>값이 싼 {WORDS[number]}도 오래 씁니다.</p><p>그래서 {WORDS[-number - 1]} 곁에 둡니다.</p>"
        for number in range(count)
    )


COUNTED = '"해담 취업규칙 (2025년 3월 1일 시행) · " counter(page) " / " counter(pages)'


@pytest.mark.parametrize(
    "boxes",
    [
        {"bottom_center": COUNTED},
        {"top_left": '"취업규칙"', "top_right": '"2025년판"', "bottom_center": "counter(page)"},
        {"top_center": '"외부 반출 금지"', "bottom_right": '"- " counter(page) " -"'},
    ],
    ids=["foot", "head and foot", "number in dashes"],
)
def test_what_runs_along_every_page_leaves_the_text(
    load: Load, tmp_path: Path, boxes: dict[str, str]
) -> None:
    plain = load("plain.pdf", files.printed(page_rule() + chapters(6), tmp_path))
    running = load("running.pdf", files.printed(page_rule(**boxes) + chapters(6), tmp_path))
    assert running.text == plain.text
    assert "주전자 고르는 법" in plain.text
    assert [block.page for block in running.blocks] == [1, 2, 3, 4, 5, 6]


def test_of_three_pages_nobody_knows(load: Load, tmp_path: Path) -> None:
    made = files.printed(page_rule(bottom_center=COUNTED) + chapters(3), tmp_path)
    text = load("a.pdf", made).text
    assert text.count("해담 취업규칙") == 3
    assert "· 2 / 3" in text


def test_the_sample_documents_lose_their_feet_alone(load: Load) -> None:
    text = load("a.pdf", (SAMPLES / "취업규칙.pdf").read_bytes()).text
    assert text.startswith("해담 취업규칙\n2025년 3월 1일 시행 · 제7차 개정판")
    assert "취업규칙 (2025년 3월 1일 시행) ·" not in text
    english = load("b.pdf", (SAMPLES / "Rotterdam Employee Handbook.pdf").read_bytes()).text
    assert english.startswith("Haedam Rotterdam Employee Handbook\nEdition 4, in force")
    assert "edition 4 ·" not in english


HEADER = "<tr><th>품목<th>수량<th>비고</tr>"


@pytest.mark.parametrize(
    "rules",
    [
        "",
        "table{border-collapse:collapse}td,th{border:1px solid}",
        "table{width:100%}th{padding:12px;border-bottom:2px solid}td{padding:3px}",
    ],
)
@pytest.mark.parametrize("foot", ["", COUNTED])
def test_the_header_of_a_table_stays_on_every_page(
    load: Load, tmp_path: Path, rules: str, foot: str
) -> None:
    """It is the first line of each page, the same, at the same place."""
    rows = "".join(
        f"<tr><td>{WORDS[n % 10]} {n}호<td>{n * 7}<td>창고 {n % 3}</tr>" for n in range(150)
    )
    style = page_rule(**({"bottom_center": foot} if foot else {}))
    html = f"{style}<style>{rules}</style><table><thead>{HEADER}</thead>{rows}</table>"
    document = load("a.pdf", files.printed(html, tmp_path))
    assert (document.pages or 0) >= 4
    pages = [document.text[block.start : block.end] for block in document.blocks]
    assert all(
        "".join(page.split()).startswith(("품목수량비고", "품목;수량;비고")) for page in pages
    )
    assert "취업규칙" not in document.text
    assert all(f"{WORDS[n % 10]} {n}호" in document.text for n in range(150))


def test_a_table_header_below_a_running_head_stays(load: Load, tmp_path: Path) -> None:
    rows = "".join(
        f"<tr><td>{WORDS[n % 10]} {n}호<td>{n * 7}<td>창고 {n % 3}</tr>" for n in range(150)
    )
    style = page_rule(top_center='"재고 목록"')
    html = f"{style}<table><thead>{HEADER}</thead>{rows}</table>"
    document = load("a.pdf", files.printed(html, tmp_path))
    assert "재고 목록" not in document.text
    assert document.text.count("품목 수량 비고") == document.pages


def test_a_title_in_the_words_of_the_running_head_stays(load: Load, tmp_path: Path) -> None:
    style = page_rule(top_center='"찻방 교재"')
    made = files.printed(f"{style}<h1>찻방 교재</h1>{chapters(6)}", tmp_path)
    document = load("a.pdf", made)
    assert document.text.startswith("찻방 교재\n")
    assert document.text.count("찻방 교재") == 1


def test_lines_with_numbers_that_count_no_pages_stay(load: Load, tmp_path: Path) -> None:
    """Each page begins with its price: equal but for the number."""
    prices = [300, 120, 990, 450, 70, 610]
    html = "".join(
        f"<p class=new>값은 {price}원</p><p style='margin-top:40px'>{word} 고르는 법을 적어 둡니다.</p>"
        f"<p>{word}도 오래 씁니다.</p>"
        for price, word in zip(prices, WORDS, strict=False)
    )
    text = load("a.pdf", files.printed(page_rule() + html, tmp_path)).text
    assert all(f"값은 {price}원" in text for price in prices)


def test_the_first_lines_of_a_text_that_repeats_itself_stay(load: Load, tmp_path: Path) -> None:
    """Every page begins alike, as letters do, but in the middle of its text."""
    made = files.printed(page_rule() + chapters(6, "안녕하십니까, 손님."), tmp_path)
    assert load("a.pdf", made).text.count("안녕하십니까, 손님.") == 6


def test_pages_that_say_nothing_else_stay(load: Load) -> None:
    page = "BT /F 12 Tf 50 700 Td (The same few words on each page.) Tj ET"
    assert load("a.pdf", files.hand_made_pdf(*[page] * 5)).text.count("same few words") == 5


def test_a_sentence_that_a_page_cuts_is_whole_again(load: Load, tmp_path: Path) -> None:
    made = files.printed(page_rule(bottom_center=COUNTED) + chapters(5), tmp_path)
    text = load("a.pdf", made).text
    assert "수저 곁에 둡니다.\n\n찻잔 고르는" in text


def test_pages_counted_anew_in_each_part_are_known_too(load: Load, tmp_path: Path) -> None:
    part = files.printed(page_rule(bottom_center=COUNTED) + chapters(4), tmp_path)
    writer = PdfWriter()
    for _ in range(3):
        writer.append(io.BytesIO(part))
    out = io.BytesIO()
    writer.write(out)
    text = load("a.pdf", out.getvalue()).text
    assert text.count("주전자 고르는") == 3
    assert "취업규칙" not in text
