"""Text, Markdown, JSON and CSV as people write them."""

import unicodedata

import pytest

from core.collection import LoadedDocument
from tests.core.retrieval.load.conftest import Load
from tests.core.retrieval.load.refusals import refused


def headings(document: LoadedDocument) -> list[tuple[str, str]]:
    """Heading and first line of each block."""
    return [
        (block.heading, document.text[block.start : block.end].split("\n")[0])
        for block in document.blocks
    ]


def test_text_is_one_block_without_a_heading(load: Load) -> None:
    document = load("a.txt", "\n첫 줄\r\n둘째 줄\r\n\r\n끝\n")
    assert document.text == "첫 줄\n둘째 줄\n\n끝"
    assert (document.kind, document.pages, document.encoding) == ("text", None, "utf-8")
    assert [(block.page, block.heading) for block in document.blocks] == [(None, "")]


def test_a_form_feed_begins_a_page(load: Load) -> None:
    document = load("a.txt", "첫 쪽\f\f셋째 쪽\f")
    assert document.pages == 3
    assert [block.page for block in document.blocks] == [1, 3]


def test_letters_in_parts_are_composed(load: Load) -> None:
    name = unicodedata.normalize("NFD", "휴가.txt")
    assert load(name, unicodedata.normalize("NFD", "한글 각하")).text == "한글 각하"


def test_nothing_that_cannot_be_stored_is_left(load: Load) -> None:
    assert load("a.txt", "a\0b\x1b[31mc\u2028d" + " 글" * 300).text.startswith("ab[31mc\nd 글")


def test_markdown_knows_the_path_of_headings(load: Load) -> None:
    document = load(
        "a.md",
        "앞말\n# 안내\n글\n## 휴가 **제도** ##\n글\n### [연차](a.md)\n글\n## 급여\n글\n\n끝맺음\n===\n글\n",
    )
    assert document.kind == "markdown"
    assert headings(document) == [
        ("", "앞말"),
        ("안내", "# 안내"),
        ("안내 › 휴가 제도", "## 휴가 **제도** ##"),
        ("안내 › 휴가 제도 › 연차", "### [연차](a.md)"),
        ("안내 › 급여", "## 급여"),
        ("끝맺음", "끝맺음"),
    ]


def test_what_only_looks_like_a_heading_is_none(load: Load) -> None:
    document = load(
        "a.md",
        "---\ntitle: 설정\n---\n```sh\n# comment\n```\n~~~\n# other\n```\n# still\n~~~\n"
        "#hashtag\n\n    # indented\n\n- item\n---\n두 줄\n문단\n---\n",
    )
    assert headings(document) == [("", "---")]


def test_markdown_keeps_every_line(load: Load) -> None:
    text = "# 하나\n\n\n글  \n글\n# 둘\n# 셋\n\n끝"
    assert load("a.md", text).text == text


def test_json_records_are_paragraphs_of_named_values(load: Load) -> None:
    document = load(
        "a.json",
        '{"version": 1.10, "문서": [{"제목": "휴가", "꼬리표": ["가", "나"], "작성": {"이름": "김"}},'
        ' {"제목": "급여", "비고": null, "공개": true}]}',
    )
    assert document.text == (
        "version: 1.10\n\n문서.제목: 휴가\n문서.꼬리표: 가, 나\n문서.작성.이름: 김\n\n"
        "문서.제목: 급여\n문서.공개: true"
    )
    assert load("b.json", '["하나", "둘"]').text == "하나\n\n둘"
    assert load("c.json", "[" + "9" * 5000 + "]").text == "9" * 5000


def test_json_lines_are_one_record_a_line(load: Load) -> None:
    lines = '{"질문": "하나"}\r\n\r\n{"질문": "둘\\ud800"}\n'
    assert load("a.jsonl", lines).text == "질문: 하나\n\n질문: 둘\ufffd"
    assert load("a.json", lines).text == "질문: 하나\n\n질문: 둘\ufffd"


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.json", '{"a": 1,\n "b": }', 2),
        ("a.json", "[" * 200_000, 1),
        ("a.json", '{"a":' * 5_000 + "1" + "}" * 5_000, 1),
        ("a.jsonl", '{"a": 1}\n{"a": 2}\n{oops}\n', 3),
        ("a.ndjson", '{"a": "두\n줄"}\n', 1),
    ],
)
def test_broken_json_names_its_line(load: Load, name: str, content: str, line: int) -> None:
    with refused("bad_json", line=line):
        load(name, content)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_row_found_alone_names_its_columns(load: Load, delimiter: str) -> None:
    rows = [["품목", "수량", "비고"], ["사과", "3", "빨강, 둥근; 것"], ["배", "", "단\n것"]]
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
    document = load("a.csv", "\r\n".join(lines))
    assert document.kind == "csv"
    assert document.text == (
        "품목; 수량; 비고\n품목: 사과; 수량: 3; 비고: 빨강, 둥근; 것\n품목: 배; 비고: 단 것"
    )


def test_a_table_without_names_is_kept_as_it_is(load: Load) -> None:
    assert load("a.csv", "1,사과\n2,배\n").text == "1; 사과\n2; 배"


def test_one_column_is_a_text_a_line(load: Load) -> None:
    text = '그는 "갔다"고 말했다, 정말\n"시작만 따옴표\n쉼표 없는 줄\n'
    assert load("a.csv", text).text == text.strip()
    assert load("b.csv", '"하나, 둘"\n"셋"\n').text == "하나, 둘\n셋"


def test_a_csv_in_cp949_from_a_spreadsheet(load: Load) -> None:
    document = load("a.csv", "품목,수량\r\n사과,3\r\n".encode("cp949"))
    assert document.text == "품목; 수량\n품목: 사과; 수량: 3"
    assert document.encoding == "cp949"


def test_tabs_of_a_tsv_are_never_guessed(load: Load) -> None:
    assert load("a.tsv", "a,b\tc\nd\te,f\n").text == "a,b; c\na,b: d; c: e,f"
