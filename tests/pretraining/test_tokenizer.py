"""Names are the same tokens wherever they stand, nothing is lost, and llama.cpp reads the same."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from random import Random

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

from transformers import AutoTokenizer

from core.models.local_process import READY
from pretraining.curriculum import STAGES, dialogue
from pretraining.dialogue import END, SPECIAL
from pretraining.tokenizer import VOCABULARY, as_pretrained, train_tokenizer
from pretraining.words import Words

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "assets" / "narani"
KINDS = ("person", "org", "company", "place", "product", "event", "book", "city")
BEFORE = {
    "en": ("", " ", "Ask ", "of ", "\n", "\n\n", "(", '"', "[1] ", "# ", "about: ", "2, ", "- ", "for\t"),
    "ko": ("", " ", "그 ", "우리 동네 ", "\n", "\n\n", "(", '"', "[1] ", "오늘은 ", "값: ", "2, ", "- ", "옛"),
}  # fmt: skip
AFTER = {
    "en": ("", " ", ".", ",", "?", "'s", " is", ":", ")", '"', "\n", " 2", " Hall", "은", "에서", " 씨"),
    "ko": ("", " ", ".", ",", "?", "은", "는", "이라고", "에서는", "의 값", ":", ")", '"', "\n", " 2층", "'s"),
}  # fmt: skip
SCRAPS = (
    *("abcxyz", "ABCXYZ", "ÀéñŒſİıß", "가나뷁뛟힣", "ㄱㅏㅎ각", "0123456789", "٣५Ⅷ½²①", "!?.,:;'\"", "()[]{}<>"),
    *("|-_=+*/\\@#$%^&~`", "«»“”‘’…—·", "😀🙂🚀❤️", "👩‍👩‍👧‍👦🇰🇷🏴‍☠️", "漢字かなカナ", "ไทยภาษา", "हिन्दी", "العربية", "   ", "\n\r\t"),
    *("\u00a0\u3000\u2003\u200b\ufeff", "\u0301\u0308\u20dd", "𝒜𝔅𐍈", "\x00\x01\x1f\x7f\x85\u2028\u2029"),
)  # fmt: skip
WHOLE = ("'s", "'S", "'re", "They'll ", "안녕하세요 ", "100km", "\r\n", "\n\n", "    ", "3.5%")


@pytest.fixture(scope="module")
def shipped():
    return AutoTokenizer.from_pretrained(SHIPPED)


@pytest.fixture(scope="module")
def trained():
    """A tokenizer trained as the shipped one was, on less."""
    return as_pretrained(train_tokenizer(generated(seed=5, dialogues=60)))


def generated(seed: int, dialogues: int) -> list[str]:
    """Texts of every lesson in both languages, without repetition."""
    found: dict[str, None] = {}
    for language in ("en", "ko"):
        words = Words(Random(seed), language, held_out=False)
        for lesson in STAGES[-1].mix:
            for _ in range(dialogues):
                found |= dict.fromkeys(dialogue(words, lesson).texts())
    return [text for text in found if text]


def scrambled(seed: int, count: int) -> list[str]:
    """Short texts that no generator writes: every script beside every other."""
    random = Random(seed)

    def scrap() -> str:
        if random.random() < 0.1:
            return random.choice(WHOLE)
        return "".join(random.choices(random.choice(SCRAPS), k=random.randint(1, 3)))

    return ["".join(scrap() for _ in range(random.randint(1, 8))) for _ in range(count)]


@pytest.fixture(scope="module")
def llama() -> Iterator[Callable[[str, dict], dict]]:
    """Ask llama.cpp's server with the shipped GGUF file: a path and a body."""
    options = {
        "path": str(SHIPPED / "narani.gguf"),
        "name": "narani",
        "api_key": "k",
        "adapters": [],
        "parallel": 1,
        "context": 512,
        "gpu_layers": 0,
        "threads": 1,
        "sampling": None,
    }
    with (
        subprocess.Popen(
            [sys.executable, "-m", "core.models.local_process"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
        httpx.Client(headers={"Authorization": "Bearer k"}, timeout=60) as client,
    ):
        process.stdin.write(json.dumps(options) + "\n")
        process.stdin.flush()
        log = []
        for line in process.stdout:
            if line.startswith(READY):
                break
            log.append(line)
        else:
            raise AssertionError("".join(log[-20:]))
        url = line.removeprefix(READY).strip()
        yield lambda path, body: client.post(url + path, json=body).raise_for_status().json()
        process.kill()


def llama_ids(llama, texts: list[str]) -> list[list[int]]:
    """The ids of many texts in one request: between two texts stands the id of `<|end|>`."""
    mixed = [part for text in texts for part in (text, END)]
    ids = llama("/tokenize", {"content": mixed, "add_special": False})["tokens"]
    groups = [list(group) for is_end, group in groupby(ids, lambda n: n == END) if not is_end]
    assert ids.count(END) == len(texts) == len(groups)
    return groups


def differing(llama, tokenizer, texts: list[str]) -> list[str]:
    found = []
    for start in range(0, len(texts), 200):
        batch = texts[start : start + 200]
        ours = tokenizer(batch, add_special_tokens=False)["input_ids"]
        theirs = llama_ids(llama, batch)
        found += [text for text, a, b in zip(batch, ours, theirs, strict=True) if a != b]
    return found


@pytest.mark.parametrize("which", ["shipped", "trained"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_name_or_a_word_is_the_same_tokens_wherever_it_stands(which, language, request):
    tokenizer = request.getfixturevalue(which)
    words = Words(Random(3), language, held_out=True)
    random = words.random

    def ids(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False)

    moved = set()
    for _ in range(3000):
        name = random.choice((words.entity(random.choice(KINDS)), words.phrase()))
        if not name[-1].isalnum():  # a sign joins the signs behind it
            continue
        before, after = random.choice(BEFORE[language]), random.choice(AFTER[language])
        if ids(before + name + after) != ids(before) + ids(name) + ids(after):
            moved.add((before, name, after))
    assert moved == set()


@pytest.mark.parametrize("which", ["shipped", "trained"])
def test_common_syllables_and_digits_are_one_token_each(which, request):
    tokenizer = request.getfixturevalue(which)
    for text in ("나란히", "가격", "2026", "1,932"):
        assert len(tokenizer.tokenize(text)) == len(text), text


@pytest.mark.parametrize("which", ["shipped", "trained"])
def test_nothing_is_lost(which, request):
    tokenizer = request.getfixturevalue(which)
    texts = [*generated(seed=8, dialogues=10), *scrambled(seed=8, count=2000)]
    assert len(texts) > 3000
    ids = tokenizer(texts, add_special_tokens=False)["input_ids"]
    back = [tokenizer.decode(one) for one in ids]
    assert [a for a, b in zip(texts, back, strict=True) if a != b] == []


@given(text=st.text())
def test_nothing_is_lost_of_any_text(shipped, text):
    assert shipped.decode(shipped.encode(text, add_special_tokens=False)) == text


@pytest.mark.parametrize("which", ["shipped", "trained"])
def test_special_tokens_have_the_first_ids_and_nothing_is_added(which, request):
    tokenizer = request.getfixturevalue(which)
    assert len(tokenizer) == VOCABULARY
    assert tuple(tokenizer.convert_ids_to_tokens(range(len(SPECIAL)))) == SPECIAL
    assert set(tokenizer.all_special_tokens) == set(SPECIAL)
    assert tokenizer.encode("a") == tokenizer.encode("a", add_special_tokens=False)
    assert (tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id) == (0, 1, 2)


def test_a_saved_tokenizer_comes_back(trained, tmp_path):
    trained.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    texts = generated(seed=9, dialogues=3)
    assert loaded(texts)["input_ids"] == trained(texts)["input_ids"]
    assert loaded.chat_template == trained.chat_template


def test_llama_cpp_reads_generated_texts_the_same(llama, shipped):
    texts = generated(seed=4, dialogues=30)
    assert len(texts) > 3000
    assert differing(llama, shipped, texts) == []


def test_llama_cpp_reads_any_mixture_the_same(llama, shipped):
    assert differing(llama, shipped, scrambled(seed=6, count=4000)) == []


def test_llama_cpp_writes_and_reads_the_same_chat(llama, shipped):
    messages = [
        {"role": "system", "content": "[1] 값은 3원입니다.\n\n[2] It is open."},
        {"role": "user", "content": " hello\n"},
        {"role": "assistant", "content": "안녕하세요!"},
        {"role": "user", "content": "값은?"},
    ]
    prompt = llama("/apply-template", {"messages": messages})["prompt"]
    assert prompt == shipped.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=True
    )
    read = llama("/tokenize", {"content": prompt, "add_special": True, "parse_special": True})
    assert (
        read["tokens"]
        == shipped.apply_chat_template(messages, add_generation_prompt=True)["input_ids"]
    )
