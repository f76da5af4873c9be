"""What is printed of a batch: its forms, once more if need be, and the sheet to sign."""

import re

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_app.kit.ids import new_id
from feedback_app.paper import operations
from feedback_app.paper.models import PaperForm, PaperPrinting
from feedback_app.paper.operations import Issued, reasons
from feedback_app.paper.serials import grouped, serial
from tests.paper.batches import make_batch, numbered
from tests.paper.stacks import MORNING, publish
from tests.staff.people import add_person, make_office, post, sign_in


@pytest.fixture
def batch(session: Session) -> Issued:
    office = make_office(session)
    return make_batch(session, add_person(session, "owner", "staff", office.ward), office.ward, publish(session))


@pytest.fixture
def clerk(app: Flask, batch: Issued) -> FlaskClient:
    return sign_in(app, "owner")


def words(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_the_forms_carry_their_numbers_and_that_they_were_printed_is_written_down(
    clerk: FlaskClient, session: Session, batch: Issued
) -> None:
    first, last = batch.first_number, batch.last_number
    operations.spoil(
        session, first + 1, now=MORNING, member=add_person(session, "nguoi-khac", "staff", None), reason="In lỗi"
    )
    session.commit()
    answer = post(clerk, f"/tap-phieu/{batch.batch_id}/in", {})
    assert answer.mimetype == "application/pdf"
    text = words(answer.data)
    assert all(grouped(number) in text for number in range(first, last + 1) if number != first + 1)
    assert grouped(first + 1) not in text, "a spoiled form is not printed"
    again = post(clerk, f"/tap-phieu/{batch.batch_id}/in", {"first": serial(last), "last": serial(last)})
    assert grouped(last) in words(again.data)
    assert grouped(first) not in words(again.data)
    rows = session.execute(
        select(PaperPrinting.first_number, PaperPrinting.last_number).order_by(PaperPrinting.id)
    ).all()
    assert rows == [(first, last), (last, last)]
    assert "Các lần tạo tệp in" in clerk.get(f"/tap-phieu/{batch.batch_id}").text


@pytest.mark.parametrize(("first", "message"), [("12345678", "gõ nhầm"), (serial(9_000_000), "không có phiếu nào")])
def test_a_wrong_number_prints_nothing(
    clerk: FlaskClient, session: Session, batch: Issued, first: str, message: str
) -> None:
    answer = post(clerk, f"/tap-phieu/{batch.batch_id}/in", {"first": first})
    assert answer.status_code == 422
    assert message in answer.text
    assert session.scalars(select(PaperPrinting)).all() == []


def test_the_sheet_says_how_the_batch_adds_up(clerk: FlaskClient, batch: Issued) -> None:
    text = words(clerk.get(f"/tap-phieu/{batch.batch_id}/bien-ban.pdf").data)
    assert f"Biên bản tập phiếu {batch.batch_id}" in text
    assert grouped(batch.last_number) in text
    assert "Người giao phiếu" in text


def test_the_sheet_and_the_page_tell_keyed_from_scanned_forms(
    clerk: FlaskClient, session: Session, batch: Issued
) -> None:
    for place in range(3):
        form = numbered(batch.first_number + place, str(new_id()))
        assert post(clerk, f"/nhap-phieu/phieu?tap={batch.batch_id}", form).status_code == 302
    session.execute(
        update(PaperForm)
        .where(PaperForm.number > batch.first_number, PaperForm.source == "keyed")
        .values(source="scanned")
    )
    session.commit()
    row = "Người owner 1 2 3"
    assert row in words(clerk.get(f"/tap-phieu/{batch.batch_id}/bien-ban.pdf").data)
    page = clerk.get(f"/tap-phieu/{batch.batch_id}").text
    table = page.split("Mỗi người đã nhập, đã quét bao nhiêu phiếu", 1)[1].split("</table>", 1)[0]
    assert row in " ".join(re.sub(r"<[^>]+>", " ", table.split("<tbody>", 1)[1]).split())


def test_in_english_numbers_of_forms_are_no_counts_and_reasons_of_ours_are_english(
    clerk: FlaskClient, session: Session, batch: Issued
) -> None:
    member = add_person(session, "nguoi-khac", "staff", None)
    for place, reason in enumerate(("In lỗi", reasons.NOTHING_READABLE, "Rơi xuống nước 100%")):
        operations.spoil(session, batch.first_number + place, now=MORNING, member=member, reason=reason)
    session.commit()
    page = clerk.get(f"/tap-phieu/{batch.batch_id}?lang=en").text
    assert "Form number" in page
    assert "Responses" not in page
    for said in ("Misprinted", "No answer on the returned form can be read", "Rơi xuống nước 100%"):
        assert f"<td>{said}</td>" in page
    assert "Form number" in clerk.get(f"/tap-phieu/{batch.batch_id}/hong?lang=en").text
