"""`flask paper blanks` and `flask paper lint`"""

import io
import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.paper import queries
from feedback_app.paper.form_codes import read
from feedback_app.paper.models import PaperBatch, PaperForm, PaperPrinting
from feedback_app.paper.serials import parse_serial
from feedback_app.surveys import definitions
from feedback_app.surveys.commands import DefineChoice, DefineQuestion, DefineQuestionnaire
from feedback_app.surveys.operations import publish_questionnaire
from tests.paper.printed import PER_MM, rendered
from tests.staff.people import MORNING, Office, add_person, make_office


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["paper", *words])


def ready(session: Session) -> Office:
    """An office, an administrator, the shipped questionnaires."""
    office = make_office(session)
    add_person(session, "quan-tri", "administrator", None)
    for path in definitions.shipped():
        publish_questionnaire(session, definitions.read_file(path), now=MORNING)
    session.commit()
    return office


@pytest.mark.parametrize("size", ["A4", "A5"])
def test_write_forms_and_where_their_boxes_are(app: Flask, session: Session, tmp_path: Path, size: str) -> None:
    ready(session)
    out = tmp_path / "new"
    ran = run(app, "blanks", "--questionnaire", "kiosk", "--count", "3", "--out", str(out), "--size", size, "--coded")
    assert ran.exit_code == 0, ran.output
    pdf = (out / "blanks.pdf").read_bytes()
    told = json.loads((out / "layout.json").read_text(encoding="utf-8"))
    images = rendered(pdf)
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    wanted = [side * 72 / 25.4 for side in (told["page_w_mm"], told["page_h_mm"])]
    assert list(document[0].get_size()) == pytest.approx(wanted, abs=0.1)
    assert len(document) == len({form["page"] for form in told["forms"]})
    document.close()
    numbers = list(session.scalars(select(PaperForm.number).order_by(PaperForm.number)))
    assert sorted({parse_serial(form["serial"]) for form in told["forms"]}) == numbers
    assert len(numbers) == 3
    for form in told["forms"]:
        assert set(form) == {"page", "serial", "boxes", "fields", "comment"}
        assert {box["f"] for box in form["boxes"]} == {field["id"] for field in form["fields"]}
        for box in form["boxes"]:
            _check_box(images[form["page"]], box)
    kinds = {field["id"]: field["type"] for form in told["forms"] for field in form["fields"]}
    assert kinds == {"overall": "single", "went-well": "multi", "went-badly": "multi"}
    written = [form["comment"] for form in told["forms"] if form["comment"]]
    assert len(written) == 3, "one space for handwriting on each form"
    assert all(space["w"] > 100 and space["h"] > 15 for space in written)
    batch = session.scalars(select(PaperBatch)).one()
    key = app.extensions["paper.key"]
    codes = {code.text for image in images for code in zxingcpp.read_barcodes(image)}
    assert {read(text, key).number for text in codes} == set(numbers)
    assert {read(text, key).batch_id for text in codes} == {batch.id}
    assert queries.batch(session, batch.id).sums.issued == 3
    assert session.scalar(select(func.count()).select_from(PaperPrinting)) == 1


def test_forms_written_before_are_overwritten_only_with_force(app: Flask, session: Session, tmp_path: Path) -> None:
    ready(session)
    (tmp_path / "layout.json").write_text("[]", encoding="utf-8")
    words = ("blanks", "--questionnaire", "kiosk", "--count", "1", "--out", str(tmp_path))
    refused = run(app, *words)
    assert refused.exit_code == 1
    assert "đã có layout.json" in refused.output
    assert (tmp_path / "layout.json").read_text(encoding="utf-8") == "[]"
    assert not (tmp_path / "blanks.pdf").exists()
    assert session.scalar(select(func.count()).select_from(PaperBatch)) == 0
    assert run(app, *words, "--force").exit_code == 0
    assert (tmp_path / "blanks.pdf").exists()
    assert (tmp_path / "layout.json").read_text(encoding="utf-8") != "[]"


def test_an_account_issues_only_what_its_page_would_let_it(app: Flask, session: Session, tmp_path: Path) -> None:
    office = ready(session)
    add_person(session, "noi-khac", "staff", office.elsewhere)
    words = ("blanks", "--questionnaire", "kiosk", "--count", "1", "--out", str(tmp_path), "--by", "noi-khac")
    refused = run(app, *words, "--department", "dong-son")
    assert refused.exit_code == 1
    assert "ngoài phạm vi tài khoản" in refused.output
    assert run(app, *words, "--department", "ba-don").exit_code == 0
    assert session.scalar(select(func.count()).select_from(PaperBatch)) == 1


def _check_box(image: Any, box: dict[str, Any]) -> None:
    left, top, right, bottom = (
        round(edge * PER_MM) for edge in (box["x"], box["y"], box["x"] + box["w"], box["y"] + box["h"])
    )
    assert image[top + 1, left + 3 : right - 3].max() < 200, box
    assert image[bottom - 2, left + 3 : right - 3].max() < 200, box
    assert image[top + 4 : bottom - 4, left + 4 : right - 4].min() > 200, box


def test_go_on_where_the_last_batch_ended(app: Flask, session: Session, tmp_path: Path) -> None:
    ready(session)
    for _time in range(2):
        ran = run(app, "blanks", "--questionnaire", "tt32", "--count", "2", "--out", str(tmp_path), "--force")
        assert ran.exit_code == 0, ran.output
    numbers = list(session.scalars(select(PaperForm.number).order_by(PaperForm.number)))
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    told = json.loads((tmp_path / "layout.json").read_text(encoding="utf-8"))
    assert [parse_serial(form["serial"]) for form in told["forms"]] == numbers[2:]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--questionnaire", "khong-co", "--count", "1"], "Không có mẫu phiếu nào mang mã “khong-co”."),
        (["--questionnaire", "kiosk", "--count", "0"], "count"),
        (["--questionnaire", "kiosk", "--count", "1", "--department", "khong-co"], "khong-co"),
        (["--questionnaire", "kiosk", "--count", "1", "--by", "khong-co"], "tài khoản"),
    ],
    ids=["questionnaire", "count", "department", "issuer"],
)
def test_refuse_what_there_is_not_and_give_out_no_number(
    app: Flask, session: Session, tmp_path: Path, words: list[str], said: str
) -> None:
    ready(session)
    ran = run(app, "blanks", "--out", str(tmp_path / "new"), *words)
    assert ran.exit_code != 0
    assert said.lower() in ran.output.lower()
    assert session.scalar(select(func.count()).select_from(PaperForm)) == 0
    assert not (tmp_path / "new").exists()


def test_need_somebody_who_answers_for_the_batch(app: Flask, session: Session, tmp_path: Path) -> None:
    make_office(session)
    publish_questionnaire(session, definitions.read_file(definitions.shipped()[0]), now=MORNING)
    session.commit()
    ran = run(app, "blanks", "--questionnaire", "kiosk", "--count", "1", "--out", str(tmp_path))
    assert ran.exit_code == 1
    assert "quản trị viên" in ran.output


def test_pass_every_shipped_questionnaire(app: Flask, session: Session) -> None:
    ready(session)
    ran = run(app, "lint")
    assert ran.exit_code == 0, ran.output
    assert ran.output.count("in được") == 16


def test_fail_a_questionnaire_that_no_page_holds_and_issue_none_of_it(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    ready(session)
    long = DefineQuestionnaire(
        code="dai",
        title="Phiếu dài",
        basis="Để thử",
        questions=(
            DefineQuestion(
                key="chung",
                kind="single",
                text="Đánh giá chung",
                overall=True,
                choices=tuple(
                    DefineChoice(key=f"c{place}", text="rất dài " * 60, outcome="neutral", points=0)
                    for place in range(20)
                ),
            ),
        ),
    )
    publish_questionnaire(session, long, now=clock.now())
    session.commit()
    ran = run(app, "lint")
    assert ran.exit_code == 1
    assert "câu “chung”" in ran.output
    ran = run(app, "blanks", "--questionnaire", "dai", "--count", "1", "--out", str(tmp_path))
    assert ran.exit_code == 1
    assert "chung" in ran.output
    assert session.scalar(select(func.count()).select_from(PaperForm)) == 0
