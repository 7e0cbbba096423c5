"""Joins example sets with what finds the examples most like a question.

By words: a lexical index in a folder of its own. By meaning: vectors, which the cache of the
library keeps, as a matrix in memory.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from core.collection import DEFAULT_EMBEDDER
from core.embedding import Embedded, Embedder, Vectors
from core.errors import ModelError
from core.example_folder import SetFolder, position_of
from core.example_set import SetExample, SetSummary
from core.examples.choose import BY_SIMILARITY, Scored
from core.examples.places import View
from core.few_shot import FewShot
from core.retrieval.vector_cache import VectorCache, embed_cached
from core.store.example_sets import ExampleSets

Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept")

OPEN_SETS, OPEN_VIEWS, OPEN_MATRICES = 4, 8, 2
"""What stays in memory: of sets, and of each set."""
MOST_EMBEDDED = 20_000
"""Training examples of a set that is compared by meaning."""
MOST_FOUND = 2000
"""Examples a search finds, where some are sorted out afterwards; others count as unlike."""

Embed = Callable[[str, Sequence[str], bool], Embedded]
"""Takes an embedder's id, texts, and whether they are being asked."""
Nearest = Callable[[int, Collection[int] | None], list[Scored]]
"""See `core.examples.choose.Pool.similar`."""


def embed_with(embedder: Callable[[str], Embedder], cache: Path) -> Embed:
    """Makes vectors with embedders by their id; those in the cache are not made again."""
    kept = VectorCache(cache)
    return lambda name, texts, query: embed_cached(embedder(name), kept, texts, query=query)


class ExamplePools:
    """Opens set versions and keeps the last ones open. For any thread and process.

    Args:
        folder: where they keep what is made of them.
        sets: the truth.
        embed: makes vectors.
    """

    def __init__(self, folder: Path, sets: ExampleSets, embed: Embed) -> None:
        self._folder, self._sets, self._embed = folder, sets, embed
        self._lock = threading.Lock()
        self._pools: OrderedDict[str, SetPool] = OrderedDict()

    def pool(self, summary: SetSummary) -> "SetPool":
        """One set version; nothing of it is read yet."""

        def made() -> SetPool:
            return SetPool(self._folder, summary, self._sets, self._embed)

        with self._lock:
            return _kept(self._pools, summary.id, made, OPEN_SETS)


@dataclass(frozen=True, kw_only=True)
class AskedPool:
    """A set version before one question; see `core.examples.choose.Pool`."""

    hash: str
    view: View
    read: Callable[[Sequence[int]], list[tuple[int, SetExample]]]
    nearest: Nearest

    @property
    def positions(self) -> Sequence[int]:
        return self.view.positions

    @property
    def labels(self) -> int:
        return self.view.labels

    def label_of(self, position: int) -> int:
        return self.view.label_of(position)

    def of_label(self, label: int) -> Sequence[int]:
        return self.view.of_label(label)

    def at(self, positions: Sequence[int]) -> Mapping[int, SetExample]:
        return dict(self.read(positions))

    def similar(self, count: int, labels: Collection[int] | None = None) -> list[Scored]:
        return self.nearest(count, labels)


class SetPool:
    """The training side of one set version. For any thread.

    Every method raises `StoreError`: `not_found` when the set is gone, `not_stored`.
    """

    def __init__(self, home: Path, summary: SetSummary, sets: ExampleSets, embed: Embed) -> None:
        self.summary = summary
        self._sets, self._embed = sets, embed
        self._folder = SetFolder(home, summary.id, sets)
        self._viewing, self._embedding = threading.Lock(), threading.Lock()
        self._views: OrderedDict[tuple[str, ...], View] = OrderedDict()
        self._matrices: OrderedDict[str, Vectors] = OrderedDict()

    def open(self, how: FewShot) -> None:
        """Make or load what a choice needs. Raises as `embed` and `asked` do."""
        self._view(how.tags)
        if how.choose in BY_SIMILARITY and how.by == "words":
            self._folder.words()
        elif how.choose in BY_SIMILARITY:
            self.embed(how, ".")
            self._matrix(how.embedder or DEFAULT_EMBEDDER)

    def embed(self, how: FewShot, question: str) -> Embedded:
        """The vector of a question.

        Raises:
            ModelError: of the embedder; `choosing` with reason `too_many_to_embed`, where the set
                is too large to be compared by meaning.
        """
        if self.summary.train > MOST_EMBEDDED:
            raise ModelError(
                "choosing",
                f"{self.summary.label!r} has {self.summary.train} examples to embed",
                reason="too_many_to_embed",
                set=self.summary.name,
                count=self.summary.train,
                limit=MOST_EMBEDDED,
            )
        return self._embed(how.embedder or DEFAULT_EMBEDDER, [_written(question)], True)

    def asked(self, how: FewShot, question: str, vector: Vectors | None = None) -> AskedPool:
        """The examples before a question; by meaning with its vector, else by words."""
        view = self._view(how.tags)
        if vector is None:
            nearest = self._by_words(view, how.tags, question)
        else:
            nearest = self._by_meaning(view, how.embedder or DEFAULT_EMBEDDER, vector)
        return AskedPool(hash=self.summary.hash, view=view, read=self._read, nearest=nearest)

    def _read(self, positions: Sequence[int]) -> list[tuple[int, SetExample]]:
        return self._sets.at(self.summary.id, positions)

    def _view(self, tags: Sequence[str]) -> View:
        places = self._folder.places()
        with self._viewing:
            key = tuple(sorted(tags))
            return _kept(self._views, key, lambda: places.view(tags), OPEN_VIEWS)

    # ---- by words -----------------------------------------------------------------------------

    def _by_words(self, view: View, tags: Sequence[str], question: str) -> Nearest:
        def nearest(count: int, labels: Collection[int] | None) -> list[Scored]:
            if labels is None and not tags:
                return _scored(self._folder.words().search(question, count))
            answers = None if labels is None else [view.answers[one] for one in labels]
            groups = self._folder.places().groups(tags, answers)
            if groups is not None:
                return _scored(self._folder.words().search(question, count, groups))
            wanted = set(range(view.labels) if labels is None else labels)
            size, tagged = count, self._folder.places().groups(tags) if tags else None
            while True:
                size = min(4 * size, MOST_FOUND)
                found = _scored(self._folder.words().search(question, size, tagged))
                inside = (one for one in found if one.position in view)
                kept = [one for one in inside if view.label_of(one.position) in wanted]
                if len(kept) >= count or len(found) < size or size == MOST_FOUND:
                    return kept[:count]

        return nearest

    # ---- by meaning ---------------------------------------------------------------------------

    def _by_meaning(self, view: View, embedder: str, vector: Vectors) -> Nearest:
        import numpy as np

        every = np.asarray(self._folder.places().positions)
        matrix = self._matrix(embedder, width=len(vector))
        if len(view.positions) < len(every):
            matrix = matrix[np.searchsorted(every, np.asarray(view.positions))]
        cosines = np.round((matrix @ vector).astype(float), 4).tolist()
        best = sorted(range(len(cosines)), key=lambda row: -cosines[row])

        def nearest(count: int, labels: Collection[int] | None) -> list[Scored]:
            wanted = None if labels is None else set(labels)
            every = (Scored(position=view.positions[row], score=cosines[row]) for row in best)
            inside = (one for one in every if not wanted or view.label_of(one.position) in wanted)
            return list(islice(inside, count))

        return nearest

    def _matrix(self, embedder: str, width: int | None = None) -> Vectors:
        """A row for each training example; made anew when it is not as wide as a question's."""

        def made(*more: str) -> Vectors:
            texts = [_written(one.example.question) for _, one in self._folder.each()]
            return self._embed(embedder, [*texts, *more], False).vectors[: len(texts)]

        with self._embedding:
            matrix = _kept(self._matrices, embedder, made, OPEN_MATRICES)
            if width is not None and matrix.shape[1] != width:
                # Another model goes by this name now: a text that no cache has tells the cache.
                matrix = self._matrices[embedder] = made(uuid4().hex)
            return matrix


def _scored(found: Sequence[tuple[str, float]]) -> list[Scored]:
    return [Scored(position=position_of(name), score=score) for name, score in found]


def _written(question: str) -> str:
    """Embedders elsewhere refuse a text of nothing."""
    return question if question.strip() else "."


def _kept(cache: "OrderedDict[Key, Kept]", key: Key, made: Callable[[], Kept], most: int) -> Kept:
    """What is in the cache, or made; what was used longest ago goes."""
    if key not in cache:
        cache[key] = made()
    cache.move_to_end(key)
    while len(cache) > most:
        cache.popitem(last=False)
    return cache[key]
