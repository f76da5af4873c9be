from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.departments import operations as departments
from feedback_app.departments.queries import department
from feedback_app.departments.sheets import read as read_departments
from feedback_app.dossiers import operations, queries, sheets
from feedback_app.kit.sheets import ImportReport

SHIPPED = Path("feedback_app/demo_data")
HEAD = (
    "don_vi;noi_dung;tu_ngay;den_truoc_ngay;ghi_chu_ky;tiep_nhan;giai_quyet;"
    "dung_han;som_han;tre_han;ty_le_cong_bo;nguon\n"
)


@pytest.fixture(autouse=True)
def _departments(session: Session) -> None:
    rows, unread = read_departments(
        (path.name, path.read_bytes()) for path in sorted((SHIPPED / "departments").glob("*.csv"))
    )
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert not departments.import_departments(session, rows, now=now, unread=unread).rejected
    session.commit()


def enter(session: Session, text: str) -> ImportReport:
    rows, unread = sheets.read("x.csv", text.encode())
    return operations.import_reported(session, rows, unread=unread)


def of(session: Session, code: str) -> list[queries.ReportedView]:
    return queries.reported(session, department_id=department(session, code=code).id)


def test_the_shipped_figures_enter_once_and_are_told_honestly(app: Flask, session: Session):
    run = app.test_cli_runner().invoke
    file = str(SHIPPED / "dossiers.csv")
    assert (
        run(args=["dossiers", "import-reported", "--dry-run", file]).output == "Sẽ thêm 4, sửa 0, giữ nguyên 0 dòng.\n"
    )
    assert run(args=["dossiers", "import-reported", file]).output == "Đã thêm 4, sửa 0, giữ nguyên 0 dòng.\n"
    assert run(args=["dossiers", "import-reported", file]).output == "Đã thêm 0, sửa 0, giữ nguyên 4 dòng.\n"

    (finance,) = of(session, "tp-dong-hoi.phong-tai-chinh-ke-hoach")
    assert (finance.received, finance.on_time, finance.late, finance.unexplained) == (3760, 3740, 0, 20)
    assert finance.published is not None
    assert (finance.published_rate, finance.published.computed, finance.published.verdict) == (
        "99,4 %",
        Decimal("99.5"),
        "truncated",
    )
    (urban,) = of(session, "tp-dong-hoi.phong-quan-ly-do-thi")
    assert (urban.on_time, urban.shares, urban.published, urban.unexplained) == (4578, (), None, None)
    (land,) = of(session, "tp-dong-hoi.phong-tai-nguyen-moi-truong")
    assert land.published is not None
    assert (land.shares[0].measure, land.published.verdict, land.unexplained) == ("on_time_of_resolved", "agrees", 4)
    (justice,) = of(session, "tp-dong-hoi.phong-tu-phap")
    assert [share.measure for share in justice.shares] == ["early_of_resolved", "on_time_of_resolved"]
    assert justice.source.startswith("Bài về mô hình")


def test_a_figure_entered_again_with_other_counts_is_a_correction(session: Session):
    line = "tp-dong-hoi.phong-tu-phap;Tư pháp;01/01/2023;01/10/2023;9 tháng năm 2023;{};;;;;;Báo cáo\n"
    first, second = enter(session, HEAD + line.format("3.760")), enter(session, HEAD + line.format("3.761"))

    assert (first, second) == (ImportReport(added=1), ImportReport(changed=1))
    (view,) = of(session, "tp-dong-hoi.phong-tu-phap")
    assert (view.received, view.starts_on, view.ends_on) == (3761, date(2023, 1, 1), date(2023, 10, 1))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("la;A;;;kỳ;1;;;;;;N", "Không có cơ quan, đơn vị mang mã “la”."),
        ("{city};A;;;kỳ;;;;;;;N", "Dòng không có số hồ sơ nào."),
        ("{city};A;;;kỳ;5;;6;;;;N", "Số hồ sơ đúng hạn lớn hơn tổng số hồ sơ."),
        ("{city};A;;;kỳ;9;;6;7;;;N", "Số hồ sơ sớm hạn lớn hơn số hồ sơ đúng hạn hoặc tổng số hồ sơ."),
        ("{city};A;;;kỳ;9;;6;;4;;N", "Số hồ sơ đúng hạn và trễ hạn cộng lại lớn hơn tổng số hồ sơ."),
        (
            "{city};A;;;kỳ;5;6;;;;;N",
            "Số đã giải quyết lớn hơn số tiếp nhận; số tiếp nhận phải gồm cả hồ sơ kỳ trước chuyển sang.",
        ),
        ("{city};A;01/01/2023;;kỳ;5;;;;;;N", "Kỳ số liệu cần cả ngày đầu và ngày kết thúc, hoặc để trống cả hai."),
        ("{city};A;01/01/2023;01/01/2023;kỳ;5;;;;;;N", "Kỳ số liệu kết thúc không sau ngày bắt đầu."),
        ("{city};A;;;kỳ;5;;5;;;gần hết;N", "Tỷ lệ công bố “gần hết” không phải là một con số."),
        ("{city};A;;;kỳ;99,4;;;;;;N", "Ô “tiep_nhan” ghi “99,4”; cần một số đếm, như 3.760 hoặc 3760."),
        ("{city};A;;;kỳ;5;;;;;;", "Ô “nguon” còn trống."),
    ],
)
def test_a_bad_line_says_why_and_keeps_the_good_ones_out(session: Session, line: str, reason: str):
    good = "{city};Đúng;;;kỳ;5;;5;;;100%;N\n"
    report = enter(session, (HEAD + good + line).format(city="tp-dong-hoi"))

    assert report == ImportReport(rejected=(("x.csv, dòng 3", reason),))
    assert of(session, "tp-dong-hoi") == []


def test_a_figure_twice_in_one_sheet_is_refused(session: Session):
    report = enter(session, HEAD + "tp-dong-hoi;A;;;kỳ;5;;;;;;N\n" * 2)

    assert report.rejected == (("x.csv, dòng 3", "Trùng với dòng đã có: x.csv, dòng 2."),)


def test_a_sheet_without_its_columns_is_refused(session: Session):
    assert enter(session, "don_vi;noi_dung\n").rejected == (("x.csv", "Thiếu cột ghi_chu_ky, nguon."),)
    assert enter(session, "").rejected == (("x.csv", "Tệp không có dòng nào."),)
