"""The managers' page of dossiers: who may open it, a file looked at before it counts, and what is then told."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from deploy.translations import VIETNAMESE
from feedback_app.dossiers.staff_routes import LARGEST
from feedback_app.kit import clock
from tests.dossiers.making import SOURCE, Line, as_csv, as_xlsx, counted, enter, line, register
from tests.staff.people import PASSWORD, Office, add_person, make_office, sign_in, token_of

PAGE = "/quan-ly/ho-so"
A, B, C = (10, 4, 3, 1, 1, 20, 2), (5, 1, 1, 0, 0, 8, 0), (7, 2, 2, 2, 0, 9, 9)


@pytest.fixture
def office(app: Flask, session: Session) -> Office:
    made = make_office(session)
    register(session)
    add_person(session, "phuong", "manager", made.ward)
    add_person(session, "thanhpho", "manager", made.city)
    add_person(session, "noikhac", "manager", made.elsewhere)
    add_person(session, "quantri", "administrator", None)
    add_person(session, "nhap", "staff", made.ward)
    return made


@pytest.fixture
def today() -> date:
    return clock.local_day(clock.now())


def upload(client: FlaskClient, content: bytes, name: str = "ho-so.csv", source: str = SOURCE) -> TestResponse:
    form = {"csrf_token": token_of(client), "source": source, "file": (io.BytesIO(content), name)}
    return client.post(PAGE, data=form, content_type="multipart/form-data")


def look(client: FlaskClient, *lines: Line) -> tuple[str, str]:
    """The address of the preview of a file, and its page."""
    answer = upload(client, as_csv(*lines))
    assert answer.status_code == 302, answer.text
    return answer.location, client.get(answer.location).text


def confirm(client: FlaskClient, address: str, expected: object) -> TestResponse:
    return client.post(f"{address}/nhap", data={"csrf_token": token_of(client), "expected": expected})


def this_year(session: Session, today: date) -> dict[tuple[str, int | None], tuple[int, ...]]:
    session.rollback()
    return dict(counted(session, date(today.year - 1, 1, 1), date(today.year + 1, 1, 1)))


def test_only_managers_may(app: Flask, client: FlaskClient, office: Office):
    visitor = client.get(PAGE)
    assert (visitor.status_code, visitor.location) == (302, "/dang-nhap?next=/quan-ly/ho-so")
    assert sign_in(app, "nhap").get(PAGE).status_code == 403
    assert 'href="/quan-ly/ho-so" aria-current="page"' in sign_in(app, "phuong").get(PAGE).text


def test_a_file_is_looked_at_before_it_counts(app: Flask, session: Session, office: Office, today: date):
    enter(session, line(today, "dong-son", B, "ho-tich"), now=clock.now())
    session.commit()
    manager = sign_in(app, "thanhpho")
    address, page = look(
        manager,
        line(today, "dong-son", A, "ho-tich"),
        line(today, "dong-son", C, procedure="khai-sinh"),
        line(today, "tai-chinh", B),
    )

    assert "Nhập 3 dòng</button>" in page
    assert 'name="expected" type="hidden" value="3"' in page
    assert re.search(r'17\s*<span class="muted">\(trước: 5\)', page), "the whole day, before and after"
    assert re.search(r'10\s*<span class="muted">\(trước: 5\)', page), "and its part"
    assert "Khai sinh" in page
    assert this_year(session, today) == {("dong-son", None): B}
    assert manager.get(address).text.count("Nhập 3 dòng</button>") == 1, "the preview outlives a reload"

    done = confirm(manager, address, 3)
    assert (done.status_code, done.location) == (302, PAGE)
    assert this_year(session, today) == {
        ("dong-son", None): tuple(map(sum, zip(A, C, strict=True))),
        ("tai-chinh", None): B,
    }
    told = manager.get(PAGE).text
    assert "Đã nhập 3 dòng." in told
    assert "Người thanhpho" in told
    assert manager.get(address).status_code == 404, "what was entered waits no longer"


def test_rejected_lines_are_named_and_their_days_wait(app: Flask, session: Session, office: Office, today: date):
    manager = sign_in(app, "thanhpho")
    yesterday = today - timedelta(days=1)
    address, page = look(
        manager,
        line(today, "dong-son", A, "ho-tich"),
        line(today, "dong-son", ("3,5", *B[1:]), "dat-dai"),
        line(yesterday, "dong-son", B),
        line(today, "ba-don", A),
        line(today, "=ba-don", A),
    )
    assert "cần một số đếm, như 3.760 hoặc 3760." in page
    assert "Đơn vị “ba-don” nằm ngoài phạm vi của bạn." in page
    assert "Nhập 1 dòng</button>" in page

    file = manager.get(f"{address}/bi-loai.csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="dong-bi-loai.csv"'
    rows = file.data.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("dong;ly_do;ngay;don_vi;")
    assert [row.split(";")[0] for row in rows[1:]] == ["2", "3", "5", "6"]
    assert ";'=ba-don;" in rows[4]

    confirm(manager, address, 1)
    assert this_year(session, today) == {("dong-son", None): B}

    mended = file.data.decode("utf-8-sig").replace("3,5", "5").splitlines()[:3]
    again = upload(manager, "\n".join(mended).encode(), name="dong-bi-loai.csv")
    confirm(manager, again.location, 2)
    assert this_year(session, today)["dong-son", None] == (20, 6, 5, 1, 1, 28, 2)


def test_what_changed_meanwhile_must_be_looked_at_again(app: Flask, session: Session, office: Office, today: date):
    manager = sign_in(app, "thanhpho")
    address, _ = look(manager, line(today, "dong-son", A))
    for wrong in (2, "", "x"):
        assert confirm(manager, address, wrong).status_code == 409
    assert this_year(session, today) == {}
    assert manager.get(address).status_code == 200


def test_a_file_can_be_dropped(app: Flask, session: Session, office: Office, today: date):
    manager = sign_in(app, "thanhpho")
    address, _ = look(manager, line(today, "dong-son", A))
    manager.post(f"{address}/bo", data={"csrf_token": token_of(manager)})

    assert "Đã bỏ tệp, không nhập gì." in manager.get(PAGE).text
    assert (manager.get(address).status_code, this_year(session, today)) == (404, {})


def test_nobody_sees_another_persons_file_or_departments(app: Flask, session: Session, office: Office, today: date):
    manager, outsider = sign_in(app, "thanhpho"), sign_in(app, "noikhac")
    address, _ = look(manager, line(today, "dong-son", A))
    for path in (address, f"{address}/bi-loai.csv"):
        assert outsider.get(path).status_code == 404
    assert confirm(outsider, address, 1).status_code == 404
    confirm(manager, address, 1)

    for username, seen in (("thanhpho", True), ("phuong", True), ("quantri", True), ("noikhac", False)):
        page = sign_in(app, username).get(PAGE).text
        assert (SOURCE in page) == seen
        assert (">Phường Đồng Sơn</th>" in page) == seen


def test_the_same_file_again_has_nothing_to_enter(app: Flask, session: Session, office: Office, today: date):
    enter(session, line(today, "dong-son", A), now=clock.now())
    session.commit()
    address, page = look(sign_in(app, "thanhpho"), line(today, "dong-son", A))

    assert "Mọi ngày đọc được đều trùng với số đang lưu." in page
    assert f"{address}/nhap" not in page


def test_what_cannot_be_read_is_said_beside_its_field(app: Flask, office: Office):
    manager = sign_in(app, "thanhpho")
    for content, name, reason in (
        (b"\xd0\xcf\x11\xe0" + bytes(99), "a.xls", "dạng .xls cũ"),
        (b"PK\x03\x04nothing", "a.xlsx", "Không đọc được tệp này"),
        (b"ngay,dung_han\n", "a.csv", "chưa rõ có gồm"),
        (b"", "a.csv", "Tệp không có dòng nào."),
    ):
        answer = upload(manager, content, name)
        assert answer.status_code == 422
        assert reason in answer.text.split('id="file-error"')[1]
        assert f'value="{SOURCE}"' in answer.text, "what was typed is kept"
    nameless = upload(manager, as_csv(), source="     ")
    assert (nameless.status_code, "Xin ghi nguồn số liệu." in nameless.text) == (422, True)
    too_large = manager.post(PAGE, data=b"a" * (LARGEST + 1), content_type="multipart/form-data; boundary=b")
    assert too_large.status_code == 413


def test_a_large_workbook_is_taken(app: Flask, session: Session, office: Office, today: date):
    """More than other forms may send."""
    lines = [line(today - timedelta(days=offset), "dong-son", A) for offset in range(400)]
    manager = sign_in(app, "thanhpho")
    assert upload(manager, as_csv(*lines) + b"\n" * 300_000).status_code == 302
    answer = upload(manager, as_xlsx(*lines), "ho-so.xlsx")
    page = manager.get(answer.location).text

    assert "Nhập 400 dòng</button>" in page
    assert "Chỉ hiện 200 ngày đầu trong 400." in page


def test_shares_are_told_with_their_base(app: Flask, session: Session, office: Office, today: date):
    enter(session, line(today, "dong-son", (3760, 3000, 740, 0, 0, 20, 0)), now=clock.now())
    enter(session, line(today, "tai-chinh", (1, 9, 0, 0, 0, 0, 0)), now=clock.now())
    enter(session, line(today, "dong-hoi", (0, 0, 0, 0, 0, 0, 0)), now=clock.now())
    session.commit()
    page = sign_in(app, "thanhpho").get(PAGE).text

    assert '99,47\u00a0% <span class="muted">(3.740 / 3.760)</span>' in page
    assert "nhiều hơn số tiếp nhận (9 / 1)" in page
    assert page.count("chưa có dữ liệu</td>") == 4


def test_the_preview_reads_in_english(app: Flask, session: Session, office: Office, today: date):
    manager = sign_in(app, "thanhpho")
    address, _ = look(manager, line(today, "dong-son", A, "ho-tich"), line(today, "tai-chinh", A, "la"))
    manager.set_cookie("ngon_ngu", "en")
    page = manager.get(address).text
    main = re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1].split("</main>")[0])

    for name in ("Phường Đồng Sơn", SOURCE):
        main = main.replace(name, " ")
    assert VIETNAMESE.findall(main) == []
    assert "no procedure field with the code" in main


@pytest.mark.browser
def test_a_manager_brings_in_a_file(
    page: Page, axe: Callable[[Page], None], session: Session, tmp_path: Path, today: date
):
    made = make_office(session)
    register(session)
    add_person(session, "thanhpho", "manager", made.city)
    file = tmp_path / "ho-so.xlsx"
    file.write_bytes(as_xlsx(line(today, "dong-son", A, "ho-tich"), line(today, "tai-chinh", B, "la")))

    page.goto(f"/dang-nhap?next={PAGE}")
    page.get_by_label("Tên đăng nhập").fill("thanhpho")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    axe(page)
    page.get_by_label("Tệp CSV hoặc XLSX").set_input_files(file)
    page.get_by_label("Nguồn số liệu").fill(SOURCE)
    page.get_by_role("button", name="Xem trước").click()
    page.get_by_role("heading", name="Dòng bị loại").wait_for()
    page.reload()
    axe(page)
    page.get_by_role("button", name="Nhập 1 dòng").click()
    page.get_by_text("Đã nhập 1 dòng.").wait_for()
    page.get_by_role("row", name=re.compile("^Phường Đồng Sơn 10 8 1 20")).wait_for()
    axe(page)
