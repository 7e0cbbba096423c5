"""The shell's verbs about example sets: `examples import|export|list|remove`."""

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from core.cli_output import write_pieces
from core.errors import StoreError, UsageError
from core.example import Example
from core.example_set import SetSummary
from core.examples.columns import Columns, guess
from core.examples.importing import Importing, ImportProgress
from core.examples.tables import Table, open_table
from core.examples.writing import as_csv, as_jsonl
from core.jsontypes import JsonObject
from core.lab import Lab
from core.store.export import harmless

SAMPLE = 200
"""Rows by which the columns are guessed."""
EVERY = 20_000
"""Rows between two lines of progress."""


def add_commands(commands: Any) -> None:
    """Add the verbs to the parser's sub-commands."""
    examples = commands.add_parser("examples", help="example sets: import, export, list, remove")
    verbs = examples.add_subparsers(required=True, metavar="import|export|list|remove")
    _add_import(verbs.add_parser("import", help="read a file into a set"))
    export = verbs.add_parser("export", help="write a set to a file")
    export.add_argument("name", metavar="NAME")
    export.add_argument("--version", type=int, help="default: the newest")
    export.add_argument("--format", choices=["jsonl", "csv"], default="jsonl")
    export.add_argument("--out", metavar="FILE", help="default: standard output")
    export.set_defaults(run=_export)
    listed = verbs.add_parser("list", help="the newest version of each set")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=_list)
    remove = verbs.add_parser("remove", help="forget a set with all its versions")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=_remove)


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a new set, or the next version of one")
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV, TSV, JSON, JSONL or XLSX")
    for part in ("question", "answer", "tags", "split"):
        parser.add_argument(f"--{part}", metavar="COLUMN", default="", help="default: a guess")
    parser.add_argument("--test-share", type=float, help="of the questions held out (0.2)")
    parser.add_argument("--append", action="store_true", help="after the examples that are there")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_import)


def _import(lab: Lab, options: argparse.Namespace) -> int:
    path: Path = options.file
    try:
        file = path.open("rb")
    except OSError as error:
        reason = f"cannot read {path}: {error.strerror}"
        raise UsageError("bad_examples", reason, reason=reason, code="not_found") from error
    with file:
        table = open_table(path.name, file)
        work = Importing(
            table,
            _columns(table, options),
            name=options.name,
            save=lab.example_sets.append if options.append else lab.example_sets.save,
            test_share=options.test_share,
            existing=lambda: _stored(lab, options.name) if options.append else iter(()),
        )
        work.start()
        _watch(work)
    progress = work.progress
    if progress.error is not None:
        raise progress.error
    print(_said(work.columns), file=sys.stderr)
    print(f"{progress.rows:,} rows, 100%", file=sys.stderr)
    _say_findings(progress)
    summary = _content(work)
    if options.json:
        print(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        print(
            f"{summary['name']} v{summary['version']}: {summary['train']:,} train, "
            f"{summary['test']:,} test, {progress.new:,} from {path.name}"
        )
    return 0


def _said(columns: Columns) -> str:
    """Which column is what: a guess may be wrong."""
    parts = {
        "question": columns.question,
        "answer": columns.answer,
        "tags": columns.tags,
        "split": columns.split,
        "other columns": ", ".join(columns.fields),
    }
    return " · ".join(f"{name}: {column}" for name, column in parts.items() if column)


def _columns(table: Table, options: argparse.Namespace) -> Columns:
    """What was said on the command line, and the rest guessed."""
    sample = [row for _, row in islice(table.rows(), SAMPLE)]
    found = guess(
        table.columns,
        sample,
        question=options.question,
        answer=options.answer,
        tags=options.tags,
        split=options.split,
    )
    if found is None:
        there = ", ".join(table.columns)[:300]
        reason = f"there are too few columns for a question and an answer; there are: {there}"
        raise UsageError("bad_examples", reason, reason=reason, code="few_columns", columns=there)
    return found


def _stored(lab: Lab, name: str) -> Iterator[Example]:
    try:
        head = lab.prompting.few_shots.stored(name)
    except StoreError as error:
        if error.kind != "not_found":
            raise
        return  # appended to nothing
    for batch in lab.example_sets.each(head.id):
        yield from (one.example for _, one in batch)


def _watch(work: Importing) -> None:
    said = 0
    try:
        while work.progress.running:
            rows = work.progress.rows
            if rows - said >= EVERY:
                said = rows
                print(f"{rows:,} rows, {work.progress.share:.0%}", file=sys.stderr)
            try:
                work.wait(0.2)
            except TimeoutError:
                continue
    except KeyboardInterrupt:
        work.stop()
        work.wait()
        raise


def _say_findings(progress: ImportProgress) -> None:
    found = progress.found
    for count, what in (
        (found.duplicates, "repeated rows, left out"),
        (found.several_answers, "questions with several answers"),
        (found.two_sides, "questions on both sides, where the first place counts"),
        (found.spelled_groups, "labels written in several ways"),
    ):
        if count:
            print(f"warning: {what}: {count:,}", file=sys.stderr)
    for group in found.spelled:
        written = ", ".join(f"{text!r} ({count:,})" for text, count in group.spellings)
        print(f"  {written}", file=sys.stderr)


def _content(work: Importing) -> JsonObject:
    progress, saved, columns = work.progress, work.progress.saved, work.columns
    assert saved is not None
    return {
        "name": saved.name,
        "version": saved.version,
        "id": saved.id,
        "train": saved.train,
        "test": saved.test,
        "rows": progress.rows,
        "new": progress.new,
        "duplicates": progress.found.duplicates,
        "several_answers": progress.found.several_answers,
        "two_sides": progress.found.two_sides,
        "spelled_groups": progress.found.spelled_groups,
        "spelled": [dict(group.spellings) for group in progress.found.spelled],
        "columns": {
            "question": columns.question,
            "answer": columns.answer,
            "tags": columns.tags,
            "split": columns.split,
            "fields": list(columns.fields),
        },
        "seconds": {stage: round(took, 4) for stage, took in progress.seconds.items()},
    }


def _export(lab: Lab, options: argparse.Namespace) -> int:
    head = lab.prompting.few_shots.stored(options.name, options.version)
    found = (one for _, one in chain.from_iterable(lab.example_sets.each(head.id)))
    if options.format == "csv":
        pieces = as_csv(found, head.columns, harmless)
    else:
        pieces = as_jsonl(found, head.columns)
    return write_pieces(pieces, options.out)


def _list(lab: Lab, options: argparse.Namespace) -> int:
    lab.prompting.few_shots.names()  # those that come with the product are there from now on
    found = lab.example_sets.list()
    if options.json:
        print(json.dumps([_row(one) for one in found], ensure_ascii=False, indent=2))
        return 0
    for one in found:
        print(f"{one.name:40} v{one.version:<4} {one.train:7} train {one.test:7} test")
    return 0


def _row(one: SetSummary) -> JsonObject:
    return {
        "name": one.name,
        "version": one.version,
        "id": one.id,
        "hash": one.hash,
        "train": one.train,
        "test": one.test,
        "columns": list(one.columns),
        "tags": list(one.tags),
        "note": one.note,
        "created_at": one.created_at.isoformat(),
    }


def _remove(lab: Lab, options: argparse.Namespace) -> int:
    head = lab.prompting.few_shots.stored(options.name)
    lab.example_sets.remove(head.name)
    print(f"removed: {head.name}", file=sys.stderr)
    return 0
