"""Which passages share the rarest terms with a question: BM25 over an index on disk.

Tantivy keeps the index and scores it. It sees only terms that were made here, joined by blanks,
so nothing in a text or a question is ever read as a query language. Any number of threads and
processes may search and write at once.
"""

import math
import shutil
import threading
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.collection import Analyser
from core.errors import StoreError, UsageError
from core.retrieval.index_errors import reading, storing
from core.retrieval.one_writer import one_writer
from core.retrieval.terms import asking, held, terms

if TYPE_CHECKING:
    import tantivy

VERSION = 1
"""Of the terms and the schema: one more whenever either changes, and old indexes are rebuilt."""
MOST_TERMS = 64
"""Terms of a question that are searched: the rarest ones."""
LONGEST_QUERY = 8000
"""Characters of a question that are read: half of them at its beginning, half at its end."""

_HEAP = 15_000_000
_SLOTS = 1 << 24
_SPARE = 32
"""Candidates beyond those wanted, so that equal scores at the border are in a stable order."""
_OfFile = tuple[int, int, int]
_Stamp = tuple[_OfFile, _OfFile | None]
"""Of `meta.json`, which every commit replaces, and of the list of all files of the index."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A passage as it is indexed."""

    id: str
    document_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class _Opened:
    index: "tantivy.Index"
    searcher: "tantivy.Searcher"
    stamp: _Stamp


class LexicalIndex:
    """The lexical index of a collection, in a folder of its own.

    Every method raises `UsageError` of kind `bad_collection` with reason `index_broken` when the
    folder holds no index that can be read: `drop` it and make a new one. A dropped index is gone;
    it raises `StoreError` of kind `not_found`.

    Args:
        folder: is made when it does not exist.
        analyser: how terms are made; an index made by another one counts as broken.
    """

    def __init__(self, folder: Path, analyser: Analyser = "bigrams") -> None:
        self._folder = folder
        self._analyser: Analyser = analyser
        self._field = f"{analyser}_{VERSION}"
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        with suppress(UsageError):  # told by `broken` and by the first use
            if not (folder / "meta.json").exists():
                self._make()
            self._now()

    @property
    def broken(self) -> bool:
        """Whether the index must be made anew: damaged, made by an older version of this, gone."""
        try:
            self._now()
        except (UsageError, StoreError) as error:
            return error.kind in ("bad_collection", "not_found")
        return False

    def add(self, entries: Iterable[Entry]) -> None:
        """Add passages, in place of those of the same id; all of them or none.

        They are read one by one while other writers wait: do not use the index meanwhile.

        Raises:
            StoreError: `not_stored`, when the disk is full for instance.
        """
        import tantivy

        with self._writing() as writer:
            known = self._now().searcher
            taken = bytearray(_SLOTS)
            for entry in entries:
                body = " ".join(terms(entry.text, self._analyser))
                slot = hash(entry.id) % _SLOTS
                with storing():
                    # Two ids of one slot cost a needless delete, a set of all ids much memory.
                    if taken[slot] or known.doc_freq("id", entry.id):
                        writer.delete_documents_by_term("id", entry.id)
                    taken[slot] = 1
                    document = tantivy.Document()
                    document.add_text("id", entry.id)
                    document.add_text("document", entry.document_id)
                    document.add_text(self._field, body)
                    writer.add_document(document)

    def remove(self, ids: Iterable[str]) -> None:
        """Forget passages; unknown ones are no error. Raises `StoreError`."""
        ids = list(ids)
        if not ids:
            return
        with self._writing() as writer, storing():
            for one in ids:
                writer.delete_documents_by_term("id", one)

    def search(
        self, query: str, count: int, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Ids and BM25 scores of the passages that fit best, best first, equal ones by id.

        Args:
            query: any text; of a long one the rarest terms are searched.
            count: most passages.
            documents: ids of the only documents to look in; None is all of them.
        """
        from tantivy import Occur, Query

        searcher = self._now().searcher
        rarities = self._rarities(searcher, query)
        wanted = sorted((t for t in rarities if rarities[t][1]), key=lambda t: -rarities[t][0])
        if not wanted or count < 1 or (documents is not None and not documents):
            return []
        schema = self._schema()
        asked = Query.boolean_query(
            [
                (Occur.Should, Query.term_query(schema, self._field, term, "freq"))
                for term in wanted[:MOST_TERMS]
            ]
        )
        if documents is not None:
            inside = Query.term_set_query(schema, "document", list(documents))
            within = Query.const_score_query(inside, 0.0)
            asked = Query.boolean_query([(Occur.Must, asked), (Occur.Must, within)])
        with reading():
            hits = searcher.search(asked, limit=count + _SPARE, count=False).hits
            found = [(str(searcher.doc(at)["id"][0]), round(score, 4)) for score, at in hits]
        return sorted(found, key=lambda one: (-one[1], one[0]))[:count]

    def coverage(self, query: str, texts: Sequence[str]) -> list[float]:
        """How much of what a question is about each text contains, 0 to 1.

        Terms count by their rarity in the index, those that stand nowhere the most. How the
        question asks does not count (`asking`), unless it says nothing else.
        """
        weights = {
            term: rarity
            for term, (rarity, _) in self._rarities(self._now().searcher, query).items()
        }
        return [_share(weights, held(weights, text, self._analyser)) for text in texts]

    def count(self) -> int:
        return int(self._now().searcher.num_docs)

    def drop(self) -> None:
        """Remove the folder; who waits to write to it is refused."""
        gone = self._folder.with_name(f".{self._folder.name}.{uuid.uuid4().hex}")
        if self._folder.exists():
            with self._locked(), storing():
                self._folder.rename(gone)  # at once, while others may be about to open files there
            shutil.rmtree(gone, ignore_errors=True)
        self._opened = None

    def _rarities(self, searcher: "tantivy.Searcher", query: str) -> dict[str, tuple[float, bool]]:
        """Inverse document frequency of each term, and whether it stands anywhere."""
        if len(query) > LONGEST_QUERY:
            query = f"{query[: LONGEST_QUERY // 2]} {query[-LONGEST_QUERY // 2 :]}"
        every = dict.fromkeys(terms(query, self._analyser))
        about = [term for term in every if term not in asking(self._analyser)] or list(every)
        passages = searcher.num_docs
        found = {}
        with reading():
            for term in about:
                # Counts passages that were replaced, too, until Tantivy tidies them away.
                holding = min(passages, searcher.doc_freq(self._field, term))
                rarity = math.log1p((passages - holding + 0.5) / (holding + 0.5))
                found[term] = (rarity, holding > 0)
        return found

    def _now(self) -> _Opened:
        """The index as of the last commit of any process."""
        opened = self._opened
        if opened is not None and opened.stamp[0] == self._stamp()[0]:
            return opened
        with self._lock:
            opened = self._opened
            if opened is None or opened.stamp[0] != self._stamp()[0]:
                opened = self._opened = self._open()
            return opened

    def _open(self) -> _Opened:
        import tantivy

        stamp = self._stamp()  # before the index: what comes in between is seen next time
        with reading():
            index = tantivy.Index(self._schema(), path=str(self._folder))
            index.config_reader("manual")
            return _Opened(index=index, searcher=index.searcher(), stamp=stamp)

    def _stamp(self) -> _Stamp:
        meta = _stamp(self._folder / "meta.json")
        if meta is None:
            raise self._gone()
        return meta, _stamp(self._folder / ".managed.json")

    def _gone(self) -> StoreError:
        return StoreError("not_found", f"no index lies in {self._folder.name!r}")

    def _make(self) -> None:
        import tantivy

        with storing():
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._locked():
                tantivy.Index(self._schema(), path=str(self._folder))

    def _schema(self) -> "tantivy.Schema":
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
        builder.add_text_field(self._field, tokenizer_name="whitespace", index_option="freq")
        return builder.build()

    @contextmanager
    def _writing(self) -> Iterator["tantivy.IndexWriter"]:
        """A writer whose work is committed at the end, or not at all."""
        with self._locked():
            opened = self._now()
            if opened.stamp != self._stamp():  # an index knows only files written through it
                opened = self._open()
            with storing():
                writer = opened.index.writer(heap_size=_HEAP, num_threads=1)
            try:
                yield writer
                with storing():
                    writer.commit()
            except BaseException:
                with suppress(ValueError):  # the reason is on its way already
                    writer.rollback()
                    writer.garbage_collect_files()
                raise
            finally:
                with suppress(ValueError):  # merging tidies: what was committed stands without it
                    writer.wait_merging_threads()
                with reading():
                    opened.index.reload()
                    searcher = opened.index.searcher()
                self._opened = replace(opened, searcher=searcher, stamp=self._stamp())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with ExitStack() as held:
            try:
                held.enter_context(one_writer(self._folder))
            except FileNotFoundError as error:
                raise self._gone() from error
            yield


def _stamp(path: Path) -> _OfFile | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _share(weights: Mapping[str, float], there: Collection[str]) -> float:
    whole = math.fsum(weights.values())
    return math.fsum(w for term, w in weights.items() if term in there) / whole if whole else 0.0
