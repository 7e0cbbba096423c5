import json
import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.example import Example
from core.example_set import SetExample, Split, make_set
from core.lora.check import (
    FEW,
    FEWEST,
    FINDING_KINDS,
    LONG,
    LONGEST,
    MOST_ROWS,
    Finding,
    Quantiles,
    check_set,
)
from core.lora.personal_data import PERSONAL_KINDS, personal_kinds
from core.lora.text_flaws import FLAWS, flaws_of

WORDS = "river stone lantern copper orchard violin thunder marble pepper saddle window harbour"


def one(question: str, answer: str, split: Split = "train") -> SetExample:
    return SetExample(example=Example(question=question, answer=answer), split=split)


def prose(seed: int, words: int = 12) -> str:
    return " ".join(random.Random(seed).choices(WORDS.split(), k=words)) + f" {seed}"


def good(count: int = FEW, split: Split = "train") -> list[SetExample]:
    """Examples about which there is nothing to say."""
    first = 0 if split == "train" else 10_000
    return [one(prose(n), prose(n + 50_000), split) for n in range(first, first + count)]


def findings(examples: list[SetExample], **more) -> dict[str, Finding]:
    found = check_set(examples, **more).findings
    assert len({(finding.kind, finding.severity) for finding in found}) == len(found)
    return {finding.kind: finding for finding in found}


def test_a_good_set_has_no_findings():
    report = check_set(good() + good(12, "test"))
    assert report.findings == report.blocking == ()
    assert (report.train, report.test, report.questions) == (FEW, 12, FEW + 12)
    assert report.languages == {"en": FEW + 12}


def test_an_empty_set_is_too_few_and_has_no_lengths():
    report = check_set([])
    assert [finding.kind for finding in report.blocking] == ["too_few"]
    assert report.question_characters is report.answer_characters is None
    assert report.languages == {}


def test_lengths_and_languages_describe_the_set():
    examples = [one("질" * n, "answer " * n) for n in range(1, 12)]
    report = check_set([*examples, one("한국어 질문", "한국어 답변")])
    assert report.question_characters == Quantiles(least=1, median=6, p90=10, most=11)
    assert report.answer_characters is not None
    assert report.answer_characters.most == 77
    assert report.languages == {"ko": 12} or sum(report.languages.values()) == 12
    assert list(report.languages.values()) == sorted(report.languages.values(), reverse=True)


@pytest.mark.parametrize(
    ("count", "severity"),
    [(0, "error"), (FEWEST - 1, "error"), (FEWEST, "warning"), (FEW - 1, "warning"), (FEW, None)],
)
def test_only_distinct_training_rows_count(count, severity):
    examples = [*good(count), *good(count)[:1] * 100, *good(100, "test"), one("", "a")]
    found = findings(examples).get("too_few")
    assert (found and found.severity) == severity
    if found:
        assert found.detail == {"train": count, "least": FEWEST, "good": FEW}


def test_an_empty_side_is_an_error_with_its_row():
    found = findings([*good(), one("", "a"), one("q", " \n"), one("\t", "")])["empty"]
    assert (found.severity, found.count) == ("error", 3)
    assert found.examples == (FEW + 1, FEW + 2, FEW + 3)
    assert found.detail == {"questions": 2, "answers": 2}


def test_repetitions_are_duplicates_whatever_their_blank_space():
    examples = good()
    again = one(f"  {examples[3].example.question}\n", examples[3].example.answer)
    found = findings([*examples, again, examples[0]])
    assert (found["duplicate"].severity, found["duplicate"].examples) == ("warning", (51, 52))
    assert "near_duplicate" not in found
    assert "contradiction" not in found


def test_one_question_with_two_answers_is_a_contradiction():
    examples = good()
    question = examples[4].example.question
    found = findings([*examples, one(question, "no"), one(question, "never")])["contradiction"]
    assert (found.severity, found.count, found.examples) == ("warning", 1, (5, 51, 52))
    assert found.detail == {"rows": 3}


def test_a_near_duplicate_names_its_original_and_the_side_it_stands_on():
    examples = good()
    question, answer = examples[6].example.question, examples[6].example.answer
    found = findings([*examples, one(question, answer + "."), one(question + "!", answer, "test")])
    near_duplicate = found["near_duplicate"]
    assert (near_duplicate.severity, near_duplicate.examples) == ("warning", (51, 52))
    assert near_duplicate.detail == {"originals": [7, 7], "across": 1}


@pytest.mark.parametrize(
    ("length", "severity", "limit"),
    [
        (LONG, None, 0),
        (LONG + 1, "warning", LONG),
        (LONGEST - 1, "warning", LONG),
        (LONGEST, "error", LONGEST - 1),
    ],
)
@pytest.mark.parametrize("side", ["question", "answer"])
def test_long_texts_are_warned_of_and_endless_ones_refused(length, severity, limit, side):
    text = "".join(random.Random(length).choices(string.ascii_lowercase, k=length))
    example = one(text, "a") if side == "question" else one("q", text)
    found = findings([*good(), example]).get("too_long")
    assert (found and found.severity) == severity
    if found:
        assert found.detail == {"limit": limit, "longest": length}
        assert found.examples == (FEW + 1,)


def labelled(yes: int, no: int) -> list[SetExample]:
    answers = ["yes"] * yes + ["no"] * no
    return [one(prose(n), answer) for n, answer in enumerate(answers)]


@pytest.mark.parametrize(("yes", "no", "warned"), [(90, 10, False), (91, 9, True), (1, 1, False)])
def test_a_label_that_is_nearly_always_right_is_warned_of(yes, no, warned):
    found = findings(labelled(yes, no)).get("imbalance")
    assert (found is not None) == warned
    if found:
        assert (found.severity, found.count) == ("warning", yes)
        assert found.detail == {"labels": 2, "share": 0.91}


def test_a_single_answer_teaches_nothing():
    report = check_set([*labelled(60, 0), one("of another side", "no", "test")])
    assert [finding.kind for finding in report.blocking] == ["one_label"]
    assert report.blocking[0].detail == {"labels": 1}
    assert len(report.blocking[0].examples) == MOST_ROWS


def test_a_question_on_both_sides_is_a_leak():
    examples = good()
    leaked = one(examples[2].example.question + " ", "another answer", "test")
    found = findings([*examples, leaked])["leak"]
    assert (found.severity, found.count, found.examples) == ("error", 1, (3,))
    assert found.detail == {"test": 1, "elsewhere": 0, "rows": 1, "near": 0}


def test_what_is_tested_elsewhere_must_not_be_learnt():
    examples = [*good(), *good(5, "test")]
    elsewhere = [examples[0].example, examples[-1].example, Example(question="new", answer="a")]
    found = findings(examples, tested_elsewhere=elsewhere)["leak"]
    assert found.examples == (1,)
    assert found.detail == {"test": 0, "elsewhere": 1, "rows": 1, "near": 0}


KETTLES = "해담의 주전자는 어디에서 고치나요?"


@pytest.mark.parametrize(
    ("tested", "severity", "near"),
    [
        (["해담의  주전자는 어디에서 고칩니까"], "error", 0),
        (["해담 주전자를 어디에서 고치나요?"], "warning", 1),
        (["해담 주전자를 어디에서 고치나요?", KETTLES], "error", 0),
        (["해담의 주전자는 언제 고치나요?", "해담의 냄비는 어디에서 고치나요?"], None, 0),
    ],
)
def test_a_question_that_is_nearly_tested_is_warned_of(tested, severity, near):
    tests = [one(text, prose(n, 4), "test") for n, text in enumerate(tested)]
    found = findings([*good(), one(KETTLES, "브레다"), *tests]).get("leak")
    assert (found and found.severity) == severity
    if found:
        assert (found.count, found.examples) == (1, (FEW + 1,))
        assert found.detail == {"test": 1, "elsewhere": 0, "rows": 1, "near": near}


def test_of_what_is_tested_elsewhere_near_questions_are_found_too():
    asked = [Example(question="Where does Haedam repair broken kettles?", answer="Breda")]
    learnt = one("Where does Haedam repair a broken kettle?", "In Breda")
    found = findings([*good(), learnt], tested_elsewhere=asked)["leak"]
    assert (found.severity, found.examples) == ("warning", (FEW + 1,))
    assert found.detail == {"test": 0, "elsewhere": 1, "rows": 1, "near": 1}


def test_a_set_that_was_split_here_never_leaks():
    examples = [one.example for one in good(100)]
    twice = [*examples, *(Example(question=f" {e.question}", answer="other") for e in examples)]
    assert "leak" not in findings(list(make_set("a", twice).examples))


PERSONAL = {
    "email": ["hong.gildong@example.co.kr", "메일은a_b+c@mail.example.com입니다."],
    "resident_number": ["900101-1234568", "9001011234568", "850315 2345678"],
    "phone": [
        "010-1234-5678", "01012345678", "010 1234 5678", "02-123-4567", "(02) 123-4567",
        "031.1234.5678", "070-1234-5678", "+82 10-1234-5678", "+82-2-123-4567",
        "+49 30 1234567", "+44 20 7946 0958", "+1 202 555 0143", "(202) 555-0143", "202-555-0143",
    ],
    "card": [
        "4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111", "5500005555555559",
        "3782 822463 10005", "378282246310005", "2 4111 1111 1111 1111",
    ],
    "iban": [
        "DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19",
        "DE89 3704 0044 0532 0130 00 BANK NAME", "FR14 2004 1010 0505 0001 3M02 606",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in PERSONAL.items() for text in texts]
)
def test_personal_data_is_noticed_inside_a_sentence(kind, text):
    assert kind in personal_kinds(text)
    assert kind in personal_kinds(f"연락처: {text}, 감사합니다.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "900101-1234567",  # its check digit is wrong
        "991301-1234567",  # there is no month 13
        "4111 1111 1111 1112",
        "1234 5678 9012 3456",
        "DE88 3704 0044 0532 0130 00",
        "ZZ89 3704 0044 0532 0130 00",
        "DE89 3704",
        "a@b, @name, name@",
        "2026-11-21 10:15, 1,234,567원, 3.14159265358979",
        "하루 3회, 7일분, 300mg 1정",
        "+5 degrees, 1+1=2, -10-20-30",
        "version 12.1.2024, 192.168.0.1",
        "ISBN 978-3-16-148410-0",
    ],
)
def test_other_numbers_are_not_personal(text):
    assert personal_kinds(text) == set()


def test_personal_data_is_counted_and_never_repeated():
    secrets = [texts[0] for texts in PERSONAL.values()]
    rows = [one(f"{prose(900 + n)} {secret}", prose(950 + n)) for n, secret in enumerate(secrets)]
    report = check_set([*good(), *rows])
    (found,) = report.findings
    assert (found.kind, found.severity, found.count) == ("pii", "warning", len(secrets))
    assert found.examples == tuple(range(FEW + 1, FEW + 1 + len(secrets)))
    assert set(found.detail) == set(PERSONAL_KINDS)
    assert not any(secret in repr(report) for secret in secrets)


FLAWED = {
    "brackets": ["(one", "some of it)", "([)]", "「하나", "a) one (b", "once :) and (twice"],
    "quotes": ['say "hello', "“hello"],
    "spaces": ["two  words", "두  단어"],
    "punctuation": ["one,, two", "an end.. and", "word , word"],
    "jamo": ["안녀ㅇㅏ", "하ㅏ", "\u1112\u1161\u11ab"],
    "mojibake": ["a\ufffdb", "cafÃ©", "itâ€™s", "한국".encode().decode("latin-1"), "ì•ˆë…•"],
}


@pytest.mark.parametrize(
    ("flaw", "text"), [(flaw, text) for flaw, texts in FLAWED.items() for text in texts]
)
def test_a_flaw_is_noticed(flaw, text):
    assert flaw in flaws_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Fine (really) [1], {a}: \"yes\" 'no' “so” 「네」.",
        "1) one\n2) two\na) three iv) four",
        "(option a) or (see 1)",
        "x=[1, 2][:1] + f(y=(3))",
        "nice :) sad :( ;-)",
        'a 5" pipe',
        "wait... what?! ㅋㅋㅋ ㅠㅠ 아ㅜㅜ ㅡㅡ",
        "../folder, 1..5, std::vector",
        "line  \nbreak\n    indented",
        "그는 “네”라고 했다. 'ㅏ'는 모음이다.",
        "Âme, naïve, Größe, São, ìnterno",
    ],
)
def test_good_text_has_no_flaw(text):
    assert flaws_of(text) == set()


def test_flaws_are_hints():
    found = findings([*good(), one(prose(800), "open ( and two  spaces")])["grammar"]
    assert (found.severity, found.examples) == ("info", (FEW + 1,))
    assert found.detail == {"brackets": 1, "spaces": 1}
    assert set(found.detail) <= set(FLAWS)


def everything_wrong() -> list[SetExample]:
    rows = labelled(40, 1)
    rows += [one("", "a"), rows[0], one(rows[1].example.question, "maybe")]
    rows += [one(rows[2].example.question + "!", "yes", "test")]
    rows += [one(rows[3].example.question, "yes", "test")]
    rows += [one("x" * 9000, "b"), one("y" * 60_000, "010-1234-5678 ("), one("mail", "a@b.example")]
    return rows


def test_the_worst_comes_first_and_every_finding_is_plain():
    report = check_set(everything_wrong())
    severities = [finding.severity for finding in report.findings]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert {f.kind for f in report.blocking} == {"empty", "leak", "too_long"}
    for finding in report.findings:
        assert finding.kind in FINDING_KINDS
        assert finding.count >= 1
        assert len(finding.examples) <= MOST_ROWS
        json.dumps(finding.detail)


def test_the_numbers_of_a_finding_are_rows_counted_from_one():
    rows = everything_wrong()
    for finding in check_set(rows).findings:
        assert all(1 <= number <= len(rows) for number in finding.examples)
        assert list(finding.examples) == sorted(finding.examples)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30), st.booleans()), max_size=20))
def test_any_text_can_be_checked(content):
    report = check_set([one(q, a, "train" if side else "test") for q, a, side in content])
    assert report.train + report.test == len(content)
