"""How the next version of a name is written, though others may be writing it too."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from core.errors import StoreError
from core.store.collection_versions import writing

ATTEMPTS = 5
"""How often a version number is tried that somebody else took at the same moment."""
MAX_VERSION = 2**31 - 1
"""What a column of versions can be compared with."""
Made = TypeVar("Made")


def write_version(engine: Engine, write: Callable[[Connection], Made]) -> Made:
    """Let `write` look up the newest version and store the next, in one transaction.

    Raises:
        StoreError: `not_stored`.
    """
    for attempt in range(ATTEMPTS):
        try:
            with writing(engine, "could not store") as connection:
                return write(connection)
        except StoreError as error:
            taken = isinstance(error.__cause__, IntegrityError)
            if not taken or attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")
