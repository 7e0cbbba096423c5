"""A conversation the network learns from, and how it is written as tokens."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tokenizers import Tokenizer

SPECIAL = ("<|pad|>", "<|start|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
PAD, START, END, SYSTEM, USER, ASSISTANT = range(6)
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


def encode(tokenizer: Tokenizer, dialogue: Dialogue) -> tuple[list[int], list[bool]]:
    """Token ids, and for each whether it is to be predicted (answers with their end)."""
    ids, learn = [START], [False]

    def add(role: int, text: str, *, learnt: bool) -> None:
        content = tokenizer.encode(text, add_special_tokens=False).ids
        ids.extend([role, *content, END])
        learn.extend([False, *[learnt] * (len(content) + 1)])

    if dialogue.system:
        add(SYSTEM, dialogue.system, learnt=False)
    for turn in dialogue.turns:
        add(USER, turn.question, learnt=False)
        add(ASSISTANT, turn.answer, learnt=turn.learn)
    return ids, learn


def encode_prompt(tokenizer: Tokenizer, dialogue: Dialogue) -> list[int]:
    """The ids up to where the last answer begins."""
    last = dialogue.turns[-1]
    ids, _ = encode(tokenizer, dialogue)
    answer = tokenizer.encode(last.answer, add_special_tokens=False).ids
    return ids[: len(ids) - len(answer) - 1]
