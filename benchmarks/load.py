"""The crowd: visitors on plain sockets, in processes of their own, so that the measured server has the Python it needs.

A visit is a generator that yields requests and is handed replies; each visit has a new connection, which like a
browser it uses for all of its requests unless the server closes it. One process carries its share of the visitors by
`selectors`: threads would wait for each other, and an HTTP library costs several times the answer it fetches.
"""

import multiprocessing
import multiprocessing.connection
import re
import selectors
import socket
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from time import monotonic, perf_counter, process_time, sleep
from typing import Self

_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TIMEOUT = 10.0  # seconds after the last request was due; a server that hangs must not hang the measurement
_SOON = 0.2  # seconds until all processes have understood what to do


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    head: bytes
    body: bytes


Visit = Generator[bytes, Reply, None]


@dataclass(frozen=True)
class Outcome:
    """What a crowd saw: seconds of each whole visit that ended well, and what went wrong with the others."""

    seconds: tuple[float, ...]
    failures: tuple[str, ...]
    elapsed: float
    client_cpu: float

    @property
    def rate(self) -> float:
        """Visits per second."""
        return len(self.seconds) / self.elapsed


class WrongReply(Exception):
    """Raised in a visit by a reply that does not count."""


def expect(reply: Reply, status: int) -> None:
    """Raise WrongReply unless the reply has this status."""
    if reply.status != status:
        raise WrongReply(f"{reply.status} instead of {status}: {reply.body[:300]!r}")


@dataclass(frozen=True)
class Fetch:
    """A visit of one page; with `fresh` each visit has an address of its own, so that no kept page can answer it.

    `cookie` is of somebody who signed in before.
    """

    path: str
    fresh: bool = False
    cookie: str = ""

    def __call__(self, number: int) -> Visit:
        path = f"{self.path}?visit={number}" if self.fresh else self.path
        cookie = f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        reply = yield f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Language: vi\r\n{cookie}\r\n".encode()
        expect(reply, 200)


@dataclass(frozen=True)
class Crowd:
    """`parallel` visitors at a time, each gone after its visit and followed by the next, until `seconds` are over.

    `visit` makes the visit of a number; it is sent to another process, so it has to be picklable. Numbers begin at
    `first` and are never used twice in one crowd.
    """

    visit: Callable[[int], Visit]
    port: int
    parallel: int
    seconds: float
    first: int = 0


class Crowds:
    """The client processes. `with Crowds(2) as crowds: crowds.run(Crowd(…))`"""

    def __init__(self, processes: int) -> None:
        # Spawned, lest the clients inherit threads and connections of the program that reports.
        self._processes = processes
        self._pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))

    def __enter__(self) -> Self:
        for awake in [self._pool.submit(sleep, _SOON) for _ in range(self._processes)]:
            awake.result()
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def run(self, crowd: Crowd) -> Outcome:
        """Let the crowd in and wait until the last visitor has left."""
        used = min(self._processes, crowd.parallel)
        begin = monotonic() + _SOON  # one clock for all processes of a machine
        parts = [self._pool.submit(_attend, crowd, begin, number, used) for number in range(used)]
        found = [part.result() for part in parts]
        return Outcome(
            seconds=tuple(each for part in found for each in part.seconds),
            failures=tuple(each for part in found for each in part.failures),
            elapsed=max(part.elapsed for part in found),
            client_cpu=sum(part.client_cpu for part in found),
        )


@dataclass(slots=True)
class _Visitor:
    visit: Visit
    started: float
    connection: socket.socket | None = None
    received: bytearray = field(default_factory=bytearray)


class _Share:
    """One process's share of a crowd."""

    def __init__(self, crowd: Crowd, number: int, step: int) -> None:
        self.crowd = crowd
        self.number, self.step = number, step
        self.present = 0
        self.seconds: list[float] = []
        self.failures: list[str] = []
        self.ends = perf_counter() + crowd.seconds
        self.selector = selectors.DefaultSelector()

    def attend(self, places: int) -> None:
        """Keep `places` visitors busy until the time is over and the last one has left."""
        for _ in range(places):
            self._enter()
        while self.present:
            ready = self.selector.select(_TIMEOUT)
            if not ready:
                self.failures += ["no reply"] * self.present
                return
            for key, _ in ready:
                self._serve(key.data)

    def _enter(self) -> None:
        visitor = _Visitor(self.crowd.visit(self.number), perf_counter())
        self.number += self.step
        self.present += 1
        self._send(visitor, next(visitor.visit))

    def _serve(self, visitor: _Visitor) -> None:
        try:
            reply = _listen(visitor)
            if reply is not None:
                request = visitor.visit.send(reply)
                if _CLOSES.search(reply.head):
                    self._hang_up(visitor)
                self._send(visitor, request)
        except StopIteration:
            self.seconds.append(perf_counter() - visitor.started)
            self._leave(visitor)
        except (OSError, WrongReply) as problem:
            self.failures.append(str(problem))
            self._leave(visitor)

    def _leave(self, visitor: _Visitor) -> None:
        self._hang_up(visitor)
        self.present -= 1
        if perf_counter() < self.ends:
            self._enter()

    def _send(self, visitor: _Visitor, request: bytes) -> None:
        if visitor.connection is None:
            visitor.connection = socket.create_connection(("127.0.0.1", self.crowd.port), timeout=_TIMEOUT)
            visitor.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(visitor.connection, selectors.EVENT_READ, visitor)
        visitor.connection.sendall(request)

    def _hang_up(self, visitor: _Visitor) -> None:
        if visitor.connection is not None:
            self.selector.unregister(visitor.connection)
            visitor.connection.close()
            visitor.connection = None


def _attend(crowd: Crowd, begin: float, part: int, parts: int) -> Outcome:
    """One process's part of a crowd: the numbers part, part + parts, …"""
    sleep(max(0.0, begin - monotonic()))
    used, started = process_time(), perf_counter()
    share = _Share(crowd, crowd.first + part, parts)
    share.attend(crowd.parallel // parts + (part < crowd.parallel % parts))
    share.selector.close()
    return Outcome(tuple(share.seconds), tuple(share.failures), perf_counter() - started, process_time() - used)


def _listen(visitor: _Visitor) -> Reply | None:
    """Take what arrived; the reply when it is whole."""
    arrived = visitor.connection.recv(1 << 18) if visitor.connection else b""
    if not arrived:
        raise WrongReply("the server closed the connection")
    visitor.received += arrived
    end = visitor.received.find(b"\r\n\r\n")
    if end < 0:
        return None
    length = _LENGTH.search(visitor.received, 0, end + 2)
    if length is None:
        raise WrongReply("a reply without Content-Length")
    if len(visitor.received) < end + 4 + int(length[1]):
        return None
    whole = bytes(visitor.received)
    visitor.received.clear()
    return Reply(int(whole[9:12]), whole[: end + 2], whole[end + 4 :])


class Canned:
    """A server that answers every request with the same bytes at once: what the clients can ask of anything.

    It answers one connection after the other's turn, in a process of its own, and needs each request in one piece.
    """

    def __init__(self, reply: bytes) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_answer_canned, args=(reply, theirs), daemon=True)
        self._process.start()
        self.port: int = ours.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()


def _answer_canned(reply: bytes, told: multiprocessing.connection.Connection) -> None:
    with selectors.DefaultSelector() as selector, socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        selector.register(server, selectors.EVENT_READ)
        told.send(server.getsockname()[1])
        while True:
            for key, _ in selector.select():
                if key.fileobj is server:
                    visitor, _ = server.accept()
                    selector.register(visitor, selectors.EVENT_READ)
                    continue
                assert isinstance(key.fileobj, socket.socket)  # noqa: S101 - nothing else is registered
                try:
                    open_still = bool(key.fileobj.recv(1 << 16))
                    if open_still:
                        key.fileobj.sendall(reply)
                except OSError:
                    open_still = False
                if not open_still:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
