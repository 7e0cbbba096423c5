"""What the next question will cost, before it is sent."""

import streamlit as st

from core.draft import Column
from core.lab import Lab
from core.metering import Estimate
from pages.shared.format import money
from pages.shared.language import t
from pages.shared.markdown import plain


def estimate_line(lab: Lab, columns: list[Column], question: str | None) -> None:
    """All columns together; a prompt that will not fit is said per column."""
    estimates = [e for e in lab.estimate(columns, question or "") if e is not None]
    if not estimates:
        return
    counted = [e for e in estimates if not e.model.startswith("baseline/")]
    key = "estimate_question" if question else "estimate_next"
    if counted:
        text = t(
            key,
            exact="" if all(e.exact for e in counted) else "≈ ",
            input=f"{sum(e.input_tokens for e in counted):,}",
            low=f"{sum(e.output_tokens[0] for e in counted):,}",
            high=f"{sum(e.output_tokens[1] for e in counted):,}",
            money=_money(counted),
        )
        meter = _context_meter(counted)
        st.caption(f":material/calculate: {text}{meter}".replace("$", "\\$"))
    for estimate in estimates:
        if estimate.over:
            st.warning(
                t(
                    "over_context",
                    model=plain(estimate.model),
                    over=f"{estimate.over:,}",
                    limit=f"{estimate.context_tokens:,}",
                ),
                icon=":material/straighten:",
            )


def _context_meter(estimates: list[Estimate]) -> str:
    """How full the fullest context is."""
    known = [(e.input_tokens / e.context_tokens, e) for e in estimates if e.context_tokens]
    if not known:
        return ""
    fullest = max(known, key=lambda pair: pair[0])[1]
    used, limit = f"{fullest.input_tokens:,}", f"{fullest.context_tokens:,}"
    return " · " + t("context_meter", used=used, limit=limit)


def _money(estimates: list[Estimate]) -> str:
    priced = [e.usd for e in estimates if e.usd is not None]
    unknown = sum(1 for e in estimates if e.usd is None and not e.own_hardware)
    if not priced:
        return t("estimate_all_unknown") if unknown else t("estimate_own")
    low, high = sum(usd[0] for usd in priced), sum(usd[1] for usd in priced)
    text = money(low) if money(low) == money(high) else f"{money(low)}–{money(high)}"
    return f"{text} ({t('estimate_some_unknown', count=unknown)})" if unknown else text
