"""A template as it is being written: what stands in the fields and is not stored yet.

The fields' own keys hold the text, kept while other pages are looked at; beside them stands the
version it began with, to tell what was typed from what was stored.
"""

import re
from unicodedata import normalize

import streamlit as st

from core.errors import StoreError, UsageError
from core.lab import Lab
from core.template import ANSWER, BUILT_IN, PARTS, Template, variables
from core.text import clean
from pages.shared.errors import sentences
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.resources import get_lab


def part_key(part: str, name: str) -> str:
    return f"template_{part}_{name}"


def load_draft(newest: Template) -> None:
    """Show what is stored, unless something unsaved stands in the fields."""
    if _base(newest.name) != newest and not is_changed(newest.name):
        put_draft(newest)


def put_draft(stored: Template) -> None:
    """Show a stored version and forget what was typed."""
    forget_draft(stored.name)
    st.session_state[f"template_base_{stored.name}"] = stored
    for part in PARTS:
        st.session_state[part_key(part, stored.name)] = getattr(stored, part)


def forget_draft(name: str) -> None:
    keys = [part_key(part, name) for part in PARTS]
    # The versions that were chosen too: a new one is what people want to see.
    for key in (*keys, *(f"template_{what}_{name}" for what in ("base", "left", "right"))):
        st.session_state.pop(key, None)


def typed(name: str) -> Template:
    """What stands in the fields."""
    texts = {part: str(st.session_state.get(part_key(part, name)) or "") for part in PARTS}
    # Composed Hangul, as the names of columns are: copied text may come in pieces.
    return Template(name=name, **{part: normalize("NFC", clean(x)) for part, x in texts.items()})


def is_changed(name: str) -> bool:
    """Whether the fields hold something else than the version they began with."""
    base, now = _base(name), typed(name)
    return base is not None and any(
        getattr(base, part).strip() != getattr(now, part).strip() for part in PARTS
    )


def is_overtaken(newest: Template) -> bool:
    """Whether somebody stored another text since this one was begun."""
    base = _base(newest.name)
    return base is not None and base.version != newest.version


def known_columns(lab: Lab, stored: Template) -> tuple[str, ...]:
    """Columns of the stored sets, and what a stored text calls for though its set is gone."""
    own = (name for part in PARTS for name in variables(getattr(stored, part)))
    found = dict.fromkeys((*lab.example_sets.columns(), *own))
    return tuple(name for name in found if name not in (*BUILT_IN, ANSWER))


def save_draft(newest: Template) -> None:
    """Store what stands in the fields; says what came of it."""
    lab, name = get_lab(), newest.name
    try:
        before = [one.version for one in lab.templates.versions(name)]
        saved = lab.templates.save(typed(name), known_columns(lab, newest))
    except UsageError as error:
        # In full it stands below its field.
        st.toast(
            plain(sentences(error.kind, error.details)[0]), icon=":material/error:", duration="long"
        )
        return
    except StoreError as error:
        st.session_state["template_problem"] = error
        return
    put_draft(saved)
    said = "template_unchanged" if saved.version in before else "template_saved"
    st.toast(t(said, version=saved.version), icon=":material/check:")


def replace_variable(part: str, name: str, wrong: str, right: str) -> None:
    """Correct a variable's name wherever it stands in one part."""
    key = part_key(part, name)
    pattern = r"\{\{\s*" + re.escape(wrong) + r"\s*\}\}"
    text = getattr(typed(name), part)
    st.session_state[key] = re.sub(pattern, lambda _: f"{{{{{right}}}}}", text)


def _base(name: str) -> Template | None:
    base = st.session_state.get(f"template_base_{name}")
    return base if isinstance(base, Template) else None
