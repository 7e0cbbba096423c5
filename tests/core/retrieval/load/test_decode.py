"""Encodings of text files, Korean ones above all."""

import codecs

import pytest

from core.retrieval.load.decode import decode
from core.retrieval.load.limits import Refused

KOREAN = "저장된 문서를 검색하여 대답에 함께 넣습니다. 값은 가·나·다 세 가지이다.\r\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (KOREAN.encode("utf-8"), "utf-8"),
        (codecs.BOM_UTF8 + KOREAN.encode("utf-8"), "utf-8"),
        (KOREAN.encode("cp949"), "cp949"),
        (KOREAN.encode("euc-kr"), "cp949"),
        (codecs.BOM_UTF16_LE + KOREAN.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + KOREAN.encode("utf-16-be"), "utf-16-be"),
        (KOREAN.encode("utf-16-le"), "utf-16-le"),
        (KOREAN.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + KOREAN.encode("utf-32-le"), "utf-32-le"),
    ],
)
def test_korean_is_read_in_every_usual_encoding(content: bytes, encoding: str) -> None:
    decoded = decode(content)
    assert decoded.text == KOREAN
    assert decoded.encoding == encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Le café est fermé à Noël, déjà là. ", "latin-1"),
        ("これは日本語の文章です。漢字も含まれています。\n", "euc_jp"),
        ("これは日本語の文章です。漢字も含まれています。\n", "shift_jis"),
        ("这是一个中文文档,我们在这里写一些内容。\n", "gb2312"),
        ("Это русский текст, который мы читаем.\n", "cp1251"),
        ("Hello there, plain words.\n", "utf-16-le"),
        ("Hello there, plain words.\n", "utf-16-be"),
        ("这是一个中文文档, 我们在这里写一些内容。\n", "utf-16-le"),
    ],
)
def test_other_languages_are_not_taken_for_korean(text: str, encoding: str) -> None:
    assert decode((text * 20).encode(encoding)).text == text * 20


def test_hangul_beyond_the_standard_is_read() -> None:
    text = "똠방각하와 펲시콜라를 봤쟎아\n" * 3
    assert decode(text.encode("cp949")).text == text


def test_a_few_damaged_bytes_are_replaced() -> None:
    decoded = decode((KOREAN * 20).encode() + "한글".encode("cp949") + b"\n")
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith(KOREAN)
    assert "\ufffd" in decoded.text
    decoded = decode((KOREAN * 20).encode("cp949") + b"\xff\xff\n")
    assert decoded.encoding == "cp949"
    assert decoded.text.startswith(KOREAN)


@pytest.mark.parametrize(
    "content",
    [
        KOREAN.encode() * 10 + KOREAN.encode("cp949") * 10,
        bytes(range(256)) * 40,
        b"\x7fELF\x02\x01\x01\0\0\0" + bytes(range(200)) * 20,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(255, 0, -1)) * 30,
        b"\x01\x02\x03abc\x04\x05" * 40,
    ],
    ids=["two encodings", "all bytes", "program", "picture", "controls"],
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as caught:
        decode(content)
    assert caught.value.reason == "not_text"


def test_a_stray_zero_byte_makes_no_binary() -> None:
    assert decode(KOREAN.encode() * 5 + b"\0").text == KOREAN * 5 + "\0"


def test_html_says_its_encoding_itself() -> None:
    page = '<html><head><meta charset="{}"></head><body>{}</body>'
    short = page.format("windows-1252", "naïve").encode("cp1252")
    assert "naïve" in decode(short, declares=True).text
    korean = page.format("ks_c_5601-1987", "뷁").encode("cp949")
    assert "뷁" in decode(korean, declares=True).text
    lie = page.format("zlib", "한글").encode("cp949")
    assert "한글" in decode(lie, declares=True).text
