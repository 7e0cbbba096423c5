"""The first line of every page: its title, the currency and the language."""

import streamlit as st

from pages.shared.language import language_switch, t

CURRENCIES = ("USD", "KRW")


def header(page: str) -> None:
    """Title of the page with this address, and the two switches."""
    left, right = st.columns([3, 2], vertical_alignment="center", wrap=False)
    left.title(t(f"{page}_title"), anchor=False)
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
