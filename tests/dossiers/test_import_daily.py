"""Entering the dossiers of days: what a file replaces, what is left out, and what a period then adds up to."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.dossiers import operations, queries, sheets
from feedback_app.dossiers.models import DossierImport
from feedback_app.kit.sheets import BadSheet
from tests.dossiers.making import (
    COLUMNS,
    NOW,
    SOURCE,
    as_csv,
    as_xlsx,
    counted,
    enter,
    field_id,
    line,
    register,
)
from tests.staff.people import Office, add_person, make_office

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)
MARCH = (date(2026, 3, 1), date(2026, 4, 1))
A, B, C = (10, 4, 3, 1, 1, 20, 2), (5, 1, 1, 0, 0, 8, 0), (7, 2, 2, 2, 0, 9, 9)


@pytest.fixture(autouse=True)
def office(session: Session) -> Office:
    made = make_office(session)
    register(session)
    return made


def plus(*all_numbers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*all_numbers, strict=True)))


def reasons(done: operations.Plan) -> list[tuple[int, str]]:
    return [(each.number, str(each.problem)) for each in done.rejected]


def test_flows_are_summed_and_of_what_is_open_the_last_day_stands(session: Session):
    enter(session, line(MONDAY, "dong-son", A), line(TUESDAY, "dong-son", B), line(WEDNESDAY, "tai-chinh", C))

    assert counted(session, *MARCH) == {
        ("dong-son", None): (15, 5, 4, 1, 1, 8, 0),
        ("tai-chinh", None): C,
    }
    assert counted(session, MONDAY, TUESDAY) == {("dong-son", None): A}
    assert counted(session, date(2026, 4, 1), date(2026, 5, 1)) == {}
    (first, _second) = queries.dossier_counts(session, first=MARCH[0], before=MARCH[1])
    assert first.closing_day == TUESDAY


def test_parts_add_up_to_the_whole_and_a_part_not_named_on_the_last_day_has_nothing_open(session: Session):
    enter(
        session,
        line(MONDAY, "dong-son", A, "ho-tich", "khai-sinh"),
        line(MONDAY, "dong-son", B, "ho-tich"),
        line(MONDAY, "dong-son", C),
        line(TUESDAY, "dong-son", B, procedure="khai-sinh"),
    )
    civil = field_id(session, "ho-tich")

    assert counted(session, *MARCH)["dong-son", None] == (*plus(A, B, C, B)[:5], *B[5:])
    assert counted(session, *MARCH, by="field") == {
        ("dong-son", civil): (*plus(A, B, B)[:5], *B[5:]),
        ("dong-son", None): (*C[:5], 0, 0),
    }
    by_procedure = counted(session, *MARCH, by="procedure")
    assert sorted(by_procedure.values()) == sorted([(*plus(A, B)[:5], *B[5:]), (*plus(B, C)[:5], 0, 0)])


def test_again_replaces_the_named_days_of_the_same_source_and_nothing_else(session: Session):
    enter(
        session,
        line(MONDAY, "dong-son", A, "ho-tich"),
        line(MONDAY, "dong-son", B, "dat-dai"),
        line(TUESDAY, "dong-son", A),
        line(MONDAY, "tai-chinh", A),
        line(TUESDAY, "tai-chinh", B),
    )
    done = enter(session, line(MONDAY, "dong-son", C, "ho-tich"), line(TUESDAY, "tai-chinh", C))

    assert [(each.new.department.code, each.outcome) for each in done.days] == [
        ("dong-son", "changed"),
        ("tai-chinh", "changed"),
    ]
    assert done.days[0].old_total == sum(done.days[0].before.values(), queries.DossierCounts())
    # The land field of Monday is gone with the day it was part of; Tuesday and the other department's Monday stay.
    assert counted(session, MONDAY, TUESDAY) == {("dong-son", None): C, ("tai-chinh", None): A}
    assert counted(session, TUESDAY, WEDNESDAY) == {("dong-son", None): A, ("tai-chinh", None): C}


def test_the_same_again_changes_nothing_and_leaves_no_trace(session: Session):
    lines = (line(MONDAY, "dong-son", A), line(TUESDAY, "dong-son", B, "ho-tich"))
    enter(session, *lines)
    again = enter(session, *lines)

    assert [each.outcome for each in again.days] == ["unchanged", "unchanged"]
    assert (again.lines, len(session.scalars(select(DossierImport)).all())) == (0, 1)


def test_two_sources_of_a_day_are_never_added_up(session: Session):
    enter(session, line(MONDAY, "dong-son", A))
    second = enter(session, line(MONDAY, "dong-son", B), source="Báo cáo tay")
    assert second.days[0].displaced == SOURCE
    assert counted(session, *MARCH) == {("dong-son", None): B}

    # The first source says the same again: the day is its own once more.
    assert enter(session, line(MONDAY, "dong-son", A)).days[0].outcome == "changed"
    assert counted(session, *MARCH) == {("dong-son", None): A}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (("02/03/2026", "la", "", "", *A), "Không có cơ quan, đơn vị nào mang mã “la”."),
        (("02/04/2026", "dong-son", "", "", *A), "Ngày 02/04/2026 chưa đến."),
        (("31/12/2019", "dong-son", "", "", *A), "Ngày 31/12/2019 đơn vị “dong-son” không hoạt động."),
        (("30/02/2026", "dong-son", "", "", *A), "Ô “ngay” ghi “30/02/2026”; cần một ngày có thật, như 01/07/2025."),
        (("02/03/2026", "dong-son", "la", "", *A), "Không có lĩnh vực mang mã “la”."),
        (("02/03/2026", "dong-son", "", "la", *A), "Không có thủ tục mang mã “la”."),
        (
            ("02/03/2026", "dong-son", "dat-dai", "khai-sinh", *A),
            "Thủ tục “khai-sinh” không thuộc lĩnh vực “dat-dai”.",
        ),
        (
            ("02/03/2026", "dong-son", "", "", "3,5", *A[1:]),
            "Ô “tiep_nhan” ghi “3,5”; cần một số đếm, như 3.760 hoặc 3760.",
        ),
        (
            ("02/03/2026", "dong-son", "", "", "99,4 %", *A[1:]),
            "Ô “tiep_nhan” ghi “99,4 %”; cần một số đếm, như 3.760 hoặc 3760.",
        ),
        (("02/03/2026", "dong-son", "", "", "", *A[1:]), "Ô “tiep_nhan” còn trống; nếu không có thì ghi 0."),
        (("02/03/2026", "dong-son", "", "", 1_000_001, *A[1:]), "Số hồ sơ trong một ngày phải từ 0 đến 1000000."),
        (
            ("02/03/2026", "dong-son", "", "", *A[:5], 1, 2),
            "Số đang giải quyết quá hạn lớn hơn số đang giải quyết.",
        ),
    ],
)
def test_a_bad_line_says_why(session: Session, bad: tuple[Any, ...], reason: str):
    done = enter(session, bad)

    assert reasons(done) == [(2, reason)]
    assert counted(session, date(2010, 1, 1), date(2030, 1, 1)) == {}


def test_a_bad_line_holds_back_its_day_and_no_other(session: Session):
    done = enter(
        session,
        line(MONDAY, "dong-son", A, "ho-tich"),
        line(MONDAY, "dong-son", B, "la"),
        line(TUESDAY, "dong-son", B),
        line(MONDAY, "tai-chinh", C),
        whole=False,
    )
    assert reasons(done) == [
        (2, "Phải chờ dòng 3 bị loại: một ngày của đơn vị chỉ nhập trọn."),
        (3, "Không có lĩnh vực mang mã “la”."),
    ]
    assert counted(session, *MARCH) == {("dong-son", None): B, ("tai-chinh", None): C}


def test_a_line_that_could_be_of_any_department_or_day_holds_back_all_it_could_be_of(session: Session):
    good = (line(MONDAY, "dong-son", A), line(TUESDAY, "dong-son", B), line(MONDAY, "tai-chinh", C))

    def left(bad: tuple[Any, ...]) -> set[int]:
        done = operations.plan(
            session,
            (read := sheets.read_daily("x.csv", as_csv(*good, bad))).lines,
            source=SOURCE,
            scope=None,
            today=date(2026, 4, 1),
            unread=read.rejected,
        )
        return {each.number for each in done.rejected}

    assert left(line(MONDAY, "la", A)) == {2, 4, 5}  # a slip for either of Monday's departments
    assert left(line("", "dong-son", A)) == {2, 3, 5}
    assert left(line(MONDAY, "", A)) == {2, 4, 5}
    assert left(line("", "", A)) == {2, 3, 4, 5}


def test_the_same_line_twice_and_a_line_of_totals_are_refused(session: Session):
    twice = enter(session, line(MONDAY, "dong-son", A), line(MONDAY, "dong-son", B))
    assert reasons(twice)[1] == (3, "Trùng đơn vị, ngày, lĩnh vực và thủ tục với dòng 2.")

    total = enter(
        session,
        line(MONDAY, "dong-son", A, "ho-tich"),
        line(MONDAY, "dong-son", B, "dat-dai"),
        line(MONDAY, "dong-son", plus(A, B)),
    )
    assert reasons(total)[2] == (
        4,
        "Đây là dòng tổng của các dòng khác cùng ngày; chỉ ghi các phần, hệ thống tự cộng.",
    )
    assert counted(session, *MARCH) == {}


def test_beyond_the_scope_nothing_is_entered(session: Session, office: Office):
    scope = frozenset({office.ward})
    done = enter(session, line(MONDAY, "dong-son", A), line(MONDAY, "tai-chinh", B), scope=scope, whole=False)

    assert reasons(done) == [(3, "Đơn vị “tai-chinh” nằm ngoài phạm vi của bạn.")]
    assert counted(session, *MARCH) == {("dong-son", None): A}


def test_another_number_of_lines_than_was_agreed_to_is_a_conflict(session: Session):
    with pytest.raises(operations.PreviewOutdated):
        enter(session, line(MONDAY, "dong-son", A), expected=2)


@pytest.mark.parametrize("source", ["", " ", "N" * 201])
def test_a_source_has_a_name(session: Session, source: str):
    with pytest.raises(operations.BadSource):
        enter(session, line(MONDAY, "dong-son", A), source=source)


def test_a_workbook_says_the_same_as_csv_in_any_order_of_columns_with_marks_or_without(session: Session):
    titles = ("Đơn vị", "Ngày", "Trước hạn", "Đúng hạn (không gồm trước hạn)", "Trễ hạn", "Tiếp nhận", "Từ chối")
    titles += ("Đang giải quyết", "Đang giải quyết quá hạn", "Ghi chú")
    cells = ("dong-son", MONDAY, 6000, 154, 4, "6.158", 0, "6.243", 0.0, "")
    read = sheets.read_daily("x.xlsx", as_xlsx(cells, columns=titles))

    assert read.rejected == ()
    assert read == sheets.DailySheet(
        sheets.read_daily("x.csv", as_csv(line(MONDAY, "dong-son", (6158, 6000, 154, 4, 0, 6243, 0)))).lines,
        (),
        read.rows,
    )


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ((*COLUMNS, "Ghi gì", "Lạ"), "Không hiểu cột “Ghi gì”, “Lạ”."),
        (COLUMNS[:-1], "Thiếu cột dang_giai_quyet_qua_han."),
        (("Đúng hạn", *COLUMNS), "Cột “Đúng hạn” chưa rõ"),
    ],
)
def test_columns_are_named_and_none_is_guessed(columns: tuple[str, ...], reason: str):
    with pytest.raises(BadSheet, match=reason):
        sheets.read_daily("x.csv", as_csv(columns=columns))


def test_the_command_shows_what_it_understood_and_enters_all_or_nothing(app: Flask, session: Session, tmp_path: Path):
    run = app.test_cli_runner().invoke
    file = tmp_path / "thang-3.csv"
    file.write_bytes(as_csv(line(MONDAY, "dong-son", A, "ho-tich"), line(MONDAY, "dong-son", B, "dat-dai")))
    command = ["dossiers", "import", str(file), "--source", SOURCE]

    tried = run(args=[*command, "--dry-run"])
    assert "dong-son\t02/03/2026\t15\t5\t4\t1\t1\t28\t2\t2\tmới\n" in tried.output
    assert tried.output.endswith("Sẽ nhập 2 dòng, 1 ngày của từng đơn vị.\n")
    assert counted(session, *MARCH) == {}
    session.rollback()
    assert run(args=command).output.endswith("Đã nhập 2 dòng, 1 ngày của từng đơn vị.\n")
    file.write_bytes(as_csv(line(MONDAY, "dong-son", C)))
    again = run(args=command).output
    assert "dong-son\t02/03/2026\t7\t2\t2\t2\t0\t9\t9\t1\tthay\n\ttrước\t15\t5\t4\t1\t1\t28\t2\t2\n" in again
    assert counted(session, *MARCH) == {("dong-son", None): C}
    session.rollback()

    file.write_bytes(as_csv(line(MONDAY, "dong-son", A), line(TUESDAY, "dong-son", A, "la")))
    refused = run(args=command)
    assert (refused.exit_code, "thang-3.csv, dòng 3: Không có lĩnh vực" in refused.output) == (1, True)
    assert counted(session, *MARCH) == {("dong-son", None): C}


def test_what_could_be_rated_by_department_and_field(session: Session):
    enter(
        session,
        line(MONDAY, "dong-son", A, "ho-tich"),
        line(MONDAY, "dong-son", B, "dat-dai"),
        line(MONDAY, "tai-chinh", C),
        line(MONDAY, "tai-chinh", B, "dat-dai"),
    )
    civil, land = field_id(session, "ho-tich"), field_id(session, "dat-dai")
    # Of A: 4 + 3 + 1 resolved, 1 refused, 20 open; of B: 2 and 8; of C: 6 and 9.
    assert list(queries.ratable(session, first=MARCH[0], before=MARCH[1]).values()) == [
        queries.Ratable(whole=39, by_field={civil: 29, land: 10}),
        queries.Ratable(whole=25, by_field=None),
    ]
    assert queries.ratable(session, first=MARCH[1], before=date(2026, 5, 1)) == {}


def test_the_database_keeps_the_rules_too(session: Session):
    enter(session, line(MONDAY, "dong-son", A))
    for change, rule in (
        ("received = -1", "not_negative"),
        ("pending_late = pending + 1", "late_within_pending"),
        ("procedure_id = (SELECT min(id) FROM procedures)", "procedure_within_field"),
    ):
        with pytest.raises(IntegrityError, match=f"ck_daily_dossiers_{rule}"), session.begin_nested():
            session.execute(text(f"UPDATE daily_dossiers SET {change}"))  # noqa: S608  # our own words


def test_invented_counts_can_be_taken_away_alone(session: Session):
    enter(session, line(MONDAY, "dong-son", A), demonstration=True)
    enter(session, line(TUESDAY, "dong-son", B))

    assert operations.remove_demonstration(session) == 1
    assert counted(session, *MARCH) == {("dong-son", None): B}


def test_a_file_waits_a_day_for_its_sender(session: Session, office: Office):

    member = add_person(session, "phuong", "manager", office.ward)
    other = add_person(session, "khac", "manager", office.ward)
    kept = operations.keep_upload(session, member=member, file_name="a.csv", source=SOURCE, content=b"a", now=NOW)

    def found(member_id: int, hours: int) -> bytes:
        return queries.upload(session, upload_id=kept, member_id=member_id, now=NOW + timedelta(hours=hours)).content

    assert found(member.id, 23) == b"a"
    for member_id, hours in ((member.id, 24), (other.id, 1)):
        with pytest.raises(queries.UploadNotFound):
            found(member_id, hours)
