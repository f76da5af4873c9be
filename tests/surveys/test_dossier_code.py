"""The form on a phone with a dossier code, typed or on a slip: optional, never lost, never stored."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.surveys.models import Response
from feedback_app.tokens import operations as tokens
from tests import factories
from tests.surveys.halls import Hall, hidden, make_hall
from tests.tokens.making import code, naming, token

FORM = "/khao-sat/mot-cua"


@pytest.fixture(autouse=True)
def hall(session: Session) -> Hall:
    return make_hall(session)


@pytest.fixture
def slip(session: Session, hall: Hall) -> str:
    """The address on a slip that was issued today."""
    tokens.issue(session, [naming(1, hall.centre)], now=clock.now(), days=1)
    session.commit()
    return f"{FORM}?hs={token(1).written}&kenh=qr"


def answer(client: FlaskClient, address: str = FORM, **given: str):
    return client.post(FORM, data={**hidden(client.get(address).text), "q-overall": "satisfied", **given})


def stored(session: Session) -> list[tuple[str, str | None, str | None]]:
    session.rollback()
    found = session.scalars(select(Response).order_by(Response.received_at))
    return [(each.channel, each.stage, each.verification) for each in found]


def test_a_code_is_taken_and_leaves_nothing_but_a_mark(client: FlaskClient, session: Session) -> None:
    assert answer(client, dossier=f" {code(1).lower()} ", stage="received").status_code == 303
    assert stored(session) == [("web", "received", "unverified")]


def test_without_a_code_nothing_changes(client: FlaskClient, session: Session) -> None:
    assert [answer(client, dossier=typed).status_code for typed in ("", "   ")] == [303, 303]
    assert stored(session) == [("web", None, None)] * 2


def test_a_second_answer_is_thanked_and_shown_how_to_say_more(client: FlaskClient, session: Session) -> None:
    answer(client, dossier=code(1), stage="returned")
    second = answer(client, dossier=code(1), **{"q-comment": "Xin thêm ghế\nở phòng chờ"})
    assert second.status_code == 409
    assert "đã được nhận từ trước" in second.text
    assert "Xin thêm ghế<br>ở phòng chờ" in second.text
    assert code(1) not in second.text
    again = re.search(r'href="(/khao-sat/[^"]+)"[^>]*>\s*Mở phiếu mới', second.text)
    assert again is not None
    assert again[1] == FORM
    assert answer(client, again[1]).status_code == 303
    assert stored(session) == [("web", "returned", "unverified"), ("web", None, None)]


def test_a_wrong_code_is_said_beside_the_field_and_nothing_is_lost(client: FlaskClient, session: Session) -> None:
    refused = answer(client, dossier="0912 345 678", stage="received", **{"q-comment": "Tốt"})
    assert refused.status_code == 422
    assert 'id="q-dossier-error"' in refused.text
    assert 'href="#q-dossier"' in refused.text
    assert 'value="0912 345 678"' in refused.text
    assert "Tốt</textarea>" in refused.text
    assert '<option value="received" selected>' in refused.text
    assert stored(session) == []


def test_the_same_form_sent_twice_is_thanked_twice(client: FlaskClient, session: Session) -> None:
    data = {**hidden(client.get(FORM).text), "q-overall": "satisfied", "dossier": code(1)}
    assert [client.post(FORM, data=data).status_code for _ in range(2)] == [303, 303]
    assert len(stored(session)) == 1


def test_a_slip_asks_for_no_code_and_is_known(client: FlaskClient, session: Session, slip: str) -> None:
    page = client.get(slip).text
    assert "Phiếu cho hồ sơ trên giấy hẹn, khi nhận kết quả." in page
    assert 'name="dossier"' not in page
    assert '<select class="input" id="q-stage"' not in page
    assert answer(client, slip).status_code == 303
    assert stored(session) == [("qr", "returned", "verified")]


def test_a_slip_and_its_code_are_one_dossier(client: FlaskClient, slip: str) -> None:
    assert answer(client, dossier=code(1), stage="returned").status_code == 303
    assert answer(client, slip).status_code == 409


def test_looking_does_not_tell_whether_a_slip_was_used(client: FlaskClient, slip: str) -> None:
    def look() -> str:
        page = client.get(slip)
        return f"{page.status_code} {re.sub(r'value=.[0-9a-f-]{36}.', '', page.text)}"

    before = look()
    assert answer(client, slip).status_code == 303
    assert look() == before


def test_the_frame_of_one_slip_is_not_shown_to_another(
    client: FlaskClient, session: Session, slip: str, hall: Hall
) -> None:
    tokens.issue(session, [naming(2, hall.centre)], now=clock.now(), days=1)
    session.commit()
    other = slip.replace(token(1).written, token(2).written)
    for address, own in ((slip, token(1)), (other, token(2)), (slip, token(1))):
        assert hidden(client.get(address).text)["slip"] == own.written
    assert "slip" not in hidden(client.get(FORM).text)


@pytest.mark.parametrize("bad", ["", "x", "a" * 26, "0" * 500, "%00"[:1] + "'"])
def test_a_slip_that_is_none_leads_to_the_plain_form(client: FlaskClient, bad: str) -> None:
    page = client.get(FORM, query_string={"hs": bad})
    assert page.status_code == 200
    assert "không còn hiệu lực" in page.text
    assert 'name="dossier"' in page.text


def test_an_expired_slip_leads_to_the_plain_form(client: FlaskClient, session: Session, hall: Hall) -> None:
    tokens.issue(session, [naming(1, hall.centre)], now=clock.now() - timedelta(days=3), days=1)
    session.commit()
    assert "không còn hiệu lực" in client.get(f"{FORM}?hs={token(1).written}").text


def test_a_slip_given_back_with_an_error_stays_a_slip(client: FlaskClient, session: Session, slip: str) -> None:
    carried = hidden(client.get(slip).text)
    refused = client.post(FORM, data=carried)
    assert refused.status_code == 422
    assert hidden(refused.text)["slip"] == token(1).written
    assert client.post(FORM, data={**hidden(refused.text), "q-overall": "satisfied"}).status_code == 303
    assert stored(session) == [("qr", "returned", "verified")]


@pytest.mark.parametrize("claimed", ["received", "returned", "later", ""])
def test_a_slip_counts_at_the_stage_it_was_issued_for(
    client: FlaskClient, session: Session, slip: str, claimed: str
) -> None:
    """Whatever address or form say: else one dossier could answer twice for one stage."""
    assert "khi nhận kết quả." in client.get(f"{slip}&buoc=received").text
    assert answer(client, slip, stage=claimed).status_code == 303
    assert stored(session) == [("qr", "returned", "verified")]
    assert answer(client, dossier=code(1), stage="returned").status_code == 409


def test_a_slip_is_known_only_where_its_office_is_concerned(client: FlaskClient, session: Session, hall: Hall) -> None:
    """An office that invents codes makes no answers about another one verified."""
    elsewhere = factories.department(session, "noi-khac")
    tokens.issue(session, [naming(1, elsewhere), naming(2, hall.bureau)], now=clock.now(), days=1)
    session.commit()
    for number, place in ((1, FORM), (1, f"{FORM}/quay-1"), (2, FORM)):
        carried = hidden(client.get(FORM).text)
        assert "không còn hiệu lực" in client.get(f"{place}?hs={token(number).written}").text
        sent = {**carried, "q-overall": "satisfied", "slip": token(number).written}
        assert client.post(place, data=sent).status_code == 303
        assert answer(client, dossier=code(number), stage="returned").status_code == (303 if place == FORM else 409)
    assert sorted(stored(session), key=str).count(("web", None, None)) == 3
    assert {each[2] for each in stored(session)} == {None, "unverified"}
    assert client.get(f"{FORM}/quay-1?hs={token(2).written}").status_code == 200


def test_a_slip_of_a_counters_own_office_holds_at_that_counter(
    client: FlaskClient, session: Session, hall: Hall
) -> None:
    tokens.issue(session, [naming(2, hall.bureau, stage="received")], now=clock.now(), days=1)
    session.commit()
    address = f"{FORM}/quay-1"
    carried = hidden(client.get(f"{address}?hs={token(2, 'received').written}").text)
    assert client.post(address, data={**carried, "q-overall": "satisfied"}).status_code == 303
    assert stored(session) == [("web", "received", "verified")]
