"""Pasted lines as examples: `question => answer`, or two cells copied from a spreadsheet."""

import csv

from core.errors import UsageError
from core.example import Example

ARROW = "=>"


def pasted_examples(text: str) -> list[Example]:
    """One example for each line that is not blank.

    Raises:
        UsageError: `bad_examples` with the line: `paste`; `no_example` for nothing at all.
    """
    rows = _cells(text) if _is_table(text) else _lines(text)
    found = []
    for line, question, answer in rows:
        if not question or not answer:
            reason = f"line {line} is neither 'question => answer' nor two cells"
            raise UsageError("bad_examples", reason, reason=reason, code="paste", line=line)
        found.append(Example(question=question, answer=answer))
    if not found:
        reason = "there is no example"
        raise UsageError("bad_examples", reason, reason=reason, code="no_example")
    return found


def _is_table(text: str) -> bool:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return "\t" in first and ARROW not in first


def _lines(text: str) -> list[tuple[int, str, str]]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        separator = ARROW if ARROW in line else "\t"
        question, _, answer = line.partition(separator)
        found.append((number, question.strip(), answer.strip()))
    return found


def _cells(text: str) -> list[tuple[int, str, str]]:
    """A spreadsheet puts a cell of several lines into quotes."""
    found, before = [], 0
    reader = csv.reader(text.splitlines(keepends=True), delimiter="\t")
    try:
        for row in reader:
            number, before = before + 1, reader.line_num
            cells = [cell.strip() for cell in row]
            if any(cells):
                found.append((number, cells[0], cells[1] if len(cells) > 1 else ""))
    except csv.Error as error:
        reason = f"line {before + 1} cannot be read ({error})"
        message = f"these lines cannot be read: {reason}"
        raise UsageError(
            "bad_examples", message, reason=reason, code="csv", line=before + 1
        ) from error
    return found
