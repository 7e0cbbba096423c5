"""What columns mean: guessed from names and content, shown first, then read row by row."""

import unicodedata
from pathlib import Path

import pytest

from core.errors import UsageError
from core.example import Example
from core.examples.columns import Columns, guess, preview, read, tags_of
from core.examples.tables import Table, open_table


def table(text: str, name: str = "a.csv") -> Table:
    return open_table(name, text.encode())


def guessed(text: str, name: str = "a.csv") -> Columns | None:
    opened = table(text, name)
    return guess(opened.columns, [row for _, row in opened.rows()])


def refusal(text: str, columns: Columns) -> UsageError:
    with pytest.raises(UsageError) as caught:
        list(read(table(text), columns))
    assert caught.value.kind == "bad_examples"
    return caught.value


SHIPPED = Path(__file__).parents[3] / "assets" / "examples"
QA = Columns(question="question", answer="answer")


@pytest.mark.parametrize(
    ("header", "question", "answer"),
    [
        ("question,answer", "question", "answer"),
        ("id,document,label", "document", "label"),
        ("문장,감정", "문장", "감정"),
        (unicodedata.normalize("NFD", "질문,답변"), "질문", "답변"),
        ("정답,문제", "문제", "정답"),
        ("Response,PROMPT", "PROMPT", "Response"),
        ("text,label,label_name", "text", "label"),
        ("본문,레이블", "본문", "레이블"),
        ("리뷰,라벨", "리뷰", "라벨"),
        ("input,output", "input", "output"),
        ("prompt,chosen,rejected", "prompt", "chosen"),
    ],
)
def test_known_names_are_recognised_in_both_languages(header, question, answer):
    found = guessed(f"{header}\n1,2,3\n".replace("1,2,3", ",".join("123"[: header.count(",") + 1])))
    assert found is not None
    assert (found.question, found.answer) == (question, answer)


def test_unknown_names_are_told_by_what_stands_below():
    text = "nr,what was said,verdict,who\n" + "".join(
        f"{n},This film number {n} was so long that I slept,{v},viewer {n} of many\n"
        for n, v in enumerate(["good", "bad", "good", "bad", "good"])
    )
    found = guessed(text)
    assert found == Columns(question="what was said", answer="verdict", fields=("nr", "who"))


def test_one_known_name_is_kept_and_the_other_side_found():
    found = guessed("텍스트,결말\n이 영화는 정말 재미있었습니다,good\n지루한 영화,bad\n")
    assert found == Columns(question="텍스트", answer="결말")
    found = guessed("설명,감정\n이 영화는 정말 재미있었습니다,긍정\n지루한 영화,부정\n")
    assert found == Columns(question="설명", answer="감정")


def test_what_is_known_is_not_guessed():
    columns = ("question", "answer", "tags", "note")
    rows = [dict.fromkeys(columns, "x")]
    found = guess(columns, rows, question="answer", answer="question", tags="note")
    assert found == Columns(question="answer", answer="question", tags="note", fields=("tags",))
    assert guess(columns, rows, answer="note").question == "question"


def test_tags_and_sides_are_found_and_the_rest_is_kept_beside():
    found = guessed("질문,답변,태그,구분,출처,,\nQ,A,쉬움,학습,책,,\nQ2,A,어려움,,책,,\n")
    assert found == Columns(
        question="질문", answer="답변", tags="태그", split="구분", fields=("출처",)
    )


def test_a_column_of_that_name_with_other_things_in_it_names_no_sides():
    found = guessed("질문,답변,구분\nQ,A,역사\n")
    assert found == Columns(question="질문", answer="답변", fields=("구분",))


def test_two_columns_ask_and_answer_whatever_they_are_called():
    assert guessed("tags,split\nA longer text,train\n") == Columns(question="tags", answer="split")


@pytest.mark.parametrize("text", ["question\nWhy?\n", "하나\n둘\n"])
def test_one_column_is_too_few(text):
    assert guessed(text) is None


def test_a_header_alone_is_guessed_by_name():
    assert guessed("질문,답변,구분\n") == Columns(question="질문", answer="답변", split="구분")


def test_rows_become_examples_with_their_side_tags_and_fields():
    text = (
        "질문,답변,태그,구분,출처\n"
        "왜?,그래서,쉬움; 물리,학습용,책\n"
        "누가?,내가,,평가,\n"
        '"어디,\n서?",여기,a,,웹\n'
    )
    columns = guessed(text)
    first, second, third = read(table(text), columns)
    assert first.example == Example(
        question="왜?", answer="그래서", tags=("쉬움", "물리"), fields=(("출처", "책"),)
    )
    assert (first.side, second.side, third.side) == ("train", "test", None)
    assert second.example.fields == ()
    assert (third.line, third.example.question) == (4, "어디,\n서?")


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a; b ;a;;", ("a", "b")),
        ("a, b", ("a", "b")),
        ("a, b; c", ("a, b", "c")),
        ('["a", "b;c"]', ("a", "b;c")),
        ('["a", 1]', ('["a"', "1]")),
        (r"a\;b; c\,d; e\\", ("a;b", "c,d", "e\\")),
        (r"C:\temp", (r"C:\temp",)),
        ("쉬움, 한국사", ("쉬움", "한국사")),
    ],
)
def test_a_cell_holds_several_tags(cell, tags):
    assert tags_of(cell) == tags


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_an_input_belongs_to_its_instruction(name):
    text = {
        "a.csv": "instruction,input,output\nSay it,loud,LOUD\nSay it,,it\n",
        "a.jsonl": '{"instruction":"Say it","input":"loud","output":"LOUD"}\n'
        '{"instruction":"Say it","output":"it"}',
    }[name]
    columns = guessed(text, name)
    assert columns == Columns(question="instruction", answer="output")
    found = [row.example.question for row in read(table(text, name), columns)]
    assert found == ["Say it\n\nloud", "Say it"]
    apart = Columns(question="instruction", answer="output", fields=("input",))
    first = next(read(table(text, name), apart)).example
    assert (first.question, first.fields) == ("Say it", (("input", "loud"),))


def test_a_preview_shows_the_first_rows_even_where_a_side_is_empty():
    text = "question,answer\nQ1,\nQ2,A\n,A\nQ4,A\n"
    found = preview(table(text), QA, 3)
    assert [(row.line, row.example.answer) for row in found] == [(2, ""), (3, "A"), (4, "A")]


def test_a_row_with_an_empty_side_is_refused_with_its_line():
    error = refusal("question,answer\nQ,A\nQ2, \n", QA)
    assert (error.details["code"], error.details["line"]) == ("empty_answer", 3)
    error = refusal("question,answer\nQ,A\n ,A\n", QA)
    assert (error.details["code"], error.details["line"]) == ("empty_question", 3)
    error = refusal("question,answer\nQ,\nQ2,A\n", QA)
    assert (error.details["code"], error.details["line"]) == ("empty_answer", 2)


def test_an_answer_column_that_is_empty_throughout_is_named():
    text = "질문,답변,감정\n" + "왜?,,긍정\n" * 3
    error = refusal(text, Columns(question="질문", answer="답변"))
    assert (error.details["code"], error.details["column"]) == ("empty_answers", "답변")
    assert "line" not in error.details


@pytest.mark.parametrize(
    ("text", "columns", "code"),
    [
        ("question,answer\n", QA, "no_example"),
        ("question,answer\nQ,A\n", Columns(question="question", answer="label"), "unknown_column"),
        ("question,answer\nQ,A\n", Columns(question="", answer="answer"), "unknown_column"),
        ("question,answer\nQ,A\n", Columns(question="answer", answer="answer"), "same_column"),
    ],
)
def test_columns_that_do_not_fit_are_refused(text, columns, code):
    assert refusal(text, columns).details["code"] == code


def test_the_columns_there_are_said_with_an_unknown_one():
    error = refusal("문장,감정\na,b\n", QA)
    assert error.details["column"] == "question"
    assert error.details["columns"] == "문장, 감정"


def test_a_side_that_is_neither_is_refused_with_its_line():
    columns = Columns(question="question", answer="answer", split="s")
    error = refusal("question,answer,s\nQ,A,train\nQ2,A,나중에\n", columns)
    assert error.details["code"] == "bad_split"
    assert (error.details["line"], error.details["value"]) == (3, "나중에")


def test_a_question_grown_too_long_by_its_input_is_refused():
    long = "x" * 60_000
    text = f"instruction,input,output\n{long},{long},A\n"
    columns = Columns(question="instruction", answer="output")
    assert refusal(text, columns).details["code"] == "too_long"


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.jsonl")), ids=lambda file: file.stem)
def test_the_shipped_sets_are_understood(file):
    opened = open_table(file.name, file.read_bytes())
    columns = guess(opened.columns, [row for _, row in opened.rows()])
    assert (columns.question, columns.answer) == ("question", "answer")
    named = {columns.tags or "tags", columns.split or "split"}
    assert named == {"tags", "split"}
    rows = list(read(opened, columns))
    assert len(rows) == len(file.read_text("utf-8").splitlines())
    assert not any(tag[:1] in '["' for row in rows for tag in row.example.tags)


@pytest.mark.parametrize(
    ("header", "question", "answer"),
    [
        (("Question Text", "Answer Text", "Category"), "Question Text", "Answer Text"),
        (("문의내용", "담당자 답변", "분류"), "문의내용", "담당자 답변"),
        (("분류", "고객질문", "모범답안"), "고객질문", "모범답안"),
        (("question", "question type", "answer"), "question", "answer"),
    ],
)
def test_a_name_within_a_name_is_known(header, question, answer):
    found = guess(header, [dict.fromkeys(header, "x")])
    assert found is not None
    assert (found.question, found.answer) == (question, answer)
