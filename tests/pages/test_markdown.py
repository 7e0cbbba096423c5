"""Model output is untrusted, half-written, and not always meant as Markdown."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.answer_card import SHOWN_CHARS
from pages.shared.markdown import plain, safe_markdown

PIECES = st.sampled_from(
    [
        *("```", "~~~", "`", "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\", "![", "](", "<", ":red["),
        *("]", "\n", "\r\n", " ", "a", "5", "$5", "한", "\u2028", "\0", ":material/x:", "````"),
        *("  ```py", "- ", "1. ", "> "),
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://evil.example/p.png)",
        "![x][ref]\n\n[ref]: http://evil.example/p.png",
        "[![x](http://evil.example/p.png)](http://a.example)",
        "![](//evil.example/p.png)",
        "a\\\\![x](http://evil.example/p.png)",
        "`a` ![x](http://evil.example) `b`",
        "``` not a fence ` ![x](http://evil.example)",
        "a\n\n    ```\n![x](http://evil.example)",
        "- a\n  ```\n![x](http://evil.example)",
        "1. a\n   ~~~\n   b\n\n![x](http://evil.example)",
    ],
)
def test_no_image_is_left(text: str) -> None:
    for found in re.finditer(r"(\\*)!\[", safe_markdown(text)):
        assert len(found[1]) % 2 == 1, "the exclamation mark is escaped"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $5.", "It costs \\$5."),
        ("It costs $5 or $10.", "It costs \\$5 or \\$10."),
        ("$5-$10 and $1,000", "\\$5-\\$10 and \\$1,000"),
        ("5$ and 10$ each", "5\\$ and 10\\$ each"),
        ("already \\$5", "already \\$5"),
        ("$5 now\n$6 then", "\\$5 now\n\\$6 then"),
    ],
)
def test_prices_stay_prices(text: str, expected: str) -> None:
    assert safe_markdown(text) == expected


@pytest.mark.parametrize("text", ["$x^2$", "Let $a$ and $b$ be", "$$\nx = y\n$$", "so $\\alpha$."])
def test_formulas_stay_formulas(text: str) -> None:
    assert safe_markdown(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\\(x^2\\)", "$x^2$"),
        ("a \\( x \\) b", "a $x$ b"),
        ("\\[x^2\\]", "$$x^2$$"),
        ("It costs $5 and \\(x^2\\) too", "It costs \\$5 and $x^2$ too"),
        ("It costs $5 or $10. And $x^2$ too", "It costs \\$5 or \\$10. And $x^2$ too"),
        ("It costs $5 or $10. And \\(x^2\\) too", "It costs \\$5 or \\$10. And $x^2$ too"),
    ],
)
def test_latex_delimiters_become_formulas_and_prices_beside_them_stay(
    text: str, expected: str
) -> None:
    assert safe_markdown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```py\nx = 1", "```py\nx = 1\n```"),
        ("~~~\nx", "~~~\nx\n~~~"),
        ("````\n```\nx", "````\n```\nx\n````"),
        ("```\nx\n```", "```\nx\n```"),
        ("```\nx\n``` py", "```\nx\n``` py\n```"),
    ],
)
def test_an_open_fence_is_closed(text: str, expected: str) -> None:
    assert safe_markdown(text) == expected


def test_code_is_left_alone() -> None:
    text = "`$5 <b> :red[x] ![a](b)` and\n```\n$5 <b> :red[x] ![a](b) \\(x\\)\n```"
    assert safe_markdown(text) == text


def test_html_is_shown_as_text() -> None:
    assert safe_markdown("<script>alert(1)</script>") == "\\<script>alert(1)\\</script>"


@pytest.mark.parametrize(
    "text", [":red[x]", ":blue-background[x]", ":material/home:", ":smile:", ":streamlit:"]
)
def test_directives_are_shown_as_text(text: str) -> None:
    assert safe_markdown(text).startswith("\\:")


@pytest.mark.parametrize("text", ["at 10:30", "Note: this", "a :b", "http://a.example:80/x"])
def test_colons_of_prose_stay(text: str) -> None:
    assert safe_markdown(text) == text


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_can_be_drawn(text: str) -> None:
    drawn = safe_markdown(text)
    assert len(drawn) <= 4 * len(text) + 20


@given(st.lists(PIECES, max_size=40).map("".join))
def test_plain_loses_no_character(text: str) -> None:
    assert re.sub(r"\\([^\w\s])", r"\1", plain(text)) == text


@pytest.mark.parametrize(
    "piece", ["$a ", "$a$ ", "\\( ", "\\[ ", "`", "``", "![", ":a", "<", "~~~ "]
)
def test_the_work_grows_with_the_text_not_with_its_square(piece: str) -> None:
    """It is done up to 28 times a second: what never closes must not freeze the page.

    At twenty times the longest text shown, linear work takes tenths of a second and quadratic
    work minutes; the limit lies far from both.
    """
    length = 20 * SHOWN_CHARS
    text = (piece * length)[:length]
    began = time.process_time()
    safe_markdown(text)
    assert time.process_time() - began < 10
