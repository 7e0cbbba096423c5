"""DOCX, PPTX and XLSX are zip archives of XML: checked for bombs before anybody unpacks them."""

import io
import zipfile
import zlib
from xml.parsers import expat

from core.retrieval.load.limits import MEGABYTE, Limits, Refused

CHUNK = 1 << 16
FREE = 10 * MEGABYTE
"""A small archive may be packed as tightly as it likes: an empty sheet is nearly all zeros."""
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def check_archive(content: bytes, limits: Limits) -> None:
    """Unpack once without keeping anything.

    Raises:
        Refused: `encrypted`, `broken`, `zip_bomb`.
    """
    if content.startswith(_OLE):  # what Office wraps a locked file in, and its old formats
        reason = "encrypted" if _ENCRYPTED in content else "broken"
        raise Refused(reason, f"is {reason}: not an open Office file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_size(sum(entry.file_size for entry in entries), len(content), limits)
            if len(entries) > limits.max_zip_entries:
                raise Refused("zip_bomb", f"holds {len(entries)} files")
            if len({entry.header_offset for entry in entries}) < len(entries):
                raise Refused("zip_bomb", "holds files that overlap")
            if any(entry.flag_bits & 1 for entry in entries):
                raise Refused("encrypted", "is encrypted")
            unpacked = 0
            for entry in entries:
                unpacked = _unpack(archive, entry, unpacked, len(content), limits)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise Refused("broken", f"is broken: {error}") from None


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, before: int, packed: int, limits: Limits
) -> int:
    """What has been unpacked after this entry: what the directory says may be a lie."""
    prologue: _Prologue | None = _Prologue()
    with archive.open(entry) as file:
        while chunk := file.read(CHUNK):
            before += len(chunk)
            _check_size(before, packed, limits)
            if prologue and not prologue.reads(chunk):
                prologue = None
    return before


def _check_size(unpacked: int, packed: int, limits: Limits) -> None:
    ratio = unpacked > FREE and unpacked > packed * limits.max_zip_ratio
    if ratio or unpacked > limits.max_unzipped_bytes:
        raise Refused(
            "zip_bomb",
            f"unpacks to {unpacked} bytes",
            limit_mb=limits.max_unzipped_bytes // MEGABYTE,
        )


class _Prologue:
    """What stands before the root of XML. Office writes no DOCTYPE, entity bombs need one."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._over = False
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._end

    def reads(self, chunk: bytes) -> bool:
        """Whether it goes on. Pictures and other parts that are no XML end at once."""
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError:
            return False
        return not self._over

    def _refuse(self, *_: object) -> None:
        raise Refused("zip_bomb", "declares entities in XML")

    def _end(self, *_: object) -> None:
        self._over = True
