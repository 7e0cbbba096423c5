"""Facts of open vocabulary: any attribute of any entity, said and asked in many ways.

The frames teach how people talk; these teach that an attribute never seen before works as well.
"""

from random import Random

from pretraining.frames import Fact
from pretraining.words import Words, is_held_out, joined

OPENERS_EN = (
    "", "", "", "", "According to the notice, ", "Please note that ", "As of this year, ",
    "We learned that ", "The guide says that ", "For now, ", "As announced, ", "It is known that ",
    "In the new plan, ", "On the first page it says that ", "Since last spring, ",
)  # fmt: skip
TAILS_EN = (
    "", "", "", "", "", " for now", " this season", ", as before", " at the moment",
    ", as agreed", ", according to the staff", " until further notice", ", which is well known",
)  # fmt: skip
SAID_EN = (
    "the {a} of {e} is {v}{t}.", "{e}'s {a} is {v}{t}.", "{e} has {v} as its {a}{t}.",
    "{v} is the {a} of {e}{t}.", "{e} chose {v} as the {a}{t}.", "{e} uses {v} for the {a}{t}.",
    "the {a} at {e} was set to {v}{t}.", "for {e}, the {a} is {v}{t}.", "{e} lists {v} as the {a}{t}.",
    "they picked {v} as the {a} of {e}{t}.", "the {a} of {e} was changed to {v}{t}.",
    "{v} became the {a} of {e}{t}.", "{e} names {v} as its {a}{t}.", "the {a} for {e} remains {v}{t}.",
    "when it comes to the {a}, {e} has {v}{t}.", "{e} calls {v} its {a}{t}.",
)  # fmt: skip
SAID_ALONE_EN = (
    "the {a} is {v}{t}.", "its {a} is {v}{t}.", "{v} is the {a}{t}.", "the {a} was set to {v}{t}.",
    "they chose {v} as the {a}{t}.", "the {a} remains {v}{t}.", "{v} serves as the {a}{t}.",
    "the {a} has been {v}{t}.", "the {a} there is {v}{t}.", "the {a}, by the way, is {v}{t}.",
)  # fmt: skip
ASKED_EN = (
    "What is the {a} of {e}?", "What is {e}'s {a}?", "Tell me the {a} of {e}.", "{e}: what is the {a}?",
    "Do you know the {a} of {e}?", "What does {e} have as its {a}?", "Which {a} does {e} have?",
    "I need the {a} of {e}.", "Could you tell me {e}'s {a}?", "Name the {a} of {e}.",
    "what's the {a} at {e}?", "For {e}, what is the {a}?",
)  # fmt: skip
ASKED_ALONE_EN = (
    "What is the {a}?", "What's its {a}?", "Tell me the {a}.", "Which {a} is mentioned?", "The {a}?",
    "what is the {a}", "Do you know the {a}?", "I want to know the {a}.", "Please give me the {a}.",
)  # fmt: skip
OPENERS_KO = (
    "", "", "", "", "안내문에 따르면 ", "올해부터 ", "참고로 ", "현재 ", "알려진 바로는 ", "발표에 따르면 ",
    "새 계획에서 ", "지난봄부터 ", "설명서를 보면 ", "직원 말로는 ", "요즘 ",
)  # fmt: skip
SAID_KO = (
    "{e}의 {a}은/는 {v}입니다.", "{e}의 {a}은/는 {v}이다.", "{e}은/는 {a}이/가 {v}입니다.", "{v}이/가 {e}의 {a}입니다.",
    "{e}에서는 {a}을/를 {v}으로/로 정했습니다.", "{e}은/는 {a}으로/로 {v}을/를 골랐다.", "{e}의 {a}은/는 {v}이에요/예요.",
    "{e}은/는 {v}을/를 {a}으로/로 삼고 있습니다.", "{e}의 경우 {a}은/는 {v}입니다.", "{e}의 {a}이/가 {v}으로/로 바뀌었습니다.",
    "{e}의 {a}은/는 {v}이라고/라고 합니다.", "{e}, {a}: {v}.", "{e}에 적힌 {a}은/는 {v}입니다.", "{e} {a}은/는 {v}이다.",
)  # fmt: skip
SAID_ALONE_KO = (
    "{a}은/는 {v}입니다.", "{a}은/는 {v}이다.", "{a}은/는 {v}이에요/예요.", "{v}이/가 {a}입니다.", "{a}을/를 {v}으로/로 정했습니다.",
    "{a}으로/로는 {v}을/를 골랐다.", "또 {a}은/는 {v}이라고/라고 합니다.", "그리고 {a}은/는 {v}입니다.", "{a}이/가 {v}으로/로 바뀌었습니다.",
)  # fmt: skip
ASKED_KO = (
    "{e}의 {a}은/는 무엇인가요?", "{e}의 {a}은/는?", "{e} {a} 알려 주세요.", "{e}의 {a}이/가 뭐예요?", "{e}은/는 {a}이/가 어떻게 되나요?",
    "{e}의 {a}을/를 알려 줘.", "{e}에서 {a}은/는 무엇입니까?", "{e}의 경우 {a}은/는 무엇인가요?", "{e} {a}이/가 궁금해요.",
    "{e}은/는 {a}으로/로 무엇을 골랐나요?",
)  # fmt: skip
ASKED_ALONE_KO = (
    "{a}은/는 무엇인가요?", "{a}은/는?", "{a} 알려 주세요.", "{a}이/가 뭐예요?", "{a}이/가 어떻게 되나요?", "{a}을/를 알려 줘.",
    "{a}은/는 무엇입니까?", "{a}이/가 궁금해요.",
)  # fmt: skip


def open_fact(
    words: Words, entity: str, attribute: str, *, alone: bool, kind: str = "word"
) -> Fact:
    """A fact about an attribute; `alone` leaves the entity to the sentence before."""
    korean = words.korean
    random = words.random
    value = words.phrase()
    said = {
        (False, False): SAID_EN, (False, True): SAID_ALONE_EN,
        (True, False): SAID_KO, (True, True): SAID_ALONE_KO,
    }[korean, alone]  # fmt: skip
    opener = random.choice(OPENERS_KO if korean else OPENERS_EN)
    tail = "" if korean else random.choice(TAILS_EN)
    core = _side(said, words, random)
    inner = {"e": entity, "a": attribute, "v": value, "t": tail}
    text = _filled(core, inner)
    text = opener + text
    asked, asked_alone = (ASKED_KO, ASKED_ALONE_KO) if korean else (ASKED_EN, ASKED_ALONE_EN)
    named = tuple(_filled(_side(asked, words, random), inner) for _ in range(2))
    other = _filled(_side(asked_alone, words, random), inner)
    return Fact(
        key=attribute,
        kind=kind,
        entity=entity,
        statement=text[:1].upper() + text[1:],
        answer=value,
        questions=(*named, other),
        named=named,
    )


def _side(patterns: tuple[str, ...], words: Words, random: Random) -> str:
    """A pattern of the right side; without any held out, any pattern."""
    kept = [p for p in patterns if is_held_out(p) == words.held_out]
    return random.choice(kept or patterns)


def _filled(pattern: str, values: dict[str, str]) -> str:
    out = pattern
    for name, value in values.items():
        head, *rest = out.split("{" + name + "}")
        for part in rest:
            head += joined(value, part)
        out = head
    return out
