import random
import string

import pytest

from core import near_duplicates as near
from core.near_duplicates import near_duplicates

WORDS = "river stone lantern copper orchard violin thunder marble pepper saddle window harbour"


def prose(seed: int, words: int = 12) -> str:
    return " ".join(random.Random(seed).choices(WORDS.split(), k=words)) + f" {seed}"


def jaccard(first: str, second: str) -> float:
    sets = [{t[i : i + 5] for i in range(max(1, len(t) - 4))} for t in (first, second)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def variations(count: int, seed: int = 7) -> list[str]:
    """Texts of a few families: some nearly alike, some only similar."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        letters = list(prose(chance.randrange(12), 20).ljust(150, "."))
        for _ in range(chance.choice((0, 1, 2, 4, 9))):
            letters[chance.randrange(len(letters))] = chance.choice(string.ascii_letters)
        found.append("".join(letters).lower())
    return found


def test_near_duplicates_are_those_that_comparing_all_with_all_would_find():
    texts = variations(150)
    kept: list[int] = []
    expected = set()
    for place, text in enumerate(texts):
        if any(jaccard(text, texts[other]) >= near.LEAST for other in kept):
            expected.add(place)
        else:
            kept.append(place)
    found = near_duplicates(texts)
    assert set(found) == expected
    assert 20 < len(expected) < 140
    assert all(jaccard(texts[place], texts[first]) >= near.LEAST for place, first in found.items())


def test_of_a_set_too_large_a_sample_finds_only_true_ones(monkeypatch):
    texts = [*variations(60), "tiny", "tinx", "small text", "small texu"]
    monkeypatch.setattr(near, "MOST_PIECES", sum(map(len, texts)) // 3)
    found = near_duplicates(texts)
    assert found
    assert all(jaccard(texts[place], texts[first]) >= near.LEAST for place, first in found.items())


@pytest.mark.parametrize("kind", ["unlike", "one template", "all alike"])
def test_ten_thousand_texts_need_few_comparisons(kind, monkeypatch):
    """Comparing all with all would be fifty million."""
    chance = random.Random(3)
    texts = {
        "unlike": [prose(n) for n in range(10_000)],
        "one template": [
            f"The code of item {chance.randrange(10**9)} is {chance.randrange(10**9)} today"
            for _ in range(10_000)
        ],
        "all alike": [f"{prose(1, 60)} {n % 10}" for n in range(10_000)],
    }[kind]
    compared = 0
    alike = near._alike

    def counted(*sets):
        nonlocal compared
        compared += 1
        return alike(*sets)

    monkeypatch.setattr(near, "_alike", counted)
    near_duplicates(texts)
    assert compared <= near.MOST_COMPARED * len(texts)


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["a", "a"], ["abcde", "abcdf"]])
def test_tiny_texts_are_compared_whole(texts):
    assert bool(near_duplicates(texts)) == (len(texts) != len(set(texts)))


def test_letter_case_does_not_hide_a_repetition():
    assert near_duplicates([prose(1), prose(1).upper()]) == {1: 0}
