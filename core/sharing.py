"""Joins shared comparisons and the stores: gathers what columns name, puts away what a file brings.

Nothing stored is overwritten: what is different here becomes a next version, and the columns that
came with it are pinned to that.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from core.comparison.files import Comparison, SharedSet, to_yaml
from core.comparison.parts import all_variables
from core.comparison.plain_yaml import MAX_BYTES, fault
from core.comparison.reading import from_yaml
from core.errors import StoreError
from core.example_set import SetExample, SetSummary, normalised
from core.few_shot import FewShot
from core.recipe import Recipe
from core.store.example_sets import ExampleSets
from core.store.templates import Templates
from core.template import Template, TemplateUse
from core.uploaded_text import Unreadable, decoded

__all__ = ["Adopted", "Comparison", "adopt", "collect", "from_bytes", "from_yaml", "to_yaml"]
Shared = TypeVar("Shared", Template, SharedSet)
MOST_EXAMPLES = 200
"""A larger set is only named; so is one with more than `MOST_BYTES`."""
MOST_BYTES = 100_000


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """What became of a comparison."""

    recipes: tuple[Recipe, ...]
    """Its columns, pinned to the versions that their templates and sets have here."""
    added: tuple[str, ...] = ()
    """Name and version of the templates and sets that were stored, `polite v2`."""
    missing: tuple[str, ...] = ()
    """Templates and sets that a column names and that are not here, or not with that content."""
    moved: tuple[str, ...] = ()
    """Added sets of which some questions stay on the side (train, test) they have had here."""


def from_bytes(content: bytes) -> Comparison:
    """The comparison in an uploaded file: UTF-8, or CP949 of an old Windows.

    Raises:
        UsageError: `bad_recipe_file`, see `core.comparison.reading.from_yaml`.
    """
    if len(content) > MAX_BYTES:
        reason = f"the file is larger than {MAX_BYTES:,} bytes"
        raise fault("too_large", 1, reason, limit=MAX_BYTES)
    try:
        return from_yaml(decoded(content))
    except Unreadable as error:
        reason = "these characters cannot be read; save the file as UTF-8"
        raise fault("encoding", error.line, reason) from error


def collect(
    recipes: Sequence[Recipe],
    question: str,
    values: Mapping[str, str],
    templates: Templates,
    sets: ExampleSets,
) -> Comparison:
    """A comparison with the templates and sets that its columns name, as far as they are here."""
    found = (_stored_template(templates, use) for use in _uses(recipes))
    heads = (_stored_set(sets, how) for how in _shots(recipes))
    unique = {one.id: one for one in heads if one is not None}
    return Comparison(
        recipes=tuple(recipes),
        question=question,
        values=tuple(values.items()),
        templates=tuple(dict.fromkeys(_timeless(one) for one in found if one is not None)),
        sets=tuple(_shared(sets, head) for head in unique.values()),
    )


def adopt(comparison: Comparison, templates: Templates, sets: ExampleSets) -> Adopted:
    """Store what the file brings and is not here yet.

    Raises:
        UsageError: `bad_template` or `bad_examples`.
        StoreError: `not_stored`.
    """
    work = _Adopting(comparison, templates, sets)
    for use in _uses(comparison.recipes):
        work.store_template(use)
    for how in _shots(comparison.recipes):
        work.store_set(how)
    # Last: only now is it known which version is the newest.
    recipes = tuple(work.pinned(recipe) for recipe in comparison.recipes)
    return Adopted(
        recipes=recipes,
        added=tuple(dict.fromkeys(work.added)),
        missing=tuple(dict.fromkeys(work.missing)),
        moved=tuple(dict.fromkeys(work.moved)),
    )


class _Adopting:
    """One comparison on its way into the stores."""

    def __init__(self, comparison: Comparison, templates: Templates, sets: ExampleSets) -> None:
        self._comparison, self._templates, self._sets = comparison, templates, sets
        self._template_versions: dict[tuple[str, int], int] = {}
        """Version here, by name and version in the file."""
        self._set_versions: dict[tuple[str, int], int] = {}
        self.added: list[str] = []
        self.missing: list[str] = []
        self.moved: list[str] = []

    def store_template(self, use: TemplateUse) -> None:
        brought = _brought(self._comparison.templates, use.name, use.version, use.hash)
        if brought is None:
            if _stored_template(self._templates, use) is None:
                self.missing.append(_label(use.name, use.version))
            return
        if (key := (brought.name, brought.version)) in self._template_versions:
            return
        here = self._templates.versions(brought.name)
        same = next((one for one in here if one.hash == brought.hash), None)
        if same is None:
            same = self._templates.save(brought, all_variables(brought))
            self.added.append(_label(same.name, same.version))
        self._template_versions[key] = same.version

    def store_set(self, how: FewShot) -> None:
        brought = _brought(self._comparison.sets, how.set, how.version)
        if brought is None:
            if _stored_set(self._sets, how) is None:
                self.missing.append(_label(how.set, how.version))
            return
        if (key := (brought.name, brought.version)) in self._set_versions:
            return
        version = self._version_here(brought)
        if version is None and brought.examples is None:
            self.missing.append(_label(how.set, how.version))
        elif version is None:
            version = self._save(brought, brought.examples or ())
        if version is not None:
            self._set_versions[key] = version

    def pinned(self, recipe: Recipe) -> Recipe:
        """The recipe with the versions of here; one that wants the newest keeps wanting it."""
        if (use := recipe.template) is not None:
            recipe = replace(recipe, template=self._pinned_template(use))
        if (how := recipe.few_shot) is not None and how.set:
            recipe = replace(recipe, few_shot=self._pinned_set(how))
        return recipe

    def _pinned_template(self, use: TemplateUse) -> TemplateUse:
        brought = _brought(self._comparison.templates, use.name, use.version, use.hash)
        if brought is None:
            return use
        version = self._template_versions[brought.name, brought.version]
        if use.version is None and version == self._templates.get(use.name).version:
            return use
        return replace(use, version=version, hash=brought.hash if use.hash else "")

    def _pinned_set(self, how: FewShot) -> FewShot:
        brought = _brought(self._comparison.sets, how.set, how.version)
        version = self._set_versions.get((brought.name, brought.version)) if brought else None
        if version is None or (how.version is None and version == self._newest(how.set)):
            return how
        stored = self._sets.named(how.set, version)
        return replace(how, version=version, hash=stored.id if how.hash else "")

    def _newest(self, name: str) -> int:
        return self._sets.named(name).version

    def _version_here(self, brought: SharedSet) -> int | None:
        """The newest version with this content; by the hash alone when no examples came."""
        for head in self._sets.versions(brought.name):
            if head.hash != brought.hash:
                continue
            # The hash overlooks order, fields and tags, which can change a prompt.
            if brought.examples is None or _examples(self._sets, head) == brought.examples:
                return head.version
        return None

    def _save(self, brought: SharedSet, examples: Sequence[SetExample]) -> int:
        before = self._sets.versions(brought.name)
        sides = {normalised(one.example.question): one.split for one in examples}
        made = self._sets.save(brought.name, [one.example for one in examples], sides=sides)
        if not before or made.version != before[0].version:
            self.added.append(_label(made.name, made.version))
            if made.hash != brought.hash:
                self.moved.append(_label(made.name, made.version))
        return made.version


def _uses(recipes: Iterable[Recipe]) -> list[TemplateUse]:
    return [recipe.template for recipe in recipes if recipe.template is not None]


def _shots(recipes: Iterable[Recipe]) -> list[FewShot]:
    return [one.few_shot for one in recipes if one.few_shot is not None and one.few_shot.set]


def _brought(
    candidates: Sequence[Shared], name: str, version: int | None, digest: str = ""
) -> Shared | None:
    """What the file brings for a name: that content, or that version, or the newest."""
    named = [one for one in candidates if normalised(one.name) == normalised(name)]
    if digest and (same := [one for one in named if one.hash == digest]):
        return same[0]
    if version is not None:
        return next((one for one in named if one.version == version), None)
    return max(named, key=lambda one: one.version, default=None)


def _stored_template(templates: Templates, use: TemplateUse) -> Template | None:
    try:
        return templates.get(use.name, use.version)
    except StoreError as error:
        if error.kind != "not_found":
            raise
        return None


def _stored_set(sets: ExampleSets, how: FewShot) -> SetSummary | None:
    try:
        return sets.named(how.set, how.version)
    except StoreError as error:
        if error.kind != "not_found":
            raise
        return None


def _timeless(template: Template) -> Template:
    """As it comes back from the file, which knows no time."""
    return replace(template, created_at=Template(name="").created_at)


def _shared(sets: ExampleSets, head: SetSummary) -> SharedSet:
    examples = _examples(sets, head) if 0 < head.size <= MOST_EXAMPLES else ()
    small = bool(examples) and sum(map(_bytes, examples)) <= MOST_BYTES
    return SharedSet(
        name=head.name,
        version=head.version,
        hash=head.hash,
        examples=examples if small else None,
    )


def _examples(sets: ExampleSets, head: SetSummary) -> tuple[SetExample, ...]:
    return tuple(one for batch in sets.each(head.id) for _, one in batch)


def _bytes(one: SetExample) -> int:
    return len(json.dumps(one.example.to_json(), ensure_ascii=False).encode())


def _label(name: str, version: int | None) -> str:
    return name if version is None else f"{name} v{version}"
