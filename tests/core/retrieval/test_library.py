"""The library: what it makes it can remove, what changes is indexed anew, what waits is not lost."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.collection import NO_EMBEDDER, CollectionSettings, Split
from core.errors import ModelError, StoreError, UsageError
from core.retrieval.indexing import Indexing
from core.retrieval.progress import SourceFile
from core.retrieval.terms import _kiwi
from tests.core.retrieval.libraries import (
    LEXICAL,
    PATIENCE_S,
    Words,
    find,
    given,
    index,
    indexed,
    passages,
    settings,
    write,
)

KETTLES = "Broken kettles are repaired in Breda within nine days."
LEAVE = "Everyone has thirty days of leave in a year."
HANDBOOK = Path("assets/documents/haedam/Rotterdam Employee Handbook.pdf")


def below(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}


def waited(work: Indexing | None) -> Indexing:
    assert work is not None
    assert work.wait(PATIENCE_S).state == "done"
    return work


# ---- collections --------------------------------------------------------------------------------


def test_a_new_collection_has_the_embedder_that_is_here(library):
    made = library.create("  자료  집 ")
    assert made.name == "자료 집"
    assert made.settings.embedder == "local/minilm"
    assert library.shelf.named("자료 집") == made
    assert (made.documents, made.passages, made.dimension) == (0, 0, None)


@pytest.mark.parametrize("name", ["a", " a ", "a\n"])
def test_a_name_that_is_taken_is_refused(library, name):
    library.create("a")
    with pytest.raises(UsageError) as caught:
        library.create(name)
    assert caught.value.kind == "bad_collection"
    assert caught.value.details["reason"] == "name_taken"


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "\u200b"])
def test_a_name_that_cannot_be_is_refused(library, name):
    with pytest.raises(UsageError) as caught:
        library.create(name)
    assert caught.value.kind == "bad_collection"
    assert library.shelf.list() == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"split": Split(size=10)},
        {"split": Split(size=100, overlap=50)},
        {"embedder": " "},
        {"alignment": "title"},
        {"analyser": "klingon"},
    ],
)
def test_settings_that_cannot_be_are_refused_and_nothing_is_made(library, wrong):
    with pytest.raises(UsageError) as caught:
        library.create("a", CollectionSettings(**wrong))
    assert caught.value.kind == "bad_collection"
    assert library.shelf.list() == ()


def test_removing_a_collection_leaves_nothing_behind(library, words, tmp_path, files):
    other = library.create("other", settings(words.name))
    index(library, other, write(files, {"k.txt": KETTLES}))
    home = tmp_path / "home" / "library"
    before = below(home)
    made = library.create("a", settings(words.name))
    listed = write(files, {"h.pdf": HANDBOOK.read_bytes(), "l.txt": LEAVE})
    index(library, made, listed)
    library.inbox.put(made.id, "waiting.txt", [b"later"])
    assert below(home) != before
    library.remove(library.shelf.get(made.id))
    left = {path for path in below(home) - before if path.parts[0] != "embeddings.sqlite"}
    assert {path for path in left if made.id in str(path)} == set()
    assert left <= {Path("originals"), Path("inbox")}
    with pytest.raises(StoreError):
        library.shelf.named("a")
    assert given(find(library, library.shelf.get(other.id), "kettles", top_k=1)) == [KETTLES]


def test_a_removed_collection_may_be_made_anew(library, words, files):
    listed = write(files, {"k.txt": KETTLES})
    for _ in range(2):
        made = library.create("a", settings(words.name))
        assert index(library, made, listed).passages == 1
        assert indexed(library, made) == (1, 1)
        library.remove(library.shelf.get(made.id))


def test_removing_a_collection_ends_its_indexing(library, words, files):
    made = library.create("a", settings(words.name, size=50))
    texts = {f"{n}.txt": "\n\n".join(f"Book {n}, line {k}, of tea." for k in range(200))
             for n in range(5)}  # fmt: skip
    work = library.index(made, write(files, texts))
    library.remove(made)
    assert not work.progress.running
    assert library.shelf.list() == ()


def test_the_version_changes_with_what_can_be_found(library, words, files):
    made = library.create("a", settings(words.name))
    seen = [library.version("a")]
    index(library, made, write(files, {"k.txt": KETTLES, "l.txt": LEAVE}))
    seen.append(library.version("a"))
    first = passages(library, made)[0]
    library.editor.change(first.id, enabled=False)
    seen.append(library.version("a"))
    library.editor.change(first.id, enabled=True)
    assert library.version("a") == seen[1]
    library.editor.change(first.id, text="Other words.")
    seen.append(library.version("a"))
    library.editor.add(first.document_id, "One more.")
    seen.append(library.version("a"))
    library.remove_documents(library.shelf.get(made.id), [first.document_id])
    seen.append(library.version("a"))
    assert len(set(seen)) == len(seen)
    assert library.version("nowhere") == ""


# ---- change -------------------------------------------------------------------------------------


def test_another_embedder_indexes_everything_from_the_stored_texts(open_library, files):
    old, new = Words("test/old"), Words("test/new", width=32)
    library = open_library(old, new)
    made = library.create("a", settings(old.name))
    listed = write(files, {"k.txt": KETTLES, "l.txt": LEAVE})
    index(library, made, listed)
    for file in listed:
        file.path.unlink()
    made = library.shelf.get(made.id)
    waited(library.change(made, replace(made.settings, embedder=new.name)))
    made = library.shelf.get(made.id)
    assert (made.settings.embedder, made.dimension) == (new.name, 32)
    assert sorted(new.asked) == sorted([KETTLES, LEAVE])
    assert library.stale(made) == []
    assert indexed(library, made) == (2, 2)
    assert given(find(library, made, "kettles repaired", mode="dense", top_k=1)) == [KETTLES]


def test_what_is_not_done_yet_after_a_change_is_called_stale(open_library, files):
    old, new = Words("test/old"), Words("test/new", width=32)
    library = open_library(old, new)
    made = library.create("a", settings(old.name, size=40))
    texts = {f"{n}.txt": "\n\n".join(f"Book {n}, line {k}, of tea." for k in range(260))
             for n in range(3)}  # fmt: skip
    index(library, made, write(files, texts))
    made = library.shelf.get(made.id)
    new.left = 300
    work = library.change(made, replace(made.settings, embedder=new.name))
    assert work is not None
    assert work.wait(PATIENCE_S).state == "failed"
    made = library.shelf.get(made.id)
    assert library.stale(made) == ["1.txt", "2.txt"]
    assert find(library, made, "line 7 of tea", mode="lexical").given  # words stay findable
    new.left = None
    waited(library.index_stale(made))
    made = library.shelf.get(made.id)
    assert library.stale(made) == []
    assert library.index_stale(made) is None
    assert len(new.asked) == len(set(new.asked)) == 780
    assert indexed(library, made) == (780, 780)


def test_leaving_the_embedder_out_forgets_the_vectors(library, words, files):
    made = library.create("a", settings(words.name))
    index(library, made, write(files, {"k.txt": KETTLES}))
    made = library.shelf.get(made.id)
    waited(library.change(made, replace(made.settings, embedder=NO_EMBEDDER)))
    made = library.shelf.get(made.id)
    assert (made.dimension, library.stale(made)) == (None, [])
    search = find(library, made, "kettles")
    assert (search.mode, search.why, given(search)) == ("lexical", "no_embedder", [KETTLES])


def test_an_embedder_that_cannot_be_found_is_told_and_everything_is_stale(library, words, files):
    made = library.create("a", settings(words.name))
    index(library, made, write(files, {"k.txt": KETTLES}))
    made = library.shelf.get(made.id)
    work = library.change(made, replace(made.settings, embedder="nobody/knows"))
    assert work is not None
    progress = work.wait(PATIENCE_S)
    assert isinstance(progress.error, ModelError)
    made = library.shelf.get(made.id)
    assert library.stale(made) == ["k.txt"]
    assert given(find(library, made, "kettles")) == [KETTLES]
    waited(library.change(made, replace(made.settings, embedder=words.name)))
    made = library.shelf.get(made.id)
    assert given(find(library, made, "kettles repaired", mode="dense")) == [KETTLES]


def test_another_way_of_cutting_cuts_the_stored_texts_anew(library, words, files):
    made = library.create("a", settings(words.name, size=200))
    text = "\n\n".join(f"Paragraph {n} says something about samovars." for n in range(8))
    index(library, made, write(files, {"a.txt": text}))
    made = library.shelf.get(made.id)
    coarse = made.passages
    waited(library.change(made, replace(made.settings, split=Split(size=50, overlap=0))))
    made = library.shelf.get(made.id)
    assert made.passages == 8 > coarse
    assert indexed(library, made) == (8, 8)


def test_another_analyser_indexes_the_words_anew(library, files):
    made = library.create("a", LEXICAL)
    index(library, made, write(files, {"a.txt": "고양이를 찻잔에 담았습니다."}))
    waited(library.change(made, replace(made.settings, analyser="kiwi")))
    made = library.shelf.get(made.id)
    assert library.stale(made) == []
    assert given(find(library, made, "고양이"))


def test_an_analyser_that_is_not_installed_is_told_and_one_may_go_back(library, files, monkeypatch):
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    _kiwi.cache_clear()
    made = library.create("a", LEXICAL)
    index(library, made, write(files, {"a.txt": "고양이를 찻잔에 담았습니다."}))
    work = library.change(made, replace(made.settings, analyser="kiwi"))
    assert work is not None
    progress = work.wait(PATIENCE_S)
    assert isinstance(progress.error, UsageError)
    assert progress.error.kind == "no_package"
    made = library.shelf.get(made.id)
    assert library.stale(made) == ["a.txt"]
    library.change(made, LEXICAL)
    made = library.shelf.get(made.id)
    assert library.stale(made) == []
    assert given(find(library, made, "고양이"))


def test_settings_that_do_not_decide_the_index_change_at_once(library, words, files):
    made = library.create("a", settings(words.name))
    index(library, made, write(files, {"k.txt": KETTLES}))
    made = library.shelf.get(made.id)
    assert library.change(made, made.settings) is None
    with pytest.raises(UsageError):
        library.change(made, replace(made.settings, split=Split(size=1)))
    assert library.shelf.get(made.id) == made


# ---- inbox --------------------------------------------------------------------------------------


def test_what_was_uploaded_waits_through_a_restart(open_library, words):
    library = open_library(words)
    made = library.create("a", settings(words.name))
    library.inbox.put(made.id, "k.txt", [b"Broken kettles ", b"are repaired in Breda."])
    again = open_library(words)
    assert [file.name for file in again.inbox.files(made.id)] == ["k.txt"]
    waited(again.index_inbox(made))
    assert again.inbox.files(made.id) == []
    made = again.shelf.get(made.id)
    assert given(find(again, made, "kettles")) == ["Broken kettles are repaired in Breda."]


def test_what_was_not_finished_stays_in_the_inbox(library, words):
    made = library.create("a", settings(words.name))
    library.inbox.put(made.id, "k.txt", [KETTLES.encode()])
    words.left = 0
    assert library.index_inbox(made).wait(PATIENCE_S).state == "failed"
    assert [file.name for file in library.inbox.files(made.id)] == ["k.txt"]
    words.left = None
    waited(library.index_inbox(library.shelf.get(made.id)))
    assert library.inbox.files(made.id) == []


def test_a_file_that_cannot_be_read_does_not_wait_for_ever(library):
    made = library.create("a", LEXICAL)
    library.inbox.put(made.id, "b.pdf", [b"%PDF-1.4 nothing"])
    work = waited(library.index_inbox(made))
    assert [one.name for one in work.progress.failures] == ["b.pdf"]
    assert library.inbox.files(made.id) == []


def test_a_second_upload_of_a_name_replaces_the_first(library):
    made = library.create("a", LEXICAL)
    library.inbox.put(made.id, "k.txt", [b"old"])
    library.inbox.put(made.id, "k.txt", [KETTLES.encode()])
    (file,) = library.inbox.files(made.id)
    assert file.path.read_text() == KETTLES


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/a/b.txt", "a/b.txt"),
        ("C:\\Users\\me\\c.txt", "Users/me/c.txt"),
        ("한글.txt", "한글.txt"),
        ("👩‍👩‍👧‍👦.txt", "👩‍👩‍👧‍👦.txt"),
        ("a\0b.txt", "ab.txt"),
        ("", "document"),
    ],
)
def test_no_name_of_an_upload_leaves_the_inbox(library, tmp_path, name, kept):
    made = library.create("a", LEXICAL)
    outside = below(tmp_path) - {Path("home/library/inbox")}
    file = library.inbox.put(made.id, name, [b"x"])
    assert file.name == kept
    inbox = tmp_path / "home" / "library" / "inbox"
    assert file.path.resolve().is_relative_to(inbox.resolve() / made.id)
    new = {p for p in below(tmp_path) - outside if not p.is_relative_to("home/library/inbox")}
    assert new <= {Path("home/library")}
    assert [one.name for one in library.inbox.files(made.id)] == [kept]


def test_a_broken_upload_is_not_listed(library):
    made = library.create("a", LEXICAL)

    def pieces():
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(StoreError) as caught:
        library.inbox.put(made.id, "a.txt", pieces())
    assert caught.value.kind == "not_stored"
    assert library.inbox.files(made.id) == []


def test_removing_from_the_inbox_never_touches_a_file_elsewhere(library, files):
    (source,) = write(files, {"k.txt": KETTLES})
    library.inbox.remove(source)
    assert source.path.exists()
    made = library.create("a", LEXICAL)
    library.index(made, [source], library.inbox.remove).wait(PATIENCE_S)
    assert source.path.exists()


def test_another_split_for_an_upload_cuts_what_is_there_as_well(library, words):
    made = library.create("a", settings(words.name, size=200))
    text = "\n\n".join(f"Paragraph {n} says something about samovars." for n in range(8))
    library.inbox.put(made.id, "a.txt", [text.encode()])
    waited(library.index_inbox(made))
    library.inbox.put(made.id, "b.txt", [text.encode()])
    made = library.shelf.get(made.id)
    waited(library.index_inbox(made, Split(size=50, overlap=0)))
    made = library.shelf.get(made.id)
    assert (made.passages, made.settings.split.size) == (16, 50)
    assert library.stale(made) == []


def test_an_upload_is_not_overwritten_by_the_older_text_that_is_cut_anew(library, words):
    made = library.create("a", settings(words.name, size=200))
    library.inbox.put(made.id, "a.txt", [KETTLES.encode()])
    waited(library.index_inbox(made))
    library.inbox.put(made.id, "a.txt", [LEAVE.encode()])
    waited(library.index_inbox(library.shelf.get(made.id), Split(size=100, overlap=0)))
    assert [p.text for p in passages(library, made)] == [LEAVE]
    assert library.stale(library.shelf.get(made.id)) == []


# ---- editor -------------------------------------------------------------------------------------


def test_a_corrected_passage_is_found_by_its_new_words_only(library, words, files):
    made = library.create("a", settings(words.name))
    index(library, made, write(files, {"k.txt": KETTLES, "l.txt": LEAVE}))
    made = library.shelf.get(made.id)
    (kettles,) = passages(library, made, "k.txt")
    changed = library.editor.change(kettles.id, text="Quokkas smile at everybody.\0")
    assert (changed.text, changed.edited) == ("Quokkas smile at everybody.", True)
    assert given(find(library, made, "kettles", mode="lexical")) == []
    for mode in ("lexical", "dense"):
        assert given(find(library, made, changed.text, mode=mode, top_k=1)) == [changed.text]


def test_an_empty_text_is_refused_and_nothing_changes(library, words, files):
    made = library.create("a", settings(words.name))
    index(library, made, write(files, {"k.txt": KETTLES}))
    (kettles,) = passages(library, made)
    for text in ("", " \n", "\0"):
        with pytest.raises(UsageError) as caught:
            library.editor.change(kettles.id, text=text)
        assert caught.value.details["reason"] == "empty_passage"
        with pytest.raises(UsageError):
            library.editor.add(kettles.document_id, text)
    assert passages(library, made) == [kettles]
    assert given(find(library, made, "kettles", mode="lexical")) == [KETTLES]


def test_when_the_embedder_is_down_nothing_is_changed_or_added(library, words, files):
    made = library.create("a", settings(words.name))
    index(library, made, write(files, {"k.txt": KETTLES}))
    before = passages(library, made)
    words.left = 0
    with pytest.raises(ModelError):
        library.editor.change(before[0].id, text="Quokkas smile.")
    with pytest.raises(ModelError):
        library.editor.add(before[0].document_id, "Zeppelins fly.")
    assert passages(library, made) == before
    assert given(find(library, made, "kettles", mode="lexical")) == [KETTLES]
    assert given(find(library, made, "zeppelins quokkas", mode="lexical")) == []


def test_a_passage_translated_away_from_the_embedder_loses_its_vector(open_library, files):
    english = Words("test/english", languages=frozenset({"en"}))
    library = open_library(english)
    made = library.create("a", settings(english.name))
    index(library, made, write(files, {"k.txt": KETTLES}))
    (kettles,) = passages(library, made)
    library.editor.change(kettles.id, text="고장난 주전자는 브레다에서 고칩니다.")
    made = library.shelf.get(made.id)
    assert indexed(library, made) == (1, 0)
    assert given(find(library, made, KETTLES, mode="dense")) == []
    assert given(find(library, made, "고장난 주전자"))


def test_the_first_passage_that_can_be_embedded_may_be_a_persons_own(open_library, files):
    english = Words("test/english", languages=frozenset({"en"}))
    library = open_library(english)
    made = library.create("a", settings(english.name))
    index(library, made, write(files, {"ko.txt": "주전자를 고칩니다."}))
    assert library.shelf.get(made.id).dimension is None
    (document,) = library.shelf.documents(made.id)
    library.editor.add(document.id, "Zeppelins are kept in hangar seven.")
    made = library.shelf.get(made.id)
    assert made.dimension == english.width
    assert indexed(library, made) == (2, 1)
    found = find(library, made, "Zeppelins in a hangar", mode="dense")
    assert given(found) == ["Zeppelins are kept in hangar seven."]


# ---- the rest -----------------------------------------------------------------------------------


def test_a_preview_cuts_as_the_indexing_does(library, files):
    made = library.create("a", settings(size=60))
    text = "\n\n".join(f"Paragraph {n} says something about samovars." for n in range(8))
    (source,) = write(files, {"a.txt": text})
    loaded = library.load(source.path, source.name)
    preview = library.cut(loaded, made.settings.split)
    index(library, made, [source])
    stored = [(p.start, p.end) for p in passages(library, made)]
    assert [(one.start, one.end) for one in preview] == stored
    with pytest.raises(UsageError) as caught:
        library.load(files / "none.txt", "none.txt")
    assert caught.value.kind == "bad_document"


def test_opening_a_collection_that_is_not_there_is_an_error(library):
    with pytest.raises(StoreError):
        library.open("nowhere")


def test_opening_a_collection_makes_its_first_search_ready(library, words, files):
    made = library.create("a", settings(words.name))
    library.open("a")
    index(library, made, write(files, {"k.txt": KETTLES}))
    library.open("a")
    assert given(find(library, library.shelf.get(made.id), "kettles", top_k=1)) == [KETTLES]


def test_a_stored_document_can_be_indexed_into_another_library(open_library, words, files):
    library, other = open_library(words), open_library(words, folder="other")
    made = library.create("a", settings(words.name))
    index(library, made, write(files, {"k.txt": KETTLES}))
    there = other.create("b", settings(words.name, size=40))
    listed: list[SourceFile] = library.stored(made)
    assert index(other, there, listed).state == "done"
    assert other.shelf.get(there.id).documents == 1
