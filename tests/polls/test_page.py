"""The poll as a voter meets it: nothing chosen beforehand, results afterwards, kind words for a second vote."""

import re
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.polls.commands import NewOption
from feedback_app.polls.queries import PollView
from tests.polls.making import OPENING, make_poll, recount

URL = "/binh-chon/gio-lam-viec"


def fields(client: FlaskClient, url: str = URL) -> dict[str, str]:
    """The hidden fields of the form as the page holds them."""
    html = client.get(url).text
    return dict(re.findall(r'name="(csrf_token|ballot|tiep)"[^>]*value="([^"]*)"', html))


def send(client: FlaskClient, poll: PollView, *positions: int, **changes: str) -> object:
    chosen = [str(poll.options[each - 1].id) for each in positions]
    return client.post(URL, data={**fields(client), **changes, "choice": chosen})


def ballots(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM ballots")) or 0


def test_nothing_is_chosen_beforehand_and_no_result_is_shown_before_voting(
    client: FlaskClient, session: Session
) -> None:
    make_poll(session)

    html = client.get(URL).text

    assert html.count('type="radio"') == 3
    assert "checked" not in html
    assert "Kết quả bình chọn" not in html
    assert "Bình chọn mở, không đại diện" in html


def test_a_vote_leads_back_to_where_it_was_cast_and_shows_the_result(client: FlaskClient, session: Session) -> None:
    poll = make_poll(session)

    answer = client.post(URL, data={**fields(client), "choice": str(poll.options[1].id), "tiep": "/bai-viet/x"})
    recount(session)
    page = client.get(URL).text

    assert (answer.status_code, answer.location) == (303, "/bai-viet/x")
    assert "Cảm ơn bạn" in page
    assert "Kết quả bình chọn" in page
    assert re.search(r"Buổi chiều.*?100,0\s%", page, re.DOTALL)
    assert "1 lượt bình chọn" in page
    assert 'type="radio"' not in page


def test_the_cookie_is_of_its_own_and_scripts_cannot_read_it(client: FlaskClient, session: Session) -> None:
    poll = make_poll(session)
    hidden = fields(client)

    answer = client.post(URL, data={**hidden, "choice": str(poll.options[0].id)})

    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("binh_chon="))
    assert cookie.startswith(f"binh_chon={poll.id}.{hidden['ballot'].replace('-', '')};")
    assert {"HttpOnly", "SameSite=Lax", f"Max-Age={180 * 24 * 3600}"} <= set(cookie.split("; "))


def test_it_never_leads_to_another_site(client: FlaskClient, session: Session) -> None:
    poll = make_poll(session)

    answer = client.post(URL, data={**fields(client), "choice": str(poll.options[0].id), "tiep": "//evil.example/"})

    assert answer.location == URL


def test_a_second_vote_from_the_same_browser_is_answered_kindly_and_not_counted(
    client: FlaskClient, session: Session
) -> None:
    poll = make_poll(session)
    first = fields(client)
    client.post(URL, data={**first, "choice": str(poll.options[0].id)})

    answer = client.post(URL, data={**first, "ballot": "", "choice": str(poll.options[1].id)})

    assert answer.status_code == 303
    assert "phiếu trước của bạn vẫn được giữ nguyên" in client.get(URL).text
    assert ballots(session) == 1


def test_a_doubled_post_is_one_ballot_and_no_error(client: FlaskClient, session: Session) -> None:
    poll = make_poll(session)
    form = {**fields(client), "choice": str(poll.options[0].id)}
    client.post(URL, data=form)
    client.delete_cookie("binh_chon")

    answer = client.post(URL, data=form)

    assert answer.status_code == 303
    assert ballots(session) == 1


def test_two_browsers_get_two_ballot_ids(app: object, client: FlaskClient, session: Session) -> None:
    make_poll(session)

    assert fields(client)["ballot"] != fields(app.test_client())["ballot"]  # type: ignore[attr-defined]


def test_choosing_nothing_gets_a_message_beside_the_field(client: FlaskClient, session: Session) -> None:
    make_poll(session)

    answer = client.post(URL, data=fields(client))

    assert answer.status_code == 422
    assert 'id="choice-error"' in answer.text
    assert "Hãy chọn một phương án" in answer.text


def test_nonsense_for_a_choice_is_refused_in_the_same_way(client: FlaskClient, session: Session) -> None:
    make_poll(session)

    answer = client.post(URL, data={**fields(client), "choice": "²"})

    assert answer.status_code == 422
    assert ballots(session) == 0


def test_a_form_without_its_token_is_not_a_vote(client: FlaskClient, session: Session) -> None:
    poll = make_poll(session)

    assert client.post(URL, data={"choice": str(poll.options[0].id)}).status_code == 400
    assert ballots(session) == 0


def test_several_choices_are_all_taken_and_the_page_says_what_the_share_is_of(
    client: FlaskClient, session: Session
) -> None:
    poll = make_poll(session, several=True)

    send(client, poll, 1, 3)
    recount(session)
    page = client.get(URL).text

    assert page.count("100,0") == 2
    assert "cộng lại có thể lớn hơn 100 %" in page


def test_after_closing_everybody_sees_the_result_and_a_late_vote_is_told_so(
    client: FlaskClient, session: Session
) -> None:
    poll = make_poll(session)
    form = {**fields(client), "choice": str(poll.options[0].id)}
    session.execute(text("UPDATE polls SET closes_at = :at"), {"at": clock.now() - timedelta(seconds=1)})
    session.commit()

    answer = client.post(URL, data=form)
    page = client.get(URL).text

    assert answer.status_code == 303
    assert "đã đóng" in page
    assert "Chưa có dữ liệu" in page
    assert ballots(session) == 0


def test_a_poll_of_praise_only_carries_its_warning_and_reported_participants_stand_apart(
    client: FlaskClient, session: Session
) -> None:
    make_poll(
        session,
        options=(NewOption("Đẹp", praises=True), NewOption("Hay", praises=True)),
        opens_at=OPENING - timedelta(days=30),
        closes_at=OPENING,
        reported_participants=281,
        reported_source="Trang thông tin cũ",
    )

    page = client.get(URL).text

    assert "Mọi lựa chọn đều là lời khen" in page
    assert "281 lượt tham gia, không rõ chọn phương án nào" in page
    assert "Chưa có dữ liệu" in page


def test_unknown_poll(client: FlaskClient) -> None:
    assert client.get("/binh-chon/khong-co").status_code == 404


def test_two_choices_where_one_is_asked_are_refused_and_not_cut_to_the_first(
    client: FlaskClient, session: Session
) -> None:
    poll = make_poll(session)
    assert send(client, poll, 1, 2).status_code == 422  # type: ignore[attr-defined]
    assert ballots(session) == 0
