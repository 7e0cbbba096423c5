"""The frame: page config, logo, navigation. Every page runs inside it, deep links too."""

import streamlit as st

from pages.shared.header import header
from pages.shared.language import t

st.set_page_config(page_title="Narani", page_icon="assets/icon.svg", layout="wide")
st.logo("assets/logo.svg", size="large")


def start() -> None:
    """The root address: the compare page lives at /compare, where a link can name its columns."""
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    st.switch_page(compare, query_params=params)


compare = st.Page(
    "pages/ask/compare.py",
    title=t("nav_compare"),
    icon=":material/view_column:",
    url_path="compare",
)
pages = [
    st.Page(start, title="Narani", default=True, visibility="hidden", url_path="start"),
    compare,
    st.Page(
        "pages/ask/history.py",
        title=t("nav_history"),
        icon=":material/history:",
        url_path="history",
    ),
    st.Page(
        "pages/knowledge/collections.py",
        title=t("nav_documents"),
        icon=":material/menu_book:",
        url_path="documents",
    ),
    st.Page(
        "pages/knowledge/examples.py",
        title=t("nav_examples"),
        icon=":material/format_list_numbered:",
        url_path="examples",
    ),
    st.Page(
        "pages/knowledge/prompts.py",
        title=t("nav_prompts"),
        icon=":material/edit_note:",
        url_path="prompts",
    ),
    st.Page(
        "pages/improve/feedback.py",
        title=t("nav_feedback"),
        icon=":material/thumbs_up_down:",
        url_path="feedback",
    ),
    st.Page(
        "pages/improve/adapters.py",
        title=t("nav_adapters"),
        icon=":material/model_training:",
        url_path="adapters",
    ),
    st.Page(
        "pages/setup/models.py", title=t("nav_models"), icon=":material/hub:", url_path="models"
    ),
]
page = st.navigation(pages, position="top")
# Drawn before the page's own imports: what people see first must not wait for them.
header(page.url_path or "compare")
page.run()
