"""The address of a Chroma server, and whether one answers there. Knows nothing of chromadb."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from core.errors import StoreError, UsageError

VARIABLE = "NARANI_CHROMA_URL"
ANSWER_WITHIN_S = 5
PORTS = {"http": 8000, "https": 443}
"""Chroma listens on 8000; behind https stands a proxy."""


@dataclass(frozen=True, kw_only=True)
class ChromaServer:
    """Where a Chroma server is."""

    scheme: str
    host: str
    port: int
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Made from the credentials of the address."""

    @property
    def url(self) -> str:
        """The address without credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def server_from_url(url: str) -> ChromaServer:
    """Read `https://user:password@host:port/path`, `https://token@host`, `http://host:port`.

    Raises:
        UsageError: `bad_environment`; `reason` is `not_http`, `no_host`, `bad_port` or
            `has_query`.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError as error:
        raise _bad("not_http") from error
    if parts.scheme not in PORTS:
        raise _bad("not_http")
    if not parts.hostname:
        raise _bad("no_host")
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise _bad("bad_port") from error
    if parts.query or parts.fragment:
        raise _bad("has_query")
    return ChromaServer(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port,
        path=parts.path.rstrip("/").removesuffix("/api/v2"),
        headers=_headers(unquote(parts.username or ""), unquote(parts.password or "")),
    )


def check_answers(server: ChromaServer) -> None:
    """Ask for a heartbeat: chromadb itself would wait for a silent server for ever.

    Raises:
        StoreError: `not_stored`, when no Chroma server answers there.
    """
    request = Request(f"{server.url}/api/v2/heartbeat", headers=dict(server.headers))
    try:
        with urlopen(request, timeout=ANSWER_WITHIN_S) as answer:
            if b"heartbeat" in answer.read(1000):
                return
        reason = "something else than Chroma answers there"
    except HTTPError as error:
        with error:
            reason = f"it answers with status {error.code}"
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "reason", None) or error)
    raise unreachable(server, reason)


def unreachable(server: ChromaServer, reason: str) -> StoreError:
    """The error for a server that does not do its work, saying what helps."""
    return StoreError(
        "not_stored",
        f"the Chroma server at {server.url} does not work: {reason}; "
        f"start it, or take {VARIABLE} away to keep vectors in the data folder",
    )


def _headers(user: str, password: str) -> dict[str, str]:
    if password:
        pair = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        return {"Authorization": f"Basic {pair}"}
    return {"Authorization": f"Bearer {user}", "X-Chroma-Token": user} if user else {}


def _bad(reason: str) -> UsageError:
    # The address may hold a password: nothing of it is shown.
    return UsageError("bad_environment", f"{VARIABLE}: {reason}", variable=VARIABLE, reason=reason)
