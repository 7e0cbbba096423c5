"""What is sent: the same recipe, question and history give the same messages."""

from core.example import Example, passages_of
from core.prompt import OPEN_BOOK, Turn, prepare
from core.recipe import FewShot, Recipe

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
