"""The shell's verbs about documents: JSON on stdout alone, all else on stderr, three exit codes."""

import json
import os
from pathlib import Path

import pytest

from core.cli import main
from tests.core.test_cli import run, shell

__all__ = ["shell"]

KETTLES = "Broken kettles are repaired in Breda within nine days."
LEAVE = "# Leave\n\nEveryone has thirty days of leave in a year."
TEA = "녹차는 칠십 도에서 이 분 동안 우립니다."


@pytest.fixture
def folder(tmp_path: Path, shell: None) -> Path:
    """Three readable files, one of them in a folder below, and some that are left alone."""
    here = tmp_path / "papers"
    (here / "sub").mkdir(parents=True)
    (here / ".git").mkdir()
    for name, text in {
        "kettles.txt": KETTLES,
        "sub/leave.md": LEAVE,
        "녹차.txt": TEA,
        ".hidden.txt": "hidden",
        ".git/notes.txt": "hidden",
        "photo.jpg": "not a document",
    }.items():
        (here / name).write_text(text, "utf-8")
    return here


def printed(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def haedam(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["index", "해담", str(folder)]) == 0
    capsys.readouterr()
    return "해담"


def test_a_folder_is_indexed_with_what_is_below_it(folder, capsys):
    assert main(["index", "해담", str(folder)]) == 0
    said = capsys.readouterr()
    content = json.loads(said.out)
    assert "해담" in said.out  # readable, not escaped
    assert (content["state"], content["files"], content["failed"]) == ("done", 3, [])
    assert (content["passages"], content["unchanged"], content["usd"]) == (3, 0, 0.0)
    assert main(["index", "해담", str(folder)]) == 0
    again = printed(capsys)
    assert (again["unchanged"], again["embedded"]) == (3, 0)


def test_single_files_and_settings_can_be_named(folder, capsys):
    wanted = '{"split": {"size": 100, "overlap": 0}, "embedder": "none"}'
    file = str(folder / "kettles.txt")
    assert main(["index", "a", file, "--settings", wanted]) == 0
    assert printed(capsys)["embedded"] == 0
    assert main(["collections", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["documents"], row["passages"]) == ("a", 1, 1)
    assert row["settings"]["split"]["size"] == 100
    assert row["languages"] == {"en": 1}
    assert len(row["version"]) == 12


def test_other_settings_for_a_collection_that_exists_are_refused(haedam, folder, capsys):
    assert main(["index", haedam, str(folder), "--settings", '{"embedder": "none"}']) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert len(said.err.splitlines()) == 1


def test_a_broken_file_is_named_and_the_rest_is_done(folder, capsys):
    (folder / "broken.json").write_text("{")
    assert main(["index", "a", str(folder)]) == 0
    said = capsys.readouterr()
    (failed,) = json.loads(said.out)["failed"]
    assert failed["document"] == "broken.json"
    assert failed["reason"]
    assert "broken.json" in said.err


def test_when_no_file_can_be_read_the_exit_is_1(folder, capsys):
    (folder / "none.txt").touch()
    assert main(["index", "a", str(folder / "none.txt")]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["failed"] == [{"document": "none.txt", "reason": "empty"}]
    assert "none.txt" in said.err


def test_a_path_that_is_not_there_makes_no_collection(folder, capsys):
    assert main(["index", "a", str(folder / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err
    assert main(["collections", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_name_that_is_not_unicode_is_indexed(folder, capsys):
    raw = os.fsencode(folder) + b"/caf\xe9.txt"
    with open(raw, "w") as file:
        file.write(KETTLES)
    assert main(["index", "a", str(folder)]) == 0
    assert printed(capsys)["files"] == 4
    done = run("index", "a", str(folder))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["unchanged"] == 4


def test_two_files_of_one_name_are_both_found(folder, capsys):
    (folder / "sub" / "kettles.txt").write_text("Kettles of another factory are blue.")
    both = [str(folder / "kettles.txt"), str(folder / "sub" / "kettles.txt")]
    assert main(["index", "a", *both]) == 0
    assert printed(capsys)["passages"] == 2
    assert main(["search", "a", "kettles", "--json", "--settings", '{"threshold": 0}']) == 0
    assert len(printed(capsys)["passages"]) == 2


def test_a_search_prints_exactly_the_promised_json(haedam, capsys):
    assert main(["search", haedam, "Where are kettles repaired?", "--json"]) == 0
    content = printed(capsys)
    assert set(content) == {"query", "passages"}
    assert content["query"] == "Where are kettles repaired?"
    best = content["passages"][0]
    assert set(best) == {"document", "page", "start", "end", "text", "score", "scores"}
    assert (best["document"], best["text"]) == ("kettles.txt", KETTLES)
    assert (best["start"], best["end"], best["page"]) == (0, len(KETTLES), None)
    assert 0 < best["score"] <= 1


def test_a_korean_search_is_readable(haedam, capsys):
    assert main(["search", haedam, "녹차는 몇 도에서 우리나요?", "--json"]) == 0
    out = capsys.readouterr().out
    assert "녹차는 칠십 도에서" in out
    assert json.loads(out)["passages"][0]["document"] == "녹차.txt"


def test_without_json_passages_are_on_stdout_and_the_facts_on_stderr(haedam, capsys):
    assert main(["search", haedam, "Where are kettles repaired?"]) == 0
    said = capsys.readouterr()
    assert KETTLES in said.out
    assert "hybrid" in said.err
    assert "hybrid" not in said.out
    assert main(["search", haedam, "quantum chromodynamics lattice"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "nothing relevant" in said.err


def test_no_more_passages_than_asked_for(haedam, capsys):
    for count in (1, 2):
        options = ["--json", "--top-k", str(count), "--settings", '{"threshold": 0}']
        assert main(["search", haedam, "kettles leave days", *options]) == 0
        assert len(printed(capsys)["passages"]) == count


def test_a_file_of_questions_gives_a_line_for_each(haedam, tmp_path, capsys):
    file = tmp_path / "questions.jsonl"
    lines = [
        {"id": "a", "query": "Where are kettles repaired?"},
        {"id": 2, "query": "녹차는 몇 도에서 우리나요?"},
        {"id": "c", "query": "quantum chromodynamics lattice"},
    ]
    text = "\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    file.write_text("\ufeff" + text + "\n", "utf-8")
    assert main(["search", haedam, "--queries", str(file), "--top-k", "1"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["id"] for one in found] == ["a", 2, "c"]
    assert [one["query"] for one in found] == [line["query"] for line in lines]
    documents = [[p["document"] for p in one["passages"]] for one in found]
    assert documents == [["kettles.txt"], ["녹차.txt"], []]


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"id": 1}', '{"query": "x"}', "null"])
def test_a_line_that_is_no_question_is_named(haedam, tmp_path, capsys, line):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": 1, "query": "kettles"}\n' + line + "\n")
    assert main(["search", haedam, "--queries", str(file)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "line 2" in said


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["nowhere", "kettles"], 1),
        (["해담"], 2),
        (["해담", " "], 2),
        (["해담", "kettles", "--queries", "x.jsonl"], 2),
        (["해담", "--queries", "none.jsonl"], 2),
        (["해담", "kettles", "--top-k", "0"], 2),
        (["해담", "kettles", "--settings", "{"], 2),
        (["해담", "kettles", "--settings", "[]"], 2),
        (["해담", "kettles", "--settings", '{"mode": "psychic"}'], 2),
        (["해담", "kettles", "--settings", '{"rerank": "nobody/knows"}'], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_a_search_that_cannot_be_is_one_sentence_and_no_traceback(haedam, capsys, options, status):
    assert main(["search", *options]) == status
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    "wanted",
    ["{", "[]", '{"size": 1}', '{"split": 5}', '{"split": {"size": "x"}}', '{"embedder": 5}',
     '{"split": {"size": 10}}', '{"alignment": "title"}', '{"analyser": "klingon"}'],
)  # fmt: skip
def test_settings_that_cannot_be_are_exit_2_and_make_nothing(folder, capsys, wanted):
    assert main(["index", "a", str(folder), "--settings", wanted]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert main(["collections", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_collections_are_listed_by_name(haedam, folder, capsys):
    assert main(["index", "a", str(folder / "kettles.txt")]) == 0
    capsys.readouterr()
    assert main(["collections"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["a", "해담"]


def test_versions_of_a_question_are_written_by_a_helping_model(haedam, capsys):
    settings = '{"queries": 2, "threshold": 0}'
    options = ["--settings", settings, "--helper", "openai/echo", "--json"]
    assert main(["search", haedam, "Where are kettles repaired?", *options]) == 0
    assert printed(capsys)["passages"][0]["document"] == "kettles.txt"
    down = ["--settings", settings, "--helper", "openai/fault-404", "--json"]
    assert main(["search", haedam, "Where are kettles repaired?", *down]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_the_real_command_keeps_stdout_to_its_json(folder):
    done = run("index", "a", str(folder))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == 3
    assert "of 3 files" in done.stderr
    done = run("search", "a", "Where are kettles repaired?", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["passages"][0]["document"] == "kettles.txt"
    assert "Traceback" not in done.stderr
