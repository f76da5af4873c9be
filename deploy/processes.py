"""Long-lived child processes that outlive a Ctrl-C but never their launcher.

Each runs in a session of its own, so that a Ctrl-C in the terminal reaches the launcher alone and
the launcher can stop everything in order. Each leaves a record of itself, so that a launcher that
was killed outright finds its leftovers at the next start and replaces them.
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

LOG_LIMIT = 10_000_000  # bytes; at a start a longer log becomes `<name>.log.1`
LAST_PATIENCE = 0.7  # seconds between SIGQUIT and the kill


class CannotStart(Exception):
    """One line for the person at the terminal, in Vietnamese and in English."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(f"{vietnamese}\n{english}")


class Interrupted(BaseException):
    """Somebody wants the program to stop: raised by `pause`, never in the middle of starting a process."""


_signals_seen: list[int] = []


def heed_signals() -> None:
    """From here on Ctrl-C, a closed terminal and `kill` end the next `pause` instead of any line of code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: _signals_seen.append(number))


def pause(seconds: float) -> None:
    time.sleep(seconds)
    if _signals_seen:
        raise Interrupted


def claim(path: Path) -> IO[str]:
    """Lock `path` for this process's life, or raise CannotStart when another process holds it.

    The lock is the kernel's: it ends with the process however that ends, and children do not inherit it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    holder = path.open("a")
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder.close()
        raise CannotStart(
            f"Dịch vụ đang chạy trong thư mục này rồi (khóa {path}); hãy dừng bằng Ctrl-C ở cửa sổ kia.",
            f"The service already runs in this folder (lock {path}); stop it with Ctrl-C in its own window.",
        ) from None
    return holder


@dataclass
class Process:
    """A command kept running: `start`, `stop`, and `exit_code` to see whether it has ended.

    To stop it, `stop_signal` is sent; after `patience` seconds SIGQUIT, which PostgreSQL and Celery
    take for "at once"; what is left then is killed together with its children.
    """

    name: str
    command: Sequence[str | Path]
    environ: Mapping[str, str]
    folder: Path
    record: Path
    log: Path
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 3.0
    _popen: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _asked_at: float | None = field(default=None, init=False)

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen else None

    def start(self) -> None:
        self.replace_leftover()
        self._asked_at = None
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.record.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                [str(part) for part in self.command],
                env=dict(self.environ),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
            )
        try:
            self.record.write_text(f"{self._popen.pid} {psutil.Process(self._popen.pid).create_time()}\n")
        except psutil.NoSuchProcess:  # ended already: whoever waits for it will see
            self.record.unlink(missing_ok=True)

    def exit_code(self) -> int | None:
        """The exit code of a process that ended by itself, negative for a signal; None while it runs."""
        return self._popen.poll() if self._popen else None

    def ask_to_stop(self) -> None:
        """Send the stop signal and go on; `stop` then counts the patience from here."""
        if self._popen and self._asked_at is None:
            self._popen.send_signal(self.stop_signal)
            self._asked_at = time.monotonic()

    def stop(self) -> None:
        self.ask_to_stop()
        if self._popen is None or self._asked_at is None:
            return
        try:
            self._popen.wait(max(self._asked_at + self.patience - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            self._popen.send_signal(signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(LAST_PATIENCE)
        self.sweep()
        self._popen = None
        self.record.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Kill what is left of the process's session, such as the children of a leader that was killed."""
        if self._popen:
            _kill_group(self._popen.pid)
            self._popen.wait()

    def replace_leftover(self) -> None:
        """Stop the process that an earlier launcher, killed before it could, left running."""
        try:
            pid, created = self.record.read_text().split()
            process = psutil.Process(int(pid))
            if abs(process.create_time() - float(created)) < 1:
                for number, seconds in ((self.stop_signal, self.patience), (signal.SIGQUIT, LAST_PATIENCE)):
                    process.send_signal(number)
                    if _ends_within(seconds, process):
                        break
                _kill_group(process.pid)
                _ends_within(2.0, process)
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            pass
        self.record.unlink(missing_ok=True)

    def last_line(self) -> str:
        """The last line of the log: what the process said before it ended."""
        try:
            lines = self.log.read_text(errors="replace").strip().splitlines()
        except FileNotFoundError:
            return ""
        return lines[-1] if lines else ""


def stop_all(processes: Sequence[Process]) -> None:
    """Ask each in turn, then wait for all together: the slowest one alone decides how long it takes."""
    for process in processes:
        process.ask_to_stop()
    for process in processes:
        process.stop()


def wait_until(ready: Callable[[], bool], process: Process, seconds: float) -> None:
    """Wait until `ready()` is true, or raise CannotStart with the log's last line."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.exit_code() is not None or time.monotonic() > deadline:
            raise CannotStart(
                f"{process.name} không khởi động được: {process.last_line()} (xem {process.log})",
                f"{process.name} did not start: {process.last_line()} (see {process.log})",
            )
        pause(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _ends_within(seconds: float, process: psutil.Process) -> bool:
    """Whether a process that is not our child has ended; one that nobody collects (a zombie) has."""
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # PermissionError: only zombies (macOS)
        os.killpg(leader, signal.SIGKILL)
