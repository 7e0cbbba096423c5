"""A hundred thousand examples from a file into a set on SQLite, reading and saving together.

For each form prints the seconds of both stages, the whole, and by how much the process's memory
grew at its peak; each is measured in a process of its own, the file lies on disk.
Run: python -m benchmarks.importing [--rows 100000] [--forms csv jsonl xlsx].
Goal: <= 20 s for 100,000 rows of about 100 characters.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.servers import ROOT
from core.examples.columns import guess
from core.examples.importing import Importing
from core.examples.tables import open_table
from core.store.database import open_database
from core.store.example_sets import ExampleSets

FORMS = ("csv", "jsonl", "xlsx")
LABELS = ("긍정", "부정", "중립", "positive", "negative")


def rows(count: int) -> Iterator[tuple[str, str, str]]:
    """About 100 characters each, half of them Korean."""
    for n in range(count):
        if n % 2:
            text = f"{n}번째 관객은 영화가 끝난 뒤에도 한참을 자리에 앉아 음악을 들었고, "
            text += "배우들의 연기와 화면의 빛이 오래 남는다고 적었으며 "
            text += "줄거리는 조금 아쉬웠다고 덧붙였습니다."
        else:
            text = f"Viewer {n} stayed for the music after the film had ended, and wrote that the "
            text += "actors were fine while the story lost its way."
        yield text, LABELS[n % len(LABELS)], f"{n % 7}"


def written(folder: Path, form: str, count: int) -> Path:
    path = folder / f"films.{form}"
    if form == "xlsx":
        import xlsxwriter

        book = xlsxwriter.Workbook(path, {"constant_memory": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("text", "label", "week"))
        for number, row in enumerate(rows(count), 1):
            sheet.write_row(number, 0, row)
        book.close()
        return path
    with path.open("w", encoding="utf-8") as file:
        if form == "csv":
            file.write("text,label,week\n")
        for text, label, week in rows(count):
            if form == "csv":
                file.write(f'"{text}",{label},{week}\n')
            else:
                one = {"text": text, "label": label, "week": week}
                file.write(json.dumps(one, ensure_ascii=False) + "\n")
    return path


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_one(path: Path, home: Path) -> None:
    """Import one file; what it took as JSON on stdout."""
    engine = open_database(f"sqlite:///{home / 'bench.db'}")
    sets = ExampleSets(engine)
    before = peak_mb()
    began = time.perf_counter()
    with path.open("rb") as file:
        table = open_table(path.name, file)
        columns = guess(table.columns, [row for _, row in islice(table.rows(), 100)])
        assert columns is not None
        work = Importing(table, columns, name="bench", save=sets.save)
        work.start()
        progress = work.wait()
    whole = time.perf_counter() - began
    assert progress.state == "done", progress.error
    found = {"whole": whole, "grown_mb": peak_mb() - before, **progress.seconds}
    print(json.dumps(found | {"rows": progress.rows}))
    engine.dispose()


def measure_importing(forms: list[str], count: int) -> None:
    for form in forms:
        with tempfile.TemporaryDirectory() as folder:
            path = written(Path(folder), form, count)
            size = path.stat().st_size / 1_000_000
            command = [sys.executable, "-m", "benchmarks.importing", "--one", str(path)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(done.stderr)
            found = json.loads(done.stdout)
        print(
            f"importing: {count:,} rows of {form} ({size:.1f} MB): {found['whole']:.1f} s "
            f"(goal 20 s), reading {found['read']:.1f} s, saving {found['save']:.1f} s; memory "
            f"grew by {found['grown_mb']:.0f} MB",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=list(FORMS))
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure_one(options.one, options.one.parent)
        return
    measure_importing(options.forms, options.rows)


if __name__ == "__main__":
    main()
