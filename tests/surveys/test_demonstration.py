"""Some of the demonstration's forms name a procedure, so that its pages have some to show."""

import random
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app import demo
from feedback_app.demo.responses import responses
from feedback_app.departments import queries as departments
from feedback_app.kit.clock import local_day
from feedback_app.surveys.models import Response
from tests import factories
from tests.factories import minima

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_forms_name_procedures_of_their_field_and_kiosks_none(session: Session, client: FlaskClient) -> None:
    demo.load(session, now=NOW, minima=minima(30, 5), rapid_seconds=5, report=lambda _text: None, months=3)
    fields = {each.id: each.field_id for each in departments.procedures(session)}
    named = session.execute(
        select(Response.channel, Response.field_id, Response.procedure_id).where(Response.procedure_id.is_not(None))
    ).all()
    assert all(fields[procedure] == field for _, field, procedure in named)
    assert {channel for channel, _, _ in named} == {"qr", "web", "paper"}
    assert len({procedure for _, _, procedure in named}) > 3
    busiest = session.scalars(
        select(Response.rated_department_id)
        .where(Response.procedure_id.is_not(None))
        .group_by(Response.rated_department_id)
        .order_by(func.count().desc())
        .limit(1)
    ).one()
    factories.count(session)
    session.commit()
    found = departments.departments(session, ids=[busiest], on=local_day(NOW))[busiest]
    page = client.get(f"/ket-qua/{found.code}?ky=2026-Q4").text
    table = page.split('id="phan-procedure_id"', 1)[1].split("</table>")[0]
    assert table.count("<strong>") > 1


def test_the_same_forms_name_the_same_procedures(session: Session) -> None:
    demo.load(session, now=NOW, minima=minima(30, 5), rapid_seconds=5, report=lambda _text: None, months=1)
    first, second = (
        [
            (command.id, command.procedure_id)
            for command, _ in responses(session, random.Random(1), NOW, 1, 1)  # noqa: S311  # invented answers
        ]
        for _ in range(2)
    )
    assert first == second
    assert any(procedure for _, procedure in first)
