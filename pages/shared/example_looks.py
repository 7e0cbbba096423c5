"""What a set is like, in pictures: labels per side, lengths, languages, what repeats."""

from collections.abc import Sequence
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from core.errors import StoreError
from core.example_set import SetSummary
from core.examples.statistics import SIDES, Lengths, Statistics, statistics_of
from core.lab import Lab
from pages.shared.errors import show_error
from pages.shared.example_import import spelled_table
from pages.shared.example_repeats import Near, Repeats, near, repeats
from pages.shared.example_tasks import begin, is_begun, looked
from pages.shared.intervals import percent
from pages.shared.language import t
from pages.shared.resources import get_lab

MOST_LABELS = 20
SHOWN = 300
"""Characters of a cell."""
PICTURE_PX = 240


def example_looks(lab: Lab, head: SetSummary) -> None:
    """Statistics first; near-duplicates on a click."""
    key = f"stats_{head.id}"
    # In the background: of a hundred thousand examples it takes seconds.
    if not is_begun(key):
        begin(key, partial(_statistics, head.id))
    task = looked(key)
    if task is None:
        return
    found: tuple[Statistics, Repeats] = task.result
    statistics, repeated = found
    _facts(statistics)
    pictures = st.columns(2 if statistics.labels is None else 3, gap="large")
    if statistics.labels is not None:
        with pictures[0]:
            _labels(statistics)
    with pictures[-2]:
        _length("question", statistics.question)
    with pictures[-1]:
        _length("answer", statistics.answer)
    if statistics.labels is None and statistics.size:
        st.caption(t("example_no_labels"))
    _repeated(lab, head, statistics, repeated)
    _near(lab, head)


def _statistics(set_id: str, _tell: object) -> tuple[Statistics, Repeats]:
    sets = get_lab().example_sets
    found = statistics_of([one for _, one in batch] for batch in sets.each(set_id))
    repeated = Repeats(several=(), same=())
    if found.repeated or found.contradicted:
        repeated = repeats(sets.each(set_id))
    return found, repeated


def _facts(found: Statistics) -> None:
    total = found.size or 1
    with st.container(horizontal=True):
        st.metric(t("split_train"), f"{found.sizes['train']:,}", border=True)
        st.metric(t("split_test"), f"{found.sizes['test']:,}", border=True)
        languages = " · ".join(
            f"{t(f'language_{name}')} {percent(count / total)}"
            for name, count in found.languages.items()
        )
        st.metric(t("example_languages"), languages or "–", border=True)
        for key, count in (
            ("example_repeated_questions", found.repeated),
            ("example_several_answers", found.contradicted),
        ):
            st.metric(t(key), f"{count:,}", border=True, help=t(f"{key}_help"))


def _labels(found: Statistics) -> None:
    """How many examples bear each label, side by side."""
    st.markdown(f"**{t('example_labels')}**")
    assert found.labels is not None
    totals: dict[str, int] = {}
    for side in SIDES:
        for label in found.labels[side]:
            totals[label.shown] = totals.get(label.shown, 0) + label.count
    names = sorted(totals, key=lambda name: -totals[name])[:MOST_LABELS]
    rows = [
        {"label": label.shown, "side": t(f"split_{side}"), "count": label.count}
        for side in SIDES
        for label in found.labels[side]
        if label.shown in names
    ]
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            y=alt.Y(
                "label:N", title=None, sort=names, axis=alt.Axis(labelLimit=180, labelOverlap=False)
            ),
            x=alt.X("count:Q", title=t("example_count"), axis=alt.Axis(tickMinStep=1, format="d")),
            color=_side_colour(),
            order=alt.Order("side:N", sort="descending"),
            tooltip=["label", "side", "count"],
        )
        .properties(height=max(PICTURE_PX, 130 + 22 * len(names)))
    )
    st.altair_chart(chart, key="example_labels_chart", alt=t("example_labels_alt"))
    most, least = max(totals.values()), min(totals.values())
    said = t("example_balance", labels=len(totals), most=f"{most:,}", least=f"{least:,}")
    st.caption(said)


def _length(part: str, lengths: Lengths | None) -> None:
    if lengths is None:
        return
    st.markdown(f"**{t(f'example_lengths_{part}')}**")
    st.altair_chart(
        _histogram(lengths),
        key=f"example_lengths_{part}",
        alt=t(f"example_lengths_{part}_alt"),
    )
    numbers = {name: f"{getattr(lengths, name):,}" for name in ("least", "median", "p90", "most")}
    st.caption(t("example_lengths_said", **numbers))


def _histogram(lengths: Lengths) -> alt.Chart:
    names = [f"{one.start:,}–{one.end - 1:,}" for one in lengths.bins]
    rows = [
        {"length": name, "side": t(f"split_{side}"), "count": one.counts.get(side, 0)}
        for name, one in zip(names, lengths.bins, strict=True)
        for side in SIDES
    ]
    chart: alt.Chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X(
                "length:N",
                title=t("example_characters"),
                sort=names,
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y("count:Q", title=None, axis=alt.Axis(tickMinStep=1, format="d", tickCount=4)),
            color=_side_colour(),
            order=alt.Order("side:N", sort="descending"),
            tooltip=["length", "side", "count"],
        )
        .properties(height=PICTURE_PX)
    )
    return chart


def _side_colour() -> alt.Color:
    """The same colour for a side in every picture."""
    sides = [t(f"split_{side}") for side in SIDES]
    return alt.Color(
        "side:N", scale=alt.Scale(domain=sides), legend=alt.Legend(title=None, orient="top")
    )


def _repeated(lab: Lab, head: SetSummary, found: Statistics, repeated: Repeats) -> None:
    if found.spellings:
        st.markdown(f"**{t('example_spellings')}**")
        st.caption(t("example_spellings_help"))
        spelled_table([(one.spellings, one.count) for one in found.spellings], "example_spellings")
    for what, groups in (("several", repeated.several), ("same", repeated.same)):
        if groups:
            st.markdown(f"**{t(f'example_repeats_{what}')}**")
            st.caption(t(f"example_repeats_{what}_help"))
            rows_together(lab, head, groups, f"example_repeats_{what}")
    if not (found.spellings or found.repeated or found.contradicted):
        st.caption(f":green[:material/check_circle:] {t('example_found_nothing')}")


def _near(lab: Lab, head: SetSummary) -> None:
    st.markdown(f"**{t('example_near')}**")
    st.caption(t("example_near_help"))
    key = f"near_{head.id}"
    st.button(
        t("example_near_look"),
        key="example_near_look",
        icon=":material/content_copy:",
        on_click=partial(_begin_near, key, head.id),
    )
    task = looked(key)
    if task is None:
        return
    found: Near = task.result
    if not found.count:
        said = t("example_near_none", count=f"{head.size:,}")
        st.caption(f":green[:material/check_circle:] {said}")
        return
    st.markdown(t("example_near_found", count=f"{found.count:,}", across=f"{found.across:,}"))
    rows_together(lab, head, found.pairs, "example_near_pairs")


def _begin_near(key: str, set_id: str) -> None:
    begin(key, lambda _tell: near(get_lab().example_sets.each(set_id)))


def rows_together(lab: Lab, head: SetSummary, groups: Sequence[Sequence[int]], key: str) -> None:
    """The examples of each group, one below the other."""
    wanted = sorted({position for group in groups for position in group})
    try:
        at = dict(lab.example_sets.at(head.id, wanted))
    except StoreError as error:
        show_error(error)
        return
    rows = [(number, place) for number, group in enumerate(groups, 1) for place in group]
    st.dataframe(
        {
            t("example_group"): [number for number, _ in rows],
            t("example_number"): [place + 1 for _, place in rows],
            t("question"): [at[place].example.question[:SHOWN] for _, place in rows],
            t("answer"): [at[place].example.answer[:SHOWN] for _, place in rows],
            t("split"): [t(f"split_{at[place].split}") for _, place in rows],
        },
        hide_index=True,
        alt=t("example_group_alt"),
        key=key,
        height=min(38 + 35 * len(rows), 360),
    )
