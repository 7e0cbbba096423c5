"""The start page: one question, several recipes side by side."""

import streamlit as st

from core.adapter import AdapterUse
from core.errors import ModelError, StoreError, UsageError
from core.recipe import MAX_RECIPES, Recipe
from core.search import Retrieval
from core.store.rounds import StoredRound
from pages.shared.answer_card import Card, votes_by
from pages.shared.collection_head import SAMPLE_NAME, add_sample
from pages.shared.errors import show_error
from pages.shared.estimate import estimate_line
from pages.shared.language import t
from pages.shared.links import apply_address
from pages.shared.markdown import plain
from pages.shared.promote import promote_problem
from pages.shared.prompt_fields import values_form
from pages.shared.recipe_form import recipe_head
from pages.shared.resources import get_lab
from pages.shared.round_views import diff_view, round_table, what_differs
from pages.shared.share_view import share_view
from pages.shared.state import ColumnState, asked_on_screen, compare_state
from pages.shared.watch import watch

MOST_IN_A_ROW = 4
EMBEDDED, BASELINE = "local/narani", "baseline/extract"
SHIPPED = (EMBEDDED, BASELINE, "baseline/nearest")
"""What answers on a fresh machine; models of the visitor's own come before them."""
SAMPLE_ADAPTER = "haedam"


def ask(question: str | None = None, *, confirmed: bool = False) -> None:
    """Send the question to every column; what goes wrong is kept for the page to say."""
    text = question or str(st.session_state.get("question") or "")
    state.pending = None
    if st.session_state.get("confirm") and not confirmed:
        state.pending = text
        return
    try:
        round_ = lab.ask(
            text,
            state.with_history(lab),
            conversation_id=state.conversation_id,
            turn=state.turn,
            values=state.values,
        )
    except (UsageError, StoreError, ModelError) as error:
        state.problem = error
        st.session_state["question"] = text
        return
    state.problem, state.round_id = None, round_.id
    state.turn += 1
    st.query_params.from_dict({"round": round_.id})


def add_column() -> None:
    state.columns.append(ColumnState(recipe=state.columns[-1].recipe))
    state.sync()


def new_conversation() -> None:
    state.new_conversation()
    st.query_params.clear()


def stop_all() -> None:
    if round_ is not None:
        round_.stop()


def edit_pending() -> None:
    st.session_state["question"] = state.pending
    state.pending = None


def first_columns() -> list[ColumnState]:
    """Something to compare on the first start: the models that answer here, else the techniques."""
    ready = [s.id for s in lab.models().models if s.available and s.id not in SHIPPED]
    recipes = [Recipe(model=model) for model in ready[:2]]
    if lab.preferences.first_time("sample_documents"):
        add_sample()
    names = [one.name for one in lab.library.shelf.list()]
    # The embedded model is too small for more than one passage.
    book = Retrieval(collection=SAMPLE_NAME, top_k=1) if SAMPLE_NAME in names else None
    text = "" if book else t("sample_reference")
    open_book = Recipe(model=EMBEDDED, retrieval=book, reference=text)
    if not recipes:
        recipes = [
            open_book,
            Recipe(model=BASELINE, retrieval=book, reference=text),
            Recipe(model=EMBEDDED, adapter=(AdapterUse(name=SAMPLE_ADAPTER),)),
            Recipe(model=EMBEDDED),
        ]
    elif len(recipes) == 1:
        recipes.append(open_book)
    return [ColumnState(recipe=recipe) for recipe in recipes]


def rows_of(count: int) -> list[range]:
    """Up to four columns stand in one row, more in two rows of about the same length."""
    if count <= MOST_IN_A_ROW:
        return [range(count)]
    half = (count + 1) // 2
    return [range(half), range(half, count)]


def earlier_turns(rounds: list[StoredRound]) -> None:
    expander = st.expander(t("earlier_turns", count=len(rounds)), key="earlier", on_change="rerun")
    if not expander.open:
        return
    with expander:
        for turn in rounds:
            with st.chat_message("user"):
                st.markdown(plain(turn.question))
            for answer in turn.answers:
                st.caption(plain(answer.recipe.label))
                st.markdown(plain(answer.text[:2000]))


lab = get_lab()
state = compare_state()
apply_address(state, lab)
if not state.columns:
    state.columns = first_columns()
if state.again:
    question, state.again = state.again, None
    ask(question)
round_ = lab.live(state.round_id) if state.round_id else None
running = round_ is not None and round_.running

with st.container(horizontal=True, vertical_alignment="center", key="toolbar"):
    st.button(
        t("add_recipe"),
        key="add_recipe",
        icon=":material/add:",
        on_click=add_column,
        disabled=len(state.columns) >= MAX_RECIPES,
        help=t("add_recipe_full", limit=MAX_RECIPES),
    )
    st.button(
        t("new_conversation"),
        key="new_conversation",
        icon=":material/edit_square:",
        on_click=new_conversation,
        disabled=state.round_id is None,
    )
    st.button(
        t("stop"),
        key="stop",
        icon=":material/stop_circle:",
        type="primary" if running else "secondary",
        on_click=stop_all,
        disabled=not running,
    )
    share = st.popover(
        t("share"), icon=":material/share:", key="share", on_change="rerun", type="tertiary"
    )
    if share.open:
        with share:
            share_view(lab, state, asked_on_screen(lab, state))
    st.toggle(t("confirm_first"), key="confirm", persist_state="session")
st.caption(f":material/balance: {plain(what_differs([column.recipe for column in state.columns]))}")
# Slots at fixed places: what an empty one held before disappears at once, while anything that
# merely is not drawn again stays on screen, greyed out, as long as answers are streaming.
problem_slot, values_slot, earlier_slot, question_slot, views_slot = (st.empty() for _ in range(5))
columns_place = st.container()
samples_slot, confirmation_slot = st.empty(), st.empty()
if state.problem is not None:
    with problem_slot.container():
        show_error(state.problem)
else:
    with problem_slot.container():
        promote_problem()
with values_slot.container():
    values_form(lab, state)

stored = None
if state.round_id and round_ is None:
    stored = lab.stored(state.round_id)
shown = round_ or stored
if shown is not None:
    earlier = lab.rounds.conversation(state.conversation_id, up_to=shown.turn)
    if earlier:
        with earlier_slot.container():
            earlier_turns(earlier)
    with question_slot.container(), st.chat_message("user"):
        st.markdown(plain(shown.question[:5000]))

answers = (
    [draft.answer for draft in round_.drafts if draft.answer]
    if round_ is not None
    else list(stored.answers)
    if stored is not None
    else []
)
cards: list[Card] = []
votes = dict(votes_by(lab, answers))
threads = {a.thread_id: a for a in answers}
for row in rows_of(len(state.columns)):
    for place, position in zip(columns_place.columns(len(row)), row, strict=True):
        with place, st.container(border=True, key=f"column_{position}", height="stretch"):
            recipe_head(lab, state, position)
            card = Card(position)
            cards.append(card)
            mine = threads.get(state.columns[position].thread_id)
            if mine is not None:
                card.finish(lab, mine, votes.get(mine.id))

if shown is None and state.pending is None:
    with samples_slot.container(), st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("try_asking"), width="content")
        for number in (1, 2, 3):
            sample = t(f"sample_{number}")
            st.button(sample, key=f"sample_{number}", on_click=ask, args=(sample,))

if len(answers) > 1 and not running:
    with views_slot.container():
        row = st.container(horizontal=True, vertical_alignment="center")
        view = row.segmented_control(
            t("view"),
            ["text", "table"],
            default="text",
            format_func=lambda name: t(f"view_{name}"),
            key="view",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        with row:
            diff_view(answers)
        if view == "table":
            round_table(answers, votes)

if state.pending is not None:
    with confirmation_slot.container(border=True, key="confirmation"):
        st.markdown(plain(state.pending[:5000]))
        estimate_line(lab, state.with_history(lab), state.pending)
        with st.container(horizontal=True):
            st.button(
                t("send"),
                key="send",
                type="primary",
                on_click=ask,
                args=(state.pending,),
                kwargs={"confirmed": True},
            )
            st.button(t("edit_question"), key="edit_question", on_click=edit_pending)
with st.bottom:
    estimate_place = st.empty()
st.chat_input(t("ask_placeholder"), key="question", on_submit=ask)

if running and round_ is not None:
    by_thread = {draft.column.thread_id: draft for draft in round_.drafts}
    watched = [
        (card, by_thread[column.thread_id])
        for card, column in zip(cards, state.columns, strict=True)
        if column.thread_id in by_thread
    ]
    watch(lab, round_, watched)
    st.rerun()
elif state.pending is None:
    with estimate_place.container():
        estimate_line(lab, state.with_history(lab), str(st.session_state.get("question") or ""))
lab.warm()
