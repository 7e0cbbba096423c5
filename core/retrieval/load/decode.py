"""Bytes as text: which encoding a text file is in, with care for Korean."""

import codecs
import re
import unicodedata
from dataclasses import dataclass

from core.retrieval.load.limits import Refused

SAMPLE = 200_000
"""Bytes, or characters, that a decision is made on."""
MOST_DAMAGE = 0.01
LIKELY = ["cp1252", "cp1251", "cp932", "euc_jp", "gb18030", "big5", "johab", "koi8_r"]
"""What else a text may be in. Among all code pages the neighbours of the right one often win."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""", re.I
)
_KOREAN = {"euc-kr", "euckr", "ks_c_5601-1987", "ksc5601", "ks_c_5601", "korean", "x-windows-949"}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SYLLABLE = re.compile(r"[\uac00-\ud7a3]")
_COMMON = re.compile(r"[ -~\uac00-\ud7a3]")
_BLANK = re.compile(r"[\t\n\r\f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, kw_only=True)
class Decoded:
    text: str
    encoding: str


def decode(content: bytes, *, declares: bool = False) -> Decoded:
    """The text of a file; a damaged character in a hundred is replaced, more is refused.

    Args:
        content: the whole file.
        declares: whether the file may name its encoding itself, as HTML does.

    Raises:
        Refused: `not_text`.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _tolerant(content[len(bom) :], encoding) or _refuse()
    decoded = _strict(content, "utf-8")
    if decoded and _is_written(decoded.text):
        return decoded
    if b"\0" in content[:SAMPLE]:
        return _wide(content) or _refuse()
    if decoded:
        return _refuse()
    declared = _declared(content) if declares else None
    if declared and (found := _tolerant(content, declared)):
        return found
    korean = _strict(content, "cp949")
    if korean and _is_korean(korean.text):
        return korean
    return _damaged(content) or _guessed(content) or _refuse()


def _refuse() -> Decoded:
    raise Refused("not_text", "is not a text file, or in an unknown encoding")


def _strict(content: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(text=content.decode(encoding), encoding=encoding)
    except UnicodeDecodeError:
        return None


def _tolerant(content: bytes, encoding: str) -> Decoded | None:
    """Decoded with at most one damaged character in a hundred."""
    text = content.decode(encoding, "replace")
    if text.count("\ufffd") > len(text) * MOST_DAMAGE or not _is_written(text):
        return None
    return Decoded(text=text, encoding=encoding)


def _wide(content: bytes) -> Decoded | None:
    """UTF-16 without a mark: of the two byte orders the one that reads like text."""
    encoding = max(("utf-16-le", "utf-16-be"), key=lambda name: _likeness(content, name))
    return _tolerant(content, encoding) if _likeness(content, encoding) > 0 else None


def _likeness(content: bytes, encoding: str) -> int:
    """The wrong order makes Chinese of English, and unassigned characters of Korean."""
    sample = content[:SAMPLE].decode(encoding, "replace")
    common = len(_COMMON.findall(sample))
    strange = sum(unicodedata.category(c) in ("Cn", "Co", "Cs", "Cc") for c in sample)
    return len(sample) + common - 50 * (strange - len(_BLANK.findall(sample)))


def _is_written(text: str) -> bool:
    """Whether it is text rather than bytes that happen to decode."""
    sample = text[:SAMPLE]
    return len(_CONTROL.findall(sample)) <= len(sample) * MOST_DAMAGE


def _is_korean(text: str) -> bool:
    """Chinese or Japanese bytes read as CP949 come out with too few Hangul syllables."""
    letters = [c for c in _NOT_ASCII.findall(text[:SAMPLE]) if c.isalpha()]
    syllables = sum(1 for c in letters if _SYLLABLE.match(c))
    return bool(letters) and syllables >= 0.8 * len(letters) and _is_written(text)


def _declared(content: bytes) -> str | None:
    match = _DECLARED.search(content[:4096])
    name = match[1].decode("ascii", "ignore").lower() if match else ""
    if name in _KOREAN:
        return "cp949"
    try:
        return name if name and b"a".decode(name) == "a" else None
    except (LookupError, ValueError):
        return None


def _damaged(content: bytes) -> Decoded | None:
    """UTF-8 or CP949 with a few broken bytes.

    Raises:
        Refused: `not_text`, when it is UTF-8 with too many: any other reading would be a guess.
    """
    text = content[: SAMPLE * 10].decode("utf-8", "replace")
    damage, whole = text.count("\ufffd"), len(_NOT_ASCII.findall(text))
    if whole - damage > damage:
        return _tolerant(content, "utf-8") or _refuse()
    korean = _tolerant(content, "cp949")
    return korean if korean and _is_korean(korean.text.replace("\ufffd", "")) else None


def _guessed(content: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    head = content[:SAMPLE]
    best = from_bytes(head[: head.rfind(b"\n") + 1] or head, cp_isolation=LIKELY).best()
    if best is None or best.encoding == "utf_8":
        return None
    return _tolerant(content, best.encoding)
