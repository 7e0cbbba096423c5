"""Vectors that were made before, in one SQLite file for all collections and processes.

A cache may lose anything at any time: whatever goes wrong here costs a second embedding, never
the answer.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.embedding import Embedded, Embedder

if TYPE_CHECKING:
    from core.embedding import Vectors

Item = TypeVar("Item")
Number = TypeVar("Number", int, float)

MOST_BYTES = 2_000_000_000
SLICE = 512
"""Texts embedded before their vectors are kept: what was paid for outlives what comes after."""
KEYS_AT_ONCE = 500
DAY_S = 86_400
"""How exactly a vector's last use is known; finer would make every search a write."""
WAIT_S = 1.0
"""For another process that writes."""
BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""The file is no database, or not ours."""
TABLE = """
CREATE TABLE IF NOT EXISTS vectors (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL, used INTEGER NOT NULL
)
"""
INDEX = "CREATE INDEX IF NOT EXISTS vectors_used ON vectors (used)"
OLDEST = "DELETE FROM vectors WHERE id IN (SELECT id FROM vectors ORDER BY used, id LIMIT ?)"


class VectorCache:
    """Vectors by embedder, text and whether the text is a question. For any thread and process."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        """Take the file, and how large it may grow; what was used longest ago goes first."""
        self._path = path
        self._most_bytes = most_bytes
        self._lock = threading.Lock()

    def get(
        self, embedder_id: str, texts: Sequence[str], query: bool = False
    ) -> "list[Vectors | None]":
        """The vector of each text; None where there is none."""
        import numpy as np

        keys = [_key(embedder_id, text, query) for text in texts]
        found: dict[bytes, bytes] = {}
        self._try(lambda connection: _read(connection, keys, found))
        vectors = {key: np.frombuffer(blob, np.float32) for key, blob in found.items()}
        return [vectors.get(key) for key in keys]

    def put(
        self, embedder_id: str, texts: Sequence[str], vectors: "Vectors", query: bool = False
    ) -> None:
        """Keep vectors, a row for each text."""
        now = int(time.time())
        rows = [
            (_key(embedder_id, text, query), vector.astype("float32").tobytes(), now)
            for text, vector in zip(texts, vectors, strict=True)
        ]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors (key, vector, used) VALUES (?, ?, ?)", rows
            )
            self._make_room(connection)

        self._try(write)

    def size_bytes(self) -> int:
        """Bytes on disk."""
        size = 0
        for path in self._files():
            with suppress(OSError):
                size += path.stat().st_size
        return size

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """Keep below the limit; a tenth goes at once, so that this is rare."""
        while _used_bytes(connection) > self._most_bytes:
            (count,) = connection.execute("SELECT COUNT(*) FROM vectors").fetchone()
            if not connection.execute(OLDEST, (count // 10 + 1,)).rowcount:
                break

    def _try(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do work in one transaction; nothing that befalls the file reaches the caller.

        Opened anew each time, which takes 0.1 ms: a file that was put aside or deleted by another
        process is never written to.
        """
        opened = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            opened = _identity(self._path)
            with closing(self._connect()) as connection, connection:
                work(connection)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in BROKEN:
                self._put_aside(opened)
        except OSError:
            pass  # nowhere to make the file

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=WAIT_S)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(TABLE)
            connection.execute(INDEX)
        except BaseException:
            connection.close()
            raise
        return connection

    def _put_aside(self, broken: int | None) -> None:
        """Leave a broken file to whoever wants to look at it; the next use makes a new one."""
        database, *logs = self._files()
        with self._lock:
            if _identity(database) != broken:
                return  # another thread was faster, and this is the new one
            with suppress(OSError):
                database.replace(database.with_name(f"{database.name}.broken"))
                for log in logs:
                    log.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return [self._path.with_name(self._path.name + end) for end in ("", "-wal", "-shm")]


def embed_cached(
    embedder: Embedder, cache: VectorCache, texts: Sequence[str], *, query: bool = False
) -> Embedded:
    """Vectors of texts, embedding only those that are not in the cache, each once.

    Tokens and cost are of what was embedded now.

    Raises:
        ModelError: when the embedder does not answer.
        UsageError: when it lacks something.
    """
    import numpy as np

    spec = embedder.spec
    distinct = list(dict.fromkeys(texts))
    kept = zip(distinct, cache.get(spec.id, distinct, query), strict=True)
    known = {text: vector for text, vector in kept if vector is not None}
    if spec.dimension is not None:
        known = {text: v for text, v in known.items() if len(v) == spec.dimension}
    done = _Embedding(embedder=embedder, cache=cache, query=query)
    done.add([text for text in distinct if text not in known])
    widths = {len(vector) for vector in (*known.values(), *done.vectors.values())}
    if len(widths) > 1:  # another model goes by this name now
        done.add(list(known))
        known = {}
    rows = known | done.vectors
    if not rows:
        return Embedded(vectors=np.empty((0, spec.dimension or 0), np.float32), tokens=0, usd=0.0)
    return Embedded(
        vectors=np.stack([rows[text] for text in texts]), tokens=done.tokens, usd=done.usd
    )


@dataclass(kw_only=True)
class _Embedding:
    """What was embedded so far, and what it took."""

    embedder: Embedder
    cache: VectorCache
    query: bool
    vectors: "dict[str, Vectors]" = field(default_factory=dict)
    tokens: int | None = 0
    usd: float | None = 0.0

    def add(self, texts: list[str]) -> None:
        for some in _slices(texts, SLICE):
            made = self.embedder.embed(some, query=self.query)
            self.vectors |= zip(some, made.vectors, strict=True)
            self.tokens = _sum(self.tokens, made.tokens)
            self.usd = _sum(self.usd, made.usd)
            self.cache.put(self.embedder.spec.id, some, made.vectors, self.query)


def _sum(a: Number | None, b: Number | None) -> Number | None:
    return None if a is None or b is None else a + b


def _key(embedder_id: str, text: str, query: bool) -> bytes:
    content = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return hashlib.sha256(f"{embedder_id}\0{int(query)}\0".encode() + content).digest()


def _slices(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _used_bytes(connection: sqlite3.Connection) -> int:
    """Without the pages that were freed, which are written to again."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _identity(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _read(connection: sqlite3.Connection, keys: Sequence[bytes], found: dict[bytes, bytes]) -> None:
    """Find vectors by key, and mark them as used today."""
    now = int(time.time())
    stale: list[tuple[int, bytes]] = []
    for some in _slices(keys, KEYS_AT_ONCE):
        marks = ", ".join("?" * len(some))
        rows = connection.execute(
            f"SELECT key, vector, used FROM vectors WHERE key IN ({marks})", some
        )
        for key, vector, used in rows:
            found[key] = vector
            if used < now - DAY_S:
                stale.append((now, key))
    # Somebody else may be writing: then the marks come another time.
    connection.executemany("UPDATE vectors SET used = ? WHERE key = ?", stale)
