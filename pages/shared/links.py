"""Addresses that reopen a round or a comparison."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

import streamlit as st

from core.errors import StoreError, UsageError
from core.lab import Lab
from core.recipe import MAX_RECIPES, Recipe, parse_recipe
from pages.shared.state import ColumnState, CompareState

VALUE = "value."
"""In front of a template variable's name in an address."""


def recipe_link(
    recipes: list[Recipe], question: str, values: Mapping[str, str] = MappingProxyType({})
) -> str:
    """`/compare?recipe=...&question=...`: fills the page in and sends nothing."""
    return _base() + _query(recipes, question, values)


def compare_url(
    recipes: list[Recipe], question: str, values: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The same as a path on this server."""
    return "/compare?" + _query(recipes, question, values)


def _query(recipes: list[Recipe], question: str, values: Mapping[str, str]) -> str:
    params = [("recipe", recipe.to_text()) for recipe in recipes]
    filled = [(VALUE + name, value) for name, value in values.items() if value]
    asked = [("question", question)] if question else []
    return urlencode([*params, *asked, *filled])


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
    values = {name.removeprefix(VALUE): params[name] for name in params if name.startswith(VALUE)}
    link = "\n".join([*recipes, question, *values, *values.values()])
    if (recipes or question or values) and link != state.link:
        state.link = link
        state.values |= values
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
