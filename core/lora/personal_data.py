"""Finds what looks like data about a person, and says only of which kind it is.

Patterns with their checksums, so that an order number is rarely taken for a card. Not complete:
Korean resident numbers given out since October 2020 have no checksum, and names are not looked for.
"""

import re
from collections.abc import Iterator
from typing import Literal, get_args

PersonalKind = Literal["email", "resident_number", "phone", "card", "iban"]
PERSONAL_KINDS: tuple[PersonalKind, ...] = get_args(PersonalKind)

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+", re.ASCII)
_RESIDENT = re.compile(r"(?<!\d)(\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))[ -]?(\d{7})(?!\d)")
_PHONES = (
    # Korean: mobile, area codes, internet telephones
    re.compile(
        r"(?<![\d.-])(?:\+82[ -]?\(?0?|\(?0)(?:1[016-9]|2|[3-6]\d|70|50\d)\)?[ .-]?"
        r"\d{3,4}[ .-]?\d{4}(?![\d-])"
    ),
    re.compile(r"(?<![\d+])\+\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}(?!\d)"),
    # North American
    re.compile(r"(?<![\d-])(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}(?![\d-])"),
)
_CARD = re.compile(
    r"(?<!\d)(?:\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ -]?)\d{6}\2\d{4,5})(?!\d)"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.ASCII)
_IBAN_LENGTHS = {
    entry[:2]: int(entry[2:])
    for entry in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 "
        "DO28 EE20 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IS26 "
        "IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 "
        "NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VG24 "
        "XK20"
    ).split()
}


def personal_kinds(text: str) -> set[PersonalKind]:
    """Which kinds of personal data a text seems to hold; never the data."""
    return set(_kinds(text))


def _kinds(text: str) -> Iterator[PersonalKind]:
    if "@" in text and _EMAIL.search(text):
        yield "email"
    if any(_is_resident(match[1] + match[2]) for match in _RESIDENT.finditer(text)):
        yield "resident_number"
    if any(pattern.search(text) for pattern in _PHONES):
        yield "phone"
    if any(_is_card(match[0]) for match in _CARD.finditer(text)):
        yield "card"
    if any(_is_iban(match[0]) for match in _IBAN.finditer(text)):
        yield "iban"


def _is_resident(digits: str) -> bool:
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    rest = sum(w * int(d) for w, d in zip(weights, digits, strict=False)) % 11
    base = 13 if digits[6] in "5678" else 11  # foreigners: 13
    return int(digits[12]) == (base - rest) % 10


def _is_card(written: str) -> bool:
    """Luhn, on a number that begins as cards do; 9 are Korean domestic ones."""
    digits = [int(character) for character in written if character.isdigit()]
    if digits[0] not in (2, 3, 4, 5, 6, 9):
        return False
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (doubled + sum(digits[-1::-2])) % 10 == 0


def _is_iban(written: str) -> bool:
    compact = written.replace(" ", "")
    # What follows an IBAN may look like more of it.
    compact = compact[: _IBAN_LENGTHS.get(compact[:2], 0)]
    if len(compact) < 15 or len(compact) < _IBAN_LENGTHS[compact[:2]]:
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1
