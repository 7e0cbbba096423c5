"""Finds passages: both legs, fusion, relevance, reranking, cuts. Says how it got there."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from core.collection import Collection, StoredPassage
from core.embedding import Embedder, Reranker, Vectors
from core.errors import ModelError, UsageError
from core.example import Passage
from core.retrieval.fuse import (
    cut,
    estimated_tokens,
    maximal_marginal_relevance,
    reciprocal_rank_fusion,
    relevance,
)
from core.retrieval.indexes import Indexes, searched
from core.retrieval.shelf import Shelf
from core.retrieval.terms import terms
from core.search import OVERLAP, Hit, Retrieval, Search
from core.text import language_of

RERANKED = 20
"""Passages that a reranker reads: it takes its time for each of them."""
Legs = Literal["lexical", "dense", "hybrid"]


@dataclass
class _Work:
    """One search on its way."""

    collection: Collection
    how: Retrieval
    queries: tuple[str, ...]
    documents: tuple[str, ...] | None
    seconds: dict[str, float] = field(default_factory=dict)
    rankings: dict[str, list[str]] = field(default_factory=dict)
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    """Leg to id to its best score over the queries."""
    tokens: int = 0
    usd: float | None = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:  # time that was waited in vain is time as well
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

    def take(self, leg: str, number: int, found: Sequence[tuple[str, float]]) -> None:
        self.rankings[leg if number == 1 else f"{leg}#{number}"] = [one for one, _ in found]
        best = self.scores.setdefault(leg, {})
        for one, score in found:
            best[one] = max(score, best.get(one, score))


class Searcher:
    """Searches collections. May be called from several threads."""

    def __init__(self, shelf: Shelf, indexes: Indexes, reranker: Callable[[str], Reranker]) -> None:
        self._shelf, self._indexes, self._reranker = shelf, indexes, reranker

    def search(
        self, collection: Collection, how: Retrieval, queries: Sequence[str], asked: str = ""
    ) -> Search:
        """The passages for a question.

        Args:
            collection: where to look.
            how: the settings.
            queries: the question first, which relevance is judged by, then its other versions.
            asked: the question as a person put it, where the first query is a rewriting.

        Raises:
            ModelError: when the embedder or the reranker does not answer, unless the mode is
                `auto`, which then goes on with words alone.
            UsageError: `embedder_changed`, `no_package`.
            StoreError: when an index cannot be read.
        """
        work = _Work(
            collection=collection,
            how=how,
            queries=tuple(queries),
            documents=self._shelf.document_ids(
                collection.id, names=how.documents, kinds=how.kinds, languages=how.languages
            ),
        )
        legs, why, embedder = self._legs(work)
        if legs != "lexical":
            assert embedder is not None
            try:
                self._dense(work, embedder)
            except (ModelError, UsageError) as error:
                if isinstance(error, UsageError) and error.kind != "no_package":
                    raise
                if how.mode != "auto":
                    raise
                legs, why = "lexical", "embedder_down"
        if legs != "dense":
            self._lexical(work)
        hits = self._fused(work)
        hits = self._reranked(work, hits)
        hits = self._diverse(work, hits)
        return Search(
            query=asked or queries[0],
            queries=tuple(queries),
            mode=legs,
            why=why,
            hits=cut(hits, threshold=how.threshold, top_k=how.top_k, budget=how.budget_tokens),
            seconds=work.seconds,
            tokens=work.tokens,
            usd=work.usd,
        )

    def _legs(self, work: _Work) -> tuple[Legs, str, Embedder | None]:
        """Which legs are taken, and the code of the reason."""
        collection, how = work.collection, work.how
        if how.mode == "lexical":
            return "lexical", "chosen", None
        try:
            embedder = self._indexes.embedder(collection)
        except ModelError:  # its file or its server's entry is gone
            if how.mode != "auto":
                raise
            return "lexical", "embedder_down", None
        if embedder is None or collection.dimension is None:
            return "lexical", "no_embedder" if embedder is None else _UNREAD, None
        if how.mode != "auto":
            return how.mode, "chosen", embedder
        if not embedder.spec.reads(language_of(work.queries[0])):
            return "lexical", "embedder_cannot_read_query", None
        return "hybrid", "both_read", embedder

    def _dense(self, work: _Work, embedder: Embedder) -> None:
        assert work.collection.dimension is not None
        with work.stage("embed"):
            made = self._indexes.embed(embedder, list(work.queries), query=True)
        work.tokens += made.tokens or 0
        work.usd = None if made.usd is None else made.usd
        with work.stage("dense"):
            vectors = self._indexes.vectors(work.collection, work.collection.dimension)
            for number, vector in enumerate(made.vectors, 1):
                found = vectors.search(vector, work.how.candidates, work.documents)
                work.take("dense", number, found)

    def _lexical(self, work: _Work) -> None:
        with work.stage("lexical"):
            index = self._indexes.lexical(work.collection)
            for number, query in enumerate(work.queries, 1):
                found = index.search(query, work.how.candidates, work.documents)
                work.take("lexical", number, found)

    def _fused(self, work: _Work) -> list[Hit]:
        """One list out of all, looked up and judged."""
        with work.stage("fuse"):
            weights = {name: _weight(name, work.how.dense_weight) for name in work.rankings}
            if len({name.split("#")[0] for name in work.rankings}) == 1:
                weights = dict.fromkeys(weights, 1.0)
            fused = reciprocal_rank_fusion(work.rankings, weights)
            stored = self._looked_up(list(fused), work.how.candidates)
            texts = [searched(passage) for passage in stored]
            shares = self._indexes.lexical(work.collection).coverage(work.queries[0], texts)
            places = {
                name: {one: rank for rank, one in enumerate(ranking, 1)}
                for name, ranking in work.rankings.items()
            }
            return [
                self._hit(work, passage, share, rank, fused[passage.id], places)
                for rank, (passage, share) in enumerate(zip(stored, shares, strict=True), 1)
            ]

    def _looked_up(self, ids: Sequence[str], count: int) -> list[StoredPassage]:
        """The first `count` that are there: most are, so more are read only when some are not."""
        stored: list[StoredPassage] = []
        for some in (ids[:count], ids[count : 2 * count]):
            if some and len(stored) < count:
                there = self._shelf.found(some)
                stored += [there[one] for one in some if one in there]
        return stored[:count]

    @staticmethod
    def _hit(
        work: _Work,
        stored: StoredPassage,
        coverage: float,
        rank: int,
        fused: float,
        places: Mapping[str, Mapping[str, int]],
    ) -> Hit:
        legs = {leg: found[stored.id] for leg, found in work.scores.items() if stored.id in found}
        judged = relevance(coverage, legs.get("dense"))
        ranks = {name: found[stored.id] for name, found in places.items() if stored.id in found}
        return Hit(
            passage=as_passage(stored, score=judged),
            ranks={**ranks, "fused": rank},
            scores={**legs, "coverage": coverage, "relevance": judged, "fused": fused},
            tokens=estimated_tokens(stored.text),
        )

    def _reranked(self, work: _Work, hits: list[Hit]) -> list[Hit]:
        if not work.how.rerank or not hits:
            return hits
        with work.stage("rerank"):
            read, rest = hits[:RERANKED], hits[RERANKED:]
            if work.how.rerank == OVERLAP:
                scores = [hit.scores["coverage"] for hit in read]
            else:
                texts = [hit.passage.text for hit in read]
                scores = self._reranker(work.how.rerank).rank(work.queries[0], texts)
            ordered = sorted(zip(scores, read, strict=True), key=lambda pair: -pair[0])
            return [
                replace(
                    hit,
                    ranks={**hit.ranks, "rerank": rank},
                    scores={**hit.scores, "rerank": score},
                )
                for rank, (score, hit) in enumerate(ordered, 1)
            ] + rest

    def _diverse(self, work: _Work, hits: list[Hit]) -> list[Hit]:
        """Put near repetitions back; they are marked, so that one sees why.

        What is not relevant takes no part: nothing is less like the others than noise.
        """
        how = work.how
        if how.mmr is None:
            return hits
        rest = [hit for hit in hits if hit.scores["relevance"] < how.threshold]
        hits = [hit for hit in hits if hit.scores["relevance"] >= how.threshold]
        with work.stage("mmr"):
            alike = self._likeness(work, hits)
            judged = [hit.scores["relevance"] for hit in hits]
            if work.how.rerank:  # whose scores have a scale of their own; its order counts
                judged = [1 - rank / len(hits) for rank in range(len(hits))]
            chosen = maximal_marginal_relevance(judged, alike, how.mmr, how.top_k)
            kept = set(chosen)
            before = max(chosen, default=0)
            passed = [
                replace(hit, cut="mmr") if at < before else hit
                for at, hit in enumerate(hits)
                if at not in kept
            ]
            return [hits[at] for at in chosen] + passed + rest

    def _likeness(self, work: _Work, hits: Sequence[Hit]) -> Callable[[int, int], float]:
        """Cosine where both have vectors, else the share of common terms."""
        vectors: dict[str, Vectors] = {}
        if work.collection.dimension is not None and "dense" in work.scores:
            store = self._indexes.vectors(work.collection, work.collection.dimension)
            vectors = store.get([_id(hit) for hit in hits])
        words = [set(terms(hit.passage.text)) for hit in hits]

        def alike(one: int, other: int) -> float:
            a, b = vectors.get(_id(hits[one])), vectors.get(_id(hits[other]))
            if a is not None and b is not None:
                return float(a @ b)
            both = len(words[one] | words[other])
            return len(words[one] & words[other]) / both if both else 0.0

        return alike


_UNREAD = "embedder_cannot_read_text"


def as_passage(stored: StoredPassage, *, score: float | None = None) -> Passage:
    """A stored passage as a source of an answer."""
    return Passage(
        document=stored.document,
        start=stored.start,
        end=stored.end,
        text=stored.text,
        page=stored.page,
        score=score,
        id=stored.id,
        document_id=stored.document_id,
        heading=stored.heading,
        flags=stored.flags,
    )


def _weight(name: str, dense: float) -> float:
    return dense if name.startswith("dense") else 1 - dense


def _id(hit: Hit) -> str:
    assert hit.passage.id is not None
    return hit.passage.id
