"""Prompts: templates in versions; write one, see what it sends, compare, roll back."""

import streamlit as st

from pages.shared.language import t
from pages.shared.resources import get_lab
from pages.shared.template_draft import is_changed, known_columns, typed
from pages.shared.template_editor import template_editor
from pages.shared.template_head import template_head
from pages.shared.template_preview import template_preview
from pages.shared.template_versions import template_versions

lab = get_lab()
st.caption(t("prompts_intro"))
newest = template_head(lab)
if newest is not None:
    write, versions = st.tabs(
        [t("template_tab_write"), t("template_tab_versions")],
        key="template_tab",
        on_change="rerun",
    )
    if write.open:
        with write:
            edit, preview = st.columns([1, 1], gap="large")
            with edit:
                fault = template_editor(newest, known_columns(lab, newest))
            with preview:
                st.markdown(f"**{t('template_preview')}**")
                if is_changed(newest.name):
                    st.caption(f":material/edit: {t('template_preview_unsaved')}")
                if fault is not None:
                    st.info(t("template_preview_stopped"), icon=":material/visibility_off:")
                else:
                    template_preview(lab, typed(newest.name))
    if versions.open:
        with versions:
            template_versions(lab, newest)
