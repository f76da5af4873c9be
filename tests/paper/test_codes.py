"""Paper forms with a dossier code: asked only where a stack has them, refused beside the field, freed by an undo."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.staff.models import AuditEvent
from feedback_app.surveys.models import Response
from feedback_app.tokens import operations as tokens
from tests.paper.stacks import ANOTHER_ID, ID, filled, publish
from tests.staff.people import add_person, make_office, post, sign_in
from tests.tokens.making import code, token

JSON = {"Accept": "application/json"}
THIRD_ID = "01890000-0000-7000-8000-000000000003"


@pytest.fixture
def stack(session: Session) -> str:
    return f"/nhap-phieu/phieu?don-vi=dong-son&mau={publish(session)}&ngay=2025-11-21&giai-doan=returned&ma-ho-so=1"


@pytest.fixture
def keyer(app: Flask, session: Session) -> FlaskClient:
    add_person(session, "owner", "staff", make_office(session).ward)
    return sign_in(app, "owner")


def stored(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Response).where(Response.removed_at.is_(None))) or 0


def test_only_a_stack_with_codes_asks_for_them(keyer: FlaskClient, stack: str) -> None:
    assert 'name="dossier"' in keyer.get(stack).text
    assert 'name="dossier"' not in keyer.get(stack.removesuffix("&ma-ho-so=1")).text


def test_the_choice_of_codes_goes_into_the_address(keyer: FlaskClient, session: Session) -> None:
    version = publish(session)
    form = {"department": "dong-son", "version": str(version), "answered_on": "21/11/2025", "field": "", "stage": ""}
    assert "ma-ho-so=1" in post(keyer, "/nhap-phieu", {**form, "coded": "y"}).location
    assert "ma-ho-so" not in post(keyer, "/nhap-phieu", form).location


def test_a_code_is_kept_with_no_form_and_no_trail(keyer: FlaskClient, session: Session, stack: str) -> None:
    assert post(keyer, stack, filled(dossier=code(1))).status_code == 302
    assert post(keyer, stack, filled(ANOTHER_ID)).status_code == 302
    assert session.scalars(select(Response.verification).order_by(Response.id)).all() == ["unverified", None]
    for event in session.scalars(select(AuditEvent)):
        assert code(1) not in f"{event.subject} {event.reason} {event.details}"


@pytest.mark.parametrize("headers", [{}, JSON])
def test_a_dossier_that_was_answered_is_refused_beside_the_field(
    keyer: FlaskClient, session: Session, stack: str, headers: dict[str, str]
) -> None:
    post(keyer, stack, filled(dossier=code(1)))
    again = post(keyer, stack, filled(ANOTHER_ID, dossier=code(1)), headers=headers)
    assert again.status_code == 409
    assert "đã có câu trả lời ở bước này" in (again.get_json()["message"] if headers else again.text)
    if not headers:
        assert f'value="{code(1)}"' in again.text
        assert re.search(r'<input checked [^>]*value="hai-long"', again.text)
    assert stored(session) == 1


@pytest.mark.parametrize("headers", [{}, JSON])
def test_a_wrong_code_is_refused_beside_the_field(
    keyer: FlaskClient, session: Session, stack: str, headers: dict[str, str]
) -> None:
    refused = post(keyer, stack, filled(dossier="12"), headers=headers)
    assert refused.status_code == 422
    assert "Mã hồ sơ không đúng dạng" in (refused.get_json()["message"] if headers else refused.text)
    assert stored(session) == 0


REASON = {"reason": "Nhập nhầm câu trả lời", "words": ""}


def test_an_undo_leaves_the_dossier_answered_and_its_form_is_keyed_without_the_code(
    keyer: FlaskClient, session: Session, stack: str
) -> None:
    post(keyer, stack, filled(dossier=code(1)))
    undo = stack.replace("phieu?", f"hoan-tac/{ID}?")
    asked = keyer.get(undo).text
    assert "hãy để trống ô mã hồ sơ" in asked
    assert 'name="dossier"' not in asked
    assert post(keyer, undo, REASON).status_code == 302
    assert post(keyer, stack, filled(ANOTHER_ID, dossier=code(1))).status_code == 409
    assert post(keyer, stack, filled(THIRD_ID)).status_code == 302
    assert stored(session) == 1
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.undone")).one()
    assert event.details == {"answered_on": "2025-11-21"}


@pytest.mark.parametrize("named", [code(1), code(7), code(8), "12"])
def test_an_undo_frees_nobody_elses_dossier_and_tells_nothing_of_it(
    keyer: FlaskClient, session: Session, stack: str, named: str
) -> None:
    """Whether the dossier named was answered elsewhere (7), was not (8), or is the form's own: the same words."""
    assert tokens.spend(session, token(7), department_ids=(), now=clock.now())
    session.commit()
    post(keyer, stack, filled(dossier=code(1)))
    undo = stack.replace("phieu?", f"hoan-tac/{ID}?")
    assert post(keyer, undo, {**REASON, "dossier": named}).status_code == 302
    told = re.findall(r'class="notice[^"]*".*?</p>', keyer.get(stack).text, re.DOTALL)
    assert any("Đã hoàn tác phiếu vừa nhập." in each for each in told)
    for number in (1, 7):
        assert post(keyer, stack, filled(ANOTHER_ID, dossier=code(number))).status_code == 409


def test_an_undo_of_a_form_without_a_code_says_nothing_of_codes(keyer: FlaskClient, stack: str) -> None:
    post(keyer, stack, filled())
    assert "ô mã hồ sơ; phiếu" not in keyer.get(stack.replace("phieu?", f"hoan-tac/{ID}?")).text
