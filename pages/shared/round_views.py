"""Other looks at the answers of a round: the table with the winners, and the word-level diff."""

import streamlit as st

from core.answer import Answer, Vote, tokens_per_second
from core.diff import MAX_WORDS, is_cut
from core.pricing import to_krw
from core.recipe import Recipe, differences
from pages.shared.format import currency
from pages.shared.language import t
from pages.shared.resources import get_lab
from pages.shared.template_diff import differences_drawn


def what_differs(recipes: list[Recipe]) -> str:
    """One line: in which settings these columns are not alike."""
    if len(recipes) < 2:
        return t("one_column")
    fields = differences(recipes)
    if not fields:
        return t("same_recipes")
    return t("differ_in", fields=", ".join(t(f"field_{name}") for name in fields))


def round_table(answers: list[Answer], votes: dict[str, Vote]) -> None:
    """Tokens, cost and seconds of each answer; the best value of each kind is named."""
    import pandas as pd  # half a second that only the table needs

    best = _winners(answers)
    rate = get_lab().money.prices().rate
    won = currency() == "KRW"
    rows = []
    for answer in answers:
        vote = votes.get(answer.id)
        usd = answer.cost.usd
        rows.append(
            {
                t("recipe"): answer.recipe.label,
                t("col_tokens_in"): answer.usage.prompt_tokens,
                t("col_tokens_out"): answer.usage.completion_tokens,
                _cost_title(): None if usd is None else (to_krw(usd, rate) if won else usd),
                t("col_first"): answer.timing.ttft_s,
                t("col_total"): answer.timing.total_s,
                t("col_speed"): tokens_per_second(answer.usage, answer.timing),
                t("col_end"): t(f"stop_{answer.stop_reason}"),
                t("col_vote"): ""
                if vote is None
                else t("rating_up" if vote.rating > 0 else "rating_down"),
                t("col_best"): ", ".join(best.get(answer.id, [])),
            }
        )
    number = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="round_table",
        alt=t("table_alt"),
        placeholder=t("unknown"),
        column_config={
            _cost_title(): number(format="%.2f" if won else "%.6f"),
            t("col_first"): number(format="%.2f"),
            t("col_total"): number(format="%.2f"),
            t("col_speed"): number(format="%.0f"),
        },
    )


def _cost_title() -> str:
    return f"{t('cost')} ({currency()})"


def _winners(answers: list[Answer]) -> dict[str, list[str]]:
    """Per answer what it is best at, among complete answers and only where values are known."""
    whole = [a for a in answers if a.error is None and a.stop_reason in ("stop", "length")]
    found: dict[str, list[str]] = {}
    for label, value in (
        ("best_cost", lambda a: a.cost.usd),
        ("best_first", lambda a: a.timing.ttft_s),
        ("best_total", lambda a: a.timing.total_s),
    ):
        known = [(value(a), a.id) for a in whole if value(a) is not None]
        if len(known) > 1:
            lowest = min(v for v, _ in known)
            for v, answer_id in known:
                if v == lowest:
                    found.setdefault(answer_id, []).append("★ " + t(label))
    return found


def diff_view(answers: list[Answer]) -> None:
    """Two answers, word by word."""
    popover = st.popover(
        t("diff"), icon=":material/difference:", key="diff", on_change="rerun", type="tertiary"
    )
    if not popover.open:
        return
    with popover, st.container(width=640):
        positions = list(range(len(answers)))
        pick = st.columns(2)
        names = [f"{i + 1}. {a.recipe.label}" for i, a in enumerate(answers)]
        left = pick[0].selectbox(
            t("diff_left"), positions, 0, key="diff_left", format_func=names.__getitem__
        )
        right = pick[1].selectbox(
            t("diff_right"), positions, 1, key="diff_right", format_func=names.__getitem__
        )
        one, two = answers[left].text, answers[right].text
        if one == two:
            st.caption(t("diff_same"))
            return
        st.caption(t("diff_legend"))
        if is_cut(one) or is_cut(two):
            st.caption(t("diff_too_long", limit=f"{MAX_WORDS:,}"))
        with st.container(height=420):
            st.markdown(differences_drawn(one, two) or t("template_diff_blank"))
