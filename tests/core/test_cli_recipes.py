"""The shell's verbs about shared comparisons: a file on stdout, faults with their line, exit 2."""

import json
from pathlib import Path

import pytest

from core.cli import main
from core.cli_recipes import recipes_from_file
from core.example import Example
from core.lab import open_lab
from core.recipe import Recipe
from core.sharing import from_yaml
from core.template import Template
from tests.core.test_cli import run, shell

__all__ = ["shell"]

RECIPE = json.dumps({"model": "baseline/extract", "template": "공손", "few_shot": {"set": "수도"}})
FILE = """\
narani: 1
question: 이탈리아의 수도는?
columns:
  - baseline/extract
  - model: baseline/extract
    template: 공손
    few_shot: 수도
templates:
  - name: 공손
    system: 정중하게.
example_sets:
  - name: 수도
    examples:
      - {question: 프랑스의 수도는?, answer: 파리}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "비교.yaml"
    path.write_text(FILE, "utf-8")
    return path


def test_show_prints_recipes_with_what_they_name(shell, capsysbinary):
    lab = open_lab()
    lab.templates.save(Template(name="공손", system="정중하게."), [])
    lab.example_sets.save("수도", [Example(question="프랑스", answer="파리")])
    lab.close()
    again = ["--recipe", "baseline/extract", "--question", "왜?"]
    assert main(["recipes", "show", "--recipe", RECIPE, *again]) == 0
    printed = capsysbinary.readouterr().out.decode()
    assert "name: 공손" in printed  # readable, not escaped
    found = from_yaml(printed)
    assert [one.label for one in found.recipes] == ["extract + 공손 + 수도 ×3", "extract"]
    assert (found.question, found.templates[0].system) == ("왜?", "정중하게.")
    assert found.sets[0].examples is not None


def test_what_show_prints_check_accepts(shell, tmp_path):
    shown = run("recipes", "show", "--recipe", '{"model":"baseline/extract","system":"가\\n나"}')
    assert shown.returncode == 0, shown.stderr
    path = tmp_path / "one.yaml"
    path.write_text(shown.stdout, "utf-8")
    checked = run("recipes", "check", str(path))
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout == f"{path}: columns: 1, templates: 0, example sets: 0\n"


def test_check_names_the_line_and_stores_nothing(shell, file, capsys):
    assert main(["recipes", "check", str(file)]) == 0
    capsys.readouterr()
    file.write_text(FILE.replace("few_shot", "fewshot"), "utf-8")
    assert main(["recipes", "check", str(file)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        "error: line 7: unknown field 'fewshot'; did you mean 'few_shot'?\n",
    )
    lab = open_lab()
    assert "공손" not in [one.name for one in lab.templates.list()]
    assert "수도" not in [one.name for one in lab.example_sets.list()]
    lab.close()


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_opened_is_wrong_use(shell, tmp_path, capsys, name):
    assert main(["recipes", "check", str(tmp_path / name)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"error: cannot read {tmp_path / name}: ")


def test_an_endless_file_is_not_read_to_its_end(shell, capsys):
    assert main(["recipes", "check", "/dev/zero"]) == 2
    assert "larger than 1,000,000 bytes" in capsys.readouterr().err


def test_a_files_recipes_can_be_asked_and_what_was_stored_is_said(shell, file, capsys):
    lab = open_lab()
    found = recipes_from_file(lab, file)
    assert found.question == "이탈리아의 수도는?"
    assert found.recipes[0] == Recipe(model="baseline/extract")
    assert lab.templates.get("공손").system == "정중하게."
    assert lab.example_sets.latest("수도").examples[0].example.answer == "파리"
    assert capsys.readouterr().err == "stored: 공손 v1, 수도 v1\n"
    assert recipes_from_file(lab, file) == found
    assert capsys.readouterr().err == ""
    lab.close()


def test_a_set_that_is_nowhere_is_said(shell, file, capsys):
    file.write_text("columns:\n  - {model: baseline/extract, few_shot: 없음}\n", "utf-8")
    lab = open_lab()
    assert len(recipes_from_file(lab, file).recipes) == 1
    assert "없음" in capsys.readouterr().err
    lab.close()
