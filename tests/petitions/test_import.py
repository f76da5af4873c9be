"""Importing the register of petitions: all or nothing, again and again, and later verdicts."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.kit.sheets import ImportReport
from feedback_app.petitions import operations, queries, sheets
from feedback_app.petitions.figures import PetitionCounts
from feedback_app.staff import queries as staff
from tests import factories
from tests.factories import local

HEAD = "Số phản ánh;Đơn vị;Ngày tiếp nhận;Hạn trả lời;Ngày trả lời;Kết luận;Về thái độ;Kéo dài;Chưa đồng ý;Nguồn\n"
NOW = local(2026, 4, 2)
GOOD = "12;do-thi;05/02/2026;20/02/2026;18/02/2026;đúng;có;không;không;Sổ của phường\n"


@pytest.fixture
def department(session: Session) -> int:
    return factories.department(session, "do-thi")


def enter(session: Session, text: str) -> ImportReport:
    rows, unread = sheets.read("so.csv", text.encode())
    return operations.import_petitions(session, rows, now=NOW, unread=unread)


def counts(session: Session, department: int, *, day: date = date(2026, 4, 2)) -> PetitionCounts | None:
    return queries.counts(session, department_id=department, first=date(2026, 1, 1), before=date(2026, 4, 1), day=day)


def test_a_register_enters_once(app: Flask, session: Session, department: int, tmp_path: Path) -> None:
    session.commit()
    file = tmp_path / "so.csv"
    file.write_text(HEAD + GOOD, encoding="utf-8")
    run = app.test_cli_runner().invoke
    assert run(args=["petitions", "import", "--dry-run", str(file)]).output == "Sẽ thêm 1, sửa 0, giữ nguyên 0 dòng.\n"
    assert counts(session, department) is None
    assert run(args=["petitions", "import", str(file)]).output == "Đã thêm 1, sửa 0, giữ nguyên 0 dòng.\n"
    assert run(args=["petitions", "import", str(file)]).output == "Đã thêm 0, sửa 0, giữ nguyên 1 dòng.\n"
    assert counts(session, department) == PetitionCounts(received=1, on_time=1, conduct=1)


def test_a_later_verdict_changes_the_petition_and_the_trail_keeps_what_it_was(
    session: Session, department: int
) -> None:
    assert enter(session, HEAD + GOOD) == ImportReport(added=1)
    assert enter(session, HEAD + GOOD.replace("đúng", "vu cáo")) == ImportReport(changed=1)
    assert counts(session, department) == PetitionCounts(received=1, on_time=1, conduct=0)
    (entry,) = staff.trail(session, scope=frozenset({department}), action="petitions.corrected", limit=9)
    assert entry.details == {"before": {"verdict": "upheld"}}


def test_counts_are_as_they_stand_on_the_day(session: Session, department: int) -> None:
    waiting = "13;do-thi;05/02/2026;20/02/2026;;đang xác minh;có;không;có;Sổ của phường\n"
    late = "14;do-thi;05/02/2026;20/02/2026;21/02/2026;không đúng;không;có;không;Sổ của phường\n"
    outside = "15;do-thi;01/04/2026;20/04/2026;;đang xác minh;có;không;không;Sổ của phường\n"
    assert enter(session, HEAD + GOOD + waiting + late + outside) == ImportReport(added=4)
    on_the_day = counts(session, department, day=date(2026, 2, 20))
    assert on_the_day == PetitionCounts(received=3, on_time=1, overdue=1, prolonged=1, conduct=2, unsettled=2)
    assert on_the_day.decided == 2
    day_after = counts(session, department, day=date(2026, 2, 21))
    assert day_after == PetitionCounts(received=3, on_time=1, overdue=2, prolonged=1, conduct=2, unsettled=2)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("13;la;05/02/2026;20/02/2026;;đúng;có;không;không;S", "Không có cơ quan, đơn vị mang mã “la”."),
        ("13;do-thi;05/02/2026;04/02/2026;;đúng;có;không;không;S", "Hạn trả lời trước ngày tiếp nhận."),
        ("13;do-thi;05/02/2026;20/02/2026;04/02/2026;đúng;có;không;không;S", "Ngày trả lời trước ngày tiếp nhận."),
        (
            "13;do-thi;05/02/2026;20/02/2026;03/04/2026;đúng;có;không;không;S",
            "Ngày tiếp nhận hoặc ngày trả lời ở tương lai.",
        ),
        (
            "13;do-thi;05/02/2026;20/02/2026;06/02/2026;đang xác minh;có;không;không;S",
            "Đã có ngày trả lời thì phải ghi kết luận; chưa kết luận thì để trống ngày trả lời.",
        ),
        (
            "13;do-thi;05/02/2026;20/02/2026;;hòa giải;có;không;không;S",
            "Ô “Kết luận” ghi “hòa giải” là giá trị chưa biết. Ghi một trong: upheld, unfounded, malicious, pending.",
        ),
        ("13;do-thi;05/02/2026;20/02/2026;;đúng;;không;không;S", "Ô “Về thái độ” còn trống."),
        ("12;do-thi;06/02/2026;20/02/2026;;đúng;có;không;không;Sổ của phường", "Trùng với dòng đã có: so.csv, dòng 2."),
    ],
)
def test_a_bad_line_says_why_and_keeps_the_good_ones_out(
    session: Session, department: int, line: str, reason: str
) -> None:
    assert enter(session, HEAD + GOOD + line) == ImportReport(rejected=(("so.csv, dòng 3", reason),))
    assert counts(session, department) is None


def test_a_sheet_without_its_columns_is_refused(session: Session, department: int) -> None:
    assert enter(session, "Số phản ánh;Đơn vị\n1;do-thi\n").rejected == (
        (
            "so.csv",
            "Thiếu cột ngay_tiep_nhan, han_tra_loi, ket_luan, ve_thai_do, keo_dai, chua_dong_y, nguon.",
        ),
    )
