"""Draws the values that fill the slots of a frame: names, times, prices, things, invented words.

Every value belongs for good to the training or to the held-out side, decided by a hash, so that
the gates measure names and values that were never trained on.
"""

import re
import zlib
from random import Random

from pretraining import vocabulary as v

HELD_OUT_SHARE = 12
"""One value in so many is kept for the gates."""


def is_held_out(text: str) -> bool:
    """Whether a value, name or sentence pattern is kept for the gates."""
    return zlib.crc32(text.encode()) % HELD_OUT_SHARE == 0


class Words:
    """Draws values in one language from one side of the split."""

    def __init__(self, random: Random, language: str, *, held_out: bool) -> None:
        self.random = random
        self.language = language
        self.held_out = held_out
        self.korean = language == "ko"

    def draw(self, slot: str) -> str:
        """A value for a slot such as `time` or `person`.

        Raises:
            KeyError: the slot is unknown.
        """
        makers = {
            "n": lambda: str(self.random.randint(2, 30)),
            "big": lambda: f"{self.random.randint(100, 9999):,}",
            "price": self._price,
            "time": self._time,
            "date": self._date,
            "year": self._year,
            "pct": lambda: f"{self.random.randint(1, 99)}{self._either('%', '퍼센트', '%')}",
            "duration": self._duration,
            "dist": lambda: f"{self._number()}{self._space()}{self.random.choice(('km', 'm'))}",
            "weight": lambda: f"{self._number()}{self._space()}{self.random.choice(('kg', 'g'))}",
            "temp": lambda: f"{self.random.randint(1, 99)}{self._either('°C', '도', '°C')}",
            "code": self._code,
            "phone": self._phone,
            "floor": self._floor,
            "room": self._room,
            "person": self.person,
            "place": self._place,
            "company": lambda: self._named(v.COMPANY_TAILS),
            "org": lambda: self._named(v.ORG_TAILS),
            "product": self._product,
            "title": self._title,
            "word": self.invented,
            "thing": self.thing,
        }
        if slot in makers:
            return self._from_side(makers[slot])
        listed = v.LISTS[slot][self.korean]
        kept = [word for word in listed if is_held_out(word) == self.held_out]
        return self.random.choice(kept or listed)  # some short lists have no held-out word

    def entity(self, kind: str) -> str:
        """A name for an entity of a kind such as `org` or `person`."""
        if kind == "person":
            return self._from_side(self.person)
        if kind in v.ENTITY_TAILS and self.random.random() < 0.8:
            return self._from_side(lambda: self._named(v.ENTITY_TAILS[kind]))
        if kind in ("product", "device", "app", "game", "medicine", "vehicle"):
            return self._from_side(self._product)
        if kind in ("book", "course", "document"):
            return self._from_side(self._title)
        if kind in v.LISTS:
            return self._from_side(lambda: self.pick(v.LISTS[kind]))
        return self._from_side(self.proper)

    def pick(self, pairs: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
        """One word of a (English, Korean) pair of lists."""
        return self.random.choice(pairs[self.korean])

    def proper(self) -> str:
        """An invented proper name."""
        return self.invented().capitalize()

    def invented(self) -> str:
        """A word that means nothing."""
        if self.korean:
            count = self.random.choice((2, 2, 2, 3, 3, 4))
            return "".join(self.random.choice(v.SYLLABLES_KO) for _ in range(count))
        count = self.random.choice((2, 2, 3))
        return "".join(
            self.random.choice(v.ONSETS) + self.random.choice(v.RIMES) for _ in range(count)
        )

    def person(self) -> str:
        """A person's name."""
        chance = self.random.random()
        if self.korean:
            given = self.random.choice(v.GIVEN_KO) + self.random.choice(v.GIVEN_KO_2)
            family = self.random.choice(v.FAMILY_KO) if chance < 0.8 else ""
            return family + given
        given = self.random.choice(v.GIVEN_EN) if chance < 0.7 else self.proper()
        return f"{given} {self.random.choice(v.FAMILY_EN)}" if chance < 0.35 else given

    def thing(self) -> str:
        """A concrete noun phrase."""
        noun = self.pick(v.NOUNS)
        chance = self.random.random()
        if chance < 0.55:
            return f"{self.pick(v.ADJECTIVES)} {noun}"
        if chance < 0.7:
            return f"{self.pick(v.MATERIALS)} {noun}"
        return noun

    def phrase(self) -> str:
        """A value of open vocabulary: one to four words."""
        chance = self.random.random()
        if chance < 0.3:
            return self._from_side(self.thing)
        if chance < 0.5:
            return self._from_side(self.invented)
        if chance < 0.6:
            return self._from_side(lambda: f"{self.thing()} {self.pick(v.NOUNS)}")
        return self.draw(self.random.choice(v.PHRASE_SLOTS))

    def attribute(self) -> str:
        """The name of an attribute, from an open set of hundreds of thousands."""
        return self._from_side(self._attribute)

    def _attribute(self) -> str:
        chance = self.random.random()
        head = self.pick(v.ATTRIBUTES)
        if chance < 0.3:
            return head
        if chance < 0.65:
            return f"{self.pick(v.NOUNS)} {head}"
        if chance < 0.85:
            return f"{self.pick(v.ADJECTIVES)} {head}"
        if chance < 0.95:
            return f"{self.pick(v.ADJECTIVES)} {self.pick(v.NOUNS)} {head}"
        return f"{self.invented()} {head}"

    def _from_side(self, make: "object") -> str:
        for _ in range(200):
            value = make()  # type: ignore[operator]
            # Short closed values (numbers, months) exist on one side only by chance: let them be.
            if len(value) < 3 or value[0].isdigit() or is_held_out(value) == self.held_out:
                return str(value)
        return str(value)

    def _either(self, english: str, *korean: str) -> str:
        return self.random.choice(korean) if self.korean else english

    def _space(self) -> str:
        return self._either(" ", "", "", " ")

    def _number(self) -> str:
        whole = self.random.randint(1, 150)
        return f"{whole}.{self.random.randint(1, 9)}" if self.random.random() < 0.2 else f"{whole}"

    def _price(self) -> str:
        if self.korean:
            chance = self.random.random()
            if chance < 0.7:
                return f"{self.random.randint(1, 99) * self.random.choice((100, 500, 1000)):,}원"
            return f"{self.random.randint(1, 90)}{self.random.choice(('만', '천', '백'))} 원"
        if self.random.random() < 0.5:
            return f"${self.random.randint(1, 500)}"
        return f"${self.random.randint(1, 99)}.{self.random.choice(('50', '99', '25', '75'))}"

    def _time(self) -> str:
        hour, minute = (
            self.random.randint(1, 12),
            self.random.choice(("00", "10", "15", "30", "45")),
        )
        chance = self.random.random()
        if self.korean:
            half = self.random.choice(("오전 ", "오후 ", "저녁 ", "아침 ", ""))
            tail = "" if minute == "00" else f" {minute}분"
            return f"{half}{hour}시{' 반' if tail == ' 30분' and chance < 0.5 else tail}"
        half = self.random.choice(("am", "pm"))
        if chance < 0.5:
            return f"{hour} {half}"
        return f"{hour}:{minute} {half}" if chance < 0.8 else f"{hour}:{minute}"

    def _date(self) -> str:
        month, day = self.random.randrange(12), self.random.randint(1, 28)
        if self.korean:
            return f"{month + 1}월 {day}일"
        name = v.LISTS["month"][0][month]
        return f"{name} {day}" if self.random.random() < 0.7 else f"{day} {name}"

    def _year(self) -> str:
        return f"{self.random.randint(1850, 2035)}{self._either('', '년')}"

    def _duration(self) -> str:
        count = self.random.randint(2, 30)
        if self.korean:
            return f"{count}{self.random.choice(('일', '주', '개월', '년', '분', '시간'))}"
        unit = self.random.choice(("days", "weeks", "months", "years", "minutes", "hours"))
        small = v.NUMBER_WORDS[count - 2] if count < 11 and self.random.random() < 0.5 else count
        return f"{small} {unit}"

    def _code(self) -> str:
        letters = "".join(self.random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(2))
        return f"{letters}{self.random.choice(('-', ''))}{self.random.randint(10, 9999)}"

    def _phone(self) -> str:
        first, last = self.random.randint(200, 999), self.random.randint(1000, 9999)
        return self._either(f"555-{last}", f"02-{first}-{last}", f"{first}-{last}")

    def _floor(self) -> str:
        floor = self.random.randint(1, 30)
        if self.korean:
            return f"{floor}층"
        tail = {1: "st", 2: "nd", 3: "rd"}.get(floor % 10 if floor not in (11, 12, 13) else 0, "th")
        return f"{floor}{tail} floor"

    def _room(self) -> str:
        room = self.random.randint(101, 999)
        return self._either(f"Room {room}", f"{room}호", f"{room}호실")

    def _place(self) -> str:
        return self._named(v.PLACE_TAILS)

    def _named(self, tails: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
        name = self.proper() if self.random.random() < 0.6 else self.pick(v.LISTS["city"])
        space = "" if self.korean and self.random.random() < 0.5 else " "
        return f"{name}{space}{self.pick(tails)}"

    def _product(self) -> str:
        chance = self.random.random()
        if chance < 0.4:
            return self.proper()
        if chance < 0.7:
            return f"{self.proper()} {self.random.randint(1, 900)}"
        return f"{self.proper()} {self.pick(v.PRODUCT_TAILS)}"

    def _title(self) -> str:
        noun, other = self.pick(v.NOUNS), self.pick(v.NOUNS)
        if self.korean:
            return (
                f"{self.pick(v.ADJECTIVES)} {noun}"
                if self.random.random() < 0.6
                else f"{noun}의 {other}"
            )
        shape = self.random.choice(("The {a} {n}", "{n} of the {o}", "The {n} and the {o}"))
        return shape.format(a=self.pick(v.ADJECTIVES), n=noun, o=other).title()


_DIGIT_ENDS = {
    "0": "영",
    "1": "일",
    "2": "이",
    "3": "삼",
    "4": "사",
    "5": "오",
    "6": "육",
    "7": "칠",
    "8": "팔",
    "9": "구",
}
_LATIN_ENDS = {"l": "ㄹ", "m": "음", "n": "은", "r": "ㄹ", "%": "트", "°": "도"}


def particle(word: str, pair: str) -> str:
    """The Korean particle of a pair such as `은/는` that fits after a word."""
    last = word.rstrip(" )\"'.")[-1:]
    unit = re.search(r"\d ?(k?m|k?g|°C|m?[lL]|k?cal)$", word)
    if unit:
        last = {"m": "터", "g": "램", "C": "도", "l": "터", "L": "터"}[last]
        last = "리" if word.endswith("cal") else last
    else:
        last = _DIGIT_ENDS.get(last, _LATIN_ENDS.get(last.lower(), last))
    final = (ord(last) - 0xAC00) % 28 if "가" <= last <= "힣" else (8 if last == "ㄹ" else 0)
    first, second = pair.split("/")
    with_final, without = (first, second) if first[0] in "은을이과으아" else (second, first)
    if with_final == "으로":
        return "로" if final in (0, 8) else "으로"
    return with_final if final else without


_PAIR = re.compile(
    r"(이에요/예요|예요/이에요|이었/였|으로/로|로/으로|이(?P<tail>[가-힣]{1,3})/(?P=tail)|[가-힣]/[가-힣])"
)


def joined(value: str, after: str) -> str:
    """A value and the text after it, with the particle chosen when that begins with a pair."""
    match = _PAIR.match(after)
    if match is None:
        return value + after
    return value + particle(value, match[0]) + after[match.end() :]
