"""The loop behind everything: it ends with the process, whatever it is doing."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.background import BackgroundLoop
from core.recipe import Recipe

LEAVE_EARLY = """
import sys, time
from core.lab import open_lab
open_lab().warm()
time.sleep(float(sys.argv[1]))
"""


@pytest.mark.parametrize("after_s", ["0", "0.1", "0.2", "0.3"])
def test_a_process_that_leaves_while_litellm_is_imported_ends(tmp_path, after_s):
    subprocess.run(
        [sys.executable, "-c", LEAVE_EARLY, after_s],
        cwd=Path(__file__).parents[2],
        env={"NARANI_HOME": str(tmp_path), "PATH": ""},
        check=True,
        timeout=60,
    )


def test_closing_cancels_what_still_runs():
    import asyncio

    loop = BackgroundLoop()
    work = loop.submit(asyncio.sleep(3600))
    loop.close()
    assert work.cancelled()


def test_a_lab_closed_while_litellm_opens_does_not_break_the_next_one(make_lab):
    first = make_lab()
    first.warm()
    first.close()
    (answer,) = make_lab().ask("hello", [Recipe(model="openai/pace-n5")]).wait(60)
    assert (answer.stop_reason, answer.error) == ("stop", None)
