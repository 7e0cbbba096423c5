"""The shell's verbs about example sets: JSON on stdout alone, all else on stderr, three exit codes."""

import io
import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from core.cli import main
from tests.core.test_cli import run, shell

__all__ = ["shell"]

FILMS = "문장,감정\n" + "".join(
    f"{n}번째 영화는 참 볼만했습니다,{'긍정' if n % 2 else '부정'}\n" for n in range(30)
)


@pytest.fixture
def films(tmp_path: Path, shell: None) -> str:
    path = tmp_path / "films.csv"
    path.write_text(FILMS, "utf-8")
    return str(path)


def done(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert main(["examples", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that is said."""
    assert main(["examples", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line


def own(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    """The stored sets, without those that come with the product."""
    assert main(["examples", "list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return [one for one in found if one["name"] in ("films", "영화", "set")]


def test_a_file_is_imported_and_listed(films, capsys):
    said = done(capsys, "import", "films", films, "--test-share", "0.3", "--json")
    assert (said["name"], said["version"], said["rows"], said["new"]) == ("films", 1, 30, 30)
    assert said["columns"] == {
        "question": "문장", "answer": "감정", "tags": "", "split": "", "fields": [],
    }  # fmt: skip
    (row,) = own(capsys)
    assert (row["id"], row["train"], row["test"]) == (said["id"], said["train"], said["test"])
    assert row["train"] + row["test"] == 30
    assert main(["examples", "list"]) == 0
    assert "films" in capsys.readouterr().out


def test_without_json_a_line_is_said(films, capsys):
    assert main(["examples", "import", "films", films]) == 0
    assert capsys.readouterr().out.startswith("films v1: ")


def test_columns_can_be_named(films, tmp_path, capsys):
    path = tmp_path / "odd.csv"
    path.write_text("a,b,c,d,e\nx,Q1,A1,쉬움,train\ny,Q2,A2,,test\n", "utf-8")
    names = ["--question", "b", "--answer", "c", "--tags", "d", "--split", "e"]
    said = done(capsys, "import", "set", str(path), *names, "--json")
    assert (said["train"], said["test"]) == (1, 1)
    assert said["columns"]["fields"] == ["a"]
    (row,) = own(capsys)
    assert (row["columns"], row["tags"]) == (["a"], ["쉬움"])
    assert "'nope'" in refused(capsys, "import", "set", str(path), "--question", "nope")


def test_a_set_is_replaced_or_appended_to(films, tmp_path, capsys):
    done(capsys, "import", "영화", films, "--json")
    more = tmp_path / "more.jsonl"
    more.write_text('{"문장": "새 영화", "감정": "중립"}\n', "utf-8")
    said = done(capsys, "import", "영화", str(more), "--append", "--json")
    assert (said["version"], said["new"], said["train"] + said["test"]) == (2, 1, 31)
    said = done(capsys, "import", "영화", str(more), "--json")
    assert (said["version"], said["train"] + said["test"]) == (3, 1)
    assert done(capsys, "import", "set", str(more), "--append", "--json")["version"] == 1


def test_a_workbook_is_imported(films, tmp_path, capsys):
    book = Workbook()
    for row in (["질문", "답변"], ["왜?", "그래서"], ["얼마?", 3]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert done(capsys, "import", "set", str(tmp_path / "a.xlsx"), "--json")["rows"] == 2


def test_what_repeats_is_said_on_stderr(films, tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("question,answer\nQ,A\nQ,A\nQ,B\nR,a\n", "utf-8")
    assert main(["examples", "import", "set", str(path), "--json"]) == 0
    said = capsys.readouterr()
    content = json.loads(said.out)
    assert (content["duplicates"], content["several_answers"]) == (1, 1)
    assert content["spelled"] == [{"A": 2, "a": 1}]
    assert "repeated rows, left out: 1" in said.err
    assert "'A' (2), 'a' (1)" in said.err


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_what_is_exported_can_be_imported_again(form, films, tmp_path, capsys):
    done(capsys, "import", "films", films, "--json")
    out = tmp_path / f"out.{form}"
    assert main(["examples", "export", "films", "--format", form, "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"written: {out}\n")
    again = done(capsys, "import", "set", str(out), "--json")
    by_name = {one["name"]: one for one in own(capsys)}
    assert by_name["set"]["hash"] == by_name["films"]["hash"]
    assert again["columns"]["split"] == "split"


def test_an_export_goes_to_stdout_and_can_be_of_an_older_version(films, tmp_path):
    assert run("examples", "import", "films", films).returncode == 0
    more = tmp_path / "more.csv"
    more.write_text("문장,감정\n새 영화,중립\n", "utf-8")
    assert run("examples", "import", "films", str(more)).returncode == 0
    new = run("examples", "export", "films")
    (line,) = map(json.loads, io.StringIO(new.stdout))
    assert (line["question"], line["answer"], line["tags"]) == ("새 영화", "중립", "")
    old = run("examples", "export", "films", "--version", "1", "--format", "csv")
    assert old.stdout.startswith("\ufeff")
    assert len(old.stdout.splitlines()) == 31


def test_a_set_is_removed(films, capsys):
    done(capsys, "import", "films", films, "--json")
    assert main(["examples", "remove", "films"]) == 0
    assert capsys.readouterr().err == "removed: films\n"
    assert own(capsys) == []
    assert main(["examples", "remove", "films"]) == 1
    assert "films" in capsys.readouterr().err


def test_a_set_that_is_not_there_is_not_exported(films, capsys):
    assert main(["examples", "export", "nothing"]) == 1
    assert "nothing" in capsys.readouterr().err
    done(capsys, "import", "films", films, "--json")
    assert main(["examples", "export", "films", "--version", "7"]) == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "질문,답변\n왜?,\n누가?,\n", "'답변' is empty from top to bottom"),
        ("a.csv", "질문,답변\n왜?,그래서\n,그래서\n", "line 3: the column '질문' is empty here"),
        ("a.csv", "질문,답변\n", "holds no example"),
        ("a.csv", "질문\n왜?\n", "too few columns"),
        ("a.xlsx", "질문,답변\n", "broken"),
        ("a.csv", "", "empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(
    films, tmp_path, capsys, name, content, said
):
    path = tmp_path / name
    path.write_text(content, "utf-8")
    line = refused(capsys, "import", "set", str(path))
    assert line.startswith("error: ")
    assert said in line
    assert own(capsys) == []


def test_a_file_that_is_not_there_and_a_share_that_cannot_be_are_refused(films, capsys):
    assert "No such file" in refused(capsys, "import", "set", films + "x")
    assert "from 0 to 1" in refused(capsys, "import", "set", films, "--test-share", "2")


def test_progress_goes_to_stderr(films):
    finished = run("examples", "import", "films", films, "--json")
    assert json.loads(finished.stdout)["rows"] == 30
    assert finished.stderr == "question: 문장 · answer: 감정\n30 rows, 100%\n"
