"""Dialogues as padded batches of about the same number of tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from tokenizers import Tokenizer

from pretraining.dialogue import PAD, Dialogue, Encoded, encode

LONGEST = 760
"""Dialogues of more tokens are left out."""
POOL = 96
"""Dialogues sorted by length together, so that batches hold little padding."""


@dataclass(frozen=True)
class Batch:
    """Inputs [batch, length], the tokens that follow, which of those are answers, and `ahead`.

    `ahead` holds the token to be known ahead at a position, PAD where there is none.
    """

    ids: torch.Tensor
    targets: torch.Tensor
    learn: torch.Tensor
    ahead: torch.Tensor


def batches(tokenizer: Tokenizer, dialogues: Iterator[Dialogue], tokens: int) -> Iterator[Batch]:
    """Batches of at most `tokens` padded tokens, as long as there are dialogues."""
    while pool := list(islice(dialogues, POOL)):
        encoded = [encode(tokenizer, dialogue) for dialogue in pool]
        kept = sorted((e for e in encoded if len(e.ids) <= LONGEST), key=lambda e: len(e.ids))
        group: list[Encoded] = []
        for item in kept:
            if group and len(item.ids) * (len(group) + 1) > tokens:
                yield as_batch(group)
                group = []
            group.append(item)
        if group:
            yield as_batch(group)


def as_batch(group: list[Encoded]) -> Batch:
    """Pad on the right and shift by one."""
    length = max(len(one.ids) for one in group) - 1
    ids = torch.full((len(group), length), PAD)
    targets = torch.full((len(group), length), PAD)
    learn = torch.zeros((len(group), length), dtype=torch.bool)
    ahead = torch.full((len(group), length), PAD)
    for row, (sequence, learnt, known) in enumerate(group):
        size = len(sequence) - 1
        ids[row, :size] = torch.tensor(sequence[:-1])
        targets[row, :size] = torch.tensor(sequence[1:])
        learn[row, :size] = torch.tensor(learnt[1:])
        ahead[row, :size] = torch.tensor(known[:-1])
    return Batch(ids, targets, learn, ahead)
