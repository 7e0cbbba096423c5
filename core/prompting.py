"""Joins what goes into prompts: templates, examples, the guard against leaks, votes as examples."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.draft import Column
from core.errors import StoreError
from core.example import Example
from core.example_chooser import ExampleChooser
from core.example_pools import ExamplePools, embed_with
from core.few_shots import FewShots, shipped_sets
from core.leak_guard import LeakGuard
from core.libraries import FOLDER
from core.lora.library import AdapterLibrary
from core.metering import Metering
from core.promotion import Promotion
from core.recipe import Recipe
from core.retrieval.library import CACHE, Library
from core.store.example_sets import ExampleSets
from core.store.preferences import Preferences
from core.store.rounds import Rounds
from core.store.templates import Templates
from core.template import Template, TemplateUse

SHIPPED = Path(__file__).parents[1] / "assets" / "examples"
MEAN_OF = 50
"""Examples whose mean length stands for all of a set."""


class Prompting:
    """What a Lab offers around prompts.

    Args:
        templates: the stored templates.
        few_shots: who chooses examples.
        guard: who knows where a question is known.
        promotion: who makes examples of answers.
        chooser: what a Round asks.
    """

    def __init__(
        self,
        templates: Templates,
        few_shots: FewShots,
        guard: LeakGuard,
        promotion: Promotion,
        chooser: ExampleChooser,
    ) -> None:
        self.few_shots, self.guard, self.chooser = few_shots, guard, chooser
        self.promote, self.promote_all = promotion.promote, promotion.promote_all
        self._templates = templates

    def template(self, use: TemplateUse) -> Template | None:
        """The template a recipe names; None when it is not stored.

        A version that was removed may have left its number to another text, which is not it.
        """
        try:
            found = self._templates.get(use.name, use.version)
        except StoreError as error:
            if error.kind != "not_found":
                raise
            return None
        another = use.version is not None and use.hash not in ("", found.hash)
        return None if another else found

    def with_template(self, column: Column) -> Column:
        """A column as it would be asked."""
        use = column.recipe.template
        return column if use is None else replace(column, template=self.template(use))

    def expected_tokens(self, recipe: Recipe, count: Callable[[Sequence[Example]], int]) -> int:
        """About how many tokens longer a column's prompt will be for its examples.

        Args:
            recipe: the column's.
            count: tokens of its prompt with some examples.
        """
        how = recipe.few_shot
        if how is None or not how.set:
            return 0
        try:
            head = self.few_shots.stored(how.set, how.version)
        except StoreError:
            return 0
        first = self.few_shots.sets.page(
            head.id,
            side="train",
            tag=how.tags[0] if len(how.tags) == 1 else None,
            limit=how.k if how.choose == "fixed" else max(how.k, MEAN_OF),
        )
        some = [one.example for _, one in first]
        if not some:
            return 0
        wanted: float = min(how.k, len(some))
        if how.choose == "budget":
            mean = sum(map(self.few_shots.tokens_of, some)) / len(some)
            wanted = min(wanted, how.budget_tokens / mean)
        return round((count(some) - count(())) * wanted / len(some))


def open_prompting(
    home: Path,
    stores: tuple[ExampleSets, Templates, Rounds, Preferences],
    library: Library,
    adapters: AdapterLibrary,
    metering: Metering,
    context_of: Callable[[str], int | None],
) -> Prompting:
    """The prompting of a data folder; the vectors of examples are kept with the library's."""
    sets, templates, rounds, preferences = stores
    embed = embed_with(library.readers.embedder, home / FOLDER / CACHE)
    few_shots = FewShots(
        sets,
        ExamplePools(home / "examples", sets, embed),
        shipped_sets(SHIPPED, sets),
        preferences.happened,
        preferences.first_time,
    )
    guard = LeakGuard(sets, adapters, library)
    chooser = ExampleChooser(few_shots, guard, metering, context_of)
    return Prompting(templates, few_shots, guard, Promotion(few_shots, rounds), chooser)
