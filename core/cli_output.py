"""Where the shell's verbs write files: to a path, or to standard output."""

import sys
from collections.abc import Iterable
from pathlib import Path


def write_pieces(pieces: Iterable[str], out: str | None) -> int:
    """Write a file while it is made; returns the exit status.

    Args:
        pieces: of the file, as UTF-8.
        out: its path; None writes to standard output.
    """
    if out is None:
        # A Windows console must not decide how the file is encoded.
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8"))
        sys.stdout.buffer.flush()
        return 0
    try:
        with Path(out).open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
    except OSError as error:
        print(f"error: cannot write {out}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"written: {out}", file=sys.stderr)
    return 0
