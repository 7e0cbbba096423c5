"""Where the sentences of a text begin and end, in Korean and English prose, lists and tables.

Knows no language model. It reads each character a fixed number of times, whatever the text.
"""

import re
from collections.abc import Iterator

MOST_CHARACTERS = 1000
"""Longest sentence; a longer one is cut at a blank."""

_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]+")
_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_MARK = r"[\[［【]\^?\d{1,3}(?: ?[,;、~–-] ?\d{1,3}){0,20}(?:†[^】\s]{0,80})?[\]］】]"
_STOP = re.compile(
    r"[.!?…。！？]+[\"'”’»」』》〉)\]）*_]*"
    rf"((?:{_MARK}|[ \t]{_MARK}(?![A-Za-z\uac00-\ud7a3]))*)"
)
"""Stops, the quotes and brackets that close on them, and citation marks; of `. [1]에 따르면` the
mark begins the next sentence."""
_WHOLE = re.compile(r"\s*(?:#{1,6}\s|\||```|~~~|[-=*_]{3,}\s*$)")
"""Headings, table lines, fences and rules: nothing of them is cut."""
_ITEM = re.compile(
    r"\s*(?:[-*+•·▪◦‣○●■□▶※>]\s|\(?(?:\d{1,3}|[A-Za-z]|[가-하])[.)]\s|[\u2460-\u2473\u3260-\u327f]"
    r"|제\s?\d{1,4}\s?[조장절항편관])"
)
"""What begins a line of a list, or an article of a regulation."""
_KOREAN_END = re.compile(r"(?:다|요|죠|까|니다|세요|시오|함|됨|음|임)[\"'”’」』)\]]*\s*\Z")
_WRAPPED = 40
"""Columns from which a line without a stop is one that was broken to fit a page."""
_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uff00-\uff60]")

_NEVER_LAST = frozenset(
    "dr mr mrs ms prof st no nos fig figs sec art vol pp p ch eq ref cf vs e.g i.e eg ie approx "
    "dept est gen rev hon capt sgt gov sen rep jr sr viz al ca".split()
)
_SELDOM_LAST = frozenset(
    "inc ltd co corp llc etc jan feb mar apr jun jul aug sep sept oct nov dec "
    "mon tue tues wed thu thur fri sat sun u.s u.k e.u u.n ph.d b.a m.a d.c".split()
)
_CLOCK = frozenset(("a.m", "p.m", "am", "pm"))
_DAY = re.compile(r"(?:Mon|Tues?|Wed|Thu|Fri|Sat|Sun|[A-Z]{2,4}\b)")
"""What follows the time of day within a sentence: weekdays, time zones."""
_INITIALS = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]")
_LETTERS = frozenset("가나다라마바사아자차카타파하")
"""They number the items of Korean lists."""
_DATE = re.compile(r"(?<!\d)\d{2,4}\. ?\d{1,2}\. ?\d{1,2}\Z")
_OPENERS = "([{\"'“‘「『《〈（［【*_"
_STARTERS = frozenset(
    "the a an it its this that these those he she we you they i in on at if when there what who "
    "how for to and but or as after before all no please each every however our your".split()
)
_WORD = re.compile(r"[A-Za-z']+")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences in order, without the blanks around them.

    Together they cover all that is not blank. Headings, table lines and fences are a sentence
    each, a list item is cut only at its own stops, and a line that was broken to fit a page goes
    on in the next one.
    """
    spans: list[tuple[int, int]] = []
    for start, end, whole in _stretches(text):
        begin = start
        for cut in () if whole else _ends(text, start, end):
            spans.extend(_short(text, begin, cut))
            begin = cut
        spans.extend(_short(text, begin, end))
    return spans


def _stretches(text: str) -> Iterator[tuple[int, int, bool]]:
    """Lines, those of a broken paragraph joined; and whether nothing may be cut inside."""
    open_from: int | None = None
    last = 0
    fenced = False
    lines = [(m.start(), m.end()) for m in _LINE.finditer(text) if not m[0].isspace()]
    for place, (start, end) in enumerate(lines):
        line = text[start:end]
        is_fence = line.lstrip().startswith(("```", "~~~"))
        whole = fenced or bool(_WHOLE.match(line))
        fenced ^= is_fence
        if open_from is not None and (whole or _ITEM.match(line)):
            yield open_from, last, False
            open_from = None
        if whole:
            yield start, end, True
            continue
        open_from, last = start if open_from is None else open_from, end
        following = lines[place + 1] if place + 1 < len(lines) else None
        if following is None or not _goes_on(text, line, end, following):
            yield open_from, end, False
            open_from = None


def _goes_on(text: str, line: str, end: int, following: tuple[int, int]) -> bool:
    """Whether a line is continued by the one below it."""
    start = following[0]
    if len(_BREAK.findall(text, end, start)) != 1 or _KOREAN_END.search(line[-12:]):
        return False
    head = text[start : start + 80].lstrip()[:1]
    if line.rstrip().endswith(",") or (head.isascii() and head.islower()):
        return True
    return len(line) + len(_WIDE.findall(line)) >= _WRAPPED


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    for stop in _STOP.finditer(text, start, end):
        at = stop.end()
        if at < end and _is_end(text, start, stop, at, end):
            yield at


def _is_end(text: str, start: int, stop: re.Match[str], at: int, end: int) -> bool:
    first = stop.start()
    sign = text[first]
    following = text[at : at + 40].lstrip()[:24]
    before = text[max(start, first - 24) : first]
    if sign in "。！？":
        return text[at] not in "。！？"
    if not text[at].isspace():
        glued = at == first + 1 and "가" <= following[:1] <= "힣"
        return bool(stop[1]) or (
            glued and before.endswith(("니다", "세요", "어요", "아요", "니까"))
        )
    if following.startswith(("라고", "라는", "하고 ", "라며", "고 말")):
        return False
    head = following.lstrip(_OPENERS)[:1]
    goes_on = head.islower() or "가" <= head <= "힣"
    if text.startswith(("..", "…"), first):
        return not goes_on or before.endswith(("다", "요", "죠", "까"))
    if "!" in stop[0] or "?" in stop[0]:
        return not head.islower()
    return not _abbreviates(text, start, first, before, following, head)


def _abbreviates(text: str, start: int, first: int, before: str, following: str, head: str) -> bool:
    """Whether the full stop at `first` belongs to its word."""
    words = before.split()
    if not words or before[-1:].isspace():
        return False
    word = words[-1].lstrip(_OPENERS)
    if first - start < 8 and _ITEM.fullmatch(text[start : first + 1] + " "):
        return True  # the number of a list item
    if word in _LETTERS:
        return True
    if word.isdecimal():
        if _DATE.search(before):
            return not head.isupper()
        return head.isdecimal() or "가" <= head <= "힣"
    low = word.lower()
    match = _WORD.match(following)
    starts = match is not None and match[0].lower() in _STARTERS and match[0][0].isupper()
    if low in _NEVER_LAST:
        return low not in ("no", "nos", "art", "fig", "figs", "al") or (
            head.isdecimal() or head.islower() or (low == "al" and not head.isupper())
        )
    if low in _CLOCK:
        return head.islower() or head.isdecimal() or _DAY.match(following) is not None
    if low in _SELDOM_LAST:
        return head.islower() or head.isdecimal() or (_is_initials(word) and not starts)
    return _is_initials(word) and (word.isupper() or "." in word) and not starts


def _is_initials(word: str) -> bool:
    return word.isascii() and _INITIALS.fullmatch(word) is not None


def _short(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """One trimmed span, or several that are short enough."""
    while True:
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            return
        cut = end
        if end - start > MOST_CHARACTERS:
            cut = start + MOST_CHARACTERS
            blank = text.rfind(" ", start + 1, cut + 1)
            cut = blank if blank > 0 else cut
        stop = cut
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        yield start, stop
        start = cut
