"""The embedded servers keep their data over an orderly end and over every kind of crash."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from deploy.embedded import EmbeddedServers
from deploy.processes import CannotStart


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """Deeper than the path of a Unix socket may be long."""
    return tmp_path / ("deep" * 25) / "var"


def write(servers: EmbeddedServers, value: int) -> None:
    with psycopg.connect(servers.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value integer)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])
    with redis.Redis.from_url(servers.redis_url) as valkey:
        valkey.rpush("kept", value)


def read(servers: EmbeddedServers) -> tuple[list[int], list[int]]:
    with psycopg.connect(servers.database_url) as connection:
        rows = [row[0] for row in connection.execute("SELECT value FROM kept ORDER BY value")]
    with redis.Redis.from_url(servers.redis_url) as valkey:
        return rows, [int(value) for value in valkey.lrange("kept", 0, -1)]


def test_a_second_start_keeps_the_data_and_a_stop_leaves_nothing_running(var: Path) -> None:
    with EmbeddedServers(var) as servers:
        write(servers, 1)
        pids = [servers.postgres.pid, servers.valkey.pid]
    for pid in pids:
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with EmbeddedServers(var) as servers:
        assert read(servers) == ([1], [1])


def test_killed_servers_come_back_with_what_was_committed(var: Path) -> None:
    with EmbeddedServers(var) as servers:
        write(servers, 1)
        for process in (servers.postgres, servers.valkey):
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            process.sweep()
    with EmbeddedServers(var) as servers:
        assert read(servers) == ([1], [1])


def test_servers_left_by_a_killed_launcher_are_replaced(var: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from deploy.embedded import EmbeddedServers;"
        "s = EmbeddedServers(Path(sys.argv[1])).__enter__(); print(s.postgres.pid, s.valkey.pid, flush=True);"
        "os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", script, var], capture_output=True, text=True, check=False)
    left = [int(pid) for pid in killed.stdout.split()]
    assert len(left) == 2, killed.stderr
    for pid in left:
        os.kill(pid, 0)
    with EmbeddedServers(var) as servers:
        assert {servers.postgres.pid, servers.valkey.pid}.isdisjoint(left)
        write(servers, 2)
        assert read(servers) == ([2], [2])


def test_a_stale_process_number_that_now_belongs_to_another_program_is_no_obstacle(var: Path) -> None:
    with EmbeddedServers(var) as servers:
        write(servers, 3)
    (servers.data / "postmaster.pid").write_text(f"{os.getpid()}\n{servers.data}\n")
    with EmbeddedServers(var) as servers:
        assert read(servers) == ([3], [3])


def test_an_interrupted_first_start_is_begun_anew(var: Path) -> None:
    (var / "postgres.unfinished").mkdir(parents=True)
    (var / "postgres.unfinished" / "PG_VERSION").write_text("18\n")
    with EmbeddedServers(var) as servers:
        write(servers, 4)


def test_one_folder_serves_one_start_at_a_time(var: Path) -> None:
    with EmbeddedServers(var), pytest.raises(CannotStart, match="already runs in this folder"):
        EmbeddedServers(var).__enter__()


def test_nobody_else_may_reach_the_sockets(var: Path) -> None:
    with EmbeddedServers(var) as servers:
        assert servers.sockets.stat().st_mode & 0o077 == 0
        with psycopg.connect(servers.database_url) as connection:
            row = connection.execute("SELECT current_setting('listen_addresses'), current_setting('fsync')")
            assert row.fetchone() == ("", "on")


def test_a_stop_leaves_no_socket_folder(var: Path) -> None:
    with EmbeddedServers(var) as servers:
        assert servers.sockets.is_dir()
    assert not servers.sockets.exists()


def test_socket_folders_of_dead_servers_go_at_the_next_start_and_those_of_the_living_stay(
    var: Path, tmp_path: Path
) -> None:
    dead, young = (EmbeddedServers(tmp_path / name) for name in ("dead", "young"))
    for servers in (dead, young):
        servers.var.mkdir()
        servers._make_folders()
        with socket.socket(socket.AF_UNIX) as listener:  # what is left of a socket whose server was killed
            listener.bind(str(servers.sockets / "valkey.sock"))
    stranger = dead.sockets.with_name(f"{dead.sockets.name}-khac")
    stranger.mkdir(mode=0o755)
    with EmbeddedServers(tmp_path / "alive") as alive:
        for folder in (dead.sockets, stranger, alive.sockets):
            os.utime(folder, (0, 0))
        with EmbeddedServers(var):
            assert not dead.sockets.exists()
            assert young.sockets.exists()
            assert stranger.exists()
            write(alive, 1)
            assert read(alive) == ([1], [1])
    stranger.rmdir()
    (young.sockets / "valkey.sock").unlink()
    young.sockets.rmdir()


def test_a_folder_that_is_somebody_elses_is_neither_used_nor_removed(var: Path, tmp_path: Path) -> None:
    servers = EmbeddedServers(var)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    servers.sockets.symlink_to(elsewhere)
    with pytest.raises(CannotStart, match="somebody else's"):
        servers.__enter__()
    assert servers.sockets.is_symlink()
    servers.sockets.unlink()
