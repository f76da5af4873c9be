"""The launcher behind `make run`: servers, database, demonstration, web, worker and beat, until Ctrl-C.

python -m deploy.run                 start everything and keep it running
python -m deploy.run flask ARGUMENT… one `flask` command with the settings of the running service
"""

import contextlib
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.embedded import EmbeddedServers
from deploy.processes import CannotStart, Interrupted, Process, claim, heed_signals, pause, stop_all, wait_until

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
LIVE_SETTINGS = VAR / "run" / "settings.json"
# Settings of the caller's shell that would lead the children's Python, libpq, Flask or Celery elsewhere.
FOREIGN_PREFIXES = ("PYTHON", "PG", "FLASK_", "CELERY_", "GRANIAN_")
QUICK = 10.0  # seconds; a process that lives shorter is started again after a growing delay
PAGES = (("Trang chủ · Home", "/"), ("Kết quả · Results", "/ket-qua"), ("Quản lý · Manager", "/quan-ly"))


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    try:
        if arguments[:1] == ["flask"]:
            return flask_command(arguments[1:])
        heed_signals()
        launch(os.environ)
    except CannotStart as problem:
        say(str(problem))
        return 1
    except Interrupted:
        say("Đã dừng. · Stopped.")
    return 0


def launch(caller: Mapping[str, str]) -> None:
    started = time.monotonic()
    host, port = address(caller)
    with claim(VAR / "launcher.lock"), contextlib.ExitStack() as running:
        for process in service({}, host, port):
            process.replace_leftover()
        check_free(host, port)
        servers, urls = choose_servers(caller, running)
        environ = {name: value for name, value in caller.items() if not name.startswith(FOREIGN_PREFIXES)}
        environ.update(urls, PYTHONUTF8="1", PYTHONUNBUFFERED="1")
        environ.setdefault("SECRET_KEY", secret_key())
        environ.setdefault("PUBLIC_URL", f"http://localhost:{port}")
        environ.setdefault("FEEDBACK_ENV", "development")
        running.enter_context(published(environ))
        step("migrate", ["db", "upgrade"], environ, "Đang cập nhật cơ sở dữ liệu… · Updating the database…")
        step(
            "demo",
            ["demo", "load", "--if-empty"],
            environ,
            "Đang nạp dữ liệu minh họa (khoảng 20 giây)… · Loading the demonstration office (about 20 s)…",
        )
        processes = service(environ, host, port)
        running.callback(stop_all, processes)  # web, worker, beat; the servers are left after them
        web, *others = processes
        web.start()  # alone, so that the first page does not wait for the others to be read from disk
        wait_until(lambda: healthy(host, port), web, 60.0)
        seconds = time.monotonic() - started
        for process in others:
            process.start()
        introduce(environ, port, seconds)
        running.callback(say, "Đang dừng… · Stopping…")
        supervise([*servers, *processes])


def address(caller: Mapping[str, str]) -> tuple[str, int]:
    host, port = caller.get("HOST") or "127.0.0.1", caller.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise CannotStart(f"PORT={port} không phải là số cổng (1-65535).", f"PORT={port} is not a port (1-65535).")
    return host, int(port)


def check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise CannotStart(
                f"Không dùng được cổng {port} ({problem.strerror}); chọn cổng khác: make run PORT={port + 1}",
                f"Port {port} cannot be used ({problem.strerror}); choose another: make run PORT={port + 1}",
            ) from None


def choose_servers(caller: Mapping[str, str], running: contextlib.ExitStack) -> tuple[list[Process], dict[str, str]]:
    """The servers to supervise (none of them when they are the caller's) and the addresses to use."""
    names = ("DATABASE_URL", "REDIS_URL")
    given = [name for name in names if caller.get(name)]
    if len(given) == 1:
        raise CannotStart(
            f"Chỉ có {given[0]}; hãy đặt cả DATABASE_URL và REDIS_URL, hoặc không đặt biến nào.",
            f"Only {given[0]} is set; set both DATABASE_URL and REDIS_URL, or neither.",
        )
    if given:
        say("PostgreSQL và Redis: máy chủ ngoài (DATABASE_URL, REDIS_URL) · external servers")
        return [], {name: caller[name] for name in names}
    servers = running.enter_context(EmbeddedServers(VAR))
    say(f"PostgreSQL và Valkey: bản nhúng, dữ liệu trong {VAR} · embedded, data under var/")
    return [servers.postgres, servers.valkey], {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
    }


def secret_key() -> str:
    """Made once and kept, so that sessions outlive a restart."""
    path = VAR / "secret-key"
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


@contextlib.contextmanager
def published(environ: Mapping[str, str]) -> Iterator[None]:
    """Leave the settings where `make flask` finds them, readable by this user alone."""
    LIVE_SETTINGS.unlink(missing_ok=True)
    descriptor = os.open(LIVE_SETTINGS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(dict(environ), file)
    try:
        yield
    finally:
        LIVE_SETTINGS.unlink(missing_ok=True)


def flask_command(arguments: list[str]) -> int:
    if not LIVE_SETTINGS.exists():
        raise CannotStart("Hãy chạy `make run` trước, ở cửa sổ khác.", "Start `make run` first, in another window.")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(command, cwd=ROOT, env=json.loads(LIVE_SETTINGS.read_text()), check=False).returncode


def python(name: str, arguments: list[str], environ: Mapping[str, str], patience: float) -> Process:
    """`python -m …` as a supervised process; after `patience` seconds of SIGTERM it is killed."""
    return Process(
        name=name,
        command=[sys.executable, "-m", *arguments],
        environ=environ,
        folder=ROOT,
        record=VAR / "run" / f"{name}.pid",
        log=VAR / "log" / f"{name}.log",
        patience=patience,
    )


def service(environ: Mapping[str, str], host: str, port: int) -> list[Process]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # One thread for each web process: more made it slower and its slowest answers ten times slower.
    web = f"granian wsgi:application --interface wsgi --host {host} --port {port} --workers {min(cores, 8)}"
    web += " --blocking-threads 1 --respawn-failed-workers --workers-kill-timeout 1"
    celery = "celery -A tasks.worker worker --loglevel INFO --without-gossip --without-mingle"
    worker = f"{celery} --concurrency 2 -Q celery,exports"
    # Of their own, as in production: a stack of scans takes minutes, in which touches have to be counted.
    scans = f"{celery} --concurrency 1 -Q scans --hostname scans@%h"
    # Beat is a process of its own, as in production, so that a killed worker does not take the clock with it.
    beat = "celery -A tasks.worker beat --loglevel INFO --schedule var/beat-schedule --pidfile="
    return [
        python("web", web.split(), environ, patience=1.5),
        python("worker", worker.split(), environ, patience=1.5),
        python("scans", scans.split(), environ, patience=1.5),
        python("beat", beat.split(), environ, patience=0.5),
    ]


def flask(name: str, arguments: list[str], environ: Mapping[str, str], notice: str = "") -> tuple[int, Process]:
    """One `flask` command to its end; `notice` is shown when it takes long enough to wonder.

    Gives its exit code, and the process for what it wrote into its log, which holds this one run.
    """
    process = python(name, ["flask", "--app", "wsgi", *arguments], environ, patience=1.0)
    process.log.unlink(missing_ok=True)
    wondering = time.monotonic() + 2.5
    process.start()
    try:
        while (code := process.exit_code()) is None:
            if notice and time.monotonic() > wondering:
                say(notice)
                notice = ""
            pause(0.05)
    finally:
        process.stop()
    return code, process


def step(name: str, arguments: list[str], environ: Mapping[str, str], notice: str) -> None:
    code, process = flask(name, arguments, environ, notice)
    if code:
        command = " ".join(arguments)
        raise CannotStart(
            f"`flask {command}` không xong: {process.last_line()} (xem {process.log})",
            f"`flask {command}` failed: {process.last_line()} (see {process.log})",
        )


def healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5)  # noqa: S104
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def introduce(environ: Mapping[str, str], port: int, seconds: float) -> None:
    """Addresses and accounts, the demonstration's own where it is loaded."""
    code, told = flask("addresses", ["demo", "addresses"], environ)
    lines = [line.split("\t") for line in told.log.read_text().splitlines()] if code == 0 else []
    pages = [(line[0], line[1]) for line in lines if len(line) == 2] or list(PAGES)
    accounts = [line[1:] for line in lines if len(line) == 4 and line[0] == "account"]
    say(f"\nĐang chạy sau {seconds:.1f} giây · Running after {seconds:.1f} s\n")
    for label, path in pages:
        say(f"  {label:<34} http://localhost:{port}{path}")
    if accounts:
        say("\nTài khoản minh họa · Demonstration accounts")
        for user, password, role in accounts:
            say(f"  {user:<20} {password:<20} {role}")
    say(f"\nNhật ký · Logs: {VAR / 'log'}\nDừng: Ctrl-C · Stop: Ctrl-C")


def supervise(processes: list[Process]) -> None:
    """Start again whatever ends by itself, until a signal; what keeps ending is tried ever less often."""
    began = {process.name: time.monotonic() for process in processes}
    quick_ends = dict.fromkeys(began, 0)
    due: dict[str, float] = {}
    while True:
        pause(0.1)
        now = time.monotonic()
        for process in processes:
            name, code = process.name, process.exit_code()
            if code is None:
                continue
            if name not in due:
                quick_ends[name] = quick_ends[name] + 1 if now - began[name] < QUICK else 0
                delay = min(0.5 * 2 ** quick_ends[name], 30.0) if quick_ends[name] else 0.0
                due[name] = now + delay
                say(f"{name} đã dừng (mã {code}), đang khởi động lại · ended, starting again ({process.log})")
            if now >= due[name]:
                process.sweep()
                process.start()
                began[name] = now
                del due[name]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
