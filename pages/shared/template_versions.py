"""The versions of a template: look, compare two word by word or as columns, roll back."""

from collections.abc import Sequence

import streamlit as st

from core.diff import MAX_WORDS, is_cut
from core.errors import StoreError, UsageError
from core.lab import Lab
from core.recipe import Recipe
from core.template import PARTS, Template, TemplateUse
from pages.shared.language import t
from pages.shared.resources import get_lab
from pages.shared.state import compare_state
from pages.shared.template_diff import differences_drawn
from pages.shared.template_draft import is_changed, put_draft
from pages.shared.version_pair import version_pair

COMPARE = "pages/ask/compare.py"
EMBEDDED = "local/narani"
PER_PAGE = 8
VALUE = "template_value_"
"""Begins the keys of the fields for variables in the preview."""


def template_versions(lab: Lab, newest: Template) -> None:
    """All of them, the newest first, and two of them side by side."""
    versions = lab.templates.versions(newest.name)
    listed, compared = st.columns([2, 3], gap="large")
    with listed:
        _list(versions)
    with compared:
        if len(versions) < 2:
            st.info(t("template_one_version"), icon=":material/history:")
        else:
            _two(lab, versions)


def template_model() -> str:
    """Whom the compare page asks first, else the model in the box."""
    columns = compare_state().columns
    return columns[0].recipe.model if columns else EMBEDDED


def open_compare(*recipes: Recipe) -> None:
    """The compare page with these columns, and the question and values of the preview."""
    typed = str(st.session_state.get("template_sample_question") or "")
    for key, value in st.session_state.items():
        if value and str(key).startswith(VALUE):
            compare_state().values[str(key).removeprefix(VALUE)] = str(value)
    params = {"recipe": [recipe.to_text() for recipe in recipes], "question": [typed]}
    st.switch_page(COMPARE, query_params=params)


def _list(versions: Sequence[Template]) -> None:
    pages = -(-len(versions) // PER_PAGE)
    rows = st.container()
    page = st.pagination(pages, key="template_page") if pages > 1 else 1
    first = (min(page, pages) - 1) * PER_PAGE
    with rows:
        for place in range(first, min(first + PER_PAGE, len(versions))):
            before = versions[place + 1] if place + 1 < len(versions) else None
            _row(versions[place], before, versions[0])


def _row(one: Template, before: Template | None, newest: Template) -> None:
    with st.container(border=True, key=f"template_row_{one.version}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{t('template_version', version=one.version)}**", width="content")
            if one.version == newest.version:
                st.badge(t("template_newest"), color="primary")
            st.caption(f"{one.created_at:%Y-%m-%d %H:%M} UTC", width="content")
        st.caption(_what_changed(one, before))
        with st.container(horizontal=True, gap="xsmall"):
            popover = st.popover(
                t("template_look"),
                icon=":material/visibility:",
                key=f"template_look_{one.version}",
                on_change="rerun",
                type="tertiary",
            )
            if popover.open:
                with popover:
                    _look(one)
            if one.version != newest.version:
                same = one.hash == newest.hash
                st.button(
                    t("template_roll_back"),
                    key=f"template_roll_back_{one.version}",
                    icon=":material/history:",
                    type="tertiary",
                    disabled=same,
                    help=t("template_as_newest" if same else "template_roll_back_help"),
                    on_click=_roll_back,
                    args=(one.name, one.version),
                )


def _what_changed(one: Template, before: Template | None) -> str:
    if before is None:
        return t("template_first_version")
    changed = [part for part in PARTS if getattr(one, part) != getattr(before, part)]
    return t("template_changed", parts=_named(changed))


def _named(parts: Sequence[str]) -> str:
    return ", ".join(t(f"template_part_{part}") for part in parts)


def _look(one: Template) -> None:
    for part in PARTS:
        st.caption(t(f"template_part_{part}"))
        st.code(getattr(one, part), language=None, wrap_lines=True)


def _roll_back(name: str, version: int) -> None:
    try:
        made = get_lab().templates.roll_back(name, version)
    except (UsageError, StoreError) as error:
        st.session_state["template_problem"] = error
        return
    if not is_changed(name):  # what was typed and not saved is never lost
        put_draft(made)
    said = t("template_rolled_back", old=version, version=made.version)
    st.toast(said, icon=":material/history:")


def _two(lab: Lab, versions: Sequence[Template]) -> None:
    by_number = {one.version: one for one in versions}
    st.markdown(f"**{t('template_diff')}**")
    numbers = version_pair("template", versions[0].name, list(by_number))
    left, right = (by_number[number] for number in numbers)
    _as_columns(lab, left, right)
    _differences(left, right)


def _differences(left: Template, right: Template) -> None:
    if left.hash == right.hash:
        st.caption(t("template_diff_same"))
        return
    st.caption(t("template_diff_legend"))
    for part in PARTS:
        one, two = getattr(left, part), getattr(right, part)
        if one == two:
            continue
        with st.container(border=True, key=f"template_diff_{part}"):
            st.caption(t(f"template_part_{part}"))
            if is_cut(one) or is_cut(two):
                st.caption(t("diff_too_long", limit=f"{MAX_WORDS:,}"))
            drawn = differences_drawn(one, two)
            st.markdown(drawn or f":gray[{t('template_diff_blank')}]")
    same = [part for part in PARTS if getattr(left, part) == getattr(right, part)]
    if same:
        st.caption(t("template_part_same", parts=_named(same)))


def _as_columns(lab: Lab, left: Template, right: Template) -> None:
    """Two columns that differ in nothing but the version."""
    ready = [one.id for one in lab.models().models if one.available]
    writers = [one for one in ready if not one.startswith("baseline/")]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = st.selectbox(
            t("template_model"),
            list(dict.fromkeys([template_model(), *writers])),
            key="template_model",
            persist_state="session",
            accept_new_options=True,
        )
        if st.button(
            t("template_compare"),
            key="template_compare",
            icon=":material/view_column:",
            type="primary",
            disabled=left.version == right.version,
            help=t("template_compare_help"),
        ):
            uses = (TemplateUse(name=one.name, version=one.version) for one in (left, right))
            open_compare(*(Recipe(model=model or EMBEDDED, template=use) for use in uses))
