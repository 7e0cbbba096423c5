"""A comparison as one YAML file: what is written is read back, what is wrong is named by line."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from core.adapter import AdapterUse
from core.comparison.files import Comparison, SharedSet, content_hash, to_yaml
from core.comparison.plain_yaml import MAX_BYTES, json_of, read, texts_of
from core.comparison.readable_yaml import written
from core.comparison.reading import from_yaml
from core.errors import UsageError
from core.example import Example
from core.example_set import SetExample, normalised
from core.few_shot import CHOICES, ORDERS, FewShot
from core.recipe import Recipe, parse_recipe
from core.search import Retrieval
from core.template import Template, TemplateUse

# Words and signs that mean something to YAML, so that they come up often.
TRAPS = "007|yes|no|null|~|true|1e3|0x1F|1_000|12:30|2024-01-01|.inf|---|...|- a|? a|a: b|a #b|&a|*a|!a|%a|@a|`a|<<|=|{{question}}".split(
    "|"
)
characters = st.one_of(
    st.characters(codec="utf-8", exclude_characters="\0"),
    st.sampled_from(list(" \n\t\r-:#|>'\"{}[],&*!?%@`~0.e\\가힣é\x85\u2028\u2029\ufeff\ufffd\x07")),
)
texts = st.one_of(st.text(characters, max_size=30), st.sampled_from(TRAPS))
filled = texts.filter(bool)
names = texts.map(str.strip).filter(bool)
shown = st.builds(
    Example,
    question=texts,
    answer=filled,
    fields=st.dictionaries(texts, texts, max_size=2).map(lambda d: tuple(d.items())),
    tags=st.lists(texts, max_size=2).map(tuple),
)
chosen = st.builds(
    FewShot,
    set=names,
    version=st.none() | st.integers(1, 9),
    k=st.integers(1, 64),
    choose=st.sampled_from(CHOICES),
    order=st.sampled_from(ORDERS),
    seed=st.integers(0, 99),
    tags=st.lists(filled.filter(normalised), max_size=2).map(tuple),
    allow_leak=st.booleans(),
    hash=texts,
)
inline = st.builds(FewShot, examples=st.lists(shown, min_size=1, max_size=2).map(tuple))
searches = st.builds(
    Retrieval,
    collection=names,
    threshold=st.floats(0, 1),
    mmr=st.none() | st.floats(0, 1),
    rewrite=st.booleans(),
    documents=st.lists(filled, max_size=2).map(tuple),
    version=texts,
)
uses = st.builds(
    AdapterUse,
    name=st.sampled_from(["haedam", "말투-2", "007", "null", "1e3", "yes"]),
    hash=st.sampled_from(["", "123456789012", "12345678e123", "0abc"]),
    scale=st.floats(0, 2),
)
SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"yes": {"type": "string"}, "a: b": {"enum": ["no", 1.5, None, True]}},
    }
)
recipes = st.builds(
    Recipe,
    model=names,
    system=texts,
    template=st.none()
    | st.builds(TemplateUse, name=names, version=st.none() | st.integers(1, 9), hash=texts),
    temperature=st.none() | st.floats(0, 2),
    top_p=st.none() | st.floats(0, 1),
    max_tokens=st.none() | st.integers(1, 10_000_000),
    seed=st.none() | st.integers(-(2**63), 2**63 - 1),
    stop=st.lists(filled, max_size=3).map(tuple),
    few_shot=st.none() | chosen | inline,
    retrieval=st.none() | searches,
    schema=st.sampled_from(["", SCHEMA]),
    reference=texts,
    adapter=st.lists(uses, max_size=2, unique_by=lambda use: use.name).map(tuple),
    fallback=st.none() | filled,
    name=texts,
).map(lambda recipe: parse_recipe(json.dumps(recipe.to_json())))
held = st.builds(SetExample, example=shown, split=st.sampled_from(["train", "test"]))
sets = st.builds(
    lambda name, version, found: SharedSet(
        name=name, version=version, hash=content_hash(found), examples=found
    ),
    st.sampled_from(["수도", "007", "null"]),
    st.integers(1, 3),
    st.lists(
        held, min_size=1, max_size=3, unique_by=lambda one: "".join(one.example.question.split())
    ).map(tuple),
)
templates = st.builds(
    Template,
    name=st.sampled_from(["공손", "no", "1e3"]),
    version=st.integers(1, 3),
    system=st.sampled_from(["", "정중하게.\n\n반말 금지", "- {{audience}}: 'x'"]),
    user=st.sampled_from(["{{question}}", "{{examples}}\n\n\tQ: {{question}}"]),
)
comparisons = st.builds(
    Comparison,
    recipes=st.lists(recipes, min_size=1, max_size=3).map(tuple),
    question=texts,
    values=st.dictionaries(texts, texts, max_size=3).map(lambda found: tuple(found.items())),
    templates=st.lists(templates, max_size=2, unique_by=lambda one: (one.name, one.version)).map(
        tuple
    ),
    sets=st.lists(sets, max_size=2, unique_by=lambda one: (one.name, one.version)).map(tuple),
)


@settings(max_examples=300, deadline=None)
@given(comparisons)
def test_every_comparison_comes_back_as_it_was(comparison):
    assert from_yaml(to_yaml(comparison)) == comparison


contents = st.dictionaries(
    texts,
    st.recursive(
        texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_size=3,
)


@settings(max_examples=300, deadline=None)
@given(contents)
def test_any_reader_of_yaml_sees_the_same_texts(content):
    text = written(content)
    assert yaml.safe_load(text) == (content or None)
    assert texts_of(read(text)) == content if content else read(text) is None


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        texts,
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False),
        min_size=1,
        max_size=3,
    )
)
def test_numbers_and_truths_stay_what_they_are(content):
    assert json_of(read(written(content))) == content


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(characters),
        st.lists(
            st.sampled_from(
                [
                    "narani: 1\n",
                    "columns:\n",
                    "  - ",
                    "model: x\n",
                    "\t",
                    "few_shot: ",
                    "examples:\n",
                    "[",
                    "{",
                    "}",
                    "a: b\n",
                    "templates:\n",
                    "  name: a\n",
                    "- ",
                    "version: x\n",
                ]
            )
        ).map("".join),
    )
)
def test_whatever_a_file_holds_it_is_read_or_refused_with_a_line(text):
    error = refusal(text)
    if error is not None:
        assert error.kind == "bad_recipe_file"
        assert 1 <= int(error.details["line"]) <= len(text.splitlines()) + 1


def refusal(text: str) -> UsageError | None:
    try:
        from_yaml(text)
    except UsageError as error:
        return error
    return None


def test_a_file_is_pleasant_to_read():
    example = SetExample(example=Example(question="프랑스", answer="파리"), split="train")
    held_out = SetExample(
        example=Example(question="일본", answer="도쿄", tags=("아시아",)), split="test"
    )
    comparison = Comparison(
        question="이탈리아의 수도는?",
        values=(("audience", "어린이"),),
        recipes=(
            Recipe(model="baseline/extract"),
            Recipe(
                name="공손하게",
                model="openai/gpt-4o-mini",
                system="존댓말로.  \n\t짧게.\n",
                template=TemplateUse(name="polite"),
                few_shot=FewShot(set="수도", k=5, choose="similar"),
                stop=("007",),
            ),
        ),
        templates=(Template(name="polite", user="{{examples}}\nQ: {{question}}"),),
        sets=(SharedSet(name="수도", hash="0", examples=(example, held_out)),),
    )
    assert to_yaml(comparison) == (
        "# A Narani comparison. Open it on the Compare page, or: "
        "python -m core ask --recipes FILE\n"
        "narani: 1\n"
        "question: 이탈리아의 수도는?\n"
        "values: {audience: 어린이}\n"
        "\n"
        "columns:\n"
        "  - model: baseline/extract\n"
        "  - name: 공손하게\n"
        "    model: openai/gpt-4o-mini\n"
        "    system: |\n"
        "      존댓말로.  \n"
        "      \t짧게.\n"
        "    template: polite\n"
        '    stop: ["007"]\n'
        "    few_shot: {set: 수도, k: 5, choose: similar}\n"
        "\n"
        "templates:\n"
        "  - name: polite\n"
        "    user: |-\n"
        "      {{examples}}\n"
        "      Q: {{question}}\n"
        "\n"
        "example_sets:\n"
        "  - name: 수도\n"
        '    hash: "0"\n'
        "    examples:\n"
        "      - question: 프랑스\n"
        "        answer: 파리\n"
        "      - question: 일본\n"
        "        answer: 도쿄\n"
        "        tags: [아시아]\n"
        "        split: test\n"
    )


def test_what_people_write_by_hand_needs_no_quotes():
    found = from_yaml(
        "column: {model: baseline/extract, name: 2024, stop: [no], few_shot: 007}\n"
        "question: yes\n"
        "values: {year: 2024, nothing: , on: off}\n"
        "example_sets: [{name: 007, examples: [{question: 1e3, answer: no, fields: {n: 1}}]}]\n"
    )
    assert found.question == "yes"
    assert found.values == (("year", "2024"), ("nothing", ""), ("on", "off"))
    (recipe,) = found.recipes
    assert (recipe.name, recipe.stop, recipe.few_shot) == ("2024", ("no",), FewShot(set="007"))
    assert found.sets[0].examples == (
        SetExample(
            example=Example(question="1e3", answer="no", fields=(("n", "1"),)), split="train"
        ),
    )


def test_a_column_may_be_a_model_alone():
    found = from_yaml("columns:\n  - baseline/extract\n  - model: baseline/nearest\n")
    assert [one.model for one in found.recipes] == ["baseline/extract", "baseline/nearest"]


def test_the_properties_of_a_schema_keep_their_order():
    schema = {"type": "object", "properties": {"reason": {}, "answer": {}, "a": {}}}
    recipe = parse_recipe(json.dumps({"model": "m", "schema": schema}))
    (found,) = from_yaml(to_yaml(Comparison(recipes=(recipe,)))).recipes
    assert list(json.loads(found.schema)["properties"]) == ["reason", "answer", "a"]


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(line_end, mark):
    text = "narani: 1\ncolumn:\n  model: m\n  system: |\n    가\n    나\n"
    (found,) = from_yaml(mark + text.replace("\n", line_end)).recipes
    assert found.system == "가\n나\n"


COLUMN = "narani: 1\ncolumns:\n  - model: m\n"
REFUSED = {
    "nothing": ("", "not_a_comparison", 1, {}),
    "comment": ("# nothing\n", "not_a_comparison", 1, {}),
    "text": ("hello", "not_a_comparison", 1, {}),
    "list": ("- model: m\n", "not_a_comparison", 1, {}),
    "another file": ("services:\n  web: nginx\n", "not_a_comparison", 1, {}),
    "later form": ("narani: 2\ncolumns: [m]\n", "version", 1, {"found": "2", "known": 1}),
    "form of text": ("columns: [m]\nnarani: one\n", "version", 2, {"found": "one"}),
    "true is not one": ("columns: [m]\nnarani: true\n", "version", 2, {}),
    "no columns": ("narani: 1\nquestion: a\n", "no_columns", 1, {}),
    "empty columns": ("narani: 1\ncolumns:\n", "no_columns", 2, {}),
    "empty list": ("narani: 1\ncolumns: []\n", "no_columns", 2, {}),
    "columns are text": ("narani: 1\ncolumns: m\n", "bad_value", 2, {"field": "columns"}),
    "both": ("column: {model: m}\ncolumns: [m]\n", "bad_value", 1, {"field": "column"}),
    "column is a list": ("columns:\n  - m\n  - [m]\n", "bad_value", 3, {"field": "columns"}),
    "column is empty": ("columns:\n  - m\n  -\n", "bad_value", 3, {"field": "columns"}),
    "nine": ("columns:\n" + "  - m\n" * 9, "too_many", 10, {"limit": 8}),
    "typo at the top": (
        "narani: 1\ncolums: [m]\n",
        "unknown_field",
        2,
        {"field": "colums", "suggestion": "columns"},
    ),
    "typo in a column": (
        "columns:\n  - model: m\n    sytem: x\n",
        "unknown_field",
        3,
        {"field": "sytem", "suggestion": "system"},
    ),
    "a key": (COLUMN + "    api_key: sk-1\n", "unknown_field", 4, {"field": "api_key"}),
    "a merge": (COLUMN + "    <<: {a: 1}\n", "unknown_field", 4, {"field": "<<"}),
    "typo below": (
        COLUMN + "    few_shot:\n      set: a\n      chose: similar\n",
        "unknown_field",
        6,
        {"field": "few_shot.chose", "suggestion": "choose"},
    ),
    "typo in retrieval": (
        COLUMN + "    retrieval: {collection: a, topk: 1}\n",
        "unknown_field",
        4,
        {"field": "retrieval.topk", "suggestion": "top_k"},
    ),
    "typo in an example": (
        COLUMN + "    few_shot:\n      examples:\n        - question: a\n          anser: b\n",
        "unknown_field",
        7,
        {"field": "examples.anser", "suggestion": "answer"},
    ),
    "typo in a template": (
        COLUMN + "templates:\n  - name: a\n    usr: x\n",
        "unknown_field",
        6,
        {"field": "templates.usr", "suggestion": "user"},
    ),
    "typo in a set": (
        COLUMN + "example_sets:\n  - nam: a\n",
        "unknown_field",
        5,
        {"field": "example_sets.nam", "suggestion": "name"},
    ),
    "no model": ("columns:\n  - m\n  - name: x\n", "bad_value", 3, {"field": "model"}),
    "temperature": (
        COLUMN + "    name: x\n    temperature: hot\n",
        "bad_value",
        5,
        {"field": "temperature"},
    ),
    "not a number": (COLUMN + "    temperature: .nan\n", "bad_value", 4, {"field": "temperature"}),
    "text is a list": (COLUMN + "    system: [a]\n", "bad_value", 4, {"field": "system"}),
    "k": (
        COLUMN + "    few_shot:\n      set: a\n      k: many\n",
        "bad_value",
        6,
        {"field": "few_shot.k"},
    ),
    "choose": (
        COLUMN + "    few_shot: {set: a,\n      choose: best}\n",
        "bad_value",
        5,
        {"field": "few_shot.choose"},
    ),
    "no set": (COLUMN + "    few_shot: {k: 3}\n", "bad_value", 4, {"field": "few_shot"}),
    "template version": (
        COLUMN + "    template:\n      name: a\n      version: 0\n",
        "bad_value",
        6,
        {"field": "template.version"},
    ),
    "second stop": (
        COLUMN + "    stop:\n      - a\n      - ''\n",
        "bad_value",
        6,
        {"field": "stop"},
    ),
    "adapter": (
        COLUMN + "    adapter:\n      - {name: a}\n      - {name: b, scale: 9}\n",
        "bad_value",
        6,
        {"field": "adapter"},
    ),
    "two adapters": (COLUMN + "    adapter: [a, a]\n", "bad_value", 4, {"field": "adapter"}),
    "schema": (COLUMN + "    schema: [a]\n", "bad_value", 4, {"field": "schema"}),
    "no answer": (
        COLUMN
        + "    few_shot:\n      examples:\n        - {question: a, answer: b}\n        - {question: a}\n",
        "bad_value",
        7,
        {"field": "examples"},
    ),
    "question": ("question: [a]\n" + COLUMN, "bad_value", 1, {"field": "question"}),
    "values": ("values: [a]\n" + COLUMN, "bad_value", 1, {"field": "values"}),
    "one value": ("values:\n  a: b\n  c: [d]\n" + COLUMN, "bad_value", 3, {"field": "values.c"}),
    "templates": (COLUMN + "templates: a\n", "bad_value", 4, {"field": "templates"}),
    "one template": (COLUMN + "templates:\n  - a\n", "bad_value", 5, {"field": "templates"}),
    "template name": (
        COLUMN + "templates:\n  - user: '{{question}}'\n",
        "bad_value",
        5,
        {"field": "templates.name"},
    ),
    "no question": (
        COLUMN + "templates:\n  - name: a\n    user: x\n",
        "bad_value",
        6,
        {"field": "templates.user"},
    ),
    "open brace": (
        COLUMN + "templates:\n  - name: a\n    system: |\n\n      x\n      {{a\n",
        "bad_value",
        9,
        {"field": "templates.system"},
    ),
    "template twice": (
        COLUMN + "templates:\n  - {name: a}\n  - {name: a}\n",
        "bad_value",
        6,
        {"field": "templates.name"},
    ),
    "set name": (
        COLUMN + "example_sets:\n  - hash: a\n    name: ''\n",
        "bad_value",
        6,
        {"field": "example_sets.name"},
    ),
    "set version": (
        COLUMN + "example_sets:\n  - name: a\n    version: x\n",
        "bad_value",
        6,
        {"field": "example_sets.version"},
    ),
    "set of nothing": (
        COLUMN + "example_sets:\n  - name: a\n",
        "bad_value",
        5,
        {"field": "example_sets"},
    ),
    "no examples": (
        COLUMN + "example_sets:\n  - name: a\n    examples: []\n",
        "bad_value",
        6,
        {"field": "examples"},
    ),
    "side": (
        COLUMN
        + "example_sets:\n  - name: a\n    examples:\n      - {question: a, answer: b, split: dev}\n",
        "bad_value",
        7,
        {"field": "split"},
    ),
    "both sides": (
        COLUMN
        + "example_sets:\n  - name: a\n    examples:\n      - {question: a, answer: b}\n      - {question: ' a', answer: c, split: test}\n",
        "bad_value",
        8,
        {"field": "split"},
    ),
    "fields": (
        COLUMN
        + "example_sets:\n  - name: a\n    examples:\n      - question: a\n        answer: b\n        fields: [x]\n",
        "bad_value",
        9,
        {"field": "examples"},
    ),
    "same field": (
        COLUMN + "    name: a\n    system: b\n    name: c\n",
        "duplicate_key",
        6,
        {"field": "name", "first_line": 4},
    ),
    "same field in quotes": (
        "narani: 1\n'narani': 1\n",
        "duplicate_key",
        2,
        {"field": "narani", "first_line": 1},
    ),
    "anchor": (COLUMN + "    name: &a x\n", "alias", 4, {"name": "&a"}),
    "alias": (COLUMN + "    name: *a\n", "alias", 4, {"name": "*a"}),
    "tag": (
        COLUMN + "    name: !!python/object/apply:os.system ['ls']\n",
        "tag",
        4,
        {"name": "!!python/object/apply:os.system"},
    ),
    "own tag": (COLUMN + "    name: ! x\n", "tag", 4, {"name": "!"}),
    "tab": ("narani: 1\ncolumns:\n\t- model: m\n", "tab", 3, {}),
    "tab after a dash": ("narani: 1\ncolumns:\n  - model: m\n\t  name: x\n", "tab", 4, {}),
    "two colons": (COLUMN + "    name: a: b\n", "yaml", 4, {}),
    "open quote": (COLUMN + "    name: 'a\n    system: b\n", "yaml", 4, {}),
    "open bracket": (COLUMN + "    stop: [a,\n", "yaml", 5, {}),
    "two documents": (COLUMN + "---\na: b\n", "yaml", 4, {}),
    "bell": (COLUMN + "    name: a\x07\n", "yaml", 4, {"problem": "the control character U+0007"}),
    "list as a name": (COLUMN + "? [a]\n: b\n", "yaml", 4, {"problem": "a name must be text"}),
    "deep": (COLUMN + "    schema: " + "[" * 500_000, "too_deep", 4, {"limit": 64}),
    "deep mappings": (COLUMN + "    schema: " + "{a: " * 200_000, "too_deep", 4, {"limit": 64}),
    "two megabytes": (COLUMN + "#" * 2_000_000, "too_large", 1, {"limit": MAX_BYTES}),
    "Korean counts in bytes": (
        COLUMN + "# " + "가" * 400_000,
        "too_large",
        1,
        {"limit": MAX_BYTES},
    ),
    "lost characters": (
        COLUMN + "    name: " + "공손하게".encode("cp949").decode("utf-8", "replace") + "\n",
        "encoding",
        4,
        {},
    ),
    "half a pair": (COLUMN + "    name: a\ud83d\n", "encoding", 4, {}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_named_with_its_line(case):
    text, code, line, details = REFUSED[case]
    with pytest.raises(UsageError) as caught:
        from_yaml(text)
    found = caught.value.details
    assert (caught.value.kind, found["code"], found["line"]) == ("bad_recipe_file", code, line)
    assert found | details == found
    assert str(caught.value).startswith(f"line {line}: ")


def test_a_billion_laughs_are_refused_at_the_first():
    lines = ['a0: &a0 ["ha", "ha"]'] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    with pytest.raises(UsageError) as caught:
        from_yaml("narani: 1\n" + "\n".join(lines))
    assert (
        caught.value.details | {"code": "alias", "name": "&a0", "line": 2} == caught.value.details
    )


def test_a_key_is_not_repeated_in_the_refusal():
    with pytest.raises(UsageError) as caught:
        from_yaml(COLUMN + "    api_key: sk-very-secret\n")
    assert "sk-very-secret" not in f"{caught.value} {caught.value.details}"


def test_a_character_that_was_lost_on_purpose_comes_back():
    comparison = Comparison(recipes=(Recipe(model="m", system="what is \ufffd?\n"),))
    assert "\ufffd" not in to_yaml(comparison)
    assert from_yaml(to_yaml(comparison)) == comparison


def test_a_comparison_that_no_file_can_hold_is_not_written():
    with pytest.raises(UsageError) as caught:
        to_yaml(Comparison(recipes=(Recipe(model="m", reference="가" * 400_000),)))
    assert caught.value.kind == "bad_recipe_file"
    assert caught.value.details == {"code": "too_large", "limit": MAX_BYTES, "line": 0}
