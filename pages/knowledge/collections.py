"""Documents: put them in, look at every passage, try a query, measure the settings."""

import streamlit as st

from pages.shared.collection_head import collection_head
from pages.shared.collection_settings import collection_settings
from pages.shared.document_intake import document_intake
from pages.shared.language import t
from pages.shared.measure_view import measure_view
from pages.shared.passage_list import passage_list
from pages.shared.resources import get_lab
from pages.shared.search_view import search_view

TABS = ("intake", "passages", "try", "measure", "collection")

lab = get_lab()
st.caption(t("documents_intro"))
collection = collection_head(lab)
if collection is not None:
    tabs = st.tabs(
        [t(f"tab_{name}") for name in TABS],
        key="documents_tab",
        on_change="rerun",
    )
    draw = (document_intake, passage_list, search_view, measure_view, collection_settings)
    for tab, view in zip(tabs, draw, strict=True):
        if tab.open:
            with tab:
                view(lab, collection)
