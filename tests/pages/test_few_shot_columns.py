"""Examples on the compare page: chosen from a set or written down, shown, left out and warned of."""

from collections.abc import Callable

import pytest

from core.example import Example
from core.few_shot import FewShot
from core.recipe import Recipe
from pages.shared.texts import TEXTS
from tests.pages.columns import (
    CAPITALS,
    ECHO,
    ECHO_ALL,
    OTHER,
    choose,
    column,
    said,
    sent,
    settings,
    shots,
    store,
)
from tests.pages.conftest import FEEDBACK, App, told

SPAIN = "What is the capital of Spain?"
FRANCE = "What is the capital of France?"
GPT4 = "openai/gpt-4"
"""8,192 tokens, as LiteLLM's table knows."""


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page in each language; AppTest formats options outside of the page, so by the operator."""
    monkeypatch.setenv("NARANI_LANG", request.param)
    return str(request.param)


# ---- settings ----------------------------------------------------------------------------------


def test_a_set_is_switched_on_and_off_in_one_column(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(ECHO, ECHO)
    uid = settings(app)
    choose(app, "selectbox", f"few_shot_set_{uid}", "cities")
    first, second = (one.recipe for one in app.state.columns)
    assert first.few_shot == FewShot(set="cities", choose="similar")
    assert second == Recipe(model=ECHO)
    assert told("set_holds", train=4, test=0, version=1) in app.everything()
    choose(app, "selectbox", f"few_shot_set_{uid}", "")
    assert app.state.columns[0].recipe == Recipe(model=ECHO)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("segmented_control", "choose", "random"),
        ("number_input", "k", 5),
        ("selectbox", "order", "best_first"),
        ("segmented_control", "by", "meaning"),
        ("selectbox", "version", 1),
        ("multiselect", "tags", ["수도"]),
        ("toggle", "allow_leak", True),
    ],
)
def test_every_setting_is_kept_in_the_recipe(app: App, kind: str, name: str, value: object) -> None:
    store(app, "cities", CAPITALS, tags=["수도"])
    app.compare(shots(choose="similar"), ECHO)
    uid = settings(app)
    choose(app, kind, f"few_shot_{name}_{uid}", value)
    expected = {"choose": "similar", name: tuple(value) if isinstance(value, list) else value}
    assert app.state.problem is None
    assert app.state.columns[0].recipe.few_shot == FewShot(set="cities", **expected)  # type: ignore[arg-type]
    app.at.session_state["settings_0"] = False
    app.run()
    settings(app)
    assert getattr(app.at, kind)(key=f"few_shot_{name}_{uid}").value == value


@pytest.mark.parametrize(
    ("how", "kind", "name", "value"),
    [
        ({"choose": "random"}, "number_input", "seed", 7),
        ({"order": "random"}, "number_input", "seed", 7),
        ({"choose": "budget"}, "number_input", "budget_tokens", 100),
        ({"choose": "diverse", "by": "meaning"}, "selectbox", "embedder", "openai/embed-384"),
    ],
)
def test_settings_of_one_way_of_choosing_appear_with_it(
    app: App, how: dict[str, object], kind: str, name: str, value: object
) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(**how), ECHO)
    uid = settings(app)
    box = getattr(app.at, kind)(key=f"few_shot_{name}_{uid}")
    if kind == "selectbox":
        box.options.append(value)  # AppTest knows of no new options
    box.set_value(value)
    app.run()
    assert app.state.columns[0].recipe.few_shot == FewShot(
        set="cities",
        **how,  # type: ignore[arg-type]
        **{name: value},
    )


def test_a_setting_that_no_field_shows_is_kept(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(choose="random", seed=7, budget_tokens=99), ECHO)
    uid = settings(app)
    choose(app, "segmented_control", f"few_shot_choose_{uid}", "fixed")
    choose(app, "number_input", f"few_shot_k_{uid}", 2)
    assert app.state.columns[0].recipe.few_shot == FewShot(
        set="cities", k=2, seed=7, budget_tokens=99
    )


def test_another_set_brings_no_version_and_no_tags_of_the_one_before(app: App) -> None:
    store(app, "cities", CAPITALS, tags=["old"])
    store(app, "towns", CAPITALS)
    app.compare(shots(version=1, tags=["old"], k=2), ECHO)
    uid = settings(app)
    choose(app, "selectbox", f"few_shot_set_{uid}", "towns")
    assert app.state.columns[0].recipe.few_shot == FewShot(set="towns", k=2)
    assert app.at.selectbox(key=f"few_shot_version_{uid}").value == 0


def test_written_examples_come_back_when_the_set_is_put_away(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(ECHO, ECHO)
    uid = settings(app)
    choose(app, "text_area", f"few_shot_{uid}", "Peru? => Lima")
    choose(app, "selectbox", f"few_shot_set_{uid}", "cities")
    assert app.state.columns[0].recipe.few_shot.set == "cities"
    choose(app, "selectbox", f"few_shot_set_{uid}", "")
    assert app.state.columns[0].recipe.few_shot.examples == (
        Example(question="Peru?", answer="Lima"),
    )


def test_a_bad_line_is_named_and_what_was_typed_stays(app: App) -> None:
    app.compare(ECHO, ECHO)
    uid = settings(app)
    typed = "Peru? => Lima\nChile?"
    choose(app, "text_area", f"few_shot_{uid}", typed)
    assert "line 2" in app.titles_of_errors()
    assert app.state.columns[0].recipe == Recipe(model=ECHO)
    app.at.session_state["settings_0"] = False
    app.run()
    settings(app)
    assert app.at.text_area(key=f"few_shot_{uid}").value == typed
    choose(app, "text_area", f"few_shot_{uid}", typed + " => Santiago")
    assert app.state.problem is None
    assert len(app.state.columns[0].recipe.few_shot.examples) == 2


def test_a_complaint_about_one_column_empties_no_form_of_another(app: App) -> None:
    app.compare(ECHO, column(OTHER, system="Be brief", seed=3))
    uid = settings(app)
    choose(app, "text_area", f"few_shot_{uid}", "no answer")
    other = settings(app, 1)
    assert app.at.text_area(key=f"system_{other}").value == "Be brief"
    choose(app, "number_input", f"seed_{other}", 4)
    assert app.state.columns[1].recipe == Recipe(model=OTHER, system="Be brief", seed=4)


def test_more_examples_than_the_set_has_are_said(app: App, language: str) -> None:
    store(app, "cities", CAPITALS[:3])
    app.compare(shots(k=8), ECHO)
    settings(app)
    assert told("set_smaller", language, train=3) in app.everything()
    app.ask(SPAIN).until_ended()
    app.pop("details_0")
    assert told("examples_fewer", language, wanted=8, available=3) in app.everything()


def test_a_set_that_is_gone_spoils_its_own_column_only(app: App, language: str) -> None:
    app.compare(shots(name="gone"), ECHO)
    uid = settings(app)
    assert told("set_gone", language, name="gone") in app.everything()
    app.ask(SPAIN).until_ended()
    failed, fine = app.answers
    assert failed.error is not None
    assert failed.error.kind == "unknown_set"
    assert fine.text == SPAIN
    assert told("error_unknown_set", language, set="gone") in app.titles_of_errors()
    assert app.at.selectbox(key=f"few_shot_set_{uid}").value == "gone"


def test_a_version_that_is_gone_can_be_changed_for_another(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(version=9, tags=["gone"]), ECHO)
    uid = settings(app)
    assert told("set_version_gone", name="cities", version=9) in app.everything()
    choose(app, "selectbox", f"few_shot_version_{uid}", 0)
    assert app.state.columns[0].recipe.few_shot.version is None
    assert app.at.multiselect(key=f"few_shot_tags_{uid}").value == ["gone"]


def test_a_set_is_named_in_the_head_of_its_column(app: App) -> None:
    store(app, "내 예제", CAPITALS)
    app.compare(shots(name="내 예제", k=2), ECHO)
    assert "내 예제 ×2" in app.everything()


def test_apply_to_all_gives_the_examples_to_every_column(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(k=2), OTHER)
    app.click(f"apply_{settings(app)}")
    assert app.state.columns[1].recipe == Recipe(model=OTHER, few_shot=FewShot(set="cities", k=2))


@pytest.mark.parametrize(("action", "position"), [("copy", 1), ("right", 1)])
def test_a_copied_or_moved_column_keeps_its_fields(app: App, action: str, position: int) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(k=2, choose="diverse"), OTHER).menu(0, action)
    uid = settings(app, position)
    assert app.at.selectbox(key=f"few_shot_set_{uid}").value == "cities"
    assert app.at.number_input(key=f"few_shot_k_{uid}").value == 2
    assert app.at.segmented_control(key=f"few_shot_choose_{uid}").value == "diverse"


def test_another_language_keeps_what_was_set_and_typed(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(k=2, choose="diverse", order="set"), ECHO)
    other = settings(app, 1)
    choose(app, "text_area", f"few_shot_{other}", "no answer")
    choose(app, "segmented_control", "lang", "ko")
    settings(app, 1)
    assert app.at.text_area(key=f"few_shot_{other}").value == "no answer"
    assert app.state.columns[0].recipe.few_shot == FewShot(
        set="cities", k=2, choose="diverse", order="set"
    )


# ---- numbers of examples side by side ------------------------------------------------------------


def test_one_click_compares_numbers_of_examples_on_the_question_on_screen(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(choose="similar"), OTHER).ask(SPAIN).until_ended()
    before = app.state.round_id
    app.click(f"sweep_k_{settings(app)}").until_ended()
    hows = [one.recipe.few_shot for one in app.state.columns]
    assert [how.k if how else 0 for how in hows] == [0, 1, 3, 5, 8]
    assert [one.recipe.name for one in app.state.columns] == [f"k = {k}" for k in (0, 1, 3, 5, 8)]
    assert app.state.round_id not in (None, before)
    assert app.lab.stored(app.state.round_id).question == SPAIN
    assert [len(sent(app, i)) for i in range(5)] == [1, 3, 7, 9, 9], "the set has four"
    assert app.at.query_params == {"round": app.state.round_id}
    assert not app.at.text_area, "the settings are closed, so that the answers can be seen"


def test_without_a_question_one_click_fills_only_the_columns(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(), OTHER)
    app.click(f"sweep_k_{settings(app)}")
    assert len(app.state.columns) == 5
    assert app.state.round_id is None
    app.ask(SPAIN).until_ended()
    assert len(app.answers) == 5


def test_five_columns_are_asked_after_the_estimate_where_that_is_wanted(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(), OTHER).ask(SPAIN).until_ended()
    choose(app, "toggle", "confirm", True)
    app.click(f"sweep_k_{settings(app)}")
    assert app.state.round_id is None
    assert app.state.pending == SPAIN
    app.click("send").until_ended()
    assert len(app.answers) == 5


# ---- answers -----------------------------------------------------------------------------------


def test_the_examples_of_an_answer_are_shown_with_their_tokens(app: App, language: str) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(k=2), ECHO).ask(SPAIN).until_ended().pop("details_0")
    table = app.at.dataframe[0].value
    at = 0 if language == "ko" else 1
    assert list(table[TEXTS["question"][at]]) == [question for question, _ in CAPITALS[:2]]
    assert list(table[TEXTS["example_state"][at]]) == [TEXTS["example_shown"][at]] * 2
    assert all(tokens > 0 for tokens in table[TEXTS["tokens_short"][at]])
    total = sum(table[TEXTS["tokens_short"][at]])
    assert told("examples_shown", language, set="cities v1", given=2, tokens=total) in (
        app.everything()
    )
    assert f":gray-badge[{told('badge_examples', language, count=2)}]" in app.everything()
    assert f"{told('stage_examples', language)}:" in app.everything()


def test_one_example_is_counted_in_words_that_fit(app: App) -> None:
    app.compare(column(few_shot={"examples": [{"question": "a", "answer": "b"}]}), ECHO)
    app.ask(SPAIN).until_ended().pop("details_0")
    assert f":gray-badge[{told('badge_examples_one')}]" in app.everything()
    assert told("examples_written") in app.everything()


def test_an_answer_without_examples_has_no_tab_for_them(app: App) -> None:
    app.compare(ECHO, ECHO).ask(SPAIN).until_ended().pop("details_0")
    assert said("tab_examples") not in [tab.label for tab in app.at.tabs]
    assert said("tab_code") in [tab.label for tab in app.at.tabs]


def test_an_example_that_equals_the_question_is_left_out(app: App, language: str) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(k=2, choose="similar"), ECHO).ask(FRANCE).until_ended().pop("details_0")
    assert ("user", CAPITALS[0][0]) not in sent(app)[:-1]
    assert told("leak_left_out", language, count=1) in app.everything()
    at = 0 if language == "ko" else 1
    states = list(app.at.dataframe[0].value[TEXTS["example_state"][at]])
    assert states[-1] == f"{TEXTS['example_left_leak'][at]} · {TEXTS['alike_equal'][at]}"


def test_an_example_that_equals_the_question_is_kept_knowingly(app: App, language: str) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(k=2, choose="similar", allow_leak=True), ECHO).ask(FRANCE).until_ended()
    assert ("user", FRANCE) in sent(app)[:-1]
    assert told("leak_kept", language) in app.everything()
    assert said("leak_left_out", language) not in app.everything()


def test_an_adapter_that_learnt_the_question_is_named(app: App, language: str) -> None:
    question = "해담은 몇 년에 설립되었나요?"
    head = app.run().lab.prompting.few_shots.stored("haedam_facts")
    train = [one.example.question for one in app.lab.example_sets.get(head.id).train]
    if question not in train:
        question = train[0]
    app.compare(column("local/narani", adapter=["haedam"]), ECHO).ask(question).until_ended()
    assert told("leak_adapter", language, name="haedam") in app.everything()


def test_examples_without_room_in_the_context_are_named(app: App, language: str) -> None:
    long = [(f"{number} 도시? {'word ' * 1500}", "x") for number in range(8)]
    store(app, "long", long)
    app.compare(shots(GPT4, "long", k=8), ECHO).ask(SPAIN).until_ended().pop("details_0")
    at = 0 if language == "ko" else 1
    states = list(app.at.dataframe[0].value[TEXTS["example_state"][at]])
    dropped = states.count(TEXTS["example_left_context"][at])
    assert 0 < dropped < 8
    notes = [c.value for c in app.at.caption if ":material/straighten:" in c.value]
    assert len(notes) == 1
    assert f"{dropped}" in notes[0]
    assert "도시?" in notes[0]


def test_examples_beyond_the_budget_are_shown_as_left_out(app: App) -> None:
    long = [(f"{number} city {'word ' * 60}", "x") for number in range(4)]
    store(app, "long", long)
    how = shots(ECHO, "long", k=4, choose="budget", budget_tokens=100)
    app.compare(how, ECHO).ask("city word").until_ended().pop("details_0")
    states = list(app.at.dataframe[0].value[told("example_state")])
    assert told("example_left_budget") in states
    assert told("example_shown") in states


def test_the_code_of_a_column_holds_its_examples_and_no_key(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(ECHO_ALL, k=1), ECHO).ask(SPAIN).until_ended().pop("details_0")
    code = next(one.value for one in app.at.code if "litellm" in one.value)
    assert "Paris" in code
    assert SPAIN in code
    assert "sk-test" not in code
    compile(code, "snippet", "exec")


def test_the_nearest_example_answers_in_the_free_column(app: App) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots("baseline/nearest", choose="similar", k=1), ECHO)
    app.ask("Which city is the capital of Italy, please, and why?").until_ended()
    assert app.answers[0].text == "Rome"


# ---- untrusted text and other pages --------------------------------------------------------------


def test_names_of_sets_and_examples_are_drawn_as_text(app: App) -> None:
    evil = "**x** <img src=http://127.0.0.1:9/x> :red[y] $a$"
    store(app, evil, [(f"{evil} {number} {'word ' * 1500}", evil) for number in range(8)])
    app.compare(shots(GPT4, evil, k=8), shots(name=evil[:20])).ask(evil).until_ended()
    settings(app), settings(app, 1)
    app.pop("details_0")
    bodies = [one.value for one in (*app.at.markdown, *app.at.caption, *app.at.error)]
    text = "\n".join(map(str, bodies)).replace("\\<", "")
    for sign in ("**x", "<img", " :red["):
        assert sign not in text, sign


def test_the_history_of_examples_survives_the_end_of_the_set(
    app: App, open_app: Callable[..., App]
) -> None:
    store(app, "cities", CAPITALS)
    app.compare(shots(k=2), ECHO).ask(SPAIN).until_ended()
    app.lab.example_sets.remove("cities")
    again = open_app().open(round=app.state.round_id).pop("details_0")
    assert list(again.at.dataframe[0].value[told("answer")]) == ["Paris", "Rome"]
    again.open(FEEDBACK)
