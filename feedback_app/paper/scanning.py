"""Has files of scans read by child processes, and believes them nothing: no database here, no web, no clock of days.

A child gets a folder of its own, the file, the layouts and nothing else. What takes too long or dies is the page's
fault, and another child goes on with the page after it.
"""

import base64
import binascii
import json
import os
import pickle
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from feedback_app.paper.layout import Design, Layout
from feedback_app.paper.media import MOST_PAGES, MediaType
from feedback_app.paper.reading.results import FieldReading, PageReading, WrittenReading

CHILD: Final = "feedback_app.paper.scanning_child"
ROOT: Final = Path(__file__).resolve().parents[2]

# Starting Python and its libraries on a busy machine, and opening the file.
OPEN_SECONDS: Final = 60.0
PAGE_SECONDS: Final = 30.0
FILE_SECONDS: Final = 1_500.0
# A file that brings down this many children is given up.
MOST_CHILDREN: Final = 6
# A page's crops are some hundred kilobytes; a line without end is a broken child.
LONGEST_LINE: Final = 32 * 1024 * 1024
PIECE: Final = 64 * 1024

Layouts = Mapping[tuple[int, Design], Layout]


@dataclass(frozen=True, slots=True)
class Opened:
    """The file can be read and has this many pages."""

    pages: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The file cannot be read: `encrypted`, `too_many_pages`, `too_large`, `too_slow`, `unreadable`."""

    problem: str


@dataclass(frozen=True, slots=True)
class Read:
    """What one page (from 0) says: one form, or two of A5 that were not cut apart."""

    page: int
    readings: tuple[PageReading, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """One page cannot be read; `problem` as above."""

    page: int
    problem: str


Event = Opened | Refused | Read | Failed


def read(
    folder: Path,
    name: str,
    media_type: MediaType,
    layouts: Layouts,
    wanted: Sequence[int] | None,
    *,
    child: str = CHILD,
) -> Iterator[Event]:
    """Read the pages `wanted` (None: all) of a file in a folder of its own.

    Gives Refused alone, or Opened and then one event for each page.
    """
    (folder / "layouts").write_bytes(pickle.dumps(dict(layouts)))
    ends_at = time.monotonic() + FILE_SECONDS
    task = _Task(None if wanted is None else list(wanted))
    for _attempt in range(MOST_CHILDREN):
        with _Child(folder, name, media_type, task.left, child) as process:
            yield from task.follow(process.lines(ends_at))
        if task.is_over():
            return
        if not task.opened:
            yield Refused(task.why)
            return
        # Whatever became of the child, it became of it at the first page it left.
        yield Failed(task.next_page(), task.why)
        if task.is_over():
            return
    while not task.is_over():
        yield Failed(task.next_page(), "given_up")


class _Task:
    """What is left to be read of a file, over all its children; `left` is None until the number of pages is known."""

    def __init__(self, left: list[int] | None) -> None:
        self.left = left
        self.opened = False
        self.why = "unreadable"

    def is_over(self) -> bool:
        return self.left == []

    def next_page(self) -> int:
        if self.left is None:
            raise ValueError("not opened")
        return self.left.pop(0)

    def follow(self, lines: Iterator[Any]) -> Iterator[Event]:
        """What one child says, for as long as it makes sense; `why` tells what ended it early."""
        self.why = "unreadable"
        for said in lines:
            if isinstance(said, str):
                self.why = said
                return
            event = _event(said)
            if isinstance(event, Refused):
                if not self.opened:
                    self.left = []
                    yield event
                return
            if isinstance(event, Opened):
                if not self.opened:
                    self.opened = True
                    yield event
                if self.left is None:
                    self.left = list(range(event.pages))
                continue
            # A child answers for the pages it was asked for, in their order, and for no others.
            if event is None or not self.left or event.page != self.left[0]:
                return
            self.left.pop(0)
            yield event


class _Child:
    """One child process and the pipe from it."""

    def __init__(self, folder: Path, name: str, media_type: str, wanted: list[int] | None, module: str) -> None:
        self._process = subprocess.Popen(
            # Nothing is imported from where it stands, which is where the stranger's file is.
            [sys.executable, "-P", "-m", module, name, media_type, "layouts", json.dumps(wanted)],
            cwd=folder,
            # No address of a database, no key: what is not there cannot be taken.
            env={
                "PATH": os.defpath,
                "PYTHONPATH": str(ROOT),
                "PYTHONUTF8": "1",
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_problem: object) -> None:
        self._process.kill()
        self._process.communicate()

    def lines(self, ends_at: float) -> Iterator[Any]:
        """What it says, line by line as JSON; a word in place of a line says why it said no more in time."""
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101  # asked for above
        patience, kept = OPEN_SECONDS, b""
        with selectors.DefaultSelector() as ready:
            ready.register(pipe, selectors.EVENT_READ)
            until = min(time.monotonic() + patience, ends_at)
            while True:
                if not ready.select(max(0.0, until - time.monotonic())):
                    yield "too_slow"
                    return
                piece = os.read(pipe.fileno(), PIECE)
                if not piece or len(kept) + len(piece) > LONGEST_LINE:
                    return
                *whole, kept = (kept + piece).split(b"\n")
                for line in whole:
                    try:
                        said = json.loads(line)
                    except (ValueError, RecursionError):
                        return
                    yield said
                    until = min(time.monotonic() + PAGE_SECONDS, ends_at)


def _event(said: Any) -> Event | None:
    """What a line means; None for one that no sound child writes."""
    try:
        if "refused" in said:
            return Refused(str(said["refused"])[:40])
        if "pages" in said:
            pages = int(said["pages"])
            return Opened(pages) if 0 < pages <= MOST_PAGES else None
        if "problem" in said:
            return Failed(int(said["page"]), str(said["problem"])[:40])
        return Read(int(said["page"]), tuple(_reading(each) for each in said["readings"][:2]))
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
        return None


def _reading(said: Any) -> PageReading:
    if said["state"] not in ("form", "unidentified", "blank"):
        raise ValueError(said["state"])
    return PageReading(
        state=said["state"],
        code=None if said["code"] is None else str(said["code"])[:200],
        fields=tuple(_field(each) for each in said["fields"]),
        comments=tuple(_written(each) for each in said["comments"]),
        dossier=_written(said["dossier"]) if said["dossier"] else None,
        ink=_bytes(said["ink"]),
        image=_bytes(said["image"]),
        thresholds=int(said["thresholds"]),
        problem=None if said["problem"] is None else str(said["problem"])[:40],
    )


def _field(said: Any) -> FieldReading:
    if said["state"] not in ("auto", "review"):
        raise ValueError(said["state"])
    return FieldReading(
        field=str(said["field"]),
        marked=tuple(sorted(int(choice) for choice in said["marked"])),
        state=said["state"],
        why=None if said["why"] is None else str(said["why"])[:40],
        features=tuple({str(name): float(value) for name, value in each.items()} for each in said["features"]),
        crop=_bytes(said["crop"]),
    )


def _written(said: Any) -> WrittenReading:
    return WrittenReading(field=str(said["field"]), has_ink=bool(said["has_ink"]), crop=_bytes(said["crop"]))


def _bytes(said: Any) -> bytes:
    return base64.b64decode(said, validate=True)
