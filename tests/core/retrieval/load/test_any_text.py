"""Whatever people write survives: as text, JSON and CSV."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.collection import LoadedDocument
from core.errors import UsageError
from core.retrieval.load.loader import Loader
from core.retrieval.load.parts import normalised
from tests.core.retrieval.load.conftest import check_spans

WRITTEN = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"))
CHECKS = settings(max_examples=60, deadline=None)

Files = tuple[Loader, Path]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    loader = Loader()
    yield loader, tmp_path_factory.mktemp("any")
    loader.close()


def read(place: Files, name: str, text: str) -> LoadedDocument | None:
    """None for a file in which there is nothing."""
    loader, folder = place
    path = folder / name
    path.write_text(text, "utf-8", newline="")
    try:
        document = loader.load(path)
    except UsageError as error:
        if error.details["reason"] in ("empty", "no_text"):
            return None
        raise
    check_spans(document)
    return document


def squeezed(text: str) -> str:
    return " ".join(normalised(text).split())


@CHECKS
@given(text=WRITTEN)
def test_any_text_is_read_as_it_was_written(place: Files, text: str) -> None:
    document = read(place, "a.txt", text)
    assert (document.text if document else "") == normalised(text).strip()


@CHECKS
@given(text=WRITTEN)
def test_any_markdown_keeps_its_letters(place: Files, text: str) -> None:
    document = read(place, "a.md", text)
    assert (document.text if document else "") == normalised(text).strip()


@CHECKS
@given(record=st.dictionaries(WRITTEN, WRITTEN | st.lists(WRITTEN)), escaped=st.booleans())
def test_any_json_keeps_its_values(
    place: Files, record: dict[str, str | list[str]], escaped: bool
) -> None:
    document = read(place, "a.json", json.dumps([record], ensure_ascii=escaped))
    text = squeezed(document.text) if document else ""
    values = [
        one for value in record.values() for one in ([value] if isinstance(value, str) else value)
    ]
    assert [value for value in values if squeezed(value) not in text] == []


@CHECKS
@given(rows=st.lists(st.lists(WRITTEN, min_size=2, max_size=2), max_size=8))
def test_any_table_keeps_its_cells(place: Files, rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    document = read(place, "a.csv", out.getvalue())
    text = squeezed(document.text) if document else ""
    assert [cell for row in rows for cell in row if squeezed(cell) not in text] == []
