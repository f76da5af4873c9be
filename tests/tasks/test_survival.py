"""What was acknowledged is counted exactly once, whichever process dies in between.

Real web server, Celery worker and beat, PostgreSQL and Valkey; answers come over HTTP as a kiosk sends them.
"""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from deploy.embedded import EmbeddedServers
from deploy.processes import Process, free_port, wait_until
from feedback_app import recounts
from feedback_app.departments import operations as departments
from feedback_app.departments import queries as department_queries
from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.periods import period_of
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as survey_queries
from tests import factories
from tests.conftest import ROOT, answers, child, environ_for
from tests.paper.stacks import publish

pytestmark = pytest.mark.worker

SURVEYS = 200
PATIENCE = 90.0
BOOT = new_id()


@dataclass(frozen=True)
class Service:
    """Everything `make run` starts, each part open to being killed."""

    address: str
    servers: EmbeddedServers
    web: Process
    worker: Process
    beat: Process

    def restart_broker(self) -> None:
        """Start Valkey again and wait until it answers, so that what follows measures the worker and beat alone."""
        self.servers.valkey.start()
        wait_until(lambda: valkey_answers(self.servers.redis_url), self.servers.valkey, PATIENCE)

    def told(self) -> str:
        """What each process said last, for whoever reads a failure."""
        logs = [self.servers.valkey.log, self.worker.log, self.beat.log]
        return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-2000:]}" for log in logs)

    def month(self) -> tuple[int, bool]:
        """Responses in this month's rating, and whether nothing waits to be counted."""
        engine = create_engine(self.servers.database_url.replace("postgresql:", "postgresql+psycopg:"))
        with Session(engine) as session:
            today = clock.local_day(clock.now())
            table = ratings.table(session, period_of("month", today), minima=factories.minima(1))
            counted = table.together.figure.sums.responses, recounts.oldest_waiting(session) is None
        engine.dispose()
        return counted


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """On servers of its own, because the test kills them; durable, as in life."""
    with EmbeddedServers(tmp_path / "var") as servers:
        environ = environ_for(servers.database_url, servers.redis_url)
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
            cwd=ROOT,
            env={**os.environ, **environ},
            check=True,
            capture_output=True,
        )
        set_up(servers.database_url)
        port = free_port()
        web = f"granian wsgi:application --interface wsgi --port {port} --workers 1 --blocking-threads 1"
        beat = f"celery -A tasks.worker beat --schedule {tmp_path / 'beat'}"
        service = Service(
            f"http://127.0.0.1:{port}",
            servers,
            child("web", web, environ, tmp_path),
            child("worker", "celery -A tasks.worker worker --loglevel INFO --concurrency 1", environ, tmp_path),
            child("beat", beat, environ, tmp_path),
        )
        try:
            for process in (service.web, service.worker, service.beat):
                process.start()
            wait_until(lambda: answers(f"{service.address}/healthz"), service.web, PATIENCE)
            wait_until(lambda: " ready." in service.worker.log.read_text(), service.worker, PATIENCE)
            yield service
        finally:
            for process in (service.beat, service.worker, service.web):
                process.stop()


def set_up(database_url: str) -> None:
    """One ward with one kiosk."""
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    with Session(engine) as session:
        now = clock.now()
        departments.add_department(
            session, now, code="phuong", kind="ward", name="Phường thử nghiệm", opened_on=date(2025, 7, 1)
        )
        departments.add_place(session, now, slug="sanh", name="Sảnh", receiving="phuong")
        spot = department_queries.spot(session, place="sanh", on=clock.local_day(now))
        questionnaire_id = survey_queries.version(session, publish(session)).questionnaire_id
        surveys.ask_at(session, place_id=spot.place_id, door="kiosk", questionnaire_id=questionnaire_id)
        session.commit()
    engine.dispose()


def rate(service: Service, surveys: int, at: dict[int, Callable[[], None]]) -> int:
    """Send `surveys` finished surveys, each until it is acknowledged; `at` says what happens before which of them.

    Every fifth is sent twice, as after a reply that was lost. Returns how many were acknowledged.
    """
    host = urlsplit(service.address).netloc
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.request("GET", "/ki-ot/sanh")
    page = connection.getresponse()
    cookie = page.headers["Set-Cookie"].split(";")[0]
    found = re.search(r'name="csrf-token" content="([^"]+)"', page.read().decode())
    assert found is not None
    connection.request("GET", "/ki-ot/sanh/phieu", headers={"Cookie": cookie})
    version = json.loads(connection.getresponse().read())["version"]
    headers = {"Cookie": cookie, "X-CSRFToken": found[1], "Content-Type": "application/json"}
    acknowledged = 0
    for number in range(surveys):
        at.get(number, lambda: None)()
        touch = {"boot": str(BOOT), "mono": number * 1000, "clock": 0}
        answer = {
            "id": str(new_id()),
            "sequence": number,
            "version": version,
            "revision": 1,
            "sealed": True,
            "answers": {"chung": ["hai-long"]},
        }
        body = json.dumps({**touch, "items": [{**touch, **answer}]})
        for _ in range(2 if number % 5 == 0 else 1):
            connection.request("POST", "/ki-ot/sanh/phieu", body, headers)
            reply = connection.getresponse()
            told = reply.read().decode()
            assert reply.status == 200, told
            assert json.loads(told)["results"][0]["outcome"] in ("stored", "same"), told
        acknowledged += 1
    connection.close()
    return acknowledged


def valkey_answers(redis_url: str) -> bool:
    try:
        with redis.Redis.from_url(redis_url) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def kill(process: Process) -> None:
    assert process.pid is not None
    os.killpg(process.pid, signal.SIGKILL)
    assert wait_for(lambda: process.exit_code() is not None)


def test_a_killed_worker_loses_and_doubles_nothing(service: Service) -> None:
    acknowledged = rate(
        service, SURVEYS, {SURVEYS // 4: lambda: kill(service.worker), SURVEYS * 3 // 4: service.worker.start}
    )

    assert acknowledged == SURVEYS
    assert wait_for(lambda: service.month() == (SURVEYS, True)), service.month()


def test_a_killed_broker_holds_no_answer_back_and_loses_none(service: Service) -> None:
    acknowledged = rate(
        service,
        SURVEYS,
        {SURVEYS // 4: lambda: kill(service.servers.valkey), SURVEYS * 3 // 4: service.restart_broker},
    )

    assert acknowledged == SURVEYS
    # The worker looks for its broker every two seconds (tasks.worker); the rest of the patience is for a busy machine.
    assert wait_for(lambda: service.month() == (SURVEYS, True)), (service.month(), service.told())


def test_a_killed_web_server_kept_what_it_had_acknowledged(service: Service) -> None:
    acknowledged = rate(service, SURVEYS // 4, {})
    kill(service.web)
    service.web.start()
    wait_until(lambda: answers(f"{service.address}/healthz"), service.web, PATIENCE)
    acknowledged += rate(service, SURVEYS // 4, {})

    assert wait_for(lambda: service.month() == (acknowledged, True)), service.month()
