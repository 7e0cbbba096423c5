"""A machine that dies while an answer is being written keeps all that was finished."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from core.lab import open_lab
from core.recipe import Recipe
from core.settings import read_settings
from tests.servers.upstream import Upstream

ROOT = Path(__file__).parents[3]
FAST, SLOW = "openai/pace-n5", "openai/pace-tps5-n500"

ASK_AND_VOTE = """
import json, sys, time
from core.lab import open_lab
from core.recipe import Recipe
lab = open_lab()
round_ = lab.ask("Who survives?", [Recipe(model=model) for model in sys.argv[1:]])
fast, slow = round_.drafts
while fast.state != "done" or not slow.pieces:
    time.sleep(0.01)
lab.vote(fast.id, "somebody", -1, ["too_slow"], "still here?")
facts = {"round": round_.id, "fast": fast.id, "text": fast.text, "state": slow.state}
print(json.dumps(facts), flush=True)
round_.wait()
"""


def test_what_was_finished_survives_a_killed_process(tmp_path: Path, upstream: Upstream) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "NARANI_HOME": str(tmp_path),
        "OPENAI_API_BASE": str(upstream.url),
        "OPENAI_API_KEY": "sk-test",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", ASK_AND_VOTE, FAST, SLOW],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert facts["state"] == "writing"  # the slow one needed 100 seconds

    lab = open_lab(read_settings(environment))
    try:
        stored = lab.stored(facts["round"])
        assert stored.question == "Who survives?"
        assert [recipe.model for recipe in stored.recipes] == [FAST, SLOW]
        assert [(a.id, a.text) for a in stored.answers] == [(facts["fast"], facts["text"])]
        assert stored.answers[0].stop_reason == "stop"
        vote = lab.votes.of([facts["fast"]], "somebody")[facts["fast"]]
        assert (vote.rating, vote.reasons, vote.comment) == (-1, ("too_slow",), "still here?")
        assert facts["fast"] in "".join(lab.export("votes", "csv"))
        with lab.engine.connect() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        # The database is not only readable: work goes on in it.
        (answer,) = lab.ask("And now?", [Recipe(model="baseline/extract")]).wait(30)
        assert lab.rounds.answer(answer.id) == answer
    finally:
        lab.close()
