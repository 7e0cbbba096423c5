"""Which vectors of a collection were changed, in order: how processes learn of each other's work.

An append-only file. Its first line is an epoch, drawn anew when nothing before it counts any more;
epoch and size together are a version. Ids are written before the change itself, so a process that
dies between the two leaves others to look once in vain, and never a change nobody hears of.
"""

import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.jsontypes import Json

MOST_BYTES = 8_000_000
"""Then a new epoch begins: reading a quarter of a million ids costs more than all vectors."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A state of a collection."""

    epoch: bytes
    size: int
    """Bytes of the journal."""


class Journal:
    """The journal of one collection. Only `version` may be called without its lock."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def version(self) -> Version | None:
        """The state now; None when there is no such collection."""
        try:
            with self._file.open("rb") as file:
                epoch = file.readline()
                return Version(epoch=epoch, size=os.fstat(file.fileno()).st_size)
        except FileNotFoundError:
            return None

    def begin(self) -> Version | None:
        """Start a new epoch: all vectors must be read again."""
        new = self._file.with_suffix(".new")
        new.write_bytes(uuid.uuid4().hex.encode() + b"\n")
        new.replace(self._file)  # whole or not at all: `version` takes no lock
        return self.version()

    def write(self, ids: Iterable[str]) -> Version | None:
        """Announce that these ids are about to change."""
        version = self.version()
        if version is None or version.size > MOST_BYTES:
            return self.begin()
        line = json.dumps(list(ids), ensure_ascii=True)
        with self._file.open("ab") as file:
            file.write(f"\n{line}".encode())  # the line before may have been cut off by a crash
        return self.version()

    def since(self, version: Version) -> set[str] | None:
        """Ids that were changed after `version`; None when all have to be read again."""
        with self._file.open("rb") as file:
            if file.readline() != version.epoch:
                return None
            file.seek(version.size)
            lines = file.read().split(b"\n")
        return {str(one) for line in lines for one in _ids(line)}


def _ids(line: bytes) -> list[Json]:
    try:
        ids = json.loads(line)
    except ValueError:  # cut off by a crash, before anything was changed
        return []
    return ids if isinstance(ids, list) else []
