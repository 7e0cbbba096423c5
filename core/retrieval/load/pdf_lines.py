"""Korean words that a PDF's line ends have cut in two are made whole again.

Printed Korean breaks between any two syllables, and what is extracted shows no difference between
a break inside a word and one where a blank was. A document that breaks inside words betrays it:
its lines begin with particles, and its halves are whole words elsewhere. Only then lines are
joined. Where nothing decides, joining is the smaller harm: a word in two halves is not found by
its syllable pairs, two words in one are.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

NEARLY_FULL = 0.85
NARROWEST = 20
"""Columns of a line that can be full, counting a syllable as two: below are cells of tables."""
LEAST_EVIDENCE = 0.05

_HANGUL = re.compile(r"[가-힣]+")
_BREAK = re.compile(r"([가-힣]+)\n(?=([가-힣]+))")
_PARTICLES = frozenset(
    "은 는 을 를 에 의 로 와 과 다 며 고 면 께 니다 습니다 입니다 에서 에게 으로 까지 부터 에는 "
    "에도 이며 이다 였다 었다 았다 으며 으로써 로써 라는 라고 이라는 이라고 들은 들을 들이 "
    "들의".split()
)
"""Words of these syllables alone begin no line, unless a word was cut before them."""
_ALONE = frozenset(
    "수 것 것은 것을 것이 등 및 때 그 이 각 더 또 또는 중 약 총 그리고 그러나 하지만 따라서".split()
)
"""Words that stand apart from the one before."""
_SENTENCE_END = (
    "니다",
    "한다",
    "된다",
    "이다",
    "있다",
    "없다",
    "하고",
    "하며",
    "하여",
    "하는",
    "에서",
)


@dataclass(frozen=True, kw_only=True)
class _Vocabulary:
    """Words of the document that no line end has touched."""

    counts: Counter[str]

    def joins(self, head: str, tail: str) -> bool | None:
        """Whether a break lies inside a word; None when nothing decides."""
        whole, halves = self.counts[head + tail], min(self.counts[head], self.counts[tail])
        if whole or halves:
            return whole > halves
        if tail in _PARTICLES:
            return True
        if tail in _ALONE or head.endswith(_SENTENCE_END):
            return False
        return None


def join_lines(pages: Sequence[str]) -> list[str]:
    """The pages with lines joined where a Korean word was cut."""
    vocabulary = _Vocabulary(counts=_whole_words(pages))
    verdicts = [vocabulary.joins(*halves) for page in pages for _, *halves in _breaks(page)]
    if not verdicts or verdicts.count(True) < LEAST_EVIDENCE * len(verdicts):
        return list(pages)
    return [_joined(page, vocabulary) for page in pages]


def _joined(page: str, vocabulary: _Vocabulary) -> str:
    pieces, done = [], 0
    for end, head, tail in _breaks(page):
        if vocabulary.joins(head, tail) is not False:
            pieces.append(page[done:end])
            done = end + 1
    return "".join([*pieces, page[done:]])


def _breaks(page: str) -> Iterator[tuple[int, str, str]]:
    """Where a full line ends in Hangul and the next begins with it: place and both halves."""
    widest = _usual_width(page)
    for match in _BREAK.finditer(page):
        end = match.end() - 1
        line = page[page.rfind("\n", 0, end) + 1 : end]
        if _width(line) >= max(NARROWEST, NEARLY_FULL * widest):
            yield end, match[1], match[2]


def _usual_width(page: str) -> int:
    widths = sorted(_width(line) for line in page.split("\n") if line.strip())
    return widths[int(0.9 * (len(widths) - 1))] if widths else 0


def _width(line: str) -> int:
    return len(line) + sum(unicodedata.east_asian_width(c) in "WF" for c in line)


def _whole_words(pages: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for page in pages:
        for line in page.split("\n"):
            words = _HANGUL.findall(line)
            counts.update(words[1:-1])
    return counts
