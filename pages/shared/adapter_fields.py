"""LoRA in a column: which adapters, how strong, and what their training adds to an answer."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.adapter import Adapter, AdapterUse, training_cost
from core.jsontypes import Json
from core.lab import Lab
from core.recipe import Recipe
from pages.shared.format import money
from pages.shared.language import t
from pages.shared.markdown import plain


def adapter_fields(lab: Lab, recipe: Recipe, uid: str, change: Mapping[str, Any]) -> None:
    """A picker of the adapters that fit the column's model, and a slider for each chosen one."""
    chosen = [use.name for use in recipe.adapter]
    options = list(dict.fromkeys([*(a.name for a in fitting(lab, recipe.model)), *chosen]))
    if not options:
        return
    st.session_state[f"adapter_{uid}"] = chosen
    st.multiselect(
        t("field_adapter"),
        options,
        key=f"adapter_{uid}",
        help=t("field_adapter_help"),
        placeholder=t("template_none"),
        **change,
    )
    for use in recipe.adapter:
        st.session_state[f"scale_{use.name}_{uid}"] = use.scale
        st.slider(
            t("field_scale", name=plain(use.name)),
            0.0,
            2.0,
            step=0.05,
            key=f"scale_{use.name}_{uid}",
            help=t("term_scale_technical"),
            **change,
        )


def adapter_label(use: AdapterUse) -> str:
    """`LoRA name`, with its strength where that is not 1."""
    strength = "" if use.scale == 1 else f" × {use.scale:g}"
    return f":material/layers: {plain(use.name)}{strength}"


def adapters_typed(recipe: Recipe, uid: str) -> Json:
    """What stands in the fields; without fields, what the recipe has."""
    chosen = st.session_state.get(f"adapter_{uid}", [use.name for use in recipe.adapter])
    known = {use.name: use for use in recipe.adapter}
    return [
        {
            "name": known[name].reference if name in known else name,
            "scale": st.session_state.get(f"scale_{name}_{uid}", 1.0),
        }
        for name in chosen
    ]


def fitting(lab: Lab, model: str) -> list[Adapter]:
    """The adapters that can be laid over a model."""
    hashes = lab.fitting_adapters(model)
    return [adapter for adapter in lab.adapters.all() if adapter.hash in hashes]


def training_share(lab: Lab, recipe: Recipe) -> str:
    """` · + training $0.0003` for a column with adapters whose training had a price."""
    total, known = 0.0, False
    for use in recipe.adapter:
        adapter = lab.adapters.get(use.name)
        cost = (
            None if adapter is None else training_cost(adapter, lab.money.prices().own_usd_per_hour)
        )
        if adapter is None or cost is None:
            continue
        given = lab.rounds.count_with_adapter(f"{adapter.name}@{adapter.hash}")
        total, known = total + cost / max(1, given), True
    return f" · + {t('training_share', cost=money(total))}" if known else ""
