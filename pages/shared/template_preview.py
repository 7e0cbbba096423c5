"""Exactly what a template sends for a sample: a question of one's own, or an item of a set."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from core.example import Example, Passage
from core.lab import Lab
from core.prompt import Prompt, prepare
from core.recipe import Recipe
from core.template import Template
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.template_editor import chip
from pages.shared.template_versions import VALUE, template_model

MOST_ITEMS = 50
"""Items of a set to choose from."""
MOST_EXAMPLES = 3
SHOWN_CHARS = 80
"""Of a question in the picker."""
TALL = 1500
"""Characters from which a message scrolls."""
NONE = ""
TYPED = -1


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What a template is filled in with."""

    question: str
    values: Mapping[str, str]
    examples: tuple[Example, ...] = ()
    passages: tuple[Passage, ...] = ()


def template_preview(lab: Lab, draft: Template) -> None:
    """The choice of a sample, and the messages."""
    with st.container(border=True, key="template_sample"):
        sample = _sample(lab, draft)
    prompt = prepare(
        Recipe(model=template_model()),
        sample.question,
        (),
        sample.passages,
        examples=sample.examples,
        template=draft,
        values=sample.values,
    )
    _facts(lab, draft, sample, prompt)
    for number, message in enumerate(prompt.messages):
        with st.container(key=f"template_message_{number}", gap="xsmall"):
            st.caption(f"**{t(f'template_role_{message.role}')}**")
            if message.content:
                st.code(
                    message.content,
                    language=None,
                    wrap_lines=True,
                    height=360 if len(message.content) > TALL else "content",
                )
            else:
                st.caption(t("template_message_empty"))


def _sample(lab: Lab, draft: Template) -> Sample:
    sets = {one.name: one for one in lab.example_sets.list()}
    examples: tuple[Example, ...] = ()
    chosen: Example | None = None
    if sets:
        if st.session_state.get("template_sample_set") not in (NONE, *sets):
            st.session_state["template_sample_set"] = NONE
        name = st.selectbox(
            t("template_sample_set"),
            [NONE, *sets],
            format_func=lambda one: one or t("template_sample_none"),
            key="template_sample_set",
            persist_state="session",
        )
        if name:
            chosen, examples = _from_set(lab, sets[name].id)
    if chosen is None:
        question, values = _typed(draft)
    else:
        question, values = chosen.question, dict(chosen.fields)
    passages: tuple[Passage, ...] = ()
    if st.toggle(
        t("template_sample_passages"), key="template_sample_passages", persist_state="session"
    ):
        passages = tuple(_passage(t(f"template_passage_{number}")) for number in (1, 2))
    return Sample(question=question, values=values, examples=examples, passages=passages)


def _from_set(lab: Lab, set_id: str) -> tuple[Example | None, tuple[Example, ...]]:
    """An item that is held out, or the question typed; and examples that are not that item."""
    items = lab.example_sets.page(set_id, side="test", limit=MOST_ITEMS, offset=0)
    train = lab.example_sets.page(set_id, side="train", limit=MOST_ITEMS, offset=0)
    by_place = {place: one.example for place, one in items or train}

    def shown(place: int) -> str:
        if place == TYPED:
            return t("template_sample_typed")
        line = " ".join(by_place[place].question.split())
        return line if len(line) <= SHOWN_CHARS else line[:SHOWN_CHARS] + " …"

    left, right = st.columns([3, 2], vertical_alignment="bottom")
    place = left.selectbox(
        t("template_sample_item"),
        [*by_place, TYPED],
        format_func=shown,
        key=f"template_item_{set_id}",
        persist_state="session",
    )
    wanted = right.segmented_control(
        t("template_sample_examples"),
        list(range(MOST_EXAMPLES + 1)),
        default=2,
        key="template_sample_examples",
        required=True,
        persist_state="session",
    )
    shots = [one.example for position, one in train if position != place][:wanted]
    return by_place.get(place), tuple(shots)


def _typed(draft: Template) -> tuple[str, dict[str, str]]:
    if "template_sample_question" not in st.session_state:
        st.session_state["template_sample_question"] = t("template_sample_first")
    question = st.text_input(
        t("template_sample_question"), key="template_sample_question", persist_state="session"
    )
    values = {}
    for column in draft.columns:
        values[column] = st.text_input(
            t("template_sample_value", variable=plain(column)),
            key=VALUE + column,
            persist_state="session",
        )
    return question, values


def _passage(text: str) -> Passage:
    return Passage(document="sample", start=0, end=len(text), text=text)


def _facts(lab: Lab, draft: Template, sample: Sample, prompt: Prompt) -> None:
    """How much it is, and what people may not expect."""
    st.caption(f":material/straighten: {_size(lab, prompt)}")
    lacking = [name for name in draft.columns if not sample.values.get(name, "").strip()]
    if lacking:
        names = ", ".join(chip(name) for name in lacking)
        st.caption(f":material/edit_attributes: {t('template_lacks', names=names)}")
    for name, there in (("context", sample.passages), ("examples", sample.examples)):
        if there and name not in draft.places:
            st.caption(f":material/info: {t(f'template_no_place_{name}')}")


def _size(lab: Lab, prompt: Prompt) -> str:
    model = template_model()
    characters = sum(len(message.content) for message in prompt.messages)
    values = {"messages": len(prompt.messages), "characters": f"{characters:,}"}
    counted = lab.metering.counted(model, prompt)
    if counted is None:
        return t("template_size_unknown", **values)
    values["tokens"] = f"{counted.tokens:,}"
    if counted.exact:
        return t("template_size_exact", model=plain(model), **values)
    return t("template_size_about", **values)
