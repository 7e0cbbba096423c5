"""The head of the Examples page: which set, what it holds, who uses it, a new one."""

import streamlit as st

from core.adapter import Adapter
from core.errors import StoreError, UsageError
from core.example_set import SetSummary, checked_name
from core.lab import Lab
from core.text import language_of
from pages.shared.errors import show_error
from pages.shared.example_paste import pasted_examples
from pages.shared.intervals import percent
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.resources import get_lab

PROBLEM = "example_problem"
PICK = "example_pick"
SAID = "example_said"
"""What a run that starts another one leaves to say: a toast of its own would never be drawn."""
"""A set to show from the next run on."""
SAMPLED = 500
"""Examples that tell the languages of a set."""
MOST_NAMED = 8


def example_head(lab: Lab) -> SetSummary | None:
    """The picker; None while there is no set."""
    try:
        lab.prompting.few_shots.names()  # those that come with the product are stored by this
    except StoreError as error:
        show_error(error)
    found = {one.name: one for one in lab.example_sets.list()}
    picked = st.session_state.pop(PICK, None)
    if picked in found:
        st.session_state["example_set"] = picked
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if found:
            if st.session_state.get("example_set") not in found:
                st.session_state["example_set"] = next(iter(found))
            st.selectbox(
                t("field_set"),
                list(found),
                key="example_set",
                persist_state="session",
                bind="query-params",
            )
        _create()
    problem = st.session_state.pop(PROBLEM, None)
    if problem is not None:
        show_error(problem)
    said = st.session_state.pop(SAID, None)
    if said is not None:
        st.toast(said, icon=":material/check:")
    if not found:
        st.info(t("examples_empty"), icon=":material/format_list_numbered:")
        return None
    head = found[st.session_state["example_set"]]
    _facts(lab, head)
    return head


def adapters_of(lab: Lab, name: str) -> list[Adapter]:
    """The adapters that were trained on some version of a set."""
    return [one for one in lab.adapters.all() if one.example_set.rpartition(" v")[0] == name]


def named(texts: tuple[str, ...]) -> str:
    """The first of some names, as they are."""
    more = " …" if len(texts) > MOST_NAMED else ""
    return plain(", ".join(text[:40] for text in texts[:MOST_NAMED]) + more)


def _create() -> None:
    with st.popover(t("example_new"), icon=":material/add:", key="example_new"):
        st.text_input(t("example_name"), key="example_name", max_chars=120)
        st.text_area(
            t("example_paste"),
            key="example_paste",
            height=160,
            placeholder=t("example_paste_sample"),
            help=t("example_paste_help"),
        )
        st.button(t("example_make"), key="example_make", type="primary", on_click=_make)


def _make() -> None:
    lab, state = get_lab(), st.session_state
    try:
        name = checked_name(str(state.get("example_name") or ""))
        if lab.example_sets.versions(name):
            message = f"there is a set named {name!r} already"
            raise UsageError("bad_examples", message, reason=message, code="taken", name=name)
        wanted = pasted_examples(str(state.get("example_paste") or ""))
        made = lab.example_sets.save(name, wanted)
    except (UsageError, StoreError) as error:
        state[PROBLEM] = error
        return
    state[PICK] = made.name
    state["example_name"] = state["example_paste"] = ""
    st.toast(t("example_made", name=plain(made.name), count=len(made.examples)))


def _facts(lab: Lab, head: SetSummary) -> None:
    parts = [
        t("example_facts", size=f"{head.size:,}", train=f"{head.train:,}", test=f"{head.test:,}"),
        f"v{head.version}",
        _languages(head),
        t("example_columns", names=named(head.columns)) if head.columns else "",
        t("example_tags", names=named(head.tags)) if head.tags else "",
    ]
    facts = " · ".join(part for part in parts if part)
    st.caption(f"{facts}  \n{_uses(lab, head)}")


def _uses(lab: Lab, head: SetSummary) -> str:
    answers = sum(lab.example_sets.uses(head.name).values())
    adapters = tuple(one.name for one in adapters_of(lab, head.name))
    if not answers and not adapters:
        return f":material/link_off: {t('example_unused')}"
    said = t("example_used", answers=f"{answers:,}")
    if adapters:
        said += " · " + t("example_taught", names=named(adapters))
    return f":material/link: {said}"


def _languages(head: SetSummary) -> str:
    found = languages_of(head.id, head.size)
    total = sum(found.values()) or 1
    shares = ", ".join(f"{t('language_' + one)} {percent(n / total)}" for one, n in found.items())
    return f"≈ {shares}" if shares and head.size > SAMPLED else shares


@st.cache_data(show_spinner=False, max_entries=200)
def languages_of(set_id: str, size: int) -> dict[str, int]:
    """Questions in each language, the most frequent first; of a large set a sample."""
    step = max(1, size // SAMPLED)
    counts: dict[str, int] = {}
    for _, one in get_lab().example_sets.at(set_id, range(0, size, step)[:SAMPLED]):
        language = language_of(one.example.question)
        counts[language] = counts.get(language, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))
