"""Recent days looked at in the database: what opens a case, what does not, and that looking twice changes nothing."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.exclusions.models import CaseResponse, ReviewCase
from feedback_app.kit.ids import new_id
from feedback_app.ratings import watch
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.dossiers.making import enter, field_id, line, register
from tests.factories import local
from tests.staff.people import Office, add_person, make_office
from tests.surveys.halls import Hall, make_hall

DAY = date(2026, 3, 24)  # a Tuesday
NOW = datetime(2026, 3, 25, 20, 30, tzinfo=UTC)


@pytest.fixture
def hall(session: Session) -> Hall:
    return make_hall(session)


@pytest.fixture
def version(session: Session, hall: Hall) -> VersionView:
    """With thirty usual working days behind it: six people an hour in the morning, nine of ten content."""
    made = factories.questionnaire(session)
    rng = random.Random(5)  # noqa: S311  # repeatable on purpose
    day = DAY
    while day > DAY - timedelta(days=42):
        day -= timedelta(days=1)
        if day.weekday() < 5:
            for number in range(18):
                at = local(day.year, day.month, day.day, 8 + number // 6, number * 10 % 60)
                touch(
                    session,
                    hall,
                    made,
                    at,
                    level=rng.choices(("rat-hai-long", "hai-long", "binh-thuong"), (6, 3, 1))[0],
                )
    session.commit()
    return made


def touch(
    session: Session, hall: Hall, version: VersionView, at: datetime, level: str = "hai-long", **given: object
) -> None:
    factories.response(session, version, hall.centre, at, level=level, place_id=hall.place_id, **given)


def cases(session: Session) -> list[tuple[str, str, int]]:
    """Rule, kind of subject, number of responses; by rule."""
    size = select(func.count()).where(CaseResponse.case_id == ReviewCase.id).scalar_subquery()
    rows = session.execute(select(ReviewCase.rule, ReviewCase.subject, size).order_by(ReviewCase.rule, ReviewCase.id))
    return [(rule, subject.partition(":")[0], count) for rule, subject, count in rows]


def test_a_busy_day_opens_nothing(session: Session, hall: Hall, version: VersionView) -> None:
    rng = random.Random(7)  # noqa: S311  # repeatable on purpose
    device = new_id()
    for _ in range(60):
        at = local(2026, 3, 24, 8, rng.randrange(60), rng.randrange(60))
        level = rng.choices(("rat-hai-long", "hai-long", "binh-thuong"), (6, 3, 1))[0]
        touch(session, hall, version, at, level, device_id=device)
    assert watch.look_at_day(session, DAY, now=NOW) == []


def test_eighteen_content_people_in_a_row_open_nothing(session: Session, hall: Hall, version: VersionView) -> None:
    device = new_id()
    for number in range(18):
        touch(session, hall, version, local(2026, 3, 24, 9, number * 3), "rat-hai-long", device_id=device)
    assert watch.look_at_day(session, DAY, now=NOW) == []


def test_a_finger_on_the_screen_opens_a_burst_and_a_run(session: Session, hall: Hall, version: VersionView) -> None:
    device = new_id()
    for number in range(45):
        at = local(2026, 3, 24, 15) + timedelta(seconds=8 * number)
        touch(session, hall, version, at, "rat-hai-long", device_id=device, rapid_seconds=5)
    first = watch.look_at_day(session, DAY, now=NOW)
    assert cases(session) == [("burst", "place", 45), ("identical", "device", 45)]
    burst = session.scalars(select(ReviewCase).where(ReviewCase.rule == "burst")).one()
    assert (burst.department_id, burst.first_day, burst.last_day) == (hall.centre, DAY, DAY)
    assert burst.hours == [45 if hour == 15 else 0 for hour in range(24)]
    assert burst.evidence["usual_an_hour"] == 0
    assert watch.look_at_day(session, DAY, now=NOW + timedelta(days=1)) == first
    assert len(cases(session)) == 2


def test_touches_that_count_no_more_are_not_looked_at(session: Session, hall: Hall, version: VersionView) -> None:
    device = new_id()
    for number in range(60):
        at = local(2026, 3, 24, 15) + timedelta(seconds=3 * number)
        touch(session, hall, version, at, device_id=device, rapid_seconds=5)
    assert watch.look_at_day(session, DAY, now=NOW) == []


def key(
    session: Session,
    version: VersionView,
    department: int,
    keyer_id: int,
    start: datetime,
    every: float,
    levels: list[str],
) -> None:
    for number, level in enumerate(levels):
        factories.response(
            session,
            version,
            department,
            local(2026, 3, 20, 12),
            level=level,
            channel="paper",
            keyer_id=keyer_id,
            now=start + timedelta(seconds=every * number),
        )


def test_a_class_of_forms_by_a_fast_keyer_opens_nothing(session: Session, hall: Hall, version: VersionView) -> None:
    keyer = add_person(session, "nhap", "staff", None)
    mixed = (["rat-hai-long"] * 6 + ["hai-long"] * 3 + ["binh-thuong"]) * 6
    key(session, version, hall.centre, keyer.id, local(2026, 3, 24, 14), 20, mixed)
    key(session, version, hall.centre, keyer.id, local(2026, 3, 24, 15), 20, sorted(mixed))
    assert watch.look_at_day(session, DAY, now=NOW) == []


def test_keying_at_night_at_no_human_pace_and_all_alike(session: Session, hall: Hall, version: VersionView) -> None:
    keyer = add_person(session, "nhap", "staff", None)
    key(session, version, hall.bureau, keyer.id, local(2026, 3, 24, 9), 30, ["hai-long"] * 3)
    key(session, version, hall.centre, keyer.id, local(2026, 3, 24, 22), 1.5, ["rat-hai-long"] * 40)
    watch.look_at_day(session, DAY, now=NOW)
    # The first of them was keyed long after the form before it.
    assert cases(session) == [("after_hours", "keyer", 40), ("identical", "keyer", 40), ("pace", "keyer", 39)]
    assert set(session.scalars(select(ReviewCase.department_id))) == {hall.centre}


def test_paper_against_kiosk_over_the_quarter(session: Session, hall: Hall, version: VersionView) -> None:
    office = make_office(session)
    keyer = add_person(session, "nhap", "staff", None)
    for department, on_paper in (
        (office.ward, ["rat-hai-long"] * 80),
        (office.bureau, ["rat-hai-long", "hai-long", "khong-hai-long", "hai-long"] * 20),
    ):
        factories.responses(session, version, department, local(2026, 2, 3), satisfied=150, not_satisfied=60)
        key(session, version, department, keyer.id, local(2026, 3, 23, 8), 60, on_paper)
    factories.count(session)
    watch.look_at_quarter(session, DAY, now=NOW, smallest=5)
    assert cases(session) == [("divergence", "department", 80)]
    found = session.scalars(select(ReviewCase)).one()
    assert (found.department_id, found.first_day, found.last_day) == (office.ward, date(2026, 1, 1), date(2026, 3, 31))
    assert found.hours is None
    key(session, version, office.ward, keyer.id, local(2026, 3, 24, 8), 60, ["rat-hai-long"] * 10)
    factories.count(session)
    watch.look_at_quarter(session, DAY, now=NOW, smallest=5)
    assert cases(session) == [("divergence", "department", 90)]


@pytest.fixture
def office(session: Session) -> Office:
    """With two fields, and dossiers of one day in each of two quarters."""
    made = make_office(session)
    register(session)
    few = (20, 5, 5, 0, 0, 10, 0)  # 20 could be rated
    enter(
        session,
        line(date(2025, 12, 30), "dong-son", few, "ho-tich"),
        line(date(2026, 3, 2), "dong-son", few, "ho-tich"),
        line(date(2026, 3, 2), "dong-son", few, "dat-dai"),
        line(date(2026, 3, 2), "tai-chinh", few),
    )
    return made


def surpluses(session: Session) -> list[tuple[str, int, date, dict[str, float]]]:
    """Kind of subject, department, first day and evidence; every other rule is silent."""
    factories.count(session)
    watch.look_at_quarter(session, DAY, now=NOW, smallest=5)
    found = session.scalars(select(ReviewCase).order_by(ReviewCase.first_day, ReviewCase.id)).all()
    assert {each.rule for each in found} <= {"surplus"}
    return [(each.subject.partition(":")[0], each.department_id, each.first_day, each.evidence) for each in found]


def test_more_answers_than_dossiers_in_a_quarter(session: Session, office: Office) -> None:
    version = factories.questionnaire(session)
    civil = field_id(session, "ho-tich")
    factories.responses(session, version, office.ward, local(2025, 12, 30), satisfied=31)
    factories.responses(session, version, office.ward, local(2026, 3, 2), satisfied=30, field_id=civil)
    factories.responses(session, version, office.bureau, local(2026, 3, 2), satisfied=20, field_id=civil)
    assert surpluses(session) == [
        ("department", office.ward, date(2025, 10, 1), {"ratings": 31, "dossiers": 20, "days": 1}),
        ("field", office.ward, date(2026, 1, 1), {"ratings": 30, "dossiers": 20, "days": 1}),
    ]
    assert cases(session) == [("surplus", "department", 0), ("surplus", "field", 0)]
    assert len(surpluses(session)) == 2


def test_days_whose_dossiers_are_not_known_are_not_compared(session: Session, office: Office) -> None:
    version = factories.questionnaire(session)
    factories.responses(session, version, office.ward, local(2026, 3, 2), satisfied=20)
    factories.responses(session, version, office.ward, local(2026, 3, 3), satisfied=100)
    factories.responses(session, version, office.elsewhere, local(2026, 3, 2), satisfied=100)
    assert surpluses(session) == []


def test_a_dossier_may_be_rated_once_at_each_of_its_stages(session: Session, office: Office) -> None:
    version = factories.questionnaire(session)
    for stage in ("received", "supplement", "returned"):
        factories.responses(session, version, office.bureau, local(2026, 3, 2), satisfied=20, stage=stage)
    assert surpluses(session) == []


def test_invented_answers_make_an_invented_case(session: Session, office: Office) -> None:
    version = factories.questionnaire(session)
    factories.responses(session, version, office.bureau, local(2026, 3, 2), satisfied=31, demonstration=True)
    assert len(surpluses(session)) == 1
    assert session.scalars(select(ReviewCase.demonstration)).one()


def test_a_form_that_a_machine_filled_opens_one_case_a_department_and_day(
    session: Session, hall: Hall, version: VersionView
) -> None:
    for minute in (5, 25):
        touch(session, hall, version, local(2026, 3, 24, 9, minute), channel="web", trapped=True)
    touch(session, hall, version, local(2026, 3, 24, 10), channel="web")
    first = watch.look_at_day(session, DAY, now=NOW)
    assert cases(session) == [("trapped", "department", 2)]
    found = session.scalars(select(ReviewCase)).one()
    assert (found.department_id, found.first_day, found.evidence) == (hall.centre, DAY, {"answers": 3})
    assert watch.look_at_day(session, DAY, now=NOW) == first
    assert watch.look_at_day(session, DAY - timedelta(days=1), now=NOW) == []
