"""Writes a byte-level BPE tokenizer into a GGUF file, or refuses one llama.cpp would read wrongly.

llama.cpp knows pre-tokenizers by name only; the name is found from the pattern itself.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.lora.gguf_files import read_json
from core.lora.gguf_names import not_convertible

if TYPE_CHECKING:
    from gguf import GGUFWriter

_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS = {
    _WORDS + r"\p{N}" + _REST: "qwen2",
    _WORDS + r"\p{N}{1,3}" + _REST: "llama-bpe",
}
"""llama.cpp's name for each pattern of a Split."""
_DEFAULTS = {"dropout": None, "continuing_subword_prefix": "", "end_of_word_suffix": ""}


def add_tokenizer(
    writer: "GGUFWriter", folder: Path, config: Mapping[str, Any], vocabulary: int
) -> None:
    """Write tokens, merges, special tokens and the chat template.

    Args:
        writer: of the file.
        folder: with `tokenizer.json`, and `tokenizer_config.json` where there is one.
        config: the model's `config.json`, asked for ids that the tokenizer does not name.
        vocabulary: rows of the embedding; rows without a token are marked as unused.

    Raises:
        UsageError: `not_convertible`.
    """
    content = read_json(folder / "tokenizer.json")
    settings_file = folder / "tokenizer_config.json"
    settings = read_json(settings_file) if settings_file.is_file() else {}
    architecture = str(config["architectures"][0])
    reason = _obstacle(content)
    if reason:
        raise not_convertible(reason, architecture)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_pattern_name(content["pre_tokenizer"]) or "")
    _add_tokens(writer, content, vocabulary, architecture)
    _add_special(writer, folder, settings, content, config)
    template = folder / "chat_template.jinja"
    if template.is_file():
        writer.add_chat_template(template.read_text(encoding="utf-8"))
    elif settings.get("chat_template"):
        writer.add_chat_template(settings["chat_template"])


def _obstacle(content: Mapping[str, Any]) -> str | None:
    """Why llama.cpp would give other ids; None when it would not.

    It does not normalize: text that NFC would change is read as it stands.
    """
    model = content["model"]
    if model.get("type") != "BPE" or model.get("byte_fallback") or not _is_byte_level(content):
        return "its tokenizer is not byte-level BPE"
    if any((model.get(name) or default) != default for name, default in _DEFAULTS.items()):
        return "its BPE has an option that llama.cpp has not"
    normalizer = content.get("normalizer")
    if normalizer and normalizer["type"] != "NFC":
        return f"its tokenizer normalizes ({normalizer['type']})"
    if _pattern_name(content["pre_tokenizer"]) is None:
        return "its tokenizer splits words with an unknown pattern"
    return None


def _is_byte_level(content: Mapping[str, Any]) -> bool:
    steps = (*_steps(content.get("pre_tokenizer")), *_steps(content.get("decoder")))
    return [step["type"] for step in steps].count("ByteLevel") == 2


def _steps(part: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """A pre-tokenizer or a decoder, or those it is a sequence of."""
    if part and part["type"] == "Sequence":
        yield from part.get("pretokenizers", part.get("decoders", ()))
    elif part:
        yield part


def _pattern_name(pre_tokenizer: Mapping[str, Any]) -> str | None:
    *before, last = _steps(pre_tokenizer)
    if last["type"] != "ByteLevel" or last.get("add_prefix_space"):
        return None
    if not before:
        return "gpt-2" if last.get("use_regex", True) else None
    split = before[0]
    isolates = split.get("behavior") == "Isolated" and not split.get("invert")
    if len(before) > 1 or last.get("use_regex", True) or not isolates:
        return None
    return PATTERNS.get(split.get("pattern", {}).get("Regex", ""))


def _add_tokens(
    writer: "GGUFWriter", content: Mapping[str, Any], vocabulary: int, architecture: str
) -> None:
    from gguf import TokenType

    known: dict[str, int] = content["model"]["vocab"]
    by_id = {number: (token, TokenType.NORMAL) for token, number in known.items()}
    for added in content["added_tokens"]:
        kind = TokenType.CONTROL if added["special"] else TokenType.USER_DEFINED
        by_id[added["id"]] = (added["content"], kind)
    if max(by_id) >= vocabulary:
        raise not_convertible("its tokenizer has more tokens than its embedding", architecture)
    every = [by_id.get(n, (f"[PAD{n}]", TokenType.UNUSED)) for n in range(vocabulary)]
    writer.add_token_list([token for token, _ in every])
    writer.add_token_types([kind for _, kind in every])
    merges = content["model"]["merges"]
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])


def _add_special(
    writer: "GGUFWriter",
    folder: Path,
    settings: Mapping[str, Any],
    content: Mapping[str, Any],
    config: Mapping[str, Any],
) -> None:
    ids = {**content["model"]["vocab"], **{t["content"]: t["id"] for t in content["added_tokens"]}}
    bos, eos, pad = (_special(name, settings, config, ids) for name in ("bos", "eos", "pad"))
    if bos is not None:
        writer.add_bos_token_id(bos)
    if eos is not None:
        writer.add_eos_token_id(eos)
    if pad is not None:
        writer.add_pad_token_id(pad)
    adds_bos, adds_eos = _added(folder / "tokenizer.json", settings, bos, eos)
    writer.add_add_bos_token(adds_bos)
    writer.add_add_eos_token(adds_eos)


def _special(
    name: str, settings: Mapping[str, Any], config: Mapping[str, Any], ids: Mapping[str, int]
) -> int | None:
    token = settings.get(f"{name}_token")
    text = str(token["content"] if isinstance(token, dict) else token)
    if text in ids:
        return ids[text]
    number = config.get(f"{name}_token_id")
    number = number[0] if isinstance(number, list) else number
    return number if isinstance(number, int) and number in ids.values() else None


def _added(
    file: Path, settings: Mapping[str, Any], bos: int | None, eos: int | None
) -> tuple[bool, bool]:
    """Whether encoding puts bos before and eos after a text.

    As in transformers, what `tokenizer_config.json` says goes before the post-processor.
    """
    from tokenizers import Tokenizer

    if "add_bos_token" in settings or "add_eos_token" in settings:
        adds_bos, adds_eos = settings.get("add_bos_token"), settings.get("add_eos_token")
        return bool(adds_bos) and bos is not None, bool(adds_eos) and eos is not None
    tokenizer = Tokenizer.from_file(str(file))
    plain = tokenizer.encode("a", add_special_tokens=False).ids
    whole = tokenizer.encode("a").ids
    for adds_bos, adds_eos in product((False, True), repeat=2):
        if whole == [bos] * adds_bos + plain + [eos] * adds_eos:
            return adds_bos, adds_eos
    raise not_convertible("its tokenizer adds more than bos and eos to a text")
