"""The shell: the promised JSON on stdout, everything else on stderr, and three exit codes."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli import main
from core.lab import open_lab
from core.recipe import Recipe
from core.template import Template

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shell(tmp_path, upstream, monkeypatch):
    """The environment of the commands, here and in subprocesses."""
    changes = {
        "NARANI_HOME": str(tmp_path),
        "NARANI_TIMEOUT": "5",
        "NARANI_ATTEMPTS": "1",
        "OPENAI_API_BASE": upstream.url,
        "OPENAI_API_KEY": "sk-test",
        "OLLAMA_HOST": "127.0.0.1:9",
    }
    for name, value in changes.items():
        monkeypatch.setenv(name, value)


def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def test_ask_prints_exactly_the_promised_json(shell, capsys):
    recipe = Recipe(model="openai/echo", system="Be short.", name="이름").to_text()
    recipes = ["--recipe", "baseline/extract", "--recipe", recipe, "--recipe", "openai/fault-404"]
    assert main(["ask", "왜 하늘은 파란가요?", *recipes, "--json"]) == 0
    printed = capsys.readouterr().out
    assert "왜 하늘은" in printed  # readable, not escaped
    content = json.loads(printed)
    assert set(content) == {"round_id", "question", "answers"}
    assert content["question"] == "왜 하늘은 파란가요?"
    for answer in content["answers"]:
        assert set(answer) == {
            "answer_id",
            "recipe",
            "recipe_key",
            "model",
            "text",
            "error",
            "stop_reason",
            "usage",
            "cost",
            "timing",
            "sources",
        }
        assert {"usd", "basis"} <= set(answer["cost"])
        assert set(answer["timing"]) == {"ttft_s", "total_s", "stages"}
        assert {"prompt_tokens", "completion_tokens"} <= set(answer["usage"])
    baseline, echo, missing = content["answers"]
    assert baseline["model"] == "baseline/extract"
    assert echo["text"] == "왜 하늘은 파란가요?"
    assert echo["recipe"] == {"model": "openai/echo", "system": "Be short.", "name": "이름"}
    assert echo["error"] is None
    assert missing["stop_reason"] == "error"
    assert set(missing["error"]) == {"kind", "message"}
    assert missing["error"]["kind"] == "unknown_model"


def test_what_was_asked_in_the_shell_is_stored(shell, capsys):
    main(["ask", "hello", "--recipe", "baseline/extract", "--json"])
    content = json.loads(capsys.readouterr().out)
    lab = open_lab()
    try:
        (answer,) = lab.stored(content["round_id"]).answers
    finally:
        lab.close()
    assert answer.id == content["answers"][0]["answer_id"]


def test_without_json_the_answers_are_on_stdout_and_the_facts_on_stderr(shell, capsys):
    assert main(["ask", "hello", "--recipe", "openai/echo"]) == 0
    printed = capsys.readouterr()
    assert "hello" in printed.out
    assert "tokens" not in printed.out
    assert "tokens" in printed.err
    assert "unknown" in printed.err  # the price; never 0


def test_one_answer_is_enough_for_exit_0_and_none_is_exit_1(shell, capsys):
    failing = ["--recipe", "openai/fault-404", "--recipe", "openai/fault-401"]
    assert main(["ask", "hello", *failing, "--recipe", "baseline/extract"]) == 0
    assert main(["ask", "hello", *failing, "--json"]) == 1
    json.loads(capsys.readouterr().out.split("\n\n")[-1])


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "", "--recipe", "baseline/extract"],
        ["ask", "hello", "--recipe", "{"],
        ["ask", "hello", "--recipe", ""],
        ["ask", "hello", *["--recipe", "baseline/extract"] * 9],
    ],
    ids=["empty question", "bad recipe", "empty recipe", "nine recipes"],
)
def test_wrong_use_is_exit_2_with_one_sentence_and_no_traceback(shell, capsys, arguments):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert len(printed.err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ask", "hello"],
        ["ask"],
        ["frobnicate"],
        ["export", "everything"],
        ["export", "votes", "--format", "xls"],
        ["ask", "hello", "--recipe", "baseline/extract", "--jsno"],
    ],
    ids=" ".join,
)
def test_an_unknown_command_line_is_exit_2(shell, capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "error: " in printed.err


def test_a_bad_environment_is_exit_2_and_names_the_variable(shell, monkeypatch, capsys):
    monkeypatch.setenv("NARANI_LANG", "klingon")
    assert main(["models"]) == 2
    assert "NARANI_LANG" in capsys.readouterr().err


def test_a_database_that_cannot_be_opened_is_exit_1_without_its_password(
    shell, monkeypatch, capsys
):
    monkeypatch.setenv("NARANI_DATABASE_URL", "postgresql://me:secret-word@127.0.0.1:9/none")
    assert main(["models"]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("error: ")
    assert "secret-word" not in printed


@pytest.mark.parametrize("url", ["nonsense", "mysql://h/db", "sqlite:////proc/none/x.db"])
def test_a_database_address_that_means_nothing_is_said_and_not_a_traceback(
    shell, monkeypatch, capsys, url
):
    monkeypatch.setenv("NARANI_DATABASE_URL", url)
    assert main(["models"]) in (1, 2)
    assert capsys.readouterr().err.startswith("error: ")


def test_models_lists_who_can_answer_and_what_is_missing(shell, monkeypatch, capsys):
    monkeypatch.delenv("OPENAI_API_KEY")
    assert main(["models", "--json"]) == 0
    specs = {spec["id"]: spec for spec in json.loads(capsys.readouterr().out)}
    assert specs["baseline/extract"]["available"] is True
    mini = specs["openai/gpt-4o-mini"]
    assert (mini["available"], mini["missing_detail"]) == (False, "OPENAI_API_KEY")
    assert set(mini) >= {"id", "place", "provider", "available", "missing", "leaves_machine"}


def test_models_says_on_stderr_which_server_is_not_running(shell, capsys):
    assert main(["models"]) == 0
    printed = capsys.readouterr()
    assert "Ollama at http://127.0.0.1:9: not running" in printed.err
    assert "baseline/extract" in printed.out


def test_votes_are_exported_as_csv_with_a_bom_and_harmless_cells(shell, capsysbinary, tmp_path):
    lab = open_lab()
    try:
        (answer,) = lab.ask("=1+1", [Recipe(model="baseline/extract")]).wait(60)
        lab.vote(answer.id, "me", -1, ["wrong"], '@bad, "really"\n다음 줄')
    finally:
        lab.close()
    assert main(["export", "votes"]) == 0
    printed = capsysbinary.readouterr().out
    assert printed.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(printed.decode("utf-8-sig"), newline=""))
    assert (row["rating"], row["answer_id"], row["reasons"]) == ("-1", answer.id, "wrong")
    assert row["question"].endswith("=1+1")
    assert row["question"][0] not in "=+-@\t"
    assert row["comment"][0] not in "=+-@\t"
    assert "다음 줄" in row["comment"]
    file = tmp_path / "out.csv"
    assert main(["export", "votes", "--out", str(file)]) == 0
    assert file.read_bytes() == printed


def test_answers_are_exported_as_one_json_object_a_line(shell, capsysbinary):
    main(["ask", "한 줄\n두 줄", "--recipe", "openai/echo", "--json"])
    capsysbinary.readouterr()
    assert main(["export", "answers", "--format", "jsonl"]) == 0
    (line,) = capsysbinary.readouterr().out.decode().splitlines()
    assert json.loads(line)["question"] == "한 줄\n두 줄"


def test_an_output_file_that_cannot_be_written_is_said_and_not_a_traceback(shell, capsys):
    assert main(["export", "votes", "--out", "/nowhere/at/all.csv"]) in (1, 2)
    assert capsys.readouterr().err.startswith("error: ")


def test_the_real_command_reads_standard_input_and_answers(shell):
    done = run("ask", "-", "--recipe", "baseline/extract", "--json", stdin="왜요?\n")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert content["question"] == "왜요?"
    assert content["answers"][0]["stop_reason"] == "stop"


def test_the_real_command_keeps_litellms_chatter_out_of_stdout(shell):
    done = run("ask", "hello", "--recipe", "openai/echo", "--recipe", "openai/fault-500", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["answers"][0]["text"] == "hello"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["ask", "hello", "--recipe", "openai/fault-404"], 1),
        (["ask", "hello"], 2),
        (["ask", "", "--recipe", "baseline/extract"], 2),
    ],
)
def test_the_real_command_ends_with_the_promised_code(shell, arguments, status):
    done = run(*arguments)
    assert done.returncode == status
    assert "Traceback" not in done.stderr


def test_help_needs_no_heavy_import():
    code = "import sys, core.cli; print([m for m in ('litellm', 'xllamacpp') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("form", ["sft", "kto"])
def test_votes_are_exported_as_training_data(shell, capsysbinary, form):
    lab = open_lab()
    try:
        recipe = Recipe(model="baseline/extract", system="Be kind.")
        (answer,) = lab.ask("Why?", [recipe]).wait(60)
        lab.vote(answer.id, "me", 1)
    finally:
        lab.close()
    assert main(["export", "votes", "--format", form]) == 0
    (line,) = capsysbinary.readouterr().out.decode().splitlines()
    content = json.loads(line)
    assert [message["role"] for message in content["prompt"]] == ["system", "user"]
    assert content["completion"] == [{"role": "assistant", "content": answer.text}]
    assert content.get("label") is (True if form == "kto" else None)


def test_training_data_is_made_of_votes_only(shell):
    assert main(["export", "answers", "--format", "sft"]) == 2


# ---- examples, templates and shared comparisons -----------------------------------------------------


def asked(capsys, *arguments: str):
    assert main(["ask", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def keep_template(**parts: str) -> None:
    lab = open_lab()
    try:
        lab.templates.save(Template(**{"name": "말투", **parts}), ["나라"])
    finally:
        lab.close()


def test_a_shipped_set_can_be_asked_with_on_an_empty_data_folder(shell, capsys):
    recipe = '{"model":"baseline/nearest","few_shot":{"set":"capitals","k":3,"choose":"similar"}}'
    content = asked(capsys, "Which city is the capital of Japan?", "--recipe", recipe)
    (answer,) = content["answers"]
    assert (answer["text"], answer["error"]) == ("Tokyo", None)
    assert answer["recipe"]["few_shot"]["set"] == "capitals"
    assert "examples" in answer["timing"]["stages"]


def test_the_real_command_asks_with_a_shipped_set(shell):
    recipe = (
        '{"model":"baseline/nearest","few_shot":{"set":"film_reviews","k":3,"choose":"similar"}}'
    )
    done = run("ask", "줄거리가 지루했습니다.", "--recipe", recipe)
    assert done.returncode == 0, done.stderr
    assert "부정적" in done.stdout


def test_values_fill_a_template_in(shell, upstream, capsys):
    keep_template(system="{{나라}}", user="{{나라}}: {{question}}")
    recipe = '{"model":"openai/echo","template":"말투"}'
    content = asked(capsys, "수도는?", "--recipe", recipe, "--value", "나라=a=b {{question}}")
    assert content["answers"][0]["text"] == "a=b {{question}}: 수도는?"


def test_a_missing_value_and_one_that_is_none_are_exit_2(shell, capsys):
    keep_template(system="{{나라}}")
    arguments = ["ask", "수도는?", "--recipe", '{"model":"openai/echo","template":"말투"}']
    for more, said in (
        ([], "나라"),
        (["--value", "나라"], "NAME=TEXT"),
        (["--value", "=x"], "NAME"),
    ):
        assert main([*arguments, *more]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert said in printed.err


def test_a_shared_comparison_is_asked_from_its_file(shell, capsysbinary, tmp_path):
    keep_template(system="Be {{나라}}.")
    recipe = '{"model":"openai/echo","template":"말투","name":"열"}'
    shown = ["--recipe", recipe, "--recipe", "baseline/extract", "--question", "수도는?"]
    assert main(["recipes", "show", *shown]) == 0
    file = tmp_path / "shared.yaml"
    file.write_bytes(capsysbinary.readouterr().out)
    lab = open_lab()
    lab.templates.remove("말투")
    lab.close()
    assert main(["ask", "--recipes", str(file), "--value", "나라=한국", "--json"]) == 0
    content = json.loads(capsysbinary.readouterr().out)
    assert content["question"] == "수도는?"
    assert [one["model"] for one in content["answers"]] == ["openai/echo", "baseline/extract"]
    assert [one["error"] for one in content["answers"]] == [None, None]
    assert main(["ask", "왜요?", "--recipes", str(file), "--value", "나라=한국", "--json"]) == 0
    content = json.loads(capsysbinary.readouterr().out)
    assert (content["question"], len(content["answers"])) == ("왜요?", 2)


@pytest.mark.parametrize(
    "content", [None, "", "recipes: [", "recipes:\n  - {model: 3}\n"], ids=repr
)
def test_a_file_that_is_no_comparison_is_exit_2(shell, capsys, tmp_path, content):
    file = tmp_path / "shared.yaml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert main(["ask", "왜요?", "--recipes", str(file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
