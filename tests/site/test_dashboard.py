"""The managers' first page: who may open it, what it says, and that its statements do not grow."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.departments import operations as departments
from feedback_app.departments import queries as department_queries
from feedback_app.kit import clock
from feedback_app.ratings import operations
from feedback_app.ratings.drivers import drivers
from feedback_app.ratings.figures import Figure, Sums
from feedback_app.ratings.periods import parse, period_of, previous
from feedback_app.ratings.queries import department_parts
from feedback_app.site.dashboard import against_target, dashboard
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as survey_queries
from feedback_app.surveys.commands import DefineChoice, DefineQuestion, DefineQuestionnaire, SubmitResponse
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.dossiers.making import enter, line
from tests.factories import local
from tests.site.test_results import statements, words
from tests.staff.people import Office, add_person, make_office, sign_in

PAGE = "/quan-ly/tong-quan"
# A Wednesday in the middle of a quarter; 1 May and the weekends before it are no working days.
NOW = local(2026, 5, 13, 10)
WHOLE = Member(1, "x", "x", "manager", None)


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


def ask(session: Session, version: VersionView, place: str, code: str, *doors: str) -> None:
    """A place that asks about a department at these doors."""
    departments.add_place(session, factories.LATER, slug=place, name=f"Sảnh {place}", receiving=code)
    spot = department_queries.spot(session, place=place, on=date(2026, 1, 1))
    for door in doors:
        surveys.ask_at(session, place_id=spot.place_id, door=door, questionnaire_id=version.questionnaire_id)


def place_id(session: Session, place: str) -> int:
    return department_queries.spot(session, place=place, on=date(2026, 1, 1)).place_id


# Who may.


def test_visitors_are_sent_to_sign_in(client: FlaskClient) -> None:
    answer = client.get(PAGE)
    assert answer.status_code == 302
    assert answer.location.startswith("/dang-nhap?next=/quan-ly/tong-quan")


def test_staff_may_not(app: Flask, session: Session, office: Office) -> None:
    add_person(session, "nhap", "staff", office.ward)
    assert sign_in(app, "nhap").get(PAGE).status_code == 403


def test_managers_and_administrators_begin_here(app: Flask, session: Session, office: Office) -> None:
    add_person(session, "quanly", "manager", office.ward)
    add_person(session, "quantri", "administrator", None)
    for username in ("quanly", "quantri"):
        page = sign_in(app, username).get(PAGE).text
        navigation = page.split('aria-label="Công việc"', 1)[1].split("</nav>")[0]
        assert navigation.index('href="/quan-ly/tong-quan" aria-current="page"') < navigation.index('href="/quan-ly"')


@pytest.mark.parametrize(
    ("username", "seen"),
    [("phuong", {"dong-son"}), ("thanhpho", {"dong-son", "tai-chinh"}), ("noikhac", {"ba-don"})],
)
def test_nobody_sees_beyond_what_they_answer_for(
    app: Flask, session: Session, office: Office, version: VersionView, username: str, seen: set[str]
) -> None:
    day = clock.local_day(clock.now())
    for code, department_id, count in (
        ("dong-son", office.ward, 31),
        ("tai-chinh", office.bureau, 47),
        ("ba-don", office.elsewhere, 59),
    ):
        ask(session, version, f"sanh-{code}", code, "kiosk", "web")
        factories.responses(session, version, department_id, clock.now(), not_satisfied=count, reasons=("cho-lau",))
        enter(session, line(day, code, (count * 2, 0, 0, 0, 0, count * 2, 0)), now=clock.now())
    factories.count(session)
    add_person(session, "phuong", "manager", office.ward)
    add_person(session, "thanhpho", "manager", office.city)
    add_person(session, "noikhac", "manager", office.elsewhere)
    page = words(sign_in(app, username).get(PAGE).text)
    for code, count in (("dong-son", 31), ("tai-chinh", 47), ("ba-don", 59)):
        assert (f"/ket-qua/{code}?" in page) == (code in seen)
        assert (f"Sảnh sanh-{code}" in page) == (code in seen)
        assert (f'<td class="is-number">{count}</td>' in page) == (code in seen)
    together = sum({"dong-son": 31, "tai-chinh": 47, "ba-don": 59}[code] for code in seen)
    assert f"n = {together} phiếu" in page


# What it says.


@pytest.mark.parametrize(
    ("satisfied", "rated", "verdict"),
    [(980, 1000, "above"), (850, 1000, "below"), (905, 1000, "open"), (9, 10, None), (0, 0, None)],
)
def test_a_target_is_met_or_missed_only_when_the_interval_says_so(
    satisfied: int, rated: int, verdict: str | None
) -> None:
    sums = Sums(responses=rated, rated=rated, satisfied=satisfied, not_satisfied=rated - satisfied)
    assert against_target(Figure(sums, 30, one_scale=True), 90) == verdict


def test_this_quarter_and_the_last_published_one_stand_against_target_and_before(
    app: Flask, session: Session, office: Office, version: VersionView
) -> None:
    now = clock.now()
    running = period_of("quarter", clock.local_day(now))
    last = previous(running)
    ward = office.ward
    factories.responses(session, version, ward, now, satisfied=40)
    factories.responses(session, version, ward, last.moments[0] + timedelta(days=3), satisfied=30, not_satisfied=10)
    factories.responses(session, version, ward, previous(last).moments[0] + timedelta(days=3), satisfied=40)
    factories.count(session)
    operations.publish(session, last, now=now, minima=factories.minima(30))
    add_person(session, "phuong", "manager", ward)
    page = words(sign_in(app, "phuong").get(PAGE).text)
    this, published = page.split("Quý này đến nay: ", 1)[1].split("Quý công bố gần nhất: ", 1)
    assert "100,0 %" in this
    assert "Mục tiêu: 90 %." in this
    assert "đạt mục tiêu" in this
    assert "75,0 %" in published
    assert "dưới mục tiêu" in published
    assert "giảm 25,0 điểm phần trăm" in published


QUESTIONS = ("thai-do", "thoi-gian")


@pytest.fixture
def form(session: Session) -> VersionView:
    """An overall question, two with a scale of three, and reasons."""
    scale = (("tot", 2), ("vua", 1), ("kem", 0))
    version_id, _ = surveys.publish_questionnaire(
        session,
        DefineQuestionnaire(
            code="phieu",
            title="Phiếu",
            title_en="Form",
            basis="Dùng trong kiểm thử",
            questions=(
                DefineQuestion(
                    key="chung",
                    kind="single",
                    text="Chung",
                    overall=True,
                    choices=(
                        DefineChoice(key="tot", text="Tốt", outcome="satisfied", points=2),
                        DefineChoice(key="kem", text="Kém", outcome="not_satisfied", points=0),
                    ),
                ),
                *(
                    DefineQuestion(
                        key=key,
                        kind="single",
                        text=f"Câu {key}",
                        choices=tuple(DefineChoice(key=each, text=each, points=points) for each, points in scale),
                    )
                    for key in QUESTIONS
                ),
                DefineQuestion(
                    key="vi-sao",
                    kind="several",
                    text="Vì sao?",
                    shown_for=("not_satisfied",),
                    choices=tuple(DefineChoice(key=key, text=f"Lý do {key}") for key in ("a", "b", "c", "d")),
                ),
            ),
        ),
        now=factories.LATER,
    )
    return survey_queries.version(session, version_id)


def submit(session: Session, version: VersionView, department: int, at: datetime, count: int, **answers: str) -> None:
    for _ in range(count):
        surveys.submit(
            session,
            SubmitResponse(
                id=factories.new_id(),
                version_id=version.id,
                channel="kiosk",
                receiving_department_id=department,
                rated_department_id=department,
                answers={key.replace("_", "-"): tuple(given.split()) for key, given in answers.items()},
                answered_at=at,
                sealed=True,
            ),
            now=at + timedelta(seconds=1),
            rapid_seconds=0,
        )


def test_drivers_are_what_worsened_and_what_was_picked_most(
    session: Session, office: Office, form: VersionView
) -> None:
    now, before = local(2026, 4, 6), local(2026, 1, 5)
    submit(session, form, office.ward, before, 40, chung="tot", thai_do="tot", thoi_gian="vua")
    submit(session, form, office.ward, now, 10, chung="tot", thai_do="tot", thoi_gian="kem")
    submit(session, form, office.ward, now, 30, chung="kem", thai_do="vua", thoi_gian="kem", vi_sao="c a")
    submit(session, form, office.ward, now, 5, chung="kem", thai_do="kem", thoi_gian="tot", vi_sao="a b")
    factories.count(session)
    parts = [
        department_parts(session, parse(code), department_id=office.ward, smallest=5) for code in ("2026-Q2", "2026-Q1")
    ]
    assert parts[0] is not None
    assert parts[1] is not None
    found = drivers(*parts, versions={form.id: form}, minimum=30, minimum_before=30)
    assert [(each.question.key, each.percent, each.percent_before) for each in found.worsened] == [
        ("thoi-gian", Decimal("88.9"), Decimal("0.0")),  # 40 of 45; the middle is no lower half
        ("thai-do", Decimal("11.1"), Decimal("0.0")),
    ]
    assert found.worsened[0].comparison.clear
    assert [(each.choice.key, each.picked, each.asked) for each in found.reasons] == [
        ("a", 35, 35),
        ("c", 30, 35),
        ("b", 5, 35),
    ]
    few = drivers(*parts, versions={form.id: form}, minimum=50, minimum_before=50)
    assert (few.worsened, few.reasons) == ((), ())


@pytest.mark.parametrize(("late", "clear"), [(0, True), (40, False)])
def test_nothing_is_clear_against_a_quarter_counted_in_part(
    app: Flask, session: Session, office: Office, form: VersionView, late: int, clear: bool
) -> None:
    now = clock.now()
    before = previous(period_of("quarter", clock.local_day(now)))
    submit(session, form, office.ward, before.moments[0] + timedelta(days=late), 40, chung="tot", thoi_gian="tot")
    submit(session, form, office.ward, now, 40, chung="kem", thoi_gian="kem", vi_sao="a")
    factories.count(session)
    session.commit()
    add_person(session, "phuong", "manager", office.ward)
    page = words(sign_in(app, "phuong").get(PAGE).text)
    assert "giảm 100,0 điểm phần trăm" in page
    assert "Câu thoi-gian" in page
    assert page.count("khác rõ</span>") == (2 if clear else 0)  # the department and its question
    assert ("khác rõ, khó có thể do ngẫu nhiên" in page) == clear
    assert ("một trong hai kỳ không đủ ngày nên không so được" in page) == (not clear)
    assert ("một kỳ không đủ ngày</span>" in page) == (not clear)


def test_the_departments_that_fell_most_are_explained(session: Session, office: Office, version: VersionView) -> None:
    for number, satisfied in enumerate((40, 10, 35, 20, 30, 25, 39)):
        department = factories.department(session, f"p{number}")
        factories.responses(session, version, department, local(2026, 1, 5), satisfied=40)
        factories.responses(session, version, department, local(2026, 4, 6), satisfied=satisfied)
        factories.responses(
            session, version, department, local(2026, 4, 6), not_satisfied=40, reasons=("cho-lau", "thai-do")
        )
    factories.count(session)
    board = dashboard(session, WHOLE, allowed=None, now=NOW, minima=factories.minima(30, cell=5))
    assert [each.row.department.code for each in board.explained if each.row.department] == [
        "p1",
        "p3",
        "p5",
        "p4",
        "p2",
    ]
    assert [each.choice.key for each in board.explained[0].drivers.reasons] == ["cho-lau", "thai-do"]


def test_what_few_said_explains_nothing(session: Session, office: Office, version: VersionView) -> None:
    factories.responses(session, version, office.ward, local(2026, 4, 6), satisfied=60)
    factories.responses(session, version, office.ward, local(2026, 4, 6), not_satisfied=4, reasons=("cho-lau",))
    factories.count(session)
    board = dashboard(session, WHOLE, allowed=None, now=NOW, minima=factories.minima(30, cell=5))
    assert board.running.together.figure.state == "shown"
    assert board.explained == ()


def test_a_department_is_silent_after_seven_working_days(
    session: Session, office: Office, version: VersionView
) -> None:
    for code in ("dong-son", "tai-chinh", "ba-don"):
        ask(session, version, f"sanh-{code}", code, "web")
    # 1 May is a holiday: 4, 5, 6, 7, 8, 11 and 12 May are the last seven working days.
    factories.response(session, version, office.ward, local(2026, 5, 4))
    factories.response(session, version, office.bureau, local(2026, 5, 3))
    factories.count(session)
    board = dashboard(session, WHOLE, allowed=None, now=NOW, minima=factories.minima(30))
    assert board.silent_since == date(2026, 5, 4)
    assert [(each.department.code, each.last_day) for each in board.silent] == [
        ("ba-don", None),
        ("tai-chinh", date(2026, 5, 3)),
    ]


def test_where_nobody_can_answer_or_all_is_new_nobody_is_silent(
    session: Session, office: Office, version: VersionView
) -> None:
    departments.add_place(session, factories.LATER, slug="sanh", name="Sảnh", receiving="dong-son")  # asks nothing
    factories.department(session, "moi", opened_on=date(2026, 5, 11))
    ask(session, version, "moi", "moi", "kiosk")
    board = dashboard(session, WHOLE, allowed=None, now=NOW, minima=factories.minima(30))
    assert board.silent == ()


def test_kiosks_nobody_touched_for_three_working_days(session: Session, office: Office, version: VersionView) -> None:
    for place, code in (("a", "dong-son"), ("b", "dong-son"), ("c", "tai-chinh"), ("d", "tai-chinh")):
        ask(session, version, place, code, "kiosk", "web")
    ask(session, version, "chi-qr", "dong-son", "web")
    departments.add_counter(session, factories.LATER, place="d", slug="quay-1", name="Quầy 1", rated="ba-don")
    for place, department, moment, channel in (
        ("a", office.ward, local(2026, 5, 8), "kiosk"),
        ("b", office.ward, local(2026, 5, 7), "kiosk"),  # too long ago
        ("c", office.bureau, local(2026, 5, 12), "qr"),  # the QR code beside it works, the kiosk may not
        ("d", office.elsewhere, local(2026, 5, 11), "kiosk"),  # rates another department
    ):
        factories.response(
            session,
            version,
            department,
            moment,
            channel=channel,
            place_id=place_id(session, place),  # type: ignore[arg-type]
        )
    board = dashboard(session, WHOLE, allowed=None, now=NOW, minima=factories.minima(30))
    assert board.silent_kiosks_since == date(2026, 5, 8)
    assert [place.slug for place in board.silent_kiosks] == ["b", "c"]
    off = {date(2026, 5, 11)}  # the Monday before
    board = dashboard(session, WHOLE, allowed=None, now=NOW, minima=factories.minima(30), days_off=off)
    assert board.silent_kiosks_since == date(2026, 5, 7)
    assert [place.slug for place in board.silent_kiosks] == ["c"]


def test_participation_asks_about_too_many_first_then_too_few(
    session: Session, office: Office, version: VersionView
) -> None:
    for department, code, responses, ratable in (
        (office.ward, "dong-son", 20, 100),
        (office.bureau, "tai-chinh", 11, 10),
        (office.elsewhere, "ba-don", 5, 100),
    ):
        factories.responses(session, version, department, local(2026, 4, 6), satisfied=responses)
        enter(session, line(date(2026, 4, 7), code, (ratable, 0, ratable, 0, 0, 0, 0)), now=NOW)
    factories.count(session)
    board = dashboard(session, WHOLE, allowed=None, now=NOW, minima=factories.minima(30))
    assert [(each.department.code, each.participation.percent) for each in board.taking_part] == [
        ("tai-chinh", None),
        ("ba-don", Decimal("5.0")),
        ("dong-son", Decimal("20.0")),
    ]


def test_work_that_waits_is_counted_in_scope(
    app: Flask, session: Session, office: Office, version: VersionView
) -> None:
    for department in (office.ward, office.elsewhere):
        factories.response(session, version, department, local(2026, 3, 2), comments={"gop-y": "Chờ lâu"})
    city = add_person(session, "thanhpho", "manager", office.city)
    ward = add_person(session, "phuong", "manager", office.ward)
    minima = factories.minima(30)
    boards = {
        member.username: dashboard(
            session,
            member,
            allowed=department_queries.within(session, department_id=member.department_id, day=NOW.date()),
            now=NOW,
            minima=minima,
        )
        for member in (city, ward)
    }
    assert boards["thanhpho"].waiting.comments == 1
    assert boards["phuong"].waiting.comments == 0  # nobody reviews what is said of themselves
    assert boards["phuong"].waiting.recounts == 2
    page = words(sign_in(app, "thanhpho").get(PAGE).text)
    assert "Góp ý chờ bạn duyệt: 1" in page
    assert "/quan-ly/gop-y/da-duyet" in page
    assert "Lượt chờ đếm lại: 2" in page
    factories.count(session)
    session.commit()
    assert "Mọi phiếu đã được đếm." in sign_in(app, "thanhpho").get(PAGE).text


@pytest.fixture
def reader(app: Flask, session: Session, office: Office) -> Iterator[FlaskClient]:
    add_person(session, "quantri", "administrator", None)
    return sign_in(app, "quantri")


def test_as_many_statements_however_much_there_is(
    app: Flask, reader: FlaskClient, session: Session, version: VersionView
) -> None:
    now = clock.now()
    before = previous(period_of("quarter", clock.local_day(now))).moments[0] + timedelta(days=2)

    def add(count: int, start: int) -> None:
        for number in range(start, start + count):
            code = f"phong-{number}"
            department = factories.department(session, code)
            ask(session, version, f"sanh-{number}", code, "kiosk", "web")
            factories.responses(session, version, department, before, satisfied=10, neutral=25)
            factories.responses(session, version, department, now, not_satisfied=31, reasons=("di-lai",))
            enter(session, line(clock.local_day(now), code, (50, 0, 0, 0, 0, 50, 0)), now=now)
        factories.count(session)
        session.commit()

    def asked() -> list[str]:
        factories.survey_queries.forget_demonstration()
        reader.get(PAGE)
        with statements(app) as found:
            page = reader.get(PAGE).text
        assert "Di-lai" in page
        return found

    add(2, 0)
    few = asked()
    add(10, 2)
    many = asked()
    assert len(many) == len(few)
    assert len(few) <= 45
    reading_responses = [each for each in many if "FROM responses" in each or "JOIN responses" in each]
    # Whether kiosks are touched, texts that wait, and whether data are invented: never all responses.
    assert len(reading_responses) <= 3
