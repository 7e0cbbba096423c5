"""Templates: variables found and filled in, mistakes named with their place, one form to keep."""

import json

import pytest

from core.errors import UsageError
from core.template import (
    EXAMPLE_PATTERN,
    MAX_CHARACTERS,
    QUESTION_ALONE,
    Template,
    TemplateUse,
    checked_template,
    rendered,
    template_use_from_json,
    variables,
)

DECOMPOSED = "\u1109\u116e\u1103\u1169"
"""수도, as some keyboards and file systems write it."""


def refusal(columns=(), **parts) -> UsageError:
    with pytest.raises(UsageError) as refused:
        checked_template(Template(**{"name": "t", **parts}), columns)
    assert refused.value.kind == "bad_template"
    return refused.value


# ---- filling in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{{a}} and {{ b }}", "1 and 둘"),
        ("{{a}}{{a}}", "11"),
        ("{{나라}}의 수도", "프랑스의 수도"),
        (r"\{{a}} is {{a}}", "{{a}} is 1"),
        (r"\\{{a}}", r"\{{a}}"),
        ("{a} {{{a}}}", "{a} {1}"),
        ('{"x": {"y": 1}}', '{"x": {"y": 1}}'),
        ("{{nobody}}!", "!"),
        ("{{a\n}}", "1"),
    ],
)
def test_variables_are_filled_in_and_everything_else_stays(text, made):
    assert rendered(text, {"a": "1", "b": "둘", "나라": "프랑스"}) == made


def test_what_is_filled_in_is_never_read_as_a_template_again():
    values = {"a": "{{b}}", "b": r"\{{a}} \1 \g<0>"}
    assert rendered("{{a}}|{{b}}", values) == r"{{b}}|\{{a}} \1 \g<0>"


def test_variables_are_named_once_in_their_order():
    assert variables(r"{{b}} {{a}} {{ b }} \{{c}} {{나라}}") == ("b", "a", "나라")


def test_a_template_knows_its_columns_and_places():
    made = Template(
        name="t",
        system="{{context}} {{말투}}",
        user="{{나라}}: {{question}}",
        example="{{question}}={{answer}} {{출처}}",
    )
    assert made.columns == ("말투", "나라")
    assert made.places == {"context", "question"}


# ---- keeping --------------------------------------------------------------------------------------


def test_empty_parts_get_what_they_need():
    made = checked_template(Template(name=" 내  틀 ", user=" \n", example=""), ())
    assert (made.name, made.system) == ("내 틀", "")
    assert (made.user, made.example) == (QUESTION_ALONE, EXAMPLE_PATTERN)


def test_a_column_is_found_however_its_name_is_composed():
    made = checked_template(
        Template(name="t", user=f"{{{{{DECOMPOSED}}}}} {{{{question}}}}"), ["수도"]
    )
    assert made.columns == ("수도",)
    assert rendered(made.user, {"수도": "파리", "question": "?"}) == "파리 ?"


@pytest.mark.parametrize(
    ("written", "meant"), [("qestion", "question"), ("나라이름", "나라"), ("contxt", "context")]
)
def test_an_unknown_variable_is_named_with_its_line_and_the_one_that_was_meant(written, meant):
    found = refusal(["나라", "text"], user=f"{{{{question}}}}\n\n{{{{{written}}}}}")
    assert {k: found.details[k] for k in ("code", "part", "line", "variable", "suggestion")} == {
        "code": "unknown_variable",
        "part": "user",
        "line": 3,
        "variable": written,
        "suggestion": meant,
    }
    assert "나라" in found.details["known"]


def test_an_unknown_variable_like_nothing_else_has_no_suggestion():
    assert refusal(user="{{question}} {{xyzzy}}").details["suggestion"] == ""


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("system", "{{answer}}"),
        ("user", "{{question}} {{answer}}"),
        ("example", "{{question}} {{context}}"),
        ("example", "{{examples}}"),
    ],
)
def test_each_part_has_its_own_variables(part, text):
    found = refusal(**{part: text})
    assert (found.details["code"], found.details["part"]) == ("unknown_variable", part)


@pytest.mark.parametrize(
    ("part", "text", "line"),
    [
        ("system", "one\n{{question", 2),
        ("user", "{{question}}\n\n{{", 3),
        ("example", "{{a{b}}", 1),
    ],
)
def test_braces_that_do_not_close_are_shown_with_their_line(part, text, line):
    found = refusal(**{part: text})
    assert {k: found.details[k] for k in ("code", "part", "line")} == {
        "code": "unclosed",
        "part": part,
        "line": line,
    }


def test_a_user_part_without_the_question_is_refused():
    assert refusal(user="{{context}}").details["code"] == "no_question"
    assert refusal(user=r"\{{question}}").details["code"] == "no_question"


def test_an_endless_part_and_a_name_that_is_none_are_refused():
    assert refusal(system="a" * (MAX_CHARACTERS + 1)).details["code"] == "too_long"
    assert refusal(name=" \n").details["code"] == "name"
    assert refusal(name="가" * 121).details["code"] == "name"


def test_the_hash_is_of_the_text_alone():
    one = Template(name="a", version=1, system="s")
    assert one.hash == Template(name="b", version=7, system="s").hash
    assert one.hash != Template(name="a", user="s{{question}}", system="").hash
    assert len({Template(name="a", **{p: "x"}).hash for p in ("system", "user", "example")}) == 3


# ---- in a recipe ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        TemplateUse(name="말투"),
        TemplateUse(name="말투", version=3),
        TemplateUse(name="말투", version=3, hash="0123456789ab"),
        TemplateUse(name="말투", hash="0123456789ab"),
    ],
    ids=repr,
)
def test_a_use_survives_its_json_form(use):
    assert template_use_from_json(json.loads(json.dumps(use.to_json()))) == use


def test_a_name_alone_is_a_use_and_nothing_is_none():
    assert template_use_from_json(f" {DECOMPOSED} ") == TemplateUse(name="수도")
    assert TemplateUse(name="수도").to_json() == "수도"
    assert template_use_from_json(None) is template_use_from_json("") is None


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (3, "'template'"),
        (["t"], "'template'"),
        ({"name": "t", "text": "x"}, "'template'"),
        ({"version": 1}, "'name'"),
        ({"name": " "}, "'name'"),
        ({"name": "t", "version": True}, "'version'"),
        ({"name": "t", "version": 1.5}, "'version'"),
        ({"name": "t", "hash": 1}, "'name'"),
    ],
    ids=repr,
)
def test_a_use_that_cannot_be_read_is_refused(content, named):
    with pytest.raises(UsageError) as refused:
        template_use_from_json(content)
    assert refused.value.kind == "bad_recipe"
    assert named in str(refused.value)


def test_a_variable_of_nothing_but_blanks_is_read_at_once():
    """One scan a blank, or this would take days."""
    assert rendered("{{" + " " * 100_000, {}) == "{{" + " " * 100_000
    with pytest.raises(UsageError) as refused:
        checked_template(Template(name="a", user="{{question}} {{" + " " * 50_000), ())
    assert refused.value.details["code"] == "unclosed"
