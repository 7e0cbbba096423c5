"""Vectors of passages in Chroma: in the data folder, or on a server that several machines share.

Only vectors: texts are in SQL, and vectors can be made from them again.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core.errors import NaraniError, StoreError
from core.retrieval.chroma_server import ChromaServer, check_answers, server_from_url, unreachable
from core.retrieval.chroma_vectors import ChromaVectors
from core.retrieval.folder_vectors import FolderVectors
from core.retrieval.graph_files import check_graphs
from core.retrieval.vector_space import Space, Vectors

__all__ = ["VectorStore", "Vectors"]

GRAPH: dict[str, Any] = {
    "space": "cosine",
    "ef_construction": 200,
    "max_neighbors": 32,
    "ef_search": 1000,
}
"""Of 100,000 vectors in clusters all ten nearest are found in 3 ms. Of random ones, which texts
never are, 86 % in 9 ms; Chroma's own settings find 12 %."""
SERVER_WITHIN_S = 60
"""A server that is silent for longer has failed."""

_KEY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}")
_OPENING = threading.Lock()

Failed = Callable[[Exception], NaraniError]


class VectorStore:
    """All collections' vectors. Opened on first use; may be used from any thread.

    Args:
        folder: where vectors lie when there is no server.
        server_url: address of a Chroma server, as `NARANI_CHROMA_URL` has it.

    Raises:
        UsageError: `bad_environment` when the address is none.
    """

    def __init__(self, folder: Path, server_url: str | None = None) -> None:
        self._folder = folder
        self._server = server_from_url(server_url) if server_url else None
        self._client: Any = None
        self._folders: dict[str, FolderVectors] = {}
        self._on_server: dict[str, ChromaVectors] = {}
        self._lock = threading.RLock()

    def collection(self, key: str, embedder: str, dimension: int) -> Vectors:
        """The vectors of a collection, which is made when missing.

        Raises:
            UsageError: `embedder_changed`, with `stored` and `wanted`.
            StoreError: `not_stored`.
        """
        space = Space(embedder=embedder, dimension=dimension)
        with self._lock:
            if self._server is not None:
                return self._collection_on_server(key, space, self._server)
            known = self._folders.get(key)
            if known is not None and known.space == space and known.is_there():
                return known
            vectors = self._in_folder(key, space)
            vectors.open()
            if known is not None:
                known.close()
            self._folders[key] = vectors
            return vectors

    def drop(self, key: str) -> None:
        """Forget a collection's vectors; an unknown one is no error."""
        with self._lock:
            if self._server is None:
                known = self._folders.pop(key, None)
                (known or self._in_folder(key, Space(embedder="", dimension=0))).drop()
                return
            from chromadb.errors import NotFoundError

            self._on_server.pop(key, None)
            with _errors(self._server_failed), suppress(NotFoundError):
                self._opened_server(self._server).delete_collection(_name(key))

    def close(self) -> None:
        with self._lock:
            for vectors in self._folders.values():
                vectors.close()
            self._folders.clear()
            self._on_server.clear()
            client, self._client = self._client, None
            if client is not None:
                sessions = _sessions(client)
                client.close()
                for session in sessions:  # Chroma leaves its connections open
                    session.close()

    def _in_folder(self, key: str, space: Space) -> FolderVectors:
        folder = self._folder / _name(key)

        def open_chroma() -> ChromaVectors:
            with _errors(lambda error: _folder_failed(folder, error)):
                return _open_folder(folder, key, space)

        return FolderVectors(folder, space, open_chroma)

    def _collection_on_server(self, key: str, space: Space, server: ChromaServer) -> Vectors:
        known = self._on_server.get(key)
        if known is None or known.space != space:
            with _errors(self._server_failed):
                client = self._opened_server(server)
                known = _open_collection(client, key, space, self._server_failed)
            self._on_server[key] = known
        return known

    def _opened_server(self, server: ChromaServer) -> Any:
        if self._client is None:
            check_answers(server)
            self._client = _connect(server)
        return self._client

    def _server_failed(self, error: Exception) -> NaraniError:
        assert self._server is not None
        gone = _gone(error)
        if gone is not None:
            self._on_server.clear()  # made anew by another machine, it has another identity
        return gone or unreachable(self._server, _reason(error))


def _open_folder(folder: Path, key: str, space: Space) -> ChromaVectors:
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient

    check_graphs(folder)
    path = str(folder)
    with _OPENING:
        # Chroma shares what is open in a process by the text of its path, stale or not.
        while path in SharedSystemClient._identifier_to_system:
            path += "/."
        settings = _settings(is_persistent=True, persist_directory=path)
        client: Any = chromadb.PersistentClient(path, settings)
    try:
        return _open_collection(client, key, space, lambda e: _folder_failed(folder, e))
    except BaseException:
        client.close()
        raise


def _connect(server: ChromaServer) -> Any:
    import chromadb

    ssl, headers = server.scheme == "https", dict(server.headers)
    settings = _settings(
        chroma_server_host=server.url,
        chroma_server_http_port=server.port,
        chroma_server_ssl_enabled=ssl,
        chroma_server_headers=headers,
        chroma_client_auth_provider=None,
    )
    client: Any = chromadb.HttpClient(server.url, server.port, ssl, headers, settings)
    for session in _sessions(client):
        session.timeout = SERVER_WITHIN_S  # Chroma has no setting for it and would wait for ever
    return client


def _sessions(client: Any) -> list[Any]:
    """Chroma's HTTP connections: its own, and those it asks for databases with."""
    return [client._server._session, client._admin_client._server._session]


def _settings(**changes: Any) -> Any:
    """Chroma's settings: nothing from a .env file, nothing reported anywhere."""
    from chromadb.config import Settings

    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
        **changes,
    )


def _open_collection(client: Any, key: str, space: Space, failed: Failed) -> ChromaVectors:
    collection = client.get_or_create_collection(
        _name(key),
        metadata={"embedder": space.embedder, "dimension": space.dimension},
        configuration={"hnsw": GRAPH},
        embedding_function=None,
    )
    stored = collection.metadata or {}
    space.check_same(
        Space(embedder=str(stored.get("embedder", "?")), dimension=int(stored.get("dimension", 0)))
    )
    return ChromaVectors(client, collection, space, failed)


def _name(key: str) -> str:
    """Chroma takes ASCII alone; the key is also the name of a folder."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key[:100]!r} is not a key")
    return f"narani-{key}"


@contextmanager
def _errors(failed: Failed) -> Iterator[None]:
    """Chroma raises its own errors, those of httpx, ValueError, and Exception itself."""
    try:
        yield
    except NaraniError:
        raise
    except Exception as error:
        raise failed(error) from error


def _gone(error: Exception) -> NaraniError | None:
    from chromadb.errors import NotFoundError

    if isinstance(error, NotFoundError):
        return StoreError("not_found", "these vectors were deleted meanwhile; index again")
    return None


def _folder_failed(folder: Path, error: Exception) -> NaraniError:
    return _gone(error) or StoreError(
        "not_stored",
        f"the vectors in {folder} do not work: {_reason(error)}; "
        "see that the disk is neither full nor read-only, else index the collection anew",
    )


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
