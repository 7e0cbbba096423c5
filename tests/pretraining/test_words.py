"""Korean particles fit, and what the gates ask about was never drawn for training."""

import re
from random import Random

import pytest

from pretraining import vocabulary as v
from pretraining.words import Words, is_held_out, joined, particle

SLOTS = (
    "n big price time date year pct duration dist weight temp code phone floor room person place "
    "company org product title word thing"
).split()
KINDS = (
    "org company place building event festival team person product device app game medicine "
    "vehicle book course document animal food project"
).split()
DRAWS = 400


def makers(words: Words):
    yield from ((f"slot {slot}", lambda slot=slot: words.draw(slot)) for slot in SLOTS)
    yield from ((f"list {slot}", lambda slot=slot: words.draw(slot)) for slot in sorted(v.LISTS))
    yield from ((f"kind {kind}", lambda kind=kind: words.entity(kind)) for kind in KINDS)
    yield "phrase", words.phrase
    yield "attribute", words.attribute


def has_a_side(value: str) -> bool:
    """Numbers and the shortest words are on neither side."""
    return len(value) >= 3 and not value[0].isdigit()


@pytest.mark.parametrize(
    ("word", "pair", "right"),
    [
        ("사과", "은/는", "는"),
        ("감", "은/는", "은"),
        ("사과", "이/가", "가"),
        ("감", "이/가", "이"),
        ("사과", "을/를", "를"),
        ("감", "을/를", "을"),
        ("사과", "와/과", "와"),
        ("감", "와/과", "과"),
        ("사과", "과/와", "와"),
        ("감", "과/와", "과"),
        ("바다", "으로/로", "로"),
        ("산", "으로/로", "으로"),
        ("서울", "으로/로", "로"),
        ("서울", "은/는", "은"),
        ("서울", "이/가", "이"),
        ("바다", "로/으로", "로"),
        ("산", "로/으로", "으로"),
        ("서울", "로/으로", "로"),
        ("사과", "이에요/예요", "예요"),
        ("감", "이에요/예요", "이에요"),
        ("서울", "예요/이에요", "이에요"),
        ("사과", "이었/였", "였"),
        ("감", "이었/였", "이었"),
        ("사과", "이라고/라고", "라고"),
        ("감", "이라고/라고", "이라고"),
        ("사과", "아/야", "야"),
        ("감", "아/야", "아"),
    ],
)
def test_a_particle_follows_the_last_syllable(word, pair, right):
    assert particle(word, pair) == right


@pytest.mark.parametrize(
    ("digits", "topic", "towards"),
    [
        ("0", "은", "으로"),
        ("1", "은", "로"),
        ("2", "는", "로"),
        ("3", "은", "으로"),
        ("4", "는", "로"),
        ("5", "는", "로"),
        ("6", "은", "으로"),
        ("7", "은", "로"),
        ("8", "은", "로"),
        ("9", "는", "로"),
        ("10", "은", "으로"),
        ("1,000", "은", "으로"),
        ("3.5", "는", "로"),
        ("02-345-1237", "은", "로"),
    ],
)
def test_digits_are_read_aloud(digits, topic, towards):
    assert particle(digits, "은/는") == topic
    assert particle(digits, "으로/로") == towards


@pytest.mark.parametrize(
    ("word", "topic", "towards"),
    [
        ("50%", "는", "로"),
        ("20°C", "는", "로"),
        ("20°", "는", "로"),
        ("3kg", "은", "으로"),
        ("250g", "은", "으로"),
        ("12km", "는", "로"),
        ("30 m", "는", "로"),
        ("A", "는", "로"),
        ("B", "는", "로"),
        ("L", "은", "로"),
        ("R", "은", "로"),
        ("M", "은", "으로"),
        ("N", "은", "으로"),
        ("AB-12", "는", "로"),
        ("2GB", "는", "로"),
    ],
)
def test_units_and_letters_are_read_aloud(word, topic, towards):
    assert particle(word, "은/는") == topic
    assert particle(word, "으로/로") == towards


@pytest.mark.parametrize("around", ["{})", '{}"', "{}'", "{}. ", "({})"])
def test_signs_after_a_word_are_silent(around):
    assert particle(around.format("감"), "은/는") == "은"
    assert particle(around.format("사과"), "은/는") == "는"


@pytest.mark.parametrize(
    ("value", "after", "text"),
    [
        ("서울", "은/는 크다.", "서울은 크다."),
        ("부산", "으로/로만 간다.", "부산으로만 간다."),
        ("서울", "으로/로도 간다.", "서울로도 간다."),
        ("나비", "이에요/예요.", "나비예요."),
        ("나비", "이라고/라고 해요.", "나비라고 해요."),
        ("곰", "이라고/라고 해요.", "곰이라고 해요."),
        ("곰", "이라/라고 해요.", "곰이라고 해요."),
        ("나비", "이라/라는 이름", "나비라는 이름"),
        ("곰", "이었/였다.", "곰이었다."),
        ("나비", "이었/였다.", "나비였다."),
        ("곰", "과/와 산다.", "곰과 산다."),
        ("곰", "에서 산다.", "곰에서 산다."),
        ("곰", " 은/는", "곰 은/는"),
        ("cat", " and/or dog", "cat and/or dog"),
        ("곰", "", "곰"),
    ],
)
def test_a_pair_right_after_a_value_becomes_the_particle_that_fits(value, after, text):
    assert joined(value, after) == text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_held_out_is_drawn_for_training(language):
    words = Words(Random(1), language, held_out=False)
    leaked = {
        (name, value)
        for name, make in makers(words)
        for value in (make() for _ in range(DRAWS))
        if has_a_side(value) and is_held_out(value)
    }
    assert leaked == set()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_training_values_and_held_out_values_never_meet(language):
    trained, asked = (
        {
            value
            for _, make in makers(Words(Random(2), language, held_out=held_out))
            for value in (make() for _ in range(DRAWS))
            if has_a_side(value)
        }
        for held_out in (False, True)
    )
    assert min(len(trained), len(asked)) > 3000
    assert (trained & asked) - hardly_held_out(language) == set()


def hardly_held_out(language: str) -> set[str]:
    """Words of lists, such as weekdays, of which the hash holds out none or too few to hit."""
    lists = [pair[language == "ko"] for pair in v.LISTS.values()]
    few = [words for words in lists if 20 * sum(map(is_held_out, words)) < len(words)]
    return {word for words in few for word in words}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_twelfth_of_invented_words_is_held_out(language):
    words = Words(Random(4), language, held_out=False)
    made = [words.invented() for _ in range(6000)]
    assert 1 / 16 < sum(map(is_held_out, made)) / len(made) < 1 / 9


@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_values_are_one_line_without_signs_of_the_patterns(language, held_out):
    words = Words(Random(5), language, held_out=held_out)
    for name, make in makers(words):
        for value in (make() for _ in range(100)):
            assert value == value.strip(), name
            assert value, name
            assert not re.search(r"[{}<>|;/\n\x00\x01]|=>|::", value), (name, value)


def test_the_same_seed_draws_the_same():
    one, same, other = (Words(Random(seed), "ko", held_out=False) for seed in (6, 6, 7))
    drawn = [[words.phrase() for _ in range(50)] for words in (one, same, other)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_an_unknown_slot_is_an_error():
    with pytest.raises(KeyError):
        Words(Random(1), "en", held_out=False).draw("nonsense")
