from core.example import Example
from core.example_set import SetExample, Split
from core.examples.statistics import Bin, statistics_of


def one(question: str, answer: str, split: Split = "train") -> SetExample:
    return SetExample(example=Example(question=question, answer=answer), split=split)


def reviews() -> list[SetExample]:
    answers = ["긍정", "긍정적", "긍정", "부정", "중립", "중립"]
    found = [one(f"영화 {'좋' * n}", answer) for n, answer in enumerate(answers, 1)]
    return [*found, one("마지막 영화", "부정적", "test")]


def test_labels_are_balanced_on_each_side_and_their_spellings_named():
    found = statistics_of([reviews()])
    assert found.sizes == {"train": 6, "test": 1}
    assert found.size == 7
    assert found.labels is not None
    assert [(label.shown, label.count) for label in found.labels["train"]] == [
        ("긍정", 3),
        ("중립", 2),
        ("부정", 1),
    ]
    assert [label.shown for label in found.labels["test"]] == ["부정적"]
    assert [label.spellings for label in found.spellings] == [
        ("긍정", "긍정적"),
        ("부정", "부정적"),
    ]


def test_answers_that_never_come_again_are_no_labels():
    facts = [one(f"question {n}", f"answer {n}") for n in range(3000)]
    found = statistics_of([facts[:1500], facts[1500:]])
    assert found.labels is None
    assert found.spellings == ()
    assert statistics_of([[one("q", "long " * 20), one("r", "long " * 20)]]).labels is None


def test_lengths_have_quantiles_and_bars_without_gaps():
    examples = [one("q" * n, "a", "test" if n % 2 else "train") for n in range(1, 101)]
    found = statistics_of([examples]).question
    assert found is not None
    assert (found.least, found.median, found.p90, found.most) == (1, 50, 90, 100)
    assert found.bins[0] == Bin(start=1, end=2, counts={"train": 0, "test": 1})
    assert [(each.start, each.end) for each in found.bins] == [
        *((1, 2), (2, 5), (5, 10), (10, 20), (20, 50), (50, 100), (100, 200)),
    ]
    assert sum(sum(each.counts.values()) for each in found.bins) == 100


def test_an_empty_text_has_a_bar_too():
    found = statistics_of([[one("q", "")]]).answer
    assert found is not None
    assert found.bins == (Bin(start=0, end=1, counts={"train": 1, "test": 0}),)


def test_an_empty_set_has_no_lengths():
    found = statistics_of([])
    assert found.question is found.answer is found.labels is None
    assert (found.size, found.repeated, found.contradicted) == (0, 0, 0)


def test_repeated_questions_and_several_answers_are_counted():
    rows = [
        one("프랑스의 수도는 어디인가요?", "파리"),
        one("프랑스의 수도는 어디입니까", "파리입니다."),
        one("이탈리아의 수도는?", "로마"),
        one("이탈리아의 수도는", "밀라노"),
        one("이탈리아의 수도는!", "토리노", "test"),
    ]
    found = statistics_of([rows[:2], rows[2:]])
    assert (found.repeated, found.contradicted) == (3, 1)


def test_languages_are_told_the_commonest_first():
    found = statistics_of([[one("안녕", "네"), one("hello", "yes"), one("good day", "no")]])
    assert list(found.languages.items()) == [("en", 2), ("ko", 1)]
