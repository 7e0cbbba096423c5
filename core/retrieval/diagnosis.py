"""Why an answer with retrieval is wrong: which step of search, cut and use lost the right passage.

Pure: it is told the expected answer or the right passages, and reads the record of the search.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from core.retrieval.citations import Support
from core.retrieval.claims import numbers_in, with_plain_numbers
from core.search import Hit
from core.sentences import sentence_spans

Verdict = Literal[
    "not_in_documents",
    "not_retrieved",
    "cut",
    "retrieved_not_used",
    "used_but_wrong",
    "right",
    "unknown",
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Why = Literal[
    "answered_anyway",
    "said_so",
    "no_passage_found",
    "only_other_passages",
    "threshold",
    "top_k",
    "budget",
    "mmr",
    "refused",
    "other_passage_used",
    "expected_missing",
    "not_supported",
    "expected_found",
    "expected_without_passage",
    "supported_by_right_passage",
    "nothing_to_judge_by",
    "collection_not_searched",
]
WHYS: tuple[Why, ...] = get_args(Why)


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    verdict: Verdict
    why: Why
    """Code of the reason within the verdict."""
    passage_number: int | None = None
    """Number of the right passage as the model got it; None when it did not."""


def diagnose(
    *,
    answer: str,
    expected: str | None,
    right_passages: Collection[str],
    hits: Sequence[Hit],
    contains: Callable[[str], bool] | None,
    support: Support,
    first_number: int = 1,
) -> Diagnosis:
    """The first step that went wrong.

    Args:
        answer: what the model said.
        expected: the answer we would like to have seen; None when unknown.
        right_passages: ids of the passages that hold it; empty when unknown, then those hits
            are right whose text holds the expected answer.
        hits: of the search, those given to the model in their order.
        contains: whether some passage of the collection holds a text; None when not searched.
        support: of `answer` by the passages it was given.
        first_number: of the first hit given; more than 1 when pasted passages stand before it.
    """
    expected = expected if expected and expected.strip() else None
    if not expected and not right_passages:
        return Diagnosis(verdict="unknown", why="nothing_to_judge_by")
    right = [hit for hit in hits if _is_right(hit, expected, right_passages)]
    given = [hit for hit in hits if hit.cut is None]
    numbers = [
        n for n, hit in enumerate(given, first_number) if any(hit is other for other in right)
    ]
    number = numbers[0] if numbers else None
    if expected and support.verdict != "refused" and holds(answer, expected):
        why: Why = "expected_found" if numbers else "expected_without_passage"
        return Diagnosis(verdict="right", why=why, passage_number=number)
    if numbers:
        return _with_right_passage(support, numbers, expected)
    if right:
        return Diagnosis(verdict="cut", why=right[0].cut or "top_k")
    return _without(expected, right_passages, hits, contains, support)


def _is_right(hit: Hit, expected: str | None, ids: Collection[str]) -> bool:
    if ids:
        return hit.passage.id in ids
    return expected is not None and holds(hit.passage.text, expected)


def _with_right_passage(
    support: Support, numbers: Sequence[int], expected: str | None
) -> Diagnosis:
    used = [
        number
        for number in numbers
        if number in support.cited
        or any(s.supported and s.best == number for s in support.sentences)
    ]
    if support.verdict in ("refused", "empty") or not used:
        why: Why = "refused" if support.verdict == "refused" else "other_passage_used"
        return Diagnosis(verdict="retrieved_not_used", why=why, passage_number=numbers[0])
    if expected:
        return Diagnosis(verdict="used_but_wrong", why="expected_missing", passage_number=used[0])
    if support.verdict == "supported":
        return Diagnosis(verdict="right", why="supported_by_right_passage", passage_number=used[0])
    return Diagnosis(verdict="used_but_wrong", why="not_supported", passage_number=used[0])


def _without(
    expected: str | None,
    ids: Collection[str],
    hits: Sequence[Hit],
    contains: Callable[[str], bool] | None,
    support: Support,
) -> Diagnosis:
    """No hit is right: is it the search, or are the documents without the answer?"""
    if not ids:
        if contains is None:
            return Diagnosis(verdict="unknown", why="collection_not_searched")
        if expected and not contains(expected):
            said_so = support.verdict in ("refused", "empty")
            why: Why = "said_so" if said_so else "answered_anyway"
            return Diagnosis(verdict="not_in_documents", why=why)
    return Diagnosis(
        verdict="not_retrieved", why="only_other_passages" if hits else "no_passage_found"
    )


ENOUGH_WORDS = 2 / 3
"""Share of an expected sentence's words that one sentence, or two in a row, must have: people put
the same fact in other words. Every number must be there all the same."""

_TOKEN = re.compile(r"\d+(?:[.:/]\d+)*|[a-z]+(?:['’][a-z]+)?|[가-힣]+|[^\W\d_]", re.IGNORECASE)
_PARTICLE = re.compile(
    r"(?<=[가-힣])(?:입니다|이에요|예요|이다|이며|이고|합니다|됩니다|하다|한다|된다|에서는|에서|에게|까지|부터"
    r"|으로|이라고|라고|에는)$|(?<=[가-힣]{2})(?:은|는|이|가|을|를|에|의|와|과|도|만|로|임|함)$"
)
_AFTER_NUMBER = re.compile(
    r"^(?:입니다|이에요|예요|이다|이며|이고|까지|부터|으로|은|는|이|가|을|를|에|의)$"
)
_NOTHING = frozenset("a an the is are was were it of to in for on at by be".split())
_DENIES_BEFORE = re.compile(r"(?:\b(?:not|no|never|without|neither|cannot|nor)\b|n['’]t)\|?$")
_DENIES_AFTER = re.compile(r"^(?:\|?[가-힣]){0,4}?\|?(?:않|못하|못합|아니|아닙|아닌|없)")
_DENIES = re.compile(
    r"않|못|아니|아닙|아닌|없|불가|금지|\b(?:not|no|never|cannot|without)\b|n['’]t\b"
)
_LONGEST = 2000
"""Characters of an expected answer that are compared."""


def holds(text: str, expected: str) -> bool:
    """Whether a text says what was expected: spaces, case and particles do not matter.

    Numbers are exact: `25일` is not in `125일`, nor in `25.5일`. A denial does not hold what it
    denies: `가능` is in neither `불가능합니다` nor `가능하지 않습니다`.
    """
    wanted = _tokens(expected[:_LONGEST])
    if not wanted:
        return False
    offered = _tokens(text)
    if len(wanted) == 1 and len(wanted[0]) == 1 and not wanted[0].isascii():
        return wanted[0] in offered
    return _in_a_row(wanted, offered) or _in_other_words(text, expected, wanted)


def _tokens(text: str) -> list[str]:
    plain = with_plain_numbers(unicodedata.normalize("NFKC", text).casefold())
    found: list[str] = []
    for match in _TOKEN.finditer(plain):
        token = match[0]
        if "가" <= token[0] <= "힣":
            glued = match.start() > 0 and plain[match.start() - 1].isalnum()
            token = "" if glued and _AFTER_NUMBER.match(token) else _PARTICLE.sub("", token)
        if token and token not in _NOTHING:
            found.append(token)
    return found


def _in_a_row(wanted: Sequence[str], offered: Sequence[str]) -> bool:
    """Side by side; Hangul words may be glued or parted differently."""
    line = "|" + "|".join(offered) + "|"
    inner = [r"\|?".join(map(re.escape, token)) if _is_hangul(token) else re.escape(token)
             for token in wanted]  # fmt: skip
    pattern = r"\|?".join(inner)
    first, last = wanted[0], wanted[-1]
    # A number or a Latin word must begin and end where the expected one does.
    before = r"(?<!\|[불비미무])" if _is_hangul(first) else r"(?<=\|)"
    after = "" if _is_hangul(last) else r"(?=\|)"
    for match in re.finditer(before + pattern + after, line):
        if _DENIES.search(" ".join(wanted)):
            return True
        ahead = line[match.end() : match.end() + 12]
        behind = line[max(0, match.start() - 10) : match.start()]
        if not _DENIES_AFTER.match(ahead) and not _DENIES_BEFORE.search(behind):
            return True
    return False


def _is_hangul(token: str) -> bool:
    return "가" <= token[0] <= "힣"


def _in_other_words(text: str, expected: str, wanted: Sequence[str]) -> bool:
    if len(wanted) < 3:
        return False
    numbers, denies = numbers_in(expected), bool(_DENIES.search(expected.casefold()))
    words = [token for token in wanted if not token[0].isdecimal()]
    for window in _windows(text):
        if bool(_DENIES.search(window.casefold())) != denies or not numbers <= numbers_in(window):
            continue
        line = "".join(_tokens(window))
        if sum(word in line for word in words) >= ENOUGH_WORDS * len(words):
            return True
    return False


def _windows(text: str) -> Iterator[str]:
    spans = sentence_spans(text)
    for place, (start, end) in enumerate(spans):
        yield text[start:end]
        if place + 1 < len(spans):
            yield text[start : spans[place + 1][1]]
