"""Two texts as one, word by word: what stands in one of them alone is coloured, lines are kept."""

from core.diff import Change, word_diff
from pages.shared.markdown import plain
from pages.shared.passage_text import NO_BREAK

_COLOURS = {"left": "red", "right": "green"}


def differences_drawn(left: str, right: str) -> str:
    """Markdown; empty where blank space alone differs, which no colour would show."""
    changes = word_diff(left, right)
    if not any(change.kind != "same" and change.text.strip() for change in changes):
        return ""
    lines = "".join(_piece(change) for change in changes).split("\n")
    return "  \n".join(_indented(line) for line in lines)


def _piece(change: Change) -> str:
    text = plain(change.text)
    if change.kind == "same":
        return text
    colour = _COLOURS[change.kind]
    return "\n".join(
        f":{colour}-background[{line}]" if line.strip() else line for line in text.split("\n")
    )


def _indented(line: str) -> str:
    """Blanks in front would make it a block of code, with every escape to be seen."""
    inner = line.lstrip(" \t")
    return NO_BREAK * (len(line) - len(inner)) + inner
