"""Looks at a set before it is learnt: what would make the training useless, unfair or unsafe.

Pure and without torch. A finding holds its kind, a count, row numbers and plain details, so that a
page can say it in any language; it never repeats text of the examples.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from core.example import Example
from core.example_set import SetExample, Split, normalised
from core.few_shot import Alike
from core.jsontypes import JsonObject
from core.leaks import NearIndex
from core.lora.personal_data import personal_kinds
from core.lora.text_flaws import flaws_of
from core.near_duplicates import near_duplicates
from core.text import language_of

FindingKind = Literal[
    "too_few",
    "empty",
    "one_label",
    "leak",
    "too_long",
    "imbalance",
    "contradiction",
    "duplicate",
    "near_duplicate",
    "pii",
    "grammar",
]
FINDING_KINDS: tuple[FindingKind, ...] = get_args(FindingKind)
Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

FEWEST, FEW = 8, 50
"""Training examples below which nothing, or little, can be learnt."""
LONG, LONGEST = 8_000, 50_000
"""Characters of a question or answer: more than the first is much, the second is refused."""
MOST_SHARE = 0.9
"""Of one answer among all."""
MOST_ROWS = 20
"""Row numbers in a finding."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something to know about a set."""

    kind: FindingKind
    severity: Severity
    count: int
    """Rows it concerns; of `contradiction` and `leak` questions, of `too_few` training rows."""
    examples: tuple[int, ...] = ()
    """The first rows it concerns, counted from 1."""
    detail: JsonObject = field(default_factory=dict)
    """Numbers for the sentence shown; `check_set` names them for each kind."""


@dataclass(frozen=True, kw_only=True)
class Quantiles:
    """Lengths in characters."""

    least: int
    median: int
    p90: int
    most: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was found, the worst first, and what the set is like."""

    findings: tuple[Finding, ...]
    train: int
    test: int
    questions: int
    """Distinct ones."""
    question_characters: Quantiles | None
    """None for a set without examples."""
    answer_characters: Quantiles | None
    languages: dict[str, int]
    """Examples in each language of `core.text`, the most frequent first."""

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings because of which a training should not start; a `leak` may be overridden."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


@dataclass(frozen=True, kw_only=True)
class _Row:
    number: int
    id: str
    split: Split
    example: Example
    question: str
    """Normalised, as is the answer."""
    answer: str


def check_set(
    examples: Sequence[SetExample], *, tested_elsewhere: Sequence[Example] = ()
) -> Report:
    """Everything that is to be known before training on the `train` side.

    The details of each kind:

    * too_few: train, least, good
    * empty: questions, answers
    * one_label: labels; imbalance: labels, share (of the most frequent answer)
    * leak: test, elsewhere (questions learnt that are tested there, equally or nearly), rows,
      near (how many of these questions are nowhere equal; when all are, it is a warning only)
    * too_long: limit, longest
    * contradiction: rows
    * near_duplicate: originals (parallel to `examples`), across (pairs on both sides of the split)
    * pii: examples by kind of `PERSONAL_KINDS`; grammar: examples by kind of `FLAWS`

    Args:
        examples: rows in the order in which people see them.
        tested_elsewhere: what the trained model will be measured on besides.
    """
    rows = [
        _Row(
            number=number,
            id=one.id,
            split=one.split,
            example=one.example,
            question=normalised(one.example.question),
            answer=normalised(one.example.answer),
        )
        for number, one in enumerate(examples, 1)
    ]
    filled = [row for row in rows if row.question and row.answer]
    distinct = list({row.id: row for row in reversed(filled)}.values())[::-1]
    found = [
        *_too_few(distinct),
        *_empty(rows),
        *_labels(distinct),
        *_leak(filled, tested_elsewhere),
        *_too_long(rows),
        *_contradiction(distinct),
        *_duplicate(filled, distinct),
        *_near_duplicate(distinct),
        *_pii(distinct),
        *_grammar(distinct),
    ]
    languages = Counter(language_of(f"{row.question} {row.answer}") for row in filled)
    return Report(
        findings=tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))),
        train=sum(row.split == "train" for row in rows),
        test=sum(row.split == "test" for row in rows),
        questions=len({row.question for row in rows}),
        question_characters=_quantiles([len(row.example.question) for row in rows]),
        answer_characters=_quantiles([len(row.example.answer) for row in rows]),
        languages={language: count for language, count in languages.most_common()},
    )


def _too_few(distinct: Sequence[_Row]) -> Iterator[Finding]:
    count = sum(row.split == "train" for row in distinct)
    if count < FEW:
        severity: Severity = "error" if count < FEWEST else "warning"
        detail: JsonObject = {"train": count, "least": FEWEST, "good": FEW}
        yield Finding(kind="too_few", severity=severity, count=count, detail=detail)


def _empty(rows: Sequence[_Row]) -> Iterator[Finding]:
    detail: JsonObject = {
        "questions": sum(not row.question for row in rows),
        "answers": sum(not row.answer for row in rows),
    }
    yield from _about("empty", "error", [r for r in rows if not (r.question and r.answer)], detail)


def _labels(distinct: Sequence[_Row]) -> Iterator[Finding]:
    learnt = [row for row in distinct if row.split == "train"]
    answers = Counter(row.answer for row in learnt)
    if len(learnt) < 2:
        return
    answer, count = answers.most_common(1)[0]
    rows = [row for row in learnt if row.answer == answer]
    detail: JsonObject = {"labels": len(answers)}
    if len(answers) == 1:
        yield from _about("one_label", "error", rows, detail)
    elif (share := count / len(learnt)) > MOST_SHARE:
        yield from _about("imbalance", "warning", rows, {**detail, "share": round(share, 4)})


def _leak(filled: Sequence[_Row], tested_elsewhere: Sequence[Example]) -> Iterator[Finding]:
    learnt = dict.fromkeys(row.question for row in filled if row.split == "train")
    here = _alike(learnt, (row.question for row in filled if row.split == "test"))
    elsewhere = _alike(learnt, (normalised(example.question) for example in tested_elsewhere))
    leaked = here.keys() | elsewhere.keys()
    equal = {q for found in (here, elsewhere) for q, how in found.items() if how == "equal"}
    rows = [row for row in filled if row.split == "train" and row.question in leaked]
    detail: JsonObject = {
        "test": len(here),
        "elsewhere": len(elsewhere),
        "rows": len(rows),
        "near": len(leaked) - len(equal),
    }
    severity: Severity = "error" if equal else "warning"
    yield from _about("leak", severity, rows, detail, count=len(leaked))


def _alike(learnt: Iterable[str], tested: Iterable[str]) -> dict[str, Alike]:
    """The questions learnt that are tested as well."""
    index = NearIndex(dict.fromkeys(tested))
    found = ((question, index.find(question)) for question in learnt) if len(index) else ()
    return {question: known[1] for question, known in found if known is not None}


def _too_long(rows: Sequence[_Row]) -> Iterator[Finding]:
    lengths = [max(len(row.example.question), len(row.example.answer)) for row in rows]
    longest = max(lengths, default=0)
    limits: tuple[tuple[Severity, int, float], ...] = (
        ("error", LONGEST - 1, float("inf")),
        ("warning", LONG, LONGEST - 1),
    )
    for severity, limit, below in limits:
        long = [row for row, n in zip(rows, lengths, strict=True) if limit < n <= below]
        yield from _about("too_long", severity, long, {"limit": limit, "longest": longest})


def _contradiction(distinct: Sequence[_Row]) -> Iterator[Finding]:
    times = Counter(row.question for row in distinct)
    rows = [row for row in distinct if times[row.question] > 1]
    count = len({row.question for row in rows})
    yield from _about("contradiction", "warning", rows, {"rows": len(rows)}, count=count)


def _duplicate(filled: Sequence[_Row], distinct: Sequence[_Row]) -> Iterator[Finding]:
    first = {row.number for row in distinct}
    yield from _about("duplicate", "warning", [row for row in filled if row.number not in first])


def _near_duplicate(distinct: Sequence[_Row]) -> Iterator[Finding]:
    found = near_duplicates([f"{row.question}\n{row.answer}" for row in distinct])
    pairs = [(distinct[place], distinct[first]) for place, first in found.items()]
    detail: JsonObject = {
        "originals": [original.number for _, original in pairs[:MOST_ROWS]],
        "across": sum(row.split != original.split for row, original in pairs),
    }
    yield from _about("near_duplicate", "warning", [row for row, _ in pairs], detail)


def _pii(distinct: Sequence[_Row]) -> Iterator[Finding]:
    kinds = [personal_kinds(f"{row.question}\n{row.answer}") for row in distinct]
    rows = [row for row, found in zip(distinct, kinds, strict=True) if found]
    yield from _about("pii", "warning", rows, _tally(kinds))


def _grammar(distinct: Sequence[_Row]) -> Iterator[Finding]:
    # Not the normalised text: in it no space is doubled. Each side is balanced by itself.
    kinds = [flaws_of(r.example.question) | flaws_of(r.example.answer) for r in distinct]
    rows = [row for row, found in zip(distinct, kinds, strict=True) if found]
    yield from _about("grammar", "info", rows, _tally(kinds))


def _about(
    kind: FindingKind,
    severity: Severity,
    rows: Sequence[_Row],
    detail: JsonObject | None = None,
    *,
    count: int | None = None,
) -> Iterator[Finding]:
    if rows:
        yield Finding(
            kind=kind,
            severity=severity,
            count=len(rows) if count is None else count,
            examples=tuple(row.number for row in rows[:MOST_ROWS]),
            detail=detail or {},
        )


def _tally(kinds: Iterable[Iterable[str]]) -> JsonObject:
    counts = Counter(kind for found in kinds for kind in found)
    return {kind: counts[kind] for kind in sorted(counts)}


def _quantiles(lengths: Sequence[int]) -> Quantiles | None:
    if not lengths:
        return None
    ordered = sorted(lengths)
    last = len(ordered) - 1
    return Quantiles(
        least=ordered[0],
        median=ordered[last // 2],
        p90=ordered[round(0.9 * last)],
        most=ordered[-1],
    )
