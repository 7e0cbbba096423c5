"""LoRA adapters: train one from an example set, watch it, see what it changed, use it."""

import streamlit as st

from pages.shared.adapter_view import adapter_list
from pages.shared.glossary import glossary
from pages.shared.language import t
from pages.shared.resources import get_lab
from pages.shared.training_form import training_form
from pages.shared.training_watch import jobs_view

lab = get_lab()
st.caption(t("adapters_intro"))
missing = lab.trainings.missing_packages()
if missing:
    st.info(t("lora_missing"), icon=":material/extension:")
    st.code("pip install -r requirements-lora.txt", language="bash")
jobs_view(lab)
tabs = st.tabs(
    [t("tab_adapters"), t("tab_train"), t("tab_terms")], key="adapters_tab", on_change="rerun"
)
if tabs[0].open:
    with tabs[0]:
        adapter_list(lab)
if tabs[1].open:
    with tabs[1]:
        training_form(lab, can_train=not missing)
if tabs[2].open:
    with tabs[2]:
        glossary()
