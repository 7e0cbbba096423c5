"""What a file may cost before it is refused, and how a reader refuses one."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Most that one file may be, hold and take."""

    max_bytes: int = 100 * MEGABYTE
    max_pages: int = 3_000
    """Pages of a PDF, slides or sheets."""
    max_characters: int = 20_000_000
    max_rows: int = 200_000
    """Rows of a table, records of JSON."""
    max_seconds: float = 120.0
    max_memory_bytes: int = 3 * 1024**3
    """Address space of the whole reading process."""
    max_unzipped_bytes: int = 500 * MEGABYTE
    max_zip_ratio: int = 200
    """Unpacked to packed size of a whole archive that unpacks to more than 10 MB."""
    max_zip_entries: int = 20_000
    max_blocks: int = 100_000
    """Further headings are kept as text, without a block of their own."""


class Refused(Exception):
    """A file that cannot be read, with one of the loader's reasons."""

    def __init__(self, reason: str, message: str, **numbers: int) -> None:
        super().__init__(message)
        self.reason = reason
        self.numbers = numbers


def too_long(limits: Limits) -> Refused:
    limit = limits.max_characters
    return Refused("too_long", f"holds more than {limit} characters", limit=limit)


def too_many_rows(limits: Limits) -> Refused:
    limit = limits.max_rows
    return Refused("too_many_rows", f"holds more than {limit} rows", limit=limit)
