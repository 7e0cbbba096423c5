"""Indexing: what has not changed costs nothing, what breaks breaks alone, what stops can go on."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from core.collection import NO_EMBEDDER, CollectionSettings, Split
from core.errors import UsageError
from core.retrieval.library import Library
from core.retrieval.progress import SourceFile
from tests.core.retrieval.libraries import (
    LEXICAL,
    PATIENCE_S,
    Words,
    close,
    find,
    given,
    index,
    indexed,
    open_at,
    passages,
    settings,
    sources,
    write,
)

KETTLES = "Broken kettles are repaired in Breda within nine days."
LEAVE = "Everyone has thirty days of leave in a year."


def paragraphs(topic: str, count: int) -> str:
    return "\n\n".join(f"Paragraph {n} of the {topic} names item {topic}{n}." for n in range(count))


def statements(library: Library) -> list[str]:
    """What is written to SQL from now on."""
    seen: list[str] = []

    @event.listens_for(library.shelf._engine, "before_cursor_execute")
    def note(connection, cursor, statement, *_):
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            seen.append(statement)

    return seen


# ---- a folder -----------------------------------------------------------------------------------


def test_a_folder_is_indexed_and_found_by_both_legs(library, words, files):
    made = library.create("a", settings(words.name))
    progress = index(library, made, write(files, {"k.txt": KETTLES, "sub/l.md": f"# L\n\n{LEAVE}"}))
    assert (progress.state, progress.files, progress.done) == ("done", 2, 2)
    assert (progress.passages, progress.embedded, progress.unchanged) == (2, 2, 0)
    assert (progress.failures, progress.error, progress.current) == ([], None, "")
    assert set(progress.seconds) >= {"load", "split", "embed", "store"}
    assert indexed(library, made) == (2, 2)
    now = library.shelf.get(made.id)
    assert (now.documents, now.passages, now.dimension) == (2, 2, words.width)
    assert now.embedding_tokens == progress.tokens == 20
    assert [d.name for d in library.shelf.documents(made.id)] == ["k.txt", "sub/l.md"]
    for mode in ("lexical", "dense", "hybrid"):
        assert given(find(library, made, "kettles repaired", mode=mode, top_k=1)) == [KETTLES]


def test_an_unchanged_folder_costs_nothing(library, words, files):
    made = library.create("a", settings(words.name))
    index(library, made, write(files, {"k.txt": KETTLES, "l.txt": LEAVE}))
    before, asked = library.shelf.get(made.id), list(words.asked)
    written = statements(library)
    library._indexes._cache.put(words.name, [KETTLES], words.embed([LEAVE]).vectors)
    words.left = 0
    progress = index(library, library.shelf.get(made.id), sources(files))
    assert (progress.state, progress.unchanged, progress.done) == ("done", 2, 2)
    assert (progress.embedded, progress.tokens, progress.passages) == (0, 0, 0)
    assert written == []
    assert words.asked[: len(asked)] == asked
    assert library.shelf.get(made.id) == before


def test_a_file_that_was_only_touched_is_unchanged(library, files):
    made = library.create("a", LEXICAL)
    index(library, made, write(files, {"k.txt": KETTLES}))
    (files / "k.txt").write_text(KETTLES)
    assert index(library, made, sources(files)).unchanged == 1


def test_a_changed_file_replaces_only_its_changed_passages(library, words, files):
    made = library.create("a", settings(words.name, size=60))
    text = paragraphs("stove", 6)
    index(library, made, write(files, {"a.txt": text, "b.txt": LEAVE}))
    before = passages(library, made, "a.txt")
    library.editor.change(before[2].id, text="A person wrote this about the stove.")
    library.editor.change(before[3].id, enabled=False)
    library.shelf.mark_wrong_source([before[4].id])
    words.asked.clear()
    changed = text.replace("item stove0", "thing changed0").replace("\n\nParagraph 5", "\n\nNo 5")
    progress = index(library, library.shelf.get(made.id), write(files, {"a.txt": changed}))
    assert (progress.unchanged, progress.embedded) == (1, 2)
    assert sorted(words.asked) == [
        "No 5 of the stove names item stove5.",
        "Paragraph 0 of the stove names thing changed0.",
    ]
    after = library.shelf.passages(made.id, document_id=before[0].document_id).passages
    assert [p.id for p in after][1:5] == [p.id for p in before][1:5]
    assert after[2].edited
    assert after[2].text == "A person wrote this about the stove."
    assert not after[3].enabled
    assert after[4].wrong_source == 1
    assert before[0].id not in {p.id for p in after}
    for mode in ("lexical", "dense"):
        assert "A person wrote this about the stove." in given(
            find(library, made, "A person wrote this about the stove", mode=mode, top_k=1)
        )


def test_what_a_changed_file_no_longer_says_leaves_both_indexes(library, words, files):
    made = library.create("a", settings(words.name, size=60))
    index(library, made, write(files, {"a.txt": paragraphs("stove", 5)}))
    assert indexed(library, made) == (5, 5)
    index(library, library.shelf.get(made.id), write(files, {"a.txt": paragraphs("stove", 2)}))
    assert indexed(library, made) == (2, 2)
    assert len(passages(library, made)) == 2
    for mode in ("lexical", "dense"):
        assert not any("stove4" in text for text in given(find(library, made, "stove4", mode=mode)))


def test_a_removed_document_leaves_both_indexes(library, words, files):
    made = library.create("a", settings(words.name))
    index(library, made, write(files, {"k.txt": KETTLES, "l.txt": LEAVE}))
    made = library.shelf.get(made.id)
    gone = next(d for d in library.shelf.documents(made.id) if d.name == "k.txt")
    library.remove_documents(made, [gone.id])
    assert indexed(library, made) == (1, 1)
    assert given(find(library, made, "kettles", mode="lexical")) == []
    assert given(find(library, made, "kettles", mode="dense", documents=("k.txt",))) == []


def test_the_same_content_under_two_names_is_two_documents_embedded_once(library, words, files):
    made = library.create("a", settings(words.name))
    progress = index(library, made, write(files, {"one.txt": KETTLES, "two.txt": KETTLES}))
    assert (progress.state, progress.passages) == ("done", 2)
    assert words.asked == [KETTLES]
    assert indexed(library, made) == (2, 2)
    found = find(library, made, "kettles", mode="hybrid")
    assert sorted(p.document for p in found.given) == ["one.txt", "two.txt"]


def test_of_two_files_with_one_name_the_later_one_stands(library, files):
    made = library.create("a", LEXICAL)
    write(files, {"x/a.txt": KETTLES, "y/a.txt": LEAVE})
    both = [SourceFile(path=files / folder / "a.txt", name="a.txt") for folder in "xy"]
    index(library, made, both)
    assert [p.text for p in passages(library, made)] == [LEAVE]
    assert indexed(library, made) == (1, 0)


@pytest.mark.parametrize("count", [1, 255, 256, 257, 600])
def test_a_document_of_any_number_of_passages_is_whole(library, words, files, count):
    made = library.create("a", settings(words.name, size=50))
    progress = index(library, made, write(files, {"a.txt": paragraphs("s", count)}))
    assert (progress.state, progress.passages, progress.embedded) == ("done", count, count)
    assert indexed(library, made) == (count, count)


# ---- what breaks --------------------------------------------------------------------------------


def test_broken_files_are_named_and_the_good_ones_are_indexed(library, files):
    made = library.create("a", LEXICAL)
    listed = write(
        files,
        {
            "a.txt": KETTLES,
            "b.pdf": b"%PDF-1.4 nothing of the kind",
            "c.xyz": "?",
            "d.json": "{",
            "e.txt": "",
            "f.txt": LEAVE,
        },
    )
    progress = index(library, made, listed)
    assert (progress.state, progress.done, progress.files) == ("done", 6, 6)
    reasons = {one.name: one.error.details["reason"] for one in progress.failures}
    assert set(reasons) == {"b.pdf", "c.xyz", "d.json", "e.txt"}
    assert (reasons["c.xyz"], reasons["e.txt"]) == ("unknown_format", "empty")
    assert {d.name for d in library.shelf.documents(made.id)} == {"a.txt", "f.txt"}
    assert all(one.error.kind == "bad_document" for one in progress.failures)


def test_a_file_that_breaks_later_keeps_what_was_indexed_of_it(library, files):
    made = library.create("a", LEXICAL)
    index(library, made, write(files, {"a.json": '{"text": "kettles"}'}))
    progress = index(library, made, write(files, {"a.json": "{"}))
    assert len(progress.failures) == 1
    assert len(given(find(library, made, "kettles"))) == 1


def test_a_file_that_is_gone_before_its_turn_is_named(library, words, files):
    made = library.create("a", settings(words.name, size=50))
    texts = {f"{n}.txt": paragraphs(f"t{n}x", 260) for n in range(6)}
    listed = write(files, texts)
    words.before = lambda asked: (files / "5.txt").unlink(missing_ok=True)
    progress = index(library, made, listed)
    assert progress.state == "done"
    assert [(one.name, one.error.details["reason"]) for one in progress.failures] == [
        ("5.txt", "not_found")
    ]
    assert len(library.shelf.documents(made.id)) == 5


def test_a_folder_where_a_file_was_expected_is_named(library, files):
    made = library.create("a", LEXICAL)
    write(files, {"a.txt": KETTLES})
    listed = [SourceFile(path=files, name="files.txt"), *sources(files)]
    progress = index(library, made, listed)
    assert [one.name for one in progress.failures] == ["files.txt"]
    assert len(library.shelf.documents(made.id)) == 1


@pytest.mark.parametrize(
    "name",
    ["../../escape.txt", "/etc/passwd.txt", "한글 문서 (최종).txt", "👩‍👩‍👧‍👦.txt", "a'; DROP TABLE x;--.txt",
     "x" * 200 + ".txt", "한글.txt"],
)  # fmt: skip
def test_no_name_is_a_path_and_every_name_is_found_again(library, tmp_path, files, name):
    made = library.create("a", LEXICAL)
    (files / "f").write_text(KETTLES)
    listed = [SourceFile(path=files / "f", name=name)]
    before = {p for p in tmp_path.parent.rglob("*") if not p.is_relative_to(tmp_path)}
    assert index(library, made, listed).failures == []
    assert [d.name for d in library.shelf.documents(made.id)] == [name]
    assert given(find(library, made, "kettles", documents=(name,))) == [KETTLES]
    assert index(library, made, listed).unchanged == 1
    after = {p for p in tmp_path.parent.rglob("*") if not p.is_relative_to(tmp_path)}
    assert after == before


def test_a_name_that_cannot_be_stored_spoils_its_own_file_only(library, files):
    made = library.create("a", LEXICAL)
    write(files, {"a.txt": KETTLES, "b.txt": LEAVE})
    listed = [
        SourceFile(path=files / "a.txt", name="folder/" * 200 + "a.txt"),
        SourceFile(path=files / "b.txt", name="b.txt"),
    ]
    progress = index(library, made, listed)
    assert progress.state == "done"
    assert [d.name for d in library.shelf.documents(made.id)][-1:] == ["b.txt"]


def test_a_name_that_is_not_unicode_is_indexed_and_known_again(library, files):
    made = library.create("a", LEXICAL)
    broken = "caf\udce9.txt"  # Latin-1 on a disk, as Python reads it
    (files / "f").write_text(KETTLES)
    listed = [SourceFile(path=files / "f", name=broken)]
    assert index(library, made, listed).state == "done"
    assert index(library, made, listed).unchanged == 1
    assert len(library.shelf.documents(made.id)) == 1


def test_an_unknown_embedder_fails_the_indexing_with_its_name(library, files):
    made = library.create("a", settings("nobody/at-all"))
    progress = index(library, made, write(files, {"a.txt": KETTLES}))
    assert progress.state == "failed"
    assert progress.error.kind == "unknown_provider"
    assert library.shelf.documents(made.id) == ()


def test_an_embedder_that_now_makes_longer_vectors_is_refused_and_nothing_is_half(
    open_library, files
):
    embedder = Words()
    library = open_library(embedder)
    made = library.create("a", settings(embedder.name))
    index(library, made, write(files, {"a.txt": KETTLES}))
    embedder.width = 32
    progress = index(library, library.shelf.get(made.id), write(files, {"b.txt": LEAVE}))
    assert progress.state == "failed"
    assert isinstance(progress.error, UsageError)
    assert progress.error.kind == "embedder_changed"
    assert [d.name for d in library.shelf.documents(made.id)] == ["a.txt"]


# ---- stop and go on -----------------------------------------------------------------------------


def test_after_the_embedder_was_down_only_the_rest_is_embedded(library, words, files):
    made = library.create("a", settings(words.name, size=50))
    listed = write(files, {f"{n}.txt": paragraphs(f"t{n}x", 200) for n in range(5)})
    words.left = 700
    progress = index(library, made, listed)
    assert (progress.state, progress.error.kind) == ("failed", "unreachable")
    stored = library.shelf.documents(made.id)
    assert 0 < len(stored) < 5
    assert all(d.passages == 200 for d in stored)
    assert {p.document for p in passages(library, made)} == {d.name for d in stored}
    words.left = None
    progress = index(library, library.shelf.get(made.id), listed)
    assert (progress.state, progress.unchanged) == ("done", len(stored))
    assert len(words.asked) == len(set(words.asked)) == 1000
    assert indexed(library, made) == (1000, 1000)


def test_a_stopped_indexing_leaves_whole_documents_and_goes_on(library, words, files):
    made = library.create("a", settings(words.name, size=50))
    listed = write(files, {f"{n}.txt": paragraphs(f"t{n}x", 150) for n in range(6)})
    second = threading.Event()

    def stop_at_the_second(texts):
        if second.is_set():
            work.stop()
        second.set()

    words.before = stop_at_the_second
    work = library.index(made, listed)
    progress = work.wait(PATIENCE_S)
    assert progress.state == "stopped"
    assert not progress.running
    stored = library.shelf.documents(made.id)
    assert 0 < len(stored) < 6
    assert progress.done == len(stored)
    words.before = lambda texts: None
    assert index(library, library.shelf.get(made.id), listed).unchanged == len(stored)
    assert len(words.asked) == len(set(words.asked)) == 900
    assert indexed(library, made) == (900, 900)


def test_two_indexings_of_a_collection_take_turns(library, words, files):
    made = library.create("a", settings(words.name, size=50))
    listed = write(files, {f"{n}.txt": paragraphs(f"t{n}x", 60) for n in range(8)})
    both = [library.index(made, listed) for _ in range(2)]
    first, second = (one.wait(PATIENCE_S) for one in both)
    assert (first.state, second.state) == ("done", "done")
    assert first.unchanged + second.unchanged == 8
    assert len(words.asked) == 480
    assert indexed(library, made) == (480, 480)


def test_two_libraries_on_one_folder_index_into_one_collection(open_library, words, files):
    here, there = open_library(words), open_library(Words())
    made = here.create("a", settings(words.name))
    write(files, {"k.txt": KETTLES, "l.txt": LEAVE})
    first, second = sources(files)
    works = [here.index(made, [first]), there.index(made, [second])]
    assert [one.wait(PATIENCE_S).state for one in works] == ["done", "done"]
    for library in (here, there):
        now = library.shelf.get(made.id)
        assert (now.documents, indexed(library, now)) == (2, (2, 2))
        assert given(find(library, now, "kettles", mode="hybrid", top_k=1)) == [KETTLES]


def test_closing_a_library_stops_its_indexing(tmp_path, files):
    words = Words()
    library = open_at(tmp_path, words)
    made = library.create("a", settings(words.name, size=50))
    listed = write(files, {f"{n}.txt": paragraphs(f"t{n}x", 150) for n in range(6)})
    reached = threading.Event()
    words.before = lambda texts: reached.set()
    work = library.index(made, listed)
    assert reached.wait(PATIENCE_S)
    close(library)
    assert work.progress.state in ("stopped", "done")


# ---- what people and models add -----------------------------------------------------------------


def test_what_a_model_writes_to_a_passage_is_found_but_not_shown(open_library, files):
    asked = []

    def align(collection, passage):
        asked.append(passage.text)
        return "Where do defective samovars go?"

    library = open_library(align=align)
    aligned = replace(settings(size=60), alignment="questions", alignment_model="test/writer")
    made = library.create("a", aligned)
    listed = write(files, {"k.txt": KETTLES})
    index(library, made, listed)
    assert asked == [KETTLES]
    found = find(library, made, "defective samovars")
    assert given(found) == [KETTLES]
    assert passages(library, made)[0].added == "Where do defective samovars go?"
    index(library, made, write(files, {"k.txt": f"{KETTLES}\n\n" + "More " * 50}))
    assert asked.count(KETTLES) == 1
    library.index_stale(made, everything=True).wait(PATIENCE_S)
    assert asked.count(KETTLES) == 2


def test_a_passage_of_ones_own_survives_every_new_indexing(library, words, files):
    made = library.create("a", settings(words.name, size=60))
    index(library, made, write(files, {"a.txt": paragraphs("stove", 3)}))
    document = library.shelf.documents(made.id)[0]
    own = library.editor.add(document.id, "Zeppelins are kept in hangar seven.", "Notes")

    def check() -> None:
        now = library.shelf.get(made.id)
        for mode in ("lexical", "dense"):
            found = find(library, now, "Zeppelins are kept in hangar seven.", mode=mode, top_k=1)
            assert (found.mode, given(found)) == (mode, [own.text])

    check()
    index(library, library.shelf.get(made.id), write(files, {"a.txt": paragraphs("stove", 2)}))
    check()
    library.index_stale(library.shelf.get(made.id), everything=True).wait(PATIENCE_S)
    check()


def test_own_and_edited_passages_move_to_another_embedder(open_library, files):
    old, new = Words("test/old"), Words("test/new", width=48)
    library = open_library(old, new)
    made = library.create("a", settings(old.name, size=60))
    index(library, made, write(files, {"a.txt": paragraphs("stove", 3)}))
    first = passages(library, made)[0]
    library.editor.change(first.id, text="Quokkas smile at everybody.")
    library.editor.add(first.document_id, "Zeppelins are kept in hangar seven.")
    now = library.shelf.get(made.id)
    library.change(now, replace(now.settings, embedder=new.name)).wait(PATIENCE_S)
    now = library.shelf.get(made.id)
    assert now.dimension == 48
    assert indexed(library, now) == (4, 4)
    for query in ("Quokkas smile at everybody.", "Zeppelins are kept in hangar seven."):
        assert given(find(library, now, query, mode="dense", top_k=1)) == [query]


def test_own_passages_are_not_forgotten_when_the_new_embedder_is_down_for_a_while(
    open_library, files
):
    old, new = Words("test/old"), Words("test/new", width=48)
    library = open_library(old, new)
    made = library.create("a", settings(old.name, size=60))
    index(library, made, write(files, {"a.txt": paragraphs("stove", 3)}))
    document = library.shelf.documents(made.id)[0]
    library.editor.add(document.id, "Zeppelins are kept in hangar seven.")
    now = library.shelf.get(made.id)
    new.left = 3  # enough for the file, not for what a person wrote
    progress = library.change(now, replace(now.settings, embedder=new.name)).wait(PATIENCE_S)
    assert progress.state == "failed"
    now = library.shelf.get(made.id)
    assert library.stale(now)
    new.left = None
    library.index_stale(now).wait(PATIENCE_S)
    now = library.shelf.get(made.id)
    assert library.stale(now) == []
    found = find(library, now, "Zeppelins are kept in hangar seven.", mode="dense", top_k=1)
    assert given(found) == ["Zeppelins are kept in hangar seven."]


def test_a_disabled_passage_comes_back_into_the_new_index_when_it_is_switched_on(
    open_library, files
):
    old, new = Words("test/old"), Words("test/new", width=48)
    library = open_library(old, new)
    made = library.create("a", settings(old.name, size=60))
    index(library, made, write(files, {"a.txt": paragraphs("stove", 3)}))
    first = passages(library, made)[0]
    library.editor.change(first.id, enabled=False)
    now = library.shelf.get(made.id)
    library.change(now, replace(now.settings, embedder=new.name)).wait(PATIENCE_S)
    library.editor.change(first.id, enabled=True)
    now = library.shelf.get(made.id)
    assert given(find(library, now, first.text, mode="dense", top_k=1)) == [first.text]


def test_only_what_the_embedder_reads_is_embedded(open_library, files):
    english = Words("test/english", languages=frozenset({"en"}))
    library = open_library(english)
    made = library.create("a", settings(english.name))
    progress = index(
        library, made, write(files, {"en.txt": KETTLES, "ko.txt": "주전자를 고칩니다."})
    )
    assert (progress.passages, progress.embedded) == (2, 1)
    assert english.asked == [KETTLES]
    assert indexed(library, made) == (2, 1)


def test_the_cost_of_embedding_is_counted_and_an_unknown_one_stays_unknown(open_library, files):
    paid, unknown = Words("test/paid", usd=0.5), Words("test/unknown", usd=None)
    library = open_library(paid, unknown)
    listed = write(files, {"k.txt": KETTLES})
    made = library.create("a", settings(paid.name))
    assert index(library, made, listed).usd == 0.5
    assert library.shelf.get(made.id).embedding_usd == 0.5
    other = library.create("b", settings(unknown.name))
    assert index(library, other, listed).usd is None
    assert library.shelf.get(other.id).embedding_usd is None


def test_without_an_embedder_only_words_are_indexed(library, files):
    made = library.create("a", CollectionSettings(embedder=NO_EMBEDDER, split=Split(size=300)))
    progress = index(library, made, write(files, {"k.txt": KETTLES}))
    assert (progress.state, progress.embedded) == ("done", 0)
    assert indexed(library, made) == (1, 0)


def test_a_pdf_is_kept_to_show_its_pages_and_goes_with_its_document(library, files):
    pdf = Path("assets/documents/haedam/Rotterdam Employee Handbook.pdf").read_bytes()
    made = library.create("a", LEXICAL)
    index(library, made, write(files, {"h.pdf": pdf}))
    (document,) = library.shelf.documents(made.id)
    original = library.original(document.id, made)
    assert original.read_bytes() == pdf
    (files / "h.pdf").unlink()
    library.index_stale(made, everything=True).wait(PATIENCE_S)
    assert original.read_bytes() == pdf
    library.remove_documents(made, [document.id])
    assert not original.exists()
