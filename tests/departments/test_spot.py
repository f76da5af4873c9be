from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from feedback_app.departments import operations, queries
from feedback_app.departments.commands import RegisterPlace, Registration
from feedback_app.kit.sheets import ImportReport

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _shipped(import_shipped: Callable[[], ImportReport]) -> None:
    import_shipped()


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_place_rates_its_centre(session: Session):
    spot = queries.spot(session, place="dong-son", on=TODAY)
    centre = queries.department(session, code="phuong-dong-son.hanh-chinh-cong")

    assert (spot.receiving_department_id, spot.rated_department_id) == (centre.id, centre.id)
    assert spot.rated_department_name == "Trung tâm Phục vụ hành chính công phường Đồng Sơn"
    assert (spot.counter_id, spot.counter_slug, spot.field_id) == (None, None, None)


def test_a_counter_rates_the_office_that_decides(session: Session):
    spot = queries.spot(session, place="dong-hoi", counter="quay-3", on=TODAY)
    decides = queries.department(session, code="phuong-dong-hoi.kinh-te")
    (land,) = [field for field in queries.fields(session) if field.code == "dat-dai"]

    assert (spot.counter_name, spot.counter_name_en) == ("Quầy 3: Đất đai", "Counter 3: Land")
    assert (spot.rated_department_id, spot.rated_department_name) == (decides.id, decides.name)
    assert spot.field_id == land.id
    assert spot.receiving_department_id != spot.rated_department_id


def test_the_name_is_that_of_the_day(session: Session, now: datetime):
    operations.rename(
        session,
        now,
        code="phuong-dong-son.hanh-chinh-cong",
        name="Trung tâm Một",
        day=TODAY,
        legal_basis="Quyết định thử",
    )

    names = [
        queries.spot(session, place="dong-son", on=day).rated_department_name for day in (date(2026, 11, 21), TODAY)
    ]
    assert names == ["Trung tâm Phục vụ hành chính công phường Đồng Sơn", "Trung tâm Một"]


def test_one_statement_answers(session: Session, statements: list[str]):
    queries.spot(session, place="dong-hoi", counter="quay-1", on=TODAY)

    assert len(statements) == 1


@pytest.mark.parametrize(("place", "counter"), [("nowhere", None), ("dong-son", "quay-9"), ("nowhere", "quay-1")])
def test_what_is_not_there_is_not_found(session: Session, place: str, counter: str | None):
    with pytest.raises(queries.PlaceNotFound):
        queries.spot(session, place=place, counter=counter, on=TODAY)


def test_a_place_is_gone_from_the_day_it_closed(session: Session, now: datetime):
    closed = RegisterPlace(
        slug="dong-son", name="Sảnh", receiving="phuong-dong-son.hanh-chinh-cong", closed_on=date(2026, 11, 20)
    )
    assert operations.import_departments(session, Registration(places=(closed,)), now=now).changed == 1

    assert queries.spot(session, place="dong-son", on=date(2026, 11, 19)).place_name == "Sảnh"
    with pytest.raises(queries.PlaceNotFound):
        queries.spot(session, place="dong-son", on=date(2026, 11, 20))
    assert [place.slug for place in queries.places(session, on=TODAY)] == ["dong-hoi", "dong-thuan"]
    assert queries.place_of(session, slug="dong-son").closed_on == date(2026, 11, 20)
    with pytest.raises(queries.PlaceNotFound):
        queries.place_of(session, slug="nowhere")


def test_counters_stand_by_number(session: Session, now: datetime):
    place = queries.place_of(session, slug="dong-hoi")
    operations.add_counter(session, now, place="dong-hoi", slug="quay-10", name="Quầy 10")
    counters = queries.counters(session, place_id=place.id)

    assert [counter.slug for counter in counters] == [*(f"quay-{number}" for number in range(1, 6)), "quay-10"]
    assert counters[-1].rated_department_id == place.rated_department_id
