import pytest

from core.labels import LONGEST, Label, balance, is_labelled, label_key, majority, same_label

POSITIVE = [
    *(
        "긍정",
        "긍정적",
        "긍정적임",
        "긍정입니다",
        "긍정입니다.",
        "긍정이에요",
        "긍정적이에요",
        " 긍정 ",
    ),
    *(
        "긍정으로",
        "긍정적으로",
        "긍정적인",
        "긍정을",
        "긍정은",
        "긍정이",
        "긍정이다",
        "「긍정」",
        "긍 정",
    ),
]


@pytest.mark.parametrize("text", POSITIVE)
def test_endings_particles_and_marks_leave_one_label(text):
    assert label_key(text) == "긍정"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("부정적", "부정"),
        ("중립적", "중립"),
        ("Positive.", "positive"),
        ("ＯＫ", "ok"),
        ("how-to", "How to"),
    ],
)
def test_spellings_of_one_label_are_the_same(one, other):
    assert same_label(one, other)


@pytest.mark.parametrize(
    "word",
    [
        *(
            "목적",
            "사과",
            "고양이",
            "효과",
            "소설가",
            "제주도",
            "평가",
            "학교",
            "한국인",
            "개인",
            "게임",
        ),
        *("회의", "바나나", "국어", "배송", "환불", "고장", "사용법", "계정", "아니요", "네"),
    ],
)
def test_words_that_end_like_particles_stay_whole(word):
    assert label_key(word) == word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("긍정", "부정"),
        ("-1", "1"),
        ("+", "-"),
        ("1.5", "15"),
        ("★★", "★★★"),
        ("소설", "소설가"),
        ("", "-"),
    ],
)
def test_different_labels_stay_different(one, other):
    assert not same_label(one, other)


def test_balance_counts_labels_and_shows_the_commonest_spelling():
    found = balance(["부정", "긍정적", "긍정", "긍정", "부정적", " 긍정입니다. "])
    assert found == (
        Label(key="긍정", shown="긍정", count=4, spellings=("긍정", "긍정적", "긍정입니다.")),
        Label(key="부정", shown="부정", count=2, spellings=("부정", "부정적")),
    )
    assert balance([]) == ()


@pytest.mark.parametrize(
    ("answers", "labelled"),
    [
        ([], False),
        (["파리", "로마", "도쿄"], False),
        (["yes", "no", "yes", "no"], True),
        (["yes", "no", "yes"], False),
        (["긍정", "긍정적", "부정", "부정적", "중립", "중립"], True),
        (["a", "b", "c", "d"] * 3, False),
        (["a", "b", "c", "d"] * 4, True),
        ([f"label {n}" for n in range(51)] * 10, False),
        (["a" * (LONGEST + 1), "b"] * 10, False),
    ],
)
def test_a_classification_has_few_short_answers_that_come_again(answers, labelled):
    assert is_labelled(balance(answers), len(answers)) == labelled
    assert is_labelled(answers) == labelled


def test_the_majority_is_the_heaviest_label_in_its_commonest_spelling():
    assert majority(["긍정적", "부정", "긍정", "긍정"], [1, 2.5, 1, 1]) == "긍정"
    assert majority(["긍정적", "부정", "긍정", "긍정"], [1, 4, 1, 1]) == "부정"
    assert majority(["b", "a"], [1, 1]) == "b"
    with pytest.raises(ValueError, match="empty"):
        majority([], [])
