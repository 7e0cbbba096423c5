"""The head of the Prompts page: which template, new ones, samples, using it, removing it."""

import streamlit as st

from core.errors import StoreError, UsageError
from core.lab import Lab
from core.recipe import Recipe
from core.template import Template, TemplateUse, checked_template
from pages.shared.errors import show_error
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.resources import get_lab
from pages.shared.template_draft import forget_draft, known_columns, load_draft
from pages.shared.template_editor import chip
from pages.shared.template_samples import sample_templates
from pages.shared.template_versions import open_compare, template_model


def template_head(lab: Lab) -> Template | None:
    """The picker; None while there is no template."""
    try:
        lab.prompting.few_shots.names()  # stores the sets that come along: templates name columns
    except StoreError as error:
        show_error(error)
    found = {one.name: one for one in lab.templates.list()}
    with st.container(horizontal=True, vertical_alignment="bottom" if found else "center"):
        if found:
            if st.session_state.get("template") not in found:
                st.session_state["template"] = next(iter(found))
            st.selectbox(
                t("field_template_pick"), list(found), key="template", persist_state="session"
            )
        _create()
        _samples(set(found))
        if found:
            newest = found[st.session_state["template"]]
            _use(lab, newest)
            _remove(newest)
    problem = st.session_state.pop("template_problem", None)
    if problem is not None:
        show_error(problem)
    if not found:
        st.info(t("templates_empty"), icon=":material/edit_note:")
        return None
    newest = found[st.session_state["template"]]
    load_draft(newest)
    _facts(newest)
    return newest


def day_and_time(template: Template) -> str:
    return f"{template.created_at:%Y-%m-%d %H:%M} UTC"


def _create() -> None:
    with st.popover(t("template_new"), icon=":material/add:", key="template_new"):
        st.text_input(t("template_name"), key="template_name", max_chars=120)
        st.button(t("template_make"), key="template_make", type="primary", on_click=_make)


def _make() -> None:
    lab = get_lab()
    try:
        wanted = checked_template(Template(name=str(st.session_state.get("template_name"))), ())
        if wanted.name in {one.name for one in lab.templates.list()}:
            st.toast(t("template_exists"), icon=":material/info:")
        else:
            wanted = _stored(wanted)
    except (UsageError, StoreError) as error:
        st.session_state["template_problem"] = error
        return
    st.session_state["template"] = wanted.name
    st.session_state["template_name"] = ""


def _samples(names: set[str]) -> None:
    """Each of them a button at first; behind one button once there are templates."""
    samples = {one.name: one for one in sample_templates() if one.name not in names}
    if not samples:
        return
    if names:
        st.menu_button(
            t("template_samples"),
            list(samples),
            format_func=plain,
            key="template_samples",
            icon=":material/auto_stories:",
            help=t("template_samples_help"),
            on_click=_take_chosen,
        )
        return
    st.caption(t("template_start_from"), width="content")
    for number, sample in enumerate(samples.values()):
        st.button(
            plain(sample.name),
            key=f"template_sample_{number}",
            icon=":material/auto_stories:",
            help=t("template_samples_help"),
            on_click=_take,
            args=(sample,),
        )


def _take_chosen() -> None:
    chosen = st.session_state.get("template_samples")
    for sample in sample_templates():
        if sample.name == chosen:
            _take(sample)


def _take(sample: Template) -> None:
    try:
        st.session_state["template"] = _stored(sample).name
    except (UsageError, StoreError) as error:
        st.session_state["template_problem"] = error


def _stored(template: Template) -> Template:
    lab = get_lab()
    # A sample may call for a column of a set that is not stored; whoever asks gives the value.
    saved = lab.templates.save(template, known_columns(lab, template))
    forget_draft(saved.name)
    return saved


def _use(lab: Lab, newest: Template) -> None:
    """A column without the template beside one with it."""
    if st.button(
        t("template_use"),
        key="template_use",
        icon=":material/view_column:",
        help=t("template_use_help"),
    ):
        model = template_model()
        with_it = Recipe(model=model, template=TemplateUse(name=newest.name))
        open_compare(Recipe(model=model), with_it)


def _remove(newest: Template) -> None:
    popover = st.popover(
        t("template_remove"), icon=":material/delete:", key="template_remove", type="tertiary"
    )
    with popover:
        st.markdown(t("template_remove_sure", name=plain(newest.name)))
        st.button(
            t("template_remove"),
            key="template_remove_now",
            type="primary",
            on_click=_removed,
            args=(newest.name,),
        )


def _removed(name: str) -> None:
    try:
        get_lab().templates.remove(name)
    except StoreError as error:
        st.session_state["template_problem"] = error
        return
    forget_draft(name)


def _facts(newest: Template) -> None:
    parts = [t("template_facts", version=newest.version, date=day_and_time(newest))]
    if newest.columns:
        names = ", ".join(chip(name) for name in newest.columns)
        parts.append(t("template_needs", names=names))
    st.caption(" · ".join(parts))
