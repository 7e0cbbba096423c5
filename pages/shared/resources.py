"""The one Lab of this process."""

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from core.lab import Lab


@st.cache_resource(show_spinner=False)
def get_lab() -> "Lab":
    # Imported here, because the first paint must not wait for the database's library.
    from core.lab import open_lab

    return open_lab()
