"""A passage in its document: the page of a PDF, else the text around it, the sentence marked."""

import streamlit as st

from core.errors import NaraniError
from core.example import Passage
from core.lab import Lab
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.passage_text import marked, place_of

BEFORE, AROUND = 300, 1500
"""Characters shown before and after a passage."""


def open_button(lab: Lab, passage: Passage, key: str, quote: str = "") -> None:
    """A button that opens the passage where it stands.

    Args:
        lab: for the document.
        passage: what was found.
        key: of the button.
        quote: the supporting sentence; empty marks the whole passage.
    """
    if passage.document_id is None:
        return
    if st.button(
        t("open_source"), key=key, icon=":material/open_in_new:", type="tertiary", width="content"
    ):
        show_passage(lab, passage, quote)


@st.dialog(" ", width="large")
def show_passage(lab: Lab, passage: Passage, quote: str = "") -> None:
    """The document at the passage."""
    where = place_of(passage.page, passage.heading)
    st.markdown(f"**{plain(passage.document)}**" + (f" · {where}" if where else ""))
    assert passage.document_id is not None
    try:
        page = lab.library.page_of(passage, quote or passage.text)
        text = lab.library.shelf.loaded(passage.document_id).text
    except NaraniError:
        st.warning(t("source_gone"), icon=":material/history:")
        st.markdown(plain(passage.text))
        return
    if page is None:
        _around(text, passage, quote)
        return
    as_page, as_text = st.tabs([t("source_page"), t("source_text")])
    with as_page:
        st.pdf(page, height=640)
    with as_text:
        _around(text, passage, quote)


def _around(text: str, passage: Passage, quote: str) -> None:
    """The text before and after; the quotation, or the whole passage, is marked."""
    wanted = quote or passage.text
    at = text.find(wanted, passage.start) if passage.start < passage.end else -1
    if at < 0:
        at, wanted = passage.start, text[passage.start : passage.end]
    first = max(0, passage.start - BEFORE)
    shown = text[first : passage.end + AROUND]
    with st.container(height=600, border=False):
        if first:
            st.caption("…")
        st.markdown(marked(shown, at - first, at - first + len(wanted), "green"))
        if passage.end + AROUND < len(text):
            st.caption("…")
