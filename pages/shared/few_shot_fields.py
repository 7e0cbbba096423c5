"""Examples in a column: from a set, chosen in some way, or written into the column."""

from dataclasses import fields
from typing import Any

import streamlit as st

from core.collection import DEFAULT_EMBEDDER
from core.errors import StoreError, UsageError
from core.example_set import SetSummary
from core.few_shot import CHOICES, MEASURES, MOST_EXAMPLES, ORDERS, FewShot
from core.lab import Lab
from pages.shared.glossary import help_on
from pages.shared.language import t
from pages.shared.markdown import plain

NONE = ""
NEWEST = 0
"""As a version: a selection of None is drawn as if nothing were selected."""
ARROW = " => "
SWEEP = (0, 1, 3, 5, 8)
"""Numbers of examples that one click compares."""
_SHOWN = (
    *("k", "choose", "by", "embedder", "order", "seed", "budget_tokens", "tags", "allow_leak"),
    "version",
)
_SIMILAR = ("similar", "diverse", "budget")
_GENTLE = FewShot(set=NONE, choose="similar")
"""What a set starts with: similar examples show what few-shot can do."""


def few_shot_fields(lab: Lab, uid: str, change: dict[str, Any], *, sweep: dict[str, Any]) -> None:
    """All fields.

    Args:
        lab: who knows the sets.
        uid: of the column, for the keys.
        change: of every field: what its change calls.
        sweep: what the button that compares numbers of examples calls.
    """
    name = str(st.session_state.get(f"few_shot_set_{uid}") or NONE)
    names = lab.prompting.few_shots.names()
    st.selectbox(
        t("field_set"),
        [NONE, *dict.fromkeys([*names, *([name] if name else [])])],
        format_func=lambda one: one or t("set_none"),
        key=f"few_shot_set_{uid}",
        help=t("field_set_help") + "\n\n" + help_on("few_shot"),
        **change,
    )
    if not name:
        st.text_area(
            t("field_few_shot"), key=f"few_shot_{uid}", help=t("field_few_shot_help"), **change
        )
        return
    version = st.session_state.get(f"few_shot_version_{uid}") or None
    head = _stored(lab, name, version)
    if head is None:
        said = "set_gone" if version is None else "set_version_gone"
        st.error(t(said, name=plain(name), version=version), icon=":material/error:")
        if version is not None:
            _version_field(lab, uid, name, change)
        return
    with st.container(border=True):
        _chosen_fields(lab, uid, head, change)
        st.button(
            t("sweep_k"),
            key=f"sweep_k_{uid}",
            icon=":material/stacked_line_chart:",
            help=t("sweep_k_help"),
            **sweep,
        )


def _stored(lab: Lab, name: str, version: int | None) -> SetSummary | None:
    try:
        return lab.prompting.few_shots.stored(name, version)
    except StoreError as error:
        if error.kind != "not_found":
            raise
        return None


def _chosen_fields(lab: Lab, uid: str, head: SetSummary, change: dict[str, Any]) -> None:
    def key(name: str) -> str:
        return f"few_shot_{name}_{uid}"

    st.caption(t("set_holds", train=head.train, test=head.test, version=head.version))
    st.segmented_control(
        t("field_choose"),
        CHOICES,
        format_func=lambda one: t(f"choose_{one}"),
        key=key("choose"),
        required=True,
        help=t("field_choose_help"),
        **change,
    )
    choose = st.session_state.get(key("choose"))
    left, right = st.columns(2)
    left.number_input(
        t("field_k"), 1, MOST_EXAMPLES, key=key("k"), help=t("field_k_help"), **change
    )
    right.selectbox(
        t("field_order"),
        ORDERS,
        format_func=lambda one: t(f"order_{one}"),
        key=key("order"),
        help=t("field_order_help"),
        **change,
    )
    if int(st.session_state.get(key("k")) or 0) > head.train:
        st.caption(f":material/info: {t('set_smaller', train=head.train)}")
    if choose in _SIMILAR:
        _similar_fields(lab, uid, change)
    if choose == "budget":
        st.number_input(
            t("field_example_budget"), 16, 200_000, step=50, key=key("budget_tokens"), **change
        )
    if choose == "random" or st.session_state.get(key("order")) == "random":
        st.number_input(t("field_example_seed"), 0, 2**31 - 1, step=1, key=key("seed"), **change)
    left, right = st.columns(2)
    with left:
        _version_field(lab, uid, head.name, change)
    # Another version may have other tags; those that were chosen must stay to be seen.
    if tags := list(dict.fromkeys([*head.tags, *(st.session_state.get(key("tags")) or ())])):
        right.multiselect(
            t("field_tags"), tags, key=key("tags"), placeholder=t("field_all"), **change
        )
    st.toggle(
        t("field_allow_leak"), key=key("allow_leak"), help=t("field_allow_leak_help"), **change
    )


def _version_field(lab: Lab, uid: str, name: str, change: dict[str, Any]) -> None:
    key = f"few_shot_version_{uid}"
    numbers = [one.version for one in lab.example_sets.versions(name)]
    st.selectbox(
        t("field_template_version"),
        list(dict.fromkeys([NEWEST, *numbers, st.session_state.get(key, NEWEST)])),
        format_func=lambda one: f"v{one}" if one else t("version_newest"),
        key=key,
        **change,
    )


def _similar_fields(lab: Lab, uid: str, change: dict[str, Any]) -> None:
    left, right = st.columns(2, vertical_alignment="bottom")
    left.segmented_control(
        t("field_by"),
        MEASURES,
        format_func=lambda one: t(f"by_{one}"),
        key=f"few_shot_by_{uid}",
        required=True,
        **change,
    )
    if st.session_state.get(f"few_shot_by_{uid}") != "meaning":
        return
    right.selectbox(
        t("field_example_embedder"),
        [NONE, *(spec.id for spec in lab.embedders() if spec.id != DEFAULT_EMBEDDER)],
        format_func=lambda one: one or t("embedder_in_the_box"),
        key=f"few_shot_embedder_{uid}",
        accept_new_options=True,
        **change,
    )
    if not st.session_state.get(f"few_shot_embedder_{uid}"):
        st.caption(f":material/info: {t('by_meaning_warning')}")


def put_few_shot(how: FewShot | None, uid: str) -> None:
    """Show settings in the fields."""
    state = st.session_state
    shown = how if how is not None and how.set else _GENTLE
    state[f"few_shot_set_{uid}"] = shown.set
    # What was written before a set was chosen is there again without the set.
    kept = str(state.get(f"few_shot_{uid}") or "")
    state[f"few_shot_{uid}"] = kept if how is not None and how.set else _written(how)
    for name in _SHOWN:
        value = getattr(shown, name)
        state[f"few_shot_{name}_{uid}"] = list(value) if isinstance(value, tuple) else value
    state[f"few_shot_version_{uid}"] = shown.version or NEWEST


def typed_few_shot(before: FewShot | None, uid: str) -> dict[str, Any] | None:
    """What the fields hold, as a recipe's JSON; None for no examples.

    Raises:
        UsageError: `bad_recipe`, naming the line of an example that is none.
    """
    state = st.session_state
    name = state.get(f"few_shot_set_{uid}")
    if not name:
        typed = _typed(before, str(state.get(f"few_shot_{uid}") or ""))
        return {"examples": typed} if typed else None
    content: dict[str, Any] = {"set": name}
    defaults = {one.name: one.default for one in fields(FewShot)}
    fresh = before is None or before.set != name
    for field in _SHOWN:
        value = state.get(f"few_shot_{field}_{uid}", getattr(_GENTLE, field))
        if fresh and field in ("version", "tags"):  # they belong to the set before
            value = defaults[field]
        if value is None:
            value = defaults[field]
        content[field] = list(value) if isinstance(value, tuple | list) else value
    content["version"] = content["version"] or None
    return content


def _written(how: FewShot | None) -> str:
    return "\n".join(f"{e.question}{ARROW}{e.answer}" for e in (how.examples if how else ()))


def _typed(before: FewShot | None, text: str) -> list[dict[str, Any]]:
    known = {(e.question, e.answer): e for e in (before.examples if before else ())}
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        question, arrow, answer = (part.strip() for part in line.partition("=>"))
        if not arrow or not answer:
            reason = f"line {number} of the examples has no ' => ' with an answer behind it"
            raise UsageError("bad_recipe", reason, reason=reason)
        same = known.get((question, answer))
        found.append(same.to_json() if same else {"question": question, "answer": answer})
    return found
