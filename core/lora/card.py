"""The card of an adapter: what it is, how it was made, how well it does, how to use it."""

from core.adapter import Adapter


def card(adapter: Adapter) -> str:
    """Markdown with the front matter that Hugging Face reads."""
    settings = ", ".join(f"{name} {value}" for name, value in adapter.settings.items())
    versions = ", ".join(f"{name} {value}" for name, value in adapter.versions.items())
    base = adapter.base.rstrip("/").rsplit("/", 1)[-1]
    return f"""---
base_model: {base}
library_name: peft
tags: [lora, narani]
---
# {adapter.name}

A LoRA adapter ({adapter.trainable:,} trained numbers, {adapter.trainable / adapter.parameters:.2%}
of the base) for `{adapter.base}`, trained with Narani.

| | |
|---|---|
| examples | {adapter.example_set} ({adapter.train_count} trained on, \
{adapter.test_count} held out) |
| settings | {settings} |
| trained | {adapter.created_at}, {adapter.duration_s:.0f} s on {adapter.hardware} |
| libraries | {versions} |
| hashes | adapter `{adapter.hash}`, base `{adapter.base_hash}`, tokenizer \
`{adapter.tokenizer_hash}`, chat template `{adapter.template_hash}`, examples \
`{adapter.example_set_hash}` |

## Held-out score

{_table(adapter)}

## Use

* transformers: `PeftModel.from_pretrained(base, "this folder")`
* vLLM: `vllm serve BASE --enable-lora --lora-modules {adapter.name}=THIS_FOLDER`
* llama.cpp: `llama-server -m BASE.gguf --lora adapter.gguf`
* Ollama: a Modelfile with `FROM BASE` and `ADAPTER ./adapter.gguf`

It repeats what it was trained on and cannot say where that comes from.
"""


def _table(adapter: Adapter) -> str:
    if adapter.before is None or adapter.after is None:
        return "Not measured."
    rows = [
        ("held-out answers exactly right", adapter.before.exact, adapter.after.exact),
        (
            "held-out answers, similarity (chrF)",
            adapter.before.similarity,
            adapter.after.similarity,
        ),
    ]
    rows += [
        (f"ordinary task: {name}", value, adapter.after.basics.get(name, 0.0))
        for name, value in adapter.before.basics.items()
    ]
    lines = ["| | before | after |", "|---|---|---|"]
    lines += [f"| {name} | {before:.0%} | {after:.0%} |" for name, before, after in rows]
    return "\n".join(lines)
