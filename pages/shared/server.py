"""Routes and headers around the app: streamed exports, no remote images, a pseudonym."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.concurrency import iterate_in_threadpool
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.person import COOKIE
from pages.shared.resources import get_lab

if TYPE_CHECKING:
    from core.store.votes import VoteFilter

# An image address in a model's answer would carry the conversation to whoever owns the address.
CONTENT_SECURITY_POLICY = (
    "img-src 'self' data: blob:; media-src 'self' data: blob:; object-src 'none'; base-uri 'self'"
)
_A_YEAR_S = 31_536_000
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8"}


class BrowserMiddleware:
    """Adds the headers to every HTML page, and the cookie to a browser's first one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        known = COOKIE in Request(scope).cookies

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
                    headers["Referrer-Policy"] = "same-origin"
                    headers["X-Content-Type-Options"] = "nosniff"
                    if not known:
                        headers.append(
                            "Set-Cookie",
                            f"{COOKIE}={secrets.token_hex(12)}; Path=/; Max-Age={_A_YEAR_S}; "
                            "HttpOnly; SameSite=Lax",
                        )
            await send(message)

        await self.app(scope, receive, send_with_headers)


async def export(request: Request) -> Response:
    """`/export/votes.csv?model=...`: the file is sent while the rows are read."""
    what, form = request.path_params["what"], request.path_params["form"]
    if what not in ("votes", "answers") or form not in _TYPES:
        return PlainTextResponse("Not found", status_code=404)
    try:
        wanted = filter_from(request.query_params)
    except ValueError as error:
        return PlainTextResponse(f"Bad filter: {error}", status_code=400)
    pieces = get_lab().export(what, form, wanted)
    return StreamingResponse(
        iterate_in_threadpool(piece.encode("utf-8") for piece in pieces),
        media_type=_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="narani-{what}.{form}"'},
    )


def filter_from(params: QueryParams) -> "VoteFilter":
    """The filter of a link; raises ValueError for a date or rating that is none."""
    from core.store.votes import VoteFilter  # the server starts without the database's library

    rating = params.get("rating")
    if rating not in (None, "1", "-1"):
        raise ValueError("rating is 1 or -1")
    return VoteFilter(
        models=tuple(params.getlist("model")),
        recipes=tuple(params.getlist("recipe")),
        techniques=tuple(params.getlist("technique")),
        reasons=tuple(params.getlist("reason")),
        languages=tuple(params.getlist("language")),
        since=_day(params.get("since")),
        until=_day(params.get("until")),
        rating=None if rating is None else (1 if rating == "1" else -1),
    )


def params_from(wanted: "VoteFilter") -> list[tuple[str, str]]:
    """The inverse of `filter_from`."""
    many = {
        "model": wanted.models,
        "recipe": wanted.recipes,
        "technique": wanted.techniques,
        "reason": wanted.reasons,
        "language": wanted.languages,
    }
    single = {"since": wanted.since, "until": wanted.until, "rating": wanted.rating}
    params = [(name, value) for name, values in many.items() for value in values]
    return params + [(name, str(value)) for name, value in single.items() if value is not None]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """End the local runtime and close the database when the server ends."""
    yield {}
    get_lab().close()


ROUTES = [Route("/export/{what}.{form}", export)]
MIDDLEWARE = [Middleware(BrowserMiddleware)]
