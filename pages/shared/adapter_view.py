"""The adapters that are here: what they are, what they changed, how to use or take them."""

import streamlit as st

from core.adapter import Adapter, AdapterUse, training_cost
from core.errors import UsageError
from core.intervals import wilson
from core.lab import Lab
from core.lora.base import EMBEDDED
from core.recipe import Recipe
from pages.shared.errors import show_error
from pages.shared.format import duration, money
from pages.shared.intervals import percent
from pages.shared.language import t
from pages.shared.links import compare_url
from pages.shared.markdown import plain
from pages.shared.training_watch import loss_chart


def adapter_list(lab: Lab) -> None:
    """One box each; own ones can be deleted."""
    adapters = lab.adapters.all()
    if not adapters:
        st.info(t("adapters_empty"), icon=":material/layers:")
    for adapter in adapters:
        with st.container(border=True, key=f"adapter_{adapter.name}"):
            _head(lab, adapter)
            _scores(adapter)
            details = st.expander(t("details"), key=f"more_{adapter.name}", on_change="rerun")
            if details.open:
                with details:
                    _details(lab, adapter)


def _head(lab: Lab, adapter: Adapter) -> None:
    row = st.container(horizontal=True, vertical_alignment="center")
    row.markdown(f"#### {plain(adapter.name)}", width="stretch")
    row.link_button(
        t("adapter_try"),
        compare_url(_recipes(adapter), _question(adapter)),
        icon=":material/view_column:",
        type="primary",
    )
    if not lab.adapters.is_shipped(adapter.name):
        row.button(
            ":material/delete:",
            key=f"delete_{adapter.name}",
            help=t("adapter_delete"),
            type="tertiary",
            on_click=lab.adapters.remove,
            args=(adapter.name,),
        )
    badge = t("adapter_shipped") if lab.adapters.is_shipped(adapter.name) else t("adapter_own")
    st.caption(
        f":gray-badge[{badge}] {plain(adapter.base)} · {plain(adapter.example_set)} · "
        + t(
            "adapter_line",
            rank=adapter.rank,
            share=f"{adapter.trainable / adapter.parameters:.2%}",
            time=duration(adapter.duration_s),
        )
    )


def _recipes(adapter: Adapter) -> list[Recipe]:
    model = EMBEDDED if adapter.base == EMBEDDED else f"local/{adapter.base.rsplit('/', 1)[-1]}"
    use = AdapterUse(name=adapter.name)
    return [
        Recipe(model=model, temperature=0.0, seed=1),
        Recipe(model=model, temperature=0.0, seed=1, adapter=(use,)),
    ]


def _question(adapter: Adapter) -> str:
    """A held-out question whose answer the adapter changed."""
    changed = [row for row in adapter.samples if row[2] != row[3] and row[3] == row[1]]
    rows = changed or list(adapter.samples)
    return rows[0][0] if rows else ""


def _scores(adapter: Adapter) -> None:
    before, after = adapter.before, adapter.after
    if before is None or after is None or not before.count:
        return
    boxes = [column.container(border=True, height="stretch") for column in st.columns(4)]
    exact, similarity, verdict, basics = boxes
    old = t("score_before", share=percent(before.exact))
    exact.metric(t("score_exact"), percent(after.exact), old, delta_color="off", delta_arrow="off")
    interval = wilson(round(after.exact * after.count), after.count)
    exact.caption(t("metric_interval", low=percent(interval.low), high=percent(interval.high)))
    old = t("score_before", share=percent(before.similarity))
    similarity.metric(
        t("score_similarity"), percent(after.similarity), old, delta_color="off", delta_arrow="off"
    )
    if adapter.gain is not None:
        low, high = percent(adapter.gain.low), percent(adapter.gain.high)
        similarity.caption(t("score_gain", low=low, high=high))
        verdict.metric(t("score_verdict"), t(f"verdict_{adapter.gain.verdict}"))
    verdict.caption(t("score_items", count=after.count))
    pairs = {name: (value, after.basics.get(name, 0.0)) for name, value in before.basics.items()}
    worse = [name for name, (earlier, now) in pairs.items() if now < earlier]
    said = t("basics_worse", count=len(worse)) if worse else t("basics_kept")
    basics.metric(t("basics"), said, help=t("basics_help"))
    for name, (earlier, now) in pairs.items():
        basics.caption(f"{t(f'basic_{name}')} {percent(earlier)} → {percent(now)}")


def _details(lab: Lab, adapter: Adapter) -> None:
    if adapter.samples:
        st.dataframe(
            [
                {
                    t("question"): q,
                    t("sample_wanted"): w,
                    t("sample_before"): b,
                    t("sample_after"): a,
                }
                for q, w, b, a in adapter.samples
            ],
            hide_index=True,
            alt=t("samples_alt"),
        )
    loss_chart(adapter.losses)
    given = lab.rounds.count_with_adapter(f"{adapter.name}@{adapter.hash}")
    cost = training_cost(adapter, lab.money.prices().own_usd_per_hour)
    paid = t("unknown") if cost is None else money(cost)
    st.caption(t("adapter_cost", cost=paid, answers=given))
    facts = {
        t("fact_hardware"): adapter.hardware,
        t("fact_hashes"): f"{adapter.hash} · {adapter.base_hash} · {adapter.template_hash}",
        t("fact_settings"): ", ".join(f"{k} {v}" for k, v in adapter.settings.items()),
        t("fact_versions"): ", ".join(f"{k} {v}" for k, v in adapter.versions.items()),
        t("fact_overridden"): ", ".join(adapter.overridden) or "–",
    }
    for name, value in facts.items():
        st.caption(f"**{name}** {plain(value)}")
    _downloads(lab, adapter)
    st.caption(t("peft_limits_4"))


def _downloads(lab: Lab, adapter: Adapter) -> None:
    folder = lab.adapters.folder(adapter.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            t("download_adapter"),
            lambda: lab.adapters.archive(adapter.name),
            file_name=f"{adapter.name}.zip",
            key=f"zip_{adapter.name}",
            icon=":material/folder_zip:",
            on_click="ignore",
        )
        if (folder / "adapter.gguf").is_file():
            st.download_button(
                t("download_gguf"),
                (folder / "adapter.gguf").read_bytes,
                file_name=f"{adapter.name}.gguf",
                key=f"gguf_{adapter.name}",
                icon=":material/download:",
                on_click="ignore",
            )
        if adapter.convertible and st.button(t("merge"), key=f"merge_{adapter.name}"):
            with st.spinner(t("merging")):
                try:
                    path = lab.trainings.merged(adapter)
                except UsageError as error:
                    show_error(error)
                    return
            st.download_button(
                t("download_merged"),
                path.read_bytes,
                file_name=f"{adapter.name}-ollama.zip",
                key=f"merged_{adapter.name}",
                on_click="ignore",
            )
