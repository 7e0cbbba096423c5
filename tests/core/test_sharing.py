"""What columns name goes along with a comparison, and is put away without overwriting anything."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.comparison.files import SharedSet
from core.comparison.plain_yaml import MAX_BYTES
from core.errors import UsageError
from core.example import Example
from core.example_set import SetExample, normalised
from core.few_shot import FewShot
from core.recipe import Recipe, parse_recipe
from core.sharing import Comparison, adopt, collect, from_bytes, from_yaml, to_yaml
from core.store.database import open_database
from core.store.example_sets import ExampleSets
from core.store.templates import Templates
from core.template import Template, TemplateUse

POLITE = Template(
    name="공손", system="정중하게 {{audience}}에게.", user="{{examples}}\nQ: {{question}}"
)
CAPITALS = [
    Example(question="France", answer="Paris", tags=("eu",)),
    Example(question="이탈리아", answer="로마", fields=(("continent", "유럽"),)),
    Example(question="Japan", answer="Tokyo"),
]
SIDES = {"France": "train", "이탈리아": "train", "Japan": "test"}


class Place:
    """The stores of one machine."""

    def __init__(self, engine: Engine) -> None:
        self.templates, self.sets = Templates(engine), ExampleSets(engine)

    def collect(self, *recipes: Recipe, question: str = "", values: dict | None = None):
        return collect(recipes, question, values or {}, self.templates, self.sets)

    def adopt(self, comparison: Comparison):
        return adopt(comparison, self.templates, self.sets)

    def everything(self) -> tuple:
        """What is stored, in all versions."""
        templates = [self.templates.versions(one.name) for one in self.templates.list()]
        return templates, self.sets.list(all_versions=True)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    """Where a comparison comes from, and where it goes."""
    engines = [open_database(f"sqlite:///{tmp_path / name}.db") for name in ("from", "to")]
    yield Place(engines[0]), Place(engines[1])
    for engine in engines:
        engine.dispose()


@pytest.fixture
def here(places: tuple[Place, Place]) -> Place:
    """Somebody who has a template and a set."""
    places[0].templates.save(POLITE, ["audience"])
    places[0].sets.save("수도", CAPITALS, sides=SIDES)
    return places[0]


@pytest.fixture
def there(places: tuple[Place, Place]) -> Place:
    """Somebody who has nothing yet."""
    return places[1]


PLAIN = Recipe(model="baseline/extract")
BOTH = Recipe(
    model="m", template=TemplateUse(name="공손"), few_shot=FewShot(set="수도", choose="similar")
)


def handed_on(comparison: Comparison) -> Comparison:
    return from_bytes(to_yaml(comparison).encode())


def test_what_the_columns_name_goes_along(here):
    found = here.collect(PLAIN, BOTH, BOTH, question="왜?", values={"audience": "어린이"})
    assert found.recipes == (PLAIN, BOTH, BOTH)
    assert (found.question, found.values) == ("왜?", (("audience", "어린이"),))
    assert [(one.name, one.hash) for one in found.templates] == [("공손", POLITE.hash)]
    (shared,) = found.sets
    assert [one.example for one in shared.examples] == CAPITALS
    assert [one.split for one in shared.examples] == ["train", "train", "test"]
    assert shared.hash == here.sets.named("수도").hash
    assert handed_on(found) == found


def test_nothing_else_goes_along(here):
    assert here.collect(PLAIN).templates == here.collect(PLAIN).sets == ()


def test_what_a_column_names_and_nobody_has_is_left_out(there):
    found = there.collect(BOTH)
    assert (found.recipes, found.templates, found.sets) == ((BOTH,), (), ())


def test_two_versions_of_a_template_go_along_as_two(here):
    here.templates.save(Template(name="공손", system="반말로"), [])
    first, second = (
        Recipe(model="m", template=TemplateUse(name="공손", version=v)) for v in (1, 2)
    )
    found = handed_on(here.collect(first, second))
    assert [(one.version, one.system) for one in found.templates] == [
        (1, POLITE.system),
        (2, "반말로"),
    ]


@pytest.mark.parametrize(("count", "letters"), [(201, 1), (20, 6000)])
def test_a_large_set_is_only_named(here, count, letters):
    here.sets.save(
        "big", [Example(question=f"{n} " + "a" * letters, answer="b") for n in range(count)]
    )
    found = handed_on(here.collect(Recipe(model="m", few_shot=FewShot(set="big"))))
    assert found.sets == (SharedSet(name="big", hash=here.sets.named("big").hash, examples=None),)


def test_somebody_who_has_nothing_gets_everything_as_it_was(here, there):
    adopted = there.adopt(handed_on(here.collect(PLAIN, BOTH)))
    assert adopted.recipes == (PLAIN, BOTH)
    assert (adopted.added, adopted.missing, adopted.moved) == (("공손 v1", "수도 v1"), (), ())
    assert there.templates.get("공손").hash == POLITE.hash
    assert there.sets.latest("수도").examples == here.sets.latest("수도").examples


def test_opening_a_file_twice_stores_it_once(here, there):
    comparison = handed_on(here.collect(BOTH))
    there.adopt(comparison)
    before = there.everything()
    again = there.adopt(comparison)
    assert (again.recipes, again.added) == ((BOTH,), ())
    assert there.everything() == before


def test_other_content_of_the_same_name_is_a_next_version_and_pinned(here, there):
    mine = Template(name="공손", system="내 것")
    there.templates.save(mine, [])
    there.sets.save(
        "수도", [Example(question="한국", answer="서울"), Example(question="독일", answer="베를린")]
    )
    kept = there.sets.latest("수도")
    adopted = there.adopt(handed_on(here.collect(PLAIN, BOTH)))
    assert adopted.added == ("공손 v2", "수도 v2")
    # The newest here, so that "the newest" already means what the file means.
    assert adopted.recipes == (PLAIN, BOTH)
    assert there.templates.get("공손", 1).hash == mine.hash
    assert there.sets.get(kept.id).examples == kept.examples


def test_a_column_is_pinned_when_the_newest_here_is_another(here, there):
    comparison = handed_on(here.collect(BOTH))
    there.adopt(comparison)
    there.templates.save(Template(name="공손", system="내 것"), [])
    there.sets.save("수도", [*CAPITALS, Example(question="한국", answer="서울")])
    adopted = there.adopt(comparison)
    assert adopted.added == ()
    (recipe,) = adopted.recipes
    assert recipe.template == TemplateUse(name="공손", version=1)
    assert recipe.few_shot == FewShot(set="수도", version=1, choose="similar")


def test_version_numbers_of_elsewhere_become_those_of_here(here, there):
    here.templates.save(Template(name="공손", system="둘째"), [])
    there.templates.save(Template(name="공손", system="내 것"), [])
    pinned = [Recipe(model="m", template=TemplateUse(name="공손", version=v)) for v in (2, 1)]
    adopted = there.adopt(handed_on(here.collect(*pinned)))
    assert adopted.added == ("공손 v2", "공손 v3")
    assert [one.template.version for one in adopted.recipes] == [2, 3]
    assert there.templates.get("공손", 2).system == "둘째"
    assert there.templates.get("공손", 3).hash == POLITE.hash


def test_an_older_version_named_without_a_number_is_pinned_when_a_newer_one_comes_along(
    here, there
):
    """Both columns are asked for after both versions are stored."""
    here.templates.save(Template(name="공손", system="둘째"), [])
    newest = Recipe(model="m", template=TemplateUse(name="공손"))
    first = Recipe(model="m", template=TemplateUse(name="공손", version=1))
    adopted = there.adopt(handed_on(here.collect(newest, first)))
    systems = [
        there.templates.get(one.template.name, one.template.version).system
        for one in adopted.recipes
    ]
    assert systems == ["둘째", POLITE.system]


def test_a_hash_in_a_column_follows_its_content(here, there):
    recipe = Recipe(
        model="m",
        template=TemplateUse(name="공손", version=1, hash=POLITE.hash),
        few_shot=FewShot(set="수도", version=1, hash=here.sets.named("수도").id),
    )
    there.templates.save(Template(name="공손", system="내 것"), [])
    (found,) = there.adopt(handed_on(here.collect(recipe))).recipes
    assert found.template == TemplateUse(name="공손", version=2, hash=POLITE.hash)
    stored = there.sets.named("수도")
    assert found.few_shot == FewShot(set="수도", version=1, hash=stored.id)


def test_another_order_is_another_version(here, there):
    """The first three examples are those of a fixed choice."""
    there.sets.save("수도", CAPITALS[::-1], sides=SIDES)
    adopted = there.adopt(handed_on(here.collect(BOTH)))
    assert adopted.added == ("공손 v1", "수도 v2")
    assert [one.example for one in there.sets.latest("수도").examples] == CAPITALS


def test_a_question_stays_on_the_side_it_has_had_here(here, there):
    there.sets.save("수도", CAPITALS[:2], sides={"France": "test", "이탈리아": "train"})
    adopted = there.adopt(handed_on(here.collect(BOTH)))
    assert adopted.moved == ("수도 v2",)
    sides = {normalised(o.example.question): o.split for o in there.sets.latest("수도").examples}
    assert sides == {"France": "test", "이탈리아": "train", "Japan": "test"}


def test_what_neither_the_file_nor_the_store_has_is_named(there):
    recipes = (BOTH, Recipe(model="m", template=TemplateUse(name="없음", version=7)), BOTH)
    adopted = there.adopt(Comparison(recipes=recipes))
    assert adopted.recipes == recipes
    assert adopted.missing == ("공손", "없음 v7", "수도")
    assert there.everything() == ([], ())


def test_what_the_store_has_already_is_not_missing(here):
    assert here.adopt(Comparison(recipes=(BOTH,))).missing == ()


def test_a_set_that_is_only_named_is_found_by_its_content(here):
    digest = here.sets.named("수도").hash
    here.sets.save("수도", [*CAPITALS, Example(question="한국", answer="서울")])
    recipe = Recipe(model="m", few_shot=FewShot(set="수도"))
    only_named = (SharedSet(name="수도", hash=digest),)
    adopted = here.adopt(Comparison(recipes=(recipe,), sets=only_named))
    assert adopted.recipes[0].few_shot == FewShot(set="수도", version=1)
    other = (SharedSet(name="수도", hash="0" * 12),)
    assert here.adopt(Comparison(recipes=(recipe,), sets=other)).missing == ("수도",)


def test_what_no_column_names_is_not_stored(there):
    stranger = SharedSet(
        name="x",
        hash="0",
        examples=(SetExample(example=Example(question="a", answer="b"), split="train"),),
    )
    adopted = there.adopt(Comparison(recipes=(PLAIN,), templates=(POLITE,), sets=(stranger,)))
    assert adopted.added == ()
    assert there.everything() == ([], ())


def test_a_file_written_by_hand_can_be_adopted(there):
    found = from_yaml(
        "column:\n  model: m\n  template: Polite  one\n  few_shot: tiny\n"
        "templates:\n  - name: Polite one\n    user: |\n\n      Say {{mood}}: {{question}}\n\n"
        "example_sets:\n  - name: tiny\n    hash: stale\n    examples:\n"
        "      - {question: 1, answer: one}\n      - {question: 1, answer: one}\n"
    )
    adopted = there.adopt(found)
    assert adopted.added == ("Polite one v1", "tiny v1")
    assert there.templates.get("Polite one").user == "Say {{mood}}: {{question}}"
    assert there.adopt(found).added == ()


def test_an_old_windows_file_is_read(here):
    found = here.collect(BOTH, question="왜?")
    assert from_bytes(to_yaml(found).encode("cp949")) == found
    assert from_bytes(to_yaml(found).encode("utf-8-sig")) == found


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"narani: 1\ncolumn: {model: m}\nquestion: \xff\xfe\xff", "encoding", 3),
        (b"narani: 1\n\0\0", "encoding", 2),
        (b"#" * (MAX_BYTES + 1), "too_large", 1),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_line(content, code, line):
    with pytest.raises(UsageError) as caught:
        from_bytes(content)
    assert (caught.value.details["code"], caught.value.details["line"]) == (code, line)


def test_a_recipe_with_everything_survives_the_way(here, there):
    everything = parse_recipe(
        json.dumps(
            {
                "model": "openai/gpt-4o-mini",
                "system": "가\n---\n나  \n",
                "template": {"name": "공손", "version": 1},
                "temperature": 1,
                "stop": ["\n", "007"],
                "few_shot": {"set": "수도", "k": 2, "choose": "diverse", "tags": ["eu"]},
                "retrieval": {"collection": "해담", "mmr": 0.5},
                "schema": {"type": "object", "properties": {"답": {"type": "string"}}},
                "reference": "첫째\n\n둘째\n\n",
                "adapter": [{"name": "말투", "scale": 0.5}],
                "name": "yes",
            }
        )
    )
    assert there.adopt(handed_on(here.collect(everything))).recipes == (everything,)
