"""Whether what a set holds out is known elsewhere: where it was looked, what to do about it."""

from collections import Counter

import streamlit as st

from core.example_set import SetSummary
from core.lab import Lab
from core.leak_report import LeakReport
from pages.shared.example_tasks import begin, looked
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.resources import get_lab

MOST_NAMED = 40
"""Things that were looked at; the others are counted."""


def example_leaks(lab: Lab, head: SetSummary) -> None:
    """On a click; others' sets, adapters and documents change, so it is never kept for long."""
    st.markdown(t("example_leaks_help"))
    if not head.test:
        st.info(t("example_leaks_no_test"), icon=":material/shield:")
        return
    key = f"leaks_{head.id}"
    st.button(
        t("example_leaks_look"),
        key="example_leaks_look",
        type="primary",
        icon=":material/policy:",
        on_click=_look,
        args=(key, head.id),
    )
    task = looked(key)
    if task is not None:
        if _is_stale(lab, head, task.result):
            st.caption(f":orange[:material/update:] {t('example_leaks_stale')}")
        _report(task.result, task.seconds)


def _look(key: str, set_id: str) -> None:
    begin(key, lambda tell: get_lab().prompting.guard.of_set(set_id, tell))


def _report(found: LeakReport, seconds: float) -> None:
    with st.container(key="example_leaks_report"):
        if found.leaking:
            st.warning(
                t("example_leaks_next"),
                title=t(
                    "example_leaks_found",
                    leaking=f"{found.leaking:,}",
                    tested=f"{found.tested:,}",
                ),
                icon=":material/shield:",
            )
            _places(found)
            _table(found)
        else:
            st.success(
                t("example_leaks_clean", tested=f"{found.tested:,}"),
                icon=":material/verified_user:",
            )
        _looked_at(found, seconds)


def _places(found: LeakReport) -> None:
    """Where, how often, and what helps there."""
    for place, count in sorted(found.counts.items(), key=lambda pair: -pair[1]):
        named = Counter(leak.name for leak in found.leaks if leak.place == place)
        names = ", ".join(list(named)[:5]) + (" …" if len(named) > 5 else "")
        st.markdown(
            f"- **{t(f'example_place_{place}')}** ({plain(names)}): {count:,}. "
            f"{t(f'example_place_{place}_next')}"
        )


def _table(found: LeakReport) -> None:
    if len(found.leaks) < sum(found.counts.values()):
        st.caption(t("example_first", count=len(found.leaks)))
    st.dataframe(
        {
            t("example_leak_question"): [leak.question for leak in found.leaks],
            t("example_leak_alike"): [t(f"example_alike_{leak.alike}") for leak in found.leaks],
            t("example_leak_place"): [t(f"example_place_{leak.place}") for leak in found.leaks],
            t("example_leak_name"): [leak.name for leak in found.leaks],
            t("example_leak_other"): [leak.other for leak in found.leaks],
        },
        hide_index=True,
        alt=t("example_leaks_alt"),
        key="example_leaks_table",
    )


def _looked_at(found: LeakReport, seconds: float) -> None:
    st.markdown(f"**{t('example_leaks_checked')}**")
    st.caption(t("example_leaks_took", tested=f"{found.tested:,}", seconds=f"{seconds:.1f}"))
    lines = [
        f":green[:material/check:] {t(f'example_place_{one.place}')} · {plain(one.name)} · "
        + t(f"example_checked_{one.place}", size=f"{one.size:,}")
        for one in found.checked[:MOST_NAMED]
    ]
    lines += [
        f":orange[:material/remove:] {t(f'example_place_{one.place}')} · {plain(one.name)} · "
        + t(f"example_skipped_{one.reason}")
        for one in found.skipped[:MOST_NAMED]
    ]
    st.markdown("  \n".join(lines))
    left = max(0, len(found.checked) - MOST_NAMED) + max(0, len(found.skipped) - MOST_NAMED)
    if left:
        st.caption(t("example_more", count=f"{left:,}"))


def _is_stale(lab: Lab, head: SetSummary, found: LeakReport) -> bool:
    """Whether there are other sets, adapters or collections by now than were looked at."""
    looked_at = {one.name for one in found.checked} | {one.name for one in found.skipped}
    sets = {one.label for one in lab.example_sets.list() if one.name != head.name}
    adapters = {one.name for one in lab.adapters.all()}
    collections = {one.name for one in lab.library.shelf.list()}
    return looked_at != {head.label, *sets, *adapters, *collections}
