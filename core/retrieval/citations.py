"""Which passages an answer cites, and whether they bear it out. A heuristic over words, no model.

It compares words, numbers and names, so it sees a wrong figure and an invented sentence, but not
a negation or an inference: it says where to look, not who is right.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import log
from typing import TYPE_CHECKING, Literal

from core.example import Passage
from core.retrieval.claims import (
    Claim,
    claim_of,
    numbers_meant,
    terms_of,
)
from core.retrieval.refusals import claims_nothing, is_courtesy, refuses
from core.sentences import sentence_spans

if TYPE_CHECKING:
    from core.embedding import Vectors

Verdict = Literal["supported", "partly", "unsupported", "refused", "empty"]

SUPPORTED = 0.5
"""A claim is borne out when more than this share of it stands in the passages. Of the 40 sentences
in the tests, faithful paraphrases have 0.53 and more, and what the passages do not say 0.50 and
less: 0.34 and less but for one that is put together from their words."""
SIMILAR = 0.8
"""Cosine from which a sentence counts as borne out although the words differ, as when a Korean
answer relies on an English passage. Scales differ between embedders, so it is set high."""
WRONG_NUMBER = 0.25
"""What remains of the support when a number stands nowhere in the passage: never enough."""
WRONG_NAME = 0.5
"""The same for a name; less, as a passage often leaves out whom it is about."""
NUMBER = 2.0
"""Weight of a number: it says more than a word."""
TAIL = 0.3
"""Weight of a pair of syllables that is not the beginning of its word: most are endings."""
ASKED = 0.8
"""Weight of the question's words where the sentence is looked for that an answer relies on."""
_MOST_IN_A_RANGE = 50

_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`", re.DOTALL)
_MARK = re.compile(
    r"[\[［【]\^?(\d{1,3}(?: ?[,;、~–-] ?\^?\d{1,3}){0,50})(?:†[^】\]\n]{0,80})?[\]］】](?!\(|:\s)"
)
_LIST_NUMBER = re.compile(r"\A\s*(?:[-*+•]\s+)?(?:\(?\d{1,3}[.)]\s+|[\u2460-\u2473])")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence of an answer and what bears it out."""

    start: int
    """Span in the answer."""
    end: int
    text: str
    citations: tuple[int, ...] = ()
    """Numbers it cites, in order."""
    wrong: tuple[int, ...] = ()
    """Those of them that no passage has."""
    claim: bool = True
    """Whether it says anything that could be wrong; a greeting or a refusal does not."""
    refusal: bool = False
    """Whether it says that the answer is not in the passages."""
    support: float = 0.0
    """Share of its terms, weighted, that stand in the passages it relies on, 0 to 1."""
    similarity: float | None = None
    """Largest cosine to such a passage; None without an embedder."""
    best: int | None = None
    """Number of the passage that bears it out best; None when none has a word of it."""
    best_span: tuple[int, int] | None = None
    """The sentence of that passage it is nearest to, as a span of the passage's text."""
    missing: tuple[str, ...] = ()
    """Numbers and names that its passages do not have."""

    @property
    def supported(self) -> bool:
        similar = self.similarity is not None and self.similarity >= SIMILAR
        return self.support > SUPPORTED or (similar and not self.missing)


@dataclass(frozen=True, kw_only=True)
class Support:
    """An answer beside its passages."""

    sentences: tuple[Sentence, ...]
    cited: tuple[int, ...]
    """Numbers that the answer cites, each once, in order."""
    wrong: tuple[int, ...]
    """Those of them that no passage has."""
    supported: float | None
    """Share of its claims that are borne out; None when it claims nothing."""
    verdict: Verdict


def cited(answer: str) -> list[int]:
    """Numbers cited, each once, in order. Code, links and years are no citations."""
    return list(dict.fromkeys(number for _, _, number in _marks(answer)))


def check_answer(
    answer: str,
    passages: Sequence[Passage],
    embed: "Callable[[Sequence[str]], Vectors] | None" = None,
    *,
    question: str = "",
) -> Support:
    """Hold each sentence of an answer against the passages it cites, else against all.

    Args:
        answer: as the model wrote it.
        passages: in the order in which they were numbered, from 1.
        embed: rows of length 1; called once, with the answer's claims and the passages.
        question: tells which sentence a short answer such as `10일` relies on.
    """
    marks = list(_marks(answer))
    count = len(passages)
    sources = _Sources(passages, question)
    sentences = [_sentence(answer, span, marks, sources) for span in sentence_spans(answer)]
    if any(s.refusal for s in sentences):
        sentences = [
            replace(s, claim=False) if is_courtesy(s.text) and not s.citations else s
            for s in sentences
        ]
    if embed is not None and count:
        sentences = _with_similarity(sentences, passages, embed)
    numbers = tuple(dict.fromkeys(number for _, _, number in marks))
    claims = [s for s in sentences if s.claim]
    borne_out = sum(s.supported for s in claims)
    return Support(
        sentences=tuple(sentences),
        cited=numbers,
        wrong=tuple(n for n in numbers if not 1 <= n <= count),
        supported=borne_out / len(claims) if claims else None,
        verdict=_verdict(sentences, len(claims), borne_out),
    )


def _verdict(sentences: Sequence[Sentence], claims: int, borne_out: int) -> Verdict:
    if not claims:
        return "refused" if any(s.refusal for s in sentences) else "empty"
    if borne_out == claims:
        return "supported"
    return "partly" if borne_out else "unsupported"


def _marks(answer: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and number of each citation."""
    plain = _CODE.sub(lambda code: " " * len(code[0]), answer)
    for mark in _MARK.finditer(plain):
        before = plain[mark.start() - 1 : mark.start()]
        for number in _numbers(mark[1].replace("^", "")):
            # `rows[0]` is an index; passages are numbered from 1.
            if number or not (before.isalnum() or before in "_)]"):
                yield mark.start(), mark.end(), number


def _numbers(listed: str) -> Iterator[int]:
    for part in re.split(r" ?[,;、] ?", listed):
        ends = [int(number) for number in re.split(r" ?[~–-] ?", part)]
        low, high = ends[0], ends[-1]
        if len(ends) == 2 and low < high <= low + _MOST_IN_A_RANGE:
            yield from range(low, high + 1)
        else:
            yield from ends


class _Sources:
    """The passages, read once."""

    def __init__(self, passages: Sequence[Passage], question: str) -> None:
        self.asked = terms_of(question)
        self.texts = [passage.text for passage in passages]
        # What the passage is about is often said by its heading or its document's name alone.
        self.terms = [
            terms_of(f"{p.text}\n{p.heading}\n{p.document.rpartition('.')[0]}") for p in passages
        ]
        self.numbers = [numbers_meant(f"{p.text}\n{p.heading}") for p in passages]

    def weight(self, term: str) -> float:
        """Less for what most passages have. What none has may be a synonym: it weighs no more."""
        having = max(1, sum(term in terms for terms in self.terms))
        return 1.0 + log((1 + len(self.terms)) / (1 + having))

    def support(self, claim: Claim, pool: Sequence[int]) -> tuple[float, tuple[str, ...]]:
        """Support by some passages together, and the numbers and names they lack."""
        terms = reduce(frozenset.union, (self.terms[n] for n in pool), frozenset[str]())
        numbers = reduce(frozenset.union, (self.numbers[n] for n in pool), frozenset[str]())
        weights = {term: self.weight(term) for term in claim.terms}
        weights |= {tail: TAIL * self.weight(tail) for tail in claim.tails}
        total = sum(weights.values()) + NUMBER * len(claim.numbers)
        found = sum(w for term, w in weights.items() if term in terms)
        found += NUMBER * len(claim.numbers & numbers)
        share = found / total if total else 0.0
        lost_numbers, lost_names = claim.numbers - numbers, claim.names - terms
        share *= (WRONG_NUMBER if lost_numbers else 1.0) * (WRONG_NAME if lost_names else 1.0)
        return share, (*sorted(lost_numbers), *sorted(lost_names))

    def nearest(self, claim: Claim, number: int) -> tuple[int, int] | None:
        """The passage's sentence that shares most with the claim."""
        best, most = None, 0.0
        for start, end in sentence_spans(self.texts[number]):
            other = self.texts[number][start:end]
            shared = sum(self.weight(term) for term in claim.terms & terms_of(other))
            shared += NUMBER * len(claim.numbers & numbers_meant(other))
            if shared:
                shared += ASKED * sum(self.weight(term) for term in self.asked & terms_of(other))
            if shared > most:
                best, most = (start, end), shared
        return best


def _sentence(
    answer: str,
    span: tuple[int, int],
    marks: Sequence[tuple[int, int, int]],
    sources: _Sources,
) -> Sentence:
    start, end = span
    inside = marks[bisect_left(marks, (start,)) : bisect_left(marks, (end,))]
    numbers = tuple(dict.fromkeys(number for _, _, number in inside))
    count = len(sources.texts)
    plain = _without_marks(answer, span, inside)
    refusal = refuses(plain)
    sentence = Sentence(
        start=start,
        end=end,
        text=answer[start:end],
        citations=numbers,
        wrong=tuple(n for n in numbers if not 1 <= n <= count),
        claim=not refusal and not claims_nothing(plain),
        refusal=refusal,
    )
    return _judged(sentence, claim_of(plain), sources) if sentence.claim else sentence


def _without_marks(
    answer: str, span: tuple[int, int], marks: Sequence[tuple[int, int, int]]
) -> str:
    parts, last = [], span[0]
    for start, end, _ in marks:
        parts.append(answer[last:start])
        last = max(last, end)
    return _LIST_NUMBER.sub("", " ".join([*parts, answer[last : span[1]]]))


def _judged(sentence: Sentence, claim: Claim, sources: _Sources) -> Sentence:
    cites = [n - 1 for n in sentence.citations if n not in sentence.wrong]
    everywhere = range(len(sources.texts))
    each = {n: sources.support(claim, [n]) for n in (cites or everywhere)}
    if not each:
        return replace(sentence, missing=tuple(sorted(claim.numbers)))
    best = max(each, key=lambda n: each[n][0])
    support, missing = sources.support(claim, cites) if len(cites) > 1 else each[best]
    return replace(
        sentence,
        support=round(support, 4),
        best=best + 1 if each[best][0] > 0 else None,
        best_span=sources.nearest(claim, best) if each[best][0] > 0 else None,
        missing=missing,
    )


def _with_similarity(
    sentences: Sequence[Sentence],
    passages: Sequence[Passage],
    embed: "Callable[[Sequence[str]], Vectors]",
) -> list[Sentence]:
    claims = [s for s in sentences if s.claim]
    if not claims:
        return list(sentences)
    vectors = embed([*(s.text for s in claims), *(p.text for p in passages)])
    found: Mapping[int, Sentence] = {
        s.start: _similar(s, vectors[place] @ vectors[len(claims) :].T)
        for place, s in enumerate(claims)
    }
    return [found.get(s.start, s) for s in sentences]


def _similar(sentence: Sentence, cosines: "Vectors") -> Sentence:
    """The sentence with its similarity; and its passage, where words alone found none."""
    pool = [n - 1 for n in sentence.citations if n not in sentence.wrong]
    nearest = max(pool or range(len(cosines)), key=lambda n: float(cosines[n]))
    similarity = round(float(cosines[nearest]), 4)
    best = sentence.best or (nearest + 1 if similarity >= SIMILAR else None)
    return replace(sentence, similarity=similarity, best=best)
