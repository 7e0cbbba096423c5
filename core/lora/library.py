"""The adapters on this machine: shipped ones and trained ones, a folder each.

A folder is made under a hidden name and renamed when it is complete, so that a half-written
adapter never appears here.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.adapter import NAME, Adapter, AdapterUse
from core.errors import ModelError, UsageError
from core.lora.base import hash_of
from core.lora.bundle import archive

SHIPPED = Path(__file__).parents[2] / "assets" / "adapters"
DESCRIPTION = "adapter.json"
WEIGHTS = "adapter_model.safetensors"
GGUF = "adapter.gguf"
BASE_HASH_SUFFIX = ".base"
"""Beside a GGUF file: the hash of the safetensors weights it was made of."""


class AdapterLibrary:
    """Adapters by name. Reads the folders anew when they change."""

    def __init__(self, own: Path, shipped: Path = SHIPPED) -> None:
        self.own = own
        self._shipped = shipped
        self._read: dict[Path, tuple[float, Adapter]] = {}

    def all(self) -> list[Adapter]:
        """Every complete adapter, own ones first, the newest first."""
        found: dict[str, Adapter] = {}
        for folder in (self.own, self._shipped):
            adapters = [a for path in _folders(folder) if (a := self._adapter(path))]
            for adapter in sorted(adapters, key=lambda a: a.created_at, reverse=True):
                found.setdefault(adapter.name, adapter)
        return list(found.values())

    def get(self, name: str) -> Adapter | None:
        """The adapter of a name; None when there is none."""
        return next((adapter for adapter in self.all() if adapter.name == name), None)

    def folder(self, name: str) -> Path:
        """Where an adapter's files lie; its own folder first."""
        own = self.own / name
        return own if self._adapter(own) else self._shipped / name

    def is_shipped(self, name: str) -> bool:
        return not NAME.fullmatch(name) or not (self.own / name / DESCRIPTION).is_file()

    def remove(self, name: str) -> None:
        """Delete an own adapter.

        Raises:
            UsageError: `bad_adapter` for a shipped or unknown one.
        """
        if self.is_shipped(name):
            reason = f"{name} came with Narani or does not exist; only own adapters can be deleted"
            raise UsageError("bad_adapter", reason, reason=reason)
        shutil.rmtree(self.own / name)

    def archive(self, name: str) -> bytes:
        """An adapter's folder as a zip."""
        return archive(self.folder(name))

    def resolved(self, uses: Sequence[AdapterUse]) -> tuple[AdapterUse, ...]:
        """The same uses with the hash of what has their name now, where there is one."""
        out = []
        for use in uses:
            adapter = self.get(use.name) if not use.hash else None
            out.append(replace(use, hash=adapter.hash) if adapter else use)
        return tuple(out)

    def fitting(self, file: Path) -> Mapping[str, Path]:
        """GGUF adapters that fit a GGUF model file, by hash."""
        base = base_hash_of(file)
        return {
            adapter.hash: self.folder(adapter.name) / GGUF
            for adapter in sorted(self.all(), key=lambda a: a.hash)
            if adapter.base_hash == base and (self.folder(adapter.name) / GGUF).is_file()
        }

    def check(self, uses: Sequence[AdapterUse], model: str, file: Path | None) -> None:
        """Whether adapters can be laid over a model.

        Raises:
            ModelError: `unknown_adapter`, or `wrong_adapter` with a reason code: `other_base`,
                `changed` (retrained since), `not_local` or `not_convertible`.
        """
        for use in uses:
            adapter = self.get(use.name)
            details: dict[str, Any] = {"adapter": use.name, "model": model}
            if adapter is None:
                raise ModelError("unknown_adapter", f"no adapter named {use.name}", **details)
            details["base"] = adapter.base
            if use.hash and use.hash != adapter.hash:
                raise _wrong("changed", f"{use.name} was trained anew since", details)
            if file is None:
                raise _wrong("not_local", f"{model} is not run by the local runtime", details)
            if not adapter.convertible:
                raise _wrong("not_convertible", f"{use.name} has no GGUF form", details)
            if adapter.base_hash != base_hash_of(file):
                raise _wrong("other_base", f"{use.name} was trained on {adapter.base}", details)

    def _adapter(self, path: Path) -> Adapter | None:
        description = path / DESCRIPTION
        try:
            changed_at = description.stat().st_mtime
            if path not in self._read or self._read[path][0] != changed_at:
                content = json.loads(description.read_text("utf-8"))
                adapter = replace(Adapter.from_json(content), name=path.name)
                self._read[path] = changed_at, adapter
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # not an adapter of ours, or one being deleted
        return self._read[path][1] if (path / WEIGHTS).is_file() else None


def base_hash_of(file: Path) -> str | None:
    """The hash of the weights a GGUF model was made of; None when nobody knows."""
    note = file.with_name(file.name + BASE_HASH_SUFFIX)
    try:
        return note.read_text("utf-8").strip()
    except OSError:
        return None


def weights_hash(folder: Path) -> str:
    """An adapter's identity: twelve hex digits of its weights."""
    return hash_of([folder / WEIGHTS])


def _folders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name[0] != "."] if folder.is_dir() else []


def _wrong(reason: str, message: str, details: dict[str, Any]) -> ModelError:
    return ModelError("wrong_adapter", message, reason=reason, **details)
