"""Votes: filter them, look at them, take them away as CSV."""

from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from core.store.export import VOTE_COLUMNS
from pages.shared.feedback_charts import approval_chart, cost_chart, time_chart
from pages.shared.feedback_filters import chosen_filter
from pages.shared.intervals import percent, share_interval
from pages.shared.language import t
from pages.shared.promote import promote_many, promote_problem
from pages.shared.resources import get_lab
from pages.shared.server import params_from

PER_PAGE = 50
# Up to here a download is made on the click; a larger one is streamed by the server.
IN_MEMORY = 20_000
SHOWN = ("voted_at", "rating", "reasons", "comment", "question", "answer", "model", "techniques")


def downloads(count: int) -> None:
    query = urlencode(params_from(wanted))
    with st.container(horizontal=True, vertical_alignment="center"):
        for form, mime in (("csv", "text/csv"), ("jsonl", "application/x-ndjson")):
            label = t(f"download_{form}")
            if count > IN_MEMORY:
                st.link_button(label, f"/export/votes.{form}?{query}", icon=":material/download:")
                continue
            st.download_button(
                label,
                lambda form=form: "".join(lab.export("votes", form, wanted)).encode("utf-8"),
                file_name=f"narani-votes.{form}",
                mime=mime,
                key=f"download_{form}",
                icon=":material/download:",
                on_click="ignore",
            )
        promote_many(lab, wanted, up)
        st.caption(t("download_note"), width="stretch")


lab = get_lab()
if not lab.votes.any():
    st.info(t("feedback_empty"), icon=":material/thumbs_up_down:")
    st.stop()
wanted = chosen_filter(lab)
total, up = lab.votes.count(wanted)
if not total:
    st.info(t("feedback_nothing"), icon=":material/filter_alt_off:")
    st.stop()
metrics = st.columns(3)
metrics[0].metric(t("metric_votes"), f"{total:,}", border=True, height="stretch")
metrics[1].metric(t("metric_up"), f"{up:,}", border=True, height="stretch")
interval = share_interval(up, total)
metrics[2].metric(
    t("metric_share"),
    percent(up / total),
    t("metric_interval", low=percent(interval.low), high=percent(interval.high)),
    delta_color="off",
    delta_arrow="off",
    border=True,
    height="stretch",
)
recipes = lab.votes.by_recipe(wanted)
charts = st.columns(3)
with charts[0]:
    approval_chart(recipes)
with charts[1]:
    cost_chart(recipes)
with charts[2]:
    time_chart(recipes)

st.subheader(t("votes_table"), anchor=False)
promote_problem()
downloads(total)
table = st.container()
pages = -(-total // PER_PAGE)
page = st.pagination(pages, key="votes_page") if pages > 1 else 1
rows = list(lab.vote_page(wanted, PER_PAGE, (page - 1) * PER_PAGE))
frame = pd.DataFrame(rows, columns=list(VOTE_COLUMNS))[list(SHOWN)]
frame["rating"] = frame["rating"].map({1: t("rating_up"), -1: t("rating_down")})
frame["voted_at"] = pd.to_datetime(frame["voted_at"])
frame["reasons"] = [
    ", ".join(t(f"reason_{code}") for code in codes.split()) for codes in frame["reasons"]
]
for name in ("question", "answer"):
    frame[name] = frame[name].str.slice(0, 500)
text = st.column_config.TextColumn
table.dataframe(
    frame,
    hide_index=True,
    key="votes_table",
    alt=t("votes_alt"),
    column_config={
        "voted_at": st.column_config.DatetimeColumn(
            t("col_voted_at"), format="YYYY-MM-DD HH:mm", timezone="UTC"
        ),
        "rating": text(t("col_rating"), width="small"),
        "reasons": text(t("col_reasons")),
        "comment": text(t("col_comment")),
        "question": text(t("question")),
        "answer": text(t("answer")),
        "model": text(t("model")),
        "techniques": text(t("filter_technique")),
    },
)
