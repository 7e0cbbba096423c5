"""The trainer's own loss: the same number and the same gradients as trl's, on fewer tokens."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

for package in ("torch", "peft", "trl"):
    pytest.importorskip(package)

import torch  # noqa: E402
from datasets import Dataset  # noqa: E402
from trl import SFTConfig, SFTTrainer  # noqa: E402

from core.lora.fit import PLAIN_HEADS, _Trainer  # noqa: E402
from core.lora.scoring import as_row  # noqa: E402
from tests.core.lora.random_models import CASES, save_random  # noqa: E402
from tests.core.lora.training_parts import boxes  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")


def trainer_of(case: str, folder: Path) -> _Trainer:
    made = CASES[case]  # trl refuses an adapter on the head
    made = replace(made, targets=[name for name in made.targets if name != "lm_head"])
    saved = save_random(made, folder)
    for name, weight in saved.model.named_parameters():
        weight.requires_grad_("lora_" in name)
    return _Trainer(
        model=saved.model,
        processing_class=saved.tokenizer,
        train_dataset=Dataset.from_list([as_row(e.question, e.answer) for e in boxes(4)]),
        args=SFTConfig(
            output_dir=str(folder / "out"),
            per_device_train_batch_size=4,
            completion_only_loss=True,
            report_to="none",
            use_cpu=True,
            bf16=False,
            activation_checkpointing=False,
            dataloader_pin_memory=False,
        ),
    )


def loss_and_gradients(trainer: _Trainer, compute: Any) -> tuple[float, dict[str, torch.Tensor]]:
    trainer.model.zero_grad()
    inputs = next(iter(trainer.get_train_dataloader()))
    count = (inputs["labels"][:, 1:] != -100).sum()
    loss = compute(trainer, trainer.model, inputs, num_items_in_batch=count)
    loss.backward()
    named = trainer.model.named_parameters()
    return float(loss.detach()), {n: w.grad.clone() for n, w in named if w.grad is not None}


@pytest.mark.parametrize("case", sorted(CASES))
def test_loss_and_gradients_are_trls(case: str, tmp_path: Path) -> None:
    trainer = trainer_of(case, tmp_path)
    trainer.model.eval()
    assert trainer.model.get_base_model().config.model_type in PLAIN_HEADS
    torch.manual_seed(0)
    ours, our_gradients = loss_and_gradients(trainer, _Trainer.compute_loss)
    torch.manual_seed(0)
    theirs, their_gradients = loss_and_gradients(trainer, SFTTrainer.compute_loss)
    assert ours == pytest.approx(theirs, rel=1e-5)
    assert ours > 1
    assert our_gradients.keys() == their_gradients.keys()
    for name, gradient in our_gradients.items():
        torch.testing.assert_close(gradient, their_gradients[name], rtol=1e-3, atol=1e-6)
    assert any(float(g.abs().max()) > 0 for g in our_gradients.values())


def test_the_head_sees_the_answers_tokens_only(tmp_path: Path) -> None:
    trainer = trainer_of("lfm2", tmp_path)
    seen: list[int] = []
    head = trainer.model.get_base_model().lm_head
    head.register_forward_hook(lambda _, inputs, output: seen.append(inputs[0].shape[0]))
    inputs = next(iter(trainer.get_train_dataloader()))
    trainer.compute_loss(trainer.model, inputs)
    assert seen == [int((inputs["labels"][:, 1:] != -100).sum())]
    assert seen[0] < inputs["labels"].numel() / 2


def test_other_heads_are_left_to_trl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = trainer_of("qwen2", tmp_path)
    asked: list[bool] = []
    monkeypatch.setattr(SFTTrainer, "compute_loss", lambda *_: asked.append(True))
    trainer.model.get_base_model().config.model_type = "gemma3_text"
    trainer.compute_loss(trainer.model, next(iter(trainer.get_train_dataloader())))
    assert asked == [True]
