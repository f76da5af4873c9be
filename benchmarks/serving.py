"""A place to measure in: the embedded servers with fsync on in a folder of their own, migrated databases, web servers.

Everything is under one temporary folder and is gone at the end, whatever happened.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine

from config import Settings
from deploy.embedded import EmbeddedServers
from deploy.processes import Process, free_port, wait_until
from deploy.run import service
from feedback_app import app as _every_table  # noqa: F401 - foreign keys name tables of other slices as strings
from feedback_app.kit.db import engine_options

# What a production process must be told about its office.
OFFICE = ("NAME", "NAME_EN", "PARENT", "RESPONSIBLE", "ADDRESS", "PHONE", "EMAIL")
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Site:
    """A web server under measurement; `process` is its parent, whose workers do the work."""

    name: str
    port: int
    process: Process

    @property
    def cpu_seconds(self) -> float:
        """What its processes have used until now, in user and kernel mode."""
        return cpu_seconds(self.process)


class Place:
    """The servers' temporary folder. `with Place() as place:`"""

    def __init__(self) -> None:
        self._open = contextlib.ExitStack()

    def __enter__(self) -> "Place":
        with contextlib.ExitStack() as starting:
            self.folder = Path(starting.enter_context(tempfile.TemporaryDirectory(prefix="feedback-benchmark-")))
            self.servers = EmbeddedServers(self.folder)
            starting.enter_context(self.servers)
            self._open = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def postgres_version(self) -> str:
        with self.connect("postgres") as connection:
            return str(connection.info.parameter_status("server_version"))

    @property
    def database_cpu_seconds(self) -> float:
        """What PostgreSQL and Valkey have used until now."""
        return cpu_seconds(self.servers.postgres) + cpu_seconds(self.servers.valkey)

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.servers.database_url_of(database), autocommit=True)

    def environ(self, database: str) -> dict[str, str]:
        """The settings of a production process on `database`.

        One trusted proxy, as in production, lets each visitor come from an address of its own: the limit of answers
        from one address stays on and is paid for, but does not end the measurement.
        """
        return {
            "PATH": os.defpath,
            "PYTHONUTF8": "1",
            "DATABASE_URL": self.servers.database_url_of(database),
            "REDIS_URL": self.servers.redis_url,
            "SECRET_KEY": "a key for measurements, and for nothing else",
            "FEEDBACK_ENV": "production",
            "PUBLIC_URL": "http://localhost:8000",
            **{f"OFFICE_{part}": "Đo tốc độ" for part in OFFICE},
            "TRUSTED_PROXIES": "1",
            "LOG_LEVEL": "WARNING",
        }

    def settings(self, database: str) -> Settings:
        return Settings.from_environ(self.environ(database))

    def engine(self, database: str) -> Engine:
        """An engine like the one the service's own processes have, statement timeout included."""
        engine = create_engine(self.settings(database).database_url, **engine_options("benchmark"))
        self._open.callback(engine.dispose)
        return engine

    def migrated(self, database: str) -> None:
        """Make `database` with the real schema."""
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{database}"'.encode())
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
            cwd=ROOT,
            env=self.environ(database),
            check=True,
            stdout=subprocess.DEVNULL,
        )

    @contextlib.contextmanager
    def site(
        self,
        name: str,
        application: str,
        database: str,
        *,
        command: Sequence[str] | None = None,
        path: str = "/",
        environ: Mapping[str, str] | None = None,
    ) -> Iterator[Site]:
        """`application` (module:name) served on a free port of 127.0.0.1 until the end of the block.

        Without a `command`, in which {application} and {port} are filled in, it is served exactly as the service is.
        `path` has to answer before anything is measured.
        """
        port = free_port()
        words = [str(word) for word in service({}, "127.0.0.1", port)[0].command]
        if command is not None:
            words = [word.format(application=application, port=port) for word in command]
        process = Process(
            name=name,
            command=[application if word == "wsgi:application" else word for word in words],
            environ={**self.environ(database), **(environ or {})},
            folder=ROOT,
            record=self.folder / "run" / f"{port}.pid",
            log=self.folder / "log" / f"{port}.log",
        )
        process.start()
        try:
            wait_until(lambda: _answers(f"http://127.0.0.1:{port}{path}"), process, 60)
            yield Site(name, port, process)
        finally:
            process.stop()


def cpu_seconds(process: Process) -> float:
    """User and system time of a process and its living children, as the kernel counts it (in steps of 10 ms)."""
    total = 0.0
    parent = psutil.Process(process.pid)
    for member in (parent, *parent.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            used = member.cpu_times()
            total += used.user + used.system
    return total


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  # our own server
            return bool(response.status == 200)
    except OSError:
        return False
