"""Every document and every passage of a collection: search, correct, leave out, open, remove."""

from functools import partial

import streamlit as st

from core.collection import Collection, StoredPassage
from core.errors import ModelError, StoreError, UsageError
from core.lab import Lab
from core.retrieval.searcher import as_passage
from pages.shared.errors import show_error
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.passage_text import as_text, place_of
from pages.shared.passage_view import open_button
from pages.shared.resources import get_lab

PER_PAGE = 20


def passage_list(lab: Lab, collection: Collection) -> None:
    """Documents first, then the passages of all or of the chosen one."""
    problem = st.session_state.pop("passage_problem", None)
    if problem is not None:
        show_error(problem)
    documents = lab.library.shelf.documents(collection.id)
    if not documents:
        st.info(t("documents_empty"), icon=":material/note_add:")
        return
    table = st.dataframe(
        {
            t("document"): [one.name for one in documents],
            t("document_kind"): [one.kind for one in documents],
            t("document_language"): [t(f"language_{one.language}") for one in documents],
            t("preview_pages"): [one.pages for one in documents],
            t("preview_characters"): [one.characters for one in documents],
            t("preview_passages"): [one.passages for one in documents],
            t("document_indexed"): [one.indexed_at for one in documents],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"documents_{collection.id}",
        placeholder="–",
        column_config={
            t("document_indexed"): st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")
        },
        height=min(38 + 35 * len(documents), 320),
    )
    chosen = [documents[row] for row in table.selection.rows if row < len(documents)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        containing = st.text_input(
            t("search"), key=f"passages_containing_{collection.id}", icon=":material/search:"
        )
        only = st.segmented_control(
            t("passages_only"),
            ["all", "off", "flagged"],
            default="all",
            required=True,
            format_func=lambda name: t(f"passages_{name}"),
            key=f"passages_only_{collection.id}",
        )
        if chosen:
            st.button(
                t("documents_remove", count=len(chosen)),
                key="documents_remove",
                icon=":material/delete:",
                on_click=_remove,
                args=(collection.id, [one.id for one in chosen]),
            )
        if len(chosen) == 1:
            _add(chosen[0].id)
    wanted = partial(
        lab.library.shelf.passages,
        collection.id,
        document_id=chosen[0].id if len(chosen) == 1 else None,
        containing=containing.strip(),
        enabled=False if only == "off" else None,
        flagged=True if only == "flagged" else None,
        limit=PER_PAGE,
    )
    page_key = f"passages_page_{collection.id}"
    page = int(st.session_state.get(page_key) or 1)
    found = wanted(offset=(page - 1) * PER_PAGE)
    pages = max(1, -(-found.total // PER_PAGE))
    if page > pages:  # another search, or fewer passages than before
        page = pages
        found = wanted(offset=(page - 1) * PER_PAGE)
    st.caption(t("passages_found", count=f"{found.total:,}"))
    for passage in found.passages:
        _passage(lab, passage)
    if pages > 1:
        st.session_state[page_key] = page
        st.number_input(t("preview_page", pages=pages), 1, pages, key=page_key)


def _passage(lab: Lab, passage: StoredPassage) -> None:
    with st.container(border=True, key=f"passage_{passage.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            where = place_of(passage.page, passage.heading)
            head = f"{plain(passage.document)} · #{passage.position + 1}"
            st.caption(f"{head} · {where}" if where else head, width="stretch")
            if not passage.enabled:
                st.badge(t("passage_off"), icon=":material/visibility_off:", color="gray")
            if passage.edited:
                st.badge(t("passage_edited"), icon=":material/edit:", color="blue")
            for flag in passage.flags:
                st.badge(t(f"injection_{flag}"), icon=":material/warning:", color="orange")
            if passage.wrong_source:
                count = passage.wrong_source
                st.badge(
                    t("passage_wrong_source", count=count),
                    icon=":material/thumb_down:",
                    color="red",
                )
            open_button(lab, as_passage(passage), f"open_{passage.id}")
            _edit(passage)
            st.button(
                t("passage_disable" if passage.enabled else "passage_enable"),
                key=f"enable_{passage.id}",
                type="tertiary",
                icon=":material/visibility_off:" if passage.enabled else ":material/visibility:",
                on_click=_change,
                args=(passage.id,),
                kwargs={"enabled": not passage.enabled},
            )
        if passage.added:
            st.caption(f":material/auto_awesome: {t('passage_added')}: {plain(passage.added)}")
        st.markdown(as_text(passage.text))


def _edit(passage: StoredPassage) -> None:
    popover = st.popover(
        t("edit"),
        icon=":material/edit:",
        type="tertiary",
        key=f"edit_{passage.id}",
        on_change="rerun",
    )
    if not popover.open:
        return
    with popover:
        st.text_area(t("passage_text"), passage.text, key=f"text_{passage.id}", height=240)
        st.button(
            t("save"), key=f"save_{passage.id}", type="primary", on_click=_save, args=(passage.id,)
        )


def _add(document_id: str) -> None:
    popover = st.popover(t("passage_add"), icon=":material/add:", key="passage_add")
    with popover:
        st.text_area(t("passage_text"), key="passage_new", height=200)
        st.button(
            t("save"), key="passage_make", type="primary", on_click=_make, args=(document_id,)
        )


def _save(passage_id: str) -> None:
    _change(passage_id, text=str(st.session_state.get(f"text_{passage_id}") or ""))


def _change(passage_id: str, *, text: str | None = None, enabled: bool | None = None) -> None:
    try:
        get_lab().library.editor.change(passage_id, text=text, enabled=enabled)
    except (UsageError, StoreError, ModelError) as error:
        st.session_state["passage_problem"] = error


def _make(document_id: str) -> None:
    try:
        get_lab().library.editor.add(document_id, str(st.session_state.get("passage_new") or ""))
        st.session_state["passage_new"] = ""
    except (UsageError, StoreError, ModelError) as error:
        st.session_state["passage_problem"] = error


def _remove(collection_id: str, document_ids: list[str]) -> None:
    library = get_lab().library
    try:
        library.remove_documents(library.shelf.get(collection_id), document_ids)
        # By its row: without this the document that moves up would be the chosen one.
        st.session_state.pop(f"documents_{collection_id}", None)
    except (UsageError, StoreError) as error:
        st.session_state["passage_problem"] = error
