"""How an answer's passages were found, and what went wrong when the answer did."""

import streamlit as st

from core.answer import Answer
from core.lab import Lab
from pages.shared.language import t
from pages.shared.markdown import plain

UNKNOWN, ELSEWHERE = -1, -2
"""The right passage is not known; it is not among those found."""


def retrieval_tab(lab: Lab, answer: Answer) -> None:
    """The record of the search, and the diagnosis against an expected answer."""
    search = answer.snapshot.get("search")
    if not isinstance(search, dict):
        st.caption(t("no_search"))
        return
    st.caption(f"{t('mode_used_' + search['mode'])} · {t('why_' + search['why'])}")
    if len(search["queries"]) > 1 or search["queries"][0] != search["query"]:
        st.caption(":material/alt_route: " + " · ".join(plain(one) for one in search["queries"]))
    hits = search["hits"]
    if hits:
        st.dataframe(
            {
                t("hit_rank"): list(range(1, len(hits) + 1)),
                t("document"): [hit["document"] for hit in hits],
                t("page"): [hit["page"] for hit in hits],
                t("hit_cut"): [
                    t(f"cut_{hit['cut']}") if hit["cut"] else t("hit_given") for hit in hits
                ],
                **{
                    t(f"score_{name}"): [_rounded(hit["scores"].get(name)) for hit in hits]
                    for name in ("lexical", "dense", "relevance", "fused", "rerank")
                    if any(name in hit["scores"] for hit in hits)
                },
            },
            hide_index=True,
            placeholder="–",
            height=min(38 + 35 * len(hits), 220),
        )
    st.divider()
    expected = st.text_input(
        t("expected_answer"), key=f"expected_{answer.id}", help=t("expected_answer_help")
    )
    names = [f"{hit['document']} · {hit['page'] or '–'}" for hit in hits]
    right = st.selectbox(
        t("right_passage"),
        [UNKNOWN, *range(len(hits)), ELSEWHERE],
        format_func=lambda at: (
            t("right_unknown")
            if at == UNKNOWN
            else t("right_elsewhere")
            if at == ELSEWHERE
            else f"#{at + 1} {names[at]}"
        ),
        key=f"right_{answer.id}",
    )
    ids = [] if right == UNKNOWN else [str(right if right == ELSEWHERE else hits[right]["id"])]
    if expected.strip() or ids:
        found = lab.open_book.diagnose(answer, expected.strip(), ids)
        why = t(f"diagnosis_why_{found.why}")
        st.info(f"{t(f'diagnosis_{found.verdict}')} {why}", icon=":material/troubleshoot:")


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 3)
