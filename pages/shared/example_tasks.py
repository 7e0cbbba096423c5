"""Slow looks at an example set: each in a thread of its own, watched by whoever opens the page."""

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import streamlit as st

from core.errors import NaraniError, StoreError
from pages.shared.errors import show_error
from pages.shared.language import t

Result = TypeVar("Result")
SHOWN_S = 0.5
KEPT = 40
"""Looks whose results stay in memory."""
AT_ONCE_S = 0.3
"""What is done by then is shown without any progress."""


class Task(Generic[Result]):
    """One look. It goes on when the page is left."""

    def __init__(self, work: Callable[[Callable[[float], None]], Result]) -> None:
        """Start at once.

        Args:
            work: is given something to tell how far it is, 0 to 1; raises `NaraniError`.
        """
        self.share: float | None = None
        """None when it does not say."""
        self.began = time.monotonic()
        self.seconds = 0.0
        """Until it ended."""
        self._result: Result | None = None
        self.error: NaraniError | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run, name="example look", daemon=True)
        self._thread.start()
        self._thread.join(AT_ONCE_S)

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def result(self) -> Result:
        """Of a look that has ended well."""
        assert self._result is not None
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._work(self._tell)
        except NaraniError as error:
            self.error = error
        except Exception as error:  # the page must hear of it
            self.error = StoreError("not_stored", f"{type(error).__name__}: {error}"[:400])
        self.seconds = time.monotonic() - self.began

    def _tell(self, share: float) -> None:
        self.share = share


@st.cache_resource(show_spinner=False)
def _tasks() -> dict[str, Task[Any]]:
    return {}


def begin(key: str, work: Callable[[Callable[[float], None]], Result]) -> None:
    """Start a look, or start it anew; one that runs is left to itself."""
    tasks = _tasks()
    before = tasks.get(key)
    if before is not None and before.running:
        return
    tasks.pop(key, None)
    tasks[key] = Task(work)
    for old in [one for one, task in list(tasks.items()) if not task.running][:-KEPT]:
        tasks.pop(old, None)


def is_begun(key: str) -> bool:
    return key in _tasks()


def looked(key: str) -> Task[Any] | None:
    """A look that has ended well; while it runs its progress is drawn instead."""
    task = _tasks().get(key)
    if task is None:
        return None
    if task.running:
        _watch(key)
        return None
    if task.error is not None:
        show_error(task.error)  # type: ignore[arg-type]
        return None
    return task


@st.fragment(run_every=SHOWN_S)
def _watch(key: str) -> None:
    task = _tasks().get(key)
    if task is None or not task.running:
        st.rerun()
        return
    seconds = f"{time.monotonic() - task.began:.0f}"
    said = t("example_looking", seconds=seconds)
    with st.container(border=True, key=f"example_watch_{key}"):
        st.progress(0.0 if task.share is None else min(1.0, task.share), said)
        st.caption(t("example_look_leave"))
