"""How long each page's script takes with 100,000 stored answers and as many votes.

Run: python -m benchmarks.pages [--answers 100000]. Goal: each page <= 1 s, the first visit too.
The baseline is the same page over an empty database, in the same process.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.export import fill
from benchmarks.servers import ROOT
from pages.shared.resources import get_lab

PAGES = {
    "compare": "pages/ask/compare.py",
    "history": "pages/ask/history.py",
    "feedback": "pages/improve/feedback.py",
}


def seconds_by_page(home: str) -> dict[str, float]:
    """Seconds of the first visit to each page, the imports apart."""
    os.environ["NARANI_HOME"] = home
    st.cache_resource.clear()
    found = {}
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    for name, file in PAGES.items():
        began = time.monotonic()
        app.switch_page(file).run()
        found[name] = time.monotonic() - began
        assert not app.exception, app.exception
    get_lab().close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000)
    answers = parser.parse_args().answers
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        fill(f"sqlite:///{Path(small)}/narani.db", 10, 100)
        fill(f"sqlite:///{Path(large)}/narani.db", answers, answers)
        seconds_by_page(small)  # imports
        base, full = seconds_by_page(small), seconds_by_page(large)
    for name, value in full.items():
        print(
            f"pages: {name} with {answers:,} answers {value:.2f} s, with 10 {base[name]:.2f} s: "
            f"ratio {value / base[name]:.1f} (goal 1 s)"
        )


if __name__ == "__main__":
    main()
