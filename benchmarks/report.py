"""What a person at the terminal reads: progress while waiting, then tables that can be pasted into Markdown."""

import contextlib
import os
import platform
import sys
import threading
from collections.abc import Iterator, Sequence
from time import perf_counter

QUIET_SECONDS = 2.0
AGAIN_SECONDS = 10.0


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def progress(what: str) -> Iterator[None]:
    """Say `what` is being done once it takes longer than two seconds, and every ten seconds from then on."""
    done = threading.Event()
    started = perf_counter()

    def tell() -> None:
        wait = QUIET_SECONDS
        while not done.wait(wait):
            sys.stderr.write(f"  … {what} ({perf_counter() - started:.0f} s)\n")
            sys.stderr.flush()
            wait = AGAIN_SECONDS

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def machine(postgres: str) -> str:
    """The machine in one line; `postgres` is the server's version."""
    load = os.getloadavg()[0]
    return (
        f"{len(os.sched_getaffinity(0))} cores of {_processor()}, {platform.system()} {platform.release()}, "
        f"PostgreSQL {postgres} (default settings, fsync on), Python {platform.python_version()}; "
        f"load average before the start {load:.1f}"
    )


def _processor() -> str:
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all `values` do not exceed; NaN without values."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] if ordered else float("nan")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, the first column left and the others right, padded to be read as plain text too."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        return f"| {first[0]:<{first[1]}} | " + " | ".join(f"{cell:>{width}}" for cell, width in others) + " |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([line(header), line(rule), *(line(row) for row in rows)])


def verdict(reached: bool) -> str:
    return "reached" if reached else "MISSED"
