"""Which reader reads which ending."""

import importlib
from collections.abc import Callable
from typing import cast

from core.retrieval.load.limits import Limits, Refused
from core.retrieval.load.names import ending
from core.retrieval.load.parts import Read

Reader = Callable[[bytes, Limits], Read]

_READERS = {
    "pdf": ("pdf", "pdf.read_pdf"),
    "docx": ("docx", "office.read_docx"),
    "pptx": ("pptx", "office.read_pptx"),
    "xlsx": ("xlsx", "sheets.read_sheets"),
    "html": ("html", "web.read_html"),
    "htm": ("html", "web.read_html"),
    "md": ("markdown", "markdown.read_markdown"),
    "markdown": ("markdown", "markdown.read_markdown"),
    "txt": ("text", "plain.read_text"),
    "json": ("json", "records.read_json"),
    "jsonl": ("json", "records.read_json_lines"),
    "ndjson": ("json", "records.read_json_lines"),
    "csv": ("csv", "tables.read_csv"),
    "tsv": ("csv", "tables.read_tsv"),
}
"""Kind of document and its reader, imported only when it is needed."""


def kind_of(name: str) -> str:
    """Raises `Refused` of reason `unknown_format`."""
    if ending(name) not in _READERS:
        raise Refused("unknown_format", "has an ending that is not read here")
    return _READERS[ending(name)][0]


def reader_of(name: str) -> Reader:
    module, _, function = _READERS[ending(name)][1].partition(".")
    found = getattr(importlib.import_module(f"core.retrieval.load.{module}"), function)
    return cast(Reader, found)
