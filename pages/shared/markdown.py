"""Model output made fit to draw: untrusted, half-written, and not always meant as Markdown.

Three things would go wrong with the raw text: an image address would be fetched (and could carry
the conversation away), a price like $5 would become a formula, and an open code fence would
swallow what follows.
"""

import re

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_CODE_SPAN = re.compile(r"(?<![\\`])(`+)(?!`)([^`\n]+?)\1(?!`)")
_DISPLAY = re.compile(r"\\\[(.+?)\\\]", re.DOTALL)
_INLINE = re.compile(r"\\\((.+?)\\\)")
_DOLLAR = re.compile(r"(?<![\\$])\$(?!\$)")
_DIRECTIVE = re.compile(r":(?=[a-z][\w/-]*(?:\[|:))")


def safe_markdown(text: str) -> str:
    """The text with images turned into links, prices kept as prices, and fences closed."""
    out: list[str] = []
    prose: list[str] = []
    fence = ""
    for line in text.lstrip().split("\n"):
        found = _FENCE.match(line)
        if not fence and found:
            out.append(_prose("\n".join(prose))) if prose else None
            prose, fence = [], found[1]
            out.append(line)
        elif fence:
            out.append(line)
            closes = found and not found[2].strip() and found[1].startswith(fence)
            fence = "" if closes else fence
        else:
            prose.append(line)
    if prose:
        out.append(_prose("\n".join(prose)))
    if fence:
        out.append(fence)
    return "\n".join(out)


def plain(text: str) -> str:
    """Text that must show every character as it is: questions, labels, error messages."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~$:])", r"\\\1", text)


def _prose(text: str) -> str:
    """Everything outside fences; code spans are left alone."""
    out, at = [], 0
    for span in _CODE_SPAN.finditer(text):
        out += [_outside_code(text[at : span.start()]), span[0]]
        at = span.end()
    return "".join([*out, _outside_code(text[at:])])


def _outside_code(text: str) -> str:
    text = text.replace("![", "\\![").replace("<", "\\<")
    text = _DISPLAY.sub(lambda m: f"$${m[1]}$$", text)
    text = _DIRECTIVE.sub("\\:", text)
    return "\n".join(_formulas(line) for line in text.split("\n"))


def _formulas(line: str) -> str:
    """A dollar is a formula's edge only as Pandoc reads it: no space inside, no digit behind."""
    line = _INLINE.sub(lambda m: f"${m[1].strip()}$", line)
    edges = [m.start() for m in _DOLLAR.finditer(line)]
    keep: set[int] = set()
    i = 0
    while i < len(edges):
        start = edges[i]
        end = next((e for e in edges[i + 1 :] if _closes(line, start, e)), None)
        if end is None:
            i += 1
            continue
        keep |= {start, end}
        i = edges.index(end) + 1
    return "".join(
        "\\$" if c == "$" and at in set(edges) - keep else c for at, c in enumerate(line)
    )


def _closes(line: str, start: int, end: int) -> bool:
    opens = line[start + 1 : start + 2].strip() != ""
    tight = line[end - 1].strip() != "" and not line[end + 1 : end + 2].isdigit()
    return opens and tight and end > start + 1
