"""Departments scored from stored answers, petitions and assessments; new versions of a scheme."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.kit.ids import new_id
from feedback_app.petitions import operations as petitions
from feedback_app.petitions.commands import RegisterPetition
from feedback_app.petitions.figures import Verdict
from feedback_app.ratings import operations, queries
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import Scores
from feedback_app.ratings.schemes import NoScheme, Points, shipped
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as survey_queries
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.definitions import read_file
from feedback_app.surveys.definitions import shipped as shipped_questionnaires
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.dossiers.making import enter, line
from tests.factories import LATER, local

QUARTER = parse("2026-Q1")
BEST = {"index-3": "none", "index-4": "none", "index-6": "both", "index-7": "early"}


@pytest.fixture
def version(session: Session) -> VersionView:
    path = next(path for path in shipped_questionnaires() if path.stem == "tt01")
    version_id, _ = surveys.publish_questionnaire(session, read_file(path), now=LATER)
    return survey_queries.version(session, version_id)


@pytest.fixture
def department(session: Session) -> int:
    return factories.department(session, "do-thi")


def answer(session: Session, version: VersionView, department: int, count: int, **answers: str) -> None:
    for _ in range(count):
        command = SubmitResponse(
            id=new_id(),
            version_id=version.id,
            channel="web",
            receiving_department_id=department,
            rated_department_id=department,
            answers={"overall": ("satisfied",), **{key.replace("_", "-"): (value,) for key, value in answers.items()}},
            answered_at=local(2026, 2, 3),
            sealed=True,
        )
        surveys.submit(session, command, now=local(2026, 2, 3, 10), rapid_seconds=0)
    factories.count(session)


def scored(session: Session, department: int) -> Scores:
    return queries.scores(session, QUARTER, department, minima=factories.minima(30), day=date(2026, 4, 2))


def value(found: Scores, number: int) -> Decimal | None:
    return next(score.value for score in found.indices.scores if score.index.number == number)


def petition(session: Session, verdict: Verdict) -> None:
    row = RegisterPetition(
        reference="1",
        department="do-thi",
        received_on=date(2026, 2, 5),
        due_on=date(2026, 2, 20),
        answered_on=date(2026, 2, 18),
        verdict=verdict,
        about_conduct=True,
        prolonged=False,
        contested=False,
        source="Sổ",
    )
    assert petitions.import_petitions(session, [row], now=local(2026, 4, 2)).rejected == ()


def test_answers_are_read_by_question_and_a_blank_one_is_not_two_points(
    session: Session, version: VersionView, department: int
) -> None:
    answer(session, version, department, 20, index_3="none", index_4="one-stop")
    answer(session, version, department, 20, index_3="once")
    found = scored(session, department)
    third, fourth = found.indices.scores[2:4]
    assert (third.value, third.numerator, third.denominator) == (Decimal("1.5"), 60, 40)
    assert (fourth.state, fourth.value, fourth.denominator) == ("too_few", None, 20)
    assert [index.number for index in found.indices.left_out] == [1, 2, 4, 5, 6, 7, 8, 9]


def test_answers_about_other_departments_and_in_other_questionnaires_do_not_count(
    session: Session, version: VersionView, department: int
) -> None:
    answer(session, version, factories.department(session, "khac"), 40, **BEST)
    kiosk = factories.questionnaire(session)
    factories.responses(session, kiosk, department, local(2026, 2, 3), satisfied=40)
    factories.count(session)
    assert scored(session, department).indices.total is None


def test_a_department_with_all_its_data(session: Session, version: VersionView, department: int) -> None:
    answer(session, version, department, 40, **BEST)
    petition(session, "upheld")
    for day in (date(2026, 1, 5), date(2026, 3, 30)):
        enter(session, line(day, "do-thi", (50, 40, 7, 2, 0, 2, 0)))
    enter(session, line(date(2026, 4, 1), "do-thi", (9, 0, 0, 9, 0, 0, 0)))
    found = scored(session, department)
    assert [value(found, number) for number in (1, 2, 3, 4, 6, 8)] == [
        *[Decimal("1.8")] * 2,
        *[Decimal("2.0")] * 3,
        Decimal(2),
    ]
    assert value(found, 7) == Decimal("2.0")  # 80 points of 41: 1.95
    assert [index.number for index in found.indices.left_out] == [5, 9]
    assert found.indices.total == Decimal("13.6")
    national = {score.part.code: str(score.shown) for score in found.national.scores}
    assert national == {"2.1": "19.20", "5.2": "6.00", "5.3": "6.00", "5.4": "6.00"}
    assert (found.indices_scheme.id, found.national_scheme.id) == ("tt01/1", "qd766/1")


def test_a_verdict_of_malice_after_the_period_gives_the_points_back(
    session: Session, version: VersionView, department: int
) -> None:
    answer(session, version, department, 30, **{**BEST, "index-7": "on-time"})
    petition(session, "upheld")
    conduct = next(score for score in scored(session, department).indices.scores if score.index.number == 7)
    assert (conduct.numerator, conduct.denominator) == (30, 31)
    petition(session, "malicious")
    conduct = next(score for score in scored(session, department).indices.scores if score.index.number == 7)
    assert (conduct.numerator, conduct.denominator, conduct.value) == (30, 30, Decimal("1.0"))


def test_a_published_period_keeps_its_answers_and_its_minimum(
    session: Session, version: VersionView, department: int
) -> None:
    answer(session, version, department, 40, **BEST)
    operations.publish(session, QUARTER, now=local(2026, 4, 2), minima=factories.minima(50))
    answer(session, version, department, 20, **BEST)
    found = scored(session, department)
    assert found.publication is not None
    assert (found.indices.scores[2].state, found.indices.scores[2].denominator) == ("too_few", 40)


@pytest.mark.parametrize("code", ["2026-02", "2026-H1", "2026-9M"])
def test_only_quarters_and_years_are_scored(session: Session, department: int, code: str) -> None:
    with pytest.raises(NoScheme):
        queries.scores(session, parse(code), department, minima=factories.minima(30), day=date(2026, 12, 1))


def newer(tmp_path: Path, **parts: object) -> Path:
    (first,) = [each for each in shipped() if each.code == "tt01"]
    file = tmp_path / "moi.json"
    file.write_text(json.dumps({**json.loads(first.content), **parts}, ensure_ascii=False), encoding="utf-8")
    return file


def test_a_new_version_is_a_new_file_and_old_periods_keep_theirs(
    app: Flask, session: Session, department: int, tmp_path: Path
) -> None:
    session.commit()
    run = app.test_cli_runner().invoke
    file = str(newer(tmp_path, version=2, valid_from="2026-02-01", basis="Thông tư mới"))
    assert run(args=["ratings", "schemes", "import", file]).output == "Đã nạp tt01/2.\n"
    assert run(args=["ratings", "schemes", "import", file]).output == "Đã có tt01/2, không có gì thay đổi.\n"
    assert queries.scheme_in_force(session, "tt01", QUARTER).id == "tt01/1"
    assert queries.scheme_in_force(session, "tt01", parse("2026-Q2")).id == "tt01/2"
    assert "tt01/2\t2026-02-01\tThông tư mới\t" in run(args=["ratings", "schemes", "list"]).output


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"basis": "Khác"}, "Đã có “tt01/1” với nội dung khác. Quy tắc mới cần số phiên bản mới."),
        (
            {"version": 2},
            "Phiên bản mới phải cùng loại, có số lớn hơn và hiệu lực sau mọi phiên bản đã có.",
        ),
        (
            {"version": 2, "valid_from": "2026-01-01"},
            "Đã công bố kỳ bắt đầu từ ngày có hiệu lực trở đi; cách chấm không được đổi lùi ngày.",
        ),
        ({"version": 2, "kind": "guess"}, "Mục “kind” nêu quy tắc không dùng được."),
    ],
)
def test_a_version_that_would_change_what_was_scored_is_refused(
    app: Flask, session: Session, tmp_path: Path, parts: dict[str, object], reason: str
) -> None:
    operations.publish(session, QUARTER, now=local(2026, 4, 2), minima=factories.minima(30))
    session.commit()
    done = app.test_cli_runner().invoke(args=["ratings", "schemes", "import", str(newer(tmp_path, **parts))])
    assert (done.exit_code, done.output) == (1, f"Lỗi: {reason}\n")
    assert len(queries.schemes(session)) == len(shipped())


def test_what_a_few_people_answered_scores_nothing_and_is_told_to_nobody(
    session: Session, version: VersionView, department: int
) -> None:
    answer(session, version, department, 40, index_3="none")
    answer(session, version, department, 4, index_3="more", index_4="more")
    counted = queries.index_points(session, QUARTER, department_id=department, questionnaire="tt01", smallest=5)
    assert (counted["index-3"], counted.get("index-4")) == (Points(80, 44), None)
