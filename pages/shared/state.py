"""The state of one tab on the compare page, typed, under one key."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import uuid4

import streamlit as st

from core.asking import history_of
from core.draft import Column
from core.errors import ModelError, StoreError, UsageError
from core.lab import Lab
from core.recipe import MAX_RECIPES, Recipe
from core.round import Round
from core.store.rounds import StoredRound


@dataclass(kw_only=True)
class ColumnState:
    """A column as the page holds it. Its thread stays the same while its recipe changes."""

    recipe: Recipe
    thread_id: str = field(default_factory=lambda: uuid4().hex)


@dataclass(kw_only=True)
class CompareState:
    """Everything the compare page remembers about this tab."""

    columns: list[ColumnState] = field(default_factory=list)
    conversation_id: str = field(default_factory=lambda: uuid4().hex)
    turn: int = 0
    round_id: str | None = None
    """The round on screen; None before the first question."""
    pending: str | None = None
    """A question that waits for the estimate to be accepted."""
    problem: UsageError | ModelError | StoreError | None = None
    unread: dict[str, object] = field(default_factory=dict)
    """By their keys, the fields of the settings in which `problem` lies, as they were typed."""
    values: dict[str, str] = field(default_factory=dict)
    """For the variables of the columns' templates."""
    again: str | None = None
    """A question to ask in the next run, without anybody typing it."""
    link: str = ""
    """The recipe link that was applied last, so that it is applied once."""

    def with_history(self, lab: Lab) -> list[Column]:
        """The columns with what each has said so far in this conversation."""
        earlier = lab.rounds.conversation(self.conversation_id) if self.turn else []
        return [
            Column(
                thread_id=column.thread_id,
                recipe=column.recipe,
                history=history_of(earlier, column.thread_id),
            )
            for column in self.columns
        ]

    def new_conversation(self) -> None:
        """Forget the thread, keep the recipes."""
        self.columns = [ColumnState(recipe=column.recipe) for column in self.columns]
        self.conversation_id = uuid4().hex
        self.turn, self.round_id, self.pending, self.problem = 0, None, None, None

    def show(self, stored: StoredRound, live: Round | None) -> None:
        """Put a round on screen, ready to be continued; one that still runs is watched again."""
        threads = {answer.position: answer.thread_id for answer in stored.answers}
        if live is not None:
            threads = {draft.position: draft.column.thread_id for draft in live.drafts}
        self.columns = [
            ColumnState(recipe=recipe, thread_id=threads.get(i) or uuid4().hex)
            for i, recipe in enumerate(stored.recipes)
        ]
        values = next((a.snapshot.get("values") for a in stored.answers), None)
        if isinstance(values, dict):
            self.values |= {str(name): str(value) for name, value in values.items()}
        self.conversation_id, self.round_id = stored.conversation_id, stored.id
        self.turn = stored.turn + 1
        self.pending, self.problem = None, None
        self.sync()

    def change(
        self, position: int, action: Literal["copy", "left", "right", "remove", "only"]
    ) -> None:
        """Copy, move or remove a column, or go on with it alone."""
        columns = self.columns
        if action == "copy" and len(columns) < MAX_RECIPES:
            columns.insert(position + 1, ColumnState(recipe=columns[position].recipe))
        elif action == "remove" and len(columns) > 1:
            del columns[position]
        elif action == "only":
            self.columns = [columns[position]]
        elif action in ("left", "right"):
            other = position + (-1 if action == "left" else 1)
            if 0 <= other < len(columns):
                columns[position], columns[other] = columns[other], columns[position]
        self.sync()

    def sync(self) -> None:
        """Tell the model pickers, whose keys go by position, what they show now."""
        for position, column in enumerate(self.columns):
            st.session_state[f"recipe_{position}"] = column.recipe.model


def asked_on_screen(lab: Lab, state: CompareState) -> str:
    """The question of the round on screen; an empty text without one."""
    if state.round_id is None:
        return ""
    round_ = lab.live(state.round_id)
    return round_.question if round_ else lab.stored(state.round_id).question


def compare_state() -> CompareState:
    if "compare" not in st.session_state:
        st.session_state["compare"] = CompareState()
    state = st.session_state["compare"]
    assert isinstance(state, CompareState)
    return state
