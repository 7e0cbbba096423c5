"""The versions of a set: who used which, what differs, roll back, remove the name."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.errors import StoreError, UsageError
from core.example import Example
from core.example_set import SetSummary, normalised
from core.lab import Lab
from pages.shared.example_diff import Differences, Pair, differences
from pages.shared.example_head import PICK, PROBLEM, adapters_of
from pages.shared.example_tasks import begin, is_begun, looked
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.resources import get_lab
from pages.shared.template_diff import differences_drawn
from pages.shared.version_pair import version_pair

PER_PAGE = 8
DRAWN = 20
"""Answers compared word by word; more are in the tables."""
SHOWN = 500
"""Characters of a cell."""


def example_versions(lab: Lab, head: SetSummary) -> None:
    """All of them, the newest first, and what differs between two."""
    versions = lab.example_sets.versions(head.name)
    listed, compared = st.columns([2, 3], gap="large")
    with listed:
        _list(lab, head, versions)
        _remove(lab, head)
    with compared:
        if len(versions) < 2:
            st.info(t("example_one_version"), icon=":material/history:")
        else:
            _two(versions)


def _list(lab: Lab, head: SetSummary, versions: Sequence[SetSummary]) -> None:
    uses = lab.example_sets.uses(head.name)
    taught: dict[int, list[str]] = {}
    for adapter in adapters_of(lab, head.name):
        number = adapter.example_set.rpartition(" v")[2]
        if number.isdecimal():
            taught.setdefault(int(number), []).append(adapter.name)
    pages = -(-len(versions) // PER_PAGE)
    rows = st.container()
    page = st.pagination(pages, key=f"example_versions_{head.name}") if pages > 1 else 1
    first = (min(page, pages) - 1) * PER_PAGE
    with rows:
        for one in versions[first : first + PER_PAGE]:
            _row(one, versions[0], uses.get(one.version, 0), taught.get(one.version, []))


def _row(one: SetSummary, newest: SetSummary, answers: int, adapters: list[str]) -> None:
    with st.container(border=True, key=f"example_version_{one.version}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**v{one.version}**", width="content")
            if one.id == newest.id:
                st.badge(t("version_newest"), color="primary")
            st.caption(f"{one.created_at:%Y-%m-%d %H:%M} UTC", width="stretch")
            if one.id != newest.id:
                same = one.hash == newest.hash and one.size == newest.size
                st.button(
                    t("example_roll_back"),
                    key=f"example_roll_back_{one.version}",
                    icon=":material/history:",
                    type="tertiary",
                    help=t("example_roll_back_help" if not same else "example_roll_back_same"),
                    on_click=_roll_back,
                    args=(one.id,),
                )
        facts = t(
            "example_facts", size=f"{one.size:,}", train=f"{one.train:,}", test=f"{one.test:,}"
        )
        used = t("example_used", answers=f"{answers:,}") if answers else ""
        known = t("example_taught", names=plain(", ".join(adapters))) if adapters else ""
        st.caption(" · ".join(part for part in (facts, used, known) if part))
        if one.note:
            st.caption(f":material/notes: {plain(one.note)}")


def _roll_back(set_id: str) -> None:
    sets = get_lab().example_sets
    try:
        old = sets.get(set_id)
        made = sets.save(
            old.name,
            [one.example for one in old.examples],
            # What has been taken out meanwhile goes back to the side it had.
            sides={normalised(one.example.question): one.split for one in old.examples},
            note=t("example_rolled_back_note", version=old.version),
        )
    except (UsageError, StoreError) as error:
        st.session_state[PROBLEM] = error
        return
    st.session_state[PICK] = made.name
    said = t("example_rolled_back", old=old.version, version=made.version)
    st.toast(said, icon=":material/history:")


def _remove(lab: Lab, head: SetSummary) -> None:
    popover = st.popover(
        t("example_remove"), icon=":material/delete:", key="example_remove", type="tertiary"
    )
    with popover:
        answers = sum(lab.example_sets.uses(head.name).values())
        adapters = len(adapters_of(lab, head.name))
        st.markdown(t("example_remove_sure", name=plain(head.name)))
        used = t("example_remove_used", answers=f"{answers:,}", adapters=f"{adapters:,}")
        st.caption(f"{used} {t('example_remove_alone')}")
        st.button(
            t("example_remove"),
            key="example_remove_now",
            type="primary",
            on_click=_removed,
            args=(head.name,),
        )


def _removed(name: str) -> None:
    try:
        get_lab().example_sets.remove(name)
    except StoreError as error:
        st.session_state[PROBLEM] = error
        return
    st.session_state.pop(f"example_draft_{name}", None)
    st.toast(t("example_removed", name=plain(name)), icon=":material/delete:")


def _two(versions: Sequence[SetSummary]) -> None:
    by_number = {one.version: one for one in versions}
    st.markdown(f"**{t('example_diff')}**")
    numbers = version_pair("example", versions[0].name, list(by_number))
    left, right = (by_number[number] for number in numbers)
    key = f"diff_{left.id}_{right.id}"
    if not is_begun(key):
        begin(key, partial(_compared, left.id, right.id))
    task = looked(key)
    if task is not None:
        _draw(task.result)


def _compared(left: str, right: str, _tell: object) -> Differences:
    sets = get_lab().example_sets
    return differences(sets.each(left), sets.each(right))


def _draw(found: Differences) -> None:
    if not any(found.counts.values()):
        st.caption(t("example_diff_same"))
        return
    with st.container(horizontal=True):
        for kind, count in found.counts.items():
            if count:
                st.metric(t(f"example_diff_{kind}"), f"{count:,}", border=True)
    if found.changed:
        _answers(found.changed, found.counts["changed"])
    for kind, rows in (("added", found.added), ("removed", found.removed)):
        if rows:
            _heading(kind, found.counts[kind], len(rows))
            _table(rows, f"example_diff_{kind}_table")
    for kind, pairs in (("noted", found.noted), ("moved", found.moved)):
        if pairs:
            _heading(kind, found.counts[kind], len(pairs))
            (_notes if kind == "noted" else _moves)(pairs)


def _heading(kind: str, count: int, shown: int) -> None:
    first = "" if shown == count else f" · {t('example_first', count=shown)}"
    st.markdown(f"**{t(f'example_diff_{kind}')}**{first}")


def _answers(pairs: Sequence[Pair], count: int) -> None:
    _heading("changed", count, min(len(pairs), DRAWN))
    st.caption(t("template_diff_legend"))
    for number, pair in enumerate(pairs[:DRAWN]):
        with st.container(border=True, key=f"example_changed_{number}", gap="xsmall"):
            question = differences_drawn(pair.left.question, pair.right.question)
            st.caption(f"#{pair.right_number} · {question or plain(pair.right.question[:SHOWN])}")
            drawn = differences_drawn(pair.left.answer, pair.right.answer)
            st.markdown(drawn or f":gray[{t('template_diff_blank')}]")


def _table(rows: Sequence[tuple[int, Example]], key: str) -> None:
    st.dataframe(
        {
            t("example_number"): [number for number, _ in rows],
            t("question"): [example.question[:SHOWN] for _, example in rows],
            t("answer"): [example.answer[:SHOWN] for _, example in rows],
        },
        hide_index=True,
        alt=t("example_diff_alt"),
        key=key,
        height=min(38 + 35 * len(rows), 300),
    )


def _notes(pairs: Sequence[Pair]) -> None:
    def said(example: Example) -> str:
        held = [f"{name}: {value[:SHOWN]}" for name, value in example.fields]
        return "; ".join([*(f"#{tag}" for tag in example.tags), *held])

    _pairs(pairs, [said(one.left) for one in pairs], [said(one.right) for one in pairs], "noted")


def _moves(pairs: Sequence[Pair]) -> None:
    _pairs(pairs, [p.left_number for p in pairs], [p.right_number for p in pairs], "moved")


def _pairs(
    pairs: Sequence[Pair], left: Sequence[object], right: Sequence[object], kind: str
) -> None:
    st.dataframe(
        {
            t("question"): [pair.right.question[:SHOWN] for pair in pairs],
            t("diff_left"): left,
            t("diff_right"): right,
        },
        hide_index=True,
        alt=t("example_diff_alt"),
        key=f"example_diff_{kind}_table",
        height=min(38 + 35 * len(pairs), 300),
    )
