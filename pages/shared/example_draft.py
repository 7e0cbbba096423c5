"""Changes to a set that are not stored yet, and the set they make. Knows no Streamlit.

A row that is stored goes by its position, a new one by a number below zero. What somebody types
in the grid on screen is `pending`; it becomes part of the changes when another page is turned to.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import UsageError
from core.example import Example
from core.example_set import SetExample, SetSummary, Split, normalised

NUMBER, QUESTION, ANSWER, TAGS = "number", "question", "answer", "tags"
FIELD = "field:"
"""Begins the columns of a grid that are not ours: a set may have one named `number`."""
MOST_NAMED = 10

Cells = dict[str, Any]
"""What was typed into a row, by column; only what was touched."""


@dataclass(kw_only=True)
class Changes:
    """What is to become of a version."""

    cells: dict[int, Cells] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)

    @property
    def edited(self) -> int:
        """Stored rows of which a text or the tags were changed."""
        return sum(row >= 0 and bool(set(some) - {NUMBER}) for row, some in self.cells.items())

    @property
    def moved(self) -> int:
        return sum(row >= 0 and NUMBER in some for row, some in self.cells.items())

    @property
    def added(self) -> int:
        return sum(row < 0 for row in self.cells)

    def __bool__(self) -> bool:
        return bool(self.cells or self.removed)


@dataclass(kw_only=True)
class Draft:
    """The changes of one tab to one version."""

    head: SetSummary
    """The version they begin with."""
    changes: Changes = field(default_factory=Changes)
    rows: list[int] = field(default_factory=list)
    """The rows of the grid on screen."""
    view: tuple[Any, ...] = ()
    """What that grid shows: page, search, side and so on."""
    number: int = 0
    """Of the grid, new for each."""
    content: Any = None
    """Of the grid as it was first drawn: it stays the same while somebody types."""
    shortened: set[tuple[int, str]] = field(default_factory=set)
    """Cells that are too long for a grid; what is typed there is not taken."""
    pending: Mapping[str, Any] = field(default_factory=dict)
    """What Streamlit holds of the grid on screen."""

    def now(self) -> Changes:
        """All changes, those on screen too."""
        cells = {row: dict(some) for row, some in self.changes.cells.items()}
        removed = set(self.changes.removed)
        for place, typed in self.pending.get("edited_rows", {}).items():
            row = self.rows[int(place)]
            kept = {c: value for c, value in typed.items() if (row, c) not in self.shortened}
            if kept:
                cells.setdefault(row, {}).update(kept)
        for place in self.pending.get("deleted_rows", []):
            row = self.rows[int(place)]
            cells.pop(row, None)
            if row >= 0:
                removed.add(row)
        lowest = min([0, *self.changes.cells, *self.rows])
        for typed in self.pending.get("added_rows", []):
            if any(value not in (None, "", []) for value in typed.values()):
                lowest -= 1
                cells[lowest] = dict(typed)
        return Changes(cells=cells, removed=removed)

    def fold(self) -> None:
        """Make what is on screen part of the changes; the grid is begun anew afterwards."""
        self.changes, self.pending, self.rows = self.now(), {}, []

    @property
    def refused(self) -> list[int]:
        """Numbers of the rows of which a cell too long for a grid was typed into."""
        edited = self.pending.get("edited_rows", {})
        rows = {
            self.rows[int(place)]
            for place, typed in edited.items()
            if any((self.rows[int(place)], column) in self.shortened for column in typed)
        }
        return sorted(row + 1 for row in rows)


@dataclass(frozen=True, kw_only=True)
class Edited:
    """A set after its changes."""

    examples: list[Example]
    sides: dict[str, Split]
    """By normalised question, of what was stored."""


def edited(stored: Iterable[Sequence[tuple[int, SetExample]]], changes: Changes) -> Edited:
    """All examples in their new order.

    Raises:
        UsageError: `bad_examples`, `row_empty`, naming the rows without a question or an answer.
    """
    found: list[Example] = []
    moved: list[tuple[int, Example]] = []
    sides: dict[str, Split] = {}
    empty: list[str] = []
    for batch in stored:
        for position, one in batch:
            sides.setdefault(normalised(one.example.question), one.split)
            if position in changes.removed:
                continue
            cells = changes.cells.get(position)
            example = one.example if cells is None else with_cells(one.example, cells)
            if cells is not None and not _whole(example):
                empty.append(str(position + 1))
            number = cells.get(NUMBER) if cells else None
            if number is None or number == position + 1:
                found.append(example)
            else:
                moved.append((int(number), example))
    for row in sorted((row for row in changes.cells if row < 0), reverse=True):
        cells = changes.cells[row]
        example = with_cells(Example(question="", answer=""), cells)
        if not _whole(example):
            empty.append("+")
        number = cells.get(NUMBER)
        moved.append((len(found) + len(moved) + 1 if number is None else int(number), example))
    if empty:
        rows = ", ".join(empty[:MOST_NAMED]) + (" …" if len(empty) > MOST_NAMED else "")
        reason = f"rows without a question or an answer: {rows}"
        raise UsageError("bad_examples", reason, reason=reason, code="row_empty", rows=rows)
    for number, example in sorted(moved, key=lambda pair: pair[0]):
        found.insert(max(0, number - 1), example)
    return Edited(examples=found, sides=sides)


def with_cells(example: Example, cells: Mapping[str, Any]) -> Example:
    """An example with what was typed into its row."""
    fields = dict(example.fields)
    for column, value in cells.items():
        if column.startswith(FIELD):
            fields[column.removeprefix(FIELD)] = str(value or "")
    return Example(
        question=str(cells.get(QUESTION, example.question) or ""),
        answer=str(cells.get(ANSWER, example.answer) or ""),
        fields=tuple((name, value) for name, value in fields.items() if value.strip()),
        tags=tuple(str(tag) for tag in cells.get(TAGS, example.tags) or ()),
    )


def _whole(example: Example) -> bool:
    return bool(example.question.strip() and example.answer.strip())
