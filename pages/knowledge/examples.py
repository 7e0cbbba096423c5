"""Examples: sets kept in versions; add, edit, look, compare versions, check for leaks, use."""

import streamlit as st

from pages.shared.example_adding import example_adding
from pages.shared.example_grid import example_grid
from pages.shared.example_head import example_head
from pages.shared.example_leaks import example_leaks
from pages.shared.example_looks import example_looks
from pages.shared.example_use import example_use
from pages.shared.example_versions import example_versions
from pages.shared.language import t
from pages.shared.resources import get_lab

TABS = {
    "edit": example_grid,
    "add": example_adding,
    "look": example_looks,
    "versions": example_versions,
    "leaks": example_leaks,
    "use": example_use,
}

lab = get_lab()
st.caption(t("examples_intro"))
head = example_head(lab)
if head is None:
    example_adding(lab, None)
else:
    tabs = st.tabs(
        [t(f"examples_tab_{name}") for name in TABS], key="examples_tab", on_change="rerun"
    )
    for tab, view in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                view(lab, head)
