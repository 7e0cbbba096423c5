"""How passages are found for a question, and the record of one search. Nouns only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from core.errors import UsageError
from core.example import Passage
from core.jsontypes import JsonObject
from core.text import clean

Mode = Literal["auto", "lexical", "dense", "hybrid"]
MODES: tuple[Mode, ...] = get_args(Mode)
Cut = Literal["threshold", "top_k", "budget", "mmr"]
OVERLAP = "overlap"
"""Reranking by shared terms, without a model."""


@dataclass(frozen=True, kw_only=True)
class Retrieval:
    """Settings of one column's search."""

    collection: str
    """Its name."""
    mode: Mode = "auto"
    """`auto` takes both legs where the embedder reads the language, else the lexical one."""
    top_k: int = 4
    """Passages given to the model."""
    candidates: int = 50
    """Passages taken from each leg before they are fused."""
    dense_weight: float = 0.3
    """Weight of the dense leg in the fusion, 0 to 1; the lexical leg has the rest."""
    threshold: float = 0.1
    """Least relevance, 0 to 1; see `core.retrieval.fuse.relevance`."""
    mmr: float | None = None
    """Weight of relevance against novelty, 0 to 1 (maximal marginal relevance); None is off."""
    budget_tokens: int = 2000
    """Most tokens of all passages together."""
    queries: int = 1
    """Versions of the question that are searched; more than one are written by a model."""
    rewrite: bool = False
    """Whether a model puts what the conversation is about into the question."""
    helper: str = ""
    """Model that writes versions and rewrites; empty is the column's own."""
    rerank: str = ""
    """`overlap`, or the model id of a cross-encoder; empty is off."""
    documents: tuple[str, ...] = ()
    """Only these documents, by name; empty is all. So for the next two."""
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    version: str = ""
    """The collection's version, put in when the question is asked."""

    def to_json(self) -> JsonObject:
        """Only what differs from the defaults, in a fixed order."""
        out: JsonObject = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                out[one.name] = list(value) if isinstance(value, tuple) else value
        return out


_NUMBERS: dict[str, tuple[float, float]] = {
    "dense_weight": (0, 1),
    "threshold": (0, 1),
    "mmr": (0, 1),
}
_WHOLE: dict[str, tuple[int, int]] = {
    "top_k": (1, 50),
    "candidates": (1, 500),
    "budget_tokens": (16, 200_000),
    "queries": (1, 8),
}


def retrieval_from_json(content: Any) -> Retrieval | None:
    """Read settings, or a collection's name alone.

    Raises:
        UsageError: `bad_recipe`, naming the field.
    """
    if content is None:
        return None
    if isinstance(content, str):
        content = {"collection": content}
    known = {one.name for one in fields(Retrieval)}
    if not isinstance(content, Mapping) or set(content) - known:
        raise _bad(f"'retrieval' is a JSON object with {', '.join(sorted(known))}")
    name = content.get("collection")
    if not isinstance(name, str) or not name.strip():
        raise _bad("'retrieval' needs the name of a 'collection'")
    given = {key: _checked(key, value) for key, value in content.items() if key != "collection"}
    return replace(Retrieval(collection=clean(name).strip()), **given)


def _checked(name: str, value: Any) -> Any:
    if name in _WHOLE:
        low, high = _WHOLE[name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _bad(f"{name!r} must be a whole number from {low} to {high}")
    elif name in _NUMBERS:
        if name == "mmr" and value is None:
            return None
        least, most = _NUMBERS[name]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not least <= value <= most:
            raise _bad(f"{name!r} must be a number from {least:g} to {most:g}")
        return float(value)
    elif name == "mode":
        if value not in MODES:
            raise _bad(f"'mode' is one of {', '.join(MODES)}")
    elif name == "rewrite":
        if not isinstance(value, bool):
            raise _bad("'rewrite' is true or false")
    elif name in ("documents", "kinds", "languages"):
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            raise _bad(f"{name!r} must be a list of texts")
        return tuple(clean(one) for one in value)
    elif isinstance(value, str):
        return clean(value)
    else:
        raise _bad(f"{name!r} must be text")
    return value


def _bad(reason: str) -> UsageError:
    return UsageError("bad_recipe", f"recipe: {reason}", reason=reason)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A passage that was found, and what became of it."""

    passage: Passage
    ranks: Mapping[str, int]
    """Rank from 1 in each list it was in: `lexical`, `dense`, with `#2` for the second query;
    `fused`, `rerank`."""
    scores: Mapping[str, float]
    """`lexical` (BM25), `dense` (cosine), `relevance`, `fused`, `rerank`; absent when unknown."""
    tokens: int
    """Estimated, of its text in the prompt."""
    cut: Cut | None = None
    """Why the model does not get it; None when it does."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """One search, from the question to the passages given to the model."""

    query: str
    queries: tuple[str, ...]
    """What was searched: the question, its rewriting, its versions."""
    mode: Mode
    """The legs that were used; never `auto`."""
    why: str
    """Code of the reason for the mode: `chosen`, `both_read`, `no_embedder`,
    `embedder_cannot_read_query`, `embedder_cannot_read_text`, `embedder_down`."""
    hits: tuple[Hit, ...]
    """Given to the model first, in their order; then what was cut, best first."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Per stage: rewrite, queries, embed, dense, lexical, fuse, rerank."""
    tokens: int = 0
    """Tokens of the embedder and the helper; 0 when both are local."""
    usd: float | None = 0.0
    """What the search cost; None when unknown."""

    @property
    def given(self) -> tuple[Passage, ...]:
        """The passages for the model; none when nothing relevant was found."""
        return tuple(hit.passage for hit in self.hits if hit.cut is None)

    def to_json(self) -> JsonObject:
        """For an answer's snapshot: ids and scores, the texts stand in the sources."""
        return {
            "query": self.query,
            "queries": list(self.queries),
            "mode": self.mode,
            "why": self.why,
            "seconds": dict(self.seconds),
            "tokens": self.tokens,
            "usd": self.usd,
            "hits": [
                {
                    "id": hit.passage.id,
                    "document": hit.passage.document,
                    "page": hit.passage.page,
                    "ranks": dict(hit.ranks),
                    "scores": dict(hit.scores),
                    "tokens": hit.tokens,
                    "cut": hit.cut,
                }
                for hit in self.hits
            ],
        }
