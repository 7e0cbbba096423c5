"""From a passage that was found to the page it stands on."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import StoreError
from core.example import Passage
from core.retrieval.library import Library
from tests.core.retrieval.libraries import LEXICAL, find, index, write
from tests.core.retrieval.load import files as made
from tests.core.retrieval.load.excerpts import marked, said

PAGES = (
    "BT /F 12 Tf 50 700 Td (Kettles are descaled on Mondays.) Tj ET",
    "BT /F 12 Tf 50 700 Td (Holidays are asked for two weeks ahead.) Tj ET",
)


def found(library: Library, files: Path, query: str) -> Passage:
    texts: dict[str, str | bytes] = {"a.pdf": made.hand_made_pdf(*PAGES), "b.md": "Cups are blue."}
    collection = library.create("all", LEXICAL)
    index(library, collection, write(files, texts))
    return find(library, collection, query).given[0]


def test_a_passage_of_a_pdf_is_marked_on_its_page(library: Library, files: Path) -> None:
    passage = found(library, files, "holidays weeks")
    assert passage.page is not None
    page = library.page_of(passage, "Holidays are asked for two weeks ahead.")
    assert page is not None
    assert marked(page) == said("Holidays are asked for two weeks ahead")


def test_what_has_no_page_has_none_to_show(library: Library, files: Path) -> None:
    passage = found(library, files, "cups blue")
    assert library.page_of(passage, passage.text) is None
    assert library.page_of(replace(passage, page=1), passage.text) is None, "no PDF is kept of it"
    assert library.page_of(replace(passage, page=1, document_id=None), "") is None


def test_a_document_that_is_gone_is_not_found(library: Library, files: Path) -> None:
    passage = found(library, files, "holidays weeks")
    library.remove(library.shelf.named("all"))
    with pytest.raises(StoreError):
        library.page_of(passage, passage.text)
