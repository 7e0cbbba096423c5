"""The first line of every page: its title, the currency and the language."""

import streamlit as st

from pages.shared.format import CURRENCIES
from pages.shared.language import language_switch, t


def header(title: str, note: str = "") -> None:
    left, right = st.columns([3, 2], vertical_alignment="center", wrap=False)
    left.title(title, anchor=False)
    with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.segmented_control(
            t("currency"),
            CURRENCIES,
            default="USD",
            key="currency",
            required=True,
            persist_state="session",
            label_visibility="collapsed",
        )
        language_switch()
    if note:
        st.caption(note)
