"""Joins example sets, adapters and collections: where is a question known that it is asked of?"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from core.adapter import Adapter, AdapterUse
from core.errors import StoreError
from core.example_set import SetSummary
from core.few_shot import Choice
from core.leak_report import Checked, Findings, LeakReport, Skipped, passages_with
from core.leaks import MOST_SHOWN, Leak, NearIndex, Place
from core.lora.library import AdapterLibrary
from core.recipe import Recipe
from core.retrieval.library import Library
from core.store.example_sets import ExampleSets

MOST_NEAR = 100_000
"""Examples of a side; in a larger one only equal questions are looked for."""
KEPT = 4
"""Indexes of sides that stay in memory, some 40 MB for 100,000 questions each."""
MOST_SEARCHED = 2_000
"""Test items that are looked for in collections."""
Progress = Callable[[float], None]


class LeakGuard:
    """Says where a question is known. May be called from several threads."""

    def __init__(self, sets: ExampleSets, adapters: AdapterLibrary, library: Library) -> None:
        self._sets, self._adapters, self._library = sets, adapters, library
        self._indexes: OrderedDict[str, NearIndex] = OrderedDict()
        self._lock = threading.Lock()

    def of_question(self, recipe: Recipe, question: str, choice: Choice | None) -> tuple[Leak, ...]:
        """Where a column knows a question from: examples it is shown, adapters that learnt it.

        What cannot be looked at, such as a set that is gone, is passed over in silence.
        """
        return (*_shown(question, choice), *self._learnt(recipe.adapter, question))

    def of_set(self, set_id: str, progress: Progress | None = None) -> LeakReport:
        """Where the test items of a set version are known besides.

        Raises:
            StoreError: `not_found`.
        """
        mine = self._sets.head(set_id)
        found = Findings(mine, tuple(self._test_questions(mine)))
        sides = list(self._sides(mine, found))
        collections = self._library.shelf.list()
        steps, tell = len(sides) + len(collections), progress or (lambda share: None)
        for done, (place, name, side) in enumerate(sides):
            self._compare(found, place, name, side)
            tell((done + 1) / steps)
        for done, collection in enumerate(collections, len(sides)):
            written = passages_with(self._library, collection.name)
            within = partial(_within, tell, done, steps)
            found.search(collection.name, written, MOST_SEARCHED, within)
        tell(1.0)
        return found.report()

    def _learnt(self, uses: tuple[AdapterUse, ...], question: str) -> Iterator[Leak]:
        for use in uses:
            adapter = self._adapters.get(use.name) if use.scale else None
            if adapter is None or use.hash not in ("", adapter.hash):
                continue
            with suppress(StoreError):  # removed meanwhile, or never stored here
                side = self._side_of(adapter)
                index = self._index(side) if side else NearIndex()
                if known := index.find(question):
                    yield Leak(
                        alike=known[1],
                        place="adapter",
                        name=use.name,
                        question=question,
                        other=index.text(known[0])[:MOST_SHOWN],
                    )

    def _test_questions(self, mine: SetSummary) -> Iterator[str]:
        for batch in self._sets.each(mine.id, "test"):
            yield from (one.example.question for _, one in batch)

    def _sides(self, mine: SetSummary, found: Findings) -> Iterator[tuple[Place, str, SetSummary]]:
        """Training sides: its own, those of other sets, those that adapters learnt."""
        yield "train", mine.label, mine
        for other in self._sets.list():
            if other.name != mine.name:
                yield "train", other.label, other
        for adapter in self._adapters.all():
            with suppress(StoreError):
                if side := self._side_of(adapter):
                    yield "adapter", adapter.name, side
                    continue
            found.skipped.append(Skipped(place="adapter", name=adapter.name, reason="set_gone"))

    def _side_of(self, adapter: Adapter) -> SetSummary | None:
        """The set version an adapter learnt; None when it is not the one stored here now.

        Raises:
            StoreError: `not_found`.
        """
        name, _, version = adapter.example_set.rpartition(" v")
        if not name or not version.isdecimal() or len(version) > 9:
            return None
        stored = self._sets.named(name, int(version))
        return stored if stored.hash == adapter.example_set_hash else None

    def _compare(self, found: Findings, place: Place, name: str, side: SetSummary) -> None:
        try:
            index = self._index(side)
        except StoreError:
            found.skipped.append(Skipped(place=place, name=name, reason="set_gone"))
            return
        found.compare(place, name, index)
        found.checked.append(Checked(place=place, name=name, size=len(index)))
        if side.train > MOST_NEAR:
            found.skipped.append(Skipped(place=place, name=name, reason="near_in_large_set"))

    def _index(self, side: SetSummary) -> NearIndex:
        """The training side of a set version, read once. Raises `StoreError`."""
        # One at a time: whoever asks for the same one meanwhile finds it ready.
        with self._lock:
            index = self._indexes.pop(side.id, None)
            if index is None:
                index = NearIndex(equal_only=side.train > MOST_NEAR)
                for batch in self._sets.each(side.id, "train"):
                    index.add(one.example.question for _, one in batch)
            self._indexes[side.id] = index
            while len(self._indexes) > KEPT:
                self._indexes.popitem(last=False)
            return index


def _within(tell: Progress, done: int, steps: int, share: float) -> None:
    """Tell how far all of the steps are when one of them is this far."""
    tell((done + share) / steps)


def _shown(question: str, choice: Choice | None) -> Iterator[Leak]:
    """Examples that were given, or left out because of this; others were never shown."""
    if choice is None:
        return
    for one in choice.candidates:
        if one.left_out not in (None, "leak"):
            continue
        if one.alike:
            yield Leak(
                alike=one.alike,
                place="example",
                name=f"{choice.set} v{choice.version}" if choice.set else "",
                question=question,
                other=one.example.question[:MOST_SHOWN],
                kept=one.left_out is None,
            )
