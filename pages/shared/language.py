"""Text in Korean or English: `t("key")`. First language from the operator, else the browser."""

import os
from typing import Literal

import streamlit as st

from pages.shared.texts import TEXTS

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")
_NAMES = {"ko": "한국어", "en": "English"}


def language() -> Language:
    """The language of this tab."""
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    if chosen in LANGUAGES:
        return chosen
    return default_language()


def default_language() -> Language:
    fixed = os.environ.get("NARANI_LANG", "").strip().lower()
    if fixed in LANGUAGES:
        return "ko" if fixed == "ko" else "en"
    return "ko" if (st.context.locale or "").lower().startswith("ko") else "en"


def t(key: str, **values: object) -> str:
    """The text of a key in this tab's language, with `{names}` filled in."""
    korean, english = TEXTS[key]
    text = korean if language() == "ko" else english
    return text.format(**values) if values else text


def language_switch() -> None:
    """The switch in every page's header; its choice is part of the address."""
    st.segmented_control(
        t("language"),
        LANGUAGES,
        default=language(),
        format_func=_NAMES.__getitem__,
        key="lang",
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
