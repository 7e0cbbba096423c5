"""Where a page says what a quote says, though the two were written down differently.

Our text has its lines joined, its tables told as rows and its letters composed. What both share
are letters and digits in their order, so blanks and signs count for nothing here.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.sentences import sentence_spans

SHORT = 6
"""Letters, two or three to a Hangul syllable, of what is found in many places by chance: it counts
only where the last sentence ended, or when nothing else on the page reads so."""
SHORTEST_RUN = 12
MAX_WORDS = 2_000
"""Of one sentence; sentences are far shorter."""


@dataclass(frozen=True, kw_only=True)
class Letters:
    """A text without blanks and signs."""

    text: str
    places: Sequence[int]
    """Of each letter, the place of the character that it belongs to."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Characters of a page that say what was looked for."""

    page: int
    """Place of the page among those that were searched."""
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class _Found:
    page: int
    start: int
    end: int


def letters(characters: Iterable[str]) -> Letters:
    """Letters and digits alone, each in its parts: what is decomposed needs no neighbours."""
    text: list[str] = []
    places: list[int] = []
    for place, character in enumerate(characters):
        for part in unicodedata.normalize("NFKD", character).casefold():
            if part.isalnum():
                text.append(part)
                places.append(place)
    return Letters(text="".join(text), places=places)


def find_quotes(pages: Sequence[Letters], quotes: Iterable[str]) -> list[Mark]:
    """What the pages hold of each quote: all of it, else its sentences, else runs of words.

    The first page is the one where a quote should be; on the others it may go on.
    """
    return [
        Mark(
            page=found.page,
            first=pages[found.page].places[found.start],
            last=pages[found.page].places[found.end - 1],
        )
        for quote in quotes
        for found in _quote(pages, quote)
    ]


def _quote(pages: Sequence[Letters], quote: str) -> list[_Found]:
    if whole := _first(pages, _bare(quote)):
        return [whole]
    found: list[_Found] = []
    for start, end in sentence_spans(quote):
        found += _sentence(pages, quote[start:end], found[-1] if found else None)
    return found


def _sentence(pages: Sequence[Letters], sentence: str, last: _Found | None) -> list[_Found]:
    if found := _first(pages, _bare(sentence), last):
        return [found]
    pieces: list[_Found] = []
    for line in sentence.split("\n"):
        last = pieces[-1] if pieces else last
        whole = _first(pages, _bare(line), last) or _first(pages, _bare(_cells(line)), last)
        pieces += [whole] if whole else _runs(pages, line.split()[:MAX_WORDS])
    return pieces


def _cells(line: str) -> str:
    """The values of a row that names its columns; a printed row does not repeat the names."""
    return " ".join(cell.partition(": ")[2] or cell for cell in line.split("; "))


def _first(pages: Sequence[Letters], wanted: str, last: _Found | None = None) -> _Found | None:
    """Preferably behind what was found last: sentences follow one another."""
    if not wanted:
        return None
    if last:
        at = pages[last.page].text.find(wanted, last.end)
        if at == last.end or (at >= 0 and len(wanted) > SHORT):
            return _Found(page=last.page, start=at, end=at + len(wanted))
    for number, page in enumerate(pages):
        at = page.text.find(wanted)
        if at >= 0 and (len(wanted) > SHORT or (not last and page.text.count(wanted) == 1)):
            return _Found(page=number, start=at, end=at + len(wanted))
    return None


def _runs(pages: Sequence[Letters], words: Sequence[str]) -> Iterator[_Found]:
    """The longest run of words on the first page that has one, and what goes on behind it."""
    bare = [_bare(word) for word in words]
    for number, page in enumerate(pages):
        begin, end = _longest_run(page.text, bare)
        run = "".join(bare[begin:end])
        if len(run) >= SHORTEST_RUN:
            at = page.text.find(run)
            yield _Found(page=number, start=at, end=at + len(run))
            bare = bare[end:]


def _longest_run(text: str, words: Sequence[str]) -> tuple[int, int]:
    best, longest, begin = (0, 0), 0, 0
    for end in range(1, len(words) + 1):
        # A run is found only where each shorter one in it is, so that no begin is tried again.
        while begin < end and "".join(words[begin:end]) not in text:
            begin += 1
        length = sum(map(len, words[begin:end]))
        if length > longest:
            best, longest = (begin, end), length
    return best


def _bare(text: str) -> str:
    return letters(text).text
