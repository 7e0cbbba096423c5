"""Every model with its state, the reason when it cannot answer, and what it costs."""

import pandas as pd
import streamlit as st

from core.lab import Lab
from core.model import ModelSpec
from core.models.catalog import Catalog
from pages.shared.language import t


def models_table(lab: Lab, catalog: Catalog) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            t("search"), key="models_search", icon=":material/search:", width=320
        ).lower()
        only_ready = st.toggle(t("only_ready"), key="only_ready")
    rows = [
        _row(lab, spec)
        for spec in catalog.models
        if search in spec.id.lower() and (spec.available or not only_ready)
    ]
    number = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="models_table",
        alt=t("models_alt"),
        placeholder=t("unknown"),
        column_config={
            t("col_input_price"): number(format="%.3g"),
            t("col_output_price"): number(format="%.3g"),
            t("col_context"): number(format="localized"),
            t("col_size"): number(format="localized"),
        },
    )


def _row(lab: Lab, spec: ModelSpec) -> dict[str, object]:
    price = None if spec.place in ("local", "ollama") else lab.metering.price_of(spec.id)
    in_usd = price if price and price.currency == "USD" else None
    return {
        t("model"): spec.id,
        t("col_state"): _state(spec),
        t("col_place"): t(f"place_{spec.place}"),
        t("col_leaves"): t("yes" if spec.leaves_machine else "no"),
        t("col_context"): spec.context_tokens,
        t("col_input_price"): in_usd.input_per_million if in_usd else None,
        t("col_output_price"): in_usd.output_per_million if in_usd else None,
        t("col_size"): round(spec.size_bytes / 1e6, 1) if spec.size_bytes else None,
        t("col_licence"): spec.licence,
        t("col_languages"): spec.languages,
    }


def _state(spec: ModelSpec) -> str:
    if spec.missing is None:
        return "✓ " + t("state_ready")
    if spec.missing_detail == "embedding":
        return t("state_embedding")
    return "✗ " + t(f"state_{spec.missing}", detail=spec.missing_detail)
