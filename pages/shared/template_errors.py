"""What is wrong with a template while it is written."""

import streamlit as st

from core.errors import UsageError
from pages.shared.errors import sentences
from pages.shared.markdown import plain


def show_fault(error: UsageError) -> None:
    """What would be refused, and what to do."""
    said, next_step = sentences(error.kind, error.details)
    st.warning(plain(next_step), title=plain(said), icon=":material/data_object:")
