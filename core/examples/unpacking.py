"""A workbook is a zip archive of XML: looked through for bombs before anybody unpacks it."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from core.examples.refusals import Refused

MAX_UNPACKED = 300_000_000
"""Bytes of the whole archive."""
MAX_RATIO = 200
"""Unpacked to packed size, from `FREE` bytes on: an empty sheet is nearly all zeros."""
FREE = 10_000_000
MAX_ENTRIES = 5_000
MAX_TAGS = 200_000
"""Between two rows or texts, in other parts in all; openpyxl holds the tree of them."""
MAX_HELD = 2_000_000
"""Rows and texts of the whole archive; openpyxl holds something for each."""
CHUNK = 1 << 20

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PARTS = (
    ("xl/worksheets/", re.compile(rb"[<:]row[\s>/]")),
    ("xl/sharedstrings", re.compile(rb"[<:]si[\s>/]")),
)
"""The parts that may be large, and where each thing in them begins."""


def check_workbook(file: BinaryIO) -> None:
    """Unpack once without keeping anything.

    Raises:
        Refused: `encrypted`, `old_spreadsheet`, `broken`, `zip_bomb`.
    """
    file.seek(0)
    if file.read(8) == _OLE:  # what Office wraps a locked file in, and its old formats
        _refuse_old(file)
    size = file.seek(0, 2)
    file.seek(0)
    with broken(), zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        _check_size(sum(entry.file_size for entry in entries), size)
        if len(entries) > MAX_ENTRIES or len({e.header_offset for e in entries}) < len(entries):
            raise _bomb()
        if any(entry.flag_bits & 1 for entry in entries):
            raise _encrypted()
        unpacked = _Unpacked(size)
        for entry in entries:
            with archive.open(entry) as part:
                unpacked.add(entry.filename, part)


@contextmanager
def broken() -> Iterator[None]:
    """Whatever openpyxl or zipfile says of a file that is not whole, as `Refused`."""
    try:
        yield
    except (Refused, GeneratorExit, MemoryError):
        raise
    except Exception as error:  # a hostile part raises anything at all in openpyxl
        raise Refused("broken", f"the workbook is broken ({type(error).__name__})") from error


class _Unpacked:
    """What has been unpacked so far: what the directory says of it may be a lie."""

    def __init__(self, packed: int) -> None:
        self._packed = packed
        self._bytes = self._held = 0

    def add(self, name: str, part: IO[bytes]) -> None:
        begins = next((one for start, one in _PARTS if name.lower().startswith(start)), None)
        tags = 0
        while chunk := part.read(CHUNK):
            self._bytes += len(chunk)
            _check_size(self._bytes, self._packed)
            if b"<!DOCTYPE" in chunk:  # Office writes none, entity bombs need one
                raise _bomb()
            *before, last = begins.split(chunk) if begins else [chunk]
            self._held += len(before)
            for piece in before:
                most, tags = tags + piece.count(b"<"), 0
                if most > MAX_TAGS:
                    raise _bomb()
            tags += last.count(b"<")
            if tags > MAX_TAGS or self._held > MAX_HELD:
                raise _bomb()


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED or (unpacked > FREE and unpacked > packed * MAX_RATIO):
        raise _bomb()


def _refuse_old(file: BinaryIO) -> None:
    overlap = b""
    while chunk := file.read(CHUNK):
        if _ENCRYPTED in overlap + chunk:
            raise _encrypted()
        overlap = chunk[-len(_ENCRYPTED) :]
    reason = "this is a workbook of an old format; save it as .xlsx"
    raise Refused("old_spreadsheet", reason)


def _encrypted() -> Refused:
    return Refused("encrypted", "the workbook is locked; save it without its password")


def _bomb() -> Refused:
    limit = MAX_UNPACKED // 1_000_000
    reason = f"the workbook would unpack to something enormous (at most {limit} MB are possible)"
    return Refused("zip_bomb", reason, limit_mb=limit)
