"""The Hugging Face Hub's contract for fetching a repository: `ROOT/<owner>/<name>/` is one.

Repositories of the owner `private` want the token `hf_ok`; those of `gated` are never given;
`broken` answers 500.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from core.background import BackgroundLoop

REFUSED = {
    "gated": (403, "GatedRepo"),
    "broken": (500, ""),
}


class Hub:
    """The server; `fetched` holds the files that were asked for, `tokens` what came with them."""

    def __init__(self, root: Path) -> None:
        self.url = ""
        self.root = root
        self.fetched: list[str] = []
        self.tokens: set[str] = set()

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/models/{owner}/{name}", self.info),
                web.get("/api/models/{owner}/{name}/revision/{revision}", self.info),
                web.get("/api/models/{owner}/{name}/tree/{revision}", self.tree),
                web.get("/{owner}/{name}/resolve/{revision}/{file:.+}", self.file),
            ]
        )
        return app

    async def info(self, request: web.Request) -> web.Response:
        files = self._files(request)
        repo = "{owner}/{name}".format(**request.match_info)
        siblings = [{"rfilename": name} for name in files]
        return web.json_response(
            {"_id": "0", "id": repo, "modelId": repo, "private": False, "tags": []}
            | {"sha": _revision(files), "siblings": siblings}
        )

    async def tree(self, request: web.Request) -> web.Response:
        files = self._files(request).items()
        return web.json_response(
            [{"type": "file", "path": n, "size": len(c), "oid": _oid(c)} for n, c in files]
        )

    async def file(self, request: web.Request) -> web.Response:
        files = self._files(request)
        name = request.match_info["file"]
        if name not in files:
            raise _refusal(404, "EntryNotFound")
        content = files[name]
        headers = {"ETag": f'"{_oid(content)}"', "X-Repo-Commit": _revision(files)}
        if request.method == "HEAD":
            return web.Response(headers=headers | {"Content-Length": str(len(content))})
        self.fetched.append(name)
        return web.Response(body=content, headers=headers)

    def _files(self, request: web.Request) -> dict[str, bytes]:
        owner, name = request.match_info["owner"], request.match_info["name"]
        token = request.headers.get("Authorization", "")
        self.tokens.add(token)
        if owner in REFUSED:
            raise _refusal(*REFUSED[owner])
        folder = self.root / owner / name
        if not folder.is_dir() or (owner == "private" and token != "Bearer hf_ok"):
            raise _refusal(401, "RepoNotFound")
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _refusal(status: int, code: str) -> web.HTTPException:
    headers = {"X-Error-Code": code, "X-Error-Message": "refused"} if code else {}
    kinds = {401: web.HTTPUnauthorized, 403: web.HTTPForbidden, 404: web.HTTPNotFound}
    return kinds.get(status, web.HTTPInternalServerError)(headers=headers)


def _oid(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _revision(files: dict[str, bytes]) -> str:
    return hashlib.sha1(b"".join(n.encode() + c for n, c in files.items())).hexdigest()


async def _start(hub: Hub) -> web.AppRunner:
    runner = web.AppRunner(hub.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hub.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    return runner


@contextmanager
def running(root: Path) -> Iterator[Hub]:
    loop, hub = BackgroundLoop(), Hub(root)
    runner = loop.submit(_start(hub)).result(10)
    try:
        yield hub
    finally:
        loop.submit(runner.cleanup()).result(10)
        loop.close()
