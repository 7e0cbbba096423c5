"""What a text is found by."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UsageError
from core.retrieval.terms import LONGEST, _kiwi, asking, terms


def common(one: str, other: str) -> set[str]:
    return set(terms(one)) & set(terms(other))


def test_a_hangul_word_is_its_pairs_of_syllables_and_its_first_one() -> None:
    assert terms("고양이를") == ["고양", "양이", "이를", "고"]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("고양이를", "고양이는"),
        ("데이터베이스설계", "데이터베이스"),
        ("휴가신청", "휴가 신청"),
        ("컵", "컵을"),
        ("먹나요", "먹는다"),
        ("LoRA를", "lora"),
        ("GPT-4", "gpt4"),
        ("GPT-4로", "GPT 4"),
        ("bge_m3", "bge-m3"),
        ("300mg", "300 mg"),
        ("1,234,567원", "1234567"),
        ("2024-01-05", "2024. 1. 5."),
        ("ＡＰＩ", "api"),
        ("ﾊﾝﾊﾞｰｶﾞｰ", "ハンバーガー"),
        ("東京", "東京都庁"),
        ("ภาษา", "ภาษาไทย"),
        ("STRASSE", "straße"),
        ("kim", "kim.minsu@naver.com"),
        ("libraries", "library"),
        ("models", "model"),
    ],
)
def test_ways_to_write_the_same_share_terms(asked: str, written: str) -> None:
    assert common(asked, written)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("3.5", "3.5"),
        ("v0.27.1", "v0.27.1"),
        ("192.168.0.1", "192.168.0.1"),
        ("kim.minsu@naver.com", "kim.minsu@naver.com"),
        ("C++을 배운다", "c++"),
        ("C#", "c#"),
        ("1,234.5", "1234.5"),
    ],
)
def test_what_stands_in_one_piece_is_a_term_of_its_own(text: str, whole: str) -> None:
    assert whole in terms(text)


def test_a_number_is_not_the_same_number_with_other_digits() -> None:
    assert not common("3.5", "35")
    assert not common("1,234", "234")
    assert common("007", "7")


def test_words_are_split_where_scripts_meet() -> None:
    assert terms("LoRA를 3일") == ["lora", "를", "3", "일"]


def test_a_picture_is_a_term() -> None:
    assert terms("좋아요👍") == ["좋아", "아요", "좋", "👍"]


def test_vowel_signs_do_not_tear_words_apart() -> None:
    assert terms("हिन्दी भाषा") == ["हिन्दी", "भाषा"]


def test_a_word_in_pieces_is_the_word_composed() -> None:
    assert terms(unicodedata.normalize("NFD", "고양이")) == terms("고양이")


def test_questions_ask_with_words_that_tell_nothing() -> None:
    assert set(terms("어떻게 하나요?")) <= asking()
    assert set(terms("What is it?")) <= asking()
    assert not set(terms("고양이")) & asking()


def test_kiwi_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    _kiwi.cache_clear()
    with pytest.raises(UsageError) as caught:
        terms("고양이", "kiwi")
    assert caught.value.kind == "no_package"
    assert caught.value.details == {
        "package": "kiwipiepy",
        "command": "pip install kiwipiepy",
    }


@given(st.text(st.characters(codec=None, categories=None)))
def test_any_text_has_short_terms_without_blanks(text: str) -> None:
    for term in terms(text):
        assert term
        assert len(term) <= LONGEST
        assert term.split() == [term]
        term.encode()


@given(st.text())
def test_case_and_width_make_no_difference(text: str) -> None:
    assert terms(terms_again := unicodedata.normalize("NFKC", text.casefold())) == terms(
        unicodedata.normalize("NFKC", terms_again)
    )


def test_kiwi_finds_the_stem_whatever_the_particle() -> None:
    assert set(terms("고양이를", "kiwi")) & set(terms("고양이는", "kiwi")) == {"고양이"}
