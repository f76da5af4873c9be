"""The rules of the register, one wrong thing at a time."""

from dataclasses import replace
from datetime import date

import pytest

from feedback_app.departments.commands import (
    RegisterCounter,
    RegisterDepartment,
    RegisterField,
    RegisterOfficeModel,
    RegisterPlace,
    RegisterProcedure,
    RegisterSuccession,
    Registration,
)
from feedback_app.departments.register import Life, Register, problems

TODAY = date(2026, 11, 1)
START, CUT = date(2021, 1, 1), date(2025, 7, 1)

CITY = RegisterDepartment(code="city", kind="city", name="Thành phố", valid_from=START, closed_on=CUT, line="1")
OLD = RegisterDepartment(code="old", kind="ward", name="Đồng Sơn", valid_from=START, parent="city", line="2")
NEW = RegisterDepartment(code="new", kind="ward", name="Đồng Sơn", valid_from=CUT, line="3")
MERGE = RegisterSuccession(
    predecessor="old", successor="new", happened_on=CUT, kind="merge", legal_basis="NQ 1680", line="4"
)
FIELD = RegisterField(code="ho-tich", name="Hộ tịch", line="5")
PROCEDURE = RegisterProcedure(code="khai-sinh", name="Đăng ký khai sinh", field="ho-tich", line="10")
PLACE = RegisterPlace(slug="sanh", name="Sảnh", receiving="new", line="6")
COUNTER = RegisterCounter(place="sanh", slug="quay-1", name="Quầy 1", field="ho-tich", line="7")
MODEL = RegisterOfficeModel(department="old", title="Vì nhân dân phục vụ", source="Báo cáo", line="8")
GOOD = Registration(
    # The child stands before its parent: the order of lines means nothing.
    departments=(OLD, CITY, NEW),
    successions=(MERGE,),
    fields=(FIELD,),
    procedures=(PROCEDURE,),
    places=(PLACE,),
    counters=(COUNTER,),
    office_models=(MODEL,),
)


def found(wanted: Registration, known: Register | None = None) -> list[tuple[str, str]]:
    return [(problem.line, problem.reason) for problem in problems(known or Register(), wanted, today=TODAY)]


def test_a_good_registration_has_no_problem():
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("changed", "line", "reason"),
    [
        ({"departments": (OLD, CITY, replace(NEW, code="Đồng Sơn"))}, "3", "chữ không dấu"),
        ({"procedures": (replace(PROCEDURE, field="la"),)}, "10", "Không có lĩnh vực mang mã “la”"),
        ({"procedures": (PROCEDURE, replace(PROCEDURE, line="11"))}, "11", "Trùng với dòng đã có: 10"),
        ({"procedures": (replace(PROCEDURE, code="khai sinh"),)}, "10", "chữ không dấu"),
        ({"departments": (OLD, CITY, NEW, replace(NEW, line="9"))}, "9", "Trùng với dòng đã có: 3"),
        ({"departments": (OLD, CITY, replace(NEW, kind="district"))}, "3", "Không có loại cơ quan"),
        (
            {"departments": (OLD, CITY, NEW, replace(NEW, kind="city", valid_from=TODAY, line="9"))},
            "9",
            "không đổi loại",
        ),
        (
            {
                "departments": (
                    OLD,
                    CITY,
                    replace(NEW, closed_on=date(2026, 1, 1)),
                    replace(NEW, valid_from=date(2025, 8, 1), closed_on=date(2026, 2, 1), line="9"),
                )
            },
            "9",
            "hai ngày ngừng",
        ),
        ({"departments": (OLD, replace(CITY, closed_on=START), NEW)}, "1", "ngừng hoạt động không sau ngày"),
        ({"departments": (OLD, CITY, replace(NEW, parent="nowhere"))}, "3", "Không có cấp trên mang mã “nowhere”"),
        ({"departments": (OLD, CITY, replace(NEW, parent="city"))}, "3", "cấp trên “city” của “new” không hoạt động"),
        ({"successions": ()}, "2", "Cấp trên “city” ngừng hoạt động từ ngày 01/07/2025 mà “old” vẫn còn trực thuộc"),
        ({"departments": (OLD, CITY, replace(NEW, parent="new"))}, "3", "cấp trên của chính mình"),
        ({"departments": (replace(OLD, fields=("la",)), CITY, NEW)}, "2", "Không có lĩnh vực mang mã “la”"),
        ({"departments": (OLD, CITY, replace(NEW, name=""))}, "3", "Chưa có tên"),
        ({"successions": (replace(MERGE, kind="swap"),)}, "4", "Không có hình thức kế thừa"),
        ({"successions": (replace(MERGE, kind="abolish"),)}, "4", "Giải thể thì không ghi đơn vị mới"),
        ({"successions": (replace(MERGE, successor=None),)}, "4", "Giải thể thì không ghi đơn vị mới"),
        ({"successions": (replace(MERGE, legal_basis=""),)}, "4", "Chưa ghi căn cứ pháp lý"),
        ({"successions": (MERGE, replace(MERGE, predecessor="la", line="9"))}, "9", "Không có đơn vị cũ mang mã “la”"),
        ({"successions": (replace(MERGE, successor="la"),)}, "4", "Không có đơn vị mới mang mã “la”"),
        ({"successions": (replace(MERGE, successor="old"),)}, "4", "không thể kế thừa chính mình"),
        ({"successions": (MERGE, replace(MERGE, predecessor="new", successor="city", line="9"))}, "9", "chưa có"),
        (
            {"successions": (MERGE, replace(MERGE, predecessor="city", happened_on=date(2025, 8, 1), line="9"))},
            "9",
            "“city” không ngừng hoạt động vào ngày 01/08/2025",
        ),
        (
            {
                "successions": (
                    MERGE,
                    replace(MERGE, predecessor="city", kind="transfer", happened_on=date(2025, 8, 1), line="9"),
                )
            },
            "9",
            "Trước ngày 01/08/2025 đơn vị “city” đã ngừng",
        ),
        ({"successions": (replace(MERGE, successor="city"),)}, "4", "Ngày 01/07/2025 đơn vị “city” không hoạt động"),
        ({"fields": (replace(FIELD, code="hộ tịch"), FIELD)}, "5", "chữ không dấu"),
        ({"fields": ()}, "7", "Không có lĩnh vực mang mã “ho-tich”"),
        ({"places": (replace(PLACE, slug="Sảnh"), PLACE)}, "6", "chữ thường không dấu"),
        ({"places": ()}, "7", "Không có điểm phục vụ “sanh”"),
        ({"places": (replace(PLACE, receiving="la"),)}, "6", "Không có cơ quan, đơn vị mang mã “la”"),
        ({"places": (replace(PLACE, rated="old"),)}, "6", "còn mở nhưng đơn vị “old” đã ngừng hoạt động"),
        ({"counters": (replace(COUNTER, rated="old"),)}, "7", "còn mở nhưng đơn vị “old” đã ngừng hoạt động"),
        ({"counters": (COUNTER, replace(COUNTER, line="9"))}, "9", "Trùng với dòng đã có: 7"),
        ({"office_models": (replace(MODEL, department="la"),)}, "8", "Không có cơ quan, đơn vị mang mã “la”"),
        ({"office_models": (replace(MODEL, source=""),)}, "8", "Chưa ghi nguồn"),
    ],
)
def test_what_is_wrong_is_named_at_its_line(changed: dict[str, tuple[object, ...]], line: str, reason: str):
    wrong = found(replace(GOOD, **changed))

    assert [(where, why) for where, why in wrong if where == line and reason in why], wrong


def test_a_place_that_has_closed_may_name_what_has_closed():
    closed = replace(PLACE, receiving="old", closed_on=CUT)

    assert found(replace(GOOD, places=(closed,))) == []


def test_a_circle_is_found_however_long():
    known = Register(
        lives={
            "a": Life(kind="office", parents={START: "b"}),
            "b": Life(kind="office", parents={START: "c"}),
            "c": Life(kind="office", parents={START: None}),
        }
    )
    turned = RegisterDepartment(code="c", kind="office", name="C", valid_from=CUT, parent="a", line="1")

    assert found(Registration(departments=(turned,)), known) == [
        ("1", "Từ ngày 01/07/2025 “c” lại là cấp trên của chính mình.")
    ]


def test_a_change_of_the_parent_that_hurts_a_stored_child_is_refused():
    known = Register(
        lives={
            "ward": Life(kind="ward", parents={START: None}),
            "office": Life(kind="office", parents={START: "ward"}),
        }
    )
    end = RegisterSuccession(predecessor="ward", successor=None, happened_on=CUT, kind="abolish", legal_basis="L")

    assert [why for _, why in found(Registration(successions=(end,)), known)] == [
        "Cấp trên “ward” ngừng hoạt động từ ngày 01/07/2025 mà “office” vẫn còn trực thuộc."
    ]


def test_moving_duties_ends_nobody():
    known = Register(
        lives={"a": Life(kind="office", parents={START: None}), "b": Life(kind="office", parents={START: None})}
    )
    moved = RegisterSuccession(
        predecessor="a", successor="b", happened_on=CUT, kind="transfer", legal_basis="QĐ", line="1"
    )

    assert found(Registration(successions=(moved,)), known) == []
