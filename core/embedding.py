"""Texts as vectors: what an embedder is, whoever runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy

    Vectors = numpy.typing.NDArray[numpy.float32]
else:
    Vectors = object


@dataclass(frozen=True, kw_only=True)
class EmbedderSpec:
    """Who makes vectors."""

    id: str
    """`local/minilm`, `ollama/bge-m3`, `openai/text-embedding-3-small`, `sentence-transformers/…`,
    or `local/<name of a GGUF file>`."""
    dimension: int | None = None
    """None when it is known only after the first text."""
    languages: frozenset[str] | None = None
    """Languages it was trained to read (`ko`, `en`); None when nobody said, then all."""
    max_tokens: int | None = None
    """What it reads of a text; the rest does not count. None when unknown."""
    leaves_machine: bool = False
    """Whether the texts are sent to another machine."""
    available: bool = True
    missing_detail: str = ""
    """What stands in the way when it is not available."""

    def reads(self, language: str) -> bool:
        return self.languages is None or language in self.languages


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """Vectors of some texts, in their order."""

    vectors: "Vectors"
    """float32, one row each, of length 1."""
    tokens: int | None = None
    """Tokens the provider counted; None when it did not say."""
    usd: float | None = None
    """What it cost; None when unknown, 0 on this machine."""


class Embedder(Protocol):
    """Makes vectors. May be called from any thread."""

    @property
    def spec(self) -> EmbedderSpec: ...

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        """Vectors of texts; `query` for questions, which some models mark.

        Raises:
            ModelError: when the embedder does not answer.
        """
        ...


class Reranker(Protocol):
    """Says how well texts answer a question."""

    def rank(self, query: str, texts: Sequence[str]) -> list[float]:
        """A score for each text, larger is better.

        Raises:
            ModelError: when the model does not answer.
        """
        ...
