"""How a reader of examples refuses a file: a stable code, a sentence, the place."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import UsageError
from core.uploaded_text import Unreadable

MAX_BYTES = 100_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CHARACTERS = 100_000
"""In one cell; below Python's own `csv.field_size_limit`."""


class Refused(Exception):
    """A file that cannot be read as it is; `refusing` turns it into the error for people."""

    def __init__(
        self, code: str, reason: str, line: int | None = None, **details: str | int
    ) -> None:
        super().__init__(reason)
        self.code, self.reason, self.line, self.details = code, reason, line, details


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Raise what is refused inside as `UsageError` of kind `bad_examples`.

    Its details are `reason`, its `code`, where there is one the `line` from 1, and what else the
    sentence for people needs.
    """
    try:
        yield
    except (Refused, Unreadable) as error:
        refused = _unreadable(error) if isinstance(error, Unreadable) else error
        where = "" if refused.line is None else f", line {refused.line}"
        details = {"reason": refused.reason, "code": refused.code, **refused.details}
        if refused.line is not None:
            details["line"] = refused.line
        message = f"{name[:80]!r}{where}: {refused.reason}"
        raise UsageError("bad_examples", message, **details) from error


def too_large(limit_bytes: int) -> Refused:
    limit = limit_bytes // 1_000_000
    reason = f"the file is larger than {limit} MB; split it"
    return Refused("too_large", reason, limit_mb=limit)


def too_many(limit: int, line: int) -> Refused:
    reason = f"there are more than {limit:,} examples; split the file"
    return Refused("too_many", reason, line, limit=limit)


def too_long(characters: int, line: int, column: str = "") -> Refused:
    reason = f"a text has {characters:,} characters; at most {MAX_CHARACTERS:,} are allowed"
    return Refused("too_long", reason, line, column=column, limit=MAX_CHARACTERS)


def _unreadable(fault: Unreadable) -> Refused:
    if fault.fault == "binary":
        reason = "this is not a text file; save a spreadsheet as 'CSV UTF-8' and upload that"
        return Refused("not_text", reason, fault.line)
    if fault.fault == "encoding":
        reason = "this is neither UTF-8 nor CP949 text; save it as UTF-8"
        return Refused("encoding", reason, fault.line)
    return Refused("csv", _csv_reason(fault.said), fault.line)


def _csv_reason(said: str) -> str:
    if "larger than" in said:
        return f"a cell is longer than {MAX_CHARACTERS:,} characters, or a quote is never closed"
    if "end of data" in said:
        return "a double quote opens in this row and is never closed"
    return "a double quote stands inside a quoted cell; write it twice"
