"""Markdown, cut into sections at its headings. Also what DOCX and HTML become on the way."""

import re
from collections.abc import Iterator

from core.retrieval.load.decode import decode
from core.retrieval.load.limits import Limits
from core.retrieval.load.parts import ARROW, Part, Read, heading_path, normalised

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
_NO_PARAGRAPH = re.compile(r"(?: {4}|\t| {0,3}(?:[-*+>|]|\d+[.)] ))")
_LINK = re.compile(r"!?\[([^\][]*)\]\([^()]*\)")
_MARKS = re.compile(r"\*\*|__|`|\{#[^{}]*\}$")


def read_markdown(content: bytes, limits: Limits) -> Read:
    decoded = decode(content)
    return Read(parts=sections(decoded.text), separator="", encoding=decoded.encoding)


def sections(text: str, *, marks: bool = True) -> Iterator[Part]:
    """The text, cut before every heading; each part knows its path of headings.

    Args:
        text: Markdown.
        marks: whether headings keep their `#`, which nobody wrote who did not write Markdown.
    """
    lines = normalised(text).split("\n")
    headings = list(_headings(lines))
    if not marks:
        for line, _, _ in headings:
            lines[line] = without_mark(lines[line])
    path: list[str] = [""] * 6
    begin = 0
    for line, level, title in headings:
        if line > begin:
            yield Part(
                text="\n".join(lines[begin:line]) + "\n", heading=ARROW.join(filter(None, path))
            )
        path[level - 1 :] = [heading_path([title]), *[""] * (6 - level)]
        begin = line
    yield Part(text="\n".join(lines[begin:]), heading=ARROW.join(filter(None, path)))


def without_mark(line: str) -> str:
    """The words of a heading's line, a line without `#` as it is."""
    atx = _ATX.match(line)
    return (atx[2] or "") if atx else line


def _headings(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Line, level and words of every heading."""
    fence = ""
    number = _after_front_matter(lines)
    paragraph = 0
    """Lines of the paragraph that the line before belongs to."""
    while number < len(lines):
        line = lines[number]
        start = line.lstrip(" ")[:1]
        if paragraph and start and start not in "#=-`~":
            paragraph += 1  # nearly every line of a long text
        elif fence:
            fence = "" if _closes(line, fence) else fence
            paragraph = 0
        elif opening := _opens(line):
            fence, paragraph = opening, 0
        elif atx := _ATX.match(line):
            yield number, len(atx[1]), _words(_CLOSING.sub("", atx[2] or ""))
            paragraph = 0
        elif paragraph == 1 and (under := _UNDERLINE.match(line)):
            # A longer paragraph over dashes is nearly always meant as text over a rule.
            yield number - 1, 1 if under[1][0] == "=" else 2, _words(lines[number - 1])
            paragraph = 0
        elif not line.strip():
            paragraph = 0
        elif paragraph or not _NO_PARAGRAPH.match(line):
            paragraph += 1
        number += 1


def _after_front_matter(lines: list[str]) -> int:
    """The first line that is not settings in YAML, which end like an underlined heading."""
    if lines[0].rstrip() == "---":
        for number, line in enumerate(lines[1:200], 1):
            if line.rstrip() in ("---", "..."):
                return number + 1
    return 0


def _opens(line: str) -> str:
    match = _FENCE.match(line)
    return match[1] if match and not (match[1][0] == "`" and "`" in match[2]) else ""


def _closes(line: str, fence: str) -> bool:
    match = _FENCE.match(line)
    return bool(match and match[1].startswith(fence) and not match[2].strip())


def _words(heading: str) -> str:
    return _MARKS.sub("", _LINK.sub(r"\1", heading.strip())).strip()
