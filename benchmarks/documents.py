"""Documents to measure retrieval with, and what those measurements have in common."""

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks import lexical
from core.collection import Collection, StoredPassage
from core.lab import Lab, open_lab
from core.retrieval.library import Library
from core.retrieval.minilm import MiniLM
from core.retrieval.progress import Progress, SourceFile
from core.settings import read_settings

PER_DOCUMENT = 10


def report(told: str, goal: str, met: bool) -> None:
    """A figure with its goal and the verdict."""
    print(f"{told} (goal {goal}): {'met' if met else 'MISSED'}", flush=True)


def told_seconds(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f} s" for name, value in seconds.items())


def opened(home: str) -> closing[Lab]:
    return closing(open_lab(read_settings({**os.environ, "NARANI_HOME": home})))


def english() -> list[str]:
    """Words that the embedder knows whole, the commonest first."""
    network = MiniLM()._loaded()
    found = sorted(network._tokenizer.get_vocab().items(), key=lambda item: item[1])
    return [word for word, _ in found if word.isascii() and word.isalpha() and len(word) > 1]


@dataclass(kw_only=True)
class Writer:
    """Writes paragraphs of words that are as unevenly common as real ones."""

    seed: int
    words: dict[str, list[str]] = field(
        default_factory=lambda: {"en": english(), "ko": lexical.vocabulary()}
    )

    def __post_init__(self) -> None:
        self.draw = np.random.default_rng(self.seed)
        self.steps = {k: lexical.zipf(len(words), 1.0) for k, words in self.words.items()}

    def some(self, language: str, count: int) -> list[str]:
        drawn = np.searchsorted(self.steps[language], self.draw.random(count))
        words = [self.words[language][at] for at in drawn]
        if language == "ko":
            words = [word + lexical.PARTICLES[n % 12] for n, word in enumerate(words)]
        return words

    def paragraph(self, language: str) -> str:
        """Some 425 characters that begin with five English words."""
        opening = " ".join(self.some("en", 5))
        words = self.some(language, 100)
        sentences = [" ".join(words[at : at + 12]) for at in range(0, len(words), 12)]
        return f"{opening}. {'. '.join(sentences)}"[: int(self.draw.integers(360, 490))]

    def document(self, language: str) -> str:
        return "\n\n".join(self.paragraph(language) for _ in range(PER_DOCUMENT))


def written(folder: Path, documents: int, languages: str, seed: int = 0) -> list[SourceFile]:
    writer, files = Writer(seed=seed), []
    for number in range(documents):
        path = folder / f"{seed}-{number:06d}.txt"
        language = languages.split()[number % len(languages.split())]
        path.write_text(writer.document(language), "utf-8")
        files.append(SourceFile(path=path, name=path.name))
    return files


def stored(library: Library, collection: Collection) -> list[StoredPassage]:
    return [one for batch in library.shelf.each(collection.id) for one in batch]


def indexed(library: Library, collection: Collection, files: Sequence[SourceFile]) -> Progress:
    progress = library.index(collection, files).wait()
    assert progress.state == "done", progress.error
    assert not progress.failures, progress.failures
    return progress
