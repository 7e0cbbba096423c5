"""The shipped example sets and templates are what their README says."""

import json
import re
import unicodedata
from collections import Counter
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.leaks import alike
from core.output_schema import canonical, faults
from core.template import Template, checked_template
from core.text import language_of

ASSETS = Path(__file__).parents[1] / "assets"
EXAMPLES, TEMPLATES = ASSETS / "examples", ASSETS / "templates"
SETS = ("capitals", "film_reviews", "inquiries", "orders")
LABELS = {
    "ko": {"배송", "환불", "고장", "사용법", "계정"},
    "en": {"delivery", "refund", "fault", "how-to", "account"},
}
CHANNELS = {"ko": {"이메일", "채팅", "전화"}, "en": {"email", "chat", "phone"}}
COLUMNS = {
    "capitals": {"question", "answer", "split"},
    "film_reviews": {"question", "answer", "split"},
    "inquiries": {"question", "answer", "channel", "language", "tags"},
    "orders": {"question", "answer", "language", "tags"},
}
FEWEST = 60

Row = dict[str, Any]


def rows(name: str, language: str | None = None) -> list[Row]:
    text = (EXAMPLES / f"{name}.jsonl").read_text(encoding="utf-8")
    found = [json.loads(line) for line in text.splitlines()]
    return [row for row in found if language is None or row["language"] == language]


def template(name: str) -> Template:
    content = yaml.safe_load((TEMPLATES / f"{name}.yaml").read_text(encoding="utf-8"))
    return Template(**content)


def schema() -> Row:
    content: Row = json.loads((TEMPLATES / "order.schema.json").read_text(encoding="utf-8"))
    return content


def test_the_capitals_are_those_of_the_founding_document() -> None:
    assert rows("capitals") == [
        {"question": "What is the capital of France?", "answer": "Paris", "split": "train"},
        {"question": "What is the capital of Italy?", "answer": "Rome", "split": "train"},
        {"question": "What is the capital of Japan?", "answer": "Tokyo", "split": "train"},
    ]


def test_the_film_reviews_are_those_of_the_founding_document() -> None:
    assert [(row["question"], row["answer"], row["split"]) for row in rows("film_reviews")] == [
        ("영화는 환상적이었고 매 순간을 즐겼습니다.", "긍정적", "train"),
        ("줄거리가 지루하고 예측 가능했습니다.", "부정적", "train"),
        ("연기는 훌륭했지만 뛰어나지는 않았습니다.", "중립", "train"),
        ("영화 촬영은 놀라웠지만 이야기의 깊이가 부족했습니다.", "부정", "test"),
    ]


@pytest.mark.parametrize("name", SETS)
def test_every_row_has_the_columns_of_its_set_in_composed_text(name: str) -> None:
    for row in rows(name):
        assert set(row) == COLUMNS[name]
        for text in (row["question"], row["answer"]):
            assert text == unicodedata.normalize("NFC", text).strip() != ""


@pytest.mark.parametrize("name", ["inquiries", "orders"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_larger_sets_hold_sixty_of_each_language(name: str, language: str) -> None:
    found = rows(name, language)
    assert len(found) >= FEWEST
    assert [r["question"] for r in found if language_of(r["question"]) != language] == []
    assert {tuple(row["tags"]) for row in found} == {(language,)}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_inquiries_have_known_labels_and_channels_about_equally_often(language: str) -> None:
    found = rows("inquiries", language)
    for column, known in (("answer", LABELS), ("channel", CHANNELS)):
        counts = Counter(row[column] for row in found)
        assert set(counts) == known[language]
        assert 1 < max(counts.values()) / min(counts.values()) < 2
    for label in LABELS[language]:
        assert {r["channel"] for r in found if r["answer"] == label} == CHANNELS[language]


@pytest.mark.parametrize("name", SETS)
def test_no_two_questions_of_a_set_are_alike(name: str) -> None:
    questions = [row["question"] for row in rows(name)]
    assert [pair for pair in combinations(questions, 2) if alike(*pair)] == []


def test_every_order_fits_the_shipped_schema() -> None:
    kept = canonical(schema())
    for row in rows("orders"):
        answer = json.loads(row["answer"])
        assert row["answer"] == json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        assert not faults(row["answer"], kept)
        assert language_of(answer["product"]) == row["language"]


def test_every_product_of_the_schema_is_ordered_in_both_languages() -> None:
    ordered = Counter(json.loads(row["answer"])["product"] for row in rows("orders"))
    assert set(ordered) == set(schema()["properties"]["product"]["enum"])
    assert min(ordered.values()) >= 4


def test_the_delivery_date_stands_in_the_order_and_needs_no_calendar() -> None:
    for row in rows("orders"):
        delivery, written = json.loads(row["answer"])["delivery"], dates_in(row["question"])
        if delivery is None:
            assert not written, row
        else:
            assert date.fromisoformat(delivery) in written, row


@pytest.mark.parametrize("language", ["ko", "en"])
def test_some_orders_name_no_day(language: str) -> None:
    answers = [json.loads(row["answer"]) for row in rows("orders", language)]
    assert 10 <= sum(answer["delivery"] is None for answer in answers) <= 25


@pytest.mark.parametrize(
    ("broken", "keyword"),
    [
        ('{"product":"녹차","quantity":1}', "required"),
        ('{"product":"커피","quantity":1,"delivery":null}', "enum"),
        ('{"product":"녹차","quantity":"하나","delivery":null}', "type"),
        ('{"product":"녹차","quantity":0,"delivery":null}', "minimum"),
        ('{"product":"녹차","quantity":1,"delivery":"5 March 2027"}', "pattern"),
        ('{"product":"녹차","quantity":1,"delivery":null,"note":""}', "additionalProperties"),
    ],
)
def test_the_schema_refuses_what_is_no_order(broken: str, keyword: str) -> None:
    assert [fault.code for fault in faults(broken, canonical(schema()))] == [keyword]


def test_the_templates_can_be_kept_as_they_are() -> None:
    columns = {"channel", "language"}
    found = {path.stem for path in TEMPLATES.glob("*.yaml")}
    assert found == {"classify", "channel", "extract_order"}
    for name in found:
        one = template(name)
        assert (one.name, checked_template(one, columns)) == (name, one)
        assert {language_of(line) for line in one.system.split("\n\n")[:2]} == {"ko", "en"}


def test_the_templates_show_off_their_variables() -> None:
    classify, channel, order = map(template, ("classify", "channel", "extract_order"))
    assert (classify.places, classify.columns) == ({"question", "examples"}, ())
    assert (channel.places, channel.columns) == ({"question", "examples"}, ("channel",))
    assert (order.places, order.columns) == ({"question"}, ())


@pytest.mark.parametrize("name", ["classify", "channel"])
def test_the_templates_name_every_label(name: str) -> None:
    for label in LABELS["ko"] | LABELS["en"]:
        assert label in template(name).system


def test_the_order_template_names_every_product() -> None:
    for product in schema()["properties"]["product"]["enum"]:
        assert product in template("extract_order").system


def test_the_readme_counts_right() -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for name in SETS:
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{name}.jsonl`"))
        assert re.search(rf"\| {len(rows(name))}\b", row), row
        if name in ("inquiries", "orders"):
            korean, english = len(rows(name, "ko")), len(rows(name, "en"))
            assert f"{korean} Korean, then {english} English" in row
    for label, count in Counter(row["answer"] for row in rows("inquiries")).items():
        assert f"{label} ({count})" in readme


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
SPELT = {
    "이천이십칠년 오월 삼일": date(2027, 5, 3),
    "the third of may 2027": date(2027, 5, 3),
    "the seventh of may 2027": date(2027, 5, 7),
}
NAME = rf"({'|'.join(MONTHS)})[a-z]*"


def dates_in(text: str) -> set[date]:
    found = {day for words, day in SPELT.items() if words in text.lower()}
    for year, month, day in re.findall(r"(\d{4})(?:년|\.|-) ?(\d+)(?:월|\.|-) ?(\d+)", text):
        found.add(date(int(year), int(month), int(day)))
    named = [
        *re.findall(rf"\b(\d+) {NAME} (\d{{4}})", text, re.IGNORECASE),
        *(
            (day, month, year)
            for month, day, year in re.findall(
                rf"\b{NAME} (\d+)(?:st|nd|rd|th)?,? (\d{{4}})", text, re.IGNORECASE
            )
        ),
    ]
    for day, month, year in named:
        found.add(date(int(year), MONTHS.index(month[:3].capitalize()) + 1, int(day)))
    return found
