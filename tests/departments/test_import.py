import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.departments import operations, queries, sheets
from feedback_app.kit.sheets import ImportReport

TODAY = date(2026, 11, 22)
HEAD = "ma;loai;ten;ten_en;cap_tren;tu_ngay\n"


def enter(session: Session, now: datetime, text: str) -> ImportReport:
    rows, unread = sheets.read([("co-quan.csv", text.encode())])
    return operations.import_departments(session, rows, now=now, unread=unread)


def test_what_ships_enters_whole_and_a_second_time_changes_nothing(import_shipped: Callable[[], ImportReport]):
    first = import_shipped()
    second = import_shipped()

    assert (first.added, first.changed, first.rejected) == (103, 0, ())
    assert (second.added, second.changed, second.unchanged, second.rejected) == (0, 0, first.added, ())


def test_children_may_stand_before_their_parents(session: Session, now: datetime):
    report = enter(session, now, HEAD + "b;co quan;Phòng B;;a;01/07/2025\na;phường;Phường A;;;01/07/2025\n")

    assert report == ImportReport(added=2)
    assert queries.department(session, code="b").parent_id == queries.department(session, code="a").id


def test_one_bad_line_keeps_everything_out_and_all_bad_lines_are_named(session: Session, now: datetime):
    report = enter(
        session,
        now,
        HEAD + "a;phường;Phường A;;;01/07/2025\nb;quận;B;;;01/07/2025\nc;phường;C;;la;01/07/2025\nd;xã;D;;;7/2025\n",
    )
    session.commit()

    assert [where for where, _ in report.rejected] == [
        "co-quan.csv, dòng 3",
        "co-quan.csv, dòng 5",
        "co-quan.csv, dòng 4",
    ]
    assert report.added == 0
    assert queries.all_departments(session) == []


def test_decomposed_letters_and_odd_spaces_are_the_same_name(session: Session, now: datetime):
    plain = HEAD + "a;phường;Phường Đồng Sơn;;;01/07/2025\n"
    odd = unicodedata.normalize("NFD", plain).replace("Sơn", "Sơn").replace("phường;", "phường\u00a0 ;", 1)

    assert enter(session, now, plain).added == 1
    assert enter(session, now, odd) == ImportReport(unchanged=1)
    assert queries.department(session, code="a").name == "Phường Đồng Sơn"


def test_a_later_line_is_a_new_version_and_the_same_line_a_correction(session: Session, now: datetime):
    enter(session, now, HEAD + "a;phường;Phường A;A Ward;;01/07/2025\n")
    corrected = enter(session, now, HEAD + "a;phường;Phường Á;;;01/07/2025\n")
    renamed = enter(session, now, HEAD + "a;phường;Phường Mới;;;01/01/2026\n")

    assert (corrected, renamed) == (ImportReport(changed=1), ImportReport(added=1))
    before = queries.department(session, code="a", on=date(2025, 12, 31))
    after = queries.department(session, code="a", on=date(2026, 1, 1))
    assert (before.name, before.name_en, after.name) == ("Phường Á", "A Ward", "Phường Mới")
    assert before.id == after.id


def test_an_empty_parent_moves_a_department_to_the_top(session: Session, now: datetime):
    enter(session, now, HEAD + "a;phường;A;;;01/07/2025\nb;co quan;B;;a;01/07/2025\n")
    report = enter(session, now, HEAD + "b;co quan;B;;;01/07/2025\n")

    assert report == ImportReport(changed=1)
    assert queries.department(session, code="b").parent_id is None


def test_fields_are_set_to_what_the_sheet_names_and_stay_when_it_names_none(session: Session, now: datetime):
    def names(cell: str) -> list[str]:
        rows, unread = sheets.read(
            [
                ("1.csv", b"ma_linh_vuc,ten_linh_vuc\nx,X\ny,Y\nz,Z\n"),
                ("2.csv", f"ma,loai,ten,tu_ngay,linh_vuc\na,xa,A,01/07/2025,{cell}\n".encode()),
            ]
        )
        assert not operations.import_departments(session, rows, now=now, unread=unread).rejected
        found = queries.department(session, code="a")
        return [field.code for field in queries.fields(session, department_id=found.id)]

    assert names("x y") == ["x", "y"]
    assert names("y z") == ["y", "z"]
    assert names("") == ["y", "z"]


def test_the_command_enters_a_folder_and_reports(app: Flask, session: Session):
    run = app.test_cli_runner().invoke
    tried = run(args=["departments", "import", "--dry-run", "feedback_app/demo_data/departments"])
    assert (tried.exit_code, tried.output) == (0, "Sẽ thêm 103, sửa 0, giữ nguyên 0 dòng.\n")
    assert queries.all_departments(session) == []

    done = run(args=["departments", "import", "feedback_app/demo_data/departments"])
    assert (done.exit_code, done.output) == (0, "Đã thêm 103, sửa 0, giữ nguyên 0 dòng.\n")
    session.rollback()
    assert len(queries.departments_on(session, day=TODAY)) == 15

    listed = run(args=["departments", "list", "--day", "30/06/2025"]).output
    assert listed.startswith("Thành phố Đồng Hới  [tp-dong-hoi]\n  Phòng Nội vụ")


def test_the_command_names_every_bad_line_and_fails(app: Flask, session: Session, tmp_path: Path):
    sheet = tmp_path / "co-quan.csv"
    sheet.write_text("ma,loai,ten,tu_ngay\na,quan,A,01/07/2025\nb,xa,B,hôm qua\n", encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["departments", "import", str(sheet)])

    assert result.exit_code == 1
    assert "co-quan.csv, dòng 2: Ô “loai” ghi “quan”" in result.output
    assert "co-quan.csv, dòng 3: Ô “tu_ngay” ghi “hôm qua”" in result.output
    assert "Có 2 chỗ chưa đúng, chưa nhập gì." in result.output
    assert queries.all_departments(session) == []


def test_the_command_says_when_there_is_nothing(app: Flask, tmp_path: Path):
    run = app.test_cli_runner().invoke

    assert "không có tệp CSV nào" in run(args=["departments", "import", str(tmp_path)]).output
    assert "chưa có cơ quan nào" in run(args=["departments", "list"]).output
