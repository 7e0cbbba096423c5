"""Trains the tokenizer: byte-level BPE that llama.cpp reads with its `qwen2` pre-tokenizer.

Merges never join a space to what follows, nor two Hangul syllables, so that a word or
name is the same tokens wherever it stands: that is what makes copying learnable. They never
cross a boundary of the `qwen2` pattern either, so that both runtimes give the same ids.
"""

from collections.abc import Iterable, Iterator

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from pretraining.dialogue import CHAT_TEMPLATE, SPECIAL
from pretraining.vocabulary import SYLLABLES_KO

VOCABULARY = 4096
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_APART = Regex(r"[^\p{L}\p{N}](?=\p{L})|[가-힣]| (?=[^\s\p{L}\p{N}])")


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """Learn the merges from texts."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=False))
    tokenizer.pre_tokenizer = _split(apart=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[AddedToken(text, special=True, normalized=False) for text in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        min_frequency=2,
    )
    tokenizer.train_from_iterator(_with_syllables(texts), trainer)
    tokenizer.pre_tokenizer = _split(apart=False)
    return tokenizer


def as_pretrained(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    """The tokenizer as transformers and PEFT want it, with the chat template."""
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=SPECIAL[0],
        bos_token=SPECIAL[1],
        eos_token=SPECIAL[2],
        additional_special_tokens=list(SPECIAL[3:]),
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = CHAT_TEMPLATE
    return wrapped


def _split(*, apart: bool) -> pre_tokenizers.PreTokenizer:
    steps = [
        pre_tokenizers.Split(Regex(QWEN2), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]
    if apart:
        steps.insert(1, pre_tokenizers.Split(_APART, behavior="isolated"))
    return pre_tokenizers.Sequence(steps)


def _with_syllables(texts: Iterable[str]) -> Iterator[str]:
    """Every common syllable often enough to become one token."""
    for syllable in SYLLABLES_KO:
        yield f"{syllable} " * 300
    yield from texts
