"""Runs a test server on a free port of this machine, in a thread of its own."""

import contextlib
from collections.abc import Iterator
from typing import Protocol, TypeVar

from aiohttp import web

from core.background import BackgroundLoop


class Server(Protocol):
    url: str

    def app(self) -> web.Application: ...


S = TypeVar("S", bound=Server)


@contextlib.contextmanager
def serving(server: S) -> Iterator[S]:
    """The server with its address in `url`."""
    loop = BackgroundLoop()

    async def start() -> web.AppRunner:
        runner = web.AppRunner(
            server.app(), handler_cancellation=True, access_log=None, shutdown_timeout=0.2
        )
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}"
        return runner

    runner = loop.submit(start()).result(10)
    try:
        yield server
    finally:
        loop.submit(runner.cleanup()).result(10)
        loop.close()
