"""The Prompts page: every widget that changes something is used."""

import re
from typing import Any

import pytest

from core.example import Example
from core.prompt import prepare
from core.recipe import Recipe
from core.template import MAX_CHARACTERS, Template, TemplateUse
from pages.shared.template_samples import sample_templates
from pages.shared.texts import TEXTS
from pages.shared.texts import templates as texts
from tests.pages.conftest import COMPARE, App, told

PROMPTS = "pages/knowledge/prompts.py"
EVIL = "**bold** <img src=http://127.0.0.1:9/x.png> [link](http://127.0.0.1:9) $x$ :red[red]"
REVIEWS = [
    Example(question=f"{n}번째 영화는 어땠나요?", answer="긍정", fields=(("장르", f"장르{n}"),))
    for n in range(12)
]


def put(app: App, part: str, text: str, name: str = "tea") -> App:
    app.at.text_area(key=f"template_{part}_{name}").set_value(text)
    return app.run()


def store(app: App, name: str = "tea", **parts: str) -> Template:
    return app.lab.templates.save(Template(name=name, **parts), app.lab.example_sets.columns())


def versions(app: App, name: str = "tea") -> list[int]:
    return [one.version for one in app.lab.templates.versions(name)]


def turn_to(app: App, tab: str) -> App:
    shown = [x for x in TEXTS[f"template_tab_{tab}"] if x in [one.label for one in app.at.tabs]]
    app.at.session_state["template_tab"] = shown[0]
    return app.run()


def toasts(app: App) -> str:
    return "\n".join(one.value for one in app.at.toast).replace("\\", "")


def keys(app: App, kind: str = "button") -> list[str]:
    return [one.key for one in getattr(app.at, kind) if one.key]


def sent(app: App) -> list[str]:
    """The messages that the preview shows."""
    return [one.value for one in app.at.code]


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page in each language."""
    monkeypatch.setenv("NARANI_LANG", request.param)
    return str(request.param)


# ---- the head ----------------------------------------------------------------------------------


def test_without_a_template_the_page_says_what_one_is_for(app: App, language: str) -> None:
    app.open(PROMPTS)
    assert told("templates_empty", language) in app.everything()
    assert app.at.title[0].value == told("prompts_title", language)
    assert not app.at.tabs


def test_a_template_is_made_and_chosen(app: App) -> None:
    app.open(PROMPTS)
    app.at.text_input(key="template_name").set_value("  고객   문의 ")
    app.click("template_make")
    assert versions(app, "고객 문의") == [1]
    assert app.at.selectbox(key="template").value == "고객 문의"
    assert app.at.text_input(key="template_name").value == "", "ready for the next one"
    assert app.at.text_area(key="template_user_고객 문의").value == "{{question}}"


def test_a_name_that_cannot_be_is_refused_in_words(app: App, language: str) -> None:
    app.open(PROMPTS)
    app.at.text_input(key="template_name").set_value("   ")
    app.click("template_make")
    assert told("reason_bad_template_name", language) in app.titles_of_errors()
    assert app.lab.templates.list() == ()
    app.run()
    assert not app.at.error, "said once"


def test_a_name_that_is_taken_opens_what_is_there(app: App) -> None:
    store(app, system="Answer in one word.")
    store(app, name="other")
    app.open(PROMPTS)
    app.at.text_input(key="template_name").set_value("tea")
    app.click("template_make")
    assert told("template_exists") in toasts(app)
    assert versions(app) == [1]
    assert app.at.text_area(key="template_system_tea").value == "Answer in one word."


def test_the_shipped_templates_are_offered_and_stored(app: App) -> None:
    first, second, *_ = sample_templates()
    app.open(PROMPTS).click("template_sample_0")
    assert app.at.selectbox(key="template").value == first.name
    assert app.lab.templates.get(first.name).hash == first.hash
    assert app.at.menu_button(key="template_samples").options == [
        one.name.replace("_", "\\_") for one in sample_templates()[1:]
    ]
    app.at.menu_button(key="template_samples").click(second.name)
    app.run()
    assert app.at.selectbox(key="template").value == second.name
    assert app.lab.templates.get(second.name).system == second.system


def test_another_template_is_chosen(app: App) -> None:
    store(app, system="Be brief.")
    store(app, name="long", system="Explain at length.")
    app.open(PROMPTS)
    for name, system in (("tea", "Be brief."), ("long", "Explain at length.")):
        app.at.selectbox(key="template").set_value(name)
        app.run()
        assert app.at.text_area(key=f"template_system_{name}").value == system


# ---- writing -----------------------------------------------------------------------------------


def test_saving_stores_the_next_version(app: App, language: str) -> None:
    store(app)
    put(app.open(PROMPTS), "system", "한 문장으로 답하세요.").click("template_save")
    assert versions(app) == [2, 1]
    assert app.lab.templates.get("tea").system == "한 문장으로 답하세요."
    assert told("template_saved", language, version=2) in toasts(app)
    assert "template_discard" not in keys(app)


def test_saving_what_is_stored_says_that_nothing_changed(app: App, language: str) -> None:
    store(app, system="Be brief.")
    put(app.open(PROMPTS), "system", "  Be brief.\n").click("template_save")
    assert versions(app) == [1]
    assert told("template_unchanged", language, version=1) in toasts(app)
    assert app.at.text_area(key="template_system_tea").value == "Be brief."


def test_an_unknown_variable_is_named_with_its_line_before_saving(app: App, language: str) -> None:
    store(app)
    put(app.open(PROMPTS), "user", "Hello\n{{qestion}}")
    said = app.titles_of_errors()
    part = told("template_part_user", language)
    reason = "reason_bad_template_unknown_variable"
    assert told(reason, language, variable="qestion", part=part, line=2) in said
    assert "question, context, examples" in said
    assert versions(app) == [1]
    app.click("template_save")
    assert versions(app) == [1]
    assert told(reason, language, variable="qestion", part=part, line=2) in toasts(app)
    assert app.at.text_area(key="template_user_tea").value == "Hello\n{{qestion}}", "kept"


def test_a_variable_like_nothing_known_gets_no_suggestion(app: App) -> None:
    store(app)
    put(app.open(PROMPTS), "system", "{{xyzw}}")
    known = "question, context, examples, channel, language"
    assert (
        told("next_bad_template_unknown_variable_no_suggestion", known=known)
        in app.titles_of_errors()
    )
    assert "template_fix_system" not in keys(app)


def test_one_click_corrects_a_misspelt_variable(app: App) -> None:
    app.lab.example_sets.save("영화", REVIEWS)
    store(app)
    put(app.open(PROMPTS), "user", "{{장르들}} {{ 장르들 }} {{question}} 장르들")
    app.click("template_fix_user")
    assert (
        app.at.text_area(key="template_user_tea").value == "{{장르}} {{장르}} {{question}} 장르들"
    )
    assert not app.at.warning


@pytest.mark.parametrize(
    ("part", "text", "code"),
    [
        ("user", "no place", "no_question"),
        ("system", "one\n{{question", "unclosed"),
        ("example", "{{context}}", "unknown_variable"),
        ("system", "x" * (MAX_CHARACTERS + 1), "too_long"),
    ],
)
def test_what_would_be_refused_is_said_below_its_field(
    app: App, language: str, part: str, text: str, code: str
) -> None:
    store(app)
    put(app.open(PROMPTS), part, text)
    named = {
        "part": told(f"template_part_{part}", language),
        "line": 2 if code == "unclosed" else 1,
        "limit": MAX_CHARACTERS,
        "variable": "context",
    }
    assert told(f"reason_bad_template_{code}", language, **named) in app.titles_of_errors()
    assert told("template_preview_stopped", language) in app.everything()


def test_unsaved_text_survives_other_pages_tabs_and_the_language(app: App) -> None:
    store(app)
    text = "서두르지 말고\n\n  차례로 답하세요."
    put(app.open(PROMPTS), "system", text)
    turn_to(app, "versions").run()
    turn_to(app, "write")
    assert app.at.text_area(key="template_system_tea").value == text
    app.open(COMPARE).open(PROMPTS)
    assert app.at.text_area(key="template_system_tea").value == text
    app.at.segmented_control(key="lang").set_value("ko")
    app.run()
    assert app.at.text_area(key="template_system_tea").value == text
    assert told("template_unsaved", "ko") in app.everything()
    assert versions(app) == [1]


def test_unsaved_text_survives_a_look_at_another_template(app: App) -> None:
    store(app)
    store(app, name="other")
    app.open(PROMPTS)
    app.at.selectbox(key="template").set_value("tea")
    put(app.run(), "user", "Q: {{question}}")
    for name in ("other", "tea"):
        app.at.selectbox(key="template").set_value(name)
        app.run()
    assert app.at.text_area(key="template_user_tea").value == "Q: {{question}}"


def test_unsaved_text_is_discarded_on_demand(app: App) -> None:
    store(app, system="Be brief.")
    put(app.open(PROMPTS), "system", "Be long.").click("template_discard")
    assert app.at.text_area(key="template_system_tea").value == "Be brief."
    assert "template_discard" not in keys(app)


def test_a_version_stored_elsewhere_is_shown_or_announced(app: App, language: str) -> None:
    store(app)
    app.open(PROMPTS)
    store(app, system="second")
    app.run()
    assert app.at.text_area(key="template_system_tea").value == "second", "nothing was typed"
    put(app, "system", "mine")
    store(app, system="third")
    app.run()
    assert app.at.text_area(key="template_system_tea").value == "mine"
    assert told("template_overtaken", language, version=3) in app.everything()
    app.click("template_save")
    assert [one.system for one in app.lab.templates.versions("tea")[:2]] == ["mine", "third"]


def test_columns_of_stored_sets_are_variables(app: App) -> None:
    app.lab.example_sets.save("영화", REVIEWS)
    store(app)
    app.open(PROMPTS)
    assert "`{{장르}}`" in app.everything()
    decomposed = "\u110c\u1161\u11bc\u1105\u1173"  # as files on a Mac have it
    put(app, "user", f"{{{{{decomposed}}}}}: {{{{question}}}}").click("template_save")
    assert app.lab.templates.get("tea").user == "{{장르}}: {{question}}"


def test_a_template_whose_set_is_gone_can_still_be_changed(app: App) -> None:
    app.lab.example_sets.save("영화", REVIEWS)
    store(app, user="{{장르}}: {{question}}")
    app.lab.example_sets.remove("영화")
    put(app.open(PROMPTS), "system", "Be brief.").click("template_save")
    assert versions(app) == [2, 1]


# ---- what is sent ------------------------------------------------------------------------------


def test_the_preview_is_what_is_sent(app: App) -> None:
    draft = Template(name="tea", system="Today: {{question}}", user="Q: {{question}}")
    store(app, system=draft.system)
    put(app.open(PROMPTS), "user", draft.user)
    app.at.text_input(key="template_sample_question").set_value("차는 몇 도에 우리나요?")
    app.run()
    prompt = prepare(Recipe(model="local/narani"), "차는 몇 도에 우리나요?", template=draft)
    assert sent(app) == [message.content for message in prompt.messages]
    assert told("template_preview_unsaved") in app.everything()
    assert "2 messages" in app.everything()


def test_passages_stand_where_the_template_has_them(app: App) -> None:
    store(app)
    app.open(PROMPTS)
    app.at.toggle(key="template_sample_passages").set_value(True)
    app.run()
    assert TEXTS["template_no_place_context"][1] in app.everything()
    put(app, "system", "Read:\n{{context}}")
    assert sent(app)[0].startswith("Read:\n[1] Employees")
    assert TEXTS["template_no_place_context"][1] not in app.everything()


def test_values_of_variables_are_asked_for(app: App, language: str) -> None:
    app.lab.example_sets.save("영화", REVIEWS)
    store(app, user="[{{장르}}] {{question}}")
    app.open(PROMPTS)
    lacks = told("template_lacks", language, names="`{{장르}}`")
    assert lacks in app.everything()
    app.at.text_input(key="template_value_장르").set_value("공포")
    app.run()
    assert sent(app)[-1].startswith("[공포] ")
    assert lacks not in app.everything()


def test_an_item_of_a_set_fills_the_template_with_its_row_and_examples(app: App) -> None:
    made = app.lab.example_sets.save("영화", REVIEWS)
    store(app, user="[{{장르}}] {{question}}")
    app.open(PROMPTS)
    app.at.selectbox(key="template_sample_set").set_value("영화")
    app.run()
    item, shots = made.test[0].example, [one.example for one in made.train]
    assert sent(app)[-1] == f"[{dict(item.fields)['장르']}] {item.question}"
    assert sent(app)[0] == f"[{dict(shots[0].fields)['장르']}] {shots[0].question}"
    assert TEXTS["template_no_place_examples"][1] in app.everything()
    for count in (0, 3):
        app.at.segmented_control(key="template_sample_examples").set_value(count)
        app.run()
        assert len(sent(app)) == 2 * count + 1
    put(app, "system", "{{examples}}")
    assert sent(app)[0].startswith(f"{shots[0].question}\n{shots[0].answer}\n\n")


def test_a_question_of_ones_own_goes_with_the_examples_of_a_set(app: App) -> None:
    app.lab.example_sets.save("영화", REVIEWS)
    store(app)
    app.open(PROMPTS)
    app.at.selectbox(key="template_sample_set").set_value("영화")
    app.run()
    picker = next(one for one in app.at.selectbox if (one.key or "").startswith("template_item_"))
    picker.set_value(-1)
    app.run()
    app.at.text_input(key="template_sample_question").set_value("이 영화는요?")
    app.run()
    assert sent(app)[-1] == "이 영화는요?"
    assert len(sent(app)) == 5


def test_a_set_that_was_removed_is_no_sample_any_more(app: App) -> None:
    app.lab.example_sets.save("영화", REVIEWS)
    app.lab.example_sets.save("책", REVIEWS)
    store(app)
    app.open(PROMPTS)
    app.at.selectbox(key="template_sample_set").set_value("영화")
    app.run()
    app.lab.example_sets.remove("영화")
    app.run()
    assert app.at.selectbox(key="template_sample_set").value == ""


def test_template_text_is_drawn_as_text(app: App) -> None:
    app.lab.example_sets.save(
        EVIL, [Example(question=EVIL + str(n), answer=EVIL, fields=((EVIL, "x"),)) for n in (1, 2)]
    )
    app.lab.templates.save(Template(name=EVIL, system=EVIL), ())
    app.lab.templates.save(Template(name=EVIL, system=f"second {EVIL}"), ())
    app.open(PROMPTS)
    for tab in ("write", "versions"):
        turn_to(app, tab)
        drawn = "\n".join(str(one.value) for one in (*app.at.markdown, *app.at.caption))
        raw = re.sub(r"\\.", "", "".join(drawn.split("`")[::2]))
        assert not [sign for sign in ("**bold**", "<", "](http", ":red[", "$") if sign in raw]
        assert "\\*\\*bold\\*\\*" in drawn


# ---- versions ----------------------------------------------------------------------------------


def test_versions_are_listed_with_what_changed(app: App, language: str) -> None:
    store(app)
    store(app, system="Be brief.")
    turn_to(app.open(PROMPTS), "versions")
    shown = app.everything()
    assert told("template_first_version", language) in shown
    part = told("template_part_system", language)
    assert told("template_changed", language, parts=part) in shown


def test_one_version_has_nothing_to_be_compared_with(app: App, language: str) -> None:
    store(app)
    turn_to(app.open(PROMPTS), "versions")
    assert told("template_one_version", language) in app.everything()
    assert "template_compare" not in keys(app)


def test_a_version_is_looked_at(app: App) -> None:
    store(app, system="the first text")
    store(app, system="the second text")
    turn_to(app.open(PROMPTS), "versions")
    assert "the first text" not in sent(app)
    app.pop("template_look_1")
    assert "the first text" in sent(app)


def test_two_versions_differ_word_by_word(app: App) -> None:
    store(app, system="친절하게 답하세요.\n  짧게")
    store(app, system="정중하게 답하세요.\n  짧게", user="Q: {{question}}")
    store(app, system="정중하게  답하세요.\n  짧게", user="Q: {{question}}")
    turn_to(app.open(PROMPTS), "versions")
    assert told("template_diff_blank") in app.everything()
    app.at.selectbox(key="template_left_tea").set_value(1)
    app.run()
    drawn = app.everything()
    assert ":red-background[친절하게 ]:green-background[정중하게  ]답하세요" in drawn
    assert "  \n\u00a0\u00a0짧게" in drawn, "lines stay lines"
    app.at.selectbox(key="template_right_tea").set_value(2)
    app.run()
    assert ":green-background[Q\\:" in app.everything()
    app.at.selectbox(key="template_left_tea").set_value(2)
    app.run()
    assert told("template_diff_same") in app.everything()
    assert app.at.button(key="template_compare").disabled


def test_rolling_back_makes_a_new_version_with_the_old_text(app: App, language: str) -> None:
    store(app, system="old")
    store(app, system="new")
    turn_to(app.open(PROMPTS), "versions").click("template_roll_back_1")
    assert versions(app) == [3, 2, 1]
    assert app.lab.templates.get("tea").system == "old"
    assert told("template_rolled_back", language, old=1, version=3) in toasts(app)
    assert app.at.button(key="template_roll_back_1").disabled, "it is the newest text"
    assert app.at.selectbox(key="template_right_tea").value == 3
    turn_to(app, "write")
    assert app.at.text_area(key="template_system_tea").value == "old"


def test_rolling_back_loses_no_unsaved_text(app: App) -> None:
    store(app, system="old")
    store(app, system="new")
    put(app.open(PROMPTS), "system", "mine")
    turn_to(app, "versions").click("template_roll_back_1")
    turn_to(app, "write")
    assert app.at.text_area(key="template_system_tea").value == "mine"
    assert told("template_overtaken", version=3) in app.everything()


def test_many_versions_stand_on_several_pages(app: App) -> None:
    for number in range(10):
        store(app, system=f"text {number}")
    turn_to(app.open(PROMPTS), "versions")
    assert "template_roll_back_9" in keys(app)
    assert "template_roll_back_1" not in keys(app)
    app.at.session_state["template_page"] = 2
    app.run()
    assert "template_roll_back_1" in keys(app)


def test_two_versions_open_as_two_columns(app: App) -> None:
    store(app, system="old")
    store(app, system="new")
    turn_to(app.open(PROMPTS), "versions")
    app.at.selectbox(key="template_model").set_value("local/narani")
    app.run().click("template_compare")
    recipes = [column.recipe for column in app.state.columns]
    assert [one.template for one in recipes] == [
        TemplateUse(name="tea", version=1),
        TemplateUse(name="tea", version=2),
    ]
    assert {one.model for one in recipes} == {"local/narani"}


def test_a_template_is_tried_beside_a_column_without_it(app: App) -> None:
    app.lab.example_sets.save("영화", REVIEWS)
    store(app, user="[{{장르}}] {{question}}")
    app.open(PROMPTS)
    app.at.text_input(key="template_value_장르").set_value("공포")
    app.at.text_input(key="template_sample_question").set_value("Why is tea green?")
    app.run().click("template_use")
    uses = [column.recipe.template for column in app.state.columns]
    assert uses == [None, TemplateUse(name="tea")]
    assert app.at.chat_input(key="question").value == "Why is tea green?"
    assert app.state.values == {"장르": "공포"}


def test_a_removed_template_is_gone_with_its_versions_and_its_unsaved_text(
    app: App, language: str
) -> None:
    store(app, system="old")
    store(app, system="new")
    put(app.open(PROMPTS), "system", "unsaved")
    sure = told("template_remove_sure", language, name="tea")
    assert sure in app.everything()
    app.click("template_remove_now")
    assert versions(app) == []
    assert told("templates_empty", language) in app.everything()
    app.at.text_input(key="template_name").set_value("tea")
    app.click("template_make")
    assert app.at.text_area(key="template_system_tea").value == ""


def test_every_refusal_of_a_template_has_both_languages() -> None:
    for code in ("name", "too_long", "no_question", "unclosed", "unknown_variable"):
        for key in (f"reason_bad_template_{code}", f"next_bad_template_{code}"):
            values: dict[str, Any] = dict.fromkeys(
                ("part", "line", "limit", "variable", "suggestion", "known"), "1"
            )
            assert all(one.format(**values).strip() for one in texts.TEXTS[key])
