"""Names of files, as they may be stored and shown. Names of uploads are hostile."""

import re
import unicodedata

from core.text import clean

FORMATS: tuple[str, ...] = (
    *("pdf", "docx", "pptx", "xlsx", "html", "htm", "md", "markdown"),
    *("txt", "json", "jsonl", "ndjson", "csv", "tsv"),
)
"""Endings that are read, without the dot."""

MAX_NAME = 150
UNNAMED = "document"
_JOINER = "\u200d"
_DRIVE = re.compile(r"^[A-Za-z]:")
_TRAILING_FAMILY = re.compile("[\u200d\ufe0f]+$")


def safe_name(name: str) -> str:
    """A name without tricks: no way out of its folder, nothing invisible, at most 150 characters.

    Folders inside an indexed folder are kept (`a/b.md`).
    """
    name = unicodedata.normalize("NFC", clean(name)).replace("\ufffd", "_")
    parts = [_visible(part) for part in _DRIVE.sub("", name).replace("\\", "/").split("/")]
    kept = [part for part in parts if part and part.strip(". ")]
    return _shortened("/".join(kept)) or UNNAMED


def ending(name: str) -> str:
    """What follows the last dot, in lower case; empty without one."""
    stem, dot, last = name.rpartition("/")[2].rpartition(".")
    return last.strip().lower() if dot and stem else ""


def _visible(part: str) -> str:
    kept = "".join(
        character
        for character in part
        # The joiner is part of emoji; other format characters turn or hide what is read.
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        or character == _JOINER
    )
    return " ".join(kept.split()).strip(_JOINER)


def _shortened(name: str) -> str:
    """Cut in the middle: the ending decides how a file is read."""
    if len(name) <= MAX_NAME:
        return name
    last = ending(name)
    tail = f".{last}" if last and len(last) <= 10 else ""
    folders, slash, file = name.rpartition("/")
    stem = file[: len(file) - len(tail)]
    room = MAX_NAME - len(tail)
    if len(folders) > room // 2:
        folders = folders[: room // 2].rstrip("/ ")
    stem = stem[: room - len(folders) - len(slash)]
    return f"{folders}{slash}{_TRAILING_FAMILY.sub('', stem).rstrip()}{tail}"
