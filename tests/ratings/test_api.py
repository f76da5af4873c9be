"""The read API says what the pages say, keeps to its own description, and hides what the pages hide."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy.orm import Session

from feedback_app.kit.security import limiter
from feedback_app.ratings import operations
from feedback_app.ratings.openapi import CHANNEL_NAMES, DESCRIPTION
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import CHANNELS
from tests import factories
from tests.factories import local

Q1 = parse("2026-Q1")


@pytest.fixture
def office(session: Session) -> None:
    """The first quarter is published: `a` of 45 answers by two channels, `b` of 3; the second is not."""
    a, b = factories.department(session, "a", "Phòng A"), factories.department(session, "b", "Phòng B", parent="a")
    version = factories.questionnaire(session)
    factories.responses(session, version, a, local(2026, 2, 2), satisfied=40, not_satisfied=0)
    factories.responses(session, version, a, local(2026, 3, 2), not_satisfied=5, channel="paper", reasons=("cho-lau",))
    factories.responses(session, version, b, local(2026, 3, 2), satisfied=3)
    operations.publish(session, Q1, now=local(2026, 4, 1, 8), minima=factories.minima(30, cell=5))
    factories.responses(session, version, a, local(2026, 4, 2), satisfied=6)
    factories.count(session)
    session.commit()


def read(client: FlaskClient, address: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def test_a_figure_carries_all_it_rests_on(client: FlaskClient, office: None) -> None:
    found = read(client, "ratings?period=2026-Q1")
    assert {key: found[key] for key in ("time_zone", "scheme", "provisional", "before", "minimum")} == {
        "time_zone": "Asia/Ho_Chi_Minh",
        "scheme": "satisfied-share/1",
        "provisional": False,
        "before": "2025-Q4",
        "minimum": 30,
    }
    assert found["publication"]["published_at"] == "2026-04-01T08:00:00+07:00"
    row = found["ratings"][0]
    assert row["department"] == {"code": "a", "name": "Phòng A", "name_en": None}
    assert row["figure"] == {
        "measure": "satisfied-share",
        "state": "shown",
        "responses": 45,
        "n": 45,
        "numerator": 40,
        "denominator": 45,
        "neutral": 0,
        "not_satisfied": 5,
        "withheld": 0,
        "percent": "88.9",
        "interval": {"method": "wilson", "level": "0.95", "low": "76.5", "high": "95.2"},
    }
    assert row["channels"] == {"kiosk": 40, "paper": 5}


def test_what_the_pages_hide_is_null(client: FlaskClient, office: None) -> None:
    row = read(client, "ratings?period=2026-Q1&department=b")["ratings"][0]
    hidden = ("numerator", "denominator", "neutral", "not_satisfied", "percent", "interval")
    assert [row["figure"][name] for name in ("state", "n", "responses")] == ["too_few", 3, 3]
    assert [row["figure"][name] for name in hidden] == [None] * len(hidden)
    by_channel = read(client, "ratings?period=2026-03&department=a&channel=paper")["together"]["figure"]
    assert (by_channel["state"], by_channel["numerator"]) == ("too_few", None)


def test_tells_of_departments_periods_and_questions(client: FlaskClient, office: None) -> None:
    departments = read(client, "departments")["departments"]
    assert [(each["code"], each["parent"]) for each in departments] == [("a", None), ("b", "a")]
    (period,) = read(client, "periods")["periods"]
    assert (period["code"], period["last_day"], period["publication"]["number"]) == ("2026-Q1", "2026-03-31", 1)
    history = read(client, "ratings/history?department=a&kind=quarter&count=60")["history"]
    assert [(each["code"], each["provisional"], each["figure"]["percent"]) for each in history[:2]] == [
        ("2026-Q1", False, "88.9"),
        ("2026-Q2", True, None),
    ]
    (asked,) = read(client, "ratings/a/2026-Q1/questions")["questionnaires"]
    overall, reasons = asked["questions"]
    assert (overall["base"], overall["choices"][1]["count"], overall["choices"][0]["percent"]) == (45, 0, "88.9")
    assert (reasons["base"], reasons["choices"][0]["count"], reasons["choices"][0]["percent"]) == (5, 5, None)
    (few,) = read(client, "ratings/b/2026-Q1/questions")["questionnaires"]
    assert few["questions"] is None


def test_who_has_the_newest_answer_is_told_so(client: FlaskClient, office: None, session: Session) -> None:
    first = client.get("/api/v1/ratings?period=2026-Q2")
    assert first.headers["Cache-Control"] == "public, max-age=30"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in first.headers
    tag = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/api/v1/ratings?period=2026-Q2", headers=tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    version = factories.survey_queries.current_versions(session)[0]
    factories.response(session, version, factories.department_id(session, "a"), local(2026, 4, 3))
    factories.count(session)
    session.commit()
    fresh = client.get("/api/v1/ratings?period=2026-Q2", headers=tag)
    assert (fresh.status_code, fresh.headers["ETag"] != first.headers["ETag"]) == (200, True)
    assert (fresh.json or {})["together"]["figure"]["responses"] == 7


@pytest.mark.parametrize(
    ("address", "status", "detail"),
    [
        ("ratings", 422, "Thiếu tham số “period”."),
        ("ratings?period=2026-Q1&ky=2", 422, "Không có tham số “ky”."),
        ("ratings?period=2026-Q1&period=2026-Q2", 422, "Tham số “period” cần đúng một giá trị."),
        ("ratings?period=", 422, "Tham số “period” cần đúng một giá trị."),
        ("ratings?period=2026-Q5", 404, "Không có kỳ báo cáo này."),
        ("ratings?period=2026-02-30", 404, "Không có kỳ báo cáo này."),
        ("ratings?period=2026&channel=fax", 422, "cần một trong: kiosk, qr, web, paper, scan."),
        ("ratings?period=2026&questionnaire=x", 404, "Không có mẫu phiếu này."),
        ("ratings?period=2026&department=x", 404, "mang mã “x”"),
        ("ratings/history?count=61", 422, "từ 1 đến 60"),
        ("ratings/history?count=%C2%B2", 422, "từ 1 đến 60"),
        ("ratings/history?kind=day", 422, "cần một trong"),
        ("ratings/x/2026-Q1/questions", 404, "mang mã “x”"),
        ("ratings/a/quy-1/questions", 404, "Không có kỳ báo cáo này."),
        ("khong-co", 404, "Không có gì ở địa chỉ này."),
    ],
)
def test_refusals_are_problems_in_vietnamese(
    client: FlaskClient, office: None, address: str, status: int, detail: str
) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    found = answer.json or {}
    assert (found["type"], found["status"]) == ("about:blank", status)
    (said,) = found["errors"]
    assert detail in said["message"]


def test_nothing_can_be_written(client: FlaskClient) -> None:
    answer = client.post("/api/v1/periods")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]


def test_a_flood_is_slowed_down(client: FlaskClient, office: None) -> None:
    statuses = {client.get("/api/v1/periods").status_code for _ in range(130)}
    assert statuses == {200, 429}


def test_the_description_names_the_channels_there_are() -> None:
    assert CHANNEL_NAMES == CHANNELS
    assert set(DESCRIPTION["paths"]) == {
        "/openapi.json",
        "/departments",
        "/periods",
        "/ratings",
        "/ratings/history",
        "/ratings/{department}/{period}/questions",
    }


def test_channels_add_up_to_the_whole(client: FlaskClient, office: None) -> None:
    whole = read(client, "ratings?period=2026-Q1")
    for row in (*whole["ratings"], whole["together"]):
        assert sum(row["channels"].values()) == row["figure"]["responses"]
    parts = [read(client, f"ratings?period=2026-Q1&channel={each}")["together"]["figure"] for each in CHANNELS]
    assert sum(part["n"] for part in parts) == whole["together"]["figure"]["n"]
    assert Decimal(whole["together"]["figure"]["percent"]) > 88


def operations_of_the_office() -> list[Any]:
    """The description with the codes of `office`, as made-up ones are never found."""
    known = {"department": ["a", "b"], "questionnaire": ["ki-ot"]}
    description = deepcopy(DESCRIPTION)
    for path in description["paths"].values():
        for parameter in path["get"]["parameters"]:
            if parameter["name"] in known:
                parameter["schema"] = {"enum": known[parameter["name"]]}
    return [each.ok() for each in schemathesis.openapi.from_dict(description).get_all_operations()]


@pytest.mark.parametrize("operation", operations_of_the_office(), ids=lambda operation: operation.label)
def test_every_answer_is_as_described(
    app: Flask, office: None, monkeypatch: pytest.MonkeyPatch, operation: Any
) -> None:
    """What the description allows and what it forbids, sent to the application itself."""
    monkeypatch.setattr(limiter, "enabled", False)
    monkeypatch.setattr(operation.schema, "app", app)

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def send(case: schemathesis.Case) -> None:
        case.call_and_validate(app=app)

    send()
