"""Enrolled devices as tests need them: made by the operations, speaking as kiosks do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app.kiosks import operations
from feedback_app.kiosks import queries as kiosk_queries
from feedback_app.kiosks.commands import Pin, Position
from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.staff.queries import Member
from tests.surveys.halls import Hall

# Real ones are slow on purpose, and this one guards nothing.
PIN = Pin(salt=b"salt" * 4, hash=b"hash" * 8, iterations=1)


class Device:
    """What an enrolled kiosk sends. Its clock is right save for `drift_ms`; `mono` counts from its last start."""

    def __init__(self, client: FlaskClient, hall: Hall, key: str, *, assignment: int, drift_ms: int = 0) -> None:
        self.client = client
        self.hall = hall
        self.key = key
        self.id = UUID(key.partition(".")[0])
        self.assignment = assignment
        self.drift_ms = drift_ms
        self.sequence = 0
        self.restart()

    def restart(self) -> None:
        self.boot = str(new_id())
        self._booted_ms = milliseconds(clock.now()) - 3 * 24 * 3_600_000

    def clocks(self, *, age_ms: int = 0) -> dict[str, Any]:
        now = milliseconds(clock.now()) - age_ms
        return {"boot": self.boot, "mono": now - self._booted_ms + 0.5, "clock": now + self.drift_ms}

    def item(self, *, age_ms: int = 250, **changes: Any) -> dict[str, Any]:
        """A finished answer touched a quarter of a second ago."""
        self.sequence += 1
        return {
            "id": str(new_id()),
            "sequence": self.sequence,
            "assignment": self.assignment,
            **self.clocks(age_ms=age_ms),
            "offset": None,
            "version": self.hall.kiosk.id,
            "revision": 1,
            "sealed": True,
            "assisted": False,
            "dossier": None,
            "lookup": None,
            "answers": {"overall": ["satisfied"]},
            "comments": {},
            **changes,
        }

    def send(self, *items: Any, **more: Any) -> TestResponse:
        return self.post("/api/v1/kiosks/responses", {**self.clocks(), "items": list(items), **more})

    def outcomes(self, *items: Any) -> list[str]:
        answer = self.send(*items)
        assert answer.status_code == 200, answer.text
        return [each["outcome"] for each in answer.json["results"]]

    def report(self, **changes: Any) -> TestResponse:
        told = {
            "boot": self.boot,
            "clock": self.clocks()["clock"],
            "app": "test-1",
            "settings": 1,
            "unsent": 0,
            "held": 0,
            "oldest": None,
            "storage": {"persisted": True, "used": 20_000, "quota": 10**9},
            "days": [],
        }
        return self.post("/api/v1/kiosks/reports", told | changes)

    def configuration(self, **headers: str) -> TestResponse:
        return self.client.get("/api/v1/kiosks/self", headers={**self.headers, **headers})

    def post(self, path: str, document: Any) -> TestResponse:
        return self.client.post(path, json=document, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def enrol(
    session: Session,
    client: FlaskClient,
    hall: Hall,
    actor: Member,
    *,
    name: str = "Sảnh 1",
    position: Position | None = None,
    now: datetime | None = None,
) -> Device:
    """A device at the hall's place as a whole unless told otherwise, committed."""
    now = now or clock.now()
    code = operations.make_code(
        session, now=now, actor_id=actor.id, name=name, position=position or Position(place_id=hall.place_id), pin=PIN
    )
    made = operations.enrol(session, now=now, code=code)
    session.commit()
    (assignment,) = kiosk_queries.assignments(session, made.device_id)
    return Device(client, hall, made.key, assignment=assignment.id)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
