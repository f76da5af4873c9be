"""What tests stand on: real PostgreSQL and Valkey, a migrated database for each test process, a browser.

The servers start once for a whole run, also under `pytest -n`. Their files stay in var/test, and so does
a migrated template database, so that a second run begins at once; each test process works in its own clone.
"""

import hashlib
import itertools
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import Settings
from deploy.browser import find_chromium
from deploy.embedded import EmbeddedServers
from deploy.processes import CannotStart, Process, free_port, wait_until
from feedback_app.app import create_app
from feedback_app.kit.db import db
from tests.soundness import watch

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "tests" / "browser" / "axe.min.js"
# How long an example takes depends on what else the machine does, and says nothing about what it shows. The gate tries
# the same each time, so that its verdict is about the change; `--hypothesis-profile=search` looks for new examples.
hypothesis.settings.register_profile("gate", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=5_000)
hypothesis.settings.load_profile("gate")
SERVERS = pytest.StashKey[EmbeddedServers]()
NEVER_CLEANED = {"alembic_version"}


def start_servers(config: pytest.Config) -> EmbeddedServers:
    """The run's servers, started when first asked for; a second run in the same folder gets its own."""
    if SERVERS not in config.stash:
        for number in itertools.count():
            servers = EmbeddedServers(ROOT / "var" / "test" / str(number), durable=False)
            try:
                config.stash[SERVERS] = servers.__enter__()
                break
            except CannotStart:
                if number == 9:
                    raise
    return config.stash[SERVERS]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Runs in xdist's controller before each of its processes starts: hand it the addresses."""
    servers = start_servers(node.config)
    node.workerinput["servers"] = {
        "sockets": str(servers.sockets),
        "template": make_template(servers.database_url_of),
    }


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVERS in config.stash:
        config.stash[SERVERS].__exit__()


def database_url_of(sockets: str, database: str) -> str:
    return f"postgresql://postgres@/{database}?host={sockets}&port=5432"


def make_template(url_of: Callable[[str], str]) -> str:
    """A database migrated to the head, named after the migrations that made it."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    name = f"template_{digest.hexdigest()[:12]}"
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        present = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if name in present:
            return name
        for old in present:
            if old.startswith(("template_", "test_")):
                connection.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
        connection.execute("DROP DATABASE IF EXISTS unfinished WITH (FORCE)")
        connection.execute("CREATE DATABASE unfinished")
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
            cwd=ROOT,
            env={**os.environ, **environ_for(url_of("unfinished"), "redis://localhost")},
            check=True,
            capture_output=True,
        )
        connection.execute(f'ALTER DATABASE unfinished RENAME TO "{name}"')
    return name


def environ_for(database_url: str, redis_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "a key for tests, and for nothing else",
        "FEEDBACK_ENV": "test",
    }


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> dict[str, str]:
    """`sockets`: the folder of both servers' sockets; `template`: the migrated database to clone."""
    workerinput = getattr(pytestconfig, "workerinput", None)
    if workerinput is not None:
        return dict(workerinput["servers"])
    started = start_servers(pytestconfig)
    return {"sockets": str(started.sockets), "template": make_template(started.database_url_of)}


@pytest.fixture(scope="session")
def process_number() -> int:
    """0 without xdist, else 1, 2, … for gw0, gw1, …"""
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(name.removeprefix("gw")) + 1 if name else 0


@pytest.fixture(scope="session")
def new_database(servers: dict[str, str]) -> Callable[..., str]:
    """`new_database("name")` clones the migrated template, `empty=True` makes a bare one; gives its URL."""

    def make(name: str, *, empty: bool = False) -> str:
        source = "template0" if empty else servers["template"]
        with psycopg.connect(database_url_of(servers["sockets"], "postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return database_url_of(servers["sockets"], name)

    return make


@pytest.fixture(scope="session")
def database_url(new_database: Callable[..., str], process_number: int) -> str:
    """This test process's own database."""
    return new_database(f"test_{process_number}")


@pytest.fixture(scope="session")
def valkey_url(servers: dict[str, str], process_number: int) -> str:
    """This test process's own numbered database of the one Valkey."""
    return f"unix://{servers['sockets']}/valkey.sock?db={process_number}"


@pytest.fixture(scope="session")
def environ(database_url: str, valkey_url: str) -> dict[str, str]:
    """The settings as an environment, for processes that tests start."""
    return environ_for(database_url, valkey_url)


@pytest.fixture(scope="session")
def settings(environ: dict[str, str]) -> Settings:
    return Settings.from_environ(environ)


@pytest.fixture(scope="session")
def page_problems() -> list[str]:
    """What was found wrong with pages since the test began."""
    return []


@pytest.fixture(autouse=True)
def every_page_is_sound(page_problems: list[str]) -> Iterator[None]:
    """No test may pass over a page that is not valid, has no heading, title or label, or repeats an id."""
    page_problems.clear()
    yield
    assert page_problems == []


@pytest.fixture(scope="session")
def whole_app(settings: Settings, page_problems: list[str]) -> Iterator[Flask]:
    """One application for the test process; ask for `app`, which also begins with a clean database."""
    app = create_app(settings)
    watch(app, page_problems)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    """For the test's own sessions, apart from the application's."""
    engine = create_engine(settings.database_url, connect_args={"options": "-c timezone=UTC"})
    yield engine
    engine.dispose()


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        tables = connection.exec_driver_sql(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        ).scalars()
        names = sorted(set(tables) - NEVER_CLEANED)
        filled = connection.exec_driver_sql(
            " UNION ALL ".join(
                f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})"  # noqa: S608  # names from the catalogue
                for name in names
            )
        ).scalars()
        if found := list(filled):
            connection.exec_driver_sql(f"TRUNCATE {', '.join(found)} CASCADE")


@pytest.fixture
def clean(engine: Engine, valkey_url: str) -> None:
    """Empties what earlier tests left, before the test rather than after, so that a failure can be looked at.

    Truncated, not rolled back: routes, tasks and worker processes commit in sessions of their own. Only
    tables that hold rows are truncated, because an empty one costs as much as a full one. Numbers go on
    where they were: a process may keep what it read of a published version, because ids are never reused.
    """
    for tries_left in (2, 1, 0):
        try:
            _empty(engine)
            break
        except OperationalError as error:
            # A browser of the test before may have left a request on its way, which holds one table and wants another.
            if not tries_left or not isinstance(error.orig, psycopg.errors.DeadlockDetected):
                raise
    with redis.Redis.from_url(valkey_url) as valkey:
        valkey.flushdb()


@pytest.fixture
def session(clean: None, engine: Engine) -> Iterator[Session]:
    """A session on the clean database. Commit what the application is to see."""
    with Session(engine) as session:
        yield session


@pytest.fixture
def second_session(new_database: Callable[..., str], process_number: int) -> Iterator[Session]:
    """A session on a second database of the same process, migrated and empty, whose numbers begin at 1."""
    url = new_database(f"test_{process_number}_second").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url, connect_args={"options": "-c timezone=UTC"})
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def app(clean: None, whole_app: Flask) -> Flask:
    """The application on the clean database. Pushes no context: requests must bring their own."""
    return whole_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def celery_worker(clean: None, environ: dict[str, str], tmp_path: Path) -> Iterator[Process]:
    """A real worker process on this test's database and broker, ready for tasks; killed at the end."""
    worker = child("worker", "celery -A tasks.worker worker --loglevel INFO --concurrency 1", environ, tmp_path)
    worker.start()
    try:
        wait_until(lambda: worker.log.exists() and " ready." in worker.log.read_text(), worker, 60)
        yield worker
    finally:
        worker.patience = 0.0
        worker.stop()


@pytest.fixture(scope="session")
def live_server(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The web server on this test process's database; gives its address, without a slash at the end."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = f"granian wsgi:application --interface wsgi --port {port} --workers 1 --blocking-threads 1"
    web = child("web", command, {**environ, "PUBLIC_URL": address}, tmp_path_factory.mktemp("web"))
    web.start()
    try:
        wait_until(lambda: answers(f"{address}/healthz"), web, 60)
        yield address
    finally:
        web.stop()


def child(name: str, command: str, environ: dict[str, str], folder: Path) -> Process:
    return Process(
        name=name,
        command=[sys.executable, "-m", *command.split()],
        environ={**os.environ, **environ},
        folder=ROOT,
        record=folder / f"{name}.pid",
        log=folder / f"{name}.log",
    )


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  # our own server
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def base_url(live_server: str) -> str:
    """pytest-playwright resolves `page.goto("/…")` against it."""
    return live_server


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = find_chromium()
    if chromium is None:
        pytest.fail("no Chromium: run `make browser`", pytrace=False)
    arguments = ["--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:  # Chromium's sandbox does not work for root
        arguments.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": chromium, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}


@pytest.fixture
def context(clean: None, context: BrowserContext) -> BrowserContext:
    """A visitor's browser in which a request to any other host fails the page, on a clean database."""
    context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), lambda route: route.abort())
    return context


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails, naming rule and element, where the page breaks an accessibility rule."""

    def check(page: Page) -> None:
        # Half a page, on a busy machine, has no heading yet.
        page.wait_for_load_state()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("async () => (await axe.run()).violations")
        problems = [
            f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {node['html']}"
            for rule in found
            for node in rule["nodes"]
        ]
        assert not problems, f"{page.url}\n" + "\n".join(problems)

    return check
