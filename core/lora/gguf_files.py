"""Reads safetensors and writes GGUF files, one tensor in memory at a time.

Knows nothing of architectures. Pickled weights are never opened: reading them runs their code.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UsageError
from core.lora.gguf_names import not_convertible

if TYPE_CHECKING:
    from gguf import GGUFWriter

    from core.lora.gguf_names import Array

_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_STORED = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}
"""numpy's word for each type; bfloat16, which numpy has not, is the upper half of a float32."""


@dataclass(frozen=True, kw_only=True)
class _Stored:
    path: Path
    kind: str
    shape: tuple[int, ...]
    offset: int


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A tensor to be written, read only when its turn comes."""

    name: str
    shape: tuple[int, ...]
    half: bool
    """float16 instead of float32."""
    read: "Callable[[], Array]"


class Weights:
    """The tensors of a folder's safetensors files, by name.

    Args:
        folder: a model's or an adapter's.
        stem: `model` or `adapter_model`.

    Raises:
        UsageError: `unsafe_file` with pickled weights only, `not_convertible` without weights or
            with broken ones.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self._stored: dict[str, _Stored] = {}
        for path in _files(folder, stem):
            self._stored |= _stored(path)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: stored.shape for name, stored in self._stored.items()}

    def read(self, name: str) -> "Array":
        """One tensor as float32."""
        import numpy as np

        stored = self._stored[name]
        raw = np.fromfile(
            stored.path, _STORED[stored.kind], prod(stored.shape), offset=stored.offset
        )
        if stored.kind == "BF16":
            raw = (raw.astype(np.uint32) << 16).view(np.float32)
        return raw.astype(np.float32, copy=False).reshape(stored.shape)


@contextmanager
def whole_file(out: Path, architecture: str) -> "Iterator[GGUFWriter]":
    """A writer whose file appears as `out` when all went well, and else not at all."""
    from gguf import GGUFWriter

    part = out.with_name(f"{out.name}.{secrets.token_hex(4)}.part")
    try:
        with closing(GGUFWriter(part, architecture)) as writer:
            yield writer
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def write_tensors(writer: "GGUFWriter", planned: Sequence[Planned]) -> None:
    """Write the header with everything said so far, then the tensors."""
    import numpy as np

    for tensor in planned:
        kind = np.dtype(np.float16 if tensor.half else np.float32)
        size = prod(tensor.shape) * kind.itemsize
        writer.add_tensor_info(tensor.name, tensor.shape, kind, size)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in planned:
        content = tensor.read().reshape(tensor.shape)
        writer.write_tensor_data(content.astype(np.float16 if tensor.half else np.float32))


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object.

    Raises:
        UsageError: `not_convertible` when there is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as error:
        raise not_convertible(f"{path.name} is missing or broken") from error
    if not isinstance(content, dict):
        raise not_convertible(f"{path.name} is no JSON object")
    return content


def _files(folder: Path, stem: str) -> list[Path]:
    single = folder / f"{stem}.safetensors"
    if single.is_file():
        return [single]
    index = folder / f"{stem}.safetensors.index.json"
    if index.is_file():
        names = {str(name) for name in read_json(index)["weight_map"].values()}
        if any(Path(name).name != name for name in names):
            raise not_convertible(f"{index.name} names files outside of its folder")
        return [folder / name for name in sorted(names)]
    for pattern in _PICKLED:
        for pickled in folder.glob(pattern):
            raise UsageError(
                "unsafe_file",
                f"{pickled.name} is pickled and could run code when opened; save the weights as"
                " safetensors",
                file=pickled.name,
            )
    raise not_convertible(f"there is no {single.name}")


def _stored(path: Path) -> dict[str, _Stored]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "np"):  # checks sizes and offsets, which are read once more below
            pass
    except (FileNotFoundError, SafetensorError) as error:
        raise not_convertible(f"{path.name} is missing or broken") from error
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    found = {}
    for name, said in header.items():
        if name == "__metadata__":
            continue
        if said["dtype"] not in _STORED:
            raise not_convertible(f"{name} is stored as {said['dtype']}")
        found[name] = _Stored(
            path=path,
            kind=said["dtype"],
            shape=tuple(said["shape"]),
            offset=8 + length + said["data_offsets"][0],
        )
    return found
