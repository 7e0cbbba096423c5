"""The other skills: labels by example, formats, "I don't know" without a text, small talk."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from pretraining import vocabulary as v
from pretraining.dialogue import Dialogue, Turn
from pretraining.frames import Fact
from pretraining.lessons import facts_of, unknown
from pretraining.words import Words, is_held_out, joined, particle

TALK = Path(__file__).parent / "talk"
TOPICS = (
    "animal food drink job city country plant sport instrument vehicle subject color weekday month "
    "material hobby lang NOUNS"
).split()
CARRIERS = (
    ("{x}", "{x}", "This is about {x}.", "I saw {x} today.", "We talked about {x}.", "My friend mentioned {x}.", "{x}, please!"),
    ("{x}", "{x}", "{x} 이야기입니다.", "오늘 {x} 생각을 했다.", "친구가 {x} 이야기를 했어요.", "{x} 말이에요.", "우리는 {x} 때문에 모였다."),
)  # fmt: skip
FEELINGS = (
    (
        ("great wonderful lovely excellent delicious kind friendly fast helpful clean beautiful perfect fun amazing fresh").split(),
        ("terrible awful rude slow dirty boring broken bad disappointing cold ugly noisy useless stale late").split(),
    ),
    (
        ("좋았어요 훌륭해요 맛있어요 친절해요 빨라요 깨끗해요 아름다워요 완벽해요 재미있어요 최고예요 신선해요 만족해요 편해요").split(),
        ("나빴어요 형편없어요 맛없어요 불친절해요 느려요 더러워요 지루해요 고장 났어요 최악이에요 실망이에요 시끄러워요 불편해요").split(),
    ),
)  # fmt: skip
FEELING_SHAPES = (
    ("The {n} was {f}.", "A {f} {n}.", "What a {f} {n}!", "I found the {n} {f}.", "{f} {n}", "The {a} {n} is {f}."),
    ("{n} {f}", "{n}은/는 정말 {f}", "그 {n} {f}", "이번 {n}이/가 {f}", "{a} {n} 너무 {f}"),
)  # fmt: skip
WRAPPERS = (
    "[{x}]", "({x})", "Answer: {x}", "답: {x}", "{x}!", "{x}!!!", "<{x}>", "=> {x}", "** {x} **", "{x} - ok", "\"{x}\"",
    "{x}, {x}", "{x} {x}", "result={x}", '{{"answer": "{x}"}}', "#{x}", "{x};", "정답은 {x}", "It is {x}.", "{x}입니다",
    "[{x}] [{x}]", "1. {x}", "- {x}", "{x} / {x}", "Q: {x}", "값={x}", "{x}?", "Dear {x}", "{x}님", "Hello {x}", "오 {x}",
)  # fmt: skip


def labels(words: Words) -> Dialogue:
    """Texts with arbitrary labels: what a label means can only be learnt from the examples."""
    random = words.random
    classes = random.choice((2, 2, 2, 3))
    makers = _feelings(words) if classes == 2 and random.random() < 0.4 else _topics(words, classes)
    names = label_names(words, classes)
    order = [n for n in range(classes) for _ in range(random.choice((1, 2, 2, 3)))]
    random.shuffle(order)
    order += random.choices(range(classes), k=random.randint(2, 6))
    instruction = random.choice(("", "", "", " / ".join(names), f"Labels: {', '.join(names)}"))
    seen: set[int] = set()
    turns = []
    for number in order:
        turns.append(
            Turn(question=makers[number](), answer=names[number], learn=len(seen) == classes)
        )
        seen.add(number)
    return Dialogue(system=instruction, turns=tuple(turns))


def label_names(words: Words, count: int) -> list[str]:
    """Arbitrary labels that differ in their first letters."""
    kinds: tuple[Callable[[], str], ...] = (
        words.invented,
        words.proper,
        lambda: words.pick(v.NOUNS),
        lambda: words.random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        lambda: str(words.random.randint(0, 9)),
        lambda: words.pick(v.ATTRIBUTES),
    )
    make = words.random.choice(kinds)
    names: list[str] = []
    while len(names) < count:
        name = make()
        if all(name[0] != other[0] for other in names):
            names.append(name)
    return names


def _topics(words: Words, count: int) -> list[Callable[[], str]]:
    lists = words.random.sample(TOPICS, count)
    others = {n: {w for o in lists if o != n for w in v.LISTS[o][words.korean]} for n in lists}
    carriers = CARRIERS[words.korean]

    def maker(name: str) -> Callable[[], str]:
        own = [w for w in v.LISTS[name][words.korean] if w not in others[name]]
        return lambda: words.random.choice(carriers).format(x=words.random.choice(own))

    return [maker(name) for name in lists]


def _feelings(words: Words) -> list[Callable[[], str]]:
    def maker(feelings: list[str]) -> Callable[[], str]:
        def make() -> str:
            noun = words.pick(v.NOUNS)
            text = words.random.choice(FEELING_SHAPES[words.korean])
            for pair in ("은/는", "이/가"):
                text = text.replace("{n}" + pair, noun + particle(noun, pair))
            return text.format(n=noun, f=words.random.choice(feelings), a=words.pick(v.ADJECTIVES))

        return make

    return [maker(feelings) for feelings in FEELINGS[words.korean]]


def formats(words: Words) -> Dialogue:
    """The examples wrap what they are given; the rest must be wrapped the same way."""
    random = words.random
    options = [w for w in WRAPPERS if is_held_out(w + "wrap") == words.held_out]
    wrapper = random.choice(options)
    if random.random() < 0.6:
        inputs = [words.phrase() for _ in range(random.randint(4, 9))]
        turns = [
            Turn(question=x, answer=wrapper.format(x=x), learn=number > 0)
            for number, x in enumerate(inputs)
        ]
        return Dialogue(turns=tuple(turns))
    facts: list[Fact] = []
    while len(facts) < 3:
        facts += facts_of(words, count=random.randint(3, 6))[0]
    turns = [
        Turn(
            question=f"{fact.statement}\n{random.choice(fact.questions)}",
            answer=wrapper.format(x=fact.answer),
            learn=number > 0,
        )
        for number, fact in enumerate(facts)
    ]
    return Dialogue(turns=tuple(turns))


def unknown_alone(words: Words) -> Dialogue:
    """Questions that nobody can answer without a text."""
    random = words.random
    turns = []
    for _ in range(random.randint(1, 4)):
        if random.random() < 0.5:
            facts, _ = facts_of(words, count=1)
            fact = facts[0]
            turns.append(unknown(words, random.choice(fact.named or fact.questions)))
        else:
            turns.append(unknown(words, filled(words, random.choice(unknown_lines(words)))))
    return Dialogue(turns=tuple(turns))


def small_talk(words: Words) -> Dialogue:
    """Greetings, questions about itself, capitals."""
    random = words.random
    turns = []
    for _ in range(random.randint(1, 5)):
        chance = random.random()
        if chance < 0.45:
            turns.append(capital(words))
        elif chance < 0.9:
            questions, answer = random.choice(talk_lines(words.language))
            sides = [q for q in questions if is_held_out(q) == words.held_out] or list(questions)
            turns.append(Turn(question=random.choice(sides), answer=answer))
        else:
            turns.append(unknown(words, filled(words, random.choice(unknown_lines(words)))))
    return Dialogue(turns=tuple(turns))


CAPITAL_QUESTIONS = (
    (
        "What is the capital of {c}?", "capital of {c}?", "Tell me the capital of {c}.", "Which city is the capital of {c}?",
        "What's the capital city of {c}?", "{c}: capital?", "Name the capital of {c}.", "Do you know the capital of {c}?",
    ),
    (
        "{c}의 수도는 어디인가요?", "{c}의 수도는?", "{c} 수도가 어디예요?", "{c}의 수도를 알려 주세요.", "{c} 수도 알려 줘",
        "{c}의 수도는 어느 도시입니까?", "{c}의 수도가 뭐야?",
    ),
)  # fmt: skip


def capital(words: Words) -> Turn:
    """The capital of a country: the little it knows by heart."""
    english, korean, capital_en, capital_ko = words.random.choice(capitals())
    country, answer = (korean, capital_ko) if words.korean else (english, capital_en)
    patterns = CAPITAL_QUESTIONS[words.korean]
    sides = [p for p in patterns if is_held_out(p) == words.held_out] or list(patterns)
    return Turn(question=words.random.choice(sides).format(c=country), answer=answer)


@cache
def capitals() -> list[list[str]]:
    """Lines of (country, 나라, capital, 수도)."""
    lines = (TALK / "capitals.txt").read_text("utf-8").splitlines()
    return [[part.strip() for part in line.split("|")] for line in lines if "|" in line]


@cache
def talk_lines(language: str) -> list[tuple[tuple[str, ...], str]]:
    """Wordings and the answer of every intent."""
    found = []
    for line in (TALK / f"small_talk_{language}.txt").read_text("utf-8").splitlines():
        questions, arrow, answer = line.partition(" => ")
        if arrow:
            found.append((tuple(q.strip() for q in questions.split(" | ")), answer.strip()))
    return found


def unknown_lines(words: Words) -> list[str]:
    """Questions without an answer, of one side."""
    return _unknown_lines(words.language, held_out=words.held_out)


@cache
def _unknown_lines(language: str, *, held_out: bool) -> list[str]:
    lines = (TALK / f"unknown_{language}.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and is_held_out(line) == held_out]


_SLOT = re.compile(r"\{(\w+?)\d*\}(.{0,7})", re.DOTALL)


def filled(words: Words, pattern: str) -> str:
    """A pattern with its slots drawn."""
    while match := _SLOT.search(pattern):
        value = words.draw(match[1])
        pattern = pattern[: match.start()] + joined(value, match[2]) + pattern[match.end() :]
    return pattern


LESSONS: dict[str, Callable[[Words], Dialogue]] = {
    "labels": labels,
    "format": formats,
    "unknown": unknown_alone,
    "talk": small_talk,
}
