"""The settings of one search as form fields: for a column, and for trying a query."""

from dataclasses import fields
from typing import Any

import streamlit as st

from core.lab import Lab
from core.search import MODES, OVERLAP, Retrieval
from pages.shared.language import t

NONE = ""
_SHOWN = (
    *("mode", "top_k", "threshold", "budget_tokens", "dense_weight", "mmr", "queries"),
    *("rewrite", "helper", "rerank", "documents", "kinds", "languages", "candidates"),
)


def collection_field(lab: Lab, key: str, **change: Any) -> None:
    """Which collection a column reads; none switches retrieval off."""
    names = [one.name for one in lab.library.shelf.list()]
    chosen = str(st.session_state.get(key) or NONE)
    if chosen and chosen not in names:
        names.append(chosen)
    st.selectbox(
        t("field_collection"),
        [NONE, *names],
        format_func=lambda name: name or t("collection_none"),
        key=key,
        help=t("field_collection_help"),
        **change,
    )


def retrieval_fields(lab: Lab, suffix: str, **change: Any) -> None:
    """Everything else; the values stand in the session state under `retrieval_<field>_<suffix>`."""

    def key(name: str) -> str:
        return f"retrieval_{name}_{suffix}"

    st.segmented_control(
        t("field_mode"),
        MODES,
        format_func=lambda mode: t(f"mode_{mode}"),
        key=key("mode"),
        required=True,
        help=t("field_mode_help"),
        **change,
    )
    left, right = st.columns(2)
    left.number_input(
        t("field_top_k"), 1, 50, key=key("top_k"), help=t("field_top_k_help"), **change
    )
    right.number_input(
        t("field_budget"),
        16,
        200_000,
        step=100,
        key=key("budget_tokens"),
        help=t("field_budget_help"),
        **change,
    )
    left.slider(
        t("field_threshold"),
        0.0,
        1.0,
        step=0.05,
        key=key("threshold"),
        help=t("field_threshold_help"),
        **change,
    )
    right.slider(
        t("field_dense_weight"),
        0.0,
        1.0,
        step=0.05,
        key=key("dense_weight"),
        help=t("field_dense_weight_help"),
        **change,
    )
    with st.expander(t("retrieval_more")):
        left, right = st.columns(2)
        left.number_input(
            t("field_mmr"),
            0.0,
            1.0,
            step=0.05,
            value=None,
            placeholder=t("field_off"),
            key=key("mmr"),
            help=t("field_mmr_help"),
            **change,
        )
        right.number_input(
            t("field_queries"), 1, 8, key=key("queries"), help=t("field_queries_help"), **change
        )
        st.toggle(t("field_rewrite"), key=key("rewrite"), help=t("field_rewrite_help"), **change)
        models = [
            spec.id
            for spec in lab.models().models
            if spec.available and not spec.id.startswith("baseline/")
        ]
        st.selectbox(
            t("field_helper"),
            [NONE, *models],
            format_func=lambda name: name or t("helper_own"),
            key=key("helper"),
            help=t("field_helper_help"),
            accept_new_options=True,
            **change,
        )
        st.selectbox(
            t("field_rerank"),
            [NONE, OVERLAP],
            format_func=lambda name: {NONE: t("field_off"), OVERLAP: t("rerank_overlap")}.get(
                name, name
            ),
            key=key("rerank"),
            help=t("field_rerank_help"),
            accept_new_options=True,
            **change,
        )
        for name in ("documents", "kinds", "languages"):
            st.multiselect(
                t(f"field_{name}"),
                _choices(lab, suffix, name),
                format_func=lambda value, name=name: (
                    t(f"language_{value}") if name == "languages" else value
                ),
                key=key(name),
                placeholder=t("field_all"),
                **change,
            )


def put_retrieval(how: Retrieval | None, suffix: str) -> None:
    """Show settings in the fields."""
    shown = how or Retrieval(collection=NONE)
    st.session_state[f"retrieval_collection_{suffix}"] = shown.collection
    for name in _SHOWN:
        value = getattr(shown, name)
        st.session_state[f"retrieval_{name}_{suffix}"] = (
            list(value) if isinstance(value, tuple) else value
        )


def typed_retrieval(suffix: str) -> dict[str, Any] | None:
    """What the fields hold, as a recipe's JSON; None without a collection."""
    state = st.session_state
    collection = state.get(f"retrieval_collection_{suffix}")
    if not collection:
        return None
    content: dict[str, Any] = {"collection": collection}
    defaults = {one.name: one.default for one in fields(Retrieval)}
    for name in _SHOWN:
        key = f"retrieval_{name}_{suffix}"
        if key in state:
            value = state[key]
            wanted = defaults[name] if value is None and name != "mmr" else value
            content[name] = list(wanted) if isinstance(wanted, tuple) else wanted
    return content


def _choices(lab: Lab, suffix: str, name: str) -> list[str]:
    """What the chosen collection can be filtered by, and what is chosen already."""
    chosen = list(st.session_state.get(f"retrieval_{name}_{suffix}") or ())
    wanted = st.session_state.get(f"retrieval_collection_{suffix}")
    found = [one for one in lab.library.shelf.list() if one.name == wanted]
    documents = lab.library.shelf.documents(found[0].id) if found else ()
    of = {"documents": "name", "kinds": "kind", "languages": "language"}[name]
    return list(dict.fromkeys([*sorted({getattr(d, of) for d in documents}), *chosen]))
