"""A working day of a thousand kiosks, with everything that goes wrong in it, against the service as it runs.

Web processes, Celery worker and beat are the service's own, each killed in the middle and started again. Kiosks are
enrolled by the operations, because their day lies in the past and so must their enrolment; all else goes over HTTP. The
day is as short as the server makes it: each kiosk sends what an hour queued as soon as the hour before is sent.

What is drawn (tests/kiosks/simulated.py) is known beforehand. At the end every answer is compared row by row, and the
numbers of both months as `ratings.queries.table` and the public API tell them. Any difference ends it with exit code 1.
"""

import http.client
import json
import os
import signal
import sys
import threading
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter, sleep
from typing import Any

import psutil
from sqlalchemy.orm import Session

from benchmarks import sample
from benchmarks.large import PASSWORD, peak_mib
from benchmarks.report import percentile, progress, say, table
from benchmarks.sample import Shape, row_of
from benchmarks.serving import ROOT, Place, Site
from deploy.processes import Process, wait_until
from deploy.run import service
from feedback_app.kit import clock
from feedback_app.staff import operations as staff
from tests.kiosks.reckoning import Found, Hall, Standing, check, enrol_all
from tests.kiosks.simulated import Calendar, Fate, Kiosk, Told, fleet, milliseconds, moment

DATABASE, SEED = "fleet", 20_261_031
VISITORS, EACH = 60.0, 25  # a day at a kiosk on average; kiosks in a department
SENDERS = 12  # kiosks that send at the same time
TIMEOUT = 30.0  # seconds; of one request, and of what is left to be counted per try


@dataclass(slots=True)
class Seen:
    """By the senders of the whole fleet; appending is safe from any thread."""

    seconds: list[float] = field(default_factory=list)
    unreachable: list[int] = field(default_factory=list)
    turned_away: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Line:
    """How one kiosk reaches the server: each delivery on a connection of its own, as after a spell without network."""

    def __init__(self, port: int, key: str, seen: Seen) -> None:
        self._port, self._key, self._seen = port, key, seen

    def post(self, document: dict[str, Any], fate: Fate) -> list[dict[str, Any]] | None:
        """The results, or None where the kiosk has learnt none."""
        body = json.dumps(document).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        started = perf_counter()
        try:
            connection.putrequest("POST", "/api/v1/kiosks/responses")
            connection.putheader("Authorization", f"Bearer {self._key}")
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body[: len(body) // 2] if fate == "broken" else body)
            if fate in ("broken", "unread"):
                return None
            reply = connection.getresponse()
            told = reply.read()
        except (OSError, http.client.HTTPException):
            self._seen.unreachable.append(1)
            sleep(0.2)
            return None
        finally:
            connection.close()
        self._seen.seconds.append(perf_counter() - started)
        if reply.status == 429 or reply.status >= 500:
            self._seen.turned_away.append(reply.status)
            sleep(1.0)
            return None
        if reply.status != 200:
            self._seen.faults.append(f"{reply.status}: {told[:300]!r}")
            return None
        results: list[dict[str, Any]] = json.loads(told)["results"]
        return None if fate == "forgotten" else results


def measure(place: Place, *, kiosks: int, scale: float) -> bool:
    """Run the day and print what came of it; whether all is as it has to be. `scale` is of the visitors."""
    calendar = Calendar.before(clock.now())
    with progress("setting up the office and enrolling its kiosks"):
        place.migrated(DATABASE)
        departments = max(2, kiosks // EACH)
        office = sample.set_up(place, DATABASE, Shape(departments=departments))
        version = office.versions["kiosk"]
        halls = [
            Hall(place_id, None, department, f"don-vi-{number}")
            for number, (place_id, department) in enumerate(zip(office.places, office.departments, strict=True), 1)
        ]
        drawn = fleet(SEED, kiosks, calendar, visitors=VISITORS * scale)
        before = moment(calendar.morning) - timedelta(days=2)
        with Session(place.engine(DATABASE)) as session:
            actor = staff.add_member(
                session,
                now=before,
                actor_id=None,
                username="quan-tri",
                display_name="Quản trị",
                role="administrator",
                department_id=None,
                password=PASSWORD,
            )
            standings, keys = enrol_all(session, drawn, halls, version, actor_id=actor.id, now=before)
    # Published months hold still; here they are to follow what comes in.
    quiet = {"AUTO_PUBLISH_MONTHS": "false"}
    with ExitStack() as running:
        site = running.enter_context(place.site("fleet", "wsgi:application", DATABASE, environ=quiet))
        worker, beat = _background(place, quiet)
        for process in (worker, beat):
            running.callback(process.stop)
            process.start()
        wait_until(lambda: worker.log.exists() and " ready." in worker.log.read_text(), worker, 60)
        day = _Day(site, worker, drawn, keys)
        with progress("the day"):
            day.run()
        started = perf_counter()
        with progress("counting what is left"):
            _await_counts(place)
        counted = perf_counter() - started
        with progress("comparing"), Session(place.engine(DATABASE)) as session:
            found = check(session, lambda path: _get(site, path), standings, drawn, calendar, version)
    return _print(day, found, drawn, standings, counted)


class _Day:
    """The fleet's hours one after the other, in a few threads, and the kills in between."""

    def __init__(self, site: Site, worker: Process, drawn: Sequence[Kiosk], keys: dict[int, str]) -> None:
        self.site, self.worker, self.drawn = site, worker, drawn
        self.seen, self.told = Seen(), Told()
        self.elapsed, self.peak, self.kills = 0.0, 0.0, list[str]()
        self._lines = {number: Line(site.port, key, self.seen) for number, key in keys.items()}
        self._hours = sum(len(kiosk.slots) for kiosk in drawn)
        self._done: list[int] = []
        self._over = threading.Event()

    def run(self) -> None:
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        started = perf_counter()
        try:
            with ThreadPoolExecutor(SENDERS) as senders, ThreadPoolExecutor(SENDERS) as beside:
                shares = [senders.submit(self._send, self.drawn[number::SENDERS], beside) for number in range(SENDERS)]
                for share in shares:
                    self._add(share.result())
        finally:
            self.elapsed = perf_counter() - started
            self._over.set()
            watcher.join()

    def _send(self, mine: Sequence[Kiosk], beside: ThreadPoolExecutor) -> Told:
        told = Told()
        for slot in range(7, 26):
            for kiosk in mine:
                if slot in kiosk.slots:
                    kiosk.deliver(slot, _now, self._lines[kiosk.number].post, told, beside)
                    self._done.append(slot)
        for kiosk in mine:
            tries = 0
            while kiosk.waits():
                kiosk.deliver(100, _now, self._lines[kiosk.number].post, told, beside)
                tries += 1
                if tries > 200:
                    raise SystemExit(f"kiosk {kiosk.number} does not get rid of its queue: {self.seen.faults[:3]}")
        return told

    def _add(self, share: Told) -> None:
        self.told.deliveries += share.deliveries
        self.told.duplicates += share.duplicates
        self.told.lost += share.lost
        self.told.outcomes += share.outcomes
        self.told.unmeant += share.unmeant

    def _watch(self) -> None:
        """Kill one web process, then the worker, then the whole web server; start again what does not by itself."""
        due = [(0.25, self._kill_web_process), (0.4, self._kill_worker), (0.55, self._kill_server)]
        while not self._over.wait(0.2):
            self.peak = max([self.peak, *self._memory()])
            if due and len(self._done) >= due[0][0] * self._hours:
                due.pop(0)[1]()

    def _web_processes(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(self.site.process.pid).children()
        return found

    def _memory(self) -> list[float]:
        sizes = []
        for each in self._web_processes():
            with suppress(FileNotFoundError, ValueError, ProcessLookupError):
                sizes.append(peak_mib(each.pid))
        return sizes

    def _kill_web_process(self) -> None:
        for each in self._web_processes()[-1:]:
            each.kill()
            self.kills.append("a web process")

    def _kill_worker(self) -> None:
        self._kill(self.worker)
        self.kills.append("the worker")

    def _kill_server(self) -> None:
        self._kill(self.site.process)
        self.kills.append("the web server")

    def _kill(self, process: Process) -> None:
        if process.pid is None:
            return
        os.killpg(process.pid, signal.SIGKILL)
        process.sweep()
        sleep(1.0)
        process.start()


def _background(place: Place, more: dict[str, str]) -> tuple[Process, Process]:
    """Worker and beat as the service has them, their files in the place's folder."""
    made = []
    for each in service({}, "127.0.0.1", 0)[1:]:
        words = [str(word).replace("var/beat-schedule", str(place.folder / "beat-schedule")) for word in each.command]
        made.append(
            Process(
                name=each.name,
                command=words,
                environ={**place.environ(DATABASE), **more},
                folder=ROOT,
                record=place.folder / "run" / f"fleet-{each.name}.pid",
                log=place.folder / "log" / f"fleet-{each.name}.log",
                patience=each.patience,
            )
        )
    worker, beat = made
    return worker, beat


def _await_counts(place: Place) -> None:
    """Until nothing waits to be counted, or nothing has been for long."""
    with place.connect(DATABASE) as connection:
        before, since = (0,), perf_counter()
        while (waiting := row_of(connection, "SELECT count(*) FROM recount_requests")) != (0,):
            if waiting != before:
                before, since = waiting, perf_counter()  # type: ignore[assignment]
            if perf_counter() - since > TIMEOUT:
                raise SystemExit(f"{waiting[0]} requests to count wait, and nobody counts.")
            sleep(0.2)


def _get(site: Site, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{site.port}{path}", timeout=TIMEOUT) as reply:
        told: dict[str, Any] = json.load(reply)
    return told


def _now() -> int:
    return milliseconds(clock.now())


def _print(day: _Day, found: Found, drawn: Sequence[Kiosk], standings: dict[int, Standing], counted: float) -> bool:
    told, seen = day.told, day.seen
    given = [answer for kiosk in drawn for answer in kiosk.answers]
    kept = len(given) - sum(answer.refused for answer in given)
    conflicts = sum(each.meant == "conflict" for answer in given for each in answer.revisions)
    differences = [*told.unmeant, *seen.faults, *found.differences]
    say(f"\n### A day of {len(drawn):,} kiosks in {len({each.code for each in standings.values()})} departments\n")
    rows = [
        ("answers given", f"{len(given):,}"),
        ("of them to be stored (rapid, partial)", _of(kept, given)),
        ("meant to be refused; in conflict", f"{len(given) - kept}; {conflicts}"),
        ("deliveries", f"{told.deliveries:,}"),
        ("of them duplicates, or beside another sender", f"{told.duplicates:,}"),
        ("lost replies", f"{told.lost:,}"),
        ("server not reached; 429 or 5xx", f"{len(seen.unreachable):,}; {len(seen.turned_away):,}"),
        ("killed in the middle", ", ".join(day.kills)),
        ("seconds", f"{day.elapsed:.0f}"),
        ("answers per second", f"{kept / day.elapsed:.0f}"),
        (
            "a batch, p50 / p95 / max ms",
            " / ".join(f"{percentile(seen.seconds, share) * 1000:.0f}" for share in (0.5, 0.95, 1.0)),
        ),
        ("seconds until all was counted", f"{counted:.1f}"),
        ("latest an answer was put, ms", f"{found.latest_ms:,}"),
        ("a web process at most, MiB", f"{day.peak:.0f}"),
    ]
    say(table(("", ""), rows))
    say("\nOutcomes told: " + ", ".join(f"{name} {count:,}" for name, count in told.outcomes.most_common()) + ".")
    if not differences:
        say("\nequal")
        return True
    say(f"\n{len(differences)} differences:")
    for each in differences:
        sys.stdout.write(f"- {each}\n")
    return False


def _of(kept: int, given: list[Any]) -> str:
    rapid = sum(answer.rapid for answer in given)
    partial = sum(not answer.last.sealed for answer in given if not answer.rapid and not answer.refused)
    return f"{kept:,} ({rapid:,}, {partial:,})"
