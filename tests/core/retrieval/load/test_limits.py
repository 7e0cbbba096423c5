"""Files that are too much: large, long, many, tightly packed."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.retrieval.load.loader import Limits, Loader
from tests.core.retrieval.load import files
from tests.core.retrieval.load.conftest import Load
from tests.core.retrieval.load.refusals import refused


@pytest.fixture(scope="module")
def strict() -> Iterator[Loader]:
    loader = Loader(
        Limits(max_bytes=2_000_000, max_characters=5_000, max_rows=100, max_blocks=3, max_pages=2)
    )
    yield loader
    loader.close()


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_large_file_is_not_even_read(strict: Loader, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(3_500_000)
    with refused("too_large", limit_mb=2, size_mb=4):
        strict.load(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "가" * 5_001),
        ("a.md", "# 가\n" * 1_700),
        ("a.json", '{"a": "' + "가" * 5_001 + '"}'),
        ("a.csv", "머리말" * 20 + ",b\n" + "c,d\n" * 90),
    ],
)
def test_a_long_text_is_refused(strict: Loader, tmp_path: Path, name: str, content: str) -> None:
    with refused("too_long", limit=5_000):
        strict.load(written(tmp_path, name, content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "a,b\n" * 101),
        ("b.csv", "가\n" * 101),
        ("a.json", "[" + ",".join(["1"] * 101) + "]"),
        ("a.jsonl", "1\n" * 101),
        ("a.xlsx", files.xlsx({"a": [["x"]] * 101})),
    ],
)
def test_many_rows_are_refused(
    strict: Loader, tmp_path: Path, name: str, content: str | bytes
) -> None:
    with refused("too_many_rows", limit=100):
        strict.load(written(tmp_path, name, content))


def test_slides_and_sheets_are_counted_like_pages(strict: Loader, tmp_path: Path) -> None:
    with refused("too_many_pages", limit=2, pages=3):
        strict.load(written(tmp_path, "a.pptx", files.pptx([("a", "b", "")] * 3)))
    with refused("too_many_pages", limit=2, pages=3):
        strict.load(written(tmp_path, "a.xlsx", files.xlsx({"a": [], "b": [], "c": []})))


def test_headings_beyond_number_are_kept_as_text(strict: Loader, tmp_path: Path) -> None:
    document = strict.load(written(tmp_path, "a.md", "# 가\n# 나\n# 다\n# 라\n# 마\n"))
    assert document.text == "# 가\n# 나\n# 다\n# 라\n# 마"
    assert [block.heading for block in document.blocks] == ["가", "나", "다"]
    assert document.blocks[-1].end == len(document.text)


def test_an_archive_that_says_it_is_huge_is_not_unpacked(tmp_path: Path) -> None:
    bomb = files.docx("", extra={"word/media/image1.bmp": bytes(6_000_000)})
    loader = Loader(Limits(max_unzipped_bytes=5_000_000))
    with refused("zip_bomb", limit_mb=5):
        loader.load(written(tmp_path, "a.docx", bomb))
    loader.close()


def test_an_archive_packed_too_tightly_is_refused(load: Load) -> None:
    with refused("zip_bomb", limit_mb=500):
        load("a.xlsx", files.docx("", extra={"xl/x.xml": bytes(20_000_000)}))


def test_an_archive_that_lies_about_its_size_is_broken(load: Load) -> None:
    """The directory says one byte, unpacked it is more."""
    content = bytearray(files.docx("", extra={"z": bytes(300_000)}))
    place = content.rfind(b"PK\x01\x02")
    struct.pack_into("<L", content, place + 24, 1)
    with refused("broken"):
        load("a.docx", bytes(content))


ENTITIES = (
    "<!DOCTYPE w ["
    + '<!ENTITY a0 "하하">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)


@pytest.mark.parametrize("ending", ["docx", "pptx", "xlsx"])
def test_entities_that_multiply_are_refused(load: Load, ending: str) -> None:
    with refused("zip_bomb"):
        load(f"a.{ending}", files.docx("&a9;", prologue=ENTITIES + "]>"))


def test_entities_cannot_hide_in_another_encoding(load: Load) -> None:
    bomb = f'<?xml version="1.0" encoding="UTF-16"?>{ENTITIES}]><a>&a9;</a>'.encode("utf-16")
    with refused("zip_bomb"):
        load("a.docx", files.docx("", extra={"word/footnotes.xml": bomb}))


def test_a_locked_office_file_is_reported_as_such(load: Load) -> None:
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    with refused("encrypted"):
        load("a.docx", ole + "EncryptedPackage".encode("utf-16-le"))
    with refused("broken"):
        load("a.docx", ole)


@pytest.mark.parametrize("ending", ["docx", "pptx", "xlsx"])
def test_what_is_no_office_file_is_broken(load: Load, ending: str) -> None:
    whole = files.docx(files.paragraph("글"))
    for content in (b"hello", whole[: len(whole) // 2], files.zipped({"a.txt": "b"})):
        with refused("broken"):
            load(f"a.{ending}", content)
