"""Text that can be stored, sent and drawn anywhere."""

import pytest

from core.text import clean, language_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("한글 😀", "한글 😀"),
        ("\ud83d\ude00", "😀"),
        ("a\ud83d", "a\ufffd"),
        ("\ude00b", "\ufffdb"),
        ("\ud83d\ud83d\ude00", "\ufffd😀"),
        ("a\0b", "ab"),
        ("한\0글", "한글"),
        ("", ""),
        ("\ufeffa", "\ufeffa"),
        ("\ufffe", "\ufffe"),
    ],
)
def test_clean_text_can_be_encoded_and_nothing_else_is_lost(text, expected):
    assert clean(text) == expected
    clean(text).encode()


def test_cleaning_twice_changes_nothing_more():
    once = clean("a\ud83d\0\ude00한")
    assert clean(once) == once


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("하늘은 왜 파란가요?", "ko"),
        ("Why is the sky blue?", "en"),
        ("LiteLLM과 Streamlit은 무엇이 다른가요?", "ko"),
        ("Translate 사랑 into good English prose, please", "en"),
        ("ㅋㅋㅋ", "ko"),
        ("12 + 3 = ?", "other"),
        ("", "other"),
        ("空はなぜ青いの", "other"),
    ],
)
def test_the_language_is_told_by_the_letters(text, language):
    assert language_of(text) == language
