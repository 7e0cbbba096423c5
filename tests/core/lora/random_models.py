"""Tiny random models and adapters of every architecture, saved as transformers and PEFT do."""

import json
import math
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import peft
import tokenizers
import torch
import transformers
from tokenizers import decoders, models, pre_tokenizers, processors, trainers

SPECIAL = ("<|pad|>", "<|start|>", "<|end|>", "<|user|>", "<|assistant|>")
END = 2
WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2, LLAMA3 = WORDS + r"\p{N}" + REST, WORDS + r"\p{N}{1,3}" + REST
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
TEXTS = (
    "The model answers with care, and the cat sits on the mat near the river.",
    "모델은 검색과 생성을 사용해 답변을 만들고 비용과 지연 시간을 비교한다.",
    "She doesn't know 12345 reasons; they've asked 678 times!\n\n  Indented text follows.",
)
WIDTH = 64
SHAPE = {
    "hidden_size": WIDTH,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": END,
}
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 500.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}
"""Far from what it was trained with: within a few words the factors change the answer."""
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One architecture, each with another way of being stored."""

    config: str
    shape: dict = field(default_factory=dict)
    targets: list = field(default_factory=lambda: PROJECTIONS)
    lora: dict = field(default_factory=dict)
    pattern: str = QWEN2
    adds_bos: bool = False
    dtype: str = "float32"
    shard: str = "1GB"


CASES = {
    "lfm2": Case(
        config="Lfm2Config",
        shape={
            "block_auto_adjust_ff_dim": False,
            "layer_types": ["conv", "full_attention", "conv"],
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e6},
        },
        targets=["q_proj", "k_proj", "v_proj", "out_proj", "in_proj", "w1", "w2", "w3"],
        adds_bos=True,
    ),
    "llama": Case(
        config="LlamaConfig",
        shape={
            "rope_parameters": LLAMA3_ROPE,
            "attention_bias": True,
            "mlp_bias": True,
            "vocab_size": 448,
        },
        targets=[*PROJECTIONS, "lm_head"],
        pattern=LLAMA3,
        shard="100KB",
    ),
    "qwen2": Case(
        config="Qwen2Config", shape={"tie_word_embeddings": True}, lora={"use_rslora": True}
    ),
    "qwen3": Case(
        config="Qwen3Config",
        shape={"head_dim": 32},
        lora={"use_rslora": True, "rank_pattern": {"v_proj": 2}},
        pattern="",
        dtype="bfloat16",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Saved:
    """Two folders, and what was saved there."""

    folder: Path
    adapter: Path
    model: peft.PeftModel
    tokenizer: transformers.PreTrainedTokenizerFast

    @property
    def config(self) -> dict[str, Any]:
        return json.loads((self.folder / "config.json").read_text())


def save_random(case: Case, home: Path, seed: int = 1) -> Saved:
    torch.set_num_threads(1)  # more only wait for each other in so small a model
    torch.manual_seed(seed)
    tokenizer = make_tokenizer(case.pattern, adds_bos=case.adds_bos)
    model = make_model(case, len(tokenizer))
    folder, adapter = home / "model", home / "adapter"
    # A copy: rounding the model would round its rotary frequencies too.
    stored = deepcopy(model).to(getattr(torch, case.dtype))
    stored.save_pretrained(folder, max_shard_size=case.shard)
    tokenizer.save_pretrained(folder)
    adapted = make_adapter(case, model)
    adapted.save_pretrained(adapter, save_embedding_layers=False)
    return Saved(folder=folder, adapter=adapter, model=adapted, tokenizer=tokenizer)


def make_tokenizer(pattern: str, *, adds_bos: bool):
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    if pattern:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(tokenizers.Regex(pattern), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=[tokenizers.AddedToken(text, special=True) for text in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    if adds_bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{SPECIAL[1]} $A", special_tokens=[(SPECIAL[1], 1)]
        )
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=SPECIAL[0],
        bos_token=SPECIAL[1],
        eos_token=SPECIAL[2],
        additional_special_tokens=list(SPECIAL[3:]),
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = CHAT_TEMPLATE
    return wrapped


def make_model(case: Case, vocabulary: int):
    """Random weights, wide enough that answers differ, and rounded to what both sides store."""
    shape = {"vocab_size": vocabulary, **SHAPE, **case.shape}
    config = getattr(transformers, case.config)(**shape)
    model = transformers.AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for parameter in model.parameters():
            fan_in = parameter.shape[-1] if parameter.ndim > 1 else 4 * WIDTH
            noise = torch.randn_like(parameter) / math.sqrt(fan_in)
            parameter.copy_(noise if parameter.ndim > 1 else parameter + noise)
            parameter.copy_(parameter.to(getattr(torch, case.dtype)).half().float())
    return model.eval()


def make_adapter(case: Case, model):
    lora = peft.LoraConfig(
        r=4, lora_alpha=6, target_modules=case.targets, task_type="CAUSAL_LM", **case.lora
    )
    adapted = peft.get_peft_model(model, lora)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0.0, 0.2)
    return adapted.eval()
