"""From votes to examples: one answer with one click, corrected first, or all that were liked."""

import pytest

from core.example import Example
from core.example_set import Split, normalised
from core.recipe import Recipe
from core.store.votes import VoteFilter
from tests.pages.columns import ECHO, OTHER, choose, store, toasts
from tests.pages.conftest import FEEDBACK, App, told

QUESTION = "하늘은 왜 파란가요?"
LIKED = told("liked_set")


def examples(app: App, name: str = LIKED) -> list[Example]:
    return [one.example for one in app.lab.example_sets.latest(name).examples]


def liked(app: App, *, up: int = 1) -> App:
    app.compare(ECHO, OTHER).ask(QUESTION).until_ended()
    return choose(app, "feedback", "vote_0", up)


def keys(app: App) -> set[str]:
    return {one.key for one in app.at.button if one.key}


def type_name(app: App, key: str, name: str) -> None:
    """Type the name of a set that is not there yet."""
    picker = app.at.selectbox(key=key)
    picker.options.append(name)  # AppTest knows of no new options
    picker.set_value(name)


# ---- one answer --------------------------------------------------------------------------------


def test_an_answer_is_offered_as_an_example_once_it_was_voted_on(app: App) -> None:
    app.compare(ECHO, OTHER).ask(QUESTION).until_ended()
    assert not {"promote_0", "promote_edit_0"} & keys(app)
    choose(app, "feedback", "vote_0", 1)
    assert "promote_0" in keys(app)
    assert "promote_1" not in keys(app)
    choose(app, "feedback", "vote_0", 0)
    assert "promote_0" not in keys(app), "what was disliked must be corrected first"


def test_one_click_makes_an_example_of_a_liked_answer(app: App) -> None:
    liked(app).click("promote_0")
    assert examples(app) == [Example(question=QUESTION, answer=QUESTION, tags=("liked",))]
    side = app.lab.example_sets.latest(LIKED).examples[0].split
    assert toasts(app) == told(f"promoted_{side}", name=LIKED, version=1)


def test_an_example_that_is_held_out_is_said_to_be_never_shown(app: App) -> None:
    app.run()
    held_out: Split = "test"
    question = normalised(QUESTION)
    app.lab.example_sets.save(
        LIKED, [Example(question=QUESTION, answer="?")], sides={question: held_out}
    )
    liked(app).click("promote_0")
    assert toasts(app) == told("promoted_test", name=LIKED, version=2)


def test_a_second_click_says_that_it_is_there(app: App) -> None:
    liked(app).click("promote_0").click("promote_0")
    assert toasts(app) == told("promoted_before", name=LIKED, version=1)
    assert len(app.lab.example_sets.versions(LIKED)) == 1


def test_an_answer_is_corrected_first(app: App) -> None:
    store(app.run(), "mine", [("a", "b")])
    liked(app, up=0).pop("promote_edit_0")
    choose(app, "selectbox", "promote_set_0", "mine")
    choose(app, "text_area", f"promote_answer_{app.answers[0].id}", "빛이 흩어져서")
    app.click("promote_save_0")
    assert examples(app, "mine")[1] == Example(
        question=QUESTION, answer="빛이 흩어져서", tags=("corrected",)
    )
    assert "mine v2" in toasts(app)
    assert not app.at.text_area, "the form is closed"


def test_the_set_that_was_chosen_last_is_offered_next(app: App) -> None:
    store(app.run(), "mine", [("a", "b")])
    liked(app).pop("promote_edit_0")
    choose(app, "selectbox", "promote_set_0", "mine")
    app.click("promote_save_0")
    assert "mine" in app.at.button(key="promote_0").help


def test_a_new_set_is_made_by_naming_it(app: App) -> None:
    liked(app).pop("promote_edit_0")
    type_name(app, "promote_set_0", "새 예제집")
    app.click("promote_save_0")
    assert len(examples(app, "새 예제집")) == 1


def test_an_empty_correction_is_refused_in_words(app: App) -> None:
    liked(app).pop("promote_edit_0")
    choose(app, "text_area", f"promote_answer_{app.answers[0].id}", "  ")
    app.click("promote_save_0")
    assert told("next_bad_examples_no_answer") in app.titles_of_errors()
    assert not app.lab.example_sets.versions(LIKED)
    app.run()
    assert not app.titles_of_errors()


def test_an_answer_that_failed_is_no_example(app: App) -> None:
    app.compare("openai/fault-empty", ECHO).ask(QUESTION).until_ended()
    choose(app, "feedback", "vote_0", 0)
    assert not {"promote_0", "promote_edit_0"} & keys(app)


# ---- all that were liked -----------------------------------------------------------------------


def voted(app: App, *models: str) -> App:
    """Up on the first, down on the others, to two questions."""
    app.run()
    for question in ("Why is the sky blue?", QUESTION):
        first, *others = app.lab.ask(question, [Recipe(model=model) for model in models]).wait(10)
        app.lab.vote(first.id, "ann", 1)
        app.lab.vote(first.id, "bob", 1)
        for other in others:
            app.lab.vote(other.id, "ann", -1)
    return app.open(FEEDBACK)


def save(app: App) -> App:
    return app.pop("promote_many").click("promote_many_save")


def test_all_liked_answers_go_into_a_set(app: App) -> None:
    save(voted(app, ECHO, OTHER))
    assert [one.question for one in examples(app)] == ["Why is the sky blue?", QUESTION]
    assert toasts(app) == told("promoted_many", count=2, name=LIKED, version=1)
    save(app)
    assert toasts(app) == told("promoted_none")
    assert len(app.lab.example_sets.versions(LIKED)) == 1


def test_only_votes_of_the_filter_go_into_the_set(app: App) -> None:
    voted(app, ECHO, OTHER)
    choose(app, "multiselect", "f_language", ["ko"])
    app.pop("promote_many")
    type_name(app, "promote_many_set", "새 예제집")
    app.click("promote_many_save")
    assert [one.question for one in examples(app, "새 예제집")] == [QUESTION]


def test_nothing_complete_to_add_makes_no_set(app: App) -> None:
    save(voted(app, "openai/fault-cut", OTHER))
    assert toasts(app) == told("promoted_none")
    assert not app.lab.example_sets.list()
    assert not app.titles_of_errors()


def test_without_a_liked_answer_nothing_is_offered(app: App) -> None:
    voted(app, ECHO, OTHER)
    choose(app, "selectbox", "f_rating", -1)
    assert app.lab.votes.count(VoteFilter(rating=-1))[1] == 0
    app.pop("promote_many")
    assert "promote_many_save" not in keys(app)


def test_a_name_that_cannot_be_is_refused_in_words(app: App) -> None:
    voted(app, ECHO, OTHER).pop("promote_many")
    type_name(app, "promote_many_set", "x" * 200)
    app.click("promote_many_save")
    assert told("next_bad_examples_name") in app.titles_of_errors()
    assert not app.lab.example_sets.list()


def test_more_than_can_be_added_at_once_is_said(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    voted(app, ECHO, OTHER)
    app.at.session_state["lang"] = "ko"
    monkeypatch.setattr("pages.shared.promote.MOST_AT_ONCE", 1)
    app.run().pop("promote_many")
    assert told("promote_many_most", "ko", limit="1") in app.everything()


def test_the_buttons_speak_korean(app: App) -> None:
    app.at.session_state["lang"] = "ko"
    liked(app)
    assert app.at.button(key="promote_0").label == told("promote", "ko")
    app.click("promote_0")
    assert len(examples(app, told("liked_set", "ko"))) == 1
