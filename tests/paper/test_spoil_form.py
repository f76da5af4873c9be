"""Spoiled forms are accounted for, and another may be printed in their place."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.paper import queries
from feedback_app.paper.models import PaperForm
from feedback_app.paper.operations import Issued
from feedback_app.paper.serials import serial
from feedback_app.staff.models import AuditEvent
from tests.paper.batches import make_batch, numbered
from tests.paper.stacks import publish
from tests.staff.people import add_person, make_office, post, sign_in


@pytest.fixture
def batch(session: Session) -> Issued:
    office = make_office(session)
    return make_batch(session, add_person(session, "owner", "staff", office.ward), office.ward, publish(session))


@pytest.fixture
def clerk(app: Flask, batch: Issued) -> FlaskClient:
    return sign_in(app, "owner")


def spoil(clerk: FlaskClient, batch: Issued, which: int, **changes: str):
    form = {"number": serial(which), "reason": "In lỗi", "words": "", **changes}
    return post(clerk, f"/tap-phieu/{batch.batch_id}/hong", form)


def test_a_spoiled_form_is_out_no_more_and_a_new_number_takes_its_place(
    clerk: FlaskClient, session: Session, batch: Issued
) -> None:
    number = batch.first_number
    assert spoil(clerk, batch, number, words="Lệch lề", again="y").status_code == 302
    sums = queries.sums(session, batch.batch_id)
    assert (sums.issued, sums.spoiled, sums.out) == (6, 1, 5)
    row = session.get_one(PaperForm, number)
    assert (row.spoiled_reason, row.replaced_by) == ("In lỗi: Lệch lề", batch.last_number + 1)
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc()).limit(2)).all()
    assert set(actions) == {"paper.spoiled", "paper.reprinted"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": ""}, "Xin chọn lý do."),
        ({"reason": "Lý do khác"}, "Xin nói rõ lý do."),
        ({"number": "12345678"}, "có chữ số gõ nhầm"),
        ({"number": serial(9_000_000)}, "không thuộc tập"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    clerk: FlaskClient, session: Session, batch: Issued, changes: dict[str, str], message: str
) -> None:
    answer = spoil(clerk, batch, batch.first_number, **changes)
    assert answer.status_code == 422
    assert message in answer.text
    assert queries.sums(session, batch.batch_id).spoiled == 0


def test_a_keyed_form_is_not_spoiled(clerk: FlaskClient, session: Session, batch: Issued) -> None:
    post(clerk, f"/nhap-phieu/phieu?tap={batch.batch_id}", numbered(batch.first_number))
    answer = spoil(clerk, batch, batch.first_number)
    assert answer.status_code == 422
    assert "đã được nhập, quét hoặc ghi là hỏng" in answer.text


def test_a_form_spoiled_by_mistake_is_used_again_but_not_once_it_was_replaced(
    clerk: FlaskClient, session: Session, batch: Issued
) -> None:
    first, second = batch.first_number, batch.first_number + 1
    spoil(clerk, batch, first)
    spoil(clerk, batch, second)
    address = f"/tap-phieu/{batch.batch_id}"
    assert post(clerk, f"{address}/dung-lai/{first}", {"reason": ""}).status_code == 422
    assert post(clerk, f"{address}/dung-lai/{first}", {"reason": "Ghi nhầm số"}).status_code == 302
    assert post(clerk, f"{address}/in-thay/{second}", {}).status_code == 302
    again = post(clerk, f"{address}/in-thay/{second}", {})
    assert again.status_code == 409
    assert "Chỉ in thay được phiếu hỏng, và chỉ một lần" in again.text
    assert f"<h1>Tập phiếu {batch.batch_id}</h1>" in again.text
    replaced = post(clerk, f"{address}/dung-lai/{second}", {"reason": "Ghi nhầm số"})
    assert replaced.status_code == 409
    assert "đã có phiếu in thay" in replaced.text
    assert 'value="Ghi nhầm số"' in replaced.text, "nothing that was typed is lost"
    assert f'href="{address}"' in replaced.text
    sums = queries.sums(session, batch.batch_id)
    assert (sums.issued, sums.spoiled, sums.out) == (6, 1, 5)
