"""A sweep: many settings on the same questions, in the background; winner, table and picture."""

import altair as alt
import pandas as pd
import streamlit as st

from core.collection import NO_EMBEDDER, Collection
from core.errors import StoreError, UsageError
from core.lab import Lab
from core.retrieval.questions import Question
from core.retrieval.sweep import Grid, Result, Sweep
from core.search import MODES, Retrieval
from pages.shared.errors import show_error
from pages.shared.language import t
from pages.shared.resources import get_lab

SHOWN_S = 2.0


def sweep_view(lab: Lab, collection: Collection, questions: list[Question]) -> None:
    """The grid, the jobs, and what they found."""
    _form(lab, collection, questions)
    problem = st.session_state.pop("sweep_problem", None)
    if problem is not None:
        show_error(problem)
    sweeps = lab.sweeps.of(collection.id)
    if any(sweep.state == "running" for sweep in sweeps):
        _watch(collection.id)
    for sweep in sweeps:
        if sweep.state != "running":
            _sweep(sweep)


def _form(lab: Lab, collection: Collection, questions: list[Question]) -> None:
    st.caption(t("sweep_help"))
    left, middle, right = st.columns(3)
    sizes = left.multiselect(
        t("split_size"),
        [200, 300, 500, 800, 1200],
        default=[300, 500, 800],
        key="sweep_sizes",
        accept_new_options=True,
    )
    overlaps = middle.multiselect(
        t("split_overlap"),
        [0, 40, 80, 160],
        default=[0, 80],
        key="sweep_overlaps",
        accept_new_options=True,
    )
    top_ks = right.multiselect(
        t("field_top_k"), [1, 2, 3, 5, 8, 10], default=[1, 3, 5], key="sweep_top_ks"
    )
    modes = left.multiselect(
        t("field_mode"),
        MODES,
        default=["auto"],
        format_func=lambda mode: t(f"mode_{mode}"),
        key="sweep_modes",
    )
    embedders = middle.multiselect(
        t("field_embedder"),
        [NO_EMBEDDER, *(spec.id for spec in lab.embedders() if spec.available)],
        default=[],
        placeholder=collection.settings.embedder,
        format_func=lambda name: t("embedder_none") if name == NO_EMBEDDER else name,
        key="sweep_embedders",
    )
    try:
        grid = Grid(
            sizes=tuple(int(one) for one in sizes),
            overlaps=tuple(int(one) for one in overlaps),
            modes=tuple(modes),
            top_ks=tuple(top_ks),
            embedders=tuple(embedders),
        )
    except ValueError:
        st.error(t("sweep_whole_numbers"))
        return
    right.button(
        t("sweep_start"),
        key="sweep_start",
        type="primary",
        icon=":material/play_arrow:",
        on_click=_start,
        args=(collection.id, grid, questions),
    )


def _start(collection_id: str, grid: Grid, questions: list[Question]) -> None:
    lab = get_lab()
    try:
        collection = lab.library.shelf.get(collection_id)
        lab.sweeps.start(collection, Retrieval(collection=collection.name), grid, questions)
    except (UsageError, StoreError) as error:
        st.session_state["sweep_problem"] = error


@st.fragment(run_every=SHOWN_S)
def _watch(collection_id: str) -> None:
    running = [one for one in get_lab().sweeps.of(collection_id) if one.state == "running"]
    if not running:
        st.rerun()
    for sweep in running:
        _sweep(sweep)


def _sweep(sweep: Sweep) -> None:
    results = sweep.results()
    with st.container(border=True, key=f"sweep_{sweep.folder.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            when = sweep.created_at.replace("T", " ")[:16]
            st.markdown(f"**{when}** · {t('sweep_state_' + sweep.state)}")
            if sweep.state == "running":
                st.button(
                    t("stop_one"),
                    key=f"sweep_stop_{sweep.folder.name}",
                    icon=":material/stop_circle:",
                    on_click=sweep.stop,
                )
            else:
                if len(results) < sweep.cells:
                    st.button(
                        t("job_resume"),
                        key=f"sweep_resume_{sweep.folder.name}",
                        icon=":material/play_circle:",
                        on_click=sweep.start,
                    )
                st.button(
                    t("job_discard"),
                    key=f"sweep_discard_{sweep.folder.name}",
                    icon=":material/delete:",
                    type="tertiary",
                    on_click=get_lab().sweeps.discard,
                    args=(sweep,),
                )
        if sweep.state == "running":
            text = t("sweep_progress", done=len(results), cells=sweep.cells)
            st.progress(len(results) / max(1, sweep.cells), text)
        if sweep.error is not None:
            show_error(sweep.error)  # type: ignore[arg-type]
        if results:
            _results(sweep, results)


def _results(sweep: Sweep, results: list[Result]) -> None:
    winner = sweep.winner()
    if winner is not None:
        name = f"hit@{winner.top_k}"
        mean, low, high = winner.measures[name]
        st.success(
            t(
                "sweep_winner",
                size=winner.size,
                overlap=winner.overlap,
                mode=t(f"mode_{winner.mode}"),
                top_k=winner.top_k,
                quality=f"{name} {mean:.3f} [{low:.2f}–{high:.2f}]",
                tokens=f"{winner.context_tokens:,.0f}",
            ),
            icon=":material/trophy:",
        )
        st.caption(t("sweep_winner_help"))
    frame = pd.DataFrame(
        {
            t("split_size"): [one.size for one in results],
            t("split_overlap"): [one.overlap for one in results],
            t("field_embedder"): [one.embedder for one in results],
            t("field_mode"): [t(f"mode_{one.mode}") for one in results],
            t("field_top_k"): [one.top_k for one in results],
            t("sweep_quality"): [one.quality for one in results],
            "MRR": [one.measures["mrr"][0] for one in results],
            "nDCG@5": [one.measures["ndcg@5"][0] for one in results],
            t("measure_tokens"): [round(one.context_tokens) for one in results],
            t("measure_ms"): [round(one.median_s * 1000, 1) for one in results],
            t("preview_passages"): [one.passages for one in results],
        }
    )
    chart = (
        alt.Chart(frame)
        .mark_circle(size=110, opacity=0.8)
        .encode(
            x=alt.X(t("measure_tokens"), scale=alt.Scale(zero=False)),
            y=alt.Y(t("sweep_quality"), scale=alt.Scale(zero=False)),
            color=alt.Color(f"{t('split_size')}:N"),
            shape=alt.Shape(f"{t('field_top_k')}:N"),
            tooltip=list(frame.columns),
        )
        .properties(height=280)
    )
    st.altair_chart(chart, key=f"sweep_chart_{sweep.folder.name}")
    st.dataframe(
        frame.sort_values(t("sweep_quality"), ascending=False),
        hide_index=True,
        key=f"sweep_table_{sweep.folder.name}",
    )
