"""What the check of a set says of leaks: equal questions, nearly equal ones, both."""

import pytest

from core.example import Example
from core.example_set import SetExample, Split
from core.lora.check import check_set
from pages.shared.findings import sentence
from tests.pages.conftest import told

FRANCE, ITALY = (f"What is the capital of {name}?" for name in ("France", "Italy"))
NEAR_ITALY = "The capital of Italy is what?"


def said(rows: list[tuple[str, Split]]) -> str:
    examples = [
        SetExample(example=Example(question=question, answer=str(n)), split=split)
        for n, (question, split) in enumerate(rows)
    ]
    return next(sentence(one) for one in check_set(examples).findings if one.kind == "leak")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_leaks_are_said_as_what_they_are(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("NARANI_LANG", language)
    equal: list[tuple[str, Split]] = [(FRANCE, "train"), (FRANCE, "test")]
    near: list[tuple[str, Split]] = [(ITALY, "train"), (NEAR_ITALY, "test")]
    rows = told("finding_rows", language, rows="1")
    assert said(equal) == f"{told('finding_leak', language, count=1)} {rows}"
    assert said(near) == f"{told('finding_leak_near', language, near=1)} {rows}"
    both = f"{told('finding_leak', language, count=2)} "
    assert said([*equal, *near]).startswith(both + told("finding_leak_some_near", language, near=1))
