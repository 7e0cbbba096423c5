"""From a training run to `assets/narani`: safetensors, tokenizer, GGUF, and ordinary tasks."""

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import torch
from tokenizers import Tokenizer

from core.lora.base import EMBEDDED_FOLDER, hash_of, weight_files
from core.lora.gguf_model import write_model_gguf
from core.lora.library import BASE_HASH_SUFFIX
from core.lora.scoring import TASKS_FILE
from pretraining import skills
from pretraining.curriculum import dialogue
from pretraining.dialogue import Dialogue
from pretraining.gates import last_only
from pretraining.tokenizer import as_pretrained
from pretraining.train import load_network
from pretraining.words import Words

REPLAYED, CHECKED = 240, 16
"""Ordinary dialogues to mix into a training, and per task to check afterwards."""


def export(options: Namespace) -> None:
    """Write the newest check-point of a run as the model that is shipped."""
    source, target = Path(options.folder), Path(options.out or EMBEDDED_FOLDER)
    target.mkdir(parents=True, exist_ok=True)
    model = load_network(source, tuple(options.layers))
    tokenizer = as_pretrained(Tokenizer.from_file(str(source / "tokenizer.json")))
    model.generation_config.update(bos_token_id=1, eos_token_id=2, pad_token_id=0)
    model.to(torch.bfloat16).save_pretrained(target, safe_serialization=True)
    tokenizer.save_pretrained(target)
    file = target / "narani.gguf"
    write_model_gguf(target, file)
    file.with_name(file.name + BASE_HASH_SUFFIX).write_text(hash_of(weight_files(target)) + "\n")
    (target / "README.md").write_text(card(source, sum(p.numel() for p in model.parameters())))
    for file in target.iterdir():
        file.chmod(0o644)
    lines = (json.dumps(task, ensure_ascii=False) + "\n" for task in ordinary_tasks())
    (target / TASKS_FILE).write_text("".join(lines), "utf-8")


def card(source: Path, parameters: int) -> str:
    """The model's card, with the gates as they were measured last."""
    state = json.loads((source / "state.json").read_text())
    measured = source / "gates.md"
    table = measured.read_text("utf-8") if measured.exists() else "Not measured yet.\n"
    return CARD.format(
        parameters=parameters, total=state.get("total", state["millions"]), table=table
    )


CARD = """---
language: [ko, en]
license: apache-2.0
tags: [narani, lfm2]
---
# local/narani

A language model of {parameters:,} parameters that comes with Narani, so that every technique can
be tried with no key and no internet. It was trained from scratch, on a processor, on text that the
generator in `pretraining/` writes: weights, text and generator are this project's own, under the
Apache License 2.0.

**It is small: for demonstration and tests.** It copies short answers out of short passages, says
that it does not know, labels and formats by example, knows a few capitals and a little small talk.
It knows nothing else, it makes mistakes, and it should not be asked for advice. For real work take
a real model: the Models page names them.

| | |
|---|---|
| network | LFM2: short convolutions and attention in turn, hidden size 256, 7 layers |
| tokenizer | byte-level BPE of 4,096; each common Hangul syllable is a token |
| context | 4,096 tokens; trained on up to 760 |
| trained | about {total:.0f} million tokens, with a curriculum that was changed on the way |
| files | `model.safetensors` (bfloat16) to train adapters on, `narani.gguf` (float16) to run |
| made by | `python -m pretraining train FOLDER`, `gates FOLDER`, `export FOLDER` |

## What it can do

Share of held-out questions answered exactly, mean of three draws (lowest to highest): names,
values and sentence patterns that were never trained on. **Where a number is below its goal, do not
rely on it: most are, so far.** Give it one short passage, and ask in the passage's own words. Its
citations name the first passage more often than they should.

{table}
## 한국어

Narani에 들어 있는 작은 언어 모델입니다({parameters:,}개 매개변수). 키와 인터넷 없이도 모든 기법을
시험해 볼 수 있도록, 이 프로젝트의 생성기가 쓴 글로 처음부터 학습했습니다. 시연과 테스트용이며,
짧은 글에서 답을 찾고, 모르면 모른다고 말하고, 예시를 따라 분류하는 정도만 합니다. 실제 업무에는
더 큰 모델을 쓰세요.
"""


def ordinary_tasks() -> Iterator[dict[str, Any]]:
    """What the model should still do after a training: some to repeat, others to check."""
    asked: set[str] = set()
    for use, count, held_out in (("replay", REPLAYED // 6, False), ("check", CHECKED // 2, True)):
        for task in ("unknown", "talk", "passage"):
            for language in ("en", "ko"):
                words = Words(Random(f"{use} {task} {language}"), language, held_out=held_out)
                made = 0
                while made < count:
                    single = _single(_made(words, task))
                    if single["question"] in asked:  # nothing is checked that was replayed
                        continue
                    made += 1
                    asked.add(single["question"])
                    yield {"task": task, "use": use, **single}


def _made(words: Words, task: str) -> Dialogue:
    if task == "passage":
        return last_only(dialogue(words, "short"), 0)
    return last_only(skills.LESSONS[task](words), 0)


def _single(made: Dialogue) -> dict[str, str]:
    turn = made.turns[0]
    return {"system": made.system, "question": turn.question, "answer": turn.answer}
