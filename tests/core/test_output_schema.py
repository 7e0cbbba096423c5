"""A JSON Schema is read once, refused by name, and never hangs on what somebody made up."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UsageError
from core.output_schema import (
    MAX_ANSWER_CHARACTERS,
    MAX_CHARACTERS,
    MOST_FAULTS,
    canonical,
    faults,
    instruction,
    without_fence,
)

MOOD = {
    "type": "object",
    "properties": {
        "이유": {"type": "string"},
        "mood": {"enum": ["긍정", "부정", "중립"]},
        "stars": {"type": "integer", "minimum": 1, "maximum": 5},
    },
    "required": ["mood"],
    "additionalProperties": False,
}
FAN = {
    "$defs": {f"a{i}": {"allOf": [{"$ref": f"#/$defs/a{i + 1}"}] * 2} for i in range(40)}
    | {"a40": {"type": "string"}},
    "$ref": "#/$defs/a0",
}


def codes_of(text: str, schema: object) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in faults(text, canonical(schema))]


def codes(answer: object, schema: object) -> list[tuple[str, str]]:
    return codes_of(json.dumps(answer, ensure_ascii=False), schema)


def refusal(content: object) -> dict[str, str | int]:
    with pytest.raises(UsageError) as caught:
        canonical(content)
    assert caught.value.kind == "bad_schema"
    return caught.value.details


@pytest.mark.parametrize("nothing", [None, True, "", "  \n"])
def test_no_schema_is_an_empty_text(nothing):
    assert canonical(nothing) == ""
    assert faults("anything", "") == ()


def test_text_and_object_are_one_schema():
    assert canonical(json.dumps(MOOD, indent=4)) == canonical(MOOD)
    assert canonical(canonical(MOOD)) == canonical(MOOD)
    assert "이유" in canonical(MOOD)


def test_keywords_are_sorted_and_properties_keep_the_order_they_are_written_in():
    text = canonical({"type": "object", "properties": {"reason": {}, "answer": {}}})
    assert text == '{"properties":{"reason":{},"answer":{}},"type":"object"}'
    inside = canonical({"properties": {"properties": {"type": "object", "enum": [{}]}, "a": {}}})
    assert inside == '{"properties":{"properties":{"enum":[{}],"type":"object"},"a":{}}}'


def test_text_that_is_no_json_is_refused_with_its_place():
    details = refusal('{\n "type": }')
    assert (details["code"], details["line"], details["column"]) == ("not_json", 2, 10)
    assert refusal('{"minimum": NaN}')["code"] == "not_json"


@pytest.mark.parametrize("content", ["[]", "3", "null", '"text"', 5, False, ["a"]])
def test_what_is_no_object_is_refused(content):
    assert refusal(content)["code"] == "not_object"


def test_a_schema_that_is_too_large_or_too_deep_is_refused():
    assert refusal({"description": "가" * MAX_CHARACTERS}) == {
        "code": "too_large",
        "reason": "it has 50019 characters",
        "limit": MAX_CHARACTERS,
    }
    assert refusal('{"items":' * 2000 + "{}" + "}" * 2000)["code"] == "too_deep"


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"type": "objekt"}, "$.type"),
        ({"properties": {"a b": {"minLength": -1}}}, '$.properties["a b"].minLength'),
        ({"properties": {"a": {"pattern": "("}}}, "$.properties.a.pattern"),
        ({"patternProperties": {"(": {}}}, "$.patternProperties"),
        ({"pattern": "((a{1000}){1000}){1000}"}, "$.pattern"),
        ({"$ref": "#/$defs/nowhere"}, '$["$ref"]'),
        ({"$ref": "#/title", "title": "text"}, '$["$ref"]'),
        ({"$ref": "#/x", "x": {"type": 7}}, '$["$ref"].type'),
        ({"properties": {"a": {"$id": "http://elsewhere/"}}}, '$.properties.a["$id"]'),
        (
            {"items": {"patternProperties": {"a": {}}, "unevaluatedProperties": False}},
            "$.items.unevaluatedProperties",
        ),
    ],
)
def test_what_the_standard_or_we_cannot_use_is_refused_with_its_path(schema, path):
    details = refusal(schema)
    assert (details["code"], details["path"]) == ("invalid", path)
    assert details["reason"]


@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef"])
@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x.json", "file:///etc/passwd", "x.json#/a"]
)
def test_a_reference_to_elsewhere_is_refused_because_nothing_is_fetched(keyword, address):
    details = refusal({"properties": {"a": {keyword: address}}})
    assert details["code"] == "remote_ref"
    assert details["reference"] == address
    assert details["path"] == f'$.properties.a["{keyword}"]'


def test_older_dialects_are_compared_too():
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": {"word": {"type": "string", "pattern": "(a|a)*$"}},
        "properties": {"a": {"$ref": "#/definitions/word"}},
    }
    assert codes({"a": 1}, schema) == [("$.a", "type")]
    assert codes({"a": "a" * 60 + "b"}, schema) == [("$", "too_complex")]


def test_an_answer_that_fits_has_no_faults():
    assert codes({"mood": "긍정", "stars": 5}, MOOD) == []


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```\n{}\n```", " \n```JSON\r\n{}\r\n```\n"])
def test_a_fence_around_the_whole_answer_is_taken_off(fence):
    assert codes_of(fence.replace("{}", '{\n  "mood": "부정"\n}'), MOOD) == []


@pytest.mark.parametrize(
    "answer",
    ["", "긍정", 'Sure! {"mood": "긍정"}', '{"mood": "긍정"} done', '{"mood": "긍', "{'mood': 1}"],
)
def test_an_answer_that_is_no_json_is_one_fault(answer):
    (fault,) = faults(answer, canonical(MOOD))
    assert (fault.path, fault.code) == ("$", "not_json")
    assert fault.message


def test_faults_name_place_and_keyword_the_deepest_first():
    schema = {"properties": {"items": {"items": MOOD}}, "required": ["total"]}
    answer = {"items": [{"mood": "좋음"}, {"stars": 9, "extra": 1}]}
    assert codes(answer, schema) == [
        ("$.items[0].mood", "enum"),
        ("$.items[1].extra", "additionalProperties"),
        ("$.items[1].stars", "maximum"),
        ("$.items[1]", "required"),
        ("$", "required"),
    ]


def test_a_message_says_what_was_found_and_what_was_wanted():
    (fault,) = faults('{"mood": "좋음"}', canonical(MOOD))
    assert fault.message == '"좋음" does not fit enum: ["긍정", "부정", "중립"]'
    (fault,) = faults("{}", canonical(MOOD))
    assert fault.message == "'mood' is a required property"


def test_a_message_repeats_little_of_a_long_answer():
    secret = "가" * 5000
    for answer, schema in [
        (secret, {"type": "integer"}),
        ({secret: secret}, {"additionalProperties": False}),
        ([secret], {"items": {"const": 1}}),
        ({"a": secret}, {"required": ["b"]}),
        ({secret: 1}, {"maxProperties": 0}),
        ({secret: 1}, {"propertyNames": {"maxLength": 3}}),
    ]:
        (fault,) = faults(json.dumps(answer, ensure_ascii=False), canonical(schema))
        assert fault.message.count("가") <= 100
        assert len(fault.message) <= 300
        assert len(fault.path) <= 200


def test_only_the_first_faults_are_told_and_each_once():
    assert len(codes(["x"] * 500, {"items": {"type": "integer"}})) == MOST_FAULTS
    assert codes(1, {"allOf": [{"type": "string"}] * 9}) == [("$", "type")]


def test_patterns_know_scripts_and_are_not_anchored():
    assert codes("서울시", {"pattern": r"\p{Hangul}"}) == []
    assert codes("Seoul", {"pattern": r"^\p{Hangul}+$"}) == [("$", "pattern")]
    named = {"patternProperties": {"^n_": {"type": "integer"}}, "additionalProperties": False}
    assert codes({"n_a": 1}, named) == []
    assert codes({"n_a": "1", "m": 2}, named) == [
        ("$.m", "additionalProperties"),
        ("$.n_a", "type"),
    ]


def test_one_and_one_point_zero_are_the_same_whole_number():
    assert codes_of("1.0", {"type": "integer"}) == []
    assert codes_of("[1, 1.0]", {"uniqueItems": True}) == [("$", "uniqueItems")]
    assert codes_of("[1, true]", {"uniqueItems": True}) == []


NAME = "a" * 60 + "b"
HANGS = "(a|a)*$"


@pytest.mark.parametrize(
    ("text", "schema", "code"),
    [
        (f'"{NAME}"', {"pattern": HANGS}, "too_complex"),
        (f'{{"{NAME}": 1}}', {"patternProperties": {HANGS: {}}}, "too_complex"),
        (f'{{"{NAME}": 1}}', {"patternProperties": {HANGS: {}}} | MOOD, "too_complex"),
        (f'["{NAME}"]', {"contains": {"pattern": HANGS}}, "too_complex"),
        ('"x"', FAN, "too_complex"),
        (str([1] * 3000), {"items": {"enum": [f"v{i}" for i in range(3000)]}}, "too_complex"),
        ("{}", {"$ref": "#"}, "too_deep"),
        ("{}", {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}, "too_deep"),
        ('{"a": 1}', {"$ref": "#", "unevaluatedProperties": False}, "too_deep"),
        ("[" * 400 + "]" * 400, {"items": {"$ref": "#"}}, "too_deep"),
        ("[" * 200_000, {}, "too_deep"),
        ("1" * 5000, {}, "not_json"),
        ("1e999", {}, "not_json"),
        ("[NaN]", {}, "not_json"),
        ("1" * 4000, {"multipleOf": 0.001}, "multipleOf"),
        (" " * MAX_ANSWER_CHARACTERS + "{}", {}, "too_long"),
    ],
    ids=range(16),
)
def test_a_hostile_schema_or_answer_is_a_fault_and_no_crash(text, schema, code):
    (fault,) = faults(text, canonical(schema))
    assert fault.code == code


def test_many_items_that_cannot_be_sorted_are_compared_quickly():
    assert codes([{"a": n} for n in range(50_000)], {"uniqueItems": True}) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
WORDS = st.sampled_from(
    "type enum const minimum multipleOf maxLength pattern items prefixItems contains uniqueItems "
    "properties patternProperties additionalProperties required anyOf oneOf not if then else "
    "$ref $defs $id $anchor $dynamicRef unevaluatedProperties unevaluatedItems propertyNames "
    "dependentSchemas format".split()
)
VALUES = (
    st.sampled_from(
        ["#", "#/$defs/a", "#/items", "string", "integer", "object", ".", "(a|b)", True]
    )
    | st.integers(-1, 3)
    | st.lists(st.sampled_from(["a", "string", "null"]), max_size=2)
)
SCHEMAS = st.recursive(
    st.dictionaries(WORDS, VALUES, max_size=3) | st.booleans(),
    lambda inner: st.dictionaries(
        WORDS,
        inner | st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
        max_size=3,
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(SCHEMAS, JSON)
def test_whatever_is_a_schema_can_be_held_against_whatever_is_an_answer(schema, answer):
    try:
        text = canonical(schema)
    except UsageError:
        return
    assert canonical(text) == text
    for fault in faults(json.dumps(answer), text):
        assert fault.code
        assert len(fault.message) <= 300


def test_the_instruction_holds_the_schema_as_it_is():
    assert instruction(canonical(MOOD)).endswith("\n" + canonical(MOOD))


def test_a_fence_that_never_closes_is_no_fence():
    text = "```json\n" + "\n" * 200_000 + "x"
    assert without_fence(text) == text
