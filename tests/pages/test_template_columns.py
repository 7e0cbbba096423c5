"""Templates, values for their variables, and JSON Schemas in the columns of the compare page."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from core.recipe import Recipe
from core.template import Template, TemplateUse
from pages.shared.texts import TEXTS
from tests.pages.columns import (
    ECHO,
    OTHER,
    choose,
    column,
    said,
    sent,
    settings,
)
from tests.pages.conftest import App, told

LABEL = {"type": "object", "properties": {"label": {"enum": ["긍정", "부정"]}}}
GOOD, WRONG = '{"label": "긍정"}', '{"label": "so-so"}'


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page in each language; AppTest formats options outside of the page, so by the operator."""
    monkeypatch.setenv("NARANI_LANG", request.param)
    return str(request.param)


@pytest.fixture
def polite(app: App) -> App:
    """Two versions of a template; the second needs two values."""
    app.run()
    save = app.lab.templates.save
    save(Template(name="polite", system="Be polite.", user="Q: {{question}}"), ())
    second = Template(name="polite", system="You: {{말투}}", user="{{channel}}: {{question}}")
    save(second, ("말투", "channel"))
    return app


# ---- templates ---------------------------------------------------------------------------------


def test_a_template_and_its_version_are_chosen(polite: App) -> None:
    app = polite.compare(ECHO, ECHO)
    uid = settings(app)
    choose(app, "selectbox", f"template_{uid}", "polite")
    assert app.state.columns[0].recipe == Recipe(model=ECHO, template=TemplateUse(name="polite"))
    choose(app, "selectbox", f"template_version_{uid}", 1)
    assert app.state.columns[0].recipe.template == TemplateUse(name="polite", version=1)
    assert app.state.columns[1].recipe == Recipe(model=ECHO)
    app.at.session_state["settings_0"] = False
    app.run()
    settings(app)
    assert app.at.selectbox(key=f"template_version_{uid}").value == 1
    choose(app, "selectbox", f"template_{uid}", "")
    assert app.state.columns[0].recipe == Recipe(model=ECHO)


def test_another_template_brings_no_version_of_the_one_before(polite: App) -> None:
    polite.lab.templates.save(Template(name="brief", system="Be brief."), ())
    app = polite.compare(column(template={"name": "polite", "version": 2}), ECHO)
    choose(app, "selectbox", f"template_{settings(app)}", "brief")
    assert app.state.columns[0].recipe.template == TemplateUse(name="brief")


def test_two_versions_of_a_template_stand_side_by_side(language: str, polite: App) -> None:
    polite.lab.templates.save(Template(name="polite", system="", user="Again: {{question}}"), ())
    versions = [column(template={"name": "polite", "version": n}) for n in (1, 3)]
    app = polite.compare(*versions)
    assert "polite v1" in app.everything()
    assert said("field_template", language) in app.everything(), "it is what differs"
    app.ask("Why?").until_ended()
    assert [sent(app, i)[-1][1] for i in (0, 1)] == ["Q: Why?", "Again: Why?"]
    assert sent(app, 0)[0] == ("system", "Be polite.")


def test_a_template_that_is_gone_spoils_its_own_column_only(app: App, language: str) -> None:
    app.compare(column(template={"name": "gone", "version": 4}), ECHO)
    uid = settings(app)
    assert said("template_gone", language) in app.everything()
    assert app.at.selectbox(key=f"template_version_{uid}").value == 4
    app.ask("Why?").until_ended()
    failed, fine = app.answers
    assert failed.error is not None
    assert failed.error.kind == "unknown_template"
    assert fine.text == "Why?"
    assert "gone" in app.titles_of_errors()


# ---- values ------------------------------------------------------------------------------------


def test_a_field_appears_for_each_variable_of_the_templates(polite: App) -> None:
    polite.lab.templates.save(Template(name="b", user="{{channel}} {{question}}"), ("channel",))
    app = polite.compare(column(template="polite"), column(template="b"), ECHO)
    fields = [one.key for one in app.at.text_input if (one.key or "").startswith("value_")]
    assert fields == ["value_말투", "value_channel"]
    app.compare(ECHO, OTHER)
    assert not app.at.text_input


def test_values_are_put_into_every_column_and_survive_reruns(polite: App) -> None:
    app = polite.compare(column(template="polite"), ECHO)
    choose(app, "text_input", "value_말투", "존댓말")
    choose(app, "text_input", "value_channel", "chat")
    app.click("add_recipe").menu(0, "right")
    choose(app, "segmented_control", "lang", "ko")
    assert app.at.text_input(key="value_말투").value == "존댓말"
    app.ask("왜?").until_ended()
    assert sent(app, 1) == [("system", "You: 존댓말"), ("user", "chat: 왜?")]
    app.ask("또 왜?").until_ended()
    assert sent(app, 1)[-1] == ("user", "chat: 또 왜?")
    assert app.at.text_input(key="value_channel").value == "chat"


def test_a_missing_value_is_said_and_the_question_kept(language: str, polite: App) -> None:
    app = polite.compare(column(template="polite"), column(OTHER, system="Be brief"))
    choose(app, "text_input", "value_말투", "존댓말")
    app.ask("Why?")
    assert app.state.round_id is None
    assert "channel" in app.titles_of_errors()
    assert app.at.chat_input(key="question").value == "Why?"
    other = settings(app, 1)
    assert app.at.text_area(key=f"system_{other}").value == "Be brief"
    choose(app, "text_input", "value_channel", "chat")
    app.ask("Why?").until_ended()
    assert len(app.answers) == 2
    assert not app.titles_of_errors()


def test_values_are_part_of_the_link_and_come_back(
    polite: App, open_app: Callable[..., App]
) -> None:
    app = polite.compare(column(template="polite"), ECHO)
    choose(app, "text_input", "value_말투", "존댓말 & more")
    app.pop("share")
    link = parse_qs(urlsplit(app.at.code[-1].value).query)
    assert link["value.말투"] == ["존댓말 & more"]
    other = open_app().open(**link)
    assert other.at.text_input(key="value_말투").value == "존댓말 & more"
    assert other.state.columns[0].recipe.template == TemplateUse(name="polite")


def test_a_reopened_round_brings_its_values(polite: App, open_app: Callable[..., App]) -> None:
    values = {"value.말투": "존댓말", "value.channel": "chat"}
    app = polite.compare(column(template="polite"), ECHO, **values).ask("Why?").until_ended()
    again = open_app().open(round=app.state.round_id)
    assert again.at.text_input(key="value_channel").value == "chat"


def test_names_of_variables_are_drawn_as_text(app: App) -> None:
    app.run()
    app.lab.templates.save(Template(name="x", user="{{question}} {{:red[a]}}"), (":red[a]",))
    app.compare(column(template="x"), ECHO)
    assert "\\:red\\[a\\]" in [one.label for one in app.at.text_input]


# ---- schemas -----------------------------------------------------------------------------------


def test_a_schema_is_kept_and_shown_again(app: App) -> None:
    app.compare(ECHO, ECHO)
    uid = settings(app)
    choose(app, "text_area", f"schema_{uid}", json.dumps(LABEL))
    assert json.loads(app.state.columns[0].recipe.schema) == LABEL
    app.at.session_state["settings_0"] = False
    app.run()
    settings(app)
    shown = app.at.text_area(key=f"schema_{uid}").value
    assert json.loads(shown) == LABEL
    assert "긍정" in shown
    choose(app, "text_area", f"schema_{uid}", " ")
    assert app.state.columns[0].recipe == Recipe(model=ECHO)


def test_a_bad_schema_is_said_with_its_place_and_the_recipe_before_kept(
    app: App, language: str
) -> None:
    app.compare(column(schema=LABEL, seed=3), ECHO)
    uid = settings(app)
    typed = '{"type": "object",\n "properties" {}}'
    choose(app, "text_area", f"schema_{uid}", typed)
    assert told("reason_bad_schema_not_json", language, line=2, column=15) in (
        app.titles_of_errors()
    )
    assert json.loads(app.state.columns[0].recipe.schema) == LABEL
    app.at.session_state["settings_0"] = False
    app.run()
    settings(app)
    assert app.at.text_area(key=f"schema_{uid}").value == typed, "to be corrected"
    assert app.at.number_input(key=f"seed_{uid}").value == 3
    choose(app, "text_area", f"schema_{uid}", "")
    assert app.state.columns[0].recipe == Recipe(model=ECHO, seed=3)
    assert not app.titles_of_errors()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("[1]", "not_object"),
        ('{"type": "objekt"}', "invalid"),
        ('{"$ref": "https://example.org/x"}', "remote_ref"),
    ],
)
def test_a_schema_that_cannot_be_used_is_explained(
    app: App, typed: str, code: str, language: str
) -> None:
    app.compare(ECHO, ECHO)
    choose(app, "text_area", f"schema_{settings(app)}", typed)
    assert app.state.columns[0].recipe == Recipe(model=ECHO)
    last = TEXTS[f"next_bad_schema_{code}"][0 if language == "ko" else 1]
    assert last.replace("{{", "{").replace("}}", "}") in app.titles_of_errors()
    assert "?" not in app.titles_of_errors()


def test_answers_are_held_against_the_schema(app: App, language: str) -> None:
    app.compare(column(schema=LABEL), ECHO)
    app.ask(GOOD).until_ended()
    assert f":green-badge[{told('schema_fits', language)}]" in app.everything()
    assert said("schema_faults_title", language) not in [e.label for e in app.at.expander]
    app.ask(WRONG).until_ended()
    assert f":red-badge[{told('schema_faults', language, count=1)}]" in app.everything()
    assert any("`$.label`" in one.value for one in app.at.markdown)
    app.ask("not { JSON").until_ended()
    assert told("schema_fault_not_json", language) in app.everything()


def test_the_places_of_faults_are_drawn_as_text(app: App) -> None:
    app.compare(column(schema={"additionalProperties": {"type": "string"}}), ECHO)
    app.ask('{"`:red[x]` <img src=x>": 1}').until_ended()
    bodies = "\n".join(one.value for one in app.at.markdown if one.value.startswith("- "))
    assert bodies.count("`") == 2
    assert "$" in bodies


def test_apply_to_all_copies_template_and_schema(polite: App) -> None:
    app = polite.compare(column(schema=LABEL, template="polite", name="A"), OTHER)
    app.click(f"apply_{settings(app)}")
    second = app.state.columns[1].recipe
    assert json.loads(second.schema) == LABEL
    assert second.template == TemplateUse(name="polite")
    assert (second.model, second.name) == (OTHER, "")


@pytest.mark.parametrize("action", ["copy", "right"])
def test_a_copied_or_moved_column_keeps_template_and_schema(polite: App, action: str) -> None:
    app = polite.compare(column(schema=LABEL, template={"name": "polite", "version": 1}), OTHER)
    uid = settings(app.menu(0, action), 1)
    assert app.at.selectbox(key=f"template_{uid}").value == "polite"
    assert app.at.selectbox(key=f"template_version_{uid}").value == 1
    assert json.loads(app.at.text_area(key=f"schema_{uid}").value) == LABEL


def test_another_language_keeps_a_bad_schema_as_it_was_typed(app: App) -> None:
    app.compare(ECHO, ECHO)
    uid = settings(app)
    choose(app, "text_area", f"schema_{uid}", "{bad")
    choose(app, "segmented_control", "lang", "ko")
    settings(app)
    assert app.at.text_area(key=f"schema_{uid}").value == "{bad"
    assert said("error_bad_schema", "ko") in app.titles_of_errors()
