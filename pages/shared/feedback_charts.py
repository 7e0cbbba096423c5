"""Three pictures of the votes: approval with intervals, cost against approval, seconds."""

import altair as alt
import pandas as pd
import streamlit as st

from core.store.votes import RecipeVotes
from pages.shared.intervals import share_interval
from pages.shared.language import t

_ROW_PX = 30
_INTERVAL = "#14a394"
"""Seen on light and on dark ground."""


def approval_chart(recipes: list[RecipeVotes]) -> None:
    """Share of thumbs up per recipe with its Wilson interval and n."""
    rows = []
    for recipe in recipes[:12]:
        interval = share_interval(recipe.up, recipe.n)
        rows.append(
            {
                "label": _label(recipe),
                "share": recipe.up / recipe.n,
                "low": interval.low,
                "high": interval.high,
                "n": recipe.n,
            }
        )
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("label:N", title=None, sort="-x", axis=alt.Axis(labelLimit=170))
    )
    scale = alt.Scale(domain=[0, 1])
    share = alt.X("share:Q", title=t("axis_share"), scale=scale, axis=alt.Axis(format="%"))
    tooltip = ["label", alt.Tooltip("share:Q", format=".0%"), "n"]
    bars = base.mark_rule(strokeWidth=3, opacity=0.6, color=_INTERVAL).encode(
        x=alt.X("low:Q"), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=90).encode(x=share, tooltip=tooltip)
    st.markdown(f"**{t('chart_share')}**")
    chart = (bars + points).properties(height=_height(recipes))
    st.altair_chart(chart, key="chart_share", alt=t("chart_share_alt"))
    st.caption(t("chart_share_note"))


def cost_chart(recipes: list[RecipeVotes]) -> None:
    """Mean cost per answer against approval, for recipes whose cost is known."""
    known = [r for r in recipes if r.mean_cost_usd is not None]
    st.markdown(f"**{t('chart_cost')}**")
    if known:
        frame = pd.DataFrame(
            {
                "label": [_label(r) for r in known],
                "cost": [r.mean_cost_usd for r in known],
                "share": [r.up / r.n for r in known],
                "n": [r.n for r in known],
            }
        )
        chart = (
            alt.Chart(frame)
            .mark_circle(opacity=0.8)
            .encode(
                x=alt.X("cost:Q", title=t("axis_cost"), axis=alt.Axis(format="~g", tickCount=4)),
                y=alt.Y(
                    "share:Q",
                    title=t("axis_share"),
                    scale=alt.Scale(domain=[0, 1]),
                    axis=alt.Axis(format="%"),
                ),
                size=alt.Size("n:Q", legend=None),
                tooltip=["label", "cost", alt.Tooltip("share:Q", format=".0%"), "n"],
            )
        )
        st.altair_chart(
            chart.properties(height=_height(recipes)), key="chart_cost", alt=t("chart_cost_alt")
        )
    st.caption(t("chart_cost_note", hidden=len(recipes) - len(known)))


def time_chart(recipes: list[RecipeVotes]) -> None:
    """Mean seconds per answer."""
    frame = pd.DataFrame(
        {
            "label": [_label(r) for r in recipes[:12]],
            "seconds": [r.mean_total_s for r in recipes[:12]],
        }
    )
    chart = (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=3, size=14)
        .encode(
            y=alt.Y("label:N", title=None, sort="x", axis=alt.Axis(labelLimit=170)),
            x=alt.X("seconds:Q", title=t("axis_time")),
            tooltip=["label", alt.Tooltip("seconds:Q", format=".2f")],
        )
        .properties(height=_height(recipes))
    )
    st.markdown(f"**{t('chart_time')}**")
    st.altair_chart(chart, key="chart_time", alt=t("chart_time_alt"))


def _height(recipes: list[RecipeVotes]) -> int:
    return max(160, 60 + _ROW_PX * min(12, len(recipes)))


def _label(recipe: RecipeVotes) -> str:
    """Two recipes may share a label; the key tells them apart."""
    return f"{recipe.label[:40]} · {recipe.recipe_key[:4]} (n={recipe.n})"
