"""Whether an answer fits the JSON Schema of its column."""

import streamlit as st

from core.answer import Answer
from pages.shared.language import t
from pages.shared.markdown import plain

_OURS = ("not_json", "too_deep", "too_long", "too_complex")
"""Faults that are ours to say; for the others the schema's own keyword speaks."""


def schema_badge(answer: Answer) -> str:
    """Nothing for a column without a schema, or an answer that failed."""
    found = _faults(answer)
    if found is None:
        return ""
    if not found:
        return f":green-badge[{t('schema_fits')}]"
    return f":red-badge[{t('schema_faults', count=len(found))}]"


def schema_faults(answer: Answer) -> None:
    """Each place that does not fit, with what is wrong there."""
    found = _faults(answer)
    if not found:
        return
    with st.expander(t("schema_faults_title"), icon=":material/data_object:"):
        for one in found:
            code = str(one["code"])
            said = t(f"schema_fault_{code}") if code in _OURS else plain(str(one["message"]))
            st.markdown(f"- `{str(one['path']).replace('`', '')}` {said}")


def _faults(answer: Answer) -> list[dict[str, str]] | None:
    found = answer.snapshot.get("schema_faults")
    if not isinstance(found, list) or not answer.text:
        return None
    return [one for one in found if isinstance(one, dict)]  # type: ignore[misc]
