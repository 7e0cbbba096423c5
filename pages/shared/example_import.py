"""An import on its way: progress that can be left and stopped, then what came of it."""

from collections.abc import Sequence

import streamlit as st

from core.examples.importing import Importing, ImportProgress
from core.examples.looking_over import Repetitions
from pages.shared.errors import show_error
from pages.shared.example_head import PICK
from pages.shared.format import duration
from pages.shared.language import t
from pages.shared.markdown import plain

IMPORT = "example_import_work"
"""The latest import of this tab; it goes on whatever page is open."""
FILE = "example_file"
"""The file that waits to be imported."""
REPORT = "example_import_report"
"""What came of the latest import that was stored."""
SHOWN_S = 0.5


def import_view() -> None:
    """The latest import, running or ended; nothing before the first."""
    work = st.session_state.get(IMPORT)
    if isinstance(work, Importing):
        if work.progress.running:
            _watch()
        else:
            _ended(work.progress)
    elif (report := st.session_state.get(REPORT)) is not None:
        with st.container(key="example_import_report"):
            _done(report)
            _repetitions(report.found)


@st.fragment(run_every=SHOWN_S)
def _watch() -> None:
    work = st.session_state.get(IMPORT)
    if not isinstance(work, Importing) or not work.progress.running:
        st.rerun()
    progress = work.progress
    with st.container(border=True, key="example_importing"):
        saving = progress.stage == "save"
        said = t("example_saving" if saving else "example_reading", rows=f"{progress.rows:,}")
        st.progress(min(1.0, progress.share), f"{said} · {plain(work.table.name)}")
        st.caption(t("example_import_leave"))
        st.button(
            t("stop_one"),
            key="example_import_stop",
            icon=":material/stop_circle:",
            disabled=saving,
            on_click=work.stop,
        )


def _ended(progress: ImportProgress) -> None:
    state = st.session_state
    if progress.saved is not None:
        # The new version is what people want to see; its file need not stay in memory.
        for key in (IMPORT, FILE):
            state.pop(key, None)
        state[PICK], state[REPORT] = progress.saved.name, progress
        st.rerun()
    if progress.state == "stopped":
        st.info(t("example_import_stopped"), icon=":material/pause_circle:")
    if progress.error is not None:
        show_error(progress.error)  # type: ignore[arg-type]
        st.caption(t("example_import_kept"))


def _done(progress: ImportProgress) -> None:
    saved = progress.saved
    assert saved is not None
    st.success(
        t(
            "example_imported",
            name=plain(saved.name),
            version=saved.version,
            rows=f"{progress.rows:,}",
            new=f"{progress.new:,}",
            train=f"{saved.train:,}",
            test=f"{saved.test:,}",
            time=duration(sum(progress.seconds.values())),
        ),
        icon=":material/check_circle:",
    )


def _repetitions(found: Repetitions) -> None:
    """What repeats, in sentences; labels with several spellings as a table."""
    counts = {
        "example_found_duplicates": found.duplicates,
        "example_found_several": found.several_answers,
        "example_found_sides": found.two_sides,
        "example_found_spelled": found.spelled_groups,
    }
    for key, count in counts.items():
        if count:
            st.markdown(f":orange[:material/warning:] {t(key, count=f'{count:,}')}")
    if not any(counts.values()):
        st.caption(f":green[:material/check_circle:] {t('example_found_nothing')}")
    groups = [
        (
            [f"{text} ({count:,})" for text, count in one.spellings],
            sum(count for _, count in one.spellings),
        )
        for one in found.spelled
    ]
    spelled_table(groups, "example_import_spelled")


def spelled_table(groups: Sequence[tuple[Sequence[str], int]], key: str) -> None:
    """Each label as the ways it is written, and how many examples bear it."""
    if groups:
        st.dataframe(
            {
                t("example_spelled_as"): [" · ".join(spellings) for spellings, _ in groups],
                t("example_count"): [count for _, count in groups],
            },
            hide_index=True,
            alt=t("example_spelled_alt"),
            key=key,
        )
