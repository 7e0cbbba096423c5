"""Addresses that reopen a round or a comparison."""

from urllib.parse import urlencode, urlsplit

import streamlit as st

from core.errors import StoreError, UsageError
from core.lab import Lab
from core.recipe import MAX_RECIPES, Recipe, parse_recipe
from pages.shared.state import ColumnState, CompareState


def recipe_link(recipes: list[Recipe], question: str) -> str:
    """`/compare?recipe=...&question=...`: fills the page in and sends nothing."""
    params = [("recipe", recipe.to_text()) for recipe in recipes]
    return _base() + urlencode([*params, ("question", question)])


def compare_url(recipes: list[Recipe], question: str) -> str:
    """The same as a path on this server."""
    params = [("recipe", recipe.to_text()) for recipe in recipes]
    return "/compare?" + urlencode([*params, ("question", question)])


def round_link(round_id: str) -> str:
    return _base() + urlencode({"round": round_id})


def _base() -> str:
    """This server's own address, where the browser has told it."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}/compare?" if here.netloc else "/compare?"


def apply_address(state: CompareState, lab: Lab) -> None:
    """Bring the page into the state its address names, once per address."""
    params = st.query_params
    round_id = params.get("round")
    recipes, question = params.get_all("recipe"), params.get("question") or ""
    if round_id and round_id != state.round_id:
        try:
            state.show(lab.stored(round_id), lab.live(round_id))
        except StoreError as error:
            state.problem = error
            del params["round"]
    link = "\n".join([*recipes, question])
    if (recipes or question) and link != state.link:
        state.link = link
        _apply_link(state, recipes, question)


def _apply_link(state: CompareState, recipes: list[str], question: str) -> None:
    try:
        parsed = [parse_recipe(text) for text in recipes]
        if len(parsed) > MAX_RECIPES:
            raise UsageError("too_many_recipes", "too many recipes", limit=MAX_RECIPES)
    except UsageError as error:
        state.problem = error
        return
    if parsed:
        state.columns = [ColumnState(recipe=recipe) for recipe in parsed]
        state.new_conversation()
        state.sync()
    if question:
        st.session_state["question"] = question
