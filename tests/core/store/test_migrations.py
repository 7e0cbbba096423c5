import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from core.errors import StoreError
from core.example import Example
from core.store import database
from core.store.database import HEAD, open_database
from core.store.example_sets import ExampleSets
from core.store.rounds import Rounds
from core.store.tables import metadata
from tests.core.store.samples import answered

ROOT = Path(__file__).parents[3]
FOLDER = Path(database.__file__).parent / "migrations"
EXAMPLES = [Example(question=f"질문 {n}?", answer=f"Answer {n}") for n in range(5)]

OPEN = """
import sys
from core.store.database import open_database
from sqlalchemy import text
print("ready", flush=True)
sys.stdin.readline()
engine = open_database(sys.argv[1])
with engine.connect() as connection:
    print(connection.scalar(text("SELECT count(*) FROM votes")), flush=True)
"""


def test_head_is_the_newest_migration() -> None:
    script = ScriptDirectory.from_config(config())
    newest = max(file.name for file in (FOLDER / "versions").glob("[0-9]*.py"))
    assert script.get_heads() == [HEAD]
    assert newest.startswith(HEAD + "_")


def test_a_fresh_database_is_at_head(engine: Engine) -> None:
    with engine.connect() as connection:
        versions = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    assert versions == [HEAD]


def test_the_migrations_make_the_tables_of_this_code(engine: Engine) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_the_migrations_can_be_undone(engine: Engine) -> None:
    settings = config()
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}


def downgraded(engine: Engine, revision: str) -> None:
    settings = config()
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, revision)


def columns_of(engine: Engine, table: str) -> set[str]:
    return {column["name"] for column in inspect(engine).get_columns(table)}


def test_a_database_from_before_example_sets_keeps_its_answers(
    engine: Engine, database_url: str
) -> None:
    before = answered(Rounds(engine), question="Still here?")
    downgraded(engine, "0001")
    assert "examples" not in inspect(engine).get_table_names()
    assert "adapter" not in columns_of(engine, "answers")
    again = open_database(database_url)
    (stored,) = Rounds(again).recent(5)
    assert (stored.question, stored.answers) == ("Still here?", (before,))
    with again.connect() as connection:
        found = connection.execute(text("SELECT adapter, few_shot_set, few_shot_ids FROM answers"))
        assert [tuple(row) for row in found] == [(None, None, None)]
    assert ExampleSets(again).save("a", EXAMPLES).version == 1
    again.dispose()


def test_a_database_from_before_templates_keeps_its_sets(engine: Engine, database_url: str) -> None:
    first = ExampleSets(engine).save("수도", EXAMPLES)
    downgraded(engine, "0003")
    assert "templates" not in inspect(engine).get_table_names()
    assert "few_shot_set" not in columns_of(engine, "answers")
    assert columns_of(engine, "examples") == {"set_id", "position", "split", "question", "answer"}
    assert "test_share" not in columns_of(engine, "example_sets")
    again = open_database(database_url)
    sets = ExampleSets(again)
    assert sets.latest("수도") == first
    found = sets.named("수도")
    assert (found.test_share, found.columns, found.tags, found.note) == (0.2, (), (), "")
    assert sets.save("수도", EXAMPLES) == first
    assert sets.save("수도", EXAMPLES[:2]).version == 2
    again.dispose()


def test_opening_again_changes_nothing(engine: Engine, database_url: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO preferences VALUES ('a', '1')"))
    again = open_database(database_url)
    with again.connect() as connection:
        assert connection.scalar(text("SELECT value FROM preferences")) == "1"
    again.dispose()


def test_processes_that_open_a_fresh_database_together_all_succeed(database_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, database_url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # each waits for its line: they start as one
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    results = [process.communicate(timeout=60) for process in processes]
    assert [out for out, _ in results] == ["0\n"] * 3, results


def test_sqlite_is_opened_so_that_pages_read_while_an_answer_is_stored(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'deep' / 'folder' / 'narani.db'}")
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA synchronous")) == 1
    engine.dispose()


def test_a_folder_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"narani\.db") as caught:
        open_database(f"sqlite:///{tmp_path / 'file' / 'narani.db'}")
    assert caught.value.kind == "not_stored"


@pytest.mark.parametrize("file", ["/proc/narani.db", "/proc/narani/narani.db"])
def test_a_read_only_folder_is_a_store_error(file: str) -> None:
    """Not even root writes into /proc."""
    with pytest.raises(StoreError, match=r"narani\.db") as caught:
        open_database(f"sqlite:///{file}")
    assert caught.value.kind == "not_stored"


def test_a_file_that_is_no_database_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "narani.db").write_text("this is a letter, not a database" * 100)
    with pytest.raises(StoreError, match="not a database") as caught:
        open_database(f"sqlite:///{tmp_path / 'narani.db'}")
    assert caught.value.kind == "not_stored"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://narani:hunter2@127.0.0.1:1/narani",
        "postgresql+psycopg://127.0.0.1:1/narani?user=narani&password=hunter2",
    ],
)
def test_the_message_of_an_unreachable_database_hides_its_password(url: str) -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1") as caught:
        open_database(url)
    assert caught.value.kind == "not_stored"
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "hunter2",
        "nosuch://narani:hunter2@127.0.0.1/narani",
        "mysql://narani:hunter2@127.0.0.1/narani",
    ],
)
def test_an_address_of_no_database_we_know_is_a_store_error(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_database(url)
    assert caught.value.kind == "not_stored"
    assert "hunter2" not in str(caught.value)


def test_a_database_of_a_newer_version_is_a_store_error(engine: Engine, database_url: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999") as caught:
        open_database(database_url)
    assert caught.value.kind == "not_stored"


def test_the_shell_says_why_without_the_password(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "NARANI_HOME": str(tmp_path),
        "NARANI_DATABASE_URL": "postgres://narani:hunter2@127.0.0.1:1/narani",
    }
    words = [sys.executable, "-m", "core", "export", "votes"]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "127.0.0.1" in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_half_made_database_is_not_left_behind(tmp_path: Path) -> None:
    """A process killed in the middle of a migration leaves all of it or none."""
    url = f"sqlite:///{tmp_path / 'narani.db'}"
    code = (
        "import os, sys\n"
        "import alembic.op, core.store.database as d\n"
        "alembic.op.create_index = lambda *a, **k: os._exit(9)\n"
        "d.open_database(sys.argv[1])\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, url], cwd=ROOT)
    assert killed.returncode == 9
    plain = create_engine(url)
    names = inspect(plain).get_table_names()
    plain.dispose()
    assert names == []
    open_database(url).dispose()


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    return settings
