"""Sets as files: what is written reads back as the same set."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.example import Example
from core.example_set import SetExample, normalised
from core.examples.columns import guess, read
from core.examples.tables import open_table
from core.examples.writing import as_csv, as_jsonl, field_names
from core.store.export import harmless
from core.text import clean
from core.uploaded_text import HARMLESS


def written(examples: list[SetExample], form: str) -> bytes:
    fields = field_names(examples)
    if form == "csv":
        return "".join(as_csv(examples, fields, harmless)).encode()
    return "".join(as_jsonl(examples, fields)).encode()


def read_back(content: bytes, form: str) -> list[SetExample]:
    table = open_table(f"set.{form}", content)
    columns = guess(table.columns, [row for _, row in table.rows()])
    assert columns is not None
    return [
        SetExample(example=row.example, split=row.side or "train") for row in read(table, columns)
    ]


KOREAN = [
    SetExample(
        example=Example(
            question="영화는 환상적이었고,\n매 순간을 즐겼습니다.",
            answer="긍정적",
            tags=("쉬움; 아주", "a,b", '["x"]', "끝\\"),
            fields=(("출처", "=SUM(A1)"), ("=이름", "+82")),
        ),
        split="train",
    ),
    SetExample(
        example=Example(question=" 빈칸으로 시작", answer="-1", fields=(("쪽", "3"),)),
        split="test",
    ),
]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_is_written_reads_back(form):
    assert read_back(written(KOREAN, form), form) == KOREAN


def test_a_spreadsheet_runs_nothing_of_it():
    content = written(KOREAN, "csv").decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content, newline="")):
        assert not any(cell[:1] in "=+-@" for cell in row if cell)


def test_the_columns_are_the_same_in_both_forms():
    columns = ["question", "answer", "split", "tags", "출처", "=이름", "쪽"]
    assert list(json.loads(written(KOREAN, "jsonl").splitlines()[0])) == columns
    header = written(KOREAN, "csv").decode("utf-8-sig").splitlines()[0]
    assert header == ",".join(f'"{harmless(name)}"' for name in columns)
    assert written(KOREAN, "csv").startswith(b"\xef\xbb\xbf")


def test_fields_with_the_names_of_ours_get_a_number():
    one = SetExample(
        example=Example(question="Q", answer="A", fields=(("tags", "x"), ("Split", "y"))),
        split="test",
    )
    (found,) = read_back(written([one], "csv"), "csv")
    assert found.example.fields == (("tags 2", "x"), ("Split 2", "y"))
    assert (found.split, found.example.tags) == ("test", ())


def test_an_empty_set_is_a_header_or_nothing():
    assert written([], "csv").decode("utf-8-sig") == '"question","answer","split","tags"\r\n'
    assert written([], "jsonl") == b""


def test_it_is_written_piece_by_piece():
    pulled = []

    def endless():
        while True:
            pulled.append(1)
            yield KOREAN[0]

    next(as_csv(endless(), (), harmless))
    assert len(pulled) <= 1000


# What the export makes of `'=` cannot be told from what it makes of `=`.
TEXT = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs"]), st.sampled_from("=,;\"'\n\r\t 가\\[")
    ),
    max_size=12,
).map(clean)
FILLED = TEXT.filter(lambda text: text.strip())
NAME = FILLED.map(normalised).filter(lambda name: name and not HARMLESS.match(name))
EXAMPLES = st.builds(
    SetExample,
    example=st.builds(
        Example,
        question=FILLED,
        answer=FILLED,
        tags=st.lists(NAME, max_size=3, unique=True).map(tuple),
        fields=st.dictionaries(
            st.sampled_from(["출처", "note", "=x", "a b"]), FILLED, max_size=3
        ).map(lambda held: tuple(sorted(held.items()))),
    ),
    split=st.sampled_from(["train", "test"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(EXAMPLES, min_size=1, max_size=5), st.sampled_from(["csv", "jsonl"]))
def test_any_set_reads_back_as_it_was(examples, form):
    def plain(one: SetExample) -> tuple[object, ...]:
        example = one.example
        return example.question, example.answer, example.tags, dict(example.fields), one.split

    found = read_back(written(examples, form), form)
    assert [plain(one) for one in found] == [plain(one) for one in examples]
