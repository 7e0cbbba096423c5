"""What must not come along with a page of a PDF, and PDFs of which no page can be shown."""

import io
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from core.retrieval.load.loader import Loader
from tests.core.retrieval.load import files
from tests.core.retrieval.load.excerpts import HTML, excerpt, written
from tests.core.retrieval.load.refusals import refused
from tests.core.retrieval.load.test_process import soon


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("print")
    files.printed(HTML, folder)
    return folder / "page.pdf"


def dangerous(printed: Path) -> PdfWriter:
    """A PDF with all that must not come along."""
    writer = PdfWriter(PdfReader(printed))
    writer.add_attachment("EVIL.exe", b"EVIL-attachment" * 20)
    writer.add_metadata({"/Author": "EVIL author"})
    page = writer.pages[0]
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("EVIL()")}
    )
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    writer.root_object[NameObject("/OpenAction")] = script
    launch = Link(rect=(50, 50, 500, 500), url="https://evil.example/EVIL")
    launch[NameObject("/A")] = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("EVIL.exe")}
    )
    writer.add_annotation(0, launch)
    writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url="https://evil.example/EVIL"))
    return writer


def everything(pdf: bytes) -> str:
    """All objects of a PDF in words, streams unpacked."""
    reader = PdfReader(io.BytesIO(pdf))
    told = []
    for number in range(1, int(reader.trailer["/Size"])):
        thing = reader.get_object(number)
        told.append(repr(thing))
        if hasattr(thing, "get_data") and "/Font" not in repr(thing) and "/Length1" not in thing:
            told.append(repr(thing.get_data()))
    return "\n".join(told)


def test_links_scripts_actions_and_files_do_not_come_along(
    loader: Loader, printed: Path, tmp_path: Path
) -> None:
    path = written(tmp_path, dangerous(printed))
    assert "EVIL" in everything(path.read_bytes())
    told = everything(excerpt(loader, path, 1, "연차는 입사한 날부터"))
    assert "/Highlight" in told
    for word in ("EVIL", "evil", "example.org", "JavaScript"):
        assert word not in told, word
    for name in ("AA", "OpenAction", "JS", "Link", "URI", "Launch", "EmbeddedFile", "Names"):
        assert f"'/{name}'" not in told, name
    for name in ("Outlines", "AcroForm", "Widget", "Author", "Dest", "A"):
        assert f"'/{name}'" not in told, name


def test_what_people_filled_in_is_still_seen(loader: Loader, tmp_path: Path) -> None:
    """A form shows its values by annotations; as part of the drawing they are no field any more."""
    field = (
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Minseo)/Rect[50 600 250 620]/F 4"
        "/AP<</N 5 0 R>>>>"
    )
    look = (
        "<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F 3 0 R>>>>/Length 42>>"
        "stream\nBT /F 12 Tf 2 5 Td (Minseo was here) Tj ET\nendstream"
    )
    content = files.hand_made_pdf("BT /F 12 Tf 50 700 Td (Name:) Tj ET", objects=[field, look])
    content = content.replace(b"/Contents 7 0 R", b"/Contents 7 0 R/Annots[4 0 R]")
    made = excerpt(loader, written(tmp_path, content), 1)
    text = PdfReader(io.BytesIO(made)).pages[0]
    assert "/Annots" not in text
    assert "Minseo was here" in text.extract_text()


def test_locked_and_broken_pdfs_are_refused_as_they_are_when_loaded(
    loader: Loader, printed: Path, tmp_path: Path
) -> None:
    whole = printed.read_bytes()
    for reason, content in (
        ("encrypted", files.locked(whole, "비밀")),
        ("broken", b"hello"),
        ("broken", whole[: len(whole) // 3]),
        ("empty", b""),
    ):
        path = written(tmp_path, content)
        with refused(reason):
            loader.excerpt(path, 1, ["연차"])
    with refused("not_found"):
        loader.excerpt(tmp_path / "none.pdf", 1, [])


def test_a_page_that_is_too_large_is_none(loader: Loader, tmp_path: Path) -> None:
    side = 2_700
    noise = np.random.default_rng(1).integers(0, 256, side * side * 3, np.uint8)
    stream = noise.tobytes().decode("latin-1")
    picture = (
        f"<</Type/XObject/Subtype/Image/Width {side}/Height {side}/ColorSpace/DeviceRGB"
        f"/BitsPerComponent 8/Length {len(stream)}>>stream\n{stream}\nendstream"
    )
    content = files.hand_made_pdf("q 595 0 0 842 0 0 cm /X4 Do Q", objects=[picture])
    assert loader.excerpt(written(tmp_path, content), 1, []) is None


def test_a_page_can_be_seen_while_a_long_file_is_read(printed: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow.html"
    slow.write_text("<b>x</b><i>y</i>" * 2_000_000, "utf-8")
    loader = Loader()
    ended: list[str] = []

    def read() -> None:
        with refused("crashed"):
            loader.load(slow)
        ended.append("crashed")

    reader = threading.Thread(target=read)
    reader.start()
    assert loader.excerpt(printed, 1, ["연차는 입사한 날부터"])
    assert ended == []
    soon(lambda: loader.pid)
    os.kill(loader.pid or 0, signal.SIGKILL)
    reader.join()
    assert ended == ["crashed"]
    loader.close()


def test_many_hostile_quotes_are_answered(loader: Loader, printed: Path) -> None:
    quotes: Sequence[str] = ["가 " * 20_000, "\ud800", "\0", "연차는 " * 5_000, "(" * 1_000]
    assert loader.excerpt(printed, 1, quotes)
