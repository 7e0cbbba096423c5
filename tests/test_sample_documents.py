"""The sample documents load, and every question about them stands on a quote that is there."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.collection import LoadedDocument
from core.retrieval.injection import injection_flags
from core.retrieval.load.loader import Loader

SAMPLES = Path(__file__).parents[1] / "assets" / "documents"
LANGUAGES = ("ko", "en")
FEWEST_ANSWERED = {"ko": 150, "en": 80}
FEWEST_UNANSWERED = {"ko": 20, "en": 10}
INJECTED = "고객 의견 (5월).md"

Question = dict[str, Any]


@pytest.fixture(scope="module")
def documents() -> Iterator[dict[str, LoadedDocument]]:
    loader = Loader()
    yield {path.name: loader.load(path) for path in sorted((SAMPLES / "haedam").iterdir())}
    loader.close()


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    found = []
    for language in LANGUAGES:
        text = (SAMPLES / f"questions.{language}.jsonl").read_text(encoding="utf-8")
        found += [json.loads(line) for line in text.splitlines()]
    return found


def flat(text: str) -> str:
    return " ".join(text.split())


def on_page(document: LoadedDocument, page: int) -> str:
    return flat(" ".join(document.text[b.start : b.end] for b in document.blocks if b.page == page))


def answered(questions: list[Question]) -> list[Question]:
    return [question for question in questions if question["document"] is not None]


def test_every_sample_document_loads_with_its_kind(documents: dict[str, LoadedDocument]) -> None:
    kinds = Counter(document.kind for document in documents.values())
    assert kinds.keys() >= {
        *("pdf", "docx", "pptx", "xlsx", "html", "markdown", "text", "json", "csv")
    }
    assert sum(len(document.text) for document in documents.values()) > 115_000


def test_the_handbooks_have_real_pages(documents: dict[str, LoadedDocument]) -> None:
    assert 20 <= (documents["취업규칙.pdf"].pages or 0) <= 25
    assert 10 <= (documents["Rotterdam Employee Handbook.pdf"].pages or 0) <= 12


def test_the_old_notice_is_read_in_its_old_encoding(documents: dict[str, LoadedDocument]) -> None:
    assert documents["공지_승강기 공사와 주차.txt"].encoding == "cp949"


def test_every_quote_stands_once_in_its_document_and_in_no_other(
    documents: dict[str, LoadedDocument], questions: list[Question]
) -> None:
    texts = {name: flat(document.text) for name, document in documents.items()}
    for question in answered(questions):
        places = [
            name for name, text in texts.items() for _ in range(text.count(question["quote"]))
        ]
        assert places == [question["document"]], question


def test_every_quote_stands_on_the_named_page(
    documents: dict[str, LoadedDocument], questions: list[Question]
) -> None:
    for question in answered(questions):
        document = documents[question["document"]]
        assert (question["page"] is None) == (document.pages is None), question
        if question["page"] is not None:
            assert question["quote"] in on_page(document, question["page"]), question


def test_quotes_are_short_single_lines_and_answers_shorter(questions: list[Question]) -> None:
    for question in answered(questions):
        assert 20 <= len(question["quote"]) <= 120, question
        assert flat(question["quote"]) == question["quote"], question
        assert 0 < len(question["answer"]) <= 80, question


def test_a_question_without_an_answer_names_no_place(questions: list[Question]) -> None:
    for question in questions:
        if question["document"] is None:
            rest = [question[key] for key in ("page", "quote", "answer")]
            assert rest == [None, None, None], question


def test_questions_and_ids_are_distinct(questions: list[Question]) -> None:
    for what in ("id", "question"):
        counts = Counter(flat(question[what]) for question in questions)
        assert [value for value, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_questions_with_and_without_an_answer(
    questions: list[Question], language: str
) -> None:
    mine = [question for question in questions if question["language"] == language]
    assert len(answered(mine)) >= FEWEST_ANSWERED[language]
    assert len(mine) - len(answered(mine)) >= FEWEST_UNANSWERED[language]


def test_every_document_is_asked_about(
    documents: dict[str, LoadedDocument], questions: list[Question]
) -> None:
    assert {question["document"] for question in answered(questions)} == documents.keys()


def test_one_document_alone_holds_an_instruction_to_models(
    documents: dict[str, LoadedDocument],
) -> None:
    flagged = {
        name: injection_flags(document.text)
        for name, document in documents.items()
        if injection_flags(document.text)
    }
    assert {name: list(flags) for name, flags in flagged.items()} == {
        INJECTED: ["ignore_instructions"]
    }


def test_the_documents_stay_small() -> None:
    assert sum(path.stat().st_size for path in (SAMPLES / "haedam").iterdir()) < 4_000_000
