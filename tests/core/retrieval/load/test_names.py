"""Names of uploads are hostile, Korean ones are not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.retrieval.load import formats
from core.retrieval.load.loader import FORMATS, safe_name
from core.retrieval.load.names import ending


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("취업규칙.pdf", "취업규칙.pdf"),
        ("규정/휴가 안내.md", "규정/휴가 안내.md"),
        ("👩‍👩‍👧 가족.txt", "👩‍👩‍👧 가족.txt"),
        ("../../etc/passwd.txt", "etc/passwd.txt"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("/etc/passwd.txt", "etc/passwd.txt"),
        ("C:\\Users\\me\\a.docx", "Users/me/a.docx"),
        ("a/./b/../c.md", "a/b/c.md"),
        ("bad\0name.txt", "badname.txt"),
        ("line\nbreak\t.txt", "linebreak.txt"),
        ("invoice\u202efdp.exe.txt", "invoicefdp.exe.txt"),
        ("lone\ud800.txt", "lone_.txt"),
        ("  much   room .txt ", "much room .txt"),
        ("..", "document"),
        ("", "document"),
        ("\u200d", "document"),
    ],
)
def test_a_name_keeps_its_words_and_loses_its_tricks(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_name_from_a_mac_is_composed() -> None:
    assert safe_name(unicodedata.normalize("NFD", "휴가 규정.pdf")) == "휴가 규정.pdf"


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("긴이름" * 100 + ".pdf")
    assert len(name) == 150
    assert name.endswith("긴이름긴이.pdf")
    assert len(safe_name("폴더/" * 100 + "긴이름" * 100 + ".md")) <= 150


@given(st.text())
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    safe = safe_name(name)
    parts = safe.split("/")
    assert 0 < len(safe) <= 150
    assert all(part.strip(". ") for part in parts)
    assert "\\" not in safe
    turning = ("Cc", "Cf", "Cs", "Zl", "Zp")
    assert not any(unicodedata.category(c) in turning for c in safe.replace("\u200d", ""))
    assert safe.encode()
    assert safe_name(safe) == safe


def test_every_format_offered_has_a_reader() -> None:
    assert {one for one in FORMATS if formats.kind_of(f"a.{one}")} == set(formats._READERS)
    assert all(callable(formats.reader_of(f"a.{one}")) for one in FORMATS)


def test_the_ending_is_that_of_the_file() -> None:
    assert ending("a.b/Report.PDF") == "pdf"
    assert ending("a.b/README") == ""
    assert ending(".pdf") == ""
