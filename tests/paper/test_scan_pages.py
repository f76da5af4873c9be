"""Uploading, watching and reviewing in the browser, by those who may and by those who may not."""

import io
import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.paper import operations, queries
from feedback_app.paper.models import (
    PaperBatch,
    PaperPage,
    PaperPause,
    PaperScan,
    PaperScanField,
    PaperUpload,
    PaperWriting,
)
from feedback_app.staff.models import AuditEvent
from tests.paper.scanned import ALWAYS, BAD, DOUBTFUL, GOOD, image_of, make_desk, sheet, stored, take_in
from tests.staff.people import add_person, post, sign_in

JSON = {"Accept": "application/json"}
REFUSED = ("paper.attempt_refused", "paper.review_denied")
PNG = b"\x89PNG\r\n\x1a\n"


def send(browser: FlaskClient, *files: tuple[bytes, str], day: str = ""):
    sent = [(io.BytesIO(content), name) for content, name in files]
    return post(browser, "/quet-phieu", {"files": sent, "answered_on": day}, content_type="multipart/form-data")


def test_several_files_go_up_at_once_and_what_is_none_is_told(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    browser = sign_in(app, "quet")
    one, two = (image_of(sheet(session, number, GOOD)) for number in desk.numbers[:2])
    answer = send(browser, (one, "một.png"), (two, "hai.pdf"), (b"\0\0\0\x18ftypheic", "anh.heic"))
    assert answer.status_code == 422
    assert "anh.heic: Đây là ảnh HEIC" in answer.text
    assert session.execute(select(PaperUpload.name, PaperUpload.media_type).order_by(PaperUpload.name)).all() == [
        ("hai.pdf", "image/png"),
        ("một.png", "image/png"),
    ]
    assert "một.png" in answer.text
    again = send(browser, (one, "sao.png"))
    assert again.status_code == 302
    assert "đã được tải lên trước đây" in browser.get(again.location).text


def test_a_wrong_day_uploads_nothing(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    answer = send(sign_in(app, "quet"), (image_of(sheet(session, desk.numbers[0], GOOD)), "a.png"), day="31/2")
    assert answer.status_code == 422
    assert "Không có ngày này trong lịch." in answer.text
    assert session.scalars(select(PaperUpload)).all() == []


def test_a_visitor_may_not_send_a_stack(app: Flask, session: Session) -> None:
    make_desk(session)
    visitor = app.test_client()
    assert visitor.get("/quet-phieu").status_code == 302
    large = {"files": (io.BytesIO(b"%PDF-" + b"0" * 300_000), "a.pdf")}
    assert visitor.post("/quet-phieu", data=large).status_code == 413


def test_the_stack_says_what_became_of_each_page(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    one, two, three, _four = desk.numbers
    good = sheet(session, one, GOOD)
    upload = take_in(session, [good, sheet(session, two, DOUBTFUL), good, sheet(session, three, {})], desk.uploader)
    browser = sign_in(app, "quet")
    page = browser.get(f"/quet-phieu/{upload}").text
    for words in (
        "đã đọc",
        "chờ người xem",
        "trùng",
        "Tổng cộng",
        "Phiếu thu về không có dấu nào",
        "Số phiếu chưa thấy",
    ):
        assert words in page
    told = browser.get(f"/quet-phieu/{upload}", headers=JSON).get_json()
    assert told["over"] is True
    assert "Tổng cộng" in told["panel"]


def test_an_outsider_sees_nothing(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    add_person(session, "nguoi-ngoai", "manager", desk.office.elsewhere)
    upload = take_in(session, [sheet(session, desk.numbers[0], DOUBTFUL)], desk.uploader)
    field = session.scalars(select(PaperScanField.id).order_by(PaperScanField.id)).first()
    page = session.scalars(select(PaperPage.id)).one()
    stranger = sign_in(app, "nguoi-ngoai")
    assert "chồng.pdf" not in stranger.get("/quet-phieu").text
    for path in (
        f"/quet-phieu/{upload}",
        f"/quet-phieu/{upload}/trang/{page}.jpg",
        f"/duyet-quet/{field}",
        f"/duyet-quet/hinh/{field}.png",
        f"/duyet-quet/trang/{page}.jpg",
        f"/duyet-quet/trung-so/{page}",
    ):
        answer = stranger.get(path)
        assert answer.status_code == 403, path
        assert "nằm ngoài phạm vi tài khoản của bạn" in answer.text
    assert len(session.scalars(select(AuditEvent.id).where(AuditEvent.action.in_(REFUSED))).all()) == 6
    assert "Không còn câu nào chờ xem." in stranger.get("/duyet-quet").text
    assert post(stranger, f"/duyet-quet/{field}", {"verdict": "blank"}).status_code == 403
    assert session.scalars(select(PaperScanField.verdict)).all() == [None, None, None]


def test_an_empty_review_names_the_own_department_only_to_who_has_one(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    add_person(session, "tat-ca", "manager", None)
    add_person(session, "nguoi-phuong", "manager", desk.office.ward)
    for who, is_told in (("tat-ca", False), ("nguoi-phuong", True)):
        page = sign_in(app, who).get("/duyet-quet").text
        assert "Không còn câu nào chờ xem." in page
        assert ("phiếu quét về đơn vị của bạn do người khác xem" in page) == is_told


def test_handwriting_of_others_is_refused_with_words_and_kept_in_the_trail(app: Flask, session: Session) -> None:
    desk = make_desk(session, coded=True)
    add_person(session, "nguoi-ngoai", "manager", desk.office.elsewhere)
    take_in(session, [sheet(session, desk.numbers[0], GOOD, written=["dossier", "y-kien"])], desk.uploader)
    dossier, comment = session.scalars(select(PaperWriting.id).order_by(PaperWriting.kind.desc())).all()
    stranger = sign_in(app, "nguoi-ngoai")
    refused = (
        post(stranger, f"/duyet-quet/gop-y/{comment}", {"text": "Bịa ra", "reason": "", "decision": "type"}),
        post(stranger, f"/duyet-quet/ma-ho-so/{dossier}", {"dossier": "", "decision": "unreadable"}),
        stranger.get(f"/duyet-quet/chu-viet/{comment}.png"),
    )
    for answer in refused:
        assert answer.status_code == 403
        assert "nằm ngoài phạm vi tài khoản của bạn" in answer.text
    assert session.scalars(select(AuditEvent.subject).where(AuditEvent.action == "paper.review_denied")).all() == [
        f"scan_writing:{comment}",
        f"scan_writing:{dossier}",
        f"scan_writing:{comment}",
    ]
    assert set(session.scalars(select(PaperWriting.state))) == {"held"}


def test_what_does_not_exist_is_not_found_and_a_visitor_is_sent_to_sign_in(app: Flask, session: Session) -> None:
    make_desk(session)
    browser, visitor = sign_in(app, "quet"), app.test_client()
    for path in (f"/quet-phieu/{UUID(int=7)}", "/duyet-quet/7", "/duyet-quet/trung-so/7", "/duyet-quet/hinh/7.png"):
        assert browser.get(path).status_code == 404, path
        assert visitor.get(path).location.startswith("/dang-nhap"), path


def test_who_may_not_settle_is_shown_that_a_paper_waits_and_no_way_there(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    clerk = add_person(session, "nguoi-phuong", "staff", desk.office.ward)
    number = desk.numbers[0]
    written = sheet(session, desk.numbers[1], {}, written=["y-kien"])
    upload = take_in(session, [sheet(session, number, GOOD), sheet(session, number, BAD), written], clerk)
    waiting = session.scalars(select(PaperPage.id).where(PaperPage.state == "conflict")).one()
    for who, links in (("nguoi-phuong", []), ("quet", [f"/duyet-quet/trung-so/{waiting}"])):
        browser = sign_in(app, who)
        panel = browser.get(f"/quet-phieu/{upload}", headers=JSON).get_json()["panel"]
        assert "Đang đợi người ngoài đơn vị phân xử." in panel
        assert re.findall(r'href="(/duyet-quet/trung-so[^"]*)"', panel) == links
        assert ('href="/duyet-quet/gop-y"' in panel) == bool(links)
        assert [browser.get(link).status_code for link in links] == [200] * len(links)


def test_a_file_that_others_sent_before_leads_to_no_page_of_theirs(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    add_person(session, "nguoi-phuong", "staff", desk.office.ward)
    add_person(session, "nguoi-ngoai", "staff", desk.office.elsewhere)
    image = image_of(sheet(session, desk.numbers[0], GOOD))
    assert send(sign_in(app, "nguoi-phuong"), (image, "a.png")).location.startswith("/quet-phieu/")
    stranger = sign_in(app, "nguoi-ngoai")
    answer = send(stranger, (image, "b.png"))
    assert answer.location == "/quet-phieu"
    page = stranger.get("/quet-phieu").text
    assert "đã được tải lên trước đây" in page
    assert "Xem được kết quả: Phường Đồng Sơn." in page


def test_what_waits_for_a_dossier_code_is_told(app: Flask, session: Session) -> None:
    desk = make_desk(session, coded=True)
    upload = take_in(session, [sheet(session, desk.numbers[0], GOOD, written=["dossier"])], desk.uploader)
    batch = session.scalars(select(PaperBatch.id)).one()
    browser = sign_in(app, "quet")
    assert "Đang đợi gõ mã hồ sơ" in browser.get(f"/quet-phieu/{upload}").text
    for path in (f"/tap-phieu/{batch}", f"/tap-phieu/{batch}/dong"):
        page = browser.get(path).text
        assert "Số phiếu quét đang chờ người xem: 1." in page, path
        assert f'href="/duyet-quet?tap={batch}"' in page, path
    assert page.count("(đang chờ xem)") == 1
    assert "Số phiếu quét đang chờ người xem: 1." in post(browser, f"/tap-phieu/{batch}/dong", {"missing": "4"}).text


def test_a_stack_without_a_form_says_so(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    empty = Image.new("L", sheet(session, desk.numbers[0], {}).size, 255)
    upload = take_in(session, [empty], desk.uploader)
    page = sign_in(app, "quet").get(f"/quet-phieu/{upload}").text
    assert "Không nhận ra phiếu nào trong tệp này." in page
    assert "Không còn số phiếu nào" not in page


def test_the_own_department_is_refused_with_words_and_kept_in_the_trail(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    add_person(session, "nguoi-phuong", "manager", desk.office.ward)
    take_in(session, [sheet(session, desk.numbers[0], DOUBTFUL)], desk.uploader)
    field = session.scalars(select(PaperScanField.id).where(PaperScanField.state == "review")).first()
    own = sign_in(app, "nguoi-phuong")
    assert "Không còn câu nào chờ xem." in own.get("/duyet-quet").text
    answer = post(own, f"/duyet-quet/{field}", {"verdict": "blank"})
    assert answer.status_code == 403
    assert "phải do người khác xem" in answer.text
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action == "paper.review_denied")).all()


def test_pictures_are_served_as_pictures_alone(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    take_in(session, [sheet(session, desk.numbers[0], DOUBTFUL)], desk.uploader)
    field = session.scalars(select(PaperScanField.id)).first()
    answer = sign_in(app, "quet").get(f"/duyet-quet/hinh/{field}.png")
    assert answer.data.startswith(PNG)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_field_is_reviewed_without_a_script_and_drawn_ones_look_alike(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    take_in(session, [sheet(session, desk.numbers[0], DOUBTFUL)], desk.uploader)
    take_in(session, [sheet(session, desk.numbers[1], GOOD)], desk.uploader, rules=ALWAYS)
    browser = sign_in(app, "quet")
    doubtful = browser.get("/duyet-quet").text
    (path,) = re.findall(r'action="(/duyet-quet/\d+)"', doubtful)
    assert post(browser, path, {"chosen": "1"}).location == "/duyet-quet"
    drawn = browser.get("/duyet-quet").text

    def bare(page: str) -> str:
        return re.sub(r'\d+|value="[^"]*"', "", page)

    assert bare(drawn) == bare(doubtful)
    assert browser.get("/duyet-quet/lui").location == path
    assert post(browser, path, {"verdict": "marked"}).location == path
    operations.settle_reviewed(session, now=clock.now().replace(year=2099))
    session.commit()
    assert stored(session) == {desk.numbers[0]: ["binh-thuong", "tot"]}


def test_papers_under_one_number_are_shown_side_by_side(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    take_in(session, [sheet(session, desk.numbers[0], GOOD)], desk.uploader)
    take_in(session, [sheet(session, desk.numbers[0], {"chung": [2]}, wobble=2)], desk.uploader)
    browser = sign_in(app, "quet")
    page = browser.get("/duyet-quet/trung-so").text
    assert page.count("<img") == 6
    (path,) = re.findall(r'action="(/duyet-quet/trung-so/\d+)"', page)
    assert post(browser, path, {"decision": "discarded", "reason": ""}).status_code == 422
    assert post(browser, path, {"decision": "second", "reason": ""}).location == "/duyet-quet/trung-so"
    assert session.scalars(select(PaperScan.numbered).order_by(PaperScan.id)).all() == [True, False]


def test_handwriting_and_dossiers_are_typed_from_their_pictures(app: Flask, session: Session) -> None:
    desk = make_desk(session, coded=True)
    both = sheet(session, desk.numbers[0], GOOD, written=["dossier", "y-kien"])
    take_in(session, [both], desk.uploader)
    browser = sign_in(app, "quet")
    page = browser.get("/duyet-quet").text
    (path,) = re.findall(r'action="(/duyet-quet/ma-ho-so/\d+)"', page)
    assert post(browser, path, {"dossier": "sai", "decision": "typed"}).status_code == 422
    assert post(browser, path, {"dossier": "", "decision": "typed"}).status_code == 422
    assert post(browser, path, {"dossier": "000.00.00.H50-251128-0001", "decision": "typed"}).status_code == 302
    assert stored(session) == {desk.numbers[0]: ["hai-long", "tot"]}
    (path,) = re.findall(r'action="(/duyet-quet/gop-y/\d+)"', browser.get("/duyet-quet/gop-y").text)
    assert post(browser, path, {"text": " ", "reason": "", "decision": "type"}).status_code == 422
    assert post(browser, path, {"text": "", "reason": "", "decision": "refuse"}).status_code == 422
    assert post(browser, path, {"text": "Chờ lâu", "reason": "", "decision": "type"}).location == "/duyet-quet/gop-y"
    assert "Không có chữ viết nào chờ gõ." in browser.get("/duyet-quet/gop-y").text


def test_quality_is_told_by_department_and_a_pause_ended_from_outside(app: Flask, session: Session) -> None:
    desk = make_desk(session)
    add_person(session, "nguoi-phuong", "manager", desk.office.ward)
    take_in(session, [sheet(session, desk.numbers[0], GOOD)], desk.uploader, rules=ALWAYS)
    browser = sign_in(app, "quet")
    for verdict in ("unreadable", "unreadable", "blank"):
        field = queries.next_field(session, department_ids=None)
        assert field is not None
        assert post(browser, f"/duyet-quet/{field.id}", {"verdict": verdict}).status_code == 302
        session.commit()
    session.add(PaperPause(department_id=desk.office.ward, began_at=clock.now(), errors=2, base=3))
    session.commit()
    page = browser.get("/quan-ly/chat-luong-quet").text
    assert "Đang tạm dừng nhận tự động: Phường Đồng Sơn" in page
    assert "66,67" in page
    path = f"/quan-ly/chat-luong-quet/{desk.office.ward}/tiep-tuc"
    assert post(sign_in(app, "nguoi-phuong"), path, {"reason": "xong"}).status_code == 403
    assert post(browser, path, {"reason": ""}).status_code == 422
    assert post(browser, path, {"reason": "Đã chỉnh máy quét"}).status_code == 302
    assert "Đã chỉnh máy quét" in browser.get("/quan-ly/chat-luong-quet").text
    actions = session.scalars(select(AuditEvent.action)).all()
    assert {"paper.pause_ended", "paper.pause_end_denied"} <= set(actions)


@pytest.mark.parametrize(
    "path", ["/quet-phieu", "/duyet-quet", "/duyet-quet/gop-y", "/duyet-quet/trung-so", "/quan-ly/chat-luong-quet"]
)
def test_an_empty_service_says_what_to_do(app: Flask, session: Session, path: str) -> None:
    make_desk(session)
    answer = sign_in(app, "quet").get(path)
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text
