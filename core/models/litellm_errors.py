"""From LiteLLM's exceptions to our kinds. One table; a test walks LiteLLM's list against it.

The class alone is not enough: a refused connection arrives as InternalServerError, a 403 as
BadRequestError, so the causes and the HTTP status are asked first.
"""

import re
from collections.abc import Iterator

from core.errors import ModelError, ModelErrorKind
from core.models.route import Route

KINDS: dict[str, ModelErrorKind] = {
    "AuthenticationError": "wrong_key",
    "NotFoundError": "unknown_model",
    "BadRequestError": "bad_request",
    "ImageFetchError": "bad_request",
    "UnprocessableEntityError": "bad_request",
    "InvalidRequestError": "bad_request",
    "RejectedRequestError": "bad_request",
    "JSONSchemaValidationError": "bad_request",
    "UnsupportedParamsError": "unsupported_param",
    "Timeout": "timeout",
    "PermissionDeniedError": "forbidden",
    "RateLimitError": "rate_limited",
    "ContextWindowExceededError": "context_too_long",
    "PaymentRequiredError": "no_credit",
    "BudgetExceededError": "no_credit",
    "ContentPolicyViolationError": "filtered",
    "GuardrailRaisedException": "filtered",
    "BlockedPiiEntityError": "filtered",
    "ModifyResponseException": "filtered",
    "SensitiveDataRouteException": "filtered",
    "ServiceUnavailableError": "server",
    "BadGatewayError": "server",
    "InternalServerError": "server",
    "APIError": "server",
    "APIResponseValidationError": "not_an_answer",
    "APIConnectionError": "unreachable",
    "MidStreamFallbackError": "connection_lost",
    "OpenAIError": "server",
    "ModelNotMappedError": "unknown_model",
    "LiteLLMUnknownProvider": "unknown_provider",
    "MockException": "internal",
    "VectorStoreSearchError": "internal",
}

_BY_STATUS: dict[int, ModelErrorKind] = {
    401: "wrong_key",
    402: "no_credit",
    403: "forbidden",
    404: "unknown_model",
    408: "timeout",
    413: "too_large",
    429: "rate_limited",
    504: "timeout",
}

_UNREACHABLE = re.compile(
    r"Connection refused|Cannot connect to host|Name or service not known|"
    r"nodename nor servname|No route to host|All connection attempts failed|"
    r"Temporary failure in name resolution|Connection error\.?$|CERTIFICATE_VERIFY_FAILED",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"reset by peer|peer closed connection|incomplete chunked read|TransferEncodingError|"
    r"Server disconnected|ClientPayloadError|Response payload is not completed|ClientOSError",
    re.IGNORECASE,
)
_TIMED_OUT = re.compile(r"timed? ?out|SocketTimeoutError", re.IGNORECASE)
_UNKNOWN_PROVIDER = re.compile(r"LLM Provider NOT provided", re.IGNORECASE)
_OLLAMA_REASON = re.compile(r"\{'error': ['\"](?P<reason>.+?)['\"]\}")
_LIMIT = re.compile(r"maximum context length (?:is|of) (?P<limit>\d+)", re.IGNORECASE)
_USED = re.compile(r"(?:resulted in|you requested|prompt contains at least) (?P<used>\d+)", re.I)
_LLAMA_CPP = re.compile(r"request \((?P<used>\d+) tokens\) exceeds .*?\((?P<limit>\d+) tokens\)")
_PREFIX = re.compile(r"^(?:(?:litellm\.)?[\w ]*(?:Error|Exception|Timeout)\w*(?:: | - ))+")
_SECRET = re.compile(r"\b(?:sk|hf|gsk|xai|AIza|key)[-_][A-Za-z0-9_\-*.]{6,}|\bAIza[\w-]{10,}")


def translate(
    error: BaseException, route: Route, *, started: bool, silent_s: float = 0.0
) -> ModelError:
    """The ModelError for what LiteLLM raised.

    Args:
        error: what was raised.
        route: where the question went.
        started: whether a part of the answer had arrived.
        silent_s: seconds since the last piece, which tells a stall from a reset.
    """
    causes = list(_causes(error))
    message = redact(_message(causes), route.api_key)
    status = _status(error)
    kind = _kind(error, causes, status, message, started)
    details: dict[str, str | int] = {"model": route.model, "provider": route.provider}
    if route.base_url:
        details["url"] = route.base_url
    if route.key_env:
        details["variable"] = route.key_env
    if kind == "timeout":
        details["seconds"] = round(silent_s)
    if kind == "context_too_long":
        details |= _too_long(message)
    return ModelError(kind, message, status=status, retry_after_s=_retry_after(causes), **details)


def redact(text: str, key: str | None = None) -> str:
    """Providers repeat parts of the key in their errors; none of it may be shown or stored."""
    if key and len(key) > 5:
        text = text.replace(key, "***")
    return _SECRET.sub("***", text)


def _kind(
    error: BaseException,
    causes: list[BaseException],
    status: int | None,
    message: str,
    started: bool,
) -> ModelErrorKind:
    names = [type(cause).__name__ for cause in causes]
    whole = " | ".join(f"{type(cause).__name__}: {cause}" for cause in causes)
    if _UNKNOWN_PROVIDER.search(whole):
        return "unknown_provider"
    if "ContextWindowExceededError" in names or _LLAMA_CPP.search(whole):
        return "context_too_long"
    if started:
        return _broken_stream(whole)
    if _UNREACHABLE.search(whole):
        return "unreachable"
    if "api_key client option must be set" in whole or "Missing API Key" in whole:
        return "missing_key"
    if _LOST.search(whole):
        return "connection_lost"
    own: ModelErrorKind = next((KINDS[n] for n in names if n in KINDS), "internal")
    if own in ("bad_request", "server", "connection_lost", "internal") and status in _BY_STATUS:
        return _BY_STATUS[status]
    if own == "connection_lost" and _TIMED_OUT.search(whole):
        return "timeout"
    if own == "server" and ("Expecting value" in whole or "JSONDecodeError" in whole):
        return "not_an_answer"
    return own


def _broken_stream(whole: str) -> ModelErrorKind:
    if _TIMED_OUT.search(whole):
        return "timeout"
    if _LOST.search(whole):
        return "connection_lost"
    if "JSONDecodeError" in whole or "Expecting" in whole or "Unterminated string" in whole:
        return "cut_off"
    return "server"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it wraps and what caused it, outermost first, each once."""
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        current = todo.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        original = getattr(current, "original_exception", None)
        todo += [original if isinstance(original, BaseException) else None]
        todo += [current.__cause__, current.__context__]


def _message(causes: list[BaseException]) -> str:
    text = str(getattr(causes[0], "message", None) or causes[0])
    found = _OLLAMA_REASON.search(text)
    if found:
        return found["reason"]
    text = _PREFIX.sub("", text)
    return re.sub(r"\s+", " ", text.split("\nTraceback")[0]).strip()[:600]


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return int(status) if isinstance(status, int) and 400 <= status < 600 else None


def _retry_after(causes: list[BaseException]) -> float | None:
    for cause in causes:
        for headers in (
            getattr(cause, "litellm_response_headers", None),
            getattr(getattr(cause, "response", None), "headers", None),
        ):
            value = (headers or {}).get("retry-after")
            if value is not None:
                try:
                    return max(0.0, float(value))
                except ValueError:
                    continue
    return None


def _too_long(message: str) -> dict[str, str | int]:
    found = _LLAMA_CPP.search(message)
    limit = found or _LIMIT.search(message)
    used = found or _USED.search(message)
    details: dict[str, str | int] = {}
    if limit:
        details["limit"] = int(limit["limit"])
    if used:
        details["used"] = int(used["used"])
    if limit and used:
        details["over"] = int(used["used"]) - int(limit["limit"])
    return details
