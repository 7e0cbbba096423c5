"""Examples in: a file, what its columns mean with a preview, where they go, then the import."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any, Literal
from uuid import uuid4

import streamlit as st

from core.errors import StoreError, UsageError
from core.example import Example
from core.example_set import MAX_NAME, TEST_SHARE, SetSummary, checked_name
from core.examples.columns import Columns, guess, joined, preview
from core.examples.importing import Importing
from core.examples.tables import Table, open_table
from core.lab import Lab
from pages.shared.errors import show_error
from pages.shared.example_head import PROBLEM
from pages.shared.example_import import FILE, IMPORT, import_view
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.resources import get_lab

FORMATS = ["csv", "tsv", "json", "jsonl", "xlsx"]
MOST_MB = 100
REFUSED = "example_file_refused"
"""Why the file that was dropped last cannot be read; said until another one comes."""
SAMPLE = 200
"""Rows by which the columns are guessed."""
SHOWN = 500
"""Characters of a cell in the preview."""
NONE = ""
PARTS = ("question", "answer", "tags", "split")
Into = Literal["new", "append", "replace"]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A file that was dropped here and is not imported yet."""

    token: str
    """New for each file: begins its widgets anew."""
    table: Table
    guessed: Columns


def example_adding(lab: Lab, head: SetSummary | None) -> None:
    """The whole way from a dropped file to a version of a set."""
    _upload()
    work = st.session_state.get(IMPORT)
    running = isinstance(work, Importing) and work.progress.running
    file = st.session_state.get(FILE)
    if isinstance(file, Opened) and not running:
        _form(lab, head, file)
    import_view()


def _upload() -> None:
    upload = st.file_uploader(
        t("example_upload"),
        type=FORMATS,
        key="example_upload",
        max_upload_size=MOST_MB,
        help=t("example_upload_help", megabytes=MOST_MB),
    )
    state = st.session_state
    if upload is None:
        state.pop(REFUSED, None)
    elif state.get("example_upload_seen") != upload.file_id:
        state["example_upload_seen"] = upload.file_id
        state.pop(REFUSED, None)
        with st.spinner(t("example_opening")):
            try:
                state[FILE] = opened(upload.name, upload.getvalue())
            except UsageError as error:
                state[REFUSED] = error
    if REFUSED in state:
        show_error(state[REFUSED])


def opened(name: str, content: bytes) -> Opened:
    """A file as far as its columns. Raises `UsageError` of kind `bad_examples`."""
    table = open_table(name, content)
    found = guess(table.columns, [cells for _, cells in islice(table.rows(), SAMPLE)])
    if found is None:
        there = ", ".join(table.columns)[:300]
        reason = f"there are too few columns for a question and an answer; there are: {there}"
        raise UsageError("bad_examples", reason, reason=reason, code="few_columns", columns=there)
    return Opened(token=uuid4().hex[:8], table=table, guessed=found)


def _form(lab: Lab, head: SetSummary | None, file: Opened) -> None:
    with st.container(border=True, key="example_form"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(file.table.name)}**", width="stretch")
            st.button(
                t("example_drop_file"),
                key="example_drop_file",
                type="tertiary",
                icon=":material/close:",
                on_click=forget_file,
            )
        columns = _mapping(file)
        sound = _preview(file.table, columns)
        _destination(lab, head, file, sound=sound)


def forget_file() -> None:
    for key in (FILE, IMPORT):
        st.session_state.pop(key, None)


def _mapping(file: Opened) -> Columns:
    """What each column means: guessed, and changeable."""
    guessed, names = file.guessed, list(file.table.columns)
    for place, part in zip(st.columns(len(PARTS)), PARTS, strict=True):
        options = names if part in ("question", "answer") else [NONE, *names]
        place.selectbox(
            t(f"example_part_{part}"),
            options,
            index=options.index(getattr(guessed, part)),
            format_func=lambda name: name or t("example_part_none"),
            key=f"example_part_{part}_{file.token}",
            help=t(f"example_part_{part}_help"),
        )
    st.multiselect(
        t("example_part_fields"),
        names,
        default=guessed.fields,
        key=f"example_part_fields_{file.token}",
        placeholder=t("example_part_none"),
        help=t("example_part_fields_help"),
    )
    columns = chosen_columns(file)
    if more := joined(names, columns):
        st.caption(f":material/merge: {t('example_joined', column=plain(more))}")
    return columns


def chosen_columns(file: Opened) -> Columns:
    """What the fields say now."""
    state = st.session_state
    chosen = {part: str(state.get(f"example_part_{part}_{file.token}") or NONE) for part in PARTS}
    kept = state.get(f"example_part_fields_{file.token}") or ()
    # A column that has a part is not kept a second time.
    return Columns(**chosen, fields=tuple(one for one in kept if one not in chosen.values()))


def _preview(table: Table, columns: Columns) -> bool:
    """The first rows as they would be read; False when they cannot be."""
    try:
        rows = preview(table, columns)
    except UsageError as error:
        show_error(error)
        return False
    shown: dict[str, list[object]] = {
        t("example_line"): [row.line for row in rows],
        t("question"): [row.example.question[:SHOWN] for row in rows],
        t("answer"): [row.example.answer[:SHOWN] for row in rows],
    }
    if columns.tags:
        shown[t("field_tags")] = [list(row.example.tags) for row in rows]
    if columns.split:
        shown[t("split")] = [t(f"split_{row.side}") if row.side else "" for row in rows]
    for name in columns.fields:
        cells = [dict(row.example.fields).get(name, "") for row in rows]
        shown[name if name not in shown else f"{name} "] = [cell[:SHOWN] for cell in cells]
    st.dataframe(shown, hide_index=True, alt=t("example_preview_alt"), key="example_preview")
    return True


def _destination(lab: Lab, head: SetSummary | None, file: Opened, *, sound: bool) -> None:
    sets = {one.name: one for one in lab.example_sets.list()}
    ways: list[Into] = ["new", "append", "replace"] if sets else ["new"]
    into = st.segmented_control(
        t("example_into"),
        ways,
        default="new",
        required=True,
        format_func=lambda way: t(f"example_into_{way}"),
        key=f"example_into_{file.token}",
        help=t("example_into_help"),
    )
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    if into == "new":
        left.text_input(
            t("example_name"),
            PurePath(file.table.name).stem[:MAX_NAME],
            key=f"example_into_name_{file.token}",
            max_chars=MAX_NAME,
        )
        middle.slider(
            t("example_share"),
            0,
            80,
            round(TEST_SHARE * 100),
            5,
            format="%d %%",
            key=f"example_share_{file.token}",
            help=t("example_share_help"),
        )
    else:
        names = list(sets)
        left.selectbox(
            t("field_set"),
            names,
            index=names.index(head.name) if head else 0,
            key=f"example_into_set_{file.token}",
        )
    right.text_input(t("example_note"), key=f"example_note_{file.token}", max_chars=200)
    st.button(
        t("example_import"),
        key="example_import",
        type="primary",
        icon=":material/upload:",
        disabled=not sound,
        on_click=_start,
        args=(file,),
    )


def _start(file: Opened) -> None:
    """Read what is chosen now: the arguments of a click are those of the run before it."""
    sets = get_lab().example_sets

    def chosen(field: str) -> Any:
        return st.session_state.get(f"example_{field}_{file.token}")

    into = chosen("into") or "new"
    try:
        name = checked_name(str(chosen("into_name" if into == "new" else "into_set") or ""))
        found = sets.versions(name)
        if into == "new" and found:
            message = f"there is a set named {name!r} already"
            raise UsageError("bad_examples", message, reason=message, code="taken", name=name)
    except (UsageError, StoreError) as error:
        st.session_state[PROBLEM] = error
        return
    before = found[0].id if found and into == "append" else None
    work = Importing(
        file.table,
        chosen_columns(file),
        name=name,
        save=sets.append if before else sets.save,
        test_share=chosen("share") / 100 if into == "new" else None,
        existing=lambda: _stored(before),
        note=str(chosen("note") or ""),
    )
    st.session_state[IMPORT] = work
    work.start()


def _stored(set_id: str | None) -> Iterable[Example]:
    if set_id is not None:
        for batch in get_lab().example_sets.each(set_id):
            yield from (one.example for _, one in batch)
