"""What a GGUF file says of itself, read from its first bytes. Knows no runtime, loads no weights.

The format: magic, version, counts, then typed keys and values, then a name for each tensor. A file
is an upload like any other: every length is checked before it is believed.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

Pooling = Literal["none", "mean", "cls", "last", "rank"]
POOLINGS: tuple[Pooling, ...] = ("none", "mean", "cls", "last", "rank")
"""In llama.cpp's numbering."""

ENCODERS = ("bert", "gemma-embedding", "t5encoder")
"""Parts of the names of architectures that read and never write: `nomic-bert`, `eurobert`."""
CLASSIFIER = ("cls.weight", "cls.output.weight")

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q"} | {
    12: "d"
}
_STRING, _ARRAY = 8, 9
_MAGIC = b"GGUF"
_MOST_ENTRIES = 100_000
"""More keys or tensors than any model has."""

_Value = int | float | bool | str | None


@dataclass(frozen=True, kw_only=True)
class Header:
    """The part of a GGUF file's description that says what it can be asked for."""

    architecture: str = ""
    """`llama`, `bert`; empty when the file does not say, or is none."""
    pooling: Pooling | None = None
    """How vectors of words become one; None when the file does not say."""
    context_tokens: int | None = None
    dimension: int | None = None
    """Numbers of a vector."""
    classifier: bool = False
    """Whether it has the layer that turns a pair of texts into a score."""

    @property
    def ranks(self) -> bool:
        """Whether it scores a text for a question."""
        return self.pooling == "rank" or self.classifier

    @property
    def embeds(self) -> bool:
        """Whether it was made to turn texts into vectors."""
        pools = self.pooling in ("mean", "cls", "last")
        reads_only = any(part in self.architecture for part in ENCODERS)
        return (pools or reads_only) and not self.ranks


def header_of(file: Path) -> Header:
    """Read a file's header; an empty one when it is unreadable or no GGUF."""
    try:
        status = file.stat()
        return _read(file, status.st_size, status.st_mtime_ns)
    except (OSError, ValueError, struct.error):
        return Header()


@lru_cache(maxsize=256)
def _read(file: Path, size: int, modified_ns: int) -> Header:
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        reader = _Reader(data)
        tensors, keys = reader.counts()
        values = dict(reader.entries(keys))
        names = set(reader.names(tensors))
    architecture = str(values.get("general.architecture") or "")
    pooling = values.get(f"{architecture}.pooling_type")
    known = isinstance(pooling, int) and 0 <= pooling < len(POOLINGS)
    return Header(
        architecture=architecture,
        pooling=POOLINGS[int(pooling)] if known and pooling is not None else None,
        context_tokens=_whole(values.get(f"{architecture}.context_length")),
        dimension=_whole(values.get(f"{architecture}.embedding_length")),
        classifier=not names.isdisjoint(CLASSIFIER),
    )


def _whole(value: _Value) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


class _Reader:
    """Walks through a header from its beginning."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def counts(self) -> tuple[int, int]:
        """Tensors and keys."""
        self._skip(len(_MAGIC))
        version, tensors, keys = self._number("I"), self._number("Q"), self._number("Q")
        ours = self._data[: len(_MAGIC)] == _MAGIC and version in (2, 3)
        if not ours or max(tensors, keys) > _MOST_ENTRIES:
            raise ValueError("no GGUF file that we can read")
        return tensors, keys

    def entries(self, keys: int) -> Iterator[tuple[str, _Value]]:
        for _ in range(keys):
            yield self._text(), self._value(self._number("I"))

    def names(self, tensors: int) -> Iterator[str]:
        for _ in range(tensors):
            name = self._text()
            self._skip(8 * self._number("I") + 4 + 8)  # shape, type, place
            yield name

    def _value(self, kind: int) -> _Value:
        if kind == _STRING:
            return self._text()
        if kind != _ARRAY:
            return self._scalar(_format(kind))
        inner, count = self._number("I"), self._number("Q")
        if inner == _STRING:
            if count > len(self._data):
                raise ValueError("a list longer than its file")
            for _ in range(count):
                self._skip(self._number("Q"))
        else:
            self._skip(struct.calcsize(f"<{_format(inner)}") * count)
        return None

    def _text(self) -> str:
        length = self._number("Q")
        start = self._at
        self._skip(length)
        return self._data[start : self._at].decode(errors="replace")

    def _number(self, kind: str) -> int:
        return int(self._scalar(kind))

    def _scalar(self, kind: str) -> int | float:
        start = self._at
        self._skip(struct.calcsize(f"<{kind}"))
        value: int | float = struct.unpack_from(f"<{kind}", self._data, start)[0]
        return value

    def _skip(self, length: int) -> None:
        self._at += length
        if self._at > len(self._data):
            raise ValueError("the file ends inside its header")


def _format(kind: int) -> str:
    if kind not in _SCALARS:  # a list of lists occurs in no model
        raise ValueError(f"unknown type {kind}")
    return _SCALARS[kind]
