"""A hall where people are served, with what it asks; and the ways an answer gets in."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app.departments import operations as departments
from feedback_app.departments import queries as department_queries
from feedback_app.kit import clock
from feedback_app.kit.clock import local_day
from feedback_app.kit.ids import new_id
from feedback_app.surveys import definitions, operations, queries
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.versions import VersionView

SHIPPED = ("kiosk", "sipas", "tt01", "tt32")
MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
OPENED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Hall:
    """`centre` receives and is rated at the place; `bureau` is rated at its one counter, `quay-1`."""

    place_id: int
    centre: int
    bureau: int
    kiosk: VersionView
    web: VersionView


def make_hall(session: Session, *, kiosk: str = "kiosk", web: str = "kiosk") -> Hall:
    day = local_day(OPENED)
    for code, name in (("ho-tich", "Hộ tịch"), ("dat-dai", "Đất đai")):
        departments.add_field(session, OPENED, code=code, name=name)
    add = departments.add_department
    basis = "Quyết định thử"
    centre = add(
        session,
        OPENED,
        code="trung-tam",
        kind="one_stop",
        name="Trung tâm Phục vụ hành chính công",
        opened_on=day,
        legal_basis=basis,
        fields=("ho-tich", "dat-dai"),
    )
    bureau = add(session, OPENED, code="kinh-te", kind="office", name="Phòng Kinh tế", opened_on=day, legal_basis=basis)
    departments.add_place(
        session, OPENED, slug="mot-cua", name="Bộ phận Một cửa", receiving="trung-tam", name_en="One-stop shop"
    )
    departments.add_counter(
        session, OPENED, place="mot-cua", slug="quay-1", name="Quầy 1", rated="kinh-te", field="dat-dai"
    )
    place_id = department_queries.place_of(session, slug="mot-cua").id
    published = {code: publish(session, code) for code in {kiosk, web}}
    for door, code in (("kiosk", kiosk), ("web", web)):
        operations.ask_at(
            session,
            place_id=place_id,
            door=door,  # type: ignore[arg-type]
            questionnaire_id=published[code].questionnaire_id,
        )
    session.commit()
    return Hall(place_id, centre, bureau, published[kiosk], published[web])


def publish(session: Session, code: str) -> VersionView:
    definition = definitions.read_file(definitions.SHIPPED / f"{code}.json")
    version_id, _ = operations.publish_questionnaire(session, definition, now=OPENED)
    return queries.version(session, version_id)


def command(hall: Hall, **changes: Any) -> SubmitResponse:
    """A satisfied visitor of the kiosk who has finished."""
    values: dict[str, Any] = {
        "id": new_id(),
        "version_id": hall.kiosk.id,
        "channel": "kiosk",
        "receiving_department_id": hall.centre,
        "rated_department_id": hall.centre,
        "answers": {"overall": ("satisfied",)},
        "answered_at": MORNING,
        "sealed": True,
        "place_id": hall.place_id,
    }
    return SubmitResponse(**(values | changes))


def submit(session: Session, given: SubmitResponse, *, now: datetime | None = None) -> str:
    """What became of it, committed."""
    receipt = operations.submit(session, given, now=now or given.answered_at, rapid_seconds=5)
    session.commit()
    return receipt.outcome


class Kiosk:
    """What the kiosk page of a place sends without being enrolled, without a browser."""

    def __init__(self, client: FlaskClient, address: str = "/ki-ot/mot-cua") -> None:
        self.client = client
        self.address = address
        page = client.get(address).text
        self.token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]  # type: ignore[index]

    def send(self, response_id: object, document: Any, **more: Any) -> TestResponse:
        """One answer, the batch's only one."""
        return self.send_batch(batch({"id": str(response_id), **document}), **more)

    def result(self, response_id: object, document: Any, **more: Any) -> dict[str, Any]:
        """What became of one answer."""
        answer = self.send(response_id, document, **more)
        assert answer.status_code == 200, answer.text
        (result,) = answer.json["results"]
        assert result.pop("id") == str(response_id)
        return dict(result)

    def send_batch(self, document: Any, **more: Any) -> TestResponse:
        headers = {"X-CSRFToken": self.token, "Accept": "application/json"} | more.pop("headers", {})
        body = json.dumps(document)
        return self.client.post(
            f"{self.address}/phieu", data=body, content_type="application/json", headers=headers, **more
        )


BOOT = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
MONO = 5_000_000


def batch(*items: Any, **changes: Any) -> dict[str, Any]:
    """Items as a page delivers them whose clock is right."""
    now = int(clock.now().timestamp() * 1000)
    return {"boot": BOOT, "mono": MONO, "clock": now, "items": list(items)} | changes


def delivery(hall: Hall, *, age_ms: int = 250, **changes: Any) -> dict[str, Any]:
    """A first touch, sent a quarter of a second after it."""
    values: dict[str, Any] = {
        "sequence": 1,
        "assignment": None,
        "boot": BOOT,
        "mono": MONO - age_ms,
        "clock": int(clock.now().timestamp() * 1000) - age_ms,
        "offset": None,
        "version": hall.kiosk.id,
        "revision": 1,
        "sealed": False,
        "assisted": False,
        "answers": {"overall": ["satisfied"]},
        "comments": {},
    }
    return values | changes


def hidden(page: str) -> dict[str, str]:
    """What a form carries unseen, and would be posted with it."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
