"""The embedders of LiteLLM's model table, read as a file like its chat models."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.models.listed import KEYS, package_folder


@dataclass(frozen=True, kw_only=True)
class EmbedderListing:
    """One embedder of the table, reduced to what we use."""

    id: str
    """With its provider in front: `openai/text-embedding-3-small`."""
    provider: str
    dimension: int | None
    max_tokens: int | None
    """Largest text; None when unknown."""
    usd_per_token: float | None
    """None when unknown."""


@cache
def embedder_listings() -> Mapping[str, EmbedderListing]:
    """All embedders of the table by id."""
    file = package_folder() / "model_prices_and_context_window_backup.json"
    table: dict[str, dict[str, Any]] = json.loads(file.read_bytes())
    found = (
        _listing(name, row)
        for name, row in table.items()
        if row.get("mode") == "embedding" and row.get("litellm_provider")
    )
    return {listing.id: listing for listing in found}


def embedder_listing_of(model: str) -> EmbedderListing | None:
    """The line for a model id, with or without its provider in front."""
    table = embedder_listings()
    names = (model, *(f"{provider}/{model}" for provider in KEYS))
    return next((table[name] for name in names if name in table), None)


def _listing(name: str, row: Mapping[str, Any]) -> EmbedderListing:
    provider = str(row["litellm_provider"])
    usd = row.get("input_cost_per_token")
    return EmbedderListing(
        id=name if "/" in name else f"{provider}/{name}",
        provider=provider,
        dimension=_whole(row.get("output_vector_size")),
        max_tokens=_whole(row.get("max_input_tokens")),
        # A listed zero is a gap in the table as often as a gift.
        usd_per_token=float(usd) if isinstance(usd, int | float) and usd > 0 else None,
    )


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and value > 0 else None
