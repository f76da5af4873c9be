"""The shipped register before and after 1 July 2025."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from feedback_app.departments import queries
from feedback_app.kit.sheets import ImportReport

LAST, FIRST, TODAY = date(2025, 6, 30), date(2025, 7, 1), date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _shipped(import_shipped: Callable[[], ImportReport]) -> None:
    import_shipped()


def named(session: Session, day: date, name: str) -> list[str]:
    return [view.code for view in queries.departments_on(session, day=day) if view.name == name]


def test_dong_son_of_30_june_and_of_1_july_are_two_departments(session: Session):
    assert named(session, LAST, "Phường Đồng Sơn") == ["tp-dong-hoi.phuong-dong-son"]
    assert named(session, FIRST, "Phường Đồng Sơn") == ["phuong-dong-son"]
    old = queries.department(session, code="tp-dong-hoi.phuong-dong-son")
    new = queries.department(session, code="phuong-dong-son")
    assert old.id != new.id
    assert (old.closed_on, new.opened_on) == (FIRST, FIRST)


def test_no_name_is_borne_by_two_departments_on_one_day(session: Session):
    for day in (LAST, FIRST, TODAY):
        names = [view.name for view in queries.departments_on(session, day=day)]
        assert len(names) == len(set(names)) > 10


def test_the_wards_stand_in_vietnamese_order_with_their_offices(session: Session):
    placed = queries.in_tree_order(queries.departments_on(session, day=TODAY))

    assert [view.short_name for depth, view in placed if depth == 0] == ["Đồng Hới", "Đồng Sơn", "Đồng Thuận"]
    assert [(depth, view.short_name) for depth, view in placed[:5]] == [
        (0, "Đồng Hới"),
        (1, "Phòng Kinh tế, Hạ tầng và Đô thị"),
        (1, "Phòng Văn hóa - Xã hội"),
        (1, "Trung tâm Phục vụ hành chính công"),
        (1, "Văn phòng HĐND và UBND"),
    ]


def test_a_department_without_its_parent_among_the_others_stands_at_the_top(session: Session):
    offices = [view for view in queries.departments_on(session, day=TODAY) if view.kind == "one_stop"]

    assert {depth for depth, _ in queries.in_tree_order(offices)} == {0}


def test_a_merged_ward_points_to_its_successor_and_back(session: Session):
    old = queries.department(session, code="tp-dong-hoi.phuong-dong-son")
    new = queries.department(session, code="phuong-dong-son")
    (step,) = queries.successions(session, department_id=old.id).went_to

    assert (step.kind, step.happened_on, step.successor) == ("merge", FIRST, new)
    assert step.legal_basis == "Nghị quyết số 1680/NQ-UBTVQH15 ngày 16/6/2025"
    came_from = queries.successions(session, department_id=new.id).came_from
    assert [step.predecessor.name for step in came_from] == [
        "Phường Bắc Nghĩa",
        "Phường Đồng Sơn",
        "Thành phố Đồng Hới",
        "Xã Nghĩa Ninh",
        "Xã Thuận Đức",
    ]
    assert queries.successions(session, department_id=new.id).went_to == ()


def test_the_city_was_split_and_its_offices_abolished(session: Session):
    city = queries.department(session, code="tp-dong-hoi")
    office = queries.department(session, code="tp-dong-hoi.phong-noi-vu")
    split = queries.successions(session, department_id=city.id).went_to
    (end,) = queries.successions(session, department_id=office.id).went_to

    assert [(step.kind, step.successor and step.successor.short_name) for step in split] == [
        ("split", "Đồng Hới"),
        ("split", "Đồng Sơn"),
        ("split", "Đồng Thuận"),
    ]
    assert (end.kind, end.successor) == ("abolish", None)
    assert "72/2025/QH15" in end.legal_basis


def test_fifteen_wards_and_communes_became_three(session: Session):
    old = [view for view in queries.departments_on(session, day=LAST) if view.kind in ("ward", "commune")]
    new = [view for view in queries.departments_on(session, day=FIRST) if view.kind in ("ward", "commune")]

    assert (len(old), len(new)) == (15, 3)


def test_the_models_keep_whole_titles_and_two_may_share_the_short_one(session: Session):
    def titles(code: str) -> list[str]:
        found = queries.department(session, code=code)
        return [model.title for model in queries.office_models(session, department_id=found.id)]

    assert titles("tp-dong-hoi.van-phong") == ["Trung tâm một cửa liên thông trách nhiệm - thân thiện - gần dân"]
    finance, justice = titles("tp-dong-hoi.phong-tai-chinh-ke-hoach"), titles("tp-dong-hoi.phong-tu-phap")
    assert finance != justice
    assert finance[0].split("”")[0] == justice[0].split("”")[0] == "“3 không 1 biết"


def test_what_stands_below_a_department_on_a_day(session: Session):
    city = queries.department(session, code="tp-dong-hoi")
    ward = queries.department(session, code="phuong-dong-son")
    everything = {view.id for view in queries.all_departments(session)}

    assert len(queries.within(session, department_id=city.id, day=LAST)) == 24
    assert queries.within(session, department_id=city.id, day=TODAY) == queries.within(
        session, department_id=city.id, day=LAST
    )
    below = queries.departments(session, ids=queries.within(session, department_id=ward.id, day=TODAY), on=TODAY)
    assert sorted(view.code.rpartition(".")[2] for view in below.values()) == [
        "hanh-chinh-cong",
        "kinh-te",
        "phuong-dong-son",
        "van-hoa-xa-hoi",
        "van-phong",
    ]
    assert queries.within(session, department_id=ward.id, day=LAST) == {ward.id}
    assert queries.within(session, department_id=None, day=TODAY) == everything


def test_names_of_closed_departments_are_their_last(session: Session):
    city = queries.department(session, code="tp-dong-hoi")

    assert queries.departments(session, ids=[city.id, -1], on=TODAY) == {city.id: city}
    assert queries.departments(session, ids=[], on=TODAY) == {}


def test_an_unknown_code_is_not_found(session: Session):
    with pytest.raises(queries.DepartmentNotFound, match="phuong-la"):
        queries.department(session, code="phuong-la")
