"""The environment, read once into one frozen object and passed in from there."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import UsageError
from core.jsontypes import Json

ENDPOINT_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,40}", re.IGNORECASE)
RESERVED = frozenset(
    ("openai anthropic gemini huggingface ollama ollama_chat local baseline azure bedrock").split()
)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An OpenAI-compatible server: vLLM, LM Studio, a LiteLLM proxy."""

    name: str
    """First part of its model ids: `name/model`."""
    base_url: str
    api_key_env: str | None = None
    """Name of the variable that holds the key; None sends none. Never the key itself."""
    models: tuple[str, ...] = ()
    """Models to offer when the server does not list its own."""

    def to_json(self) -> dict[str, Json]:
        return {
            "name": self.name,
            "base_url": self.base_url,
            "api_key_env": self.api_key_env,
            "models": list(self.models),
        }


@dataclass(frozen=True, kw_only=True)
class RuntimeSettings:
    """How the local runtime runs a model."""

    slots: int = 4
    """Answers written at the same time; more wait their turn inside the runtime."""
    context_tokens: int = 4096
    """Context of one slot."""
    threads: int = 0
    """0 takes half of the processors."""
    gpu_layers: int = -1
    """Layers on the GPU; -1 puts all there when there is one."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that comes from outside."""

    home: Path
    """Data folder: database, models, logs."""
    database_url: str
    """SQLAlchemy URL; SQLite in the data folder unless NARANI_DATABASE_URL says otherwise."""
    chroma_url: str | None = None
    """A Chroma server for the vectors; None keeps them in the data folder."""
    language: str | None = None
    """`ko` or `en` when the operator fixed it; None asks the browser."""
    endpoints: tuple[Endpoint, ...] = ()
    ollama_url: str = "http://127.0.0.1:11434"
    hub_router_url: str = "https://router.huggingface.co/v1"
    """OpenAI-compatible address of Hugging Face's inference providers."""
    timeout_s: float = 120.0
    """Longest silence of an upstream before a column gives up."""
    attempts: int = 3
    """How often a busy or failing upstream is asked before its first word."""
    runtime: RuntimeSettings = RuntimeSettings()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """For looking up keys by name; kept out of every representation."""

    def key(self, variable: str | None) -> str | None:
        """The key held by a variable; None when it is unset or empty."""
        return self.environment.get(variable, "").strip() or None if variable else None


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment.

    Raises:
        UsageError: `bad_environment`, naming the variable and what is wrong with it.
    """
    env = dict(os.environ if environment is None else environment)
    home = Path(env.get("NARANI_HOME") or Path(__file__).parent.parent / ".narani").expanduser()
    language = env.get("NARANI_LANG", "").strip().lower() or None
    if language not in (None, "ko", "en"):
        raise _bad("NARANI_LANG", f"it is {language!r}; use ko or en")
    return Settings(
        home=home,
        database_url=_database_url(env.get("NARANI_DATABASE_URL", ""), home),
        chroma_url=env.get("NARANI_CHROMA_URL", "").strip() or None,
        language=language,
        endpoints=_endpoints(env.get("NARANI_ENDPOINTS", "")),
        ollama_url=_ollama_url(env.get("OLLAMA_HOST") or env.get("OLLAMA_API_BASE") or ""),
        hub_router_url=_router_url(env.get("HF_API_BASE", "")),
        timeout_s=_number(env, "NARANI_TIMEOUT", 120.0),
        attempts=_whole(env, "NARANI_ATTEMPTS", 3, 1),
        runtime=RuntimeSettings(
            slots=_whole(env, "NARANI_LOCAL_SLOTS", 4, 1),
            context_tokens=_whole(env, "NARANI_LOCAL_CONTEXT", 4096, 256),
            threads=_whole(env, "NARANI_LOCAL_THREADS", 0, 0),
            gpu_layers=_whole(env, "NARANI_LOCAL_GPU_LAYERS", -1, -1),
        ),
        environment=env,
    )


def endpoint_from_json(content: Json) -> Endpoint:
    """Read one endpoint.

    Raises:
        UsageError: `bad_endpoint`, naming what is wrong.
    """
    if not isinstance(content, dict):
        raise _bad_endpoint("each endpoint must be an object with name and base_url")
    name, url = content.get("name"), content.get("base_url")
    if not isinstance(name, str) or not ENDPOINT_NAME.fullmatch(name):
        raise _bad_endpoint("'name' must be letters, digits, dot, dash or underscore")
    if name.lower() in RESERVED:
        raise _bad_endpoint(f"the name {name!r} already means a provider")
    if not isinstance(url, str):
        raise _bad_endpoint("'base_url' is missing")
    try:
        parts = urlsplit(url.strip())
    except ValueError as error:
        raise _bad_endpoint(f"{url!r} is not an address: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _bad_endpoint(f"{url!r} is not an http:// or https:// address")
    if parts.username or parts.password:
        raise _bad_endpoint("the address holds a password; name a variable in 'api_key_env'")
    key_env, models = content.get("api_key_env"), content.get("models") or []
    if key_env is not None and (
        not isinstance(key_env, str) or not re.fullmatch(r"[A-Za-z_]\w*", key_env)
    ):
        raise _bad_endpoint("'api_key_env' must be the name of a variable, not a key")
    if not isinstance(models, list) or not all(isinstance(m, str) for m in models):
        raise _bad_endpoint("'models' must be a list of names")
    return Endpoint(
        name=name,
        base_url=url.strip().rstrip("/"),
        api_key_env=key_env or None,
        models=tuple(str(m) for m in models),
    )


def ollama_url(host: str) -> str:
    """Ollama's own OLLAMA_HOST forms (`0.0.0.0`, `host:port`, a URL) as one address."""
    host = host.strip().rstrip("/") or "127.0.0.1"
    if host.count(":") > 1 and "://" not in host and "[" not in host:
        host = f"[{host}]"  # a bare IPv6 address
    parts = urlsplit(host if "://" in host else f"http://{host}")
    name = parts.hostname or "127.0.0.1"
    name = "127.0.0.1" if name in ("0.0.0.0", "::") else name
    name = f"[{name}]" if ":" in name else name
    port = parts.port or (443 if parts.scheme == "https" else 11434)
    return f"{parts.scheme}://{name}:{port}{parts.path}"


def _ollama_url(host: str) -> str:
    try:
        return ollama_url(host)
    except ValueError as error:
        raise _bad("OLLAMA_HOST", f"{host!r} is not an address: {error}") from error


def _database_url(url: str, home: Path) -> str:
    url = url.strip()
    if not url:
        return f"sqlite:///{home / 'narani.db'}"
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _endpoints(text: str) -> tuple[Endpoint, ...]:
    if not text.strip():
        return ()
    try:
        content = json.loads(text)
    except ValueError as error:
        raise _bad("NARANI_ENDPOINTS", f"not valid JSON: {error}") from error
    if not isinstance(content, list):
        raise _bad("NARANI_ENDPOINTS", "it must be a JSON list")
    try:
        return tuple(endpoint_from_json(item) for item in content)
    except UsageError as error:
        raise _bad("NARANI_ENDPOINTS", str(error)) from error


def _router_url(url: str) -> str:
    url = url.strip().rstrip("/").removesuffix("/chat/completions")
    return url or "https://router.huggingface.co/v1"


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name, "").strip()
    try:
        value = float(text) if text else default
    except ValueError as error:
        raise _bad(name, f"{text!r} is not a number") from error
    if not 0 < value < 1_000_000:
        raise _bad(name, f"{text!r} is out of range")
    return value


def _whole(env: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = env.get(name, "").strip()
    try:
        value = int(text) if text else default
    except ValueError as error:
        raise _bad(name, f"{text!r} is not a whole number") from error
    if not least <= value < 1_000_000:
        raise _bad(name, f"{text!r} is out of range; it begins at {least}")
    return value


def _bad(name: str, reason: str) -> UsageError:
    return UsageError("bad_environment", f"{name}: {reason}", variable=name, reason=reason)


def _bad_endpoint(reason: str) -> UsageError:
    return UsageError("bad_endpoint", reason, reason=reason)
