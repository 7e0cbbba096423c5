"""The one Lab of this process."""

import streamlit as st

from core.lab import Lab, open_lab


@st.cache_resource(show_spinner=False)
def get_lab() -> Lab:
    return open_lab()
