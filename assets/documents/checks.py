"""What the sample documents say, and what is wrong with the questions about them."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHIPPED = HERE / "haedam"
LANGUAGES = ("ko", "en")


def pages(path: Path) -> list[str]:
    """The text of a shipped file, one entry per page, slide or sheet; one for other formats."""
    if path.suffix == ".pdf":
        import pypdfium2

        with pypdfium2.PdfDocument(path) as document:
            return [page.get_textpage().get_text_bounded() for page in document]
    if path.suffix in (".docx", ".pptx", ".xlsx", ".html"):
        from markitdown import MarkItDown

        text = MarkItDown().convert(path).text_content
        mark = {".pptx": r"<!-- Slide number: \d+ -->", ".xlsx": r"(?m)^## "}.get(path.suffix)
        return re.split(mark, text)[1:] if mark else [text]
    try:
        return [path.read_text(encoding="utf-8")]
    except UnicodeDecodeError:
        return [path.read_text(encoding="cp949")]


def flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def documents() -> dict[str, list[str]]:
    return {
        unicodedata.normalize("NFC", path.name): [flat(page) for page in pages(path)]
        for path in sorted(SHIPPED.iterdir())
    }


def questions(language: str) -> list[dict[str, Any]]:
    text = (HERE / f"questions.{language}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def write_pages() -> None:
    """Write into each question the page on which its quote stands; layout may have moved it."""
    texts = documents()
    for language in LANGUAGES:
        lines = []
        for question in questions(language):
            found = texts.get(question["document"], [])
            if len(found) > 1:
                on = [n for n, page in enumerate(found, 1) if question["quote"] in page]
                question["page"] = on[0] if on else None
            lines.append(json.dumps(question, ensure_ascii=False) + "\n")
        (HERE / f"questions.{language}.jsonl").write_text("".join(lines), encoding="utf-8")


def problems() -> list[str]:
    """What is wrong with the documents and the questions; empty when all is well."""
    texts = documents()
    asked = [question for language in LANGUAGES for question in questions(language)]
    found = []
    for what in ("id", "question"):
        counts = Counter(flat(question[what]) for question in asked)
        found += [f"{what} stands twice: {value}" for value, count in counts.items() if count > 1]
    for question in asked:
        found += [f"{question['id']}: {wrong}" for wrong in wrongs(question, texts)]
    size = sum(path.stat().st_size for path in SHIPPED.iterdir())
    if size > 4_000_000:
        found.append(f"the documents have {size} bytes, more than four million")
    return found


def wrongs(question: dict[str, Any], texts: dict[str, list[str]]) -> list[str]:
    """What is wrong with one question."""
    name, quote, answer = (question[key] for key in ("document", "quote", "answer"))
    if name is None:
        unanswered = quote is None and answer is None and question["page"] is None
        return [] if unanswered else ["has no document, yet a quote, a page or an answer"]
    if name not in texts:
        return [f"no document {name}"]
    places = [
        (other, number if len(parts) > 1 else None)
        for other, parts in texts.items()
        for number, part in enumerate(parts, 1)
        for _ in range(part.count(quote))
    ]
    claims = {
        f"quote stands at {places}: {quote}": places == [(name, question["page"])],
        f"quote has blanks or {len(quote)} characters: {quote}": (
            20 <= len(quote) <= 120 and flat(quote) == quote
        ),
        f"answer {answer!r}": 0 < len(answer or "") <= 80,
    }
    return [wrong for wrong, holds in claims.items() if not holds]


def sizes() -> str:
    """A table of what there is."""
    lines = [
        f"{sum(map(len, parts)):7,} characters, {len(parts):2} pages, {name}"
        for name, parts in documents().items()
    ]
    for language in LANGUAGES:
        asked = questions(language)
        unanswered = sum(question["document"] is None for question in asked)
        lines.append(f"{language}: {len(asked)} questions, {unanswered} without an answer")
    return "\n".join(lines)
