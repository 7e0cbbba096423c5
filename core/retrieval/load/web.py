"""HTML without what surrounds its content, as Markdown, cut at its headings."""

import re
import warnings
from typing import TYPE_CHECKING, Any

from core.retrieval.load.decode import decode
from core.retrieval.load.limits import Limits
from core.retrieval.load.markdown import sections
from core.retrieval.load.parts import Read

if TYPE_CHECKING:
    from bs4 import Tag

SURROUNDINGS = frozenset(
    "script style noscript template nav footer aside iframe object svg canvas button head".split()
)
OPTIONS: dict[str, Any] = {
    "escape_asterisks": False,
    "escape_underscores": False,
    "table_infer_header": True,
    "strip": "a img b strong em i u s del code kbd samp".split(),
    "bullets": "-",
}
"""Of the Markdown: to be searched and read as it stands, not to be rendered."""

_EMPTY = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")


def read_html(content: bytes, limits: Limits) -> Read:
    from bs4 import BeautifulSoup, Tag

    warnings.simplefilter("ignore")  # about text that looks like a file name or XML
    decoded = decode(content, declares=True)
    soup = BeautifulSoup(decoded.text, "html.parser")
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    for element in [one for one in soup.descendants if isinstance(one, Tag) and _is_aside(one)]:
        element.decompose()
    markdown = as_markdown(str(soup))
    if title and not soup.find("h1"):
        markdown = f"# {title}\n\n{markdown}"
    return Read(parts=sections(markdown, marks=False), separator="", encoding=decoded.encoding)


def as_markdown(html: str) -> str:
    from markitdown.converters import HtmlConverter

    return _EMPTY.sub("\n\n", HtmlConverter().convert_string(html, **OPTIONS).markdown)


def _is_aside(element: "Tag") -> bool:
    """What surrounds the content, and what nobody sees: a model would be told it all the same."""
    if element.name in SURROUNDINGS:
        return True
    if not element.attrs:
        return False
    style = str(element.get("style") or "").replace(" ", "").lower()
    return element.has_attr("hidden") or "display:none" in style or "visibility:hidden" in style
