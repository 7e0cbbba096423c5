"""Which step of retrieval lost the right answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.example import Passage
from core.retrieval.citations import check_answer
from core.retrieval.diagnosis import VERDICTS, WHYS, diagnose, holds
from core.search import Hit

LEAVE = "직원은 연 25일의 유급 휴가를 받습니다."
RETURNS = "반품은 구매 후 14일 안에 가능합니다."


def hit(id: str, text: str, cut: str | None = None) -> Hit:
    passage = Passage(document="a.md", start=0, end=len(text), text=text, id=id)
    return Hit(passage=passage, ranks={}, scores={}, tokens=10, cut=cut)


def diagnosis(answer, hits, *, expected=None, right=(), contains=None):
    support = check_answer(answer, [h.passage for h in hits if h.cut is None])
    return diagnose(
        answer=answer,
        expected=expected,
        right_passages=right,
        hits=hits,
        contains=contains,
        support=support,
    )


BOTH = [hit("r", RETURNS), hit("l", LEAVE)]
WRONG = "유급 휴가는 연 15일입니다. [2]"


def test_an_answer_that_holds_the_expected_one_is_right():
    found = diagnosis("연차는 25 일이에요. [2]", BOTH, expected="25일")
    assert (found.verdict, found.why, found.passage_number) == ("right", "expected_found", 2)


def test_an_answer_may_be_right_without_any_passage():
    found = diagnosis("25일입니다.", BOTH[:1], expected="25일")
    assert (found.verdict, found.why, found.passage_number) == (
        "right",
        "expected_without_passage",
        None,
    )


def test_a_right_passage_that_was_cited_and_misread_was_used_but_wrong():
    for known in ({"expected": "25일"}, {"right": ["l"]}, {"expected": "25일", "right": ["l"]}):
        found = diagnosis(WRONG, BOTH, **known)
        assert (found.verdict, found.passage_number) == ("used_but_wrong", 2)


def test_passages_pasted_before_those_found_shift_the_numbers():
    pasted = Passage(document="reference", start=0, end=2, text="참고.")
    found = diagnose(
        answer="유급 휴가는 연 15일입니다. [3]",
        expected="25일",
        right_passages=(),
        hits=BOTH,
        contains=None,
        support=check_answer(
            "유급 휴가는 연 15일입니다. [3]", [pasted, *(h.passage for h in BOTH)]
        ),
        first_number=2,
    )
    assert (found.verdict, found.passage_number) == ("used_but_wrong", 3)


def test_a_right_passage_that_was_given_and_passed_over_was_not_used():
    found = diagnosis("반품은 구매 후 14일 안에 가능합니다. [1]", BOTH, expected="25일")
    assert (found.verdict, found.why, found.passage_number) == (
        "retrieved_not_used",
        "other_passage_used",
        2,
    )
    refused = diagnosis("문서에 없습니다.", BOTH, expected="25일")
    assert (refused.verdict, refused.why) == ("retrieved_not_used", "refused")


@pytest.mark.parametrize("cut", ["threshold", "top_k", "budget", "mmr"])
def test_a_right_passage_that_was_found_and_cut_names_the_cut(cut):
    hits = [hit("r", RETURNS), hit("l", LEAVE, cut)]
    for known in ({"expected": "25일"}, {"right": ["l"]}):
        found = diagnosis("모르겠습니다.", hits, **known)
        assert (found.verdict, found.why, found.passage_number) == ("cut", cut, None)


def test_an_answer_that_stands_in_the_documents_was_not_retrieved():
    known = {"expected": "25일", "contains": lambda text: text in LEAVE}
    assert diagnosis(WRONG, BOTH[:1], **known).verdict == "not_retrieved"
    assert diagnosis(WRONG, [], **known).why == "no_passage_found"
    by_id = diagnosis(WRONG, BOTH[:1], right=["l"])
    assert (by_id.verdict, by_id.why) == ("not_retrieved", "only_other_passages")


def test_an_answer_that_stands_nowhere_is_not_in_the_documents():
    known = {"expected": "40일", "contains": lambda _text: False}
    assert diagnosis(WRONG, BOTH, **known).why == "answered_anyway"
    said_so = diagnosis("문서에 없습니다.", BOTH, **known)
    assert (said_so.verdict, said_so.why) == ("not_in_documents", "said_so")


def test_nothing_to_judge_by_stays_unknown():
    assert diagnosis(WRONG, BOTH).why == "nothing_to_judge_by"
    assert diagnosis(WRONG, BOTH, expected="  ").verdict == "unknown"
    assert diagnosis(WRONG, BOTH, expected="40일").why == "collection_not_searched"


def test_without_an_expected_answer_the_right_passage_must_bear_the_answer_out():
    found = diagnosis("유급 휴가는 연 25일입니다. [2]", BOTH, right=["l"])
    assert (found.verdict, found.why) == ("right", "supported_by_right_passage")


def test_every_verdict_and_reason_has_its_code():
    assert len(VERDICTS) == 7
    assert all(code.replace("_", "").isalpha() for code in (*VERDICTS, *WHYS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("연차는 25일입니다.", "25일"),
        ("연차는 25 일 이다", "25일"),
        ("배송비는 3,000원이에요", "3000원"),
        ("Its office is in BUSAN.", "busan"),
        ("서울특별시 중구에 있습니다", "서울 특별시 중구"),
        ("유급휴가를 줍니다", "유급 휴가"),
        ("대표는 김나라니입니다.", "김나라니"),
        ("예, 가능합니다.", "예"),
        ("휴가는 인사팀에 신청합니다", "인사팀"),
        ("구매하신 후 14일 안에 반품이 가능합니다.", "반품은 구매 후 14일 안에 가능합니다"),
        (
            "Yes: you may return it within 14 days of purchase.",
            "Return within 14 days of purchase.",
        ),
        ("반품은 불가능합니다.", "불가능"),
        ("It is not allowed.", "not allowed"),
        ("Python 3.11을 씁니다.", "3.11"),
        ("２５일", "25일"),
        ("지원금은 3만 원입니다.", "30,000원"),
        ("It costs 1.5 million won.", "1,500,000 won"),
        ("회의는 10:30에 시작합니다", "10:30"),
    ],
)
def test_a_text_holds_what_it_says_in_another_form(text, expected):
    assert holds(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("연차는 15일입니다.", "25일"),
        ("연차는 125일입니다.", "25일"),
        ("연차는 25.5일입니다.", "25일"),
        ("Version 13.11", "3.11"),
        ("Version 3.10", "3.1"),
        ("The category is new.", "cat"),
        ("예제를 보세요", "예"),
        ("반품은 불가능합니다.", "가능"),
        ("반품은 가능하지 않습니다.", "가능합니다"),
        ("연차는 25일이 아니라 15일입니다.", "25일"),
        ("It is not allowed.", "allowed"),
        ("반품은 구매 후 15일 안에 가능합니다.", "반품은 구매 후 14일 안에 가능합니다"),
        ("반품은 구매 후 14일 안에 가능하지 않습니다.", "반품은 구매 후 14일 안에 가능합니다"),
        ("", "25일"),
        ("무엇이든", ""),
        ("무엇이든", "?!"),
    ],
)
def test_a_text_does_not_hold_another_number_or_its_denial(text, expected):
    assert not holds(text, expected)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(["25일", "부산", "office", "3.5", "휴가는"]), min_size=1, max_size=5),
    st.text(max_size=40),
)
def test_a_text_holds_its_own_words(words, other):
    assert holds(" ".join(words), " ".join(words))
    holds(other, " ".join(words))
    holds(" ".join(words), other)


@pytest.mark.parametrize("piece", ["가", "가 ", "1,", "not ", "a", "가나다. "])
def test_a_hostile_text_takes_no_longer_than_its_length(piece):
    holds(piece * 20_000, piece * 100 + "끝")
