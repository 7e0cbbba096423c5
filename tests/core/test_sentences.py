"""Sentences of Korean and English text, by exact span."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sentences import MOST_CHARACTERS, sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["반품은 14일 안에 됩니다.", "배송비는 3,000원이에요.", "그렇죠?", "네!"],
        ["Dr. Kim came at 3.5 p.m. on Monday.", "He left.", "Is it so?", "Yes!"],
        ["See No. 3 and Fig. 2, e.g. the left one.", "Then stop."],
        ["The U.S. Government pays in the U.S.", "It pays taxes."],
        ["It is open from 9 a.m. to 5 p.m. every day.", "We close on Sunday."],
        ["Lunch is served until 3 p.m. Monday to Friday.", "It ends at 3 p.m.", "Large bags wait."],
        ["J. Smith et al. (2020) wrote Plan B.", "The end."],
        ["Narani was founded in 2019.", "Its office is in Busan."],
        ["이 규정은 2024. 1. 5.부터 시행한다.", "2024. 1. 5. 시행된 규정은 폐지한다."],
        ["Version v1.2.", "Then v1.3 with Python 3.11 came."],
        ["Mail a.b@c.co.kr or see https://a.kr/?q=1.", "Then wait."],
        ['그는 "안녕하세요."라고 말했다.', "그리고 갔다."],
        ['He said "Stop."', "(He said it twice.)", "She stopped."],
        ['"Why?" he asked.', "Nobody knew."],
        ["음... 그건 아니다...", "그래요…", "끝"],
        ["반품은 14일입니다. [1]", "배송은 사흘입니다.[1, 2]", "끝."],
        ["반품은 14일입니다.", "[1]에 따르면 무료입니다."],
        ["It is so. [1][2]", "It is not. 【3】", "End."],
        ["これは本です。", "次の文！", "はい。"],
        ["적용 대상은 가. 직원 나. 가족입니다.", "끝."],
    ],
)
def test_prose_on_one_line_is_cut_at_its_stops(expected):
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["첫 줄입니다", "둘째 줄이에요", "셋째 줄인가"],
        ["# 1. 휴가. 규정", "연차는 25일이다."],
        ["휴가 규정", "연차는 25일이다."],
        ["- 첫째 항목", "- 둘째 항목, 이어서", "* third item"],
        ["1. 신청서를 낸다", "2. 승인을 받는다", "10) 통보한다"],
        ["| 이름 | 값. 설명 |", "| --- | --- |", "| a. B | c? D |"],
        ["제1조 목적", "제2조 범위", "① 직원", "② 가족"],
        ["Contents", "Chapter one", "Chapter two"],
    ],
)
def test_a_line_of_a_list_a_table_or_a_title_stands_alone(expected):
    assert sentences("\n".join(expected)) == expected


def test_a_list_item_is_cut_at_its_own_stops_only():
    text = "- 연차는 25일입니다. 미리 신청합니다.\n2. Ask first. Then go."
    assert sentences(text) == [
        "- 연차는 25일입니다.",
        "미리 신청합니다.",
        "2. Ask first.",
        "Then go.",
    ]


def test_a_line_that_was_broken_to_fit_a_page_goes_on():
    korean = "직원은 연 25일의 유급 휴가를 받으며 신청은 최소 이 주\n전에 하여야 한다.\n끝이다."
    assert [len(s.split("\n")) for s in sentences(korean)] == [2, 1]
    english = "This is a long line that was broken by a\nprinter. Short,\nbut it goes on."
    assert len(sentences(english)) == 2


def test_a_blank_line_ends_whatever_was_open():
    long = "a line that is long enough to have been broken by a page"
    assert sentences(f"{long}\n\n{long}") == [long, long]
    assert sentences(f"{long}\r\n{long}") == [f"{long}\r\n{long}"]


def test_missing_blanks_after_a_korean_stop_are_forgiven():
    assert sentences("감사합니다.그리고 a.b는 이름입니다.") == [
        "감사합니다.",
        "그리고 a.b는 이름입니다.",
    ]


def test_code_between_fences_is_kept_line_by_line():
    text = "보기:\n```\na = b. C\nd? E\n```\n끝입니다. 정말요."
    assert sentences(text) == ["보기:", "```", "a = b. C", "d? E", "```", "끝입니다.", "정말요."]


def test_a_text_without_any_stop_is_cut_at_blanks():
    found = sentences("낱말 " * 1000)
    assert max(map(len, found)) <= MOST_CHARACTERS
    assert all(s.startswith("낱말") and s.endswith("낱말") for s in found)
    assert list(map(len, sentences("x" * 2500))) == [1000, 1000, 500]


TEXTS = st.text(
    st.sampled_from(list("가다요. .?!…。\n\n\r [1]()\"'|#-*`aAb0,~\t\u2028\u3000x"))
    | st.characters(),
    max_size=400,
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_sentences_cover_all_that_is_not_blank_in_order(text):
    spans = sentence_spans(text)
    last = 0
    for start, end in spans:
        assert last <= start < end <= start + MOST_CHARACTERS
        assert text[start:end] == text[start:end].strip()
        assert not text[last:start].strip()
        last = end
    assert not text[last:].strip()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["간다.", "Go now.", "왜요?", "It is 3.5."]), max_size=30))
def test_a_sentence_is_found_wherever_it_stands(parts):
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize(
    "piece", ["...", "a. ", ".[1,", "가다.\n", " ", ". \t", "[1]", "x", "- ", "a\n", "\n", '."']
)
def test_a_hostile_text_takes_no_longer_than_its_length(piece):
    """Quadratic work on 400,000 characters would take minutes, and run into the test's limit."""
    text = piece * (400_000 // len(piece))
    assert sum(end - start for start, end in sentence_spans(text)) <= len(text)
