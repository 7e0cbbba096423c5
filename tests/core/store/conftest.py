"""Every store test runs on a real SQLite file and on a real PostgreSQL."""

import os
import pwd
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from core.store.database import open_database
from core.store.preferences import Preferences
from core.store.rounds import Rounds
from core.store.votes import Votes

# Read here, once: each test's own environment is emptied of our variables.
GIVEN = os.environ.get("NARANI_TEST_POSTGRES_URL", "").strip()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server on which databases may be made and dropped."""
    if GIVEN:
        yield GIVEN
    else:
        with own_postgres(binaries()) as url:
            yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh, empty database, dropped afterwards."""
    server = make_url(postgres_server).set(drivername="postgresql")
    name = f"narani_test_{uuid4().hex[:12]}"
    with psycopg.connect(server.render_as_string(False), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        fresh = server.set(database=name, drivername="postgresql+psycopg")
        yield fresh.render_as_string(hide_password=False)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that does not exist yet, or is empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'narani.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def rounds(engine: Engine) -> Rounds:
    return Rounds(engine)


@pytest.fixture
def votes(engine: Engine) -> Votes:
    return Votes(engine)


@pytest.fixture
def preferences(engine: Engine) -> Preferences:
    return Preferences(engine)


def binaries() -> Path:
    """The newest PostgreSQL on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_major)
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    if initdb is None:
        pytest.fail(
            "PostgreSQL is not installed: run `apt-get install postgresql`, or name a server "
            "in NARANI_TEST_POSTGRES_URL"
        )
    return Path(initdb).parent


@contextmanager
def own_postgres(programs: Path) -> Iterator[str]:
    """A server in a temporary folder, on a free port of the loopback address."""
    folder = Path(tempfile.mkdtemp(prefix="narani-postgres-", dir="/tmp"))
    root = os.geteuid() == 0
    if root:  # PostgreSQL refuses to run as root
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)

    def run(*words: str) -> None:
        command = ["su", "postgres", "-c", shlex.join(words)] if root else list(words)
        # A log file, not a pipe: the server would keep a pipe open for ever.
        with (folder / "commands.log").open("a") as log:
            status = subprocess.run(command, cwd="/tmp", stdout=log, stderr=log).returncode
        if status:
            pytest.fail(f"{words[0]} failed: {(folder / 'commands.log').read_text()[-2000:]}")

    data, control = str(folder / "data"), str(programs / "pg_ctl")
    port = _free_port()
    options = (
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off "
        "-c synchronous_commit=off -c full_page_writes=off -c max_connections=60"
    )
    try:
        run(str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        run(control, "-D", data, "-l", str(folder / "server.log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run(control, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _major(program: Path) -> int:
    name = program.parent.parent.name.partition(".")[0]
    return int(name) if name.isdigit() else 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
