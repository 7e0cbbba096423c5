"""Indexes a folder in a process of its own, which is then killed or may not write much.

`python -m tests.core.retrieval.indexing_child HOME FILES MOMENT`; MOMENT is `embed`, `vectors`,
`words`, `shelf` or `gone`, and kills the process when it gets there the second time; a number
is the most bytes that a file may have.
"""

import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.retrieval.library import Library
from tests.core.retrieval.libraries import Words, close, index, open_at, settings, sources

NAME = "killed"
SIZE = 50


def main(home: Path, files: Path, moment: str) -> None:
    words = Words()
    library = open_at(home, words)
    made = library.create(NAME, settings(words.name, size=SIZE))
    if moment.isdecimal():
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(moment), resource.RLIM_INFINITY))
    else:
        die_at(moment, library, words)
    progress = index(library, made, sources(files))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(progress.state, getattr(progress.error, "kind", None), flush=True)
    close(library)


def die_at(moment: str, library: Library, words: Words) -> None:
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            count()
            return call(*arguments)

        return counted

    indexes, shelf = library._indexes, library.shelf
    if moment == "embed":
        words.before = lambda texts: count()
    elif moment == "vectors":
        indexes.add_vectors = before(indexes.add_vectors)  # type: ignore[method-assign]
    elif moment == "words":
        indexes.add_words = before(indexes.add_words)  # type: ignore[method-assign]
    elif moment == "shelf":
        shelf.put_documents = before(shelf.put_documents)  # type: ignore[method-assign]
    elif moment == "gone":
        indexes.remove = before(indexes.remove)  # type: ignore[method-assign]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
