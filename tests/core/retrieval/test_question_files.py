"""Questions with their right passages, read from a file."""

import json
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UsageError
from core.example import Passage
from core.retrieval.question_files import (
    MAX_BYTES,
    MAX_CHARACTERS,
    MAX_QUESTIONS,
    REASONS,
    read_questions,
)
from core.retrieval.questions import Question, is_right


def read(text: str, name: str = "q.csv") -> list[Question]:
    return read_questions(name, text.encode())


def refusal(content: str | bytes, name: str = "q.csv") -> tuple[str, int | None]:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(UsageError) as caught:
        read_questions(name, raw)
    assert caught.value.kind == "bad_questions"
    assert caught.value.details["reason"] in REASONS
    return caught.value.details["reason"], caught.value.details.get("line")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_as_spreadsheets_write_it(encoding, separator):
    rows = [
        ["질문", "문서", "쪽", "구절", "답변", "메모"],
        ["연차는 며칠인가요?", "규정.pdf", "3쪽", "유급 휴가를 받습니다", "25일", "x"],
        ["When?", "rules.pdf", "4", "", "", ""],
    ]
    text = "\r\n".join(separator.join(row) for row in rows)
    first, second = read_questions("질문.csv", text.encode(encoding))
    assert (first.question, first.document, first.page) == ("연차는 며칠인가요?", "규정.pdf", 3)
    assert (first.quote, first.answer, first.language) == ("유급 휴가를 받습니다", "25일", "ko")
    assert (second.page, second.quote, second.answer, second.language) == (4, "", "", "en")


def test_json_lines_and_a_json_list_say_the_same():
    records = [
        {"question": "Why?", "passage_id": ["p1", "p2"]},
        {"Question": "How?", "document": "a.md", "page": 2, "quote": None, "note": {"x": 1}},
    ]
    lines = "\n".join(json.dumps(record) for record in records)
    assert read(lines, "q.jsonl") == read(json.dumps(records, indent=1), "q.json")
    assert read(lines, "noname") == read(lines, "q.ndjson")
    first, second = read(lines, "q.jsonl")
    assert (first.passage_ids, second.document, second.page) == (("p1", "p2"), "a.md", 2)


def test_ids_of_passages_in_a_cell_are_separated_by_blanks_or_commas():
    (question,) = read('question,passage_id\nWhy?,"p1, p2;p3 p4"\n')
    assert question.passage_ids == ("p1", "p2", "p3", "p4")


def test_an_id_is_the_same_in_the_next_reading_and_no_two_are_alike():
    text = "question,document\nWhy?,a.md\nHow?,a.md\nWhy?,a.md\n"
    first, second, third = (question.id for question in read(text))
    assert [q.id for q in read("question,document\nHow?,a.md\nWhy?,a.md\n")] == [second, first]
    assert third == f"{first}-2"
    assert [q.id for q in read("id,question,document\n7,Why?,a\n7,How?,a\n")] == ["7", "7-2"]


def test_what_is_written_apart_by_macos_is_read_as_one():
    text = unicodedata.normalize("NFD", "질문,구절\n왜?,산란\n")
    (question,) = read(text)
    assert (question.question, question.quote) == ("왜?", "산란")


def test_the_apostrophe_in_front_of_a_formula_is_taken_off():
    (question,) = read("question,quote\n'=1+1?,'-3 degrees\n")
    assert (question.question, question.quote) == ("=1+1?", "-3 degrees")


@pytest.mark.parametrize(
    ("content", "name", "reason", "line"),
    [
        ("", "q.csv", "empty", None),
        ("  \n\n", "q.jsonl", "empty", None),
        ("question,document\n", "q.csv", "empty", None),
        ("[]", "q.json", "empty", None),
        ("document,page\na.md,1\n", "q.csv", "no_question_column", 1),
        ('{"document": "a"}', "q.jsonl", "no_question_column", 1),
        ("question,document\n\nWhy?,a\n,b\n", "q.csv", "question_missing", 4),
        ("question,document\nWhy?,\n", "q.csv", "nothing_to_judge_by", None),
        ("question\nWhy?\n", "q.csv", "nothing_to_judge_by", None),
        ("question,page\nWhy?,two\n", "q.csv", "bad_page", 2),
        ("question,page\nWhy?,0\n", "q.csv", "bad_page", 2),
        ('question,document\n"Why?,a\n', "q.csv", "bad_csv", 2),
        ("question,document\nWhy?,a,b\n", "q.csv", "bad_csv", 2),
        ('{"question": "Why?", "document": "a"}\n{"question"', "q.jsonl", "bad_json", 2),
        ("[1]", "q.json", "bad_json", 1),
        ("[" * 100_000, "q.json", "bad_json", 1),
        ('{"question": {"a": 1}, "document": "a"}', "q.jsonl", "bad_json", 1),
        (b"question\0,document", "q.csv", "not_text", 1),
        (b"PK\x03\x04\n\xff\xfe\xfd", "q.csv", "not_text", 2),
        (b"x" * (MAX_BYTES + 1), "q.csv", "too_large", None),
        (f"question,document\n{'x' * (MAX_CHARACTERS + 1)},a\n", "q.csv", "too_large", 2),
        ("question,document\n" + "Why?,a\n" * (MAX_QUESTIONS + 1), "q.csv", "too_many", 5002),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_refused_with_code_and_line(
    content, name, reason, line
):
    assert refusal(content, name) == (reason, line)


QUOTE = "직원은 연 25일의 유급 휴가를 받으며 신청은 2주 전에 합니다."


def passage(text: str, **values) -> Passage:
    values = {"document": "규정집/휴가.pdf", "page": 3, "id": "p1"} | values
    return Passage(start=0, end=len(text), text=text, **values)


def question(**values) -> Question:
    return Question(id="q", question="연차?", language="ko", **values)


def test_a_quotation_is_found_whatever_the_blanks_and_wherever_it_was_cut():
    asked = question(document="휴가.pdf", page=9, quote=QUOTE)
    assert is_right(asked, passage(f"앞.\n{QUOTE.replace(' ', chr(10))} 뒤."))
    assert is_right(asked, passage(f"앞 문장입니다. {QUOTE[:22]}"))
    assert is_right(asked, passage(f"{QUOTE[15:]} 다음 문장입니다."))
    assert not is_right(asked, passage(f"앞 문장입니다. {QUOTE[:8]}"))
    assert not is_right(asked, passage("직원은 점심을 받습니다."))
    assert not is_right(asked, passage(QUOTE, document="반품.pdf"))


def test_a_quotation_cut_in_many_is_right_in_each_part_of_some_length():
    asked = question(quote=QUOTE * 4)
    assert is_right(asked, passage(QUOTE))
    assert not is_right(asked, passage("유급"))


@pytest.mark.parametrize("name", ["휴가.pdf", "휴가", "규정집/휴가.pdf", "규정집\\휴가.PDF"])
def test_a_document_is_named_with_or_without_folder_and_ending(name):
    assert is_right(question(document=name), passage("x"))
    assert is_right(question(document=unicodedata.normalize("NFD", name)), passage("x"))


def test_document_and_page_must_both_fit():
    asked = question(document="휴가.pdf", page=3, answer="25일")
    assert is_right(asked, passage("x"))
    assert not is_right(asked, passage("x", page=4))
    assert not is_right(asked, passage("x", page=None))
    assert not is_right(asked, passage("x", document="반품.pdf"))


def test_an_id_decides_and_an_answer_is_the_last_resort():
    assert is_right(question(passage_ids=("p1",), quote="nowhere"), passage("x"))
    assert not is_right(question(passage_ids=("p2",)), passage("x"))
    assert is_right(question(answer="25 일"), passage(QUOTE))
    assert not is_right(question(answer="15일"), passage(QUOTE))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    st.sampled_from(["q.csv", "q.json"]),
)
def test_any_file_is_read_or_refused(content, name):
    for head in (b"", b"question,document\n"):
        with suppress(UsageError):
            for found in read_questions(name, head + content):
                assert found.question


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=30, max_size=80, alphabet="가나다라 마바사"), st.integers(1, 79))
def test_one_of_two_parts_of_a_quotation_is_always_right(quote, cut):
    if len("".join(quote.split())) >= 24:
        parts = (passage(quote[:cut]), passage(quote[cut:]))
        assert any(is_right(question(quote=quote), part) for part in parts)
