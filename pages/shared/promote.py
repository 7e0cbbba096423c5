"""From a vote to an example: one click puts a question and its answer into a set."""

from dataclasses import replace

import streamlit as st

from core.answer import Answer, Vote
from core.errors import StoreError, UsageError
from core.lab import Lab
from core.store.export import VOTE_COLUMNS
from core.store.votes import VoteFilter
from pages.shared.errors import show_error
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.resources import get_lab

PROBLEM = "promote_problem"
MOST_AT_ONCE = 2000
"""Votes that are made examples with one click."""


def promote_buttons(position: int, answer: Answer, vote: Vote) -> None:
    """One click for an answer that was liked; a form to correct it first for any."""
    if not answer.text or answer.error is not None:
        return
    # Together: in a narrow column both go to the next line.
    with st.container(horizontal=True, gap="small", width="content"):
        if vote.rating > 0:
            _promote_button(position, answer)
        _correct_first(position, answer)


def _promote_button(position: int, answer: Answer) -> None:
    name = _last_set()
    st.button(
        t("promote"),
        key=f"promote_{position}",
        icon=":material/playlist_add:",
        type="tertiary",
        help=t("promote_help", name=plain(name)),
        on_click=_promote,
        args=(answer.id, name, None),
    )


def _correct_first(position: int, answer: Answer) -> None:
    popover = st.popover(
        t("promote_edit"),
        icon=":material/edit:",
        type="tertiary",
        key=f"promote_edit_{position}",
        on_change="rerun",
    )
    if not popover.open:
        return
    with popover:
        names = list(dict.fromkeys([_last_set(), *(s.name for s in get_lab().example_sets.list())]))
        st.selectbox(
            t("promote_set"), names, key=f"promote_set_{position}", accept_new_options=True
        )
        st.text_area(
            t("promote_answer"), answer.text, key=f"promote_answer_{answer.id}", height=112
        )
        st.button(
            t("promote_save"),
            key=f"promote_save_{position}",
            type="primary",
            on_click=_corrected,
            args=(position, answer.id),
        )


def promote_many(lab: Lab, wanted: VoteFilter, liked: int) -> None:
    """All answers that were voted up, so many of the votes that are filtered now."""
    popover = st.popover(
        t("promote_many"),
        icon=":material/playlist_add:",
        key="promote_many",
        on_change="rerun",
        disabled=not liked,
    )
    if not popover.open or not liked:
        return
    with popover:
        names = list(dict.fromkeys([_last_set(), *(s.name for s in lab.example_sets.list())]))
        st.caption(t("promote_many_help"))
        if liked > MOST_AT_ONCE:
            st.caption(f":material/info: {t('promote_many_most', limit=f'{MOST_AT_ONCE:,}')}")
        st.selectbox(t("promote_set"), names, key="promote_many_set", accept_new_options=True)
        st.button(
            t("promote_save"),
            key="promote_many_save",
            type="primary",
            on_click=_promote_many,
            args=(wanted,),
        )


def _promote_many(wanted: VoteFilter) -> None:
    lab = get_lab()
    name = str(st.session_state.get("promote_many_set") or _last_set())
    try:
        rows = lab.vote_page(replace(wanted, rating=1), MOST_AT_ONCE, 0)
        place = VOTE_COLUMNS.index("answer_id")
        done = lab.prompting.promote_all([str(row[place]) for row in reversed(rows)], name)
    except (UsageError, StoreError) as error:
        if getattr(error, "details", {}).get("code") == "no_answer":
            st.toast(t("promoted_none"), icon=":material/info:")
        else:
            st.session_state[PROBLEM] = error
        return
    st.session_state["promote_last"] = done.head.name
    st.session_state["promote_many"] = False
    if not done.added:
        st.toast(t("promoted_none"), icon=":material/info:")
        return
    named = {"name": plain(done.head.name), "version": done.head.version}
    st.toast(t("promoted_many", count=done.added, **named), icon=":material/playlist_add_check:")


def promote_problem() -> None:
    """What went wrong with the last click."""
    problem = st.session_state.pop(PROBLEM, None)
    if problem is not None:
        show_error(problem)


def _last_set() -> str:
    return str(st.session_state.get("promote_last") or t("liked_set"))


def _corrected(position: int, answer_id: str) -> None:
    name = str(st.session_state.get(f"promote_set_{position}") or _last_set())
    st.session_state[f"promote_edit_{position}"] = False
    _promote(answer_id, name, str(st.session_state.get(f"promote_answer_{answer_id}") or ""))


def _promote(answer_id: str, name: str, corrected: str | None) -> None:
    try:
        done = get_lab().prompting.promote(answer_id, name, corrected)
    except (UsageError, StoreError) as error:
        st.session_state[PROBLEM] = error
        return
    st.session_state["promote_last"] = done.head.name
    if not done.added:
        said = t("promoted_before", name=plain(done.head.name), version=done.head.version)
        st.toast(said, icon=":material/info:")
        return
    side = done.side or "train"
    said = t(f"promoted_{side}", name=plain(done.head.name), version=done.head.version)
    st.toast(said, icon=":material/playlist_add_check:")
