"""Content written as YAML for people: long texts line by line, nothing escaped needlessly.

Every version of YAML reads back the same texts: `007`, `yes` and `1e3` stay text. PyYAML reads
it, but does not write it: it puts a text with a tab or a trailing blank into one escaped line.
"""

import json
import re
from collections.abc import Mapping, Sequence

from core.jsontypes import Json

FLOW_WIDTH = 76
"""Characters up to which a small mapping or list is written in one line."""
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffd-\uffff]")
"""What never stands in a file as itself. U+FFFD does not either, so that one found there is
the trace of a wrong encoding."""
_PLAIN = re.compile(r"[^\W\d_][^\t\n]*")
_NOT_PLAIN = re.compile(r":(\s|$)|\s#| $")
_NOT_IN_FLOW = re.compile(r"[,:?\[\]{}]")
_WORDS = frozenset("null true false yes no on off y n".split())
"""Not text to one version of YAML or another."""


def written(content: Mapping[str, Json], apart: frozenset[str] = frozenset()) -> str:
    """A mapping as YAML, a blank line before each field that takes several.

    Args:
        content: what to write.
        apart: names of fields whose mappings, or lists of mappings, take a line for each field
            however small they are.
    """
    out = ""
    for name, value in content.items():
        lines = _field(name, value, "", apart)
        space = "\n" if out and len(lines) > 1 and not out.endswith("\n\n") else ""
        out += space + "\n".join(lines) + "\n"
    return out


def _field(name: str, value: Json, pad: str, apart: frozenset[str]) -> list[str]:
    key = _scalar(name)
    # YAML reads a long name only when it is announced.
    head = f"{pad}{key}:" if len(key) < 500 else f"{pad}? {key}\n{pad}:"
    return _after(head, value, pad, apart, apart_here=name in apart)


def _after(
    head: str, value: Json, pad: str, apart: frozenset[str], *, apart_here: bool
) -> list[str]:
    """Lines that say a value behind a name or a dash."""
    if isinstance(value, str) and _fits_block(value):
        return _block(head, value, pad)
    if not isinstance(value, Mapping | Sequence) or isinstance(value, str):
        return [f"{head} {_scalar(value)}"]
    if not value or (not apart_here and _short(value) and len(_flow(value)) <= FLOW_WIDTH):
        return [f"{head} {_flow(value)}"]
    deeper = pad + "  "
    if isinstance(value, Mapping):
        lines = [line for k, v in value.items() for line in _field(k, v, deeper, apart)]
        return _dashed(head, lines, deeper) if head.endswith("-") else [head, *lines]
    lines = [head]
    for item in value:
        lines += _after(f"{deeper}-", item, deeper, apart, apart_here=apart_here)
    return lines


def _dashed(head: str, lines: list[str], pad: str) -> list[str]:
    """A mapping in a list: its first field stands behind the dash."""
    return [f"{head} {lines[0].removeprefix(pad)}", *lines[1:]]


def _short(value: Json) -> bool:
    """Whether it can be said in one line."""
    if isinstance(value, str):
        return "\n" not in value
    if isinstance(value, Mapping):
        return all(_short(k) and _short(v) for k, v in value.items())
    return all(map(_short, value)) if isinstance(value, Sequence) else True


def _flow(value: Json) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{_scalar(k, flow=True)}: {_flow(v)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value, flow=True)


def _scalar(value: Json, *, flow: bool = False) -> str:
    if isinstance(value, float):
        text = repr(value)
        # Without the point, YAML 1.1 takes it for text.
        return text if "." in text else text.replace("e", ".0e")
    if not isinstance(value, str):
        return json.dumps(value)
    if (
        _PLAIN.fullmatch(value)
        and not _NOT_PLAIN.search(value)
        and not _ESCAPED.search(value)
        and not (flow and _NOT_IN_FLOW.search(value))
        and value.lower() not in _WORDS
    ):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _fits_block(text: str) -> bool:
    last = text.rstrip("\n").rpartition("\n")[2]
    return "\n" in text and text[0] != "\t" and bool(last.strip()) and not _ESCAPED.search(text)


def _block(head: str, text: str, pad: str) -> list[str]:
    """The text line by line; blank space at its beginning and its end is announced."""
    start = "2" if text[0] in " \n" else ""
    end = "+" if text.endswith("\n\n") else "" if text.endswith("\n") else "-"
    lines = text.removesuffix("\n").split("\n")
    return [f"{head} |{start}{end}", *(f"{pad}  {line}" if line else "" for line in lines)]
