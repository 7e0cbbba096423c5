"""The head of the Documents page: which collection, what it holds, how it is searched."""

from pathlib import Path

import streamlit as st

from core.collection import NO_EMBEDDER, Collection
from core.errors import ModelError, NaraniError, StoreError, UsageError
from core.lab import Lab
from pages.shared.errors import show_error
from pages.shared.language import t
from pages.shared.markdown import plain

SAMPLE = Path(__file__).parents[2] / "assets" / "documents" / "haedam"
SAMPLE_NAME = "haedam"


def collection_head(lab: Lab) -> Collection | None:
    """The picker; None while there is no collection."""
    found = {one.name: one for one in lab.library.shelf.list()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if found:
            if st.session_state.get("collection") not in found:
                st.session_state["collection"] = next(iter(found))
            st.selectbox(
                t("field_collection"), list(found), key="collection", persist_state="session"
            )
        _create()
        if SAMPLE_NAME not in found:
            st.button(
                t("sample_collection"),
                key="sample_collection",
                icon=":material/auto_stories:",
                type="primary" if not found else "secondary",
                help=t("sample_collection_help"),
                on_click=add_sample,
            )
    problem = st.session_state.pop("collection_problem", None)
    if problem is not None:
        show_error(problem)
    if not found:
        st.info(t("collections_empty"), icon=":material/menu_book:")
        return None
    collection = found[st.session_state["collection"]]
    _facts(lab, collection)
    return collection


def add_sample() -> None:
    """Make the sample collection and index it; a second call finds it there."""
    from pages.shared.resources import get_lab

    lab = get_lab()
    try:
        made = lab.library.create(SAMPLE_NAME)
        # By the inbox: what a stop or the end of the server leaves undone waits there.
        for file in sorted(SAMPLE.iterdir()):
            lab.library.inbox.put(made.id, file.name, [file.read_bytes()])
    except (UsageError, StoreError) as error:
        st.session_state["collection_problem"] = error
        return
    lab.library.index_inbox(made)
    st.session_state["collection"] = SAMPLE_NAME


def _create() -> None:
    popover = st.popover(t("collection_new"), icon=":material/add:", key="collection_new")
    with popover:
        st.text_input(t("collection_name"), key="collection_name", max_chars=120)
        st.button(t("collection_make"), key="collection_make", type="primary", on_click=_make)


def _make() -> None:
    from pages.shared.resources import get_lab

    try:
        made = get_lab().library.create(str(st.session_state.get("collection_name") or ""))
    except (UsageError, StoreError) as error:
        st.session_state["collection_problem"] = error
        return
    st.session_state["collection"] = made.name
    st.session_state["collection_name"] = ""


def _facts(lab: Lab, collection: Collection) -> None:
    total = sum(collection.languages.values()) or 1
    shares = " · ".join(
        f"{t('language_' + language)} {count / total:.0%}"
        for language, count in sorted(collection.languages.items(), key=lambda one: -one[1])
    )
    parts = [
        t("collection_facts", documents=collection.documents, passages=f"{collection.passages:,}"),
        shares,
        t("embedder_is", embedder=plain(collection.settings.embedder))
        if collection.settings.embedder != NO_EMBEDDER
        else t("embedder_none"),
    ]
    if collection.embedding_tokens and collection.embedding_usd != 0.0:
        usd = collection.embedding_usd
        money = t("unknown") if usd is None else f"\\${usd:.4f}"
        parts.append(t("embedding_cost", tokens=f"{collection.embedding_tokens:,}", money=money))
    st.caption(" · ".join(part for part in parts if part))
    if collection.passages:
        st.caption(f":material/info: {_how_it_is_searched(lab, collection)}")


def _how_it_is_searched(lab: Lab, collection: Collection) -> str:
    """What `auto` will do, and why."""
    if collection.settings.embedder == NO_EMBEDDER:
        return t("auto_no_embedder")
    try:
        spec = lab.library.readers.embedder(collection.settings.embedder).spec
    except (ModelError, NaraniError):
        return t("auto_no_embedder")
    unread = [name for name in collection.languages if not spec.reads(name)]
    if not unread:
        return t("auto_both")
    names = ", ".join(t(f"language_{name}") for name in unread)
    if len(unread) == len(collection.languages):
        return t("auto_words", embedder=plain(spec.id), languages=names)
    return t("auto_mixed", embedder=plain(spec.id), languages=names)
