"""The gates: what the embedded model must be able to do, on what it never saw in training."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import torch
from tokenizers import Tokenizer
from transformers import Lfm2ForCausalLM

from pretraining import skills
from pretraining.batches import as_batch
from pretraining.dialogue import Dialogue, encode
from pretraining.lessons import easy_key_values, key_values, one_passage, reaching, several_passages
from pretraining.network import answer_logits
from pretraining.words import Words


def quick_scores(
    model: Lfm2ForCausalLM, tokenizer: Tokenizer, count: int = 100
) -> dict[str, float]:
    """A glance while it trains: exact match of every lesson's last answer, per language."""
    makers: dict[str, Callable[[Words], Dialogue]] = {
        "easy": easy_key_values,
        "keys": lambda w: key_values(w, pairs=4, questions=1),
        "reach": lambda w: last_only(reaching(w)),
        "bridge": lambda w: last_only(reaching(w, bridged=True)),
        "plain": lambda w: last_only(one_passage(w, most=3, framed_share=0)),
        "passage": lambda w: last_only(one_passage(w)),
        "three": lambda w: last_only(several_passages(w, passages=3)),
        "labels": skills.labels,
    }
    scores = {}
    for name, make in makers.items():
        for language in ("en", "ko"):
            words = Words(Random(99), language, held_out=True)
            made = [make(words) for _ in range(count)]
            scores[f"{name}_{language}"] = round(exact_match(model, tokenizer, made), 3)
    return scores


def last_only(dialogue: Dialogue, index: int = -1) -> Dialogue:
    """The dialogue as one question about its texts."""
    first, chosen = dialogue.turns[0], dialogue.turns[index]
    text, blank, _ = first.question.rpartition("\n\n")
    question = chosen.question
    if blank and not dialogue.system and chosen is not first:
        question = f"{text}\n\n{question}"
    return replace(dialogue, turns=(replace(chosen, question=question),))


@torch.no_grad()
def exact_match(model: Lfm2ForCausalLM, tokenizer: Tokenizer, made: list[Dialogue]) -> float:
    """Share of dialogues whose last answer greedy decoding writes exactly."""
    return sum(right_of(model, tokenizer, made)) / len(made)


@torch.no_grad()
def right_of(
    model: Lfm2ForCausalLM, tokenizer: Tokenizer, made: list[Dialogue], *, first: bool = False
) -> list[bool]:
    """For each dialogue, whether every token of its last answer is the likeliest one.

    That is the same as greedy decoding being exact: as soon as one token differs, both are wrong.
    `first` looks at the first token only.
    """
    right = []
    device = next(model.parameters()).device
    for dialogue in made:
        last = replace(dialogue.turns[-1], learn=True)
        earlier = tuple(replace(t, learn=False) for t in dialogue.turns[:-1])
        batch = as_batch([encode(tokenizer, replace(dialogue, turns=(*earlier, last)))])
        logits = answer_logits(model, batch.ids.to(device), batch.learn.to(device))
        hits = logits.argmax(-1).cpu() == batch.targets[batch.learn]
        right.append(bool(hits[0] if first else hits.all()))
    return right
