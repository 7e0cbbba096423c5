"""A conversation the network learns from, and how it is written as tokens."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tokenizers import Tokenizer

SPECIAL = ("<|pad|>", "<|start|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
PAD, START, END, SYSTEM, USER, ASSISTANT = range(6)
REACH = 24
"""How many tokens before an answer its first token is asked for already."""
CHAT_TEMPLATE = (
    "{{ '<|start|>' }}{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
"""What `encode` writes, for transformers and llama.cpp."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A question and its answer; `learn` is off where the answer cannot be known."""

    question: str
    answer: str
    learn: bool = True
    source: int | None = None
    """Number of the passage that has the answer, counted from 1."""
    found: "Found | None" = None
    """Where the answer was found, for the lessons ahead."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a text says: the value as it stands there, what it is the value of, and of whom."""

    value: str
    about: str = ""
    entity: str = ""


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """A system message (may be empty) and turns."""

    system: str = ""
    turns: tuple[Turn, ...] = field(default=())

    def texts(self) -> Iterable[str]:
        """Everything written in it, for the tokenizer's training."""
        yield self.system
        for turn in self.turns:
            yield turn.question
            yield turn.answer


class Encoded(NamedTuple):
    """A dialogue as tokens; all three lists are as long."""

    ids: list[int]
    learn: list[bool]
    """Whether a token is to be predicted: answers with their end."""
    ahead: list[int]
    """A second lesson for tokens after which nobody needs a prediction; PAD where there is none.

    After each token of a question: the first token of its answer. After a value in the text: the
    first token of what it is the value of, and of whom. Without it a small network finds only
    what stands right before the answer: what it would have to look up or note down earlier is of
    no use to it until it also knows how to fetch it.
    """


def encode(tokenizer: Tokenizer, dialogue: Dialogue) -> Encoded:
    """What the network reads, what it is to write, and what it is to know ahead."""
    ids, learn, ahead = [START], [False], [PAD]

    def tokens(text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False).ids)

    def add(role: int, text: str, *, learnt: bool) -> None:
        content = tokens(text)
        ids.extend([role, *content, END])
        learn.extend([False, *[learnt] * (len(content) + 1)])
        ahead.extend([PAD] * (len(content) + 2))

    if dialogue.system:
        add(SYSTEM, dialogue.system, learnt=False)
    context = len(ids)
    for turn in dialogue.turns:
        begin = len(ids)
        add(USER, turn.question, learnt=False)
        if not dialogue.system and turn is dialogue.turns[0]:
            context = len(ids)
        if turn.learn:
            reach = min(REACH, len(ids) - begin - 1)
            ahead[len(ids) - reach :] = [*tokens(turn.answer), END][:1] * reach
        add(ASSISTANT, turn.answer, learnt=turn.learn)
        if turn.found is not None:
            _note(ids[:context], ahead, turn.found, tokens)
    return Encoded(ids, learn, ahead)


def _note(
    context: list[int], ahead: list[int], found: Found, tokens: Callable[[str], list[int]]
) -> None:
    """At a value's tokens in the text, what it is about and of whom; only what was said before."""
    value, about, entity = tokens(found.value), tokens(found.about), tokens(found.entity)
    place = _find(context, value)
    if place is None:
        return
    told = [
        name[0] for name in (about, entity) if name and _find(context[:place], name) is not None
    ]
    for number in range(len(value) if told else 0):
        # A value of one token has to know both: half the time the one, else the other.
        which = number if len(value) > 1 else place % 2
        ahead[place + number] = told[min(which, len(told) - 1)]
    after = _find(context[place:], about)
    if about and told[:1] != about[:1] and after is not None:
        for number in range(len(about)):
            ahead[place + after + number] = value[0]


def _find(text: list[int], part: list[int]) -> int | None:
    """Where a part begins; None when it is not there, or empty."""
    starts = (n for n in range(len(text) - len(part) + 1) if text[n : n + len(part)] == part)
    return next(starts, None) if part else None


def encode_prompt(tokenizer: Tokenizer, dialogue: Dialogue) -> list[int]:
    """The ids up to where the last answer begins."""
    last = dialogue.turns[-1]
    ids = encode(tokenizer, dialogue).ids
    answer = tokenizer.encode(last.answer, add_special_tokens=False).ids
    return ids[: len(ids) - len(answer) - 1]
