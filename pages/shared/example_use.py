"""A set put to use: compared with and without it, asked item by item, taken away as a file."""

from functools import partial
from itertools import chain

import streamlit as st

from core.example import Example
from core.example_set import SetExample, SetSummary, Split
from core.examples.writing import as_csv, as_jsonl
from core.few_shot import FewShot
from core.lab import Lab
from core.recipe import Recipe
from core.store.export import harmless
from pages.shared.language import t
from pages.shared.links import VALUE, compare_url
from pages.shared.markdown import plain
from pages.shared.resources import get_lab

COMPARE = "pages/ask/compare.py"
EMBEDDED, NEAREST, BASELINE = "local/narani", "baseline/nearest", "baseline/extract"
PER_PAGE = 50
LONGEST_LINK = 6_000
"""Characters of an address; longer ones are cut off by browsers and servers."""
SHOWN = 300


def example_use(lab: Lab, head: SetSummary) -> None:
    """One button for the comparison, a link for each test item, two files."""
    recipes = comparison(lab, head)
    first = _first(lab, head)
    with st.container(border=True, key="example_use"):
        st.markdown(f"**{t('example_compare_title')}**")
        st.markdown(t("example_compare_help", model=plain(recipes[0].model)))
        if first is not None:
            st.caption(f"{t('question')}: {plain(first.question[:SHOWN])}")
        if st.button(
            t("example_compare"),
            key="example_compare",
            type="primary",
            icon=":material/view_column:",
            disabled=first is None,
        ):
            assert first is not None
            values = {VALUE + name: value for name, value in first.fields}
            params: dict[str, str | list[str]] = {
                "recipe": [recipe.to_text() for recipe in recipes],
                "question": first.question,
                **values,
            }
            st.switch_page(COMPARE, query_params=params)
        if not head.train:
            st.caption(f":orange[:material/warning:] {t('example_no_train')}")
    _export(head)
    _items(lab, head, recipes)


def comparison(lab: Lab, head: SetSummary) -> list[Recipe]:
    """A model without examples, the same with similar ones, and what is free."""
    model = _model(lab)
    how = FewShot(set=head.name, k=3, choose="similar")
    nearest = FewShot(set=head.name, k=5, choose="similar")
    return [
        Recipe(model=model),
        Recipe(model=model, few_shot=how),
        Recipe(model=NEAREST, few_shot=nearest),
    ]


def _model(lab: Lab) -> str:
    """The model in the box, else the first that answers here."""
    ready = [one.id for one in lab.models().models if one.available]
    writers = [one for one in ready if not one.startswith("baseline/")]
    if EMBEDDED in writers:
        return EMBEDDED
    return writers[0] if writers else BASELINE


def _first(lab: Lab, head: SetSummary) -> Example | None:
    """A question that is held out, else any."""
    side: Split | None = "test" if head.test else None
    found = lab.example_sets.page(head.id, side=side, limit=1)
    return found[0][1].example if found else None


def _items(lab: Lab, head: SetSummary, recipes: list[Recipe]) -> None:
    """Each held-out item with its expected answer and a link that asks it."""
    st.markdown(f"**{t('example_items')}**")
    if not head.test:
        st.caption(t("example_items_none"))
        return
    st.caption(t("example_items_help"))
    table = st.container()
    pages = -(-head.test // PER_PAGE)
    page = 1
    if pages > 1:
        page = min(pages, st.pagination(pages, key=f"example_items_{head.name}"))
    items = [
        one
        for _, one in lab.example_sets.page(
            head.id, side="test", limit=PER_PAGE, offset=(page - 1) * PER_PAGE
        )
    ]
    with table:
        st.dataframe(
            {
                t("question"): [one.example.question[:SHOWN] for one in items],
                t("example_expected"): [one.example.answer[:SHOWN] for one in items],
                t("example_ask"): [_link(one, recipes) for one in items],
            },
            hide_index=True,
            column_config={
                t("example_ask"): st.column_config.LinkColumn(
                    display_text=t("example_ask_this"), width="small"
                )
            },
            placeholder="–",
            alt=t("example_items_alt"),
            key=f"example_items_table_{head.name}",
        )


def _link(one: SetExample, recipes: list[Recipe]) -> str | None:
    link = compare_url(recipes, one.example.question, dict(one.example.fields))
    return link if len(link) <= LONGEST_LINK else None


def _export(head: SetSummary) -> None:
    st.markdown(f"**{t('example_export')}**")
    with st.container(horizontal=True):
        for form, icon in (("csv", ":material/table:"), ("jsonl", ":material/data_object:")):
            st.download_button(
                form.upper(),
                partial(exported, head.id, head.columns, form),
                file_name=f"{head.name} v{head.version}.{form}".replace("/", "-"),
                key=f"example_export_{form}",
                icon=icon,
                on_click="ignore",
                help=t(f"example_export_{form}_help"),
            )


def exported(set_id: str, columns: tuple[str, ...], form: str) -> bytes:
    """A version as a file that reads back as the same set."""
    found = (one for _, one in chain.from_iterable(get_lab().example_sets.each(set_id)))
    pieces = as_csv(found, columns, harmless) if form == "csv" else as_jsonl(found, columns)
    return "".join(pieces).encode("utf-8")
