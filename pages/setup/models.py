"""What can answer here, what is missing for the rest, endpoints, prices and the exchange rate."""

import streamlit as st

from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.models_table import models_table
from pages.shared.price_editor import endpoint_editor, price_editor
from pages.shared.resources import get_lab

st.caption(t("models_intro"))
lab = get_lab()
st.button(
    t("models_refresh"),
    key="models_refresh",
    icon=":material/refresh:",
    on_click=lab.refresh_models,
)
found = lab.models()
for server in found.servers:
    name, url = plain(server.name), plain(server.url)
    if server.up:
        st.caption(f":material/check_circle: {t('server_up', name=name, url=url)}")
        continue
    key = "remedy_ollama" if server.name == "Ollama" else "remedy_endpoint"
    remedy = t(key, reason=plain(server.reason)) if key == "remedy_endpoint" else t(key)
    st.info(t("server_down", name=name, url=url, remedy=remedy), icon=":material/power_off:")
models_table(lab, found)
st.caption(t("gguf_hint", folder=plain(str(lab.settings.home / "models"))))
st.subheader(t("endpoints"), anchor=False)
endpoint_editor(lab)
st.subheader(t("prices"), anchor=False)
price_editor(lab)
