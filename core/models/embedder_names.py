"""What is known of embedders by their names: languages, and the marks they were trained with.

A model that was trained with marks and is asked without them finds less; nobody reports it.
"""

import re
from dataclasses import dataclass

EMBEDS = re.compile(
    r"embed|(?:^|[/_-])(?:bge|gte|e5|minilm|mpnet|kure|jina-v\d)(?:[-_:.]|$)", re.IGNORECASE
)
"""Names of models that make vectors, for servers that do not say what theirs can do."""
RERANKS = re.compile(r"rerank|cross-?encoder|ms-marco", re.IGNORECASE)

_ENGLISH_ONLY = re.compile(
    r"(?:^|[/_-])(?:"
    r"bge-(?:micro|small|base|large)-en|gte-(?:tiny|small|base|large)(?:-en)?|"
    r"e5-(?:small|base|large)|embed-english|all-minilm|all-mpnet|mxbai-embed|"
    r"nomic-embed-text|snowflake-arctic-embed|jina-embeddings-v2-(?:small|base)-en"
    r")",
    re.IGNORECASE,
)
_MANY_LANGUAGES = re.compile(
    r"multilingual|nomic-embed-text-v2|arctic-embed[^/]*(?:2\.0|v2|2(?=[:-]|$))", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What is put before a text, so that the model knows what it reads."""

    query: str = ""
    passage: str = ""

    def put(self, text: str, *, query: bool) -> str:
        return (self.query if query else self.passage) + text


_PASSAGES_FOR = Marks(query="Represent this sentence for searching relevant passages: ")
_TASK = "Given a web search query, retrieve relevant passages that answer the query"
_MARKS: tuple[tuple[re.Pattern[str], Marks], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), marks)
    for pattern, marks in (
        ("nomic-embed", Marks(query="search_query: ", passage="search_document: ")),
        (
            "embedding-?gemma",
            Marks(query="task: search result | query: ", passage="title: none | text: "),
        ),
        (
            r"qwen3-embedding|multilingual-e5[^/]*-instruct",
            Marks(query=f"Instruct: {_TASK}\nQuery: "),
        ),
        (
            r"(?:^|[/_-])e5-(?:small|base|large)|multilingual-e5",
            Marks(query="query: ", passage="passage: "),
        ),
        (r"arctic-embed[^/]*(?:2\.0|v2|2(?=[:-]|$))", Marks(query="query: ")),
        (r"mxbai-embed|arctic-embed|bge-(?:small|base|large)-en", _PASSAGES_FOR),
    )
)


def marks_of(model: str) -> Marks:
    """The marks a model's authors ask for; none when nobody knows it."""
    return next((marks for pattern, marks in _MARKS if pattern.search(model)), Marks())


def languages_of(model: str) -> frozenset[str] | None:
    """Languages a model reads; None when nobody said, then all."""
    if _ENGLISH_ONLY.search(model) and not _MANY_LANGUAGES.search(model):
        return frozenset(("en",))
    return None
