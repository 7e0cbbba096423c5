"""The gates count what greedy decoding would write, about what was never trained on."""

from dataclasses import replace
from random import Random

import pytest

torch = pytest.importorskip("torch")

from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

from core.lora.base import EMBEDDED_FOLDER  # noqa: E402
from pretraining.dialogue import END, PAD, Dialogue, Turn, encode_prompt  # noqa: E402
from pretraining.gate_table import GATES, handwritten  # noqa: E402
from pretraining.gates import exact_match, last_only, right_of  # noqa: E402
from pretraining.words import Words  # noqa: E402

FIRST, SECOND = Turn(question="Who?", answer="Ann"), Turn(question="When?", answer="2 pm")


@torch.no_grad()
def test_right_is_what_greedy_decoding_writes_exactly():
    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(EMBEDDED_FOLDER, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED_FOLDER).backend_tokenizer
    made = []
    for language in ("en", "ko"):
        words = Words(Random(51), language, held_out=True)
        made += [gate.make(words) for gate in GATES]
    right, starts = [], []
    for one in made:
        prompt = torch.tensor([encode_prompt(tokenizer, one)])
        wanted = [*tokenizer.encode(one.turns[-1].answer, add_special_tokens=False).ids, END]
        written = model.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            do_sample=False,
            max_new_tokens=len(wanted),
            pad_token_id=PAD,
        )[0, prompt.shape[1] :].tolist()
        right.append(written == wanted)
        starts.append(written[0] == wanted[0])
    assert right_of(model, tokenizer, made) == right
    assert right_of(model, tokenizer, made, first=True) == starts
    assert exact_match(model, tokenizer, made) == pytest.approx(sum(right) / len(right))


def test_one_question_of_a_dialogue_keeps_its_text():
    with_system = Dialogue(system="[1] Ann came.", turns=(FIRST, SECOND))
    assert last_only(with_system) == replace(with_system, turns=(SECOND,))
    assert last_only(with_system, 0) == replace(with_system, turns=(FIRST,))
    told = replace(FIRST, question="Ann came.\n\nAt 2 pm.\n\nWho?")
    without = Dialogue(turns=(told, SECOND))
    assert last_only(without, 0).turns == (told,)
    (turn,) = last_only(without).turns
    assert turn == replace(SECOND, question="Ann came.\n\nAt 2 pm.\n\nWhen?")


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_a_gate_asks_what_can_be_answered(gate):
    for language in ("en", "ko"):
        words = Words(Random(52), language, held_out=True)
        for _ in range(50):
            made = gate.make(words)
            assert made.turns[-1].question
            assert made.turns[-1].answer


def test_handwritten_answers_stand_in_their_passages():
    found = handwritten()
    assert len(found) == 30
    for language, made in found:
        (turn,) = made.turns
        assert turn.answer in made.system, turn
        assert language == ("ko" if any("가" <= sign <= "힣" for sign in made.system) else "en")
