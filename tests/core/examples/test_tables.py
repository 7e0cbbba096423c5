"""Files as columns and rows: every form and encoding, and the refusals with their place."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from xlsxwriter import Workbook as Workbooks

from core.errors import UsageError
from core.examples import records, refusals, tables, unpacking
from core.examples.refusals import MAX_CHARACTERS, MAX_COLUMNS
from core.examples.tables import Table, open_table


def rows(table: Table) -> list[tuple[int, dict[str, str]]]:
    return [(line, dict(row)) for line, row in table.rows()]


def refusal(name: str, content: str | bytes) -> UsageError:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(UsageError) as caught:
        rows(open_table(name, raw))
    assert caught.value.kind == "bad_examples"
    assert caught.value.details["reason"] in str(caught.value)
    return caught.value


def place(error: UsageError) -> tuple[str | int, str | int | None]:
    return error.details["code"], error.details.get("line")


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, lines in enumerate(sheets, 1):
        sheet = book.create_sheet(f"표{number}")
        for line in lines:
            sheet.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_table_is_read_in_every_dress(encoding, separator, end):
    lines = [["문장", "감정"], ["재미있다, 정말", "긍정"], ["지루하다", "부정"]]
    if separator == ",":
        lines[1][0] = '"재미있다, 정말"'
    content = end.join(separator.join(line) for line in lines).encode(encoding)
    table = open_table("영화.csv", content)
    assert (table.kind, table.columns) == ("csv", ("문장", "감정"))
    assert rows(table) == [
        (2, {"문장": "재미있다, 정말", "감정": "긍정"}),
        (3, {"문장": "지루하다", "감정": "부정"}),
    ]


def test_columns_of_any_name_tell_the_separator():
    table = open_table("a.csv", b"Frage;Antwort\nWarum, wieso?;Darum\nWer?;Ich\n")
    assert table.columns == ("Frage", "Antwort")


def test_columns_that_share_a_name_or_have_none_are_told_apart():
    table = open_table("a.csv", b"Note,note,,Note 2\n1,2,3,4\n")
    assert table.columns == ("Note", "note 2", "column 3", "Note 2 2")
    assert list(rows(table)[0][1].values()) == ["1", "2", "3", "4"]


def test_a_table_can_be_read_again_and_knows_how_far_it_is():
    content = "question,answer\n" + "왜?,그래서\n" * 50_000
    table = open_table("a.csv", content.encode())
    assert table.share < 1
    found = table.rows()
    shares = [table.share for _ in zip(range(40_000), found, strict=False)]
    assert shares == sorted(shares)
    assert 0.5 < shares[-1] < 1
    found.close()
    assert len(rows(table)) == 50_000
    assert table.share == 1


def test_an_open_file_is_read_where_it_lies_and_stays_open(tmp_path):
    path: Path = tmp_path / "a.csv"
    path.write_text("question,answer\nQ,A\n")
    with path.open("rb") as file:
        table = open_table("a.csv", file)
        assert rows(table) == rows(table)
        assert not file.closed


def test_the_rows_are_not_held():
    class Counting(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1, /) -> bytes:
            found = super().read(size)
            self.largest = max(self.largest, len(found))
            return found

    for name, line in (("a.csv", "왜?,그래서\n"), ("a.jsonl", '{"question":"왜"}\n')):
        file = Counting(("question,answer\n" if name == "a.csv" else "").encode())
        file.seek(0, 2)
        file.write(line.encode() * 100_000)
        assert len(rows(open_table(name, file))) == 100_000
        assert file.largest <= 1 << 20


def test_what_our_exports_made_harmless_is_as_it_was():
    table = open_table("a.csv", b"question,answer,'=x\n'=1+1,'-,'quoted'\n")
    assert rows(table) == [(2, {"question": "=1+1", "answer": "-", "=x": "'quoted'"})]


def test_answers_voted_down_in_our_exports_are_left_out():
    content = b"vote_id,rating,question,answer\n1,-1,Q1,A\n2,1,Q2,A\n"
    table = open_table("votes.csv", content)
    assert [row["question"] for _, row in rows(table)] == ["Q2"]
    assert len(list(table.rows(voted_down=True))) == 2
    kto = [{"prompt": "Q", "completion": "A", "label": up} for up in (True, False)]
    assert len(rows(open_table("a.jsonl", "\n".join(map(json.dumps, kto)).encode()))) == 1


@pytest.mark.parametrize("form", ["lines", "list", "pretty"])
def test_objects_become_rows_with_the_columns_of_all_of_them(form):
    content = [
        {"문장": "재미있다", "감정": "긍정", "점수": 9.5, "본": True},
        {"문장": "지루하다", "감정": None, "배우": {"주연": ["김", "이"]}},
    ]
    lines = [json.dumps(one, ensure_ascii=False) for one in content]
    text = {
        "lines": "\n".join(lines),
        "list": f"[{lines[0]},\n{lines[1]}]",
        "pretty": json.dumps(content, ensure_ascii=False, indent=2),
    }[form]
    table = open_table("a.json", text.encode())
    assert table.kind == ("jsonl" if form == "lines" else "json")
    assert table.columns == ("문장", "감정", "점수", "본", "배우")
    first, second = rows(table)
    assert list(first[1].values()) == ["재미있다", "긍정", "9.5", "true", ""]
    assert list(second[1].values()) == ["지루하다", "", "", "", '{"주연": ["김", "이"]}']
    assert (first[0], second[0]) == {"lines": (1, 2), "list": (1, 2), "pretty": (2, 8)}[form]


def chat(*turns: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in turns]


@pytest.mark.parametrize(
    "content",
    [
        {"messages": chat(("system", "S"), ("user", "Why?"), ("assistant", "Because."))},
        {"prompt": chat(("user", "Why?")), "completion": chat(("assistant", "Because."))},
        {"question": "Why?", "answer": "Because."},
    ],
)
def test_conversations_of_trainers_become_question_and_answer(content):
    content["source"] = "web"
    table = open_table("a.jsonl", json.dumps(content).encode())
    ((_, row),) = table.rows()
    assert row == {"question": "Why?", "answer": "Because.", "source": "web"}


def test_objects_that_span_the_pieces_in_which_a_file_is_read_are_whole(monkeypatch):
    monkeypatch.setattr(records, "PIECE", 7)
    content = [{"question": '왜? \u2028 \\ "' * n, "answer": "그\n래서" * n} for n in range(9)]
    text = json.dumps(content, ensure_ascii=False, indent=1)
    found = [dict(row) for _, row in open_table("a.json", text.encode()).rows()]
    assert found == content


def test_a_workbook_is_read_as_people_see_it():
    content = workbook(
        [],
        [
            ["영화평 모음"],
            [None, None],
            ["문장", "감정", "날짜", "점수", "본"],
            ["재미있다", "긍정", date(2026, 1, 2), 9.0, True],
            [],
            ["지루\n하다", "부정", datetime(2026, 1, 2, 3, 4, 5), 4.5, None],
        ],
        [["other", "sheet"], ["x", "y"]],
    )
    table = open_table("영화.xlsx", content)
    assert (table.kind, table.columns) == ("xlsx", ("문장", "감정", "날짜", "점수", "본"))
    (first, one), (second, other) = table.rows()
    assert list(one.values()) == ["재미있다", "긍정", "2026-01-02", "9", "true"]
    assert list(other.values()) == ["지루\n하다", "부정", "2026-01-02 03:04:05", "4.5", ""]
    assert (first, second) == (4, 6)
    assert table.share == 1


def test_texts_that_a_workbook_keeps_apart_are_found():
    file = io.BytesIO()
    with Workbooks(file) as book:  # as Excel does: each text once, in a part of its own
        sheet = book.add_worksheet("영화")
        for number, row in enumerate([("문장", "감정"), ("재미있다", "긍정"), ("좋다", "긍정")]):
            sheet.write_row(number, 0, row)
    assert b"sharedStrings" in file.getvalue()
    found = rows(open_table("a.xlsx", file.getvalue()))
    assert found[1] == (3, {"문장": "좋다", "감정": "긍정"})


def test_a_workbook_is_known_by_its_content_when_it_has_no_ending():
    content = workbook([["question", "answer"], ["Q", "A"]])
    assert open_table("upload", content).kind == "xlsx"


def test_the_first_sheet_is_taken_even_when_a_header_is_all_it_has():
    assert rows(open_table("a.xlsx", workbook([["question", "answer"]]))) == []


def test_formulas_in_a_workbook_are_what_they_came_to():
    book = Workbook()
    book.active.append(["question", "answer"])
    book.active.append(["2+2?", "=2+2"])
    book.active["A3"] = "=1+1"
    book.active["A3"].data_type = "s"  # a text that looks like a formula
    file = io.BytesIO()
    book.save(file)
    table = open_table("a.xlsx", file.getvalue())
    # openpyxl computes nothing, so nothing is stored; never the formula's own text.
    assert [row["answer"] for _, row in rows(table)] == ["", ""]
    assert rows(table)[1][1]["question"] == "=1+1"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("question,answer\na,b\nWhy, exactly?,Because.\n", "cells", 3),
        ('question,answer\na,b\n\n"Why?,Because.\nc,d\n', "csv", 4),
        ('question,answer\n"a\nb",c\n"Why" not?,Because.\n', "csv", 4),
        ("question,answer\na,b\nWhy?," + "x" * (MAX_CHARACTERS + 1), "too_long", 3),
        ("question,answer\na,b\n" + 'c,"' + "x\n" * 90_000, "csv", 3),
        ("", "empty", None),
        (" \n\u00a0\n", "empty", None),
        ("question,answer\na,\0b\n", "not_text", 2),
        (",".join(f"c{n}" for n in range(MAX_COLUMNS + 1)) + "\n", "too_many_columns", None),
    ],
)
def test_a_bad_text_table_is_refused_with_its_place(text, code, line):
    assert place(refusal("a.csv", text)) == (code, line)


def test_a_row_with_fewer_cells_is_filled_up_and_empty_further_cells_do_not_count():
    table = open_table("a.csv", b"question,answer,note\nQ,A\nQ,A,N,,\n")
    assert [row["note"] for _, row in rows(table)] == ["", "N"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('{"a": 1}\n{"a": \n', "json", 2),
        ('{"a": 1}\n[1]\n', "json", 2),
        ('[{"a": 1},\n{"a": 1} {"a": 2}]', "json", 2),
        ('[{"a": 1}', "json", 1),
        ('[{"a":\n\n x}]', "json", 3),
        ('[{"a": "' + "x" * 2_000_000 + '"}, {"b" 1}]', "json", 1),
        ('[{"a": 1}] more', "json", 1),
        ('{"messages": []}', "messages", 1),
        ("[]", "no_example", None),
        ("{}", "no_example", None),
        ('{"a": ' + "[" * 100_000, "json", 1),
        ('{"a": "' + "x" * (MAX_CHARACTERS + 1) + '"}', "too_long", 1),
    ],
)
def test_bad_json_is_refused_with_its_place(text, code, line):
    assert place(refusal("a.json", text)) == (code, line)


def test_objects_too_long_to_hold_and_files_too_large_are_refused(monkeypatch):
    monkeypatch.setattr(records, "LONGEST", 100)
    monkeypatch.setattr(records, "PIECE", 50)
    long = '{"a": "' + "x" * 300 + '"}'
    assert place(refusal("a.jsonl", f'{{"a": 1}}\n{long}')) == ("object_too_long", 2)
    assert place(refusal("a.json", f'[{{"a": 1}},\n{long}]')) == ("object_too_long", 2)
    monkeypatch.setattr(tables, "MAX_BYTES", 2_000_000)
    error = refusal("a.csv", b"x" * 2_000_001)
    assert (place(error), error.details["limit_mb"]) == (("too_large", None), 2)
    assert refusals.MAX_BYTES == 100_000_000


def test_too_many_rows_are_refused_where_they_begin(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    error = refusal("a.csv", "question,answer\n" + "a,b\n" * 3)
    assert (place(error), error.details["limit"]) == (("too_many", 4), 2)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.txt"])
def test_a_binary_file_with_the_name_of_a_text_is_refused(name):
    assert place(refusal(name, workbook([["question", "answer"]])))[0] == "not_text"


def test_korean_in_a_wrong_encoding_is_refused_with_its_line():
    text = "question,answer\n하늘은 왜 파란가요?,빛이 흩어집니다.\n".encode() + b"\xec,x\n"
    assert place(refusal("a.csv", text)) == ("encoding", 3)
    assert place(refusal("a.csv", "질문,답변\n왜,그래서\n".encode("utf-16"))) == ("not_text", 1)


def test_an_encrypted_workbook_and_one_of_the_old_format_say_so():
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    locked = ole + "EncryptedPackage".encode("utf-16-le")
    assert place(refusal("a.xlsx", locked)) == ("encrypted", None)
    assert place(refusal("a.xls", ole)) == ("old_spreadsheet", None)
    content = bytearray(workbook([["question", "answer"]]))
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1  # one file in the archive is locked
    assert place(refusal("a.xlsx", bytes(content))) == ("encrypted", None)


def bomb(part: str, megabytes: int, piece: bytes) -> bytes:
    file = io.BytesIO(workbook([["question", "answer"], ["Q", "A"]]))
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(part, "w") as out,
    ):
        for _ in range(megabytes):
            out.write(piece * (1_000_000 // len(piece)))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        bomb("xl/worksheets/sheet9.xml", 20, b" "),
        bomb("xl/worksheets/sheet9.xml", 2, b"<c/>"),
        bomb("xl/worksheets/sheet9.xml", 8, b"<si/><c/>"),
        bomb("xl/styles9.xml", 2, b"<row/>"),
        bomb("xl/a.xml", 1, b'<!DOCTYPE a [<!ENTITY b "c">]>'),
    ],
    ids=["size", "cells", "mixed", "tags", "entities"],
)
def test_a_zip_bomb_is_refused_before_it_is_unpacked(content):
    assert place(refusal("a.xlsx", content)) == ("zip_bomb", None)


def test_more_texts_than_can_be_held_are_refused(monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_HELD", 1)
    few = workbook([["question", "answer"]])
    assert rows(open_table("a.xlsx", few)) == []
    assert place(refusal("a.xlsx", workbook([["question", "answer"], ["Q", "A"]])))[0] == "zip_bomb"


def test_an_archive_that_lies_about_its_size_is_refused(monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_UNPACKED", 1_000_000)
    content = bytearray(bomb("xl/worksheets/sheet9.xml", 2, b"x"))
    size = (2_000_000).to_bytes(4, "little")
    assert content.count(size) >= 1
    lying = bytes(content).replace(size, (20).to_bytes(4, "little"))
    assert place(refusal("a.xlsx", lying))[0] in ("zip_bomb", "broken")


@pytest.mark.parametrize("cut", [10, 500, -30])
def test_a_broken_workbook_is_refused(cut):
    content = workbook([["question", "answer"], ["Q", "A"]])[:cut]
    assert place(refusal("a.xlsx", content)) == ("broken", None)


def test_another_archive_is_no_workbook():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert place(refusal("a.xlsx", file.getvalue())) == ("broken", None)


def test_a_row_that_claims_a_place_beyond_the_last_is_not_waited_for():
    file = io.BytesIO(workbook([["question", "answer"], ["Q", "A"]]))
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'<row r="2"', b'<row r="999999999999"')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert rows(open_table("a.xlsx", out.getvalue())) == []


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.json", "a.jsonl", "a", "a.xlsx"]))
def test_any_bytes_are_rows_or_a_refusal(content, name):
    for prefix in (b"", b"question,answer\n", b'{"question": "', b'[{"a": "', b"PK\x03\x04"):
        with suppress(UsageError):
            table = open_table(name, prefix + content)
            for _, row in table.rows():
                assert set(row) == set(table.columns)
