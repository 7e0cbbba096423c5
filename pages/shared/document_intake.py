"""Documents in: choose files, see how they will be cut, index them with progress and a stop."""

import itertools
from collections import Counter
from dataclasses import fields

import streamlit as st

from core.collection import SPLIT_METHODS, UNITS, Collection, Cut, LoadedDocument, Split
from core.errors import StoreError, UsageError
from core.lab import Lab
from core.retrieval.load.loader import FORMATS
from core.retrieval.progress import Progress, SourceFile
from pages.shared.errors import sentences, show_error
from pages.shared.format import duration, size
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.passage_text import marked, place_of
from pages.shared.resources import get_lab

MOST_MB = 100
"""Of one upload; a larger file is refused before it is read."""
SHOWN_S = 1.0
PREVIEWED = 6
"""Passages shown before indexing."""
BARS = 20


def document_intake(lab: Lab, collection: Collection) -> None:
    """The whole way from a dropped file to an indexed document."""
    _upload(lab, collection)
    problem = st.session_state.pop("intake_problem", None)
    if problem is not None:
        show_error(problem)
    how = split_fields(collection)
    waiting = lab.library.inbox.files(collection.id)
    work = lab.library.indexing(collection.id)
    running = work is not None and work.progress.running
    if waiting and not running:
        _waiting(lab, collection, waiting, how)
    elif collection.documents and how != collection.settings.split and not running:
        _recut(collection, how)
    stale = lab.library.stale(collection) if not running else []
    if stale:
        st.warning(t("stale_documents", count=len(stale)), icon=":material/update:")
        st.button(t("index_again"), key="index_again", on_click=_again, args=(collection.id,))
    if running:
        _watch(collection.id)
    elif work is not None:
        _ended(work.progress)


def _upload(lab: Lab, collection: Collection) -> None:
    folder = st.session_state.get("upload_what") == "folder"
    with st.container():
        st.segmented_control(
            t("upload_what"),
            ["files", "folder"],
            default="files",
            format_func=lambda what: t(f"upload_{what}"),
            key="upload_what",
            required=True,
            label_visibility="collapsed",
        )
        uploads = st.file_uploader(
            t("upload_documents"),
            type=list(FORMATS),
            accept_multiple_files="directory" if folder else True,
            key=f"uploads_{'folder' if folder else 'files'}_{collection.id}",
            max_upload_size=MOST_MB,
            help=t("upload_documents_help", megabytes=MOST_MB),
        )
    seen: set[str] = st.session_state.setdefault("uploads_seen", set())
    for upload in uploads:
        if upload.file_id in seen:
            continue
        seen.add(upload.file_id)
        try:
            lab.library.inbox.put(collection.id, upload.name, iter([upload.getbuffer()]))
        except StoreError as error:
            st.session_state["intake_problem"] = error


def split_fields(collection: Collection) -> Split:
    """How this collection is cut; changed here, it is a suggestion until it is applied."""
    own = collection.settings.split
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.selectbox(
            t("split_method"),
            SPLIT_METHODS,
            index=SPLIT_METHODS.index(own.method),
            format_func=lambda name: t(f"split_{name}"),
            key=f"split_method_{collection.id}",
            help=t("split_method_help"),
        )
        unit = st.segmented_control(
            t("split_unit"),
            UNITS,
            default=own.unit,
            format_func=lambda name: t(f"unit_{name}"),
            key=f"split_unit_{collection.id}",
            required=True,
        )
        length = st.number_input(
            t("split_size"), 16, 20_000, own.size, step=50, key=f"split_size_{collection.id}"
        )
        overlap = st.number_input(
            t("split_overlap"), 0, 9_999, own.overlap, step=10, key=f"split_overlap_{collection.id}"
        )
    return Split(method=method, unit=unit, size=int(length), overlap=int(overlap))


def _waiting(lab: Lab, collection: Collection, waiting: list[SourceFile], how: Split) -> None:
    st.markdown(f"**{t('waiting_files', count=len(waiting))}**")
    chosen = st.selectbox(
        t("preview_file"),
        range(len(waiting)),
        format_func=lambda at: f"{waiting[at].name} · {size(waiting[at].path.stat().st_size)}",
        key="preview_file",
    )
    with st.container(horizontal=True):
        st.button(
            t("index_start"),
            key="index_start",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_start,
            args=(collection.id, how),
        )
        st.button(
            t("drop_file"),
            key="drop_file",
            type="tertiary",
            icon=":material/delete:",
            on_click=lab.library.inbox.remove,
            args=(waiting[chosen or 0],),
        )
    _preview(lab, waiting[chosen or 0], how)


def _recut(collection: Collection, how: Split) -> None:
    """Nothing waits, but what is there can be cut the new way."""
    own = collection.settings.split
    names = [one.name for one in fields(Split) if getattr(own, one.name) != getattr(how, one.name)]
    changed = ", ".join(t(f"split_{name}") for name in names)
    st.warning(
        t("settings_guard", changed=changed, passages=f"{collection.passages:,}"),
        icon=":material/published_with_changes:",
    )
    st.button(
        t("settings_apply"),
        key="split_apply",
        type="primary",
        on_click=_start,
        args=(collection.id, how),
    )


def _preview(lab: Lab, file: SourceFile, how: Split) -> None:
    """Nothing is indexed yet: this is how the file would be cut."""
    try:
        document = _loaded(str(file.path), file.name, file.path.stat().st_mtime_ns)
        cuts = lab.library.cut(document, how)
    except UsageError as error:
        show_error(error)
        return
    lengths = [cut.end - cut.start for cut in cuts]
    with st.container(horizontal=True):
        st.metric(t("preview_passages"), f"{len(cuts):,}")
        st.metric(t("preview_characters"), f"{len(document.text):,}")
        st.metric(t("preview_mean"), f"{sum(lengths) / max(1, len(lengths)):,.0f}")
        st.metric(t("preview_pages"), document.pages or "–")
    left, right = st.columns([1, 2])
    with left:
        st.caption(t("preview_lengths"))
        st.bar_chart(_histogram(lengths), x="length", y="count", height=220, x_label="", y_label="")
    with right:
        _cut_text(document, cuts)


@st.cache_data(show_spinner=False, max_entries=8)
def _loaded(path: str, name: str, _changed: int) -> LoadedDocument:
    from pathlib import Path

    return get_lab().library.load(Path(path), name)


def _cut_text(document: LoadedDocument, cuts: list[Cut]) -> None:
    pages = max(1, -(-len(cuts) // PREVIEWED))
    first = 0
    if pages > 1:
        page = st.number_input(t("preview_page", pages=pages), 1, pages, key="preview_page")
        first = (int(page) - 1) * PREVIEWED
    before = cuts[first - 1].end if first else 0
    for number, cut in enumerate(cuts[first : first + PREVIEWED], first + 1):
        with st.container(border=True, key=f"preview_{number}"):
            st.caption(f"#{number} · {place_of(cut.page, cut.heading)}".rstrip(" ·"))
            repeated = max(0, min(before, cut.end) - cut.start)
            text = document.text[cut.start : cut.end]
            st.markdown(marked(text, 0, repeated, "orange"))
        before = cut.end
    if any(one.end > other.start for one, other in itertools.pairwise(cuts)):
        st.caption(f":orange-background[{t('preview_overlap')}]")


def _histogram(lengths: list[int]) -> dict[str, list[int]]:
    width = max(1, -(-(max(lengths, default=1) + 1) // BARS))
    counts = Counter(length // width for length in lengths)
    return {
        "length": [at * width for at in range(max(counts, default=0) + 1)],
        "count": [counts[at] for at in range(max(counts, default=0) + 1)],
    }


def _start(collection_id: str, how: Split) -> None:
    library = get_lab().library
    try:
        library.index_inbox(library.shelf.get(collection_id), how)
    except (UsageError, StoreError) as error:
        st.session_state["intake_problem"] = error


def _again(collection_id: str) -> None:
    library = get_lab().library
    library.index_stale(library.shelf.get(collection_id))


@st.fragment(run_every=SHOWN_S)
def _watch(collection_id: str) -> None:
    work = get_lab().library.indexing(collection_id)
    if work is None or not work.progress.running:
        st.rerun()
        return
    progress = work.progress
    with st.container(border=True, key="indexing"):
        done = progress.done / progress.files if progress.files else 0.0
        text = t("indexing_now", done=progress.done, files=progress.files)
        st.progress(min(1.0, done), f"{text} · {plain(progress.current)}")
        st.caption(t("indexing_facts", embedded=progress.embedded, kept=progress.kept))
        st.button(
            t("stop_one"), key="stop_indexing", icon=":material/stop_circle:", on_click=work.stop
        )


def _ended(progress: Progress) -> None:
    """What became of the last indexing."""
    took = duration(sum(progress.seconds.values()))
    with st.container(key="indexed"):
        if progress.state == "done" and progress.files:
            st.success(
                t(
                    "indexing_done",
                    files=progress.done - len(progress.failures),
                    passages=f"{progress.passages:,}",
                    unchanged=progress.unchanged,
                    time=took,
                ),
                icon=":material/check_circle:",
            )
        elif progress.state == "stopped":
            st.info(t("indexing_stopped"), icon=":material/pause_circle:")
        if progress.error is not None:
            show_error(progress.error)  # type: ignore[arg-type]
            st.caption(t("indexing_kept"))
        for failure in progress.failures:
            said, following = sentences(failure.error.kind, failure.error.details)
            st.error(plain(following), title=plain(said), icon=":material/draft:")
