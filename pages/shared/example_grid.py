"""The examples of a set in a grid, a page at a time: edit, add, delete, reorder, save."""

from typing import Any, cast

import pandas as pd
import streamlit as st

from core.errors import StoreError, UsageError
from core.example import Example
from core.example_set import SetSummary, Split
from core.lab import Lab
from pages.shared.errors import show_error
from pages.shared.example_draft import (
    ANSWER,
    FIELD,
    NUMBER,
    QUESTION,
    TAGS,
    Draft,
    edited,
    with_cells,
)
from pages.shared.example_head import PICK, PROBLEM, SAID
from pages.shared.language import language, t
from pages.shared.resources import get_lab

PER_PAGE = 200
LONGEST_CELL = 5_000
"""Characters; of longer texts the beginning is shown, and nothing can be typed there."""
SIDE = "side"
ALL = "all"


def example_grid(lab: Lab, head: SetSummary) -> None:
    """Filters, the grid, and what is not saved yet."""
    draft = draft_of(head)
    if draft.head.id != head.id:
        _overtaken(draft, head)
    search, side, tag = _filters(draft.head)
    count = counted(draft.head.id, search, side, tag)
    st.caption(t("example_rows", count=f"{count:,}") + " · " + t("example_grid_help"))
    grid = st.container()
    pages = max(1, -(-count // PER_PAGE))
    page_key = f"example_page_{head.name}"
    page = 1
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            page = min(pages, st.pagination(pages, key=page_key, persist_state="session"))
    with grid:
        view = (draft.head.id, search, side, tag, page, language())
        _grid(lab, draft, view)
    _status(lab, draft)


def draft_of(head: SetSummary) -> Draft:
    """What this tab has changed in a set; begun with its newest version."""
    key = f"example_draft_{head.name}"
    kept = st.session_state.get(key)
    if not isinstance(kept, Draft) or (kept.head.id != head.id and not kept.now()):
        st.session_state[key] = kept = Draft(head=head)
    return kept


@st.cache_data(show_spinner=False, max_entries=500)
def counted(set_id: str, search: str, side: Split | None, tag: str | None) -> int:
    """How many examples a filter finds; a version never changes."""
    return get_lab().example_sets.count(set_id, search=search, side=side, tag=tag)


def _filters(head: SetSummary) -> tuple[str, Split | None, str | None]:
    def first_page() -> None:
        st.session_state.pop(f"example_page_{head.name}", None)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            t("search"),
            key=f"example_search_{head.name}",
            icon=":material/search:",
            persist_state="session",
            on_change=first_page,
        )
        side = st.segmented_control(
            t("split"),
            [ALL, "train", "test"],
            default=ALL,
            required=True,
            format_func=lambda one: t("field_all") if one == ALL else t(f"split_{one}"),
            key=f"example_side_{head.name}",
            persist_state="session",
            on_change=first_page,
        )
        tag = None
        if head.tags:
            tag = st.selectbox(
                t("field_tags"),
                head.tags,
                index=None,
                placeholder=t("field_all"),
                key=f"example_tag_{head.name}",
                persist_state="session",
                on_change=first_page,
            )
    return search.strip(), None if side == ALL else cast(Split, side), tag


def _grid(lab: Lab, draft: Draft, view: tuple[Any, ...]) -> None:
    if view != draft.view or _key(draft) not in st.session_state:
        draft.fold()
        try:
            draft.content = _frame(lab, draft, view)
        except StoreError as error:
            show_error(error)
            return
        draft.view = view
        # Counted for the whole tab: a grid that was thrown away must not lend its edits.
        st.session_state["example_grids"] = draft.number = (
            int(st.session_state.get("example_grids", 0)) + 1
        )
    st.data_editor(
        draft.content,
        key=_key(draft),
        num_rows="dynamic",
        hide_index=True,
        column_config=_columns(draft.head),
        placeholder="",
        height=560 if len(draft.rows) > 12 else "auto",
        alt=t("example_grid_alt"),
    )
    draft.pending = dict(st.session_state[_key(draft)])


def _key(draft: Draft) -> str:
    return f"example_grid_{draft.number}"


def _frame(lab: Lab, draft: Draft, view: tuple[Any, ...]) -> pd.DataFrame:
    """The rows of a page with their changes, and behind them all rows that are new."""
    set_id, search, side, tag, page, _ = view
    found = lab.example_sets.page(
        set_id, search=search, side=side, tag=tag, limit=PER_PAGE, offset=(page - 1) * PER_PAGE
    )
    changes = draft.changes
    rows: list[int] = []
    shown: list[dict[str, Any]] = []
    for position, one in found:
        if position not in changes.removed:
            cells = changes.cells.get(position, {})
            rows.append(position)
            number = cells.get(NUMBER) or position + 1
            shown.append(_row(draft, with_cells(one.example, cells), number, one.split))
    for row in sorted((row for row in changes.cells if row < 0), reverse=True):
        cells = changes.cells[row]
        rows.append(row)
        shown.append(_row(draft, with_cells(_BLANK, cells), cells.get(NUMBER), None))
    draft.rows = rows
    draft.shortened = {
        (row, column)
        for row, content in zip(rows, shown, strict=True)
        for column, value in content.items()
        if isinstance(value, str) and len(value) > LONGEST_CELL
    }
    for row, column in draft.shortened:
        place = rows.index(row)
        shown[place][column] = shown[place][column][:LONGEST_CELL] + " …"
    names = [NUMBER, QUESTION, ANSWER, TAGS, SIDE, *(FIELD + one for one in draft.head.columns)]
    frame = pd.DataFrame(shown, columns=names).astype(
        {name: "string" for name in names if name not in (NUMBER, TAGS)}
    )
    return frame.astype({NUMBER: "Int64"})


_BLANK = Example(question="", answer="")


def _row(draft: Draft, example: Example, number: int | None, side: Split | None) -> dict[str, Any]:
    held = dict(example.fields)
    return {
        NUMBER: number,
        QUESTION: example.question,
        ANSWER: example.answer,
        TAGS: list(example.tags),
        SIDE: t(f"split_{side}") if side else t("example_side_new"),
        **{FIELD + name: held.get(name, "") for name in draft.head.columns},
    }


def _columns(head: SetSummary) -> dict[str, Any]:
    config = st.column_config
    return {
        NUMBER: config.NumberColumn(
            t("example_number"), help=t("example_number_help"), width=70, min_value=1, step=1
        ),
        QUESTION: config.TextColumn(t("question"), width="large"),
        ANSWER: config.TextColumn(t("answer"), width="medium"),
        TAGS: config.MultiselectColumn(
            t("field_tags"), options=list(head.tags), accept_new_options=True, width="small"
        ),
        SIDE: config.TextColumn(
            t("split"), disabled=True, help=t("example_side_help"), width="small"
        ),
        **{FIELD + name: config.TextColumn(name) for name in head.columns},
    }


def _status(lab: Lab, draft: Draft) -> None:
    """What is not saved yet; below the grid, whose own buttons hover above it."""
    changes = draft.now()
    if draft.refused:
        rows = ", ".join(map(str, draft.refused))
        st.warning(t("example_too_long", rows=rows, limit=f"{LONGEST_CELL:,}"))
    if not changes:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        parts = ("edited", "added", "moved")
        counts = {part: int(getattr(changes, part)) for part in parts}
        counts["removed"] = len(changes.removed)
        said = ", ".join(
            t(f"example_unsaved_{part}", count=f"{n:,}") for part, n in counts.items() if n
        )
        st.markdown(f":orange[:material/edit:] {t('example_unsaved')} {said}", width="stretch")
        note = st.text_input(
            t("example_note"), key=f"example_save_note_{draft.head.name}", max_chars=200
        )
        st.button(
            t("example_discard"),
            key="example_discard",
            icon=":material/undo:",
            on_click=_discard,
            args=(draft.head.name,),
        )
        if st.button(t("save"), key="example_save", type="primary", icon=":material/save:"):
            with st.spinner(t("example_saving_now")):
                _save(lab, draft, note)
            st.rerun()


def _save(lab: Lab, draft: Draft, note: str) -> None:
    """All examples are read once, here; a version is stored as a whole."""
    name, state = draft.head.name, st.session_state
    try:
        before = {one.id for one in lab.example_sets.versions(name)}
        wanted = edited(lab.example_sets.each(draft.head.id), draft.now())
        made = lab.example_sets.save(name, wanted.examples, sides=wanted.sides, note=note)
    except (UsageError, StoreError) as error:
        state[PROBLEM] = error
        return
    _discard(name)
    state.pop(f"example_save_note_{name}", None)
    state[PICK] = name
    said = t("example_unchanged" if made.id in before else "example_saved", version=made.version)
    if repeated := len(wanted.examples) - len(made.examples):
        said += " " + t("example_repeated", count=f"{repeated:,}")
    state[SAID] = said


def _discard(name: str) -> None:
    st.session_state.pop(f"example_draft_{name}", None)


def _overtaken(draft: Draft, head: SetSummary) -> None:
    st.warning(
        t("example_overtaken", mine=draft.head.version, newest=head.version),
        icon=":material/call_split:",
    )
    st.button(
        t("example_take_newest", version=head.version),
        key="example_take_newest",
        on_click=_discard,
        args=(head.name,),
    )
