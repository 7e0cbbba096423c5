"""Behind an answer: its numbered sources, what bears out each sentence, and how they were found."""

import streamlit as st

from core.answer import Answer
from core.example import Passage
from core.lab import Lab
from core.retrieval.citations import Sentence, Support, check_answer, cited
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.passage_text import marked, place_of
from pages.shared.passage_view import open_button, show_passage

MOST_CITATIONS = 6
"""Shown below an answer; all of them stand behind the button."""
COLOURS = {"supported": "green", "partly": "orange", "unsupported": "red", "refused": "gray"}


def support_badge(answer: Answer) -> str:
    """Whether the passages bear the answer out; nothing where there was nothing to rely on."""
    if not answer.sources or not answer.text or answer.error is not None:
        return ""
    support = _support(answer)
    if support.verdict not in COLOURS:
        return ""
    wrong = ", ".join(f"\\[{number}\\]" for number in support.wrong)
    said = t("support_" + support.verdict) + (f" · {t('support_wrong')} {wrong}" if wrong else "")
    return f":{COLOURS[support.verdict]}-badge[{said}]"


def _support(answer: Answer) -> Support:
    return check_answer(answer.text, answer.sources, question=_question(answer))


def _question(answer: Answer) -> str:
    """What was asked; of older answers the last message sent."""
    if question := answer.snapshot.get("question"):
        return str(question)
    messages = answer.snapshot.get("messages")
    return str(messages[-1]["content"]) if isinstance(messages, list) and messages else ""


def citations(lab: Lab, position: int, answer: Answer) -> None:
    """The passages that the answer cites, by number; each opens where it stands."""
    numbers = [n for n in cited(answer.text) if 0 < n <= len(answer.sources)]
    found = {n: answer.sources[n - 1] for n in numbers if answer.sources[n - 1].document_id}
    if not found:
        return
    support = _support(answer)
    with st.container(horizontal=True, gap="xsmall", key=f"citations_{position}"):
        for number, passage in list(found.items())[:MOST_CITATIONS]:
            page = f" · {t('page_number', page=passage.page)}" if passage.page else ""
            if st.button(
                f"\\[{number}\\] {plain(passage.document)}{page}",
                key=f"cite_{position}_{number}",
                type="tertiary",
                icon=":material/format_quote:",
                help=t("open_source_help"),
            ):
                show_passage(lab, passage, _quote(support, number, passage))


def _quote(support: Support, number: int, passage: Passage) -> str:
    """The sentence of a passage that bears the answer out; empty when none does."""
    best = _best_of(support, number)
    return passage.text[slice(*best.best_span)] if best and best.best_span else ""


def sources_button(lab: Lab, position: int, answer: Answer) -> None:
    """The popover with everything behind the answer."""
    if not answer.sources and not answer.snapshot.get("search"):
        return
    popover = st.popover(
        t("sources_count", count=len(answer.sources)),
        icon=":material/menu_book:",
        type="tertiary",
        key=f"sources_{position}",
        on_change="rerun",
    )
    if not popover.open:
        return
    with popover:
        support = _support(answer)
        sources, sentences = st.tabs([t("tab_sources"), t("tab_sentences")])
        with sources:
            for number, passage in enumerate(answer.sources, 1):
                _source(lab, position, number, passage, support)
        with sentences:
            _sentences(lab, answer, support)


def _source(lab: Lab, position: int, number: int, passage: Passage, support: Support) -> None:
    best = _best_of(support, number)
    with st.container(border=True, key=f"source_{position}_{number}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            where = place_of(passage.page, passage.heading)
            name = t("reference_text") if passage.document_id is None else plain(passage.document)
            st.markdown(f"**[{number}]** {name}" + (f" · {where}" if where else ""))
            st.badge(
                t("source_cited" if number in support.cited else "source_not_cited"),
                color="green" if number in support.cited else "gray",
            )
            for flag in passage.flags:
                st.badge(t(f"injection_{flag}"), icon=":material/warning:", color="orange")
            span = best.best_span if best else None
            quote = _quote(support, number, passage)
            open_button(lab, passage, f"open_source_{position}_{number}", quote)
        st.markdown(marked(passage.text, *(span or (0, 0)), "green"))


def _best_of(support: Support, number: int) -> Sentence | None:
    """The sentence of the answer that this passage bears out best."""
    mine = [one for one in support.sentences if one.best == number and one.best_span]
    return max(mine, key=lambda one: one.support, default=None)


def _sentences(lab: Lab, answer: Answer, support: Support) -> None:
    """Each sentence with how much of it stands in which passage."""
    st.caption(t("sentences_help"))
    if answer.recipe.retrieval and st.toggle(
        t("with_similarity"), key=f"similarity_{answer.id}", help=t("with_similarity_help")
    ):
        support = lab.open_book.support(answer, _question(answer))
    for one in support.sentences:
        if not one.text.strip():
            continue
        colour = "green" if one.supported else "red" if one.claim else "gray"
        parts = [f"{t('support_words')} {one.support:.0%}"]
        if one.similarity is not None:
            parts.append(f"{t('support_meaning')} {one.similarity:.2f}")
        if one.best:
            parts.append(f"\\[{one.best}\\]")
        if one.missing:
            parts.append(t("support_missing") + " " + plain(", ".join(one.missing)))
        if one.wrong:
            parts.append(t("support_wrong") + " " + ", ".join(str(n) for n in one.wrong))
        st.markdown(f":{colour}-background[{plain(one.text)}]".replace("\n", " "))
        st.caption(" · ".join(parts))
