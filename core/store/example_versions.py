"""The line of versions of an example set: which there are, and how the next one comes about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from core.errors import StoreError
from core.example import Example
from core.example_set import TEST_SHARE, ExampleSet, Split, make_set, normalised
from core.store.example_rows import ROWS_AT_ONCE, example_rows, head_row, set_example, utc
from core.store.tables import answers, example_sets, examples
from core.store.versions import MAX_VERSION
from core.text import clean


def store_version(
    connection: Connection,
    name: str,
    wanted: Sequence[Example],
    test_share: float | None,
    sides: Mapping[str, Split],
    note: str,
) -> ExampleSet:
    """Store the next version of a name; the newest one itself when no example has changed."""
    newest = _version(connection, name, None)
    if newest is None:
        # A name that was removed goes on where its answers left it: none changes its meaning.
        share, last, kept = TEST_SHARE, max(uses(connection, name), default=0), {}
    else:
        share, last = newest.test_share, newest.version
        kept = _sides(connection, newest.id)
    share = share if test_share is None else test_share
    made = make_set(name, wanted, share, sides=sides, kept=kept, version=last + 1)
    if newest is not None and _holds(connection, newest, made):
        return replace(
            made, id=newest.id, version=newest.version, created_at=utc(newest.created_at)
        )
    connection.execute(insert(example_sets), head_row(made, share, note))
    for first in range(0, len(made.examples), ROWS_AT_ONCE):
        connection.execute(insert(examples), example_rows(made, first))
    return made


def head_of(connection: Connection, set_id: str) -> Row[Any]:
    """The row of one version. Raises `StoreError` of kind `not_found`."""
    query = select(example_sets).where(example_sets.c.id == clean(set_id))
    head = connection.execute(query).first()
    if head is None:
        raise StoreError("not_found", f"no example set {set_id!r} is stored here")
    return head


def named(connection: Connection, name: str, version: int | None) -> Row[Any]:
    """The row of one version, None being the newest.

    Raises:
        StoreError: `not_found`.
    """
    head = _version(connection, normalised(name), version)
    if head is None:
        what = "example set" if version is None else f"version {version} of an example set"
        raise StoreError("not_found", f"no {what} named {name!r} is stored here")
    return head


def is_newest() -> ColumnElement[bool]:
    newer = example_sets.alias()
    newest = select(func.max(newer.c.version)).where(newer.c.name == example_sets.c.name)
    return example_sets.c.version == newest.scalar_subquery()


def uses(connection: Connection, name: str) -> dict[int, int]:
    """Answers that reached people with examples of a name, by version."""
    used = answers.c.few_shot_set
    query = select(used, func.count()).where(used.startswith(name + "@", autoescape=True))
    query = query.where(answers.c.error_kind.is_(None)).group_by(used)
    found = {}
    for reference, count in connection.execute(query):
        # SQLite compares without case here, and a name may itself hold an @.
        whole_name, _, version = reference.rpartition("@")
        if whole_name == name and version.isdecimal():
            found[int(version)] = count
    return found


def whole(connection: Connection, head: Row[Any]) -> ExampleSet:
    # Streamed: a driver would otherwise hold all rows beside what is made of them.
    rows = connection.execute(in_order(head.id).execution_options(yield_per=ROWS_AT_ONCE))
    return ExampleSet(
        id=head.id,
        name=head.name,
        version=head.version,
        examples=tuple(set_example(row) for row in rows),
        created_at=utc(head.created_at),
    )


def newest_examples(connection: Connection, name: str) -> list[Example]:
    """Of the newest version, which nobody else can follow until the transaction ends.

    None for a name that is not stored: there the number of the version tells who was first.
    """
    untouched = update(example_sets).values(note=example_sets.c.note)
    # First of all: SQLite would otherwise read before it begins the transaction.
    connection.execute(untouched.where(example_sets.c.name == name))
    newest = _version(connection, name, None)
    return [] if newest is None else [one.example for one in whole(connection, newest).examples]


def in_order(set_id: str) -> Select[Any]:
    """The rows of a version's examples."""
    return select(examples).where(examples.c.set_id == set_id).order_by(examples.c.position)


def _version(connection: Connection, name: str, version: int | None) -> Row[Any] | None:
    query = select(example_sets).where(example_sets.c.name == name)
    if version is not None:
        if not 1 <= version <= MAX_VERSION:
            return None
        query = query.where(example_sets.c.version == version)
    return connection.execute(query.order_by(example_sets.c.version.desc()).limit(1)).first()


def _sides(connection: Connection, set_id: str) -> dict[str, Split]:
    query = select(examples.c.question, examples.c.split).where(examples.c.set_id == set_id)
    rows = connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
    return {normalised(question): split for question, split in rows}


def _holds(connection: Connection, newest: Row[Any], made: ExampleSet) -> bool:
    """Whether the newest version has the very examples of this one, in their order."""
    if newest.hash != made.hash or newest.train_count + newest.test_count != len(made.examples):
        return False
    query = in_order(newest.id).execution_options(yield_per=ROWS_AT_ONCE)
    with connection.execute(query) as rows:
        # Counted to the end: somebody may be removing the set meanwhile.
        pairs = zip(rows, made.examples, strict=False)
        return sum(set_example(row) == one for row, one in pairs) == len(made.examples)
