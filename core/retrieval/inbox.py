"""Files that were uploaded and wait to be indexed. They survive a stop, a crash and a restart."""

import hashlib
import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from core.errors import StoreError
from core.retrieval.load.loader import safe_name
from core.retrieval.progress import SourceFile

_NAME = "name.json"
_CONTENT = "content"


class Inbox:
    """One folder per file, so that no name of a file ever becomes a path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, collection_id: str, name: str, pieces: Iterable[bytes]) -> SourceFile:
        """Keep an uploaded file; one of the same name is replaced.

        Raises:
            StoreError: `not_stored`, for a full disk.
        """
        name = safe_name(name)
        folder = self._folder / collection_id
        named = hashlib.sha256(name.encode()).hexdigest()[:32]
        # A place of its own each time: what is replaced may just be read.
        place = folder / f"{named}-{uuid4().hex[:8]}"
        new = place.with_suffix(".new")
        try:
            earlier = list(folder.glob(f"{named}-*"))
            new.mkdir(parents=True)
            with (new / _CONTENT).open("wb") as file:
                file.writelines(pieces)
            (new / _NAME).write_text(json.dumps(name), "utf-8")
            new.rename(place)
            for old in earlier:
                shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            shutil.rmtree(new, ignore_errors=True)
            raise StoreError(
                "not_stored", f"{name!r} could not be kept: {error.strerror}"
            ) from error
        return SourceFile(path=place / _CONTENT, name=name)

    def files(self, collection_id: str) -> list[SourceFile]:
        """What waits, by name."""
        found = []
        for place in (self._folder / collection_id).glob("*/"):
            if place.suffix:  # one that was being written when its process ended
                continue
            with suppress(OSError, ValueError):
                name = str(json.loads((place / _NAME).read_text("utf-8")))
                found.append(SourceFile(path=place / _CONTENT, name=name))
        return sorted(found, key=lambda file: file.name)

    def remove(self, file: SourceFile) -> None:
        """Forget a file; one that did not come from here stays."""
        if file.path.is_relative_to(self._folder):
            shutil.rmtree(file.path.parent, ignore_errors=True)

    def clear(self, collection_id: str) -> None:
        shutil.rmtree(self._folder / collection_id, ignore_errors=True)
