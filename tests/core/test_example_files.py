import io
import json
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core import example_files, uploaded_text
from core.errors import UsageError
from core.example import Example
from core.example_files import MAX_BYTES, MAX_CHARACTERS, read_examples
from core.store.export import VOTE_COLUMNS, as_csv, as_jsonl, harmless
from core.uploaded_text import HARMLESS, Unreadable, decoded

WHY = Example(question="Why?", answer="Because.")


def refusal(name: str, content: str | bytes) -> UsageError:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(UsageError) as caught:
        read_examples(name, raw)
    assert caught.value.kind == "bad_examples"
    assert caught.value.details["reason"] in str(caught.value)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_as_spreadsheets_write_it(encoding, separator, end):
    rows = [["질문", "답변"], ["하늘은 왜 파란가요?", "산란 때문입니다."], ["왜", "그래서"]]
    text = end.join(separator.join(row) for row in rows) + end
    assert read_examples("예제.csv", text.encode(encoding)) == [
        Example(question=question, answer=answer) for question, answer in rows[1:]
    ]


@pytest.mark.parametrize(
    "header",
    [
        "question,answer",
        "prompt,completion",
        "instruction,output",
        "질문,답변",
        unicodedata.normalize("NFD", "질문,답변"),
        " Question , ANSWER ",
        '"question","answer"',
    ],
)
def test_every_accepted_header_is_understood(header):
    assert read_examples("a.csv", f"\n{header}\nWhy?,Because.\n".encode()) == [WHY]


def test_other_columns_and_the_order_of_columns_do_not_matter():
    text = "id,answer,note,question\n1,Because.,x,Why?\n"
    assert read_examples("a.csv", text.encode()) == [WHY]


def test_quotes_separators_and_line_breaks_inside_a_cell_are_text():
    text = 'question,answer\n"Why, ""exactly""?", "One\r\ntwo"\n5" pipe,a "b" c\n'
    assert read_examples("a.csv", text.encode()) == [
        Example(question='Why, "exactly"?', answer="One\r\ntwo"),
        Example(question='5" pipe', answer='a "b" c'),
    ]


def test_an_input_belongs_to_its_instruction():
    text = "instruction,input,output\nSay it,loud,LOUD\nSay it,,it\n"
    expected = [
        Example(question="Say it\n\nloud", answer="LOUD"),
        Example(question="Say it", answer="it"),
    ]
    assert read_examples("a.csv", text.encode()) == expected
    lines = [
        {"instruction": "Say it", "input": "loud", "output": "LOUD"},
        {"instruction": "Say it", "output": "it"},
    ]
    assert read_examples("a.jsonl", "\n".join(map(json.dumps, lines)).encode()) == expected


@pytest.mark.parametrize("sides", ["Why?,", ",Because.", "Why?"])
def test_rows_with_an_empty_side_are_kept_for_the_check_to_report(sides):
    (example,) = read_examples("a.csv", f"question,answer\n{sides}\n".encode())
    assert "" in (example.question, example.answer)


def test_rows_without_anything_are_no_rows():
    assert read_examples("a.csv", b"question,answer,,\n\nWhy?,Because.,,\n,,,\n  ,\n") == [WHY]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+82", "-3", "@home", "\tx", "\nx", "  =1", "＝1", "| a |", "'quoted'", "plain"],
)
def test_what_our_export_made_harmless_reads_as_it_was(text):
    row = {"vote_id": "v", "rating": 1, "question": text, "answer": text}
    cells = tuple(row.get(column) for column in VOTE_COLUMNS)
    file = "".join(as_csv(iter([cells]), VOTE_COLUMNS))
    assert read_examples("votes.csv", file.encode()) == [Example(question=text, answer=text)]


@given(st.text(alphabet="=+-@\t\r\n|＝＋－＠ 'ab", max_size=6))
def test_the_apostrophe_of_the_export_is_known_here(text):
    made = str(harmless(text))
    if made != text:
        assert HARMLESS.sub("", made) == text


def test_json_lines_keep_an_apostrophe():
    line = json.dumps({"question": "'=1", "answer": "'-"}).encode()
    assert read_examples("a.jsonl", line) == [Example(question="'=1", answer="'-")]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_answer_that_was_voted_down_is_not_a_good_answer(form):
    rows = [
        {"vote_id": str(n), "rating": rating, "question": f"Q{n}", "answer": "A"}
        for n, rating in enumerate([1, -1, 1])
    ]
    cells = iter([tuple(row.get(column) for column in VOTE_COLUMNS) for row in rows])
    write = as_csv if form == "csv" else as_jsonl
    found = read_examples(f"votes.{form}", "".join(write(cells, VOTE_COLUMNS)).encode())
    assert [example.question for example in found] == ["Q0", "Q2"]


def test_a_rating_in_somebody_elses_table_means_nothing_to_us():
    assert read_examples("a.csv", b"question,answer,rating\nWhy?,Because.,-1\n") == [WHY]


def chat(*turns: str) -> list[dict[str, str]]:
    roles = {"s": "system", "u": "user", "a": "assistant"}
    return [{"role": roles[turn[0]], "content": turn[2:]} for turn in turns]


@pytest.mark.parametrize(
    "content",
    [
        {"question": "Why?", "answer": "Because."},
        {"Question ": "Why?", "ANSWER": "Because."},
        {"질문": "Why?", "답변": "Because."},
        {"prompt": "Why?", "completion": "Because."},
        {"instruction": "Why?", "input": "", "output": "Because."},
        {"messages": chat("s:Be brief.", "u:Why?", "a:Because.")},
        {"messages": chat("u:Hi", "a:Hello", "u:Why?", "a:Because.")},
        {"messages": chat("u:Why?", "a:Because.", "u:And you?")},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Why?"}]},
                      *chat("a:Because.")]},
        {"prompt": chat("s:Be brief.", "u:Why?"), "completion": chat("a:Because.")},
        {"prompt": chat("u:Why?"), "completion": chat("a:Because."), "label": True},
        {"prompt": "an id", "messages": chat("u:Why?", "a:Because.")},
    ],
)  # fmt: skip
def test_every_accepted_object_is_understood(content):
    line = json.dumps(content, ensure_ascii=False)
    assert read_examples("a.jsonl", f"\n{line}\r\n\n".encode()) == [WHY]
    assert read_examples("a.json", f" [{line},\n {line}]\n".encode()) == [WHY, WHY]


def test_kto_lines_with_a_thumb_down_are_left_out():
    lines = [{"prompt": chat("u:Q"), "completion": chat("a:A"), "label": x} for x in (True, False)]
    assert len(read_examples("a.jsonl", "\n".join(map(json.dumps, lines)).encode())) == 1


def test_numbers_and_truth_values_are_text_and_nothing_is_empty():
    lines = b'{"question": 1.5, "answer": true}\n{"question": "Q", "answer": null}'
    assert read_examples("a.jsonl", lines) == [
        Example(question="1.5", answer="true"),
        Example(question="Q", answer=""),
    ]


def test_the_ending_decides_and_without_one_the_first_character_does():
    assert read_examples("upload", b'{"question": "Why?", "answer": "Because."}') == [WHY]
    assert read_examples("upload.txt", b"question\tanswer\nWhy?\tBecause.") == [WHY]
    assert "columns" in str(refusal("a.csv", '{"question": "Why?", "answer": "Because."}'))


def test_line_separators_of_unicode_do_not_end_a_json_line():
    content = {"question": "a\u2028b\x85c", "answer": "d"}
    line = json.dumps(content, ensure_ascii=False).encode()
    assert read_examples("a.jsonl", line)[0].question == "a\u2028b\x85c"


def test_a_nul_and_half_a_character_in_json_are_cleaned_away():
    (example,) = read_examples("a.jsonl", rb'{"question": "a\u0000b", "answer": "\ud83d"}')
    assert example == Example(question="ab", answer="\ufffd")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("question,answer\na,b\nWhy, exactly?,Because.\n", 3, "double quotes"),
        ('question,answer\na,b\n\n"Why?,Because.\nc,d\n', 4, "never closed"),
        ('question,answer\n"a\nb",c\n"Why" not?,Because.\n', 4, "write it twice"),
        ("question,answer\na,b\nWhy?," + "x" * (MAX_CHARACTERS + 1), 3, "characters"),
        ("question,answer\na,b\nWhy?," + "x" * 200_000, 3, "characters"),
        ("frage;antwort\nWarum?;Darum.\n", 1, "질문"),
        ("Why?,Because.\n", 1, "prompt and completion"),
        ("question\nWhy?\n", 1, "question and answer"),
    ],
)
def test_a_bad_table_is_refused_with_its_line(text, line, said):
    error = refusal("a.csv", text)
    assert error.details["line"] == line
    assert said in error.details["reason"]
    assert f"line {line}" in str(error)


GOOD = '{"question": "Why?", "answer": "Because."}'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (f'{GOOD}\n{{"question": "Why?"\n', 2, "not valid JSON"),
        (f'{GOOD}\n\n{{"question": "Why?"}}\n', 3, "question and answer"),
        (f'{GOOD}\n"text"\n', 2, "object"),
        (f"{GOOD}\n{GOOD} {GOOD}\n", 2, "one object a line"),
        (f'{GOOD}\n{{"question": {{}}, "answer": "a"}}\n', 2, "must be text"),
        (f'{GOOD}\n{{"messages": [{{"role": "user", "content": "a"}}]}}\n', 2, "assistant"),
        (f'{GOOD}\n{{"messages": ["a"]}}\n', 2, "role and content"),
        (f'{GOOD}\n{{"messages": []}}\n', 2, "assistant"),
        (f'{GOOD}\n{{"question": "a", "answer": "{"x" * (MAX_CHARACTERS + 1)}"}}', 2, "100,001"),
        (f"{GOOD}\n{'[' * 100_000}", 2, "nested too deep"),
        (f"{GOOD}\n{'9' * 5000}", 2, "a number is too long"),
        (f"[\n{GOOD},\n\n{GOOD[:-1]}\n]", 5, "not valid JSON"),
        (f"[{GOOD}\n{GOOD}]", 2, "comma"),
        (f"[{GOOD}\n", 2, "comma"),
        (f"[{GOOD},\n", 2, "not valid JSON"),
        (f"[{GOOD}]\nmore", 1, "follows the end"),
        (f"[{GOOD},\n{'[' * 100_000}", 2, "nested too deep"),
        ("[\n1]", 2, "object"),
    ],
)
def test_bad_json_is_refused_with_its_line(text, line, said):
    error = refusal("a.json", text)
    assert error.details["line"] == line
    assert said in error.details["reason"]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a", ""])
@pytest.mark.parametrize("content", [b"", b"\n \t\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(name, content):
    assert "empty" in str(refusal(name, content))


@pytest.mark.parametrize(("name", "text"), [("a.csv", "question,answer\n"), ("a.json", "[ ]")])
def test_a_file_without_examples_is_refused(name, text):
    assert "no example" in str(refusal(name, text))


def test_a_nul_byte_is_refused_with_its_line():
    error = refusal("a.csv", b"question,answer\na,b\nc,\0d\n")
    assert error.details["line"] == 3
    assert "CSV UTF-8" in error.details["reason"]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04\x14\x00\x06\x00",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        bytes(range(1, 256)),
        "question,answer\nWhy?,Because.\n".encode("utf-16"),
        b"\xff\xfe\xfd" * 50,
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.json", "a"])
def test_what_is_no_text_is_refused(name, content):
    refusal(name, content)


def test_one_bad_byte_does_not_turn_korean_into_nonsense():
    text = "question,answer\n하늘은 왜 파란가요?,빛이 흩어지기 때문입니다.\n"
    error = refusal("a.csv", text.encode() + "왜,".encode() + b"\xec\n")
    assert error.details["line"] == 3
    assert "UTF-8" in error.details["reason"]


def test_a_large_file_and_a_long_one_are_refused(monkeypatch):
    assert "20 MB" in str(refusal("a.csv", b"x" * (MAX_BYTES + 1)))
    monkeypatch.setattr(example_files, "MAX_ROWS", 2)
    error = refusal("a.csv", "question,answer\na,b\nc,d\ne,f\n")
    assert (error.details["line"], "split" in error.details["reason"]) == (4, True)
    assert len(read_examples("a.csv", b"question,answer\na,b\nc,d\n")) == 2


def test_the_limit_of_a_text_is_inclusive():
    text = "x" * MAX_CHARACTERS
    assert read_examples("a.csv", f"question,answer\nWhy?,{text}\n".encode())[0].answer == text


def test_a_long_name_is_shortened_in_the_message():
    assert len(str(refusal("a" * 5000 + ".csv", ""))) < 200


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.json", "a"]))
def test_any_bytes_are_read_or_refused(content, name):
    for prefix in (b"", b"question,answer\n", b'{"question": "', b"["):
        with suppress(UsageError):
            assert read_examples(name, prefix + content)


def test_a_workbook_with_known_columns_is_read():
    book, file = Workbook(), io.BytesIO()
    for row in (["답변", "질문"], ["Because.", "Why?"], [3, "How many?"]):
        book.active.append(row)
    book.save(file)
    assert read_examples("a.xlsx", file.getvalue()) == [
        WHY,
        Example(question="How many?", answer="3"),
    ]


@given(st.text(alphabet="a가😀é\n", max_size=30), st.sampled_from(["utf-8", "utf-8-sig", "cp949"]))
def test_a_letter_cut_by_the_pieces_in_which_a_file_is_decoded_is_whole(text, encoding):
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        return
    with pytest.MonkeyPatch.context() as patch:
        whole = decoded_or_line(content)
        patch.setattr(uploaded_text, "CHUNK", 3)
        assert decoded_or_line(content) == whole
    if encoding != "cp949":
        assert whole == text


def decoded_or_line(content: bytes) -> str | int:
    try:
        return decoded(content)
    except Unreadable as error:
        return error.line
