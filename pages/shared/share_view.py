"""A comparison handed on: as an address, and as one readable file."""

import streamlit as st

from core.errors import StoreError, UsageError
from core.lab import Lab
from core.recipe import MAX_RECIPES
from core.sharing import adopt, collect, from_bytes, to_yaml
from pages.shared.errors import show_error
from pages.shared.language import t
from pages.shared.links import recipe_link, round_link
from pages.shared.markdown import plain
from pages.shared.resources import get_lab
from pages.shared.state import ColumnState, CompareState, compare_state


def share_view(lab: Lab, state: CompareState, asked: str) -> None:
    """What stands in the share popover."""
    recipes = [column.recipe for column in state.columns]
    if state.round_id:
        st.caption(t("share_help"))
        st.caption(t("share_round"))
        st.code(round_link(state.round_id), language=None, wrap_lines=True)
    st.caption(t("share_recipes"))
    st.code(recipe_link(recipes, asked, state.values), language=None, wrap_lines=True)
    st.caption(t("share_file"), help=t("share_file_help"))
    try:
        lab.prompting.few_shots.names()  # what comes with the product is handed on too
        file = to_yaml(collect(recipes, asked, state.values, lab.templates, lab.example_sets))
    except UsageError as error:
        show_error(error)
        file = ""
    st.download_button(
        t("share_download"),
        file.encode(),
        disabled=not file,
        file_name="narani-comparison.yaml",
        mime="application/yaml",
        key="share_download",
        icon=":material/download:",
        on_click="ignore",
    )
    st.file_uploader(
        t("share_open"),
        type=["yaml", "yml"],
        key="share_open",
        max_upload_size=1,
        on_change=_open,
    )


def _open() -> None:
    upload = st.session_state.get("share_open")
    if upload is None:
        return
    state, lab = compare_state(), get_lab()
    st.session_state["share"] = False  # it would cover what is said now
    try:
        found = from_bytes(upload.getvalue())
        lab.prompting.few_shots.names()
        adopted = adopt(found, lab.templates, lab.example_sets)
    except (UsageError, StoreError) as error:
        state.problem = error
        return
    state.columns = [ColumnState(recipe=one) for one in adopted.recipes[:MAX_RECIPES]]
    state.values |= dict(found.values)
    state.new_conversation()
    state.sync()
    st.query_params.clear()  # or the round in the address would come back
    if found.question:
        st.session_state["question"] = found.question
    st.toast(t("share_opened", count=len(state.columns)), icon=":material/folder_open:")
    if adopted.added:
        st.toast(t("share_added", names=plain(", ".join(adopted.added))))
    if adopted.moved:
        st.toast(t("share_moved", names=plain(", ".join(adopted.moved))), duration="long")
    if adopted.missing:
        names = plain(", ".join(adopted.missing))
        st.toast(t("share_missing", names=names), icon=":material/warning:", duration="long")
