"""When two questions are the same in other clothes, and when they only look like it."""

import json
import random
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.leaks import LONGEST, MOST_SHOWN, Leak, NearIndex, alike, question_key

ASSETS = Path(__file__).parents[2] / "assets"
PARIS = "프랑스의 수도는 어디인가요?"
CAPITAL = "What is the capital of France?"

EQUAL = [
    (PARIS, "프랑스의  수도는 어디입니까"),
    (PARIS, "프랑스의 수도는 어디예요?"),
    (PARIS, "프랑스의 수도는 어디에요"),
    (PARIS, "프랑스의 수도는 어딘가요?"),
    (PARIS, "프랑스의 수도는 어디야?"),
    (PARIS, "프랑스의 수도는 어디죠?"),
    (PARIS, "프랑스의 수도는 어디일까요?"),
    (PARIS, "\u1111\u1173\u1105\u1161\u11bc\u1109\u1173\u110b\u1174 수도는 어디인가요"),
    ("이름이 뭐예요?", "이름이 무엇인가요"),
    ("이름이 뭔가요?", "이름이 뭡니까?"),
    ("며칠 걸리나요?", "며칠 걸립니까?"),
    ("며칠 걸려요?", "며칠 걸릴까요?"),
    ("어디에 있어요?", "어디에 있습니까?"),
    ("주소를 알려 주세요.", "주소를 알려줘"),
    ("비가 왔나요?", "비가 왔습니까?"),
    ("어떻게 해요? 급해요.", "어떻게 합니까? 급해요"),
    (CAPITAL, "what's the capital of   FRANCE"),
    ("Ｗｈｏ？", "who"),
    ("What is 1,000 + 2?", "what is 1000+2"),
    ("What is 3 − 4?", "What is 3-4"),
    ("GPT-4?", "gpt4"),
]
NEAR = [
    (PARIS, "프랑스 수도가 어디야?"),
    (PARIS, "프랑스의 수도는 무엇인가요?"),
    (PARIS, "프랑스의 수도를 알려 주세요."),
    (PARIS, "어디가 프랑스의 수도인가요?"),
    (PARIS, "프랑수의 수도는 어디인가요?"),
    (PARIS, "프랑스의수도 어디예요?"),
    ("고양이 사료는 얼마나 주나요?", "고양이사료를 얼마나 줍니까?"),
    ("해담은 2014년에 설립되었나요?", "해담이 2014년에 설립됐나요?"),
    ("영화는 환상적이었고 매 순간을 즐겼습니다.", "영화가 환상적이었고 매순간을 즐겼습니다"),
    ("덱시부프로펜 300mg 1정, 하루 3회, 식후", "하루에 3회, 덱시부프로펜 300mg 1정, 식후"),
    (CAPITAL, "What is France's capital?"),
    (CAPITAL, "Tell me the capital of France"),
    (CAPITAL, "What is the capital of Frnace?"),
    (CAPITAL, "France's capital is what?"),
    ("Where are broken kettles repaired?", "Where is a broken kettle repaired?"),
]
OTHER = [
    (PARIS, "이탈리아의 수도는 어디인가요?"),
    ("슬로바키아의 수도는?", "슬로베니아의 수도는?"),
    ("한국의 인구는?", "한국의 면적은?"),
    ("해담은 언제 설립되었나요?", "해담은 어디에 설립되었나요?"),
    ("해담은 언제 설립되었나요?", "해담은 누가 설립했나요?"),
    ("주차장이 있나요?", "주차장은 어디에 있나요?"),
    ("주차장이 있나요?", "주차장이 없나요?"),
    ("환불이 되나요?", "환불이 안 되나요?"),
    ("월요일 회의는 몇 시인가요?", "일요일 회의는 몇 시인가요?"),
    ("세탁기 요금은?", "세탁 요금은?"),
    ("프랑스어 인사말은 무엇인가요?", "프랑스 인사말은 무엇인가요?"),
    ("오메프라졸 20mg", "에스오메프라졸 20mg"),
    ("세파클러 250mg 1캡슐", "세파드록실 250mg 1캡슐"),
    ("덱시부프로펜 300mg 1정, 하루 3회", "덱시부프로펜 300mg 3정, 하루 1회"),
    ("덱시부프로펜 300mg 1정, 식전", "덱시부프로펜 300mg 1정, 식후"),
    (CAPITAL, "What is the capital of Italy?"),
    ("The capital of Austria", "The capital of Australia"),
    ("The capital of Iran", "The capital of Iraq"),
    ("The capital of Zambia", "The capital of Gambia"),
    ("Is the film good?", "Is the film not good?"),
    ("Who founded Haedam?", "When was Haedam founded?"),
    ("What is 5 minus 3?", "What is 3 minus 5?"),
    ("the seventh day", "the seventy day"),
    ("Who are you?", "Who is it?"),
    ("3+4", "3-4"),
    ("1.5", "15"),
    ("C++", "C"),
    ("?", "!"),
    ("영화 😀", "영화 😡"),
    ("日本の首都はどこですか", "韓国の首都はどこですか"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_writing_and_politeness_do_not_make_another_question(one, other):
    assert alike(one, other) == alike(other, one) == "equal"


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_particles_order_and_a_slip_of_the_pen_leave_a_question_near(one, other):
    assert alike(one, other) == alike(other, one) == "near"


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_word_number_or_kind_of_answer_makes_another_question(one, other):
    assert alike(one, other) is alike(other, one) is None


@pytest.mark.parametrize(
    "file",
    [
        "examples/medication_guidance.jsonl",
        "examples/haedam_facts.jsonl",
        "documents/questions.ko.jsonl",
        "documents/questions.en.jsonl",
    ],
)
def test_of_what_ships_only_questions_with_one_answer_are_alike(file):
    rows = [json.loads(line) for line in (ASSETS / file).read_text("utf-8").splitlines()]
    pairs = [(a, b) for a, b in combinations(rows, 2) if alike(a["question"], b["question"])]
    assert [(a["question"], b["question"]) for a, b in pairs if a["answer"] != b["answer"]] == []
    assert bool(pairs) == ("haedam" in file)


def test_a_question_of_marks_alone_keeps_them():
    assert question_key(" ? ") == "?"
    assert question_key("") == ""


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_every_text_equals_itself(text):
    assert alike(text, text) == "equal"
    assert NearIndex([text]).find(text) == (0, "equal")


@pytest.mark.parametrize(
    "text", ["는" * 50_000, "가" + "!" * 50_000, "a'" * 50_000, "하고" * 25_000]
)
def test_a_hostile_text_is_read_at_once(text):
    assert alike(text, text[:-1] + "끝") is None
    assert NearIndex([text]).find(text) == (0, "equal")


def test_of_long_texts_only_equal_ones_are_alike():
    long = "낱말 " * LONGEST
    assert alike(long, long.upper() + "?") == "equal"
    assert alike(f"{long} 하나", f"하나 {long}") is None
    index = NearIndex([long])
    assert index.find(long + ".") == (0, "equal")
    assert len(index.text(0)) == MOST_SHOWN


def test_the_index_finds_what_comparing_with_all_finds():
    chance = random.Random(4)
    lines = (ASSETS / "examples/haedam_facts.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["question"] for line in lines]
    texts += [one for pair in (*EQUAL, *NEAR, *OTHER) for one in pair]
    chance.shuffle(texts)
    half = len(texts) // 2
    index = NearIndex(texts[:half])
    found = 0
    for text in texts[half:]:
        kinds = {alike(text, other) for other in texts[:half]}
        expected = "equal" if "equal" in kinds else "near" if "near" in kinds else None
        known = index.find(text)
        assert (known[1] if known else None) == expected, text
        if known:
            assert alike(text, texts[known[0]]) == known[1]
            found += 1
    assert found > 20


def test_questions_can_be_added_and_keep_their_places():
    index = NearIndex([PARIS, PARIS])
    index.add([CAPITAL])
    index.add(["Where are broken kettles repaired?"])
    assert len(index) == 4
    assert index.find("프랑스의 수도는 어디죠?") == (0, "equal")
    assert index.find("Where is a broken kettle repaired?") == (3, "near")
    assert index.text(2) == CAPITAL
    assert index.find("Where are broken kettles sold?") is None


def test_a_mistyped_word_is_found_where_all_else_is_common():
    names = ["".join(random.Random(n).choices("abcdefghiklmnop", k=8)) for n in range(300)]
    index = NearIndex(f"What is the capital of {name}?" for name in names)
    typed = names[250][:3] + names[250][4:]
    assert index.find(f"What is the capital of {typed}?") == (250, "near")
    assert index.find("What is the capital of Frances?") is None


def test_an_index_of_equal_ones_finds_no_near_ones():
    index = NearIndex([PARIS], equal_only=True)
    assert index.find("프랑스의 수도는 어디죠?") == (0, "equal")
    assert index.find("프랑스 수도는 어디죠?") is None


def test_a_leak_is_written_as_json():
    leak = Leak(alike="near", place="adapter", name="haedam", question="q", other="o", kept=True)
    assert Leak(**leak.to_json()) == leak


def test_a_very_long_question_is_equal_to_itself_alone():
    long = "연차는 며칠 전에 신청하나요? " * 1000
    assert alike(long, long + "?") == "equal"
    assert [alike(long, f"다른 질문 {number}") for number in range(64)] == [None] * 64
