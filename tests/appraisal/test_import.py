"""Quarters of officers from sheets: whole or not at all, in versions, linked to accounts."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.appraisal import operations, sheets
from feedback_app.appraisal.commands import AppraiseOfficer
from feedback_app.appraisal.models import Officer, OfficerAppraisal
from feedback_app.ratings.schemes import Points
from feedback_app.staff import operations as staff
from tests.appraisal.making import (
    FULL,
    NOW,
    SOON,
    Workplace,
    enter,
    line,
    object_to,
    points_of,
    trail,
)
from tests.factories import local

HEADINGS = "Mã cán bộ,Tài khoản,Đơn vị,Quý,Điểm 1,Hồ sơ 1,Điểm 2,Hồ sơ 2,Điểm 3,Hồ sơ 3,Điểm 4,Hồ sơ 4,Điểm 7,Hồ sơ 7"


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def rejected(session: Session, place: Workplace, *rows: AppraiseOfficer) -> list[str]:
    """Why lines were not taken; nothing of them was stored then."""
    before = count(session, OfficerAppraisal)
    report = operations.import_quarters(session, rows, by=place.importer, now=NOW)
    assert count(session, OfficerAppraisal) == before
    return [reason for _where, reason in report.rejected]


def test_a_sheet_is_read_with_blanks_where_nobody_scored() -> None:
    written = f"{HEADINGS}\nCB-09,,dong-son,2026-q1,1.200,1000,10,10,,,0,4,5,5\n"
    rows, unread = sheets.read("quy.csv", written.encode())
    assert unread == []
    expected = {1: Points(1200, 1000), 2: Points(10, 10), 4: Points(0, 4), 7: Points(5, 5)}
    assert rows == [line("CB-09", counted=expected)]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("CB-09,,dong-son,2026,1,1,1,1,1,1,1,1,1,1", "Ô “quy” ghi “2026”"),
        ("CB-09,,dong-son,quý một,1,1,1,1,1,1,1,1,1,1", "Ô “quy” ghi “quý một”"),
        (",,dong-son,2026-Q1,1,1,1,1,1,1,1,1,1,1", "Ô “Mã cán bộ” còn trống"),
        ("CB-09,,dong-son,2026-Q1,1,,1,1,1,1,1,1,1,1", "còn trống; nếu không có thì ghi 0"),
        ("CB-09,,dong-son,2026-Q1,-1,1,1,1,1,1,1,1,1,1", "cần một số đếm"),
    ],
)
def test_what_cannot_be_read_is_named(cells: str, said: str) -> None:
    rows, unread = sheets.read("quy.csv", f"{HEADINGS}\n{cells}\n".encode())
    assert rows == []
    assert [where for where, _reason in unread] == ["quy.csv, dòng 2"]
    assert said in unread[0][1]


def test_the_same_again_changes_nothing(session: Session, place: Workplace) -> None:
    report = enter(session, place, line("CB-01", "canbo"))
    assert (report.added, report.changed, report.unchanged) == (0, 0, 1)
    assert points_of(session, place.clerk).version == 1


def test_other_sums_are_the_next_version_and_the_old_one_stays(session: Session, place: Workplace) -> None:
    report = enter(session, place, line(counted={**FULL, 3: Points(90, 60)}), now=SOON)
    assert (report.added, report.changed) == (0, 1)
    view = points_of(session, place.clerk)
    assert (view.version, view.score(3).numerator) == (2, 90)
    assert [(each.version, each.score(3).numerator) for each in view.earlier] == [(1, 60)]
    assert view.known_at == SOON


def test_the_days_to_contest_begin_when_it_can_be_read(session: Session, place: Workplace) -> None:
    staff_member = staff.add_member(
        session,
        now=NOW,
        actor_id=None,
        username="muon",
        display_name="Người muộn",
        role="staff",
        department_id=place.office.bureau,
        password="một câu dễ nhớ của tôi",
    )
    enter(session, place, line("CB-03", "MUON", department="tai-chinh"), now=SOON)
    view = points_of(session, staff_member)
    assert (view.version, view.made_at, view.known_at) == (1, NOW, SOON)
    assert trail(session, "appraisal.linked")[-1].details == {"username": "muon"}


def test_wrong_lines_hold_back_the_whole_file(session: Session, place: Workplace) -> None:
    good = line("CB-10")
    for bad, said in (
        (line("CB-11", department="khong-co"), "Không có cơ quan, đơn vị mang mã “khong-co”."),
        (line("CB-11", quarter="2026-Q2"), "Quý 2026-Q2 chưa kết thúc."),
        (line("CB-11", quarter="2018-Q4"), "Chưa có cách chấm cho quý 2018-Q4."),
        (line("CB-11", "khong-ai"), "Không có tài khoản “khong-ai” đang mở."),
        (line("CB-11", "canbo"), "Tài khoản “canbo” đã gắn với cán bộ khác."),
        (line("CB-11", counted={1: Points(21, 10)}), "Chỉ số 1: tổng điểm quá 2 điểm một hồ sơ."),
        (line("CB-11", counted={6: Points(1, 10)}), "Chỉ số 6 không dùng để chấm cán bộ."),
        (line("CB-10"), "Trùng với dòng đã có: CB-10, 2026-Q1."),
    ):
        assert rejected(session, place, good, bad) == [said]
    assert session.scalar(select(Officer.id).where(Officer.code == "CB-10")) is None


def test_nobody_brings_in_their_own_points(session: Session, place: Workplace) -> None:
    enter(session, place, line("CB-12", "phuong"))
    report = operations.import_quarters(session, [line("CB-12", counted={})], by=place.ward, now=NOW)
    assert [reason for _where, reason in report.rejected] == ["Không ai tự nhập điểm của mình."]


def test_what_a_contest_corrected_is_not_written_over(session: Session, place: Workplace) -> None:
    contest_id = object_to(session, place)
    corrected = Points(66, 60)
    operations.decide(session, place.chief, contest_id, upheld=True, answer="Đúng.", corrected=corrected, now=SOON)
    session.commit()
    assert enter(session, place, line()).unchanged == 1
    said = rejected(session, place, line(counted={**FULL, 1: Points(1, 100)}))
    assert said == ["Điểm quý này đã sửa theo quyết định khiếu nại, không nhập đè được."]
    assert points_of(session, place.clerk).score(3).numerator == 66


def test_points_keep_the_department_of_their_quarter(session: Session, place: Workplace) -> None:
    enter(session, place, line(quarter="2025-Q4", department="tai-chinh"))
    assert points_of(session, place.clerk, "2025-Q4").department_id == place.office.bureau
    assert points_of(session, place.clerk).department_id == place.office.ward
    assert points_of(session, place.clerk, "2025-Q4").officer.department_id == place.office.ward


def test_an_import_is_in_the_trail_without_figures(session: Session, place: Workplace) -> None:
    events = trail(session, "appraisal.imported")
    assert [(event.department_id, event.details) for event in events] == [
        (place.office.ward, {"officers": 2}),
        (place.office.bureau, {"officers": 1}),
    ]
    assert {event.actor_id for event in events} == {place.importer.id}


def test_from_the_terminal(app: Flask, session: Session, place: Workplace, tmp_path: Path) -> None:
    file = tmp_path / "quy.csv"
    file.write_text(f"{HEADINGS}\nCB-20,,dong-son,2025-Q3,50,40,50,40,50,40,50,40,50,40\n", encoding="utf-8")
    run = app.test_cli_runner().invoke
    assert "Missing" not in run(args=["appraisal", "import", str(file)]).output
    assert run(args=["appraisal", "import", str(file)]).exit_code == 2
    assert run(args=["appraisal", "import", str(file), "--by", "khong-ai"]).exit_code == 1
    dry = run(args=["appraisal", "import", str(file), "--by", "nhapdiem", "--dry-run"])
    assert "Sẽ thêm 1" in dry.output
    done = run(args=["appraisal", "import", str(file), "--by", "nhapdiem"])
    assert done.exit_code == 0, done.output
    assert "Đã thêm 1" in done.output
    session.rollback()
    row = session.scalars(select(OfficerAppraisal).where(OfficerAppraisal.starts_on == local(2025, 7, 1).date())).one()
    assert (row.version, row.made_by, row.scheme) == (1, place.importer.id, "tt01/1")
