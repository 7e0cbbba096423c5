"""A column's template and the form its answer must have; values for templates' variables."""

import json
from typing import Any

import streamlit as st

from core.lab import Lab
from core.output_schema import canonical
from core.recipe import Recipe
from core.template import Template, TemplateUse
from pages.shared.few_shot_fields import NEWEST
from pages.shared.glossary import help_on
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.state import CompareState, compare_state

NONE = ""
IN_A_ROW = 4
"""Values of a template, side by side."""


def template_field(lab: Lab, uid: str, **change: Any) -> None:
    """Which template a column uses, and which version of it."""
    chosen = str(st.session_state.get(f"template_{uid}") or NONE)
    names = dict.fromkeys([*(one.name for one in lab.templates.list()), *([chosen] * bool(chosen))])
    left, right = st.columns([2, 1])  # also without a version: a field that moves is another one
    left.selectbox(
        t("field_template"),
        [NONE, *names],
        format_func=lambda name: name or t("template_none"),
        key=f"template_{uid}",
        help=t("field_template_help") + "\n\n" + help_on("prompt_engineering"),
        **change,
    )
    if chosen:
        version = st.session_state.get(f"template_version_{uid}", NEWEST)
        numbers = [one.version for one in lab.templates.versions(chosen)]
        right.selectbox(
            t("field_template_version"),
            list(dict.fromkeys([NEWEST, *numbers, version])),
            format_func=lambda one: f"v{one}" if one else t("version_newest"),
            key=f"template_version_{uid}",
            **change,
        )
        if not numbers or version not in (NEWEST, *numbers):
            said = t("template_gone", name=plain(chosen))
            st.error(said, icon=":material/error:")


def schema_field(uid: str, **change: Any) -> None:
    """The JSON Schema as text."""
    st.text_area(
        t("field_schema"),
        key=f"schema_{uid}",
        help=t("field_schema_help"),
        placeholder='{"type": "object", "properties": {"label": {"enum": ["긍정", "부정"]}}}',
        **change,
    )


def put_prompt(recipe: Recipe, uid: str) -> None:
    """Show a recipe's template and schema in the fields."""
    use, state = recipe.template, st.session_state
    state[f"template_{uid}"] = use.name if use else NONE
    state[f"template_version_{uid}"] = (use.version if use else None) or NEWEST
    shown = json.loads(recipe.schema) if recipe.schema else None
    state[f"schema_{uid}"] = (
        json.dumps(shown, ensure_ascii=False, indent=2) if shown is not None else ""
    )


def typed_prompt(recipe: Recipe, uid: str) -> dict[str, Any]:
    """What the fields hold, as fields of a recipe's JSON. Raises `UsageError`, `bad_schema`."""
    state = st.session_state
    name = state.get(f"template_{uid}")
    content: dict[str, Any] = {}
    if name:
        same = recipe.template is not None and recipe.template.name == name
        version = (state.get(f"template_version_{uid}") if same else None) or None
        content["template"] = TemplateUse(name=name, version=version).to_json()
    schema = canonical(str(state.get(f"schema_{uid}") or "").strip())
    if schema:
        content["schema"] = json.loads(schema)
    return content


def values_form(lab: Lab, state: CompareState) -> None:
    """A field for each variable of the columns' templates, above the columns."""
    uses = dict.fromkeys(c.recipe.template for c in state.columns if c.recipe.template)
    found: list[Template | None] = [lab.prompting.template(use) for use in uses]
    names = dict.fromkeys(name for one in found if one for name in one.columns)
    if not names:
        return
    with st.container(border=True, key="values"):
        st.caption(f"**{t('values_title')}** · {t('values_help')}")
        places = st.columns(IN_A_ROW)
        for number, name in enumerate(names):
            st.session_state[f"value_{name}"] = state.values.get(name, "")
            places[number % len(places)].text_input(
                plain(name), key=f"value_{name}", on_change=_set_value, args=(name,)
            )


def _set_value(name: str) -> None:
    compare_state().values[name] = str(st.session_state.get(f"value_{name}") or "")
