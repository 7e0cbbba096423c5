"""Numbers as people read them. Unknown is a word, never 0; an estimate says so."""

from math import floor, log10

import streamlit as st

from core.answer import Answer, Cost, Usage, tokens_per_second
from core.pricing import Rate, to_krw
from pages.shared.language import t
from pages.shared.resources import get_lab


def currency() -> str:
    return str(st.session_state.get("currency") or "USD")


def money(usd: float, rate: Rate | None = None) -> str:
    """An amount in the chosen currency with enough digits to tell two answers apart."""
    if currency() == "KRW":
        value, sign = to_krw(usd, rate or get_lab().money.prices().rate), "₩"
    else:
        value, sign = usd, "$"
    if value >= 100:
        return f"{sign}{value:,.0f}"
    if value >= 0.995:
        return f"{sign}{value:,.2f}"
    if value == 0:
        return f"{sign}0"
    digits = min(12, 1 - floor(log10(value)))  # two that matter
    return f"{sign}{value:.{digits}f}"


def cost_text(cost: Cost) -> str:
    if cost.usd is None:
        own = cost.basis == "own hardware"
        return t("own_hardware") if own else f"{t('cost')}: {t('unknown')}"
    text = money(cost.usd)
    if cost.basis == "own hardware":
        return f"{text} ({t('own_hardware')})"
    return f"≈ {text}" if cost.basis == "estimated" else text


def tokens_text(usage: Usage) -> str:
    """`242 → 108 tok`, with ≈ where we counted ourselves."""
    if usage.prompt_tokens is None and usage.completion_tokens is None:
        return f"{t('tokens_short')}: {t('unknown')}"
    mark = "≈ " if usage.estimated else ""
    given = "?" if usage.prompt_tokens is None else f"{usage.prompt_tokens:,}"
    taken = "?" if usage.completion_tokens is None else f"{usage.completion_tokens:,}"
    extra = ""
    if usage.cached_tokens:
        extra += f" · cache {usage.cached_tokens:,}"
    if usage.reasoning_tokens:
        extra += f" · {t('thinking')} {usage.reasoning_tokens:,}"
    return f"{mark}{given} → {taken} {t('tokens_short')}{extra}"


def seconds(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def facts(answer: Answer) -> str:
    """The line under an answer: tokens, cost, seconds."""
    timing = answer.timing
    parts = [
        tokens_text(answer.usage),
        cost_text(answer.cost),
        f"{seconds(timing.total_s)} {t('seconds_short')}",
    ]
    if timing.ttft_s is not None and not answer.model.startswith("baseline/"):
        parts.append(f"{t('first_token_short')} {seconds(timing.ttft_s)}")
    speed = tokens_per_second(answer.usage, timing)
    if speed is not None:
        parts.append(f"{speed:,.0f} {t('per_second_short')}")
    return " · ".join(parts).replace("$", "\\$")


def duration(value: float) -> str:
    """Seconds as people say them: seconds, minutes or hours."""
    if value < 90:
        return f"{value:.0f} {t('seconds_short')}"
    if value < 5400:
        return t("minutes", count=f"{value / 60:.0f}")
    return t("hours", count=f"{value / 3600:.1f}")


def size(count: int) -> str:
    """Bytes as KB, MB or GB."""
    if count < 1e6:
        return f"{count / 1e3:,.0f} KB"
    return f"{count / 1e6:,.0f} MB" if count < 1e9 else f"{count / 1e9:,.1f} GB"
