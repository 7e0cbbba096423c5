"""A million votes to CSV: extra memory and time of the streamed export against pandas.

Run: python -m benchmarks.export [--votes 1000000]. Goals: <= 50 MB extra, not slower than pandas.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from sqlalchemy import text

from core.store.database import open_database

PEOPLE = 10

_FILL = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})
"""
_ROUNDS = (
    _FILL
    + """INSERT INTO rounds SELECT printf('r%d', i), printf('c%d', i / 4), i % 4,
datetime(1760000000 + i * 10, 'unixepoch') || '.000000', CASE i % 2 WHEN 0 THEN 'ko' ELSE 'en' END,
'[]', '질문 ' || i || ': which technique gives which quality, at which cost, how fast?' FROM n"""
)
_ANSWERS = (
    _FILL
    + """INSERT INTO answers (id, round_id, thread_id, position, answered_at, recipe_key, label,
model, techniques, stop_reason, prompt_tokens, completion_tokens, cost_usd, cost_basis, ttft_s,
total_s, recipe, text, reasoning, stages, sources, snapshot)
SELECT printf('a%d', i), printf('r%d', i), printf('t%d', i), 0,
datetime(1760000000 + i * 10, 'unixepoch') || '.000000', printf('%012x', i % 12),
'recipe ' || (i % 12), 'openai/model-' || (i % 6), CASE i % 3 WHEN 0 THEN 'plain' ELSE 'system' END,
'stop', 40 + i % 100, 80 + i % 200, 0.00001 * (1 + i % 50), 'listed', 0.2, 2.5,
printf('{{"model":"openai/model-%d"}}', i % 6),
'답변 ' || i || ' because a good prompt needs context, examples and a clear goal. '
|| '그래서 미세 조정이 필요합니다.',
'', '{{}}', '[]', '{{}}' FROM n"""
)
_VOTES = (
    _FILL
    + """INSERT INTO votes SELECT printf('v%d', i), printf('a%d', i / {people}),
printf('p%d', i % {people}), CASE WHEN i % 7 < 5 THEN 1 ELSE -1 END,
datetime(1760000000 + i, 'unixepoch') || '.000000',
CASE WHEN i % 7 < 5 THEN '[]' ELSE '["wrong","incomplete"]' END,
CASE i % 50 WHEN 0 THEN '=SUM(A1), "quoted"' ELSE '' END FROM n"""
)

STREAMED = """
import sys
from core.store.database import open_database
from core.store.export import VOTE_COLUMNS, as_csv, vote_rows
from core.store.votes import VoteFilter
engine = open_database(sys.argv[1])
print("go", flush=True)
with open(sys.argv[2], "w", encoding="utf-8", newline="") as file:
    file.writelines(as_csv(vote_rows(engine, VoteFilter()), VOTE_COLUMNS))
"""
PANDAS = """
import sys
import pandas as pd
from core.store.database import open_database
from core.store.export import _ANSWER_FIELDS, _VOTE_FIELDS
from core.store.votes import VoteFilter, joined
from sqlalchemy import select
engine = open_database(sys.argv[1])
print("go", flush=True)
query = joined(select(*_VOTE_FIELDS, *_ANSWER_FIELDS), VoteFilter())
pd.read_sql(query, engine).to_csv(sys.argv[2], index=False, encoding="utf-8-sig")
"""


def fill(url: str, answers: int, votes: int) -> None:
    """Write rounds, answers and votes with SQLite itself; Python would take minutes."""
    engine = open_database(url)
    with engine.begin() as connection:
        for statement, number in ((_ROUNDS, answers), (_ANSWERS, answers), (_VOTES, votes)):
            connection.exec_driver_sql(statement.format(count=number, people=PEOPLE))
        connection.execute(text("ANALYZE"))
    engine.dispose()


def measure(script: str, url: str, out: Path) -> tuple[float, float]:
    """Seconds, and MB of memory beyond what the process had before the export."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, url, str(out)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    watched = psutil.Process(process.pid)
    before = peak = watched.memory_info().rss
    began = time.monotonic()
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.01)
    if process.wait():
        raise RuntimeError("the export failed")
    return time.monotonic() - began, (peak - before) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--votes", type=int, default=1_000_000)
    votes = parser.parse_args().votes
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        fill(url, votes // PEOPLE, votes)
        ours = measure(STREAMED, url, Path(folder) / "ours.csv")
        theirs = measure(PANDAS, url, Path(folder) / "pandas.csv")
        size_mb = (Path(folder) / "ours.csv").stat().st_size / 1e6
    print(
        f"export: {votes:,} votes, {size_mb:.0f} MB: {ours[0]:.1f} s and +{ours[1]:.0f} MB; "
        f"pandas {theirs[0]:.1f} s and +{theirs[1]:.0f} MB: "
        f"time ratio {ours[0] / theirs[0]:.2f} (goal 1.00), memory goal 50 MB"
    )


if __name__ == "__main__":
    main()
