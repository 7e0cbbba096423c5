"""A dialogue is written as the shipped chat template writes it, and only answers are learnt."""

from random import Random

import pytest

torch = pytest.importorskip("torch")

from transformers import AutoTokenizer  # noqa: E402

from core.lora.base import EMBEDDED_FOLDER  # noqa: E402
from pretraining.batches import LONGEST, as_batch, batches  # noqa: E402
from pretraining.curriculum import STAGES, dialogue  # noqa: E402
from pretraining.dialogue import (  # noqa: E402
    CHAT_TEMPLATE,
    END,
    PAD,
    REACH,
    SPECIAL,
    Dialogue,
    Found,
    Turn,
    encode,
    encode_prompt,
)
from pretraining.words import Words  # noqa: E402

ODD = (
    Dialogue(turns=(Turn(question="hi", answer="안녕하세요!"),)),
    Dialogue(system=" spaces \n", turns=(Turn(question="\n\nq\n", answer=" a "),)),
    Dialogue(
        system="'s", turns=(Turn(question="'ll", answer="2026"), Turn(question="?", answer="🙂"))
    ),
    Dialogue(turns=(Turn(question="{{ x }} {% if %}", answer="<b> & </b>"),)),
)


@pytest.fixture(scope="module")
def shipped():
    return AutoTokenizer.from_pretrained(EMBEDDED_FOLDER)


@pytest.fixture(scope="module")
def made() -> list[Dialogue]:
    found = list(ODD)
    for language in ("en", "ko"):
        words = Words(Random(41), language, held_out=False)
        found += [dialogue(words, lesson) for lesson in STAGES[-1].mix for _ in range(40)]
    return found


def messages_of(one: Dialogue) -> list[dict[str, str]]:
    messages = [{"role": "system", "content": one.system}] if one.system else []
    for turn in one.turns:
        messages.append({"role": "user", "content": turn.question})
        messages.append({"role": "assistant", "content": turn.answer})
    return messages


def test_it_is_written_as_the_template_writes_it(shipped, made):
    assert shipped.chat_template == CHAT_TEMPLATE
    for one in made:
        ids, *_ = encode(shipped.backend_tokenizer, one)
        assert ids == shipped.apply_chat_template(messages_of(one))["input_ids"], one


def test_a_prompt_is_what_the_template_asks_with(shipped, made):
    for one in made:
        asked = shipped.apply_chat_template(messages_of(one)[:-1], add_generation_prompt=True)
        assert encode_prompt(shipped.backend_tokenizer, one) == asked["input_ids"], one


def test_only_answers_and_their_ends_are_learnt(shipped, made):
    for one in made:
        ids, learn, _ = encode(shipped.backend_tokenizer, one)
        assert len(ids) == len(learn)
        learnt, now = [], []
        for token, flag in zip(ids, learn, strict=True):
            if flag:
                now.append(token)
                if token == END:
                    learnt.append(shipped.decode(now[:-1]))
                    now = []
            assert flag or not now, "an answer is learnt to its end"
        assert learnt == [turn.answer for turn in one.turns if turn.learn], one


def test_a_turn_that_is_not_to_be_learnt_is_read_all_the_same(shipped):
    turns = (Turn(question="a", answer="b", learn=False), Turn(question="c", answer="d"))
    ids, learn, _ = encode(shipped.backend_tokenizer, Dialogue(system="s", turns=turns))
    all_learnt, *_ = encode(
        shipped.backend_tokenizer,
        Dialogue(system="s", turns=(Turn(question="a", answer="b"), turns[1])),
    )
    assert ids == all_learnt
    assert learn == [False] * (len(ids) - 2) + [True] * 2


def marks(shipped, dialogue: Dialogue) -> list[tuple[str, str]]:
    """Tokens with what is to be known at them, where there is something."""
    ids, _, ahead = encode(shipped.backend_tokenizer, dialogue)
    pairs = zip(ids, ahead, strict=True)
    return [(shipped.decode(i), shipped.decode(known)) for i, known in pairs if known != PAD]


def test_a_question_knows_ahead_how_its_answer_begins(shipped):
    turns = (Turn(question="값?", answer="가"), Turn(question="뭐", answer="나", learn=False))
    found = marks(shipped, Dialogue(system="글", turns=turns))
    assert found == [("값", "가"), ("?", "가"), (SPECIAL[END], "가")]


def test_a_long_question_knows_it_near_its_end_only(shipped):
    long = Turn(question="가" * 100, answer="나")
    assert len(marks(shipped, Dialogue(turns=(long,)))) == REACH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("누의 금은 가나다.", [("가", "금"), ("나", "누"), ("다", "누")]),
        ("금은 가나다.", [("가", "금"), ("나", "금"), ("다", "금")]),
        ("가나다가 금.", [("금", "가")]),
        ("금은 라.", []),
    ],
)
def test_a_value_knows_what_was_said_before_it_is_about(shipped, text, expected):
    found = Found(value="가나다", about="금", entity="누")
    one = Dialogue(system=text, turns=(Turn(question="?", answer="가", learn=False, found=found),))
    assert marks(shipped, one) == expected


def test_a_batch_predicts_the_next_token_and_never_padding(shipped, made):
    encoded = [encode(shipped.backend_tokenizer, one) for one in made[:20]]
    batch = as_batch(encoded)
    for row, (ids, learn, ahead) in enumerate(encoded):
        size = len(ids) - 1
        assert batch.ahead[row].tolist()[:size] == ahead[:-1]
        assert (batch.ahead[row, size:] == PAD).all()
        assert batch.ids[row, :size].tolist() == ids[:-1]
        assert batch.targets[row, :size].tolist() == ids[1:]
        assert batch.learn[row].tolist()[:size] == learn[1:]
        assert (batch.ids[row, size:] == PAD).all()
        assert not batch.learn[row, size:].any()
    assert PAD not in batch.targets[batch.learn]


def test_batches_hold_every_dialogue_once_and_no_more_tokens_than_asked(shipped, made):
    tokens = 1024
    grouped = list(batches(shipped.backend_tokenizer, iter(made), tokens))
    assert all(batch.ids.numel() <= tokens or len(batch.ids) == 1 for batch in grouped)
    assert all(batch.learn.any() for batch in grouped)
    encoded = [encode(shipped.backend_tokenizer, one)[0] for one in made]
    wanted = sorted(ids[:-1] for ids in encoded if len(ids) <= LONGEST)
    rows = [row for batch in grouped for row in batch.ids.tolist()]
    assert sorted([token for token in row if token != PAD] for row in rows) == wanted
    padding = sum(row.count(PAD) for row in rows) / sum(map(len, rows))
    assert padding < 0.25


def test_dialogues_that_are_too_long_are_left_out(shipped):
    long = Dialogue(turns=(Turn(question="word " * LONGEST, answer="yes"),))
    short = Dialogue(turns=(Turn(question="word", answer="yes"),))
    (batch,) = batches(shipped.backend_tokenizer, iter([long, short, long]), 512)
    assert batch.ids.shape[0] == 1
    assert batch.ids.shape[1] < 20
