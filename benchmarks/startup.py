"""From starting the process to the first paint in Chromium, against an empty Streamlit app.

Interleaved runs. Run: python -m benchmarks.startup [--runs 5]. Goal: ratio <= 1.2.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.paint import FLAGS
from benchmarks.servers import Started, narani, streamlit


def first_paint_s(start: Callable[[], AbstractContextManager[Started]], browser: Browser) -> float:
    with start() as started:
        page = browser.new_page()
        page.goto(started.url)
        page.wait_for_selector("h1")
        seconds = time.time() - started.started_at
        page.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder) / "empty.py"
        empty.write_text("import streamlit as st\nst.title('Empty')\n")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        ours, theirs = [], []
        for _ in range(runs + 1):
            theirs.append(first_paint_s(lambda: streamlit(empty), browser))
            ours.append(first_paint_s(narani, browser))
        browser.close()
    ratio = statistics.median(a / b for a, b in zip(ours[1:], theirs[1:], strict=True))
    print(
        f"startup: first paint {statistics.median(ours[1:]):.2f} s, empty app "
        f"{statistics.median(theirs[1:]):.2f} s: ratio {ratio:.2f} (goal 1.2)"
    )


if __name__ == "__main__":
    main()
