"""Scores before and after: counted from what the model really writes, and honest about chance."""

import json
import math
import threading

import pytest

for package in ("torch", "peft", "sacrebleu"):
    pytest.importorskip(package)

from core.example import Example  # noqa: E402
from core.lora.base import EMBEDDED_FOLDER  # noqa: E402
from core.lora.scoring import (  # noqa: E402
    TASKS_FILE,
    Scored,
    Task,
    Tasks,
    as_row,
    compare,
    generate,
    score,
)
from core.training import TrainSettings  # noqa: E402
from tests.core.lora.random_models import CASES, Saved, save_random  # noqa: E402
from tests.core.lora.training_parts import boxes  # noqa: E402

pytestmark = pytest.mark.filterwarnings(
    "ignore:`is_gradient_checkpointing`:FutureWarning"  # PEFT's own
)
SHORT = 12


def scored(*similarity: float) -> Scored:
    count = len(similarity)
    return Scored(exact=(False,) * count, similarity=similarity, answers=("",) * count, loss=None)


def task(n: int, use: str = "check", **changes: str) -> Task:
    content = {"task": "talk", "use": use, "system": "", "question": f"q{n}", "answer": f"a{n}"}
    return Task(**(content | changes))


@pytest.fixture(scope="module", params=["llama", "lfm2"])
def saved(request, tmp_path_factory) -> Saved:
    return save_random(CASES[request.param], tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def written(saved) -> dict[str, str]:
    """What the model writes to questions of different length, one at a time."""
    questions = ["Hi", "Who keeps box 7?", "모델은 답변을 만들고", "Why? " * 20]
    return {
        q: generate(saved.model, saved.tokenizer, [said(q)], longest=SHORT)[0] for q in questions
    }


def said(question: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}]


def test_the_same_scores_are_no_gain():
    gain = compare(scored(0.2, 0.5), scored(0.2, 0.5))
    assert (gain.mean, gain.low, gain.high, gain.verdict) == (0, 0, 0, "unclear")


def test_one_better_answer_among_worse_ones_is_unclear():
    gain = compare(scored(0.5, 0.5, 0.5), scored(0.9, 0.3, 0.4))
    assert gain.low < 0 < gain.high
    assert gain.verdict == "unclear"


@pytest.mark.parametrize(("change", "verdict"), [(0.3, "better"), (-0.3, "worse")])
def test_what_is_the_same_everywhere_is_certain(change, verdict):
    gain = compare(scored(*[0.5] * 9), scored(*[0.5 + change] * 9))
    assert gain.verdict == verdict
    assert gain.mean == gain.low == gain.high == pytest.approx(change)


def test_the_interval_is_the_same_each_time_and_about_two_standard_errors():
    changes = [math.sin(n) / 4 for n in range(100)]
    before, after = scored(*[0.5] * 100), scored(*[0.5 + change for change in changes])
    gain = compare(before, after)
    assert gain == compare(before, after)
    spread = math.sqrt(sum((c - gain.mean) ** 2 for c in changes) / 100 / 100)
    assert gain.high - gain.mean == pytest.approx(1.96 * spread, rel=0.15)
    assert gain.mean - gain.low == pytest.approx(1.96 * spread, rel=0.15)


def test_without_held_out_items_there_is_no_gain():
    assert compare(scored(), scored()) is None


def test_scores_are_read_back_as_they_were_written():
    one = Scored(exact=(True,), similarity=(0.1,), answers=("다",), loss=0.5, basics={"talk": 0.25})
    assert Scored.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_replay_takes_its_share_always_alike_and_never_a_check():
    pool = [task(n, "replay", system="Be short.") for n in range(40)]
    tasks = Tasks([*pool, *[task(n) for n in range(40, 50)]])
    settings = TrainSettings(replay=0.5)
    rows = tasks.replay(20, settings)
    assert len(rows) == 10
    assert rows == tasks.replay(20, settings)
    assert rows != tasks.replay(20, TrainSettings(replay=0.5, seed=7))
    asked = {row["prompt"][-1]["content"] for row in rows}
    assert asked.isdisjoint(one.question for one in tasks.check())
    assert rows[0]["prompt"][0] == {"role": "system", "content": "Be short."}
    assert tasks.replay(20, TrainSettings(replay=0)) == []
    assert len(tasks.replay(1000, settings)) == 40


def test_a_row_without_a_system_has_no_system_message():
    assert as_row("q", "a") == {
        "prompt": [{"role": "user", "content": "q"}],
        "completion": [{"role": "assistant", "content": "a"}],
    }


def test_no_shipped_task_is_both_learnt_and_checked():
    lines = (EMBEDDED_FOLDER / TASKS_FILE).read_text("utf-8").splitlines()
    tasks = [Task(**json.loads(line)) for line in lines]
    sides = {
        use: {(t.system, t.question) for t in tasks if t.use == use} for use in ("replay", "check")
    }
    assert sides["replay"]
    assert sides["check"]
    assert sides["replay"].isdisjoint(sides["check"])
    assert sum(map(len, sides.values())) == len(tasks)


def test_answers_do_not_depend_on_what_else_is_asked_at_the_same_time(saved, written):
    prompts = [said(question) for question in written]
    together = generate(saved.model, saved.tokenizer, prompts, longest=SHORT)
    assert together == list(written.values())


def test_a_stop_is_heard_between_batches(saved):
    stop = threading.Event()
    stop.set()
    assert generate(saved.model, saved.tokenizer, [said("Hi")] * 20, stop=stop) == []


def test_exact_answers_similarity_and_basics_are_counted_from_what_it_writes(saved, written):
    questions = list(written)
    test = [Example(question=questions[1], answer="nothing like it")]
    checks = [
        task(0, question=questions[0], answer="0123456789" * 9),
        task(1, task="unknown", answer="xyz"),
    ]
    result = score(saved.model, saved.tokenizer, test, Tasks(checks), threading.Event())
    assert result.exact == (False,)
    assert 0 <= result.similarity[0] < 0.5
    assert result.basics == {"talk": 0.0, "unknown": 0.0}
    wrote = result.answers[0]
    again = score(
        saved.model,
        saved.tokenizer,
        [Example(question=questions[1], answer=f" {wrote}\n")],
        Tasks([]),
        threading.Event(),
    )
    assert again.exact == (True,)
    assert again.similarity[0] == pytest.approx(1.0)
    assert again.basics == {}


def test_the_loss_is_the_mean_over_the_answers_tokens(saved):
    import torch

    example = boxes()[0]
    result = score(saved.model, saved.tokenizer, [example], Tasks([]), threading.Event())
    whole = saved.tokenizer.apply_chat_template(
        [*said(example.question), {"role": "assistant", "content": example.answer}], tokenize=False
    )
    prompt, answer = whole.split("<|assistant|>")
    ids = saved.tokenizer(f"{prompt}<|assistant|>", add_special_tokens=False)["input_ids"]
    wanted = saved.tokenizer(answer, add_special_tokens=False)["input_ids"]
    labels = torch.tensor([[-100] * len(ids) + wanted])
    with torch.no_grad():
        loss = saved.model(input_ids=torch.tensor([ids + wanted]), labels=labels).loss
    assert result.loss == pytest.approx(float(loss), rel=1e-4)


def test_without_held_out_items_the_loss_is_unknown(saved):
    assert score(saved.model, saved.tokenizer, [], Tasks([]), threading.Event()).loss is None
