"""The report on paper: whose it is, what it says, and that a draft cannot be taken for a publication."""

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.kit.numbers import format_count, format_percent_value
from feedback_app.ratings import operations, queries
from feedback_app.ratings.periods import parse
from feedback_app.surveys import queries as surveys
from tests import factories
from tests.factories import local
from tests.staff.people import add_person, make_office, sign_in

Q1 = parse("2026-Q1")


@pytest.fixture
def office(app: Flask, session: Session) -> None:
    """A published first quarter and a running second one, of three departments."""
    made = make_office(session)
    version = factories.questionnaire(session)
    factories.responses(session, version, made.ward, local(2025, 10, 1), satisfied=31, not_satisfied=9)
    factories.responses(session, version, made.ward, local(2026, 3, 2), satisfied=1240, neutral=10, not_satisfied=3)
    factories.responses(session, version, made.bureau, local(2026, 3, 2), satisfied=50, not_satisfied=7, channel="qr")
    factories.responses(session, version, made.elsewhere, local(2026, 3, 2), satisfied=3, channel="paper")
    operations.publish(session, Q1, now=local(2026, 4, 1, 8, 30), minima=factories.minima(30, cell=5))
    factories.responses(session, version, made.ward, local(2026, 4, 2), satisfied=44)
    factories.count(session)
    session.commit()
    add_person(session, "phuong", "manager", made.ward)
    add_person(session, "quantri", "administrator", None)
    add_person(session, "nhap", "staff", made.ward)


def words(content: bytes) -> str:
    """All the text of a document, on one line."""
    document = pypdfium2.PdfDocument(content)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return " ".join(text.replace("\u00a0", " ").split())


def inked(content: bytes) -> tuple[float, float, float, float]:
    """Left, top, right and bottom edge of what is drawn on the first page, in millimetres from its corner."""
    document = pypdfium2.PdfDocument(content)
    drawn = document[0].render(scale=1.0, grayscale=True)
    dots = bytes(drawn.buffer)
    lines = [dots[row * drawn.stride :][: drawn.width] for row in range(drawn.height)]
    millimetre = drawn.width / 210
    document.close()
    rows = [number for number, line in enumerate(lines) if min(line) < 200]
    columns = [number for number, column in enumerate(zip(*lines, strict=True)) if min(column) < 200]
    return columns[0] / millimetre, rows[0] / millimetre, columns[-1] / millimetre, rows[-1] / millimetre


def test_the_report_says_what_the_page_says(client: FlaskClient, office: None, session: Session) -> None:
    answer = client.get("/ket-qua/2026-Q1/bao-cao.pdf")
    assert answer.mimetype == "application/pdf"
    said = words(answer.data)
    page = " ".join(client.get("/ket-qua?ky=2026-Q1").text.replace("\u00a0", " ").split())
    table = queries.table(session, Q1, minima=factories.minima(30, cell=5))
    shown = [row for row in (*table.rows, table.together) if row.figure.state == "shown"]
    assert len(shown) == 3
    for row in shown:
        figure = row.figure
        assert figure.percent is not None
        assert figure.bounds is not None
        for number in (
            format_count(figure.n),
            *(format_percent_value(each, 1).replace("\u00a0", " ") for each in (figure.percent, *figure.bounds)),
        ):
            assert number in said
            assert number in page
    assert said.count("chưa đủ dữ liệu (n < 30)") == 1
    assert "Phường Đồng Sơn 1.253 1.253 99,0 % 98,2 % – 99,4 % +21,5*" in said
    for needed in (
        "ỦY BAN NHÂN DÂN PHƯỜNG ĐỒNG HỚI",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập – Tự do – Hạnh phúc",
        "Số: …………/BC-…………",
        "thủ tục hành chính quý I năm 2026",
        "đã công bố lúc 08:30 ngày 01/04/2026 (lần 1)",
        "Mã QR 57 4,3 %",
        "Nơi nhận:",
    ):
        assert needed in said
    assert "TẠM TÍNH" not in said


def test_an_older_publication_has_its_own_report(client: FlaskClient, session: Session, office: None) -> None:
    ward = factories.department_id(session, "dong-son")
    version = next(iter(surveys.published_versions(session).values()))
    factories.responses(session, version, ward, local(2026, 3, 3), satisfied=7)
    factories.count(session)
    operations.publish(session, Q1, now=local(2026, 5, 1), minima=factories.minima(30, cell=5), reason="Phiếu đến muộn")
    session.commit()
    assert "Có 1.320 phiếu trả lời" in words(client.get("/ket-qua/2026-Q1/bao-cao.pdf").data)
    older = words(client.get("/ket-qua/2026-Q1/bao-cao.pdf?ban=1").data)
    assert "Có 1.313 phiếu trả lời" in older
    assert "(lần 1)" in older
    assert "/ket-qua/2026-Q1/bao-cao.pdf?ban=1" in client.get("/ket-qua?ky=2026-Q1&ban=1").text
    assert client.get("/ket-qua/2026-Q1/bao-cao.pdf?ban=9").status_code == 404


def test_a_draft_says_so_on_every_page(app: Flask, office: None) -> None:
    reader = sign_in(app, "quantri")
    draft = reader.get("/quan-ly/bao-cao/2026-Q2.pdf").data
    assert "TẠM TÍNH" in words(draft)
    assert "kỳ chưa công bố" in words(draft)
    published = reader.get("/quan-ly/bao-cao/2026-Q1.pdf").data
    assert "TẠM TÍNH" not in words(published)


def test_a_part_of_a_quarter_is_marked_and_nothing_is_clear_against_it(app: Flask, session: Session) -> None:
    ward = make_office(session).ward
    version = factories.questionnaire(session)
    factories.responses(session, version, ward, local(2025, 11, 28), satisfied=31, not_satisfied=9)
    factories.responses(session, version, ward, local(2026, 1, 5), satisfied=1240, not_satisfied=3)
    factories.count(session)
    session.commit()
    add_person(session, "quantri", "administrator", None)
    reader = sign_in(app, "quantri")
    part = words(reader.get("/quan-ly/bao-cao/2025-Q4.pdf").data)
    assert "theo giờ Việt Nam. Một phần của kỳ: có số liệu từ 28/11/2025. Phạm vi:" in part
    said = words(reader.get("/quan-ly/bao-cao/2026-Q1.pdf").data)
    assert "Việt Nam. Phạm vi:" in said
    assert "+22,3‡" in said
    assert "một trong hai kỳ không đủ ngày, không so sánh được. Một phần của kỳ: có số liệu từ 28/11/2025." in said
    assert "điểm phần trăm; một trong hai kỳ không đủ ngày, không so sánh được." in said


def test_it_is_drawn_with_its_marks_and_within_its_margins(client: FlaskClient, office: None) -> None:
    content = client.get("/ket-qua/2026-Q1/bao-cao.pdf").data
    left, top, right, bottom = inked(content)
    assert left >= 29
    assert top >= 18
    assert right <= 193
    assert bottom <= 280
    fonts = pypdfium2.PdfDocument(content)
    used = {
        item.get_font().get_base_name() for page in fonts for item in page.get_objects() if hasattr(item, "get_font")
    }
    fonts.close()
    assert used
    assert all("BeVietnamPro" in name for name in used), used


def test_is_official_and_so_vietnamese_for_everybody(client: FlaskClient, office: None) -> None:
    client.set_cookie("ngon_ngu", "en")
    assert "quý I năm 2026" in words(client.get("/ket-qua/2026-Q1/bao-cao.pdf").data)


@pytest.mark.parametrize("period", ["2026-Q2", "2026-03", "quy-1", "2026-03-02"])
def test_the_public_reads_what_is_published(client: FlaskClient, office: None, period: str) -> None:
    assert client.get(f"/ket-qua/{period}/bao-cao.pdf").status_code == 404


def test_managers_read_of_their_own(app: Flask, office: None) -> None:
    said = words(sign_in(app, "phuong").get("/quan-ly/bao-cao/2026-Q1.pdf").data)
    assert "Phường Đồng Sơn và các đơn vị trực thuộc" in said
    assert "Ba Đồn" not in said
    assert sign_in(app, "nhap").get("/quan-ly/bao-cao/2026-Q1.pdf").status_code == 403
    assert app.test_client().get("/quan-ly/bao-cao/2026-Q1.pdf").status_code == 302
