"""Model output made fit to draw: untrusted, half-written, and not always meant as Markdown.

Three things would go wrong with the raw text: an image address would be fetched (and could carry
the conversation away), a price like $5 would become a formula, and an open code fence would
swallow what follows.
"""

import re

_FENCE = re.compile(r"^( *)(`{3,}(?!.*`)|~{3,})(.*)$")
_CODE_SPAN = re.compile(r"(?<![\\`])(`+)(?!`)([^`\n]+?)\1(?!`)")
# A formula holds no second opening: what never closes is then read once, not once per opening.
_DISPLAY = re.compile(r"\\\[((?:(?!\\\[).)+?)\\\]", re.DOTALL)
_INLINE = re.compile(r"\\\(((?:(?!\\\().)+?)\\\)")
_DOLLAR = re.compile(r"(?<![\\$])\$(?!\$)")
_DIRECTIVE = re.compile(r":(?=[a-z][\w/-]*(?:\[|:))")


def safe_markdown(text: str) -> str:
    """The text with images turned into links, prices kept as prices, and fences closed."""
    out: list[str] = []
    prose: list[str] = []
    fence, indent = "", 0
    for line in text.lstrip().split("\n"):
        found = _FENCE.match(line)
        if fence and line.strip() and len(line) - len(line.lstrip(" ")) < indent:
            fence = ""  # a fence inside a list item ends with the item
        if fence:
            out.append(line)
            closes = found and not found[3].strip() and found[2].startswith(fence)
            fence = "" if closes else fence
        elif found:
            out += [_prose("\n".join(prose))] if prose else []
            prose, fence, indent = [], found[2], len(found[1])
            out.append(line)
        else:
            prose.append(line)
    if prose:
        out.append(_prose("\n".join(prose)))
    if fence:
        out.append(" " * indent + fence)
    return "\n".join(out)


def plain(text: str) -> str:
    """Text that must show every character as it is: questions, labels, error messages."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~$:&=])", r"\\\1", text)


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
    """A dollar is a formula's edge only as Pandoc reads it: no space inside, no digit behind.

    A closing edge belongs to the nearest opening one, so that a price before a formula stays one.
    """
    line = _INLINE.sub(lambda m: f"${m[1].strip()}$", line)
    edges = [m.start() for m in _DOLLAR.finditer(line)]
    formula: set[int] = set()
    opener: int | None = None
    for edge in edges:
        before, after = line[edge - 1 : edge] if edge else "", line[edge + 1 : edge + 2]
        if opener is not None and edge > opener + 1 and before.strip() and not after.isdigit():
            formula |= {opener, edge}
            opener = None
        elif after.strip():
            opener = edge
    prices = set(edges) - formula
    return "".join("\\$" if at in prices else c for at, c in enumerate(line)) if prices else line
