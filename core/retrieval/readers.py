"""Who reads texts: embedders and rerankers by their id, each opened once."""

from collections.abc import Callable

from core.collection import DEFAULT_EMBEDDER
from core.embedding import Embedder, Reranker
from core.retrieval.minilm import MiniLM

HUB = "sentence-transformers/"


class Readers:
    """The one that came with the product, those of the Hub, and those elsewhere.

    Args:
        embedder: embedders that are models elsewhere, by id.
        reranker: likewise.
    """

    def __init__(
        self, embedder: Callable[[str], Embedder], reranker: Callable[[str], Reranker]
    ) -> None:
        self.minilm = MiniLM()
        self._elsewhere, self._rerankers_elsewhere = embedder, reranker
        self._embedders: dict[str, Embedder] = {DEFAULT_EMBEDDER: self.minilm}
        self._rerankers: dict[str, Reranker] = {}

    def embedder(self, model: str) -> Embedder:
        """Raises `ModelError`, `UsageError` of kind `no_package`."""
        if model not in self._embedders:
            self._embedders[model] = self._open(model)
        return self._embedders[model]

    def reranker(self, model: str) -> Reranker:
        """Raises `ModelError`, `UsageError` of kind `no_package`."""
        from core.retrieval.hub_models import HubReranker

        if not model.startswith(HUB):
            return self._rerankers_elsewhere(model)
        if model not in self._rerankers:
            self._rerankers[model] = HubReranker(model)
        return self._rerankers[model]

    def _open(self, model: str) -> Embedder:
        from core.retrieval.hub_models import HubEmbedder

        return HubEmbedder(model) if model.startswith(HUB) else self._elsewhere(model)
