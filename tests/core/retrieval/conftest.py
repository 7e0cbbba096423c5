"""A library on a folder of its own, and files that lie beside it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.retrieval.library import Library
from tests.core.retrieval.libraries import Words, close, open_at


@pytest.fixture
def words() -> Words:
    """An embedder that can be counted, and made to fail."""
    return Words()


@pytest.fixture
def open_library(tmp_path: Path) -> Iterator[Callable[..., Library]]:
    """Open a library, `home` unless a folder is named; all are closed in the end."""
    opened: list[Library] = []

    def make(*embedders: object, folder: str = "home", **parts: object) -> Library:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        opened.append(open_at(place, *embedders, **parts))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for library in opened:
        close(library)


@pytest.fixture
def library(open_library: Callable[..., Library], words: Words) -> Library:
    return open_library(words)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder for files to be indexed."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder
