"""What the lexical index says when it fails, in our words.

Tantivy raises ValueError for whatever goes wrong on disk, and panics at some damaged files.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import StoreError, UsageError

_PASSING = re.compile("Too many open files|Permission denied|Cannot allocate memory")


@contextmanager
def storing() -> Iterator[None]:
    """Raises `StoreError` of kind `not_stored`."""
    try:
        yield
    except BaseException as error:
        if not _is_of_index(error):
            raise
        raise StoreError("not_stored", f"the index could not be written: {error}"[:500]) from error


@contextmanager
def reading() -> Iterator[None]:
    """Raises `UsageError` of kind `bad_collection` with the reason `index_broken`.

    What only the machine is to blame for is a `StoreError`: the index need not be made anew.
    """
    try:
        yield
    except BaseException as error:
        if not _is_of_index(error):
            raise
        if _PASSING.search(str(error)):
            raise StoreError("not_stored", f"the index cannot be read: {error}"[:500]) from error
        raise UsageError(
            "bad_collection", f"the index is broken: {error}"[:500], reason="index_broken"
        ) from error


def _is_of_index(error: BaseException) -> bool:
    return isinstance(error, ValueError | OSError) or type(error).__name__ == "PanicException"
