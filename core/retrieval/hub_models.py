"""Embedders and rerankers from the Hugging Face Hub or a folder, on sentence-transformers.

A model is fetched whole and looked at before anything of it is opened: code and pickles are
neither fetched nor read.
"""

import importlib.util
import json
import math
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.embedding import Embedded, EmbedderSpec
from core.errors import ModelError, ModelErrorKind, UsageError
from core.text import clean

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder, SentenceTransformer

PREFIX = "sentence-transformers/"
INSTALL = "pip install -r requirements-lora.txt"
PROVIDER = "Hugging Face Hub"
FETCHED = ("*.json", "*.txt", "*.model", "*.safetensors", "*.jinja")
"""Settings, vocabularies and safetensors; no code and no pickle."""
NOT_FETCHED = ("onnx/*", "openvino/*", "original/*", "checkpoint*/*")
"""The same model once more, for other programs."""
PICKLED = (".bin", ".pt", ".pth", ".pkl", ".pickle")
STATUS: dict[int, ModelErrorKind] = {
    401: "wrong_key",
    403: "forbidden",
    404: "unknown_model",
    429: "rate_limited",
}
HEADS = ("ForSequenceClassification", "ForCausalLM")
"""What the name of a reranker's network ends in; others would get a head of random numbers."""

_ENGLISH_ONLY = re.compile(
    r"(?:^|/)(?:all-minilm-l|all-mpnet|all-distilroberta|multi-qa-(?:minilm|mpnet)|msmarco-|"
    r"paraphrase-(?!multilingual)|bge-(?:small|base|large)-en|gte-(?:small|base|large)|"
    r"e5-(?:small|base|large)|mxbai-embed-large|gtr-t5)",
    re.IGNORECASE,
)
_E5 = re.compile(r"(?:^|/)(?:multilingual-)?e5-(?:small|base|large)(?!.*instruct)", re.IGNORECASE)
_E5_PROMPTS = {"query": "query: ", "document": "passage: "}
"""Its authors ask for these but do not store them with the model."""


class HubEmbedder:
    """An embedder of sentence-transformers. Fetched and loaded at the first text, once."""

    def __init__(self, model_id: str, token: str | None = None) -> None:
        """Take an id, `sentence-transformers/` and a repository or a folder.

        Args:
            model_id: a repository's name without its owner is one of `sentence-transformers`.
            token: for private models; None leaves it to `HF_TOKEN`.
        """
        self._id = model_id
        self._name = _name(model_id)
        self._token = token
        self._lock = threading.Lock()
        self._model: SentenceTransformer | None = None

    @property
    def spec(self) -> EmbedderSpec:
        model, here = self._model, _installed()
        return EmbedderSpec(
            id=self._id,
            dimension=model.get_embedding_dimension() if model else None,
            languages=frozenset({"en"}) if _ENGLISH_ONLY.search(self._name) else None,
            max_tokens=model.max_seq_length if model else None,
            available=here,
            missing_detail="" if here else INSTALL,
        )

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        """Vectors of texts, with the prompt the model has for questions or for passages.

        Raises:
            UsageError: `no_package`, or `unsafe_file` for a model with code or pickles.
            ModelError: when the model cannot be fetched or opened.
        """
        import numpy as np

        # One at a time: its tokenizer is set up anew for each call.
        with self._lock:
            model = self._loaded()
            encode = model.encode_query if query else model.encode_document
            vectors = encode(
                [clean(text) for text in texts], normalize_embeddings=True, show_progress_bar=False
            )
        width = model.get_embedding_dimension() or 0
        return Embedded(
            vectors=np.asarray(vectors, np.float32).reshape(len(texts), -1 if texts else width),
            usd=0.0,
        )

    def _loaded(self) -> "SentenceTransformer":
        if self._model is None:
            folder = _checked_folder(self._name, self._token)
            from sentence_transformers import SentenceTransformer

            with _opening(self._name):
                self._model = SentenceTransformer(
                    str(folder),
                    trust_remote_code=False,
                    local_files_only=True,
                    model_kwargs={"use_safetensors": True},
                )
            if _E5.search(self._name) and not any(self._model.prompts.values()):
                self._model.prompts |= _E5_PROMPTS
        return self._model


class HubReranker:
    """A cross-encoder of sentence-transformers. Fetched and loaded at the first question, once."""

    def __init__(self, model_id: str, token: str | None = None) -> None:
        """Take an id and a token as `HubEmbedder` does."""
        self._name = _name(model_id)
        self._token = token
        self._lock = threading.Lock()
        self._model: CrossEncoder | None = None

    def rank(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers, 0 to 1.

        Raises:
            UsageError: `no_package`, or `unsafe_file` for a model with code or pickles.
            ModelError: when the model cannot be fetched or opened, or is no reranker.
        """
        with self._lock:
            model = self._loaded()
            logits = model.predict(
                [(clean(query), clean(text)) for text in texts], show_progress_bar=False
            )
        # Here and not in float32, where good answers would all be 1.
        return [1 / (1 + math.exp(-max(float(logit), -700.0))) for logit in logits]

    def _loaded(self) -> "CrossEncoder":
        if self._model is None:
            folder = _checked_folder(self._name, self._token)
            from sentence_transformers import CrossEncoder

            with _opening(self._name):
                if not _has_head(folder):
                    raise ValueError("it is no cross-encoder")
                model = CrossEncoder(
                    str(folder),
                    trust_remote_code=False,
                    local_files_only=True,
                    model_kwargs={"use_safetensors": True},
                    # The stored one is a name to be imported.
                    activation_fn=_as_it_is,
                )
                if model.num_labels != 1:
                    raise ValueError(f"it gives {model.num_labels} numbers instead of one score")
            self._model = model
        return self._model


def _as_it_is(logits: Any) -> Any:
    return logits


def _name(model_id: str) -> str:
    return model_id.removeprefix(PREFIX)


def _installed() -> bool:
    return importlib.util.find_spec("sentence_transformers") is not None


def _checked_folder(name: str, token: str | None) -> Path:
    """Where the model lies on this machine, after a look at what it would run."""
    if not _installed():
        raise UsageError(
            "no_package",
            f"{name} needs sentence-transformers: {INSTALL}",
            package="sentence-transformers",
            command=INSTALL,
        )
    folder = Path(name)
    if not folder.is_dir():
        folder = _fetched(name if "/" in name else PREFIX + name, token)
    with _opening(name):
        unsafe = list(_unsafe_files(folder))
    for file in unsafe:
        raise UsageError("unsafe_file", f"{name}: {file} can run code when it is read", file=file)
    return folder


def _fetched(repo: str, token: str | None) -> Path:
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    def failed(kind: ModelErrorKind, error: Exception, status: int | None = None) -> ModelError:
        # The type alone: an upstream's own words may hold addresses with keys.
        return ModelError(
            kind,
            f"{repo} was not fetched from {constants.ENDPOINT}: {type(error).__name__}",
            status=status,
            model=repo,
            provider=PROVIDER,
            variable="HF_TOKEN",
            url=constants.ENDPOINT,
        )

    try:
        return Path(
            snapshot_download(
                repo,
                token=token or None,
                allow_patterns=list(FETCHED),
                ignore_patterns=list(NOT_FETCHED),
            )
        )
    except GatedRepoError as error:
        raise failed("forbidden", error, 403) from None
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise failed("unknown_model", error) from None
    except LocalEntryNotFoundError as error:
        raise failed("unreachable", error) from None
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise failed(STATUS.get(status, "server"), error, status) from None
    except OSError as error:
        raise failed("unreachable", error) from None


def _unsafe_files(folder: Path) -> Iterator[str]:
    """Files that bring code, or name code that is not sentence-transformers' own."""
    for path in sorted(folder.rglob("*config.json")):
        if "auto_map" in _settings(path):
            yield path.relative_to(folder).as_posix()
    parts = {folder}
    for module in _settings(folder / "modules.json").get("modules", []):
        if not str(module["type"]).startswith("sentence_transformers."):
            yield "modules.json"
        parts.add(folder / str(module["path"]))
    for part in sorted(parts):
        found = sorted(file for file in part.glob("*") if file.suffix in PICKLED)
        if found and not list(part.glob("*.safetensors")):
            yield found[0].name


def _has_head(folder: Path) -> bool:
    if (folder / "modules.json").exists():
        return True
    architectures = _settings(folder / "config.json").get("architectures") or [""]
    return str(architectures[0]).endswith(HEADS)


def _settings(path: Path) -> dict[str, Any]:
    """A settings file, nothing when there is none; a list comes as `modules`."""
    if not path.is_file():
        return {}
    content = json.loads(path.read_text("utf-8"))
    if isinstance(content, list):
        return {"modules": [{"type": "", "path": "", **one} for one in content]}
    return dict(content)


@contextmanager
def _opening(name: str) -> Iterator[None]:
    """Tell what is wrong with a model: the libraries raise nearly everything."""
    try:
        yield
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0][:300]
        message = f"{name} could not be opened: {type(error).__name__}: {reason}"
        raise ModelError("runtime", message, model=name, provider=PROVIDER) from error
