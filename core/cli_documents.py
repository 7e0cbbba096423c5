"""The shell's verbs about documents: `index`, `search`, `collections`."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.asking import checked_question
from core.collection import Collection, settings_from_json
from core.errors import StoreError, UsageError
from core.jsontypes import JsonObject
from core.lab import Lab
from core.retrieval.indexing import Indexing
from core.retrieval.load.loader import FORMATS
from core.retrieval.progress import SourceFile
from core.search import Search, retrieval_from_json

SHELL_BUDGET = 200_000
"""A shell looks at passages, no model reads them: only `--top-k` limits them."""


def add_commands(commands: Any) -> None:
    """Add the verbs to the parser's sub-commands."""
    index = commands.add_parser("index", help="put files and folders into a collection")
    index.add_argument("collection", metavar="COLLECTION", help="made when there is none")
    index.add_argument("paths", metavar="PATH", nargs="+", type=Path)
    index.add_argument(
        "--settings", default="{}", help='for a new one, such as {"split": {"size": 300}}'
    )
    index.set_defaults(run=_index)
    search = commands.add_parser("search", help="find passages")
    search.add_argument("collection", metavar="COLLECTION")
    search.add_argument("query", metavar="QUERY", nargs="?")
    search.add_argument(
        "--queries", metavar="FILE.jsonl", type=Path, help='lines of {"id","query"}'
    )
    search.add_argument("--top-k", type=int, default=5)
    search.add_argument("--settings", default="{}", help='such as {"mode": "lexical"}')
    search.add_argument("--helper", default="", help="model that writes versions of the question")
    search.add_argument("--json", action="store_true")
    search.set_defaults(run=_search)
    collections = commands.add_parser("collections", help="what can be searched")
    collections.add_argument("--json", action="store_true")
    collections.set_defaults(run=_collections)


def _index(lab: Lab, options: argparse.Namespace) -> int:
    if not any(path.exists() for path in options.paths):
        message = f"there is no {options.paths[0]}"
        raise UsageError(
            "bad_document", message, document=str(options.paths[0]), reason="not_found"
        )
    files = _files(options.paths)
    settings = _object(options.settings)
    try:
        collection = lab.library.shelf.named(options.collection)
    except StoreError as error:
        if error.kind != "not_found":
            raise
        chosen = lab.library.default_settings().to_json() | settings
        collection = lab.library.create(options.collection, settings_from_json(chosen))
    else:
        _refuse_other_settings(collection, settings)
    work = lab.library.index(collection, files)
    _watch(work)
    progress = work.progress
    for failure in progress.failures:
        print(f"error: {failure.error}", file=sys.stderr)
    summary = {
        "collection": collection.name,
        "state": progress.state,
        "files": progress.files,
        "unchanged": progress.unchanged,
        "failed": [
            {"document": failure.name, "reason": str(failure.error.details.get("reason", ""))}
            for failure in progress.failures
        ],
        "passages": progress.passages,
        "embedded": progress.embedded,
        "tokens": progress.tokens,
        "usd": progress.usd,
        "seconds": {name: round(took, 4) for name, took in progress.seconds.items()},
    }
    print(json.dumps(summary, ensure_ascii=False))
    if progress.error is not None:
        print(f"error: {progress.error}", file=sys.stderr)
        return 1
    return 1 if progress.failures and len(progress.failures) == progress.files else 0


def _watch(work: Indexing) -> None:
    said = -1
    try:
        while work.progress.running:
            if work.progress.done != said:
                said = work.progress.done
                name = work.progress.current
                print(f"{said} of {work.progress.files} files, {name}", file=sys.stderr)
            try:
                work.wait(0.2)
            except TimeoutError:
                continue
    except KeyboardInterrupt:
        work.stop()
        work.wait()
        raise


def _files(paths: list[Path]) -> list[SourceFile]:
    """Each file once; those whose names clash are called by their path as it was given."""
    found = list(_named(paths))
    counts = Counter(file.name for file in found)
    return [
        replace(file, name=file.path.as_posix()) if counts[file.name] > 1 else file
        for file in found
    ]


def _named(paths: list[Path]) -> Iterator[SourceFile]:
    """Files as they are named, folders with all readable files below them."""
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
                if file.is_file() and not hidden and file.suffix.lower().lstrip(".") in FORMATS:
                    yield SourceFile(path=file, name=file.relative_to(path).as_posix())
        else:
            yield SourceFile(path=path, name=path.name)


def _refuse_other_settings(collection: Collection, settings: JsonObject) -> None:
    wanted = settings_from_json(collection.settings.to_json() | settings)
    if wanted != collection.settings:
        message = f"{collection.name!r} has other settings; change them on the Documents page"
        raise UsageError("bad_collection", message, reason="other_settings")


def _search(lab: Lab, options: argparse.Namespace) -> int:
    content = {"budget_tokens": SHELL_BUDGET} | _object(options.settings)
    content |= {"collection": options.collection, "top_k": options.top_k}
    how = retrieval_from_json(content)
    assert how is not None
    lab.library.shelf.named(how.collection)
    if (options.query is None) == (options.queries is None):
        raise UsageError("empty_question", "give a QUERY or --queries FILE.jsonl, one of the two")
    if options.queries is None:
        query = checked_question(options.query)
        _show(lab.open_book.search(how, query, options.helper), options.json)
        return 0
    for given, query in _queries(options.queries):
        found = _content(lab.open_book.search(how, query, options.helper))
        print(json.dumps({"id": given, **found}, ensure_ascii=False))
    return 0


def _queries(file: Path) -> Iterator[tuple[str | int, str]]:
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "bad_questions", f"cannot read {file}: {error}", reason="not_text"
        ) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
            yield content["id"], checked_question(str(content["query"]))
        except (ValueError, KeyError, TypeError) as error:
            message = f'{file}, line {number}: a line is {{"id": ..., "query": ...}}'
            raise UsageError("bad_questions", message, reason="bad_json", line=number) from error


def _content(search: Search) -> JsonObject:
    return {
        "query": search.query,
        "passages": [
            {
                "document": hit.passage.document,
                "page": hit.passage.page,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "text": hit.passage.text,
                "score": hit.passage.score,
                "scores": dict(hit.scores),
            }
            for hit in search.hits
            if hit.cut is None
        ],
    }


def _show(search: Search, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_content(search), ensure_ascii=False, indent=2))
        return
    for number, passage in enumerate(search.given, 1):
        page = f", page {passage.page}" if passage.page else ""
        print(f"[{number}] {passage.document}{page} ({passage.score:.2f})\n{passage.text}\n")
    cut = len(search.hits) - len(search.given)
    took = sum(search.seconds.values())
    print(f"{search.mode} ({search.why}), {cut} cut, {took * 1000:.0f} ms", file=sys.stderr)
    if not search.given:
        print("nothing relevant was found", file=sys.stderr)


def _collections(lab: Lab, options: argparse.Namespace) -> int:
    found = lab.library.shelf.list()
    if options.json:
        rows = [
            {
                "name": one.name,
                "documents": one.documents,
                "passages": one.passages,
                "languages": dict(one.languages),
                "settings": one.settings.to_json(),
                "version": one.version,
            }
            for one in found
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    for one in found:
        print(f"{one.name:40} {one.documents:6} documents {one.passages:8} passages")
    return 0


def _object(text: str) -> JsonObject:
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        message = f"settings: {text[:80]!r} is no JSON object"
        raise UsageError("bad_collection", message, reason="unknown_setting")
    return content
