"""The filter row of the feedback page, kept in its address."""

from datetime import date

import streamlit as st

from core.answer import REASONS
from core.lab import Lab
from core.store.votes import VoteFilter
from pages.shared.language import t


def chosen_filter(lab: Lab) -> VoteFilter:
    choices = lab.votes.recent_choices()
    labels = dict(choices.recipes)
    with st.container(border=True, key="filters"):
        first = st.columns(4)
        models = first[0].multiselect(
            t("filter_model"), choices.models, key="f_model", placeholder=t("any")
        )
        recipes = first[1].multiselect(
            t("filter_recipe"),
            list(labels),
            key="f_recipe",
            placeholder=t("any"),
            format_func=lambda key: f"{labels.get(key, key)} · {key[:4]}",
        )
        techniques = first[2].multiselect(
            t("filter_technique"),
            choices.techniques,
            key="f_technique",
            placeholder=t("any"),
            format_func=lambda name: t(f"technique_{name}"),
        )
        reasons = first[3].multiselect(
            t("filter_reason"),
            REASONS,
            key="f_reason",
            placeholder=t("any"),
            format_func=lambda code: t(f"reason_{code}"),
        )
        second = st.columns(4)
        since = second[0].date_input(t("filter_since"), None, key="f_since")
        until = second[1].date_input(t("filter_until"), None, key="f_until")
        rating = second[2].selectbox(
            t("filter_rating"),
            [1, -1],
            None,
            key="f_rating",
            placeholder=t("any"),
            format_func=lambda r: t("rating_up" if r > 0 else "rating_down"),
        )
        languages = second[3].multiselect(
            t("filter_language"),
            ["ko", "en", "other"],
            key="f_language",
            placeholder=t("any"),
            format_func=lambda code: t(f"language_{code}"),
        )
    return VoteFilter(
        models=tuple(models),
        recipes=tuple(recipes),
        techniques=tuple(techniques),
        reasons=tuple(reasons),
        languages=tuple(languages),
        since=since if isinstance(since, date) else None,
        until=until if isinstance(until, date) else None,
        rating=rating,
    )
