"""What a model writes for retrieval: versions of a question, a rewriting, help for a passage.

Only the words are here: who writes them, and what that costs, is the caller's matter. What comes
back is text of a model, so it is searched and shown, never obeyed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.collection import Alignment, StoredPassage
from core.prompt import Turn
from core.text import clean, language_of

MOST_CHARACTERS = 600
"""Of one line that a model writes."""
_MARK = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.):])\s+")
_QUOTES = "\"'“”‘’「」"


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a model wrote, and what that took."""

    text: str
    tokens: int | None = None
    usd: float | None = None


class Writer(Protocol):
    """Asks a model for a few words."""

    async def __call__(self, model: str, system: str, user: str) -> Written:
        """Raises `ModelError`."""
        ...


def versions_request(question: str, count: int) -> tuple[str, str]:
    """System prompt and message that ask for other versions of a question."""
    if language_of(question) == "ko":
        return (
            f"사용자의 질문을 문서 검색에 쓸 다른 표현 {count}개로 바꿔 쓰세요. 뜻은 그대로 두고 "
            "동의어와 다른 낱말을 쓰세요. 한 줄에 하나씩, 설명 없이 질문만 쓰세요.",
            question,
        )
    return (
        f"Write {count} other versions of the user's question for searching documents. Keep the "
        "meaning, use synonyms and other words. One version per line, nothing else.",
        question,
    )


def rewrite_request(question: str, history: Sequence[Turn]) -> tuple[str, str]:
    """System prompt and message that ask for a question that can be understood by itself."""
    turns = "\n".join(f"Q: {t.question}\nA: {t.answer[:400]}" for t in history[-3:])
    if language_of(question) == "ko":
        return (
            "대화를 읽고, 마지막 질문을 앞의 대화 없이도 뜻이 통하는 질문 하나로 고쳐 쓰세요. "
            "대명사와 생략된 말을 채우세요. 질문 한 줄만 쓰세요.",
            f"{turns}\n\n마지막 질문: {question}",
        )
    return (
        "Read the conversation and rewrite the last question so that it can be understood without "
        "it: fill in pronouns and what was left out. Write one line with the question only.",
        f"{turns}\n\nLast question: {question}",
    )


def alignment_request(kind: Alignment, passage: StoredPassage) -> tuple[str, str]:
    """System prompt and message that ask for what makes a passage easier to find."""
    korean = language_of(passage.text) == "ko"
    wanted = _WANTED[kind][0 if korean else 1]
    where = " › ".join(part for part in (passage.document, passage.heading) if part)
    return wanted, f"[{where}]\n{passage.text}"


_WANTED: dict[Alignment, tuple[str, str]] = {
    "none": ("", ""),
    "title": (
        "다음 글에 어울리는 제목을 한 줄로 쓰세요. 제목만 쓰세요.",
        "Write a title for the following text in one line. Only the title.",
    ),
    "summary": (
        "다음 글을 한두 문장으로 요약하세요. 글에 있는 이름과 숫자를 살리고 요약만 쓰세요.",
        "Sum up the following text in one or two sentences, keeping its names and numbers. Only "
        "the summary.",
    ),
    "questions": (
        "다음 글이 답해 주는 질문을 세 개 쓰세요. 한 줄에 하나씩, 질문만 쓰세요.",
        "Write three questions that the following text answers. One per line, only the questions.",
    ),
}


def lines_of(text: str, most: int) -> list[str]:
    """The lines a model wrote, without numbering, quotes, blanks and repetitions."""
    found: dict[str, None] = {}
    for line in clean(text).splitlines():
        bare = _MARK.sub("", line).strip().strip(_QUOTES).strip()
        if bare:
            found.setdefault(bare[:MOST_CHARACTERS])
    return list(found)[:most]
