"""What both READMEs tell people to type is typed here."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import read_settings

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.ko.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(readme: str) -> str:
    return (ROOT / readme).read_text(encoding="utf-8")


def blocks(readme: str, language: str) -> list[str]:
    return [code for name, code in BLOCK.findall(text_of(readme)) if name == language]


def shell_lines() -> list[str]:
    lines = [line for code in blocks("README.md", "sh") for line in code.splitlines()]
    return [line for line in lines if "python -m core" in line]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty data folder with the checkout's assets, which the examples name."""
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    return tmp_path


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with the collection that the README makes before it searches."""
    made = tmp_path_factory.mktemp("indexed")
    (made / "assets").symlink_to(ROOT / "assets")
    (line,) = (line for line in shell_lines() if " index " in line)
    done = run(shell(line), made)
    assert done.returncode == 0, done.stderr
    return made


def shell(line: str) -> list[str]:
    typed = line.replace(".venv/bin/python", sys.executable)
    return ["bash", "-o", "pipefail", "-c", typed]


def run(words: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "NARANI_HOME": str(home),
        "OLLAMA_HOST": "127.0.0.1:9",  # nobody answers there
    }
    return subprocess.run(
        words, cwd=home, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_both_readmes_show_the_same_code() -> None:
    for language in ("sh", "python", "yaml"):
        assert blocks("README.md", language) == blocks("README.ko.md", language)
        assert blocks("README.md", language)


def test_both_readmes_have_the_same_parts() -> None:
    def shape(readme: str) -> list[str]:
        marks = re.findall(r"^(#+ |\| `\w+`|!\[|```)", text_of(readme), re.MULTILINE)
        return [str(mark) for mark in marks]

    def links(readme: str) -> set[str]:
        return set(re.findall(r"\]\(([^)]+)\)", text_of(readme))) - set(READMES)

    assert shape("README.md") == shape("README.ko.md")
    assert links("README.md") == links("README.ko.md")


def test_both_readmes_show_the_same_tree() -> None:
    assert tree("README.md") == tree("README.ko.md")


@pytest.mark.parametrize("code", blocks("README.md", "python"))
def test_each_notebook_example_answers_without_a_key(code: str, folder: Path) -> None:
    promised = code.rpartition("  # ")[2].strip()
    done = run([sys.executable, "-c", code], folder)
    assert (done.returncode, done.stdout.strip()) == (0, promised), done.stderr


@pytest.mark.parametrize("line", shell_lines())
def test_each_shell_example_works_without_a_key(line: str, indexed: Path) -> None:
    done = run(shell(line), indexed)
    assert done.returncode == 0, done.stderr
    if "--out " in line:
        assert (indexed / line.split("--out ")[1].split()[0]).read_bytes()
    elif "export votes --format jsonl" not in line:  # nobody has voted yet
        assert done.stdout


@pytest.mark.parametrize("command", ["run", "test"])
def test_the_commands_of_the_first_lines_exist(command: str) -> None:
    assert f"make {command}\n" in blocks("README.md", "sh")[0]
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_endpoint_example_is_understood() -> None:
    (line,) = (line for code in blocks("README.md", "sh") for line in code.splitlines()
               if line.startswith("export NARANI_ENDPOINTS="))  # fmt: skip
    (endpoint,) = read_settings({"NARANI_ENDPOINTS": line.partition("=")[2].strip("'")}).endpoints
    assert endpoint.name == "vllm"


@pytest.mark.parametrize("readme", READMES)
def test_every_variable_of_the_table_is_read_somewhere(readme: str) -> None:
    source = "".join(path.read_text() for path in (ROOT / "core").rglob("*.py"))
    names = re.findall(r"^\| `([A-Z_]+)` \|", text_of(readme), re.MULTILINE)
    assert {"NARANI_HOME", "NARANI_DATABASE_URL", "OPENAI_API_KEY"} <= set(names)
    assert [name for name in names if f'"{name}"' not in source] == []


def test_every_line_of_the_tree_names_something() -> None:
    assert [path for path in tree("README.md") if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_link_leads_to_a_file(readme: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text_of(readme))
    assert [link for link in links if not (ROOT / link).exists()] == []


def tree(readme: str) -> list[str]:
    (code,) = blocks(readme, "text")
    return [line.split()[0] for line in code.splitlines()]


def test_every_part_of_core_stands_in_the_tree() -> None:
    parts = [path for path in (ROOT / "core").iterdir() if not path.name.startswith("_")]
    names = {f"core/{path.name}" + "/" * path.is_dir() for path in parts}
    assert names - set(tree("README.md")) == set()


@pytest.mark.parametrize("code", blocks("README.md", "yaml"))
def test_each_shared_file_opens_and_is_asked(code: str, folder: Path) -> None:
    (folder / "shared.yaml").write_text(code, encoding="utf-8")
    done = run([sys.executable, "-m", "core", "ask", "--recipes", "shared.yaml"], folder)
    assert (done.returncode, "error" in done.stderr) == (0, False), done.stderr
