"""Dialogues as padded batches of about the same number of tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from tokenizers import Tokenizer

from pretraining.dialogue import PAD, Dialogue, encode

LONGEST = 760
"""Dialogues of more tokens are left out."""
POOL = 96
"""Dialogues sorted by length together, so that batches hold little padding."""


@dataclass(frozen=True)
class Batch:
    """Inputs [batch, length], the tokens that follow, and which of those are answers."""

    ids: torch.Tensor
    targets: torch.Tensor
    learn: torch.Tensor


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
    for row, (sequence, learnt) in enumerate(group):
        size = len(sequence) - 1
        ids[row, :size] = torch.tensor(sequence[:-1])
        targets[row, :size] = torch.tensor(sequence[1:])
        learn[row, :size] = torch.tensor(learnt[1:])
    return Batch(ids, targets, learn)
