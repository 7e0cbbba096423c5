"""What a set's test items have in common with what is learnt or looked up elsewhere."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from core.asked import Asked, asked, near
from core.errors import NaraniError
from core.example_set import SetSummary
from core.few_shot import Alike
from core.leaks import LONGEST, MOST_SHOWN, Leak, NearIndex, Place, question_key
from core.retrieval.library import Library
from core.search import Retrieval
from core.sentences import sentence_spans

MOST_LEAKS = 500
"""Of a report; all are counted."""
LEAST_CONTAINED = 8
"""Letters of a question that counts as written in a passage; shorter ones stand anywhere."""
SEARCHED = 3
"""Passages looked at for each question."""
REMEMBERED = 1_000
"""Passages whose sentences are kept: many questions find the same ones."""
Reason = Literal["set_gone", "near_in_large_set", "no_search", "too_many"]


Written = Callable[[str], tuple[Alike, str] | None]
"""How a question is known, and the text that says so; None when it is not."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Something that was looked at."""

    place: Place
    name: str
    size: int
    """Questions of a side compared with, or test items searched for in a collection."""


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """Something that could not be looked at, or not in full."""

    place: Place
    name: str
    reason: Reason
    """`set_gone` what an adapter learnt is not stored here, `near_in_large_set` only equal
    questions were looked for, `no_search` the collection cannot be searched, `too_many` only the
    first test items were searched for."""


@dataclass(frozen=True, kw_only=True)
class LeakReport:
    """Where test items are known besides."""

    name: str
    """Of the set with its version."""
    tested: int
    """Test items."""
    leaking: int
    """Test items that are known somewhere."""
    leaks: tuple[Leak, ...]
    """At most 500, equal ones first; one for each test item and place where it is known."""
    counts: dict[Place, int]
    """Leaks in each place, all of them."""
    checked: tuple[Checked, ...]
    skipped: tuple[Skipped, ...]


@dataclass
class Findings:
    """A report that is being written."""

    mine: SetSummary
    tests: Sequence[str]
    """Questions of the test side."""
    checked: list[Checked] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    _kept: dict[Alike, list[Leak]] = field(default_factory=lambda: {"equal": [], "near": []})
    _counts: Counter[Place] = field(default_factory=Counter)
    _leaking: set[int] = field(default_factory=set)

    def compare(self, place: Place, name: str, index: NearIndex) -> None:
        """Look for every test item among questions."""
        for number, question in enumerate(self.tests):
            if known := index.find(question):
                self._add(number, known[1], place, name, index.text(known[0]))

    def search(
        self,
        name: str,
        written: Written,
        most: int,
        progress: Callable[[float], None],
    ) -> None:
        """Look for the first test items in a collection."""
        some = self.tests[:most]
        for number, question in enumerate(some):
            try:
                found = written(question)
            except NaraniError:
                skipped = Skipped(place="collection", name=name, reason="no_search")
                self.skipped.append(skipped)
                return
            if found:
                self._add(number, found[0], "collection", name, found[1])
            if number % 20 == 0:
                progress((number + 1) / len(some))
        self.checked.append(Checked(place="collection", name=name, size=len(some)))
        if len(some) < len(self.tests):
            self.skipped.append(Skipped(place="collection", name=name, reason="too_many"))

    def report(self) -> LeakReport:
        return LeakReport(
            name=self.mine.label,
            tested=len(self.tests),
            leaking=len(self._leaking),
            leaks=(*self._kept["equal"], *self._kept["near"])[:MOST_LEAKS],
            counts=dict(self._counts),
            checked=tuple(self.checked),
            skipped=tuple(self.skipped),
        )

    def _add(self, number: int, alike: Alike, place: Place, name: str, other: str) -> None:
        self._counts[place] += 1
        self._leaking.add(number)
        if len(self._kept[alike]) < MOST_LEAKS:
            question, other = self.tests[number][:MOST_SHOWN], other[:MOST_SHOWN]
            self._kept[alike].append(
                Leak(alike=alike, place=place, name=name, question=question, other=other)
            )


def passages_with(library: Library, name: str) -> Written:
    """Finds the text of a collection that a question stands in, equally or nearly.

    What is made raises what `Library.search` raises.
    """
    how = Retrieval(collection=name, mode="lexical", top_k=SEARCHED, threshold=0.0)

    def written(question: str) -> tuple[Alike, str] | None:
        if not question.strip():
            return None
        found = library.search(how, [question], question)
        passages = [hit.passage for hit in found.hits][:SEARCHED]
        key, read = question_key(question), asked(question[:LONGEST])
        for passage in passages:
            if len(key) >= LEAST_CONTAINED and key in _key(passage.text):
                return "equal", passage.text
        for passage in passages:
            for sentence, other in _sentences(passage.text):
                if len(question) <= LONGEST and near(read, other):
                    return "near", sentence
        return None

    return written


@lru_cache(maxsize=REMEMBERED)
def _key(text: str) -> str:
    return question_key(text)


@lru_cache(maxsize=REMEMBERED)
def _sentences(text: str) -> list[tuple[str, Asked]]:
    cut = [text[start:end] for start, end in sentence_spans(text)]
    return [(sentence, asked(sentence)) for sentence in cut if len(sentence) <= LONGEST]
