"""The examples behind an answer: which were shown, what they cost, which were left out and why."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.answer import Answer
from pages.shared.language import t
from pages.shared.markdown import plain

WIDTH = 640
"""Of the table, in pixels: a popover is as wide as what it holds."""
MOST_NAMED = 5
"""Examples named in a sentence."""


def examples_badge(answer: Answer) -> str:
    """How many examples were shown; nothing for an answer without any."""
    given, _ = _sides(answer)
    if not given:
        return ""
    count = len(given)
    said = t("badge_examples_one") if count == 1 else t("badge_examples", count=count)
    return f":gray-badge[{said}]"


def examples_notes(answer: Answer) -> None:
    """What must be known of the examples before the answer is believed."""
    given, left = _sides(answer)
    record = _record(answer)
    if record is not None and record["set"] and not given and not left:
        st.caption(f":orange[:material/info:] {t('examples_nothing_fits')}")
    leaking = [one for one in left if one["left_out"] == "leak"]
    if leaking:
        st.caption(f":orange[:material/shield:] {t('leak_left_out', count=len(leaking))}")
    crowded = [one for one in left if one["left_out"] == "context"]
    if crowded:
        named = ", ".join(f"“{str(one['question'])[:40]}”" for one in crowded[:MOST_NAMED])
        more = " …" if len(crowded) > MOST_NAMED else ""
        said = t("leak_context", count=len(crowded), examples=plain(named + more))
        st.caption(f":orange[:material/straighten:] {said}")
    leaks = answer.snapshot.get("leaks") or []
    assert isinstance(leaks, list)
    if any(isinstance(one, dict) and one.get("kept") for one in leaks):
        st.caption(f":red[:material/shield:] {t('leak_kept')}")
    for one in leaks:
        if isinstance(one, dict) and one.get("place") == "adapter":
            said = t("leak_adapter", name=plain(str(one["name"])))
            st.caption(f":red[:material/shield:] {said}")


def examples_tab(answer: Answer) -> None:
    """The table of the examples, in the order of the prompt, then those left out."""
    record = _record(answer)
    given, left = _sides(answer)
    if record is None:
        st.caption(t("examples_none"))
        return
    name = f"{record['set']} v{record['version']}" if record["set"] else t("examples_written")
    tokens = sum(int(one["tokens"]) for one in given)
    st.caption(t("examples_shown", set=plain(name), given=len(given), tokens=f"{tokens:,}"))
    if record["set"] and int(record["available"]) < int(record["wanted"]):
        st.caption(t("examples_fewer", wanted=record["wanted"], available=record["available"]))
    if not given and not left:
        st.caption(t("examples_none"))
        return
    st.dataframe(
        [
            {
                t("question"): str(one["question"])[:500],
                t("answer"): str(one["answer"])[:500],
                t("example_score"): one["score"],
                t("tokens_short"): one["tokens"],
                t("example_state"): _state(one),
            }
            for one in (*given, *left)
        ],
        width=WIDTH,
        hide_index=True,
        alt=t("examples_table_alt"),
        column_config={
            t("question"): st.column_config.Column(width=210),
            t("answer"): st.column_config.Column(width=100),
            t("example_score"): st.column_config.NumberColumn(format="%.2f", width=75),
            t("tokens_short"): st.column_config.Column(width=60),
            t("example_state"): st.column_config.Column(width=195),
        },
    )


def has_examples(answer: Answer) -> bool:
    return _record(answer) is not None


def _state(one: Mapping[str, Any]) -> str:
    said = t(f"example_left_{one['left_out']}") if one["left_out"] else t("example_shown")
    return f"{said} · {t('alike_' + one['alike'])}" if one["alike"] else said


def _record(answer: Answer) -> Mapping[str, Any] | None:
    record = answer.snapshot.get("few_shot")
    return record if isinstance(record, dict) else None


def _sides(answer: Answer) -> tuple[list[Any], list[Any]]:
    """Those shown, and those left out."""
    found = (_record(answer) or {}).get("candidates", [])
    given = [one for one in found if one["left_out"] is None]
    return given, [one for one in found if one["left_out"] is not None]
