"""The three parts of a template as fields, the variables they may hold, and what is wrong."""

from collections.abc import Sequence

import streamlit as st

from core.errors import UsageError
from core.template import ANSWER, BUILT_IN, PARTS, Template, checked_template
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.template_draft import (
    is_changed,
    is_overtaken,
    part_key,
    put_draft,
    replace_variable,
    save_draft,
    typed,
)
from pages.shared.template_errors import show_fault

MOST_CHIPS = 12
"""Columns named below a field."""
_HEIGHTS = {"system": 190, "user": 130, "example": 110}


def template_editor(newest: Template, columns: Sequence[str]) -> UsageError | None:
    """The fields; gives back what would be refused."""
    name = newest.name
    fault = fault_of(name, columns)
    for part in PARTS:
        st.text_area(
            t(f"template_part_{part}"),
            key=part_key(part, name),
            height=_HEIGHTS[part],
            help=t(f"template_part_{part}_help"),
            persist_state="session",
        )
        if fault is not None and fault.details.get("part") == part:
            show_fault(fault)
            _offer(fault, part, name)
        st.caption(_variables(part, columns))
    _save(newest)
    return fault


def fault_of(name: str, columns: Sequence[str]) -> UsageError | None:
    """What would be refused if this were saved now."""
    try:
        checked_template(typed(name), columns)
    except UsageError as error:
        return error
    return None


def chip(variable: str) -> str:
    """A variable as it is typed; its name may come from anybody's file."""
    text = f"{{{{{variable}}}}}"
    return f"``{text}``" if "`" in text else f"`{text}`"


def _variables(part: str, columns: Sequence[str]) -> str:
    own = ("question", ANSWER) if part == "example" else BUILT_IN
    # Said once: below every field it would be more to read than the fields.
    said = {name for name in own if part == "system" or name == ANSWER}
    shown = [
        f"{chip(name)} {t(f'template_about_{name}')}" if name in said else chip(name)
        for name in own
    ]
    usable = [one for one in columns if _is_usable(one) and one not in own]
    if usable:
        chips = " ".join(chip(one) for one in usable[:MOST_CHIPS])
        more = len(usable) - MOST_CHIPS
        rest = f" {t('template_more_columns', count=more)}" if more > 0 else ""
        about = f" {t('template_about_columns')}" if part == "system" else ""
        shown.append(f"{chips}{rest}{about}")
    return (" · " if said else " ").join(shown)


def _is_usable(column: str) -> bool:
    """Whether a column's name can stand between braces, and in a line of code."""
    return column == " ".join(column.split()) and not set("{}") & set(column) and "``" not in column


def _offer(fault: UsageError, part: str, name: str) -> None:
    """One click corrects a misspelt variable."""
    wrong, right = str(fault.details.get("variable", "")), str(fault.details.get("suggestion", ""))
    if right:
        st.button(
            t("template_fix", variable=plain(f"{{{{{right}}}}}")),
            key=f"template_fix_{part}",
            icon=":material/auto_fix_high:",
            on_click=replace_variable,
            args=(part, name, wrong, right),
        )


def _save(newest: Template) -> None:
    name = newest.name
    changed = is_changed(name)
    if changed and is_overtaken(newest):
        st.warning(
            t("template_overtaken", version=newest.version),
            icon=":material/published_with_changes:",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("template_save"),
            key="template_save",
            type="primary",
            icon=":material/save:",
            help=t("template_save_help"),
            on_click=save_draft,
            args=(newest,),
        )
        if changed:
            st.button(
                t("template_discard"),
                key="template_discard",
                icon=":material/undo:",
                type="tertiary",
                on_click=put_draft,
                args=(newest,),
            )
            st.caption(f":material/edit: {t('template_unsaved')}", width="content")
