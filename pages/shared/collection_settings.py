"""How a collection is indexed, changed with a guard: a change makes its index anew."""

from dataclasses import replace

import streamlit as st

from core.collection import ALIGNMENTS, ANALYSERS, NO_EMBEDDER, Collection
from core.errors import ModelError, StoreError, UsageError
from core.lab import Lab
from pages.shared.errors import show_error
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.resources import get_lab

DISCARDED = ("embedder", "analyser", "alignment", "alignment_model")


def collection_settings(lab: Lab, collection: Collection) -> None:
    """Embedder, analyser and alignment; the way of cutting stands where documents come in."""
    problem = st.session_state.pop("settings_problem", None)
    if problem is not None:
        show_error(problem)
    own, key = collection.settings, collection.id
    specs = {spec.id: spec for spec in lab.embedders()}
    options = list(dict.fromkeys([NO_EMBEDDER, *specs, own.embedder]))

    def shown(name: str) -> str:
        if name == NO_EMBEDDER:
            return t("embedder_none")
        spec = specs.get(name)
        if spec is None:
            return name
        reads = ", ".join(t(f"language_{one}") for one in sorted(spec.languages or ()))
        where = f" · {t('leaves_machine')}" if spec.leaves_machine else ""
        missing = f" · {spec.missing_detail}" if not spec.available else ""
        return f"{name} · {reads or t('languages_all')}{where}{missing}"

    embedder = st.selectbox(
        t("field_embedder"),
        options,
        index=options.index(own.embedder),
        format_func=shown,
        key=f"embedder_{key}",
        accept_new_options=True,
        help=t("field_embedder_help"),
    )
    analyser = st.segmented_control(
        t("field_analyser"),
        ANALYSERS,
        default=own.analyser,
        required=True,
        format_func=lambda name: t(f"analyser_{name}"),
        key=f"analyser_{key}",
        help=t("field_analyser_help"),
    )
    alignment = st.segmented_control(
        t("field_alignment"),
        ALIGNMENTS,
        default=own.alignment,
        required=True,
        format_func=lambda name: t(f"alignment_{name}"),
        key=f"alignment_{key}",
        help=t("field_alignment_help"),
    )
    model = own.alignment_model
    if alignment != "none":
        models = [one.id for one in lab.models().models if one.available]
        writers = [one for one in models if not one.startswith("baseline/")]
        model = st.selectbox(
            t("field_alignment_model"),
            list(dict.fromkeys([*writers, *([model] if model else [])])),
            key=f"alignment_model_{key}",
        )
    wanted = replace(
        own,
        embedder=embedder or NO_EMBEDDER,
        analyser=analyser,
        alignment=alignment,
        alignment_model=(model or "") if alignment != "none" else "",
    )
    if wanted != own:
        changed = ", ".join(
            t(f"field_{name}") for name in DISCARDED if getattr(own, name) != getattr(wanted, name)
        )
        st.warning(
            t("settings_guard", changed=changed, passages=f"{collection.passages:,}"),
            icon=":material/published_with_changes:",
        )
        st.button(
            t("settings_apply"),
            key="settings_apply",
            type="primary",
            on_click=_apply,
            args=(key, wanted),
        )
    st.divider()
    with st.popover(t("collection_remove"), icon=":material/delete:", key="collection_remove"):
        st.markdown(t("collection_remove_sure", name=plain(collection.name)))
        st.button(
            t("collection_remove"),
            key="collection_remove_now",
            type="primary",
            on_click=_remove,
            args=(key,),
        )


def _apply(collection_id: str, wanted: object) -> None:
    library = get_lab().library
    try:
        library.change(library.shelf.get(collection_id), wanted)  # type: ignore[arg-type]
        st.session_state["documents_tab"] = t("tab_intake")  # where its progress is shown
    except (UsageError, StoreError, ModelError) as error:
        st.session_state["settings_problem"] = error


def _remove(collection_id: str) -> None:
    library = get_lab().library
    try:
        library.remove(library.shelf.get(collection_id))
    except (UsageError, StoreError) as error:
        st.session_state["settings_problem"] = error
