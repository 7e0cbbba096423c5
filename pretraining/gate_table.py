"""Measures every gate on three seeds and prints the table of the model's card.

Everything asked here is from the held-out side: names, values, sentence patterns, wordings.
"""

import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer

from pretraining import skills
from pretraining.attributes import open_fact
from pretraining.dialogue import Dialogue, Turn
from pretraining.gates import last_only, right_of
from pretraining.lessons import (
    UNKNOWN,
    as_passage,
    facts_of,
    in_context,
    key_values,
    several_passages,
    turns_of,
)
from pretraining.train import load_network
from pretraining.words import Words

SEEDS = (11, 22, 33)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One thing measured."""

    name: str
    goal: float
    make: Callable[[Words], Dialogue]
    first_token: bool = False


def measure(options: Namespace) -> None:
    """Print the table, and write it beside the check-point."""
    folder = Path(options.folder)
    torch.set_num_threads(1)
    model = load_network(folder, tuple(options.layers)).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    lines = [
        f"n = {options.count} a draw.",
        "",
        "| gate | goal | English | Korean |",
        "|---|---|---|---|",
    ]
    for gate in GATES:
        cells = []
        for language in ("en", "ko"):
            shares = []
            for seed in SEEDS:
                words = Words(Random(f"{seed} {gate.name}"), language, held_out=True)
                made = [gate.make(words) for _ in range(options.count)]
                shares.append(
                    sum(right_of(model, tokenizer, made, first=gate.first_token)) / options.count
                )
            low, high = min(shares), max(shares)
            cells.append(f"{sum(shares) / len(shares):.2f} ({low:.2f}–{high:.2f})")
        lines.append(f"| {gate.name} | {gate.goal:.2f} | {cells[0]} | {cells[1]} |")
        print(lines[-1], flush=True)
    right = {language: 0 for language in ("en", "ko")}
    for language, made_one in handwritten():
        right[language] += right_of(model, tokenizer, [made_one])[0]
    lines.append(
        f"| 30 handwritten passages, 15 a language | 20 of 30 | {right['en']} | {right['ko']} |"
    )
    (folder / "gates.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


def _answered(made: Dialogue) -> Dialogue:
    """One question of a dialogue that the texts answer."""
    known = [n for n, turn in enumerate(made.turns) if turn.answer not in UNKNOWN]
    return last_only(made, known[0] if known else 0)


def _five_facts(words: Words) -> Dialogue:
    facts, _ = facts_of(words, count=words.random.randint(3, 5))
    return _answered(in_context(words, [as_passage(words, facts)], turns_of(words, [facts], [])))


def _three(words: Words) -> Dialogue:
    return _answered(several_passages(words, passages=3))


def _sentences(words: Words) -> Dialogue:
    """One short passage, as a retriever of sentences would hand over."""
    facts, _ = facts_of(words, count=1)
    return _answered(in_context(words, [as_passage(words, facts)], turns_of(words, [facts], [])))


def _unanswerable(words: Words) -> Dialogue:
    """A question about something the three passages leave out."""
    for _ in range(100):
        made = several_passages(words, passages=3)
        missing = [n for n, turn in enumerate(made.turns) if turn.answer in UNKNOWN]
        if missing:
            return last_only(made, missing[0])
    raise RuntimeError("the generator makes no unanswerable questions")


def _unseen_attribute(words: Words) -> Dialogue:
    entity = words.entity("org")
    facts = [open_fact(words, entity, words.attribute(), alone=n > 0) for n in range(3)]
    return _answered(in_context(words, [as_passage(words, facts)], turns_of(words, [facts], [])))


def _capital(words: Words) -> Dialogue:
    return Dialogue(turns=(skills.capital(words),))


def _talk(words: Words) -> Dialogue:
    while True:
        made = skills.small_talk(words)
        turn = made.turns[0]
        if turn.answer not in UNKNOWN:
            return Dialogue(turns=(turn,))


def _unknown(words: Words) -> Dialogue:
    return Dialogue(turns=skills.unknown_alone(words).turns[:1])


GATES = (
    Gate(name="value of a key among 4 pairs, first token", goal=0.95, first_token=True,
         make=lambda words: key_values(words, pairs=4, questions=1)),
    Gate(name="value of a key among 4 pairs, exact", goal=0.95,
         make=lambda words: key_values(words, pairs=4, questions=1)),
    Gate(name="one passage, one fact, exact", goal=0.9, make=_sentences),
    Gate(name="one passage, 3 to 5 facts, exact", goal=0.9, make=_five_facts),
    Gate(name="three passages with distractors, exact", goal=0.8, make=_three),
    Gate(name="unanswerable from three passages", goal=0.8, make=_unanswerable),
    Gate(name="unseen attributes, exact", goal=0.6, make=_unseen_attribute),
    Gate(name="label by examples, arbitrary labels", goal=0.85, make=skills.labels),
    Gate(name="format by examples", goal=0.8, make=skills.formats),
    Gate(name="\"I don't know\" without a text", goal=0.95, make=_unknown),
    Gate(name="capitals", goal=0.95, make=_capital),
    Gate(name="small talk and capitals", goal=0.95, make=_talk),
)  # fmt: skip


def handwritten() -> list[tuple[str, Dialogue]]:
    """Passages written by hand after the generator, never trained on."""
    lines = (skills.TALK / "handwritten.jsonl").read_text("utf-8").splitlines()
    found = []
    for content in map(json.loads, lines):
        turn = Turn(question=content["question"], answer=content["answer"])
        found.append((content["lang"], Dialogue(system=f"[1] {content['passage']}", turns=(turn,))))
    return found
