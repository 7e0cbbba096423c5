"""Passages as people read them: where they stand, their text line by line, a stretch marked."""

from pages.shared.language import t
from pages.shared.markdown import plain

NO_BREAK = "\u00a0"


def place_of(page: int | None, heading: str) -> str:
    """Where a passage stands, for people."""
    parts = [t("page_number", page=page) if page else "", plain(heading)]
    return " · ".join(part for part in parts if part)


def marked(text: str, start: int, end: int, colour: str) -> str:
    """Text with a stretch of it on a coloured ground; line by line, as a colour ends at a line."""
    lines, at = [], 0
    for line in text.split("\n"):
        low, high = max(start - at, 0), min(max(end - at, 0), len(line))
        if low < high and line[low:high].strip():
            middle = f":{colour}-background[{plain(line[low:high])}]"
            drawn = plain(line[:low]) + middle + plain(line[high:])
        else:
            drawn = plain(line)
        # Blanks in front would make it a block of code, with every escape to be seen; a line of
        # `=` would make the line before it a heading.
        inner = drawn.lstrip(" \t")
        escape = "\\" if inner.startswith("=") else ""
        lines.append(NO_BREAK * (len(drawn) - len(inner)) + escape + inner)
        at += len(line) + 1
    return "  \n".join(lines)


def as_text(text: str) -> str:
    """A passage as it is, line by line."""
    return marked(text, 0, 0, "")
