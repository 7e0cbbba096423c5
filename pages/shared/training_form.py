"""From an example set to a running training: choose, check, estimate, set, start."""

from pathlib import Path
from typing import cast

import streamlit as st

from core.errors import StoreError, UsageError
from core.example_files import read_examples
from core.lab import Lab
from core.lora.trainings import Plan
from core.training import DIALS, LIMITS, Dial, TrainSettings, preset
from pages.shared.errors import show_error
from pages.shared.findings import findings
from pages.shared.format import duration, size
from pages.shared.glossary import help_on
from pages.shared.language import t
from pages.shared.markdown import plain

FIELDS = {
    "rank": "rank",
    "alpha": "alpha",
    "dropout": "dropout",
    "epochs": "epochs",
    "batch_size": "batch_size",
    "learning_rate": "learning_rate",
    "weight_decay": "weight_decay",
    "max_grad_norm": "gradient_clipping",
    "max_length": "sequence_length",
    "replay": "replay",
    "seed": "seed",
}
"""Each setting and the term that explains it."""
SHIPPED = Path(__file__).parents[2] / "assets" / "examples"
SAMPLES = ("haedam_facts", "medication_guidance")
"""Shipped sets from which the embedded model can learn something."""


def training_form(lab: Lab, *, can_train: bool) -> None:
    """The whole way; nothing is started before the button at its end."""
    _sets(lab)
    problem = st.session_state.pop("train_problem", None)
    if problem is not None:
        show_error(problem)
    sets = {summary.id: summary for summary in lab.example_sets.list()}
    if not sets:
        return
    left, right = st.columns(2)
    chosen = left.selectbox(
        t("train_set"),
        list(sets),
        format_func=lambda key: f"{sets[key].name} v{sets[key].version}",
        key="train_set",
    )
    base = right.selectbox(
        t("term_base_model_name"),
        lab.trainings.bases(),
        key="train_base",
        help=help_on("base_model") + "\n\n" + t("train_base_help"),
        accept_new_options=True,
    )
    if not chosen or not base:
        return
    try:
        parameters = lab.trainings.base(base).parameters
        settings = _settings(parameters)
        examples = lab.example_sets.get(chosen)
        elsewhere = lab.example_sets.tested_elsewhere(examples.name)
        plan = lab.trainings.plan(examples, base, settings, tested_elsewhere=elsewhere)
    except (UsageError, StoreError) as error:
        show_error(error)
        return
    _preview(plan)
    findings(plan.report)
    _estimate(plan)
    _start(lab, plan, can_train=can_train)


def _sets(lab: Lab) -> None:
    """Import a file, or take one of the shipped sets."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        upload = st.file_uploader(
            t("set_upload"),
            type=["csv", "tsv", "json", "jsonl", "xlsx"],
            key="set_upload",
            help=t("set_upload_help"),
            max_upload_size=20,
        )
        if upload is not None and st.session_state.get("set_seen") != upload.file_id:
            st.session_state["set_seen"] = upload.file_id
            _import(lab, upload.name, upload.getvalue())
        for file in (SHIPPED / f"{name}.jsonl" for name in SAMPLES):
            st.button(
                t(f"sample_set_{file.stem}"),
                key=f"sample_set_{file.stem}",
                icon=":material/dataset:",
                on_click=lambda file=file: _import(lab, file.name, file.read_bytes()),
            )
    st.page_link(
        "pages/knowledge/examples.py",
        label=t("train_sets_link"),
        icon=":material/format_list_numbered:",
    )


def _import(lab: Lab, name: str, content: bytes) -> None:
    try:
        made = lab.example_sets.save(name.rsplit(".", 1)[0], read_examples(name, content))
    except (UsageError, StoreError) as error:
        st.session_state["train_problem"] = error
        return
    st.session_state["train_set"] = made.id


def _settings(parameters: int) -> TrainSettings:
    dial = cast(
        Dial,
        st.segmented_control(
            t("train_dial"),
            DIALS,
            default="balanced",
            format_func=lambda name: t(f"dial_{name}"),
            key="train_dial",
            required=True,
        ),
    )
    st.caption(t(f"dial_{dial}_help"))
    chosen = preset(dial, parameters)
    expander = st.expander(t("train_advanced"), key="train_advanced", on_change="rerun")
    if not expander.open:
        return chosen
    values: dict[str, int | float] = {}
    with expander:
        places = st.columns(3)
        for number, (name, term) in enumerate(FIELDS.items()):
            value = getattr(chosen, name)
            low, high = LIMITS[name]
            whole = isinstance(value, int)
            values[name] = places[number % 3].number_input(
                t(f"term_{term}_name"),
                int(low) if whole else float(low),
                int(high) if whole else float(high),
                value,
                step=1 if whole else None,
                format=None if whole else "%g",
                key=f"train_{name}_{dial}",
                help=help_on(term),
            )
        quantised = st.toggle(
            t("term_qlora_name"), key=f"train_qlora_{dial}", help=help_on("qlora")
        )
    return TrainSettings(**values, quantisation="nf4" if quantised else "none")  # type: ignore[arg-type]


def _preview(plan: Plan) -> None:
    train, test = len(plan.example_set.train), len(plan.example_set.test)
    with st.expander(t("set_preview", train=train, test=test), key="set_preview"):
        st.dataframe(
            [
                {
                    t("question"): one.example.question[:300],
                    t("answer"): one.example.answer[:300],
                    t("split"): t(f"split_{one.split}"),
                }
                for one in plan.example_set.examples[:200]
            ],
            hide_index=True,
            alt=t("set_preview_alt"),
        )


def _estimate(plan: Plan) -> None:
    wanted = plan.estimate
    places = st.columns(4)
    places[0].metric(
        t("estimate_trainable"),
        f"{wanted.trainable:,}",
        f"{wanted.share:.2%}",
        delta_color="off",
        delta_arrow="off",
        help=t("estimate_trainable_help", rank=plan.settings.rank),
        border=True,
    )
    free = "" if wanted.free_bytes is None else t("estimate_free", size=size(wanted.free_bytes))
    places[1].metric(
        t("estimate_memory"),
        size(wanted.memory_bytes),
        free or None,
        delta_color="off",
        delta_arrow="off",
        border=True,
    )
    places[2].metric(t("estimate_time"), duration(wanted.seconds), border=True, height="stretch")
    places[3].metric(t("estimate_steps"), f"{wanted.steps:,}", border=True, height="stretch")
    if not wanted.fits:
        st.error(t("estimate_too_big"), icon=":material/memory:")
    if wanted.cut:
        limit = f"{plan.settings.max_length:,}"
        st.warning(t("estimate_cut", count=f"{wanted.cut:,}", limit=limit))


def _start(lab: Lab, plan: Plan, *, can_train: bool) -> None:
    leak = [finding for finding in plan.report.blocking if finding.kind == "leak"]
    fatal = len(plan.report.blocking) > len(leak)
    override = st.checkbox(t("train_override"), key="train_override") if leak else False
    taken = {adapter.name for adapter in lab.adapters.all()} | {
        j.name for j in lab.trainings.jobs()
    }
    number, name = 1, plan.example_set.name.replace(" ", "-")
    while f"{name}-{number}" in taken:
        number += 1
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            t("adapter_name"), f"{name}-{number}", key=f"train_name_{name}_{number}", max_chars=60
        )
        st.button(
            t("train_start"),
            key="train_start",
            type="primary",
            icon=":material/model_training:",
            disabled=not can_train
            or fatal
            or not plan.estimate.fits
            or (bool(leak) and not override),
            on_click=_begin,
            args=(lab, plan, typed, override),
        )
    if not plan.base.convertible:
        st.warning(plain(t("base_not_convertible", architecture=plan.base.architecture)))


def _begin(lab: Lab, plan: Plan, name: str, override: bool) -> None:
    hourly = lab.money.prices().own_usd_per_hour
    try:
        lab.trainings.start(plan, name.strip(), override=override, own_usd_per_hour=hourly)
    except (UsageError, StoreError) as error:
        st.session_state["train_problem"] = error
