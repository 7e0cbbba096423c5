"""What retrieval may read: collections of documents, cut into passages. Nouns only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Literal, cast, get_args

from core.errors import UsageError
from core.jsontypes import JsonObject
from core.text import clean

SplitMethod = Literal["text", "heading", "page", "sentence"]
Unit = Literal["characters", "tokens"]
Analyser = Literal["bigrams", "kiwi"]
Alignment = Literal["none", "title", "summary", "questions"]
SPLIT_METHODS: tuple[SplitMethod, ...] = get_args(SplitMethod)
UNITS: tuple[Unit, ...] = get_args(Unit)
ANALYSERS: tuple[Analyser, ...] = get_args(Analyser)
ALIGNMENTS: tuple[Alignment, ...] = get_args(Alignment)

DEFAULT_EMBEDDER = "local/minilm"
NO_EMBEDDER = "none"
MAX_NAME = 120
SIZES: dict[Unit, tuple[int, int]] = {"characters": (40, 20_000), "tokens": (16, 8_000)}
"""Smallest and largest passage in each unit."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """How documents are cut into passages."""

    method: SplitMethod = "text"
    """`text` cuts at the largest natural boundary that fits, `heading` never across a Markdown
    heading, `page` never across a page, `sentence` packs whole sentences."""
    size: int = 500
    """Largest passage, in `unit`."""
    overlap: int = 80
    """What a passage repeats of the one before, in `unit`; smaller than half of `size`."""
    unit: Unit = "characters"


@dataclass(frozen=True, kw_only=True)
class CollectionSettings:
    """How a collection is cut and indexed. What may change later is `Library.change`'s matter."""

    split: Split = Split()
    embedder: str = DEFAULT_EMBEDDER
    """Model id of the embedder; `none` leaves the dense leg out."""
    analyser: Analyser = "bigrams"
    """Terms of the lexical leg: words and Hangul syllable pairs, or Kiwi's morphemes."""
    alignment: Alignment = "none"
    """What a model writes to each passage so that it is found: a title, a summary, questions."""
    alignment_model: str = ""

    def to_json(self) -> JsonObject:
        return cast(JsonObject, asdict(self))  # holds nothing but texts and numbers


def settings_from_json(content: Mapping[str, Any]) -> CollectionSettings:
    """Read settings, refusing unknown names, wrong types and sizes out of range.

    Raises:
        UsageError: `bad_collection`, with what is wrong.
    """
    split = content.get("split", {})
    for given, noun in ((content, CollectionSettings), (split, Split)):
        known = {f.name for f in fields(noun)}
        if not isinstance(given, Mapping) or set(given) - known:
            raise _bad("unknown_setting", f"settings are {', '.join(sorted(known))}")
    settings = replace(CollectionSettings(), **{**content, "split": replace(Split(), **split)})
    check_settings(settings)
    return settings


def check_settings(settings: CollectionSettings) -> None:
    """Raises `UsageError` of kind `bad_collection`."""
    split = settings.split
    for value, allowed in (
        (split.method, SPLIT_METHODS),
        (split.unit, UNITS),
        (settings.analyser, ANALYSERS),
        (settings.alignment, ALIGNMENTS),
    ):
        if value not in allowed:
            message = f"{str(value)[:40]!r} is not one of {', '.join(allowed)}"
            raise _bad("unknown_value", message, value=str(value)[:40])
    low, high = SIZES[split.unit]
    for name, number in (("size", split.size), ("overlap", split.overlap)):
        if isinstance(number, bool) or not isinstance(number, int):
            raise _bad("not_whole", f"{name} must be a whole number")
    if not low <= split.size <= high:
        message = f"size {split.size} is not from {low} to {high} {split.unit}"
        raise _bad("size", message, low=low, high=high)
    if not 0 <= split.overlap * 2 < split.size:
        message = f"overlap {split.overlap} is not below half of the size {split.size}"
        raise _bad("overlap", message, overlap=split.overlap, size=split.size)
    if not isinstance(settings.embedder, str) or not settings.embedder.strip():
        raise _bad("no_embedder", f"name an embedder, or {NO_EMBEDDER}")
    if settings.alignment != "none" and not settings.alignment_model:
        raise _bad("no_alignment_model", "alignment needs a model that writes")


def checked_collection_name(name: str) -> str:
    """A name as it is stored. Raises `UsageError` of kind `bad_collection`."""
    name = " ".join(clean(name).split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise _bad("name", f"a name has 1 to {MAX_NAME} visible characters", most=MAX_NAME)
    return name


def _bad(reason: str, message: str, **details: str | int) -> UsageError:
    return UsageError("bad_collection", f"the collection: {message}", reason=reason, **details)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A stretch of a document's text on one page and under one heading."""

    start: int
    """First character in the document's text."""
    end: int
    page: int | None = None
    """Page, slide or sheet counted from 1; None when the format has none."""
    heading: str = ""
    """Path of headings, `Handbook › Leave`."""


@dataclass(frozen=True, kw_only=True)
class LoadedDocument:
    """A file as text. Spans of blocks and passages count characters of `text`."""

    text: str
    """NFC, lines end in \\n."""
    blocks: tuple[Block, ...]
    """In order; together they cover all that is not blank."""
    kind: str
    """`pdf`, `docx`, `pptx`, `html`, `markdown`, `text`, `json`, `csv` or `xlsx`."""
    pages: int | None = None
    """Pages, slides or sheets; None when the format has none."""
    encoding: str | None = None
    """Of a text file, as it was detected."""


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A passage as the splitter made it: a span of the document's text."""

    start: int
    end: int
    page: int | None = None
    heading: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document of a collection, as it is indexed."""

    id: str
    collection_id: str
    name: str
    """The file's name; with folders when a folder was indexed."""
    kind: str
    hash: str
    """SHA-256 of the file."""
    language: str
    """`ko`, `en` or `other`."""
    pages: int | None
    characters: int
    passages: int
    indexed_at: datetime


@dataclass(frozen=True, kw_only=True)
class StoredPassage:
    """A passage with all that is stored of it."""

    id: str
    collection_id: str
    document_id: str
    document: str
    """Name of the document."""
    position: int
    """Place in the document, counted from 0."""
    page: int | None
    heading: str
    start: int
    end: int
    hash: str
    """Of what is searched and of how it was cut."""
    enabled: bool = True
    edited: bool = False
    """Whether a person has changed the text; `start` and `end` still name the original."""
    added: str = ""
    """What a model wrote to it so that it is found; searched, never shown to a model as fact."""
    flags: tuple[str, ...] = ()
    """Signs of instructions in the text, as `core.retrieval.injection` names them."""
    wrong_source: int = 0
    """Votes that called it the wrong source."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A named set of documents with its way of indexing."""

    id: str
    name: str
    settings: CollectionSettings
    dimension: int | None = None
    """Numbers of an embedding; None before the first one."""
    version: str = ""
    """Twelve hex digits over all that a search may find; changes with every change."""
    documents: int = 0
    passages: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)
    """Passages per language."""
    embedding_tokens: int = 0
    embedding_usd: float | None = None
    """What embedding has cost so far; None when unknown."""
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    """A document with its passages, ready to be stored."""

    document: Document
    settings_hash: str
    """Of the settings it was cut with."""
    loaded: LoadedDocument
    passages: tuple[StoredPassage, ...]


@dataclass(frozen=True, kw_only=True)
class PassagePage:
    """Some of the passages that a list holds."""

    passages: tuple[StoredPassage, ...]
    total: int
