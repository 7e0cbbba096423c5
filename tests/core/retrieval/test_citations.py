"""Which passages an answer cites, and whether they bear it out."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.example import Passage
from core.models.baseline import NOTHING_FITS, NOTHING_GIVEN
from core.prompt import NOTHING_RELEVANT
from core.retrieval.citations import SUPPORTED, check_answer, cited


def passages(*texts: str, heading: str = "") -> list[Passage]:
    return [
        Passage(document="handbook.pdf", start=0, end=len(text), text=text, heading=heading)
        for text in texts
    ]


LEAVE = (
    "직원은 연 25일의 유급 휴가를 받습니다. 신청은 최소 2주 전에 인사 시스템에서 합니다. "
    "쓰지 않은 휴가는 다음 해 3월까지 이월됩니다."
)
RETURNS = "반품은 구매 후 14일 안에 가능합니다. 왕복 배송비 6,000원은 고객이 부담합니다."
REMOTE = (
    "Employees may work from home two days a week after the trial period. "
    "Requests go to the team lead. The company pays 50 euros a month for internet access."
)
TRAVEL = (
    "Train tickets are booked in second class. Flights need the approval of Dr. Weber. "
    "Receipts must be handed in within 30 days after the trip."
)
ALL = passages(LEAVE, RETURNS, REMOTE, TRAVEL)

FAITHFUL = [
    "연차 휴가는 1년에 25일입니다.",
    "유급 휴가를 연 25일 받을 수 있습니다.",
    "휴가 신청은 적어도 2주 전에 해야 합니다.",
    "휴가는 인사 시스템에서 신청하면 됩니다.",
    "남은 휴가는 이듬해 3월까지 이월할 수 있습니다.",
    "구매하신 날부터 14일 안에 반품하실 수 있습니다.",
    "반품 배송비는 왕복 6000원이며 고객 부담입니다.",
    "배송비 6천 원은 고객이 냅니다.",
    "쓰지 않은 유급 휴가는 다음 해로 이월됩니다.",
    "반품 기한은 구매 후 14일입니다.",
    "You may work from home on 2 days a week.",
    "Working from home is possible two days per week once the trial period is over.",
    "Send your request to the team lead.",
    "The company contributes 50 euros each month to your internet access.",
    "Trains are booked in second class.",
    "Every flight needs Dr. Weber's approval.",
    "Hand in the receipts within 30 days of the trip.",
    "Receipts must be submitted within 30 days after travelling.",
    "Employees can work from home twice a week after their trial period.",
    "Flights must be approved by Weber.",
]
INVENTED = [
    "연차 휴가는 1년에 15일입니다.",
    "유급 휴가를 연 30일 받을 수 있습니다.",
    "휴가 신청은 적어도 4주 전에 해야 합니다.",
    "휴가는 팀장에게 전자 우편으로 알리면 됩니다.",
    "남은 휴가는 이듬해 6월까지 이월할 수 있습니다.",
    "구매하신 날부터 7일 안에 반품하실 수 있습니다.",
    "반품 배송비는 왕복 3,000원이며 고객 부담입니다.",
    "회사가 모든 비용을 지원하므로 걱정할 필요가 없습니다.",
    "직원은 팀장의 승인을 받아 무급 휴직을 신청할 수 있습니다.",
    "반품한 상품의 환불은 카드사 사정에 따라 늦어질 수 있습니다.",
    "You may work from home on 3 days a week.",
    "Working from home is possible four days per week once the trial period is over: 4 days.",
    "Send your request to Mrs. Miller in the Berlin office.",
    "The company contributes 75 euros each month to your internet access.",
    "Requests go to the personnel department of the head office.",
    "Every flight needs Dr. Schneider's approval.",
    "Hand in the receipts within 90 days of the trip.",
    "Train tickets are paid with the credit card of the department.",
    "Employees on trial may borrow office furniture for their home.",
    "The office closes between Christmas and Easter.",
]


def support_of(sentence: str) -> float:
    (found,) = check_answer(sentence, ALL).sentences
    assert found.claim
    return found.support


@pytest.mark.parametrize("sentence", FAITHFUL)
def test_a_faithful_paraphrase_is_borne_out(sentence):
    assert support_of(sentence) > SUPPORTED


@pytest.mark.parametrize("sentence", INVENTED)
def test_an_invented_sentence_or_figure_is_not_borne_out(sentence):
    assert support_of(sentence) <= SUPPORTED


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ("반품됩니다 [1].", [1]),
        ("A [1, 3] and B[2][4].", [1, 3, 2, 4]),
        ("A [1-3], then [2–4] and [5~6].", [1, 2, 3, 4, 5, 6]),
        ("가【1】 나［2］ 다[^3] 라【4†handbook】", [1, 2, 3, 4]),
        ("Founded in [2019], see [1](https://a.kr) and [2]: https://b.kr", []),
        ("Use `rows[1]` or\n```\nx[2]\n```\nand rows[0].", []),
        ("~~~\n[1]\n~~~\n[2] then ```[3]", [2]),
        ("So it is [0].", [0]),
        ("[7-3] and [1-900]", [7, 3, 1, 900]),
        ("[ ] [x] [1a] [] [1,] no", []),
        ("", []),
    ],
)
def test_citations_are_read_in_every_way_they_are_written(answer, numbers):
    assert cited(answer) == numbers


def test_a_sentence_is_held_against_the_passages_it_cites():
    found = check_answer("연차는 연 25일의 유급 휴가입니다. [2]", ALL)
    assert (found.verdict, found.cited, found.wrong) == ("unsupported", (2,), ())
    assert found.sentences[0].missing == ("25",)
    assert check_answer("연차는 연 25일의 유급 휴가입니다. [1]", ALL).verdict == "supported"


def test_two_cited_passages_may_bear_out_one_sentence_together():
    text = "유급 휴가는 연 25일이고, 반품은 구매 후 14일 안에 가능합니다. [1][2]"
    assert check_answer(text, ALL).verdict == "supported"


def test_a_number_that_no_passage_has_is_wrong_and_all_passages_are_searched():
    found = check_answer("반품은 14일 안에 가능합니다. [9]", ALL)
    (sentence,) = found.sentences
    assert (found.wrong, sentence.wrong, sentence.citations) == ((9,), (9,), (9,))
    assert (sentence.best, found.verdict) == (2, "supported")


def test_the_supporting_sentence_is_named_by_its_span():
    (sentence,) = check_answer("배송비 6천 원은 고객이 냅니다.", ALL).sentences
    start, end = sentence.best_span
    assert RETURNS[start:end] == "왕복 배송비 6,000원은 고객이 부담합니다."


def test_sentences_keep_their_place_in_the_answer():
    answer = "안녕하세요!\n\n- 휴가는 연 25일의 유급 휴가입니다. [1]\n- 점심은 무료입니다. [1]"
    found = check_answer(answer, ALL)
    assert [answer[s.start : s.end] for s in found.sentences] == [s.text for s in found.sentences]
    assert [(s.claim, s.supported) for s in found.sentences] == [
        (False, False),
        (True, True),
        (True, False),
    ]
    assert (found.verdict, found.supported) == ("partly", 0.5)


def test_the_number_of_a_list_item_is_no_claim():
    found = check_answer("1. 유급 휴가를 연 25일 받습니다.\n7. 휴가 신청은 2주 전에 합니다.", ALL)
    assert found.verdict == "supported"


def test_what_the_heading_says_counts():
    given = passages("Two days a week.", heading="Handbook › Working from home")
    assert check_answer("Working from home is allowed two days a week. [1]", given).supported == 1


@pytest.mark.parametrize(
    "answer",
    [
        "문서에 없습니다.",
        "제공된 문서에는 해당 내용이 나와 있지 않습니다.",
        "주어진 자료만으로는 답을 확인할 수 없습니다.",
        "관련 정보를 찾을 수 없습니다. 인사팀에 문의해 주세요.",
        "죄송하지만 주어진 구절에서 환불 수수료에 대한 정보를 찾지 못했습니다. [1]",
        "잘 모르겠습니다.",
        "환불 수수료에 대한 언급이 없습니다.",
        "The passages do not contain the answer.",
        "I don't know.",
        "The handbook's fee is not mentioned in the passages.",
        "There is no information about pets in the provided documents. Please contact your manager.",
        "I cannot find the answer in the text.",
        "The context doesn’t say when the office opens.",
        *NOTHING_FITS.values(),
        *NOTHING_GIVEN.values(),
        *NOTHING_RELEVANT.values(),
    ],
)
def test_saying_that_it_is_not_there_is_a_refusal(answer):
    found = check_answer(answer, ALL)
    assert (found.verdict, found.supported) == ("refused", None)


@pytest.mark.parametrize(
    "answer",
    [
        "문서에는 반품이 되지 않는다고 적혀 있습니다.",
        "휴일에는 배송이 없습니다.",
        "신청서가 없으면 휴가를 받을 수 없습니다.",
        "The company does not pay for lunch.",
        "Flights are not booked in first class.",
        "문서에 나와 있지 않습니다. 하지만 보통 30일입니다.",
    ],
)
def test_an_ordinary_no_is_a_claim(answer):
    assert check_answer(answer, ALL).verdict in ("unsupported", "partly", "supported")


@pytest.mark.parametrize(
    "answer",
    ["", "  \n", "안녕하세요!", "Hello!", "더 궁금한 점이 있으신가요?", "# 답변", "Sure:", "[1]"],
)
def test_an_answer_without_any_claim_is_empty(answer):
    found = check_answer(answer, ALL)
    assert (found.verdict, found.supported) == ("empty", None)


def test_without_passages_nothing_is_borne_out():
    found = check_answer("휴가는 25일입니다. [1]", [])
    assert (found.verdict, found.wrong, found.sentences[0].best) == ("unsupported", (1,), None)


class Topics:
    """An embedder of two topics, whatever the language."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, texts):
        import numpy

        self.calls += 1
        home = [any(w in text for w in ("home", "재택", "집에서")) for text in texts]
        return numpy.array([[1.0, 0.0] if h else [0.0, 1.0] for h in home], dtype="float32")


def test_an_embedder_finds_the_passage_in_another_language():
    topics = Topics()
    found = check_answer("재택근무가 가능합니다. [3]", ALL, topics)
    assert (found.verdict, found.sentences[0].similarity, found.sentences[0].best) == (
        "supported",
        1.0,
        3,
    )
    assert topics.calls == 1
    assert check_answer("재택근무는 주 4일 가능합니다.", ALL, topics).verdict == "unsupported"
    assert check_answer("재택근무가 가능합니다. [2]", ALL, topics).verdict == "unsupported"


def test_an_embedder_is_not_asked_about_an_answer_without_claims():
    topics = Topics()
    check_answer("문서에 없습니다.", ALL, topics)
    assert topics.calls == 0


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(list("가반품14일25 .[]1,-\n`#?a")) | st.characters(), max_size=200))
def test_any_answer_is_judged(answer):
    found = check_answer(answer, ALL)
    assert found.cited == tuple(cited(answer))
    assert set(found.wrong) <= set(found.cited)
    for sentence in found.sentences:
        assert answer[sentence.start : sentence.end] == sentence.text
        assert 0 <= sentence.support <= 1
        assert math.isfinite(sentence.support)
        if sentence.best_span:
            assert sentence.best_span in [*spans(ALL[sentence.best - 1].text)]


def spans(text: str) -> list[tuple[int, int]]:
    from core.sentences import sentence_spans

    return sentence_spans(text)


@pytest.mark.parametrize(
    "piece", ["[1,", "[1]", "`", "1,000", "문서에서 ", "do not ", "A", "천 ", "a. [1]\n"]
)
def test_a_hostile_answer_takes_no_longer_than_its_length(piece):
    check_answer(piece * (100_000 // len(piece)), ALL)


def test_the_question_tells_which_sentence_a_short_answer_relies_on() -> None:
    text = "안내를 받은 직원은 10일 안에 계획을 냅니다. 직원은 한 해에 10일까지 유급 병가를 씁니다."
    passages = [Passage(document="a", start=0, end=len(text), text=text)]
    support = check_answer("10일 [1]", passages, question="유급 병가는 며칠까지 쓰나요?")
    (sentence,) = support.sentences
    assert sentence.best_span is not None
    assert "병가" in text[slice(*sentence.best_span)]
