"""Past rounds: find, open, ask again, share."""

import streamlit as st

from core.store.rounds import StoredRound
from pages.shared.language import t
from pages.shared.links import recipe_link, round_link
from pages.shared.markdown import plain
from pages.shared.resources import get_lab

PER_PAGE = 20
COMPARE = "pages/ask/compare.py"


def entry(round_: StoredRound) -> None:
    with st.container(border=True, key=f"round_{round_.id}"):
        text, buttons = st.columns([5, 2], vertical_alignment="center")
        with text:
            question = (
                round_.question if len(round_.question) < 200 else round_.question[:200] + "…"
            )
            st.markdown(plain(question.replace("\n", " ")))
            models = " · ".join(recipe.label for recipe in round_.recipes)
            done = t("answers_count", done=len(round_.answers), all=len(round_.recipes))
            when = round_.asked_at.strftime("%Y-%m-%d %H:%M UTC")
            st.caption(f"{when} · {done} · {plain(models)}")
        with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
            if st.button(t("open"), key=f"open_{round_.id}", icon=":material/open_in_new:"):
                st.switch_page(COMPARE, query_params={"round": round_.id})
            if st.button(t("repeat"), key=f"repeat_{round_.id}", icon=":material/replay:"):
                recipes = [recipe.to_text() for recipe in round_.recipes]
                params = {"recipe": recipes, "question": [round_.question]}
                st.switch_page(COMPARE, query_params=params)
            share = st.popover(
                ":material/link:",
                help=t("link"),
                key=f"link_{round_.id}",
                on_change="rerun",
                type="tertiary",
            )
            if share.open:
                with share:
                    st.caption(t("share_help"))
                    st.code(round_link(round_.id), language=None, wrap_lines=True)
                    link = recipe_link(list(round_.recipes), round_.question)
                    st.code(link, language=None, wrap_lines=True)


lab = get_lab()
search = st.text_input(
    t("history_search"),
    key="history_search",
    icon=":material/search:",
    placeholder=t("history_search"),
    label_visibility="collapsed",
    bind="query-params",
)
total = lab.rounds.count(search)
if not total:
    nothing = t("history_nothing", text=plain(search)) if search else t("history_empty")
    st.info(nothing, icon=":material/history:")
    st.stop()
st.caption(t("history_count", count=f"{total:,}"))
pages = -(-total // PER_PAGE)
entries = st.container()
page = st.pagination(pages, key="history_page") if pages > 1 else 1
with entries:
    for stored in lab.rounds.recent(PER_PAGE, (page - 1) * PER_PAGE, search):
        entry(stored)
