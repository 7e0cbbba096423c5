"""Retrieval on the compare page: columns that read documents, what an answer shows of them."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from core.recipe import Recipe
from core.search import Retrieval
from pages.shared.texts import TEXTS
from tests.pages.conftest import App, told

ECHO, EXTRACT = "openai/echo", "baseline/extract"
TEA = {
    "tea.md": "# Tea\n\nThe kettle Noeul weighs 900 grams.\n\n# Care\n\nDescale it every month.",
    "차.md": "# 주전자\n\n노을 주전자의 무게는 900그램입니다.\n\n# 손질\n\n한 달에 한 번 석회를 없애세요.",
}
WEIGHT = "How much does the kettle Noeul weigh?"


def reading(model: str = EXTRACT, **how: object) -> str:
    """A column that reads the collection."""
    content = {"model": model, "retrieval": {"collection": "tea", **how}}
    return json.dumps(content)


def said(key: str, language: str = "en") -> str:
    return TEXTS[key][0 if language == "ko" else 1].split("{")[0]


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page in each language; AppTest formats options outside of the page, so by the operator."""
    monkeypatch.setenv("NARANI_LANG", request.param)
    return str(request.param)


# ---- the first visit ---------------------------------------------------------------------------


@pytest.fixture
def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What answers is what came with the product."""
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_API_BASE")


def test_the_first_visit_brings_the_sample_and_columns_that_read_it(
    open_app: Callable[..., App], without_keys: None
) -> None:
    app = open_app(first_visit=True).open()
    assert [one.name for one in app.lab.library.shelf.list()] == ["haedam"]
    hows = [column.recipe.retrieval for column in app.state.columns]
    assert [how.collection if how else None for how in hows] == ["haedam", "haedam", None, None]


def test_the_sample_comes_once_and_not_again_when_it_was_removed(
    open_app: Callable[..., App], without_keys: None
) -> None:
    app = open_app(first_visit=True).open()
    library = app.lab.library
    library.remove(library.shelf.named("haedam"))
    again = open_app(first_visit=True).open()
    assert not library.shelf.list()
    assert [column.recipe.retrieval for column in again.state.columns] == [None] * 4
    assert again.state.columns[0].recipe.reference, "a text to read instead"


# ---- settings ----------------------------------------------------------------------------------


def open_settings(app: App, position: int = 0) -> str:
    app.pop(f"settings_{position}")
    return str(app.state.columns[position].thread_id)


def choose(app: App, kind: str, key: str, value: object) -> App:
    getattr(app.at, kind)(key=key).set_value(value)
    return app.run()


def test_retrieval_is_switched_on_and_off_in_one_column(app: App) -> None:
    app.shelve("tea", TEA)
    app.compare(ECHO, ECHO)
    uid = open_settings(app)
    choose(app, "selectbox", f"retrieval_collection_{uid}", "tea")
    first, second = (column.recipe for column in app.state.columns)
    assert first.retrieval == Retrieval(collection="tea")
    assert second == Recipe(model=ECHO)
    choose(app, "selectbox", f"retrieval_collection_{uid}", "")
    assert app.state.columns[0].recipe == Recipe(model=ECHO)
    assert f"retrieval_mode_{uid}" not in [one.key for one in app.at.segmented_control]


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("segmented_control", "mode", "lexical"),
        ("number_input", "top_k", 2),
        ("number_input", "budget_tokens", 500),
        ("slider", "threshold", 0.35),
        ("slider", "dense_weight", 0.7),
        ("number_input", "mmr", 0.6),
        ("number_input", "queries", 3),
        ("toggle", "rewrite", True),
        ("selectbox", "helper", "local/narani"),
        ("selectbox", "rerank", "overlap"),
        ("multiselect", "documents", ["차.md"]),
        ("multiselect", "kinds", ["markdown"]),
        ("multiselect", "languages", ["ko"]),
    ],
)
def test_every_setting_of_a_search_is_kept_in_the_recipe(
    app: App, kind: str, name: str, value: object
) -> None:
    app.shelve("tea", TEA)
    app.compare(reading(ECHO), ECHO)
    uid = open_settings(app)
    choose(app, kind, f"retrieval_{name}_{uid}", value)
    expected = tuple(value) if isinstance(value, list) else value
    assert app.state.problem is None
    assert app.state.columns[0].recipe.retrieval == Retrieval(
        collection="tea",
        **{name: expected},  # type: ignore[arg-type]
    )
    assert getattr(app.at, kind)(key=f"retrieval_{name}_{uid}").value == value


def test_a_setting_that_no_field_shows_is_kept(app: App) -> None:
    app.shelve("tea", TEA)
    app.compare(reading(ECHO, candidates=7), ECHO)
    uid = open_settings(app)
    choose(app, "number_input", f"retrieval_top_k_{uid}", 2)
    assert app.state.columns[0].recipe.retrieval == Retrieval(
        collection="tea", candidates=7, top_k=2
    )


def test_two_open_settings_do_not_mix(app: App) -> None:
    app.shelve("tea", TEA)
    app.shelve("other", TEA)
    app.compare(reading(ECHO), reading(ECHO, top_k=2))
    first, second = open_settings(app, 0), open_settings(app, 1)
    choose(app, "number_input", f"retrieval_top_k_{second}", 3)
    choose(app, "selectbox", f"retrieval_collection_{first}", "other")
    hows = [column.recipe.retrieval for column in app.state.columns]
    assert hows == [Retrieval(collection="other"), Retrieval(collection="tea", top_k=3)]


def test_retrieval_is_part_of_the_link(app: App, open_app: Callable[..., App]) -> None:
    app.shelve("tea", TEA)
    app.compare(reading(ECHO, top_k=2, languages=["ko"]), ECHO).pop("share")
    link = parse_qs(urlsplit(app.at.code[-1].value).query)
    other = open_app().compare(*link["recipe"])
    assert other.state.columns[0].recipe.retrieval == Retrieval(
        collection="tea", top_k=2, languages=("ko",)
    )


def test_apply_to_all_gives_the_documents_to_every_column(app: App) -> None:
    app.shelve("tea", TEA)
    app.compare(reading(ECHO, top_k=2), EXTRACT)
    app.click(f"apply_{open_settings(app)}")
    assert app.state.columns[1].recipe.retrieval == Retrieval(collection="tea", top_k=2)


def test_a_column_names_its_collection(app: App, language: str) -> None:
    app.shelve("tea", TEA)
    app.compare(reading(ECHO), ECHO)
    assert "tea" in app.everything()
    assert said("field_retrieval", language) in app.everything()


# ---- answers -----------------------------------------------------------------------------------


def test_an_answer_is_written_from_the_passages_and_cites_them(app: App, language: str) -> None:
    made = app.shelve("tea", TEA)
    app.compare(reading(), EXTRACT).ask(WEIGHT).until_ended()
    answer, closed = app.answers
    assert "900 grams" in answer.text
    assert answer.sources[0].document == "tea.md"
    assert answer.recipe.retrieval is not None
    assert answer.recipe.retrieval.version == app.lab.library.shelf.get(made.id).version
    assert not closed.sources
    labels = [button.label for button in app.at.button if (button.key or "").startswith("cite_0")]
    assert labels == ["\\[1\\] tea\\.md"]
    assert f":green-badge[{TEXTS['support_supported'][language == 'en']}]" in app.everything()


def test_the_sources_stand_behind_a_button_of_each_column(app: App, language: str) -> None:
    app.shelve("tea", TEA)
    app.compare(reading(), reading(top_k=1)).ask(WEIGHT).until_ended()
    app.pop("sources_0").pop("sources_1")
    text = app.everything()
    assert said("sentences_help", language) in text
    assert ":green-background[" in text
    assert said("support_words", language) in text


def test_sentences_are_compared_by_meaning_on_request(app: App) -> None:
    from core.collection import CollectionSettings

    app.shelve("tea", TEA, CollectionSettings())
    app.compare(reading(), ECHO).ask(WEIGHT).until_ended().pop("sources_0")
    choose(app, "toggle", f"similarity_{app.answers[0].id}", True)
    assert f"{said('support_meaning')} " in "".join(c.value for c in app.at.caption)


def test_a_citation_opens_its_passage(app: App) -> None:
    app.shelve("tea", TEA)
    app.compare(reading(), ECHO).ask(WEIGHT).until_ended()
    app.click("cite_0_1")
    assert "**tea\\.md**" in app.everything()
    assert any(
        ":green-background[The kettle Noeul weighs 900 grams\\.]" in one.value
        for one in app.at.markdown
    )


def test_a_passage_whose_document_is_gone_is_shown_as_it_was_used(app: App, language: str) -> None:
    made = app.shelve("tea", TEA)
    app.compare(reading(), ECHO).ask(WEIGHT).until_ended()
    app.lab.library.remove(made)
    app.click("cite_0_1")
    assert said("source_gone", language) in app.everything()
    assert "900 grams" in app.everything()


def test_nothing_relevant_is_said_without_asking_the_model(app: App, language: str) -> None:
    app.shelve("tea", TEA)
    app.compare(reading(ECHO), ECHO).ask("Quantum chromodynamics?").until_ended()
    answer, other = app.answers
    assert answer.error is None
    assert not answer.sources
    assert other.text == "Quantum chromodynamics?"
    assert "Quantum" not in answer.text
    app.pop("details_0")
    assert said("mode_used_lexical", language) in app.everything()


def test_the_retrieval_tab_tells_what_went_wrong(app: App, language: str) -> None:
    app.shelve("tea", TEA)
    app.compare(reading(), ECHO).ask(WEIGHT).until_ended().pop("details_0")
    table = app.at.dataframe[0].value
    assert TEXTS["hit_given"][language == "en"] in list(table[TEXTS["hit_cut"][language == "en"]])
    key = f"expected_{app.answers[0].id}"
    choose(app, "text_input", key, "900 grams")
    assert said("diagnosis_right", language) in app.everything()
    choose(app, "text_input", key, "seventy-seven elephants")
    assert said("diagnosis_not_in_documents", language) in app.everything()


def test_the_right_passage_is_named_instead_of_an_answer(app: App, language: str) -> None:
    app.shelve("tea", TEA)
    app.compare(reading(), ECHO).ask(WEIGHT).until_ended().pop("details_0")
    app.at.selectbox(key=f"right_{app.answers[0].id}").select_index(1)
    app.run()
    assert said("diagnosis_right", language) in app.everything()
    app.at.selectbox(key=f"right_{app.answers[0].id}").select_index(2)
    app.run()
    assert said("diagnosis_not_retrieved", language) in app.everything()


def test_a_column_without_documents_has_no_retrieval_tab(app: App) -> None:
    app.compare(ECHO, ECHO).ask().until_ended().pop("details_0")
    assert said("tab_retrieval") not in [tab.label for tab in app.at.tabs]


def test_a_collection_that_is_gone_spoils_its_own_column_only(app: App, language: str) -> None:
    app.compare(reading(), ECHO).ask(WEIGHT).until_ended()
    first, second = app.answers
    assert first.error is not None
    assert first.error.kind == "unknown_collection"
    assert second.error is None
    assert "tea" in app.titles_of_errors()
    uid = open_settings(app)
    assert app.at.selectbox(key=f"retrieval_collection_{uid}").value == "tea"


def test_a_vote_for_the_wrong_source_marks_the_passage(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.compare(reading(), ECHO).ask(WEIGHT).until_ended()
    choose(app, "feedback", "vote_0", 0)
    choose(app, "pills", "reasons_0", ["wrong_source"])
    cited = app.answers[0].sources[0].id
    assert cited is not None
    assert app.lab.library.shelf.passage(cited).wrong_source == 1
    app.documents("passages", made)
    assert any(told("passage_wrong_source", count=1) in one.value for one in app.at.markdown)
    app.open(round=app.state.round_id)
    choose(app, "feedback", "vote_0", None)
    assert app.lab.library.shelf.passage(cited).wrong_source == 0


def test_a_liked_answer_becomes_a_question_to_measure_with(app: App) -> None:
    made = app.shelve("tea", TEA)
    app.compare(reading(), ECHO).ask(WEIGHT).until_ended()
    choose(app, "feedback", "vote_0", 1)
    app.documents("measure", made).click("questions_votes")
    assert told("questions_count", count=1) in app.everything()


# ---- untrusted text ----------------------------------------------------------------------------


def test_sources_are_drawn_as_text(app: App) -> None:
    name = "**x**<img src=x>[l](y) :red[z].md"
    evil = "**bold** <img src=http://127.0.0.1:9/x> ![i](http://127.0.0.1:9/y) :red[kettle] $a$"
    app.shelve("tea", {name: f"# {evil}\n\nThe kettle weighs 900 grams. {evil}"})
    app.compare(reading(ECHO), reading(EXTRACT)).ask(WEIGHT).until_ended()
    app.pop("sources_0").pop("sources_1").pop("details_1").click("cite_1_1")
    bodies = [one.value for one in (*app.at.markdown, *app.at.caption)]
    labels = [one.label for one in app.at.button]
    text = "\n".join([*bodies, *labels]).replace("\\<", "").replace("\\!", "")
    for sign in ("**x", "<img", "![i](", " :red["):
        assert sign not in text, sign


def test_the_same_round_in_two_columns_has_no_key_twice(app: App) -> None:
    """Streamlit refuses a key that stands twice; every run asserts that nothing was refused."""
    app.shelve("tea", TEA)
    app.compare(reading(), reading()).ask(WEIGHT).until_ended()
    for position in (0, 1):
        for name in ("settings", "sources", "details"):
            app.pop(f"{name}_{position}")
