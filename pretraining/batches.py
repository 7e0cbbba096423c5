"""Dialogues as padded batches of about the same number of tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from tokenizers import Tokenizer

from pretraining.dialogue import ASSISTANT, PAD, USER, Dialogue, encode

LONGEST = 760
"""Dialogues of more tokens are left out."""
POOL = 96
"""Dialogues sorted by length together, so that batches hold little padding."""
REACH = 24
"""How many tokens before an answer its first token is asked for already."""


@dataclass(frozen=True)
class Batch:
    """Inputs [batch, length], the tokens that follow, and which of those are answers.

    `ahead` [batch, length] is a second lesson for positions whose own prediction nobody needs:
    at each token of a question, the first token of the answer to come; PAD elsewhere. Without
    it a small network finds only what is named right before the answer: what it would have to
    look up earlier is of no use to it until it also knows where to fetch the find.
    """

    ids: torch.Tensor
    targets: torch.Tensor
    learn: torch.Tensor
    ahead: torch.Tensor


def batches(tokenizer: Tokenizer, dialogues: Iterator[Dialogue], tokens: int) -> Iterator[Batch]:
    """Batches of at most `tokens` padded tokens, as long as there are dialogues."""
    while pool := list(islice(dialogues, POOL)):
        encoded = [encode(tokenizer, dialogue) for dialogue in pool]
        kept = sorted((e for e in encoded if len(e[0]) <= LONGEST), key=lambda e: len(e[0]))
        group: list[tuple[list[int], list[bool]]] = []
        for item in kept:
            if group and len(item[0]) * (len(group) + 1) > tokens:
                yield as_batch(group)
                group = []
            group.append(item)
        if group:
            yield as_batch(group)


def as_batch(group: list[tuple[list[int], list[bool]]]) -> Batch:
    """Pad on the right and shift by one."""
    length = max(len(ids) for ids, _ in group) - 1
    ids = torch.full((len(group), length), PAD)
    targets = torch.full((len(group), length), PAD)
    learn = torch.zeros((len(group), length), dtype=torch.bool)
    ahead = torch.full((len(group), length), PAD)
    for row, (sequence, learnt) in enumerate(group):
        size = len(sequence) - 1
        ids[row, :size] = torch.tensor(sequence[:-1])
        targets[row, :size] = torch.tensor(sequence[1:])
        learn[row, :size] = torch.tensor(learnt[1:])
        ahead[row, :size] = torch.tensor(answers_ahead(sequence, learnt)[:-1])
    return Batch(ids, targets, learn, ahead)


def answers_ahead(ids: list[int], learnt: list[bool]) -> list[int]:
    """For the last `REACH` tokens of each question whose answer is learnt, its first token."""
    ahead = [PAD] * len(ids)
    for end in (n for n, token in enumerate(ids[:-1]) if token == ASSISTANT and learnt[n + 1]):
        for place in range(end - 1, max(0, end - 1 - REACH), -1):
            if ids[place] == USER:
                break
            ahead[place] = ids[end + 1]
    return ahead
