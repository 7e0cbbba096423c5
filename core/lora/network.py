"""Loads the base of a training and lays a fresh adapter over it."""

import os
from typing import Any

from core.errors import UsageError
from core.lora.base import TARGETS, describe, identity
from core.lora.job import Job
from core.training import SMALL, TrainSettings


def load_base(job: Job) -> tuple[Any, Any]:
    """Model and tokenizer, from safetensors only and without running code of the folder.

    Raises:
        UsageError: `bad_training` when the base changed since the job was made.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if identity(job.base_folder)["base_hash"] != job.base_hash:
        reason = f"the files of {job.base} have changed since this training was prepared"
        raise UsageError("bad_training", reason, setting="base", reason=reason)
    small = describe(job.base, job.base_folder).parameters < SMALL
    # On small matrices a second thread costs more than it brings.
    torch.set_num_threads(1 if small else max(1, (os.cpu_count() or 2)))
    torch.manual_seed(job.settings.seed)
    tokenizer = AutoTokenizer.from_pretrained(job.base_folder, trust_remote_code=False)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(
        job.base_folder,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.float32,
        attn_implementation="sdpa",
        **_quantised(job.settings),
    )
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    return model, tokenizer


def _quantised(settings: TrainSettings) -> dict[str, Any]:
    if settings.quantisation == "none":
        return {}
    import torch
    from transformers import BitsAndBytesConfig

    return {
        "quantization_config": BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_compute_dtype=torch.float32,
        )
    }


def with_adapter(model: Any, settings: TrainSettings) -> Any:
    """The model with a fresh LoRA over its matrices; only that is trained."""
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training

    if settings.quantisation != "none":
        model = prepare_model_for_kbit_training(  # type: ignore[no-untyped-call]
            model, use_gradient_checkpointing=False
        )
    names = {name.rsplit(".", 1)[-1] for name, _ in model.named_modules()}
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=[name for name in TARGETS if name in names],
    )
    return get_peft_model(model, config)
