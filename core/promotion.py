"""From votes to examples: an answer that was liked, or corrected, goes into an example set."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from core.answer import Answer
from core.errors import StoreError, UsageError
from core.example import Example
from core.example_set import SetSummary, Split, normalised
from core.few_shots import FewShots
from core.store.rounds import Rounds
from core.text import clean

LIKED, CORRECTED = "liked", "corrected"
"""Tags of examples that came from votes."""
_CITATION = re.compile(
    r"(?P<code>```.*?(?:```|\Z)|`[^`\n]*`)|"
    r"[ \t]{0,4}[\[［【]\^?[1-9]\d{0,2}(?: ?[,;、~–-] ?\^?\d{1,3}){0,50}(?:†[^】\]\n]{0,80})?"
    r"[\]］】](?!\(|:\s)",
    re.DOTALL,
)
"""As `core.retrieval.citations` reads them; in code they are something else."""


@dataclass(frozen=True, kw_only=True)
class Promoted:
    """What became of one or several answers."""

    head: SetSummary
    """The newest version of the set."""
    added: int
    """Examples that were not there before, or stand corrected now."""
    side: Split | None
    """Of the example when it was one."""


class Promotion:
    """Puts answers into example sets."""

    def __init__(self, few_shots: FewShots, rounds: Rounds) -> None:
        self._few_shots, self._sets, self._rounds = few_shots, few_shots.sets, rounds

    def promote(self, answer_id: str, name: str, corrected: str | None = None) -> Promoted:
        """Add an answer as it is, or as it should have been; a correction replaces what was there.

        Raises:
            UsageError: `bad_examples`, for a name that cannot be, or an empty correction.
            StoreError: `not_found` for an unknown answer, `not_stored`.
        """
        answer = self._rounds.answer(answer_id)
        as_it_is = _without_citations(answer)
        text = as_it_is if corrected is None else clean(corrected).strip()
        if text == answer.text.strip():
            text = as_it_is
        if not text:
            raise _no_answer()
        tag = LIKED if text == as_it_is else CORRECTED
        return self._add(name, [self._example(answer, text, tag)])

    def promote_all(self, answer_ids: Iterable[str], name: str) -> Promoted:
        """Add complete answers as they are; those that the set holds already are left out.

        Raises:
            UsageError, StoreError: as `promote`; without a complete answer as for an empty one.
        """
        found = []
        for answer_id in dict.fromkeys(answer_ids):
            answer = self._rounds.answer(answer_id)
            text = _without_citations(answer)
            if text and answer.error is None and answer.stop_reason == "stop":
                found.append(self._example(answer, text, LIKED))
        if not found:
            raise _no_answer()
        return self._add(name, found)

    def _example(self, answer: Answer, text: str, tag: str) -> Example:
        question = self._rounds.get(answer.round_id).question
        return Example(question=question, answer=text, fields=_values(answer), tags=(tag,))

    def _add(self, name: str, new: Sequence[Example]) -> Promoted:
        fresh: list[Example] = []

        def changed(kept: Sequence[Example]) -> Sequence[Example]:
            fresh[:] = _fresh(kept, new)
            return _merged(kept, fresh)

        with suppress(StoreError):  # a set that comes with the product may not be stored yet
            self._few_shots.stored(name)
        made = self._sets.change(name, changed)
        head = self._sets.named(made.name, made.version)
        return Promoted(head=head, added=len(fresh), side=self._side(head, new))

    def _side(self, head: SetSummary, new: Sequence[Example]) -> Split | None:
        if len(new) != 1:
            return None
        wanted = normalised(new[0].question)
        every = chain.from_iterable(self._sets.each(head.id))
        sides = (one.split for _, one in every if normalised(one.example.question) == wanted)
        return next(sides, None)


def _fresh(kept: Sequence[Example], new: Sequence[Example]) -> list[Example]:
    """Those that the set does not hold; a correction also where it holds other answers."""
    there: dict[str, set[str]] = {}
    for one in kept:
        there.setdefault(normalised(one.question), set()).add(normalised(one.answer))
    fresh: dict[tuple[str, str], Example] = {}
    for one in new:
        question, answer = normalised(one.question), normalised(one.answer)
        held = there.get(question, set())
        if held != {answer} if CORRECTED in one.tags else answer not in held:
            fresh.setdefault((question, answer), one)
    return list(fresh.values())


def _merged(kept: Sequence[Example], fresh: Sequence[Example]) -> list[Example]:
    """A correction takes the place of what its question was answered with; others are added."""
    corrections = {normalised(one.question): one for one in fresh if CORRECTED in one.tags}
    merged, placed = [], set()
    for one in kept:
        question = normalised(one.question)
        if question not in corrections:
            merged.append(one)
        elif question not in placed:
            placed.add(question)
            merged.append(_corrected(one, corrections[question]))
    return [*merged, *(one for one in fresh if normalised(one.question) not in placed)]


def _corrected(one: Example, by: Example) -> Example:
    """Its other columns and tags stay: templates and choices may need them."""
    tags = (*(tag for tag in one.tags if tag != LIKED), *by.tags)
    columns = {**dict(one.fields), **dict(by.fields)}
    return replace(
        one, answer=by.answer, fields=tuple(columns.items()), tags=tuple(dict.fromkeys(tags))
    )


def _without_citations(answer: Answer) -> str:
    """Numbers of passages mean nothing where the passages are not."""
    text = answer.text
    if answer.sources:
        text = _CITATION.sub(lambda found: found["code"] or "", text)
    return text.strip()


def _values(answer: Answer) -> tuple[tuple[str, str], ...]:
    values: Any = answer.snapshot.get("values") or {}
    return tuple((str(name), str(value)) for name, value in values.items())


def _no_answer() -> UsageError:
    message = "an example needs an answer"
    return UsageError("bad_examples", message, code="no_answer", reason=message)
