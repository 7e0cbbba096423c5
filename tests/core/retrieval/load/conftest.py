"""One reading process for the tests of a module, and a way to hand it a file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.collection import LoadedDocument
from core.retrieval.load.loader import Loader

Load = Callable[[str, str | bytes], LoadedDocument]


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    loader = Loader()
    yield loader
    loader.close()


@pytest.fixture
def load(loader: Loader, tmp_path: Path) -> Load:
    """Write a file and read it, checking what holds for every document."""

    def load(name: str, content: str | bytes) -> LoadedDocument:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        document = loader.load(path)
        check_spans(document)
        return document

    return load


def check_spans(document: LoadedDocument) -> None:
    """Blocks lie in order, end in what is visible, and leave out nothing but blanks."""
    end = 0
    for block in document.blocks:
        text = document.text[block.start : block.end]
        assert text == text.strip() != ""
        assert document.text[end : block.start].strip() == ""
        end = block.end
    assert end == len(document.text)
