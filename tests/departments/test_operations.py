from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from feedback_app.departments import operations, queries
from feedback_app.departments.operations import AlreadyRegistered, InvalidRegistration

OPENED, CUT = date(2025, 7, 1), date(2026, 7, 1)


@pytest.fixture(autouse=True)
def _two_wards(session: Session, now: datetime) -> None:
    operations.add_department(session, now, code="a", kind="ward", name="Phường\u00a0 A", opened_on=OPENED)
    operations.add_department(session, now, code="b", kind="ward", name="Phường B", opened_on=OPENED)


def test_a_department_is_entered_in_normal_form_below_its_parent(session: Session, now: datetime):
    operations.add_field(session, now, code="dat-dai", name="Đất đai")
    number = operations.add_department(
        session, now, code="a.1", kind="office", name="Phòng Một", opened_on=OPENED, parent="a", fields=["dat-dai"]
    )

    assert queries.department(session, code="a").name == "Phường A"
    office = queries.department(session, code="a.1")
    assert (office.id, office.short_name) == (number, "Phòng Một")
    assert office.parent_id == queries.department(session, code="a").id
    assert [field.name for field in queries.fields(session, department_id=number)] == ["Đất đai"]


def test_a_code_is_given_once(session: Session, now: datetime):
    with pytest.raises(AlreadyRegistered, match="“a” đã được dùng"):
        operations.add_department(session, now, code="a", kind="ward", name="Khác", opened_on=CUT)


def test_a_rule_that_is_broken_names_its_input(session: Session, now: datetime):
    with pytest.raises(InvalidRegistration, match="Không có cấp trên") as caught:
        operations.add_department(session, now, code="c", kind="office", name="C", opened_on=OPENED, parent="nowhere")
    assert caught.value.field == "parent"
    with pytest.raises(InvalidRegistration, match="Chưa có tên"):
        operations.add_department(session, now, code="c", kind="office", name=" \u00a0", opened_on=OPENED)


def test_a_new_name_leaves_the_old_one_to_the_days_before(session: Session, now: datetime):
    operations.rename(session, now, code="a", name="Phường A Mới", day=CUT, legal_basis="NQ 1")

    assert queries.department(session, code="a", on=date(2026, 6, 30)).name == "Phường A"
    assert queries.department(session, code="a", on=CUT).name == "Phường A Mới"


def test_a_new_name_needs_a_day_of_life_a_basis_and_somebody_to_bear_it(session: Session, now: datetime):
    with pytest.raises(InvalidRegistration, match="ngoài thời gian"):
        operations.rename(session, now, code="a", name="Mới", day=date(2025, 6, 30), legal_basis="NQ 1")
    with pytest.raises(InvalidRegistration, match="căn cứ"):
        operations.rename(session, now, code="a", name="Mới", day=CUT, legal_basis=" ")
    with pytest.raises(queries.DepartmentNotFound):
        operations.rename(session, now, code="nobody", name="Mới", day=CUT, legal_basis="NQ 1")


def test_two_that_merge_end_on_the_day_the_third_begins(session: Session, now: datetime):
    merged = operations.add_department(session, now, code="c", kind="ward", name="Phường C", opened_on=CUT)
    operations.succeed(
        session, now, kind="merge", predecessors=["a", "b"], successors=["c"], day=CUT, legal_basis="NQ 2"
    )

    assert [view.code for view in queries.departments_on(session, day=date(2026, 6, 30))] == ["a", "b"]
    assert [view.code for view in queries.departments_on(session, day=CUT)] == ["c"]
    steps = queries.successions(session, department_id=merged).came_from
    assert [(step.predecessor.code, step.kind, step.legal_basis) for step in steps] == [
        ("a", "merge", "NQ 2"),
        ("b", "merge", "NQ 2"),
    ]


def test_duties_that_move_end_nobody(session: Session, now: datetime):
    operations.succeed(session, now, kind="transfer", predecessors=["a"], successors=["b"], day=CUT, legal_basis="QĐ 3")

    assert queries.department(session, code="a").closed_on is None


def test_what_cannot_have_followed_is_refused(session: Session, now: datetime):
    operations.add_department(session, now, code="a.1", kind="office", name="Phòng", opened_on=OPENED, parent="a")
    for refused in (
        {"kind": "abolish", "predecessors": ["a"], "successors": []},  # an office still stands below
        {"kind": "abolish", "predecessors": ["a"], "successors": ["b"]},
        {"kind": "merge", "predecessors": ["a"], "successors": []},
        {"kind": "merge", "predecessors": [], "successors": ["b"]},
    ):
        with pytest.raises(InvalidRegistration):
            operations.succeed(session, now, day=CUT, legal_basis="NQ 4", **refused)
    assert queries.department(session, code="a").closed_on is None


def test_places_and_counters_are_added_once_and_for_departments_that_exist(session: Session, now: datetime):
    operations.add_field(session, now, code="dat-dai", name="Đất đai")
    place = operations.add_place(session, now, slug="sanh", name="Sảnh", receiving="a", rated="b", address="1 Đường B")
    operations.add_counter(session, now, place="sanh", slug="quay-1", name="Quầy 1", rated="a")

    assert queries.place_of(session, slug="sanh").id == place
    assert queries.spot(session, place="sanh", on=CUT).rated_department_name == "Phường B"
    assert queries.spot(session, place="sanh", counter="quay-1", on=CUT).rated_department_name == "Phường A"
    with pytest.raises(AlreadyRegistered):
        operations.add_place(session, now, slug="sanh", name="Sảnh", receiving="a")
    with pytest.raises(AlreadyRegistered):
        operations.add_counter(session, now, place="sanh", slug="quay-1", name="Quầy 1")
    with pytest.raises(AlreadyRegistered):
        operations.add_field(session, now, code="dat-dai", name="Đất")
    with pytest.raises(InvalidRegistration, match="nobody"):
        operations.add_place(session, now, slug="khac", name="Khác", receiving="nobody")
    with pytest.raises(InvalidRegistration, match="Không có điểm phục vụ"):
        operations.add_counter(session, now, place="nowhere", slug="quay-1", name="Quầy 1")


def test_two_departments_may_have_models_of_one_title(session: Session, now: datetime):
    for code in ("a", "b"):
        operations.add_office_model(session, now, department=code, title="3 không 1 biết", source="Báo cáo")

    for code in ("a", "b"):
        models = queries.office_models(session, department_id=queries.department(session, code=code).id)
        assert [(model.title, model.source) for model in models] == [("3 không 1 biết", "Báo cáo")]
