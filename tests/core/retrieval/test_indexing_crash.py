"""A killed process and a full disk: nothing half is ever visible, and going on completes it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.retrieval.indexing_child import NAME, SIZE
from tests.core.retrieval.libraries import (
    PATIENCE_S,
    Words,
    find,
    given,
    index,
    indexed,
    passages,
    settings,
    sources,
    write,
)

ROOT = Path(__file__).parents[3]
DOCUMENTS, PER_DOCUMENT = 5, 150


def paragraphs(number: int) -> str:
    return "\n\n".join(
        f"Paragraph {n} of book{number} is p{number}x{n}." for n in range(PER_DOCUMENT)
    )


@pytest.fixture
def books(files: Path) -> Path:
    write(files, {f"{n}.txt": paragraphs(n) for n in range(DOCUMENTS)})
    return files


def child(tmp_path: Path, books: Path, moment: str) -> subprocess.Popen[str]:
    home = tmp_path / "home"
    home.mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "tests.core.retrieval.indexing_child", home, books, moment],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def check_and_complete(open_library, books: Path) -> int:
    """What holds after any end; returns how many documents were whole."""
    words = Words()
    library = open_library(words)
    made = library.shelf.named(NAME)
    stored = library.shelf.documents(made.id)
    assert all(d.passages == PER_DOCUMENT for d in stored)
    assert len(passages(library, made)) == PER_DOCUMENT * len(stored) == made.passages
    whole = {d.name for d in stored}
    for number in range(DOCUMENTS):
        query = f"Paragraph 7 of book{number} is p{number}x7."
        for mode in ("lexical", "auto"):
            found = find(library, made, query, mode=mode, top_k=50)
            assert {p.document for p in found.given} <= whole
    progress = index(library, made, sources(books))
    assert (progress.state, progress.unchanged) == ("done", len(stored))
    made = library.shelf.get(made.id)
    everything = PER_DOCUMENT * DOCUMENTS
    assert made.passages == everything
    assert indexed(library, made) == (everything, everything)
    for number in range(DOCUMENTS):
        query = f"Paragraph 7 of book{number} is p{number}x7."
        assert query in given(find(library, made, query, mode="lexical", top_k=1))
    return len(stored)


@pytest.mark.parametrize("moment", ["embed", "vectors", "words", "shelf", "gone"])
def test_a_killed_indexing_leaves_nothing_half_and_goes_on(open_library, tmp_path, books, moment):
    with child(tmp_path, books, moment) as process:
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == -signal.SIGKILL, errors
    whole = check_and_complete(open_library, books)
    assert whole < DOCUMENTS


@pytest.mark.parametrize("most_bytes", [300_000, 700_000])
def test_a_full_disk_is_said_and_nothing_is_half(open_library, tmp_path, books, most_bytes):
    with child(tmp_path, books, str(most_bytes)) as process:
        said, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    assert said.split() == ["failed", "not_stored"], errors
    assert check_and_complete(open_library, books) < DOCUMENTS


def test_a_folder_that_cannot_be_made_is_said(open_library, tmp_path, files):
    words = Words()
    library = open_library(words)
    made = library.create("a", settings(words.name, size=SIZE))
    place = tmp_path / "home" / "library"
    place.mkdir(exist_ok=True)
    (place / "lexical").write_text("a file where a folder should be")
    progress = index(library, made, write(files, {"a.txt": "Some words."}))
    assert (progress.state, progress.error.kind) == ("failed", "not_stored")
    (place / "lexical").unlink()
    progress = index(library, library.shelf.get(made.id), sources(files))
    assert progress.state == "done"
    assert given(find(library, library.shelf.get(made.id), "words", mode="hybrid")) == [
        "Some words."
    ]
