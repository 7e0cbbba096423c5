"""One writer at a time in a folder, of all threads and processes.

The operating system frees the lock when its holder dies.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Wait until nobody else writes.

    Raises:
        FileNotFoundError: the folder is gone, perhaps since we began to wait.
    """
    path = folder / "write.lock"
    while True:
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _lies_at(path, file.fileno()):
                yield
                return


def _lies_at(path: Path, opened: int) -> bool:
    """Who waited may hold the lock of a folder that was removed, or made anew."""
    try:
        return os.path.samestat(os.fstat(opened), path.stat())
    except FileNotFoundError:
        return False
