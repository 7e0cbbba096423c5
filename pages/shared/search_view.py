"""Try a query: what is found, by which leg, what is cut and why; two settings side by side."""

import streamlit as st

from core.collection import Collection
from core.errors import ModelError, NaraniError, StoreError, UsageError
from core.lab import Lab
from core.recipe import Recipe
from core.search import Hit, Retrieval, Search, retrieval_from_json
from pages.shared.errors import show_error
from pages.shared.language import t
from pages.shared.links import recipe_link
from pages.shared.markdown import plain
from pages.shared.passage_text import as_text, place_of
from pages.shared.passage_view import open_button
from pages.shared.retrieval_fields import put_retrieval, retrieval_fields, typed_retrieval

SHOWN_HITS = 12
SHOWN_CHARS = 700
_SCORES = ("lexical", "dense", "relevance", "fused", "rerank")


def search_view(lab: Lab, collection: Collection) -> None:
    """The query, one or two settings, and what each of them finds."""
    query = st.text_input(
        t("try_query"), key=f"try_query_{collection.id}", placeholder=t("try_query_placeholder")
    )
    both = st.toggle(t("try_two"), key="try_two", help=t("try_two_help"))
    places = st.columns(2) if both else [st.container()]
    for place, side in zip(places, "ab", strict=False):
        suffix = f"{side}_{collection.id}"
        with place:
            _settings(lab, collection, suffix, side if both else "")
            if query.strip():
                _one(lab, query.strip(), suffix)


def _settings(lab: Lab, collection: Collection, suffix: str, side: str) -> None:
    ready = f"retrieval_mode_{suffix}"
    if st.session_state.get(ready) is None:
        # Two settings that are alike would show nothing.
        other = "dense" if collection.dimension else "lexical"
        mode = other if side == "b" else "auto"
        put_retrieval(Retrieval(collection=collection.name, mode=mode), suffix)
    st.session_state[f"retrieval_collection_{suffix}"] = collection.name
    title = t("try_settings") + (f" {side.upper()}" if side else "")
    with st.expander(title, icon=":material/tune:", key=f"try_settings_{side}_{suffix}"):
        retrieval_fields(lab, suffix, persist_state="session")


def _one(lab: Lab, query: str, suffix: str) -> None:
    try:
        how = retrieval_from_json(typed_retrieval(suffix))
        assert how is not None
        with st.spinner(t("searching"), show_time=True):
            search = lab.open_book.search(how, query)
    except (UsageError, ModelError, StoreError) as error:
        show_error(error)
        return
    except NaraniError as error:
        st.error(plain(str(error)))
        return
    search_facts(search)
    if not search.given:
        st.warning(t("nothing_relevant"), icon=":material/search_off:")
    for number, hit in enumerate(search.hits[:SHOWN_HITS], 1):
        _hit(lab, number, hit, suffix)
    more = len(search.hits) - SHOWN_HITS
    if more > 0:
        st.caption(t("more_hits", count=more))
    with st.expander(t("use_in_column"), icon=":material/link:"):
        st.caption(t("use_in_column_help"))
        recipe = Recipe(model="local/narani", retrieval=how)
        st.code(recipe_link([recipe], query), language=None, wrap_lines=True)


def search_facts(search: Search) -> None:
    """Which way was taken and why, the versions searched, and the time of each stage."""
    st.caption(f":material/route: {t('mode_used_' + search.mode)} · {t('why_' + search.why)}")
    if len(search.queries) > 1 or search.queries[0] != search.query:
        st.caption(":material/alt_route: " + " · ".join(plain(one) for one in search.queries))
    stages = [
        f"{t('stage_' + name)} {took * 1000:,.0f} ms" for name, took in search.seconds.items()
    ]
    budget = sum(hit.tokens for hit in search.hits if hit.cut is None)
    stages.append(t("tokens_given", tokens=f"{budget:,}", passages=len(search.given)))
    if search.usd:
        stages.append(f"\\${search.usd:.5f}")
    st.caption(":material/timer: " + " · ".join(stages))


def _hit(lab: Lab, number: int, hit: Hit, suffix: str) -> None:
    passage = hit.passage
    with st.container(border=True, key=f"hit_{suffix}_{number}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            head = f"**[{number}]** {plain(passage.document)}"
            where = place_of(passage.page, passage.heading)
            st.markdown(f"{head} · {where}" if where else head)
            if hit.cut is not None:
                st.badge(t(f"cut_{hit.cut}"), icon=":material/content_cut:", color="gray")
            if passage.flags:
                st.badge(t("flagged"), icon=":material/warning:", color="orange")
            open_button(lab, passage, f"open_{suffix}_{number}")
        st.caption(hit_scores(hit))
        text = passage.text[:SHOWN_CHARS] + (" …" if len(passage.text) > SHOWN_CHARS else "")
        if hit.cut is None:
            st.markdown(as_text(text))
        else:
            st.markdown(f":gray[{plain(' '.join(text.split()))}]")


def hit_scores(hit: Hit) -> str:
    """Ranks and scores of one passage."""
    parts = []
    for name in _SCORES:
        if name not in hit.scores:
            continue
        score = hit.scores[name]
        value = f"{score:.3f}" if abs(score) < 10 else f"{score:.1f}"
        rank = hit.ranks.get(name)
        parts.append(f"{t('score_' + name)} {value}" + (f" (#{rank})" if rank else ""))
    moved = hit.ranks.get("fused", 0) - hit.ranks.get("rerank", hit.ranks.get("fused", 0))
    if moved:
        parts.append(t("moved_up" if moved > 0 else "moved_down", places=abs(moved)))
    parts.append(f"{hit.tokens} {t('tokens_short')}")
    return " · ".join(parts)
