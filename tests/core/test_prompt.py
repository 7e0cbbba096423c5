"""What is sent: the same recipe, question and history give the same messages."""

from core.example import Example, passages_of
from core.few_shot import FewShot
from core.output_schema import canonical, instruction
from core.prompt import OPEN_BOOK, Turn, prepare
from core.recipe import Recipe
from core.template import Template

EXAMPLE = Example(question="1+1?", answer="2")


def roles_and_texts(prompt):
    return [(message.role, message.content) for message in prompt.messages]


def test_a_plain_recipe_sends_the_question_alone():
    assert roles_and_texts(prepare(Recipe(model="a/b"), "Why?")) == [("user", "Why?")]


def test_system_examples_history_and_question_come_in_this_order():
    recipe = Recipe(model="a/b", system="Be short.", few_shot=FewShot(examples=(EXAMPLE,)))
    prompt = prepare(recipe, "Why?", [Turn(question="Who?", answer="Me.")])
    assert roles_and_texts(prompt) == [
        ("system", "Be short."),
        ("user", "1+1?"),
        ("assistant", "2"),
        ("user", "Who?"),
        ("assistant", "Me."),
        ("user", "Why?"),
    ]
    assert prompt.examples == (EXAMPLE,)


def test_a_reference_is_numbered_and_said_to_be_data():
    prompt = prepare(Recipe(model="a/b", system="Be short.", reference="One.\n\nTwo."), "Why?")
    assert roles_and_texts(prompt) == [
        ("system", f"Be short.\n\n{OPEN_BOOK}\n\n[1] One.\n\n[2] Two."),
        ("user", "Why?"),
    ]
    assert [passage.text for passage in prompt.passages] == ["One.", "Two."]


def test_passages_are_cut_at_blank_lines_and_know_their_place():
    text = "\n\n  첫 문단.\n둘째 줄.\n\n\n\n\n last one \n"
    passages = passages_of(text, "notes.txt")
    assert [passage.text for passage in passages] == ["첫 문단.\n둘째 줄.", "last one"]
    assert all(text[p.start : p.end] == p.text for p in passages)
    assert {passage.document for passage in passages} == {"notes.txt"}


def test_text_with_windows_line_ends_is_cut_at_blank_lines_too():
    text = "One.\r\n\r\nTwo."
    passages = passages_of(text, "notes.txt")
    assert [passage.text for passage in passages] == ["One.", "Two."]
    assert all(text[p.start : p.end] == p.text for p in passages)


def test_blank_text_has_no_passages():
    assert passages_of(" \n\n \n", "notes.txt") == ()
    assert roles_and_texts(prepare(Recipe(model="a/b", reference=" \n"), "Why?")) == [
        ("user", "Why?")
    ]


def test_the_same_input_gives_the_same_prompt():
    recipe = Recipe(model="a/b", reference="One.", few_shot=FewShot(examples=(EXAMPLE,)))
    assert prepare(recipe, "Why?") == prepare(recipe, "Why?")


# ---- templates ------------------------------------------------------------------------------------

FRANCE = Example(question="수도는?", answer="파리", fields=(("나라", "프랑스"),))
JAPAN = Example(question="수도는?", answer="도쿄", fields=(("나라", "일본"),))
SHOTS = Recipe(model="a/b", few_shot=FewShot(examples=(FRANCE, JAPAN)))
BY_COUNTRY = Template(name="t", system="{{나라}}에 답하세요.", user="나라: {{나라}}\n{{question}}")
KOREA = {"나라": "한국"}


def test_examples_are_turns_put_as_the_question_is_each_with_its_own_columns():
    prompt = prepare(SHOTS, "수도는?", template=BY_COUNTRY, values=KOREA)
    assert roles_and_texts(prompt) == [
        ("system", "한국에 답하세요."),
        ("user", "나라: 프랑스\n수도는?"),
        ("assistant", "파리"),
        ("user", "나라: 일본\n수도는?"),
        ("assistant", "도쿄"),
        ("user", "나라: 한국\n수도는?"),
    ]


def test_where_examples_have_a_place_of_their_own_they_are_no_turns():
    form = Template(
        name="t",
        system="보기:\n{{examples}}",
        example="{{나라}} -> {{answer}}",
        user="Q: {{question}}",
    )
    prompt = prepare(SHOTS, "한국은?", template=form)
    assert roles_and_texts(prompt) == [
        ("system", "보기:\n프랑스 -> 파리\n\n일본 -> 도쿄"),
        ("user", "Q: 한국은?"),
    ]
    assert prompt.examples == (FRANCE, JAPAN)


def test_examples_may_stand_in_the_question_and_not_in_earlier_ones():
    form = Template(name="t", user="{{examples}}\n\n{{question}}")
    prompt = prepare(SHOTS, "한국은?", [Turn(question="먼저?", answer="네.")], template=form)
    assert roles_and_texts(prompt) == [
        ("user", "먼저?"),
        ("assistant", "네."),
        ("user", "수도는?\n파리\n\n수도는?\n도쿄\n\n한국은?"),
    ]


def test_earlier_questions_are_put_as_this_one_is():
    prompt = prepare(
        Recipe(model="a/b"),
        "그럼 인구는?",
        [Turn(question="수도는?", answer="서울")],
        template=BY_COUNTRY,
        values=KOREA,
    )
    assert [text for _, text in roles_and_texts(prompt)] == [
        "한국에 답하세요.",
        "나라: 한국\n수도는?",
        "서울",
        "나라: 한국\n그럼 인구는?",
    ]


def test_values_examples_and_passages_are_never_read_as_templates_again():
    form = Template(
        name="t", system="{{context}}|{{examples}}|{{나라}}", example="{{question}}={{answer}}"
    )
    trap = r"{{question}} \{{나라}} {{examples}}"
    recipe = Recipe(
        model="a/b",
        reference=trap,
        few_shot=FewShot(examples=(Example(question=trap, answer=trap),)),
    )
    prompt = prepare(recipe, trap, template=form, values={"나라": trap})
    assert roles_and_texts(prompt) == [
        ("system", f"[1] {trap}|{trap}={trap}|{trap}"),
        ("user", trap),
    ]


def test_a_value_never_takes_the_place_of_the_question():
    form = Template(name="t", user="{{question}}", system="{{examples}}")
    values = {"question": "another", "examples": "others", "context": "invented"}
    prompt = prepare(
        SHOTS, "mine", [Turn(question="old", answer="a")], template=form, values=values
    )
    assert [text for _, text in roles_and_texts(prompt)] == [
        "수도는?\n파리\n\n수도는?\n도쿄",
        "old",
        "a",
        "mine",
    ]


def test_escaped_braces_are_sent_as_braces():
    form = Template(name="t", system=r'Write \{{name}} and {"a": {"b": 1}}.')
    assert roles_and_texts(prepare(Recipe(model="a/b"), "?", template=form))[0] == (
        "system",
        'Write {{name}} and {"a": {"b": 1}}.',
    )


def test_passages_without_a_place_in_the_template_come_as_they_do_without_one():
    recipe = Recipe(model="a/b", system="Be short.", reference="One.\n\nTwo.")
    with_template = prepare(recipe, "Why?", template=Template(name="t", system="Be kind."))
    assert roles_and_texts(with_template) == [
        ("system", f"Be short.\n\nBe kind.\n\n{OPEN_BOOK}\n\n[1] One.\n\n[2] Two."),
        ("user", "Why?"),
    ]


def test_passages_with_a_place_in_the_template_stand_there_alone():
    recipe = Recipe(model="a/b", reference="One.\n\nTwo.")
    form = Template(name="t", user="{{context}}\n\n{{question}}")
    assert roles_and_texts(prepare(recipe, "Why?", template=form)) == [
        ("user", "[1] One.\n\n[2] Two.\n\nWhy?")
    ]
    # An earlier question had other passages.
    turns = roles_and_texts(
        prepare(recipe, "Why?", [Turn(question="Who?", answer="I")], template=form)
    )
    assert turns[0] == ("user", "Who?")


def test_a_system_prompt_of_the_recipe_is_text_and_no_template():
    recipe = Recipe(model="a/b", system="Say {{question}}.")
    assert roles_and_texts(prepare(recipe, "?", template=Template(name="t")))[0] == (
        "system",
        "Say {{question}}.",
    )


def test_a_template_that_only_fills_in_nothing_sends_no_system_message():
    form = Template(name="t", system="{{context}}")
    assert roles_and_texts(prepare(Recipe(model="a/b"), "?", template=form)) == [("user", "?")]


def test_a_schema_is_asked_for_at_the_end_of_the_system_message():
    schema = canonical({"type": "object"})
    recipe = Recipe(model="a/b", system="Be short.", schema=schema)
    (system, _) = prepare(recipe, "?", template=Template(name="t", system="Be kind.")).messages
    assert system.content == f"Be short.\n\nBe kind.\n\n{instruction(schema)}"


def test_chosen_examples_stand_in_for_those_of_the_recipe():
    assert prepare(SHOTS, "?", examples=[JAPAN]).examples == (JAPAN,)
    assert roles_and_texts(prepare(SHOTS, "?", examples=[])) == [("user", "?")]


def test_an_example_without_a_column_leaves_its_place_empty():
    recipe = Recipe(model="a/b", few_shot=FewShot(examples=(EXAMPLE,)))
    prompt = prepare(recipe, "?", template=BY_COUNTRY, values=KOREA)
    assert prompt.messages[1].content == "나라: \n1+1?"
