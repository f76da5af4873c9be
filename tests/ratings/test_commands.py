"""`flask ratings`: what an administrator does from a terminal."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from feedback_app.ratings import queries
from feedback_app.ratings.models import DailyTally, MonthlyTally
from feedback_app.ratings.periods import parse
from tests import factories
from tests.factories import local

HEADINGS = "department_code,period_kind,starts_on,ends_on,percent,written,measure,source"


@pytest.fixture
def office(session: Session) -> int:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    factories.responses(session, version, department, local(2026, 2, 28), satisfied=2)
    factories.responses(session, version, department, local(2026, 3, 1), satisfied=3)
    factories.count(session)
    session.commit()
    return department


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["ratings", *words])
    return result.exit_code, result.output


def test_publishes_all_that_is_over_and_then_nothing(app: Flask, office: int) -> None:
    code, said = run(app, "publish")
    assert code == 0
    assert "Đã công bố kỳ 2026-02." in said
    assert "Đã công bố kỳ 2026-Q1." in said
    assert run(app, "publish") == (0, "Tất cả: 0 kỳ.\n")


def test_restates_with_a_reason_only(app: Flask, office: int, session: Session) -> None:
    assert run(app, "publish", "--period", "2026-02") == (0, "Đã công bố kỳ 2026-02.\n")
    version = factories.survey_queries.current_versions(session)[0]
    factories.response(session, version, office, local(2026, 2, 3), channel="paper")
    session.commit()
    code, said = run(app, "publish", "--period", "2026-02")
    assert code == 1
    assert "phải nêu lý do" in said
    assert run(app, "publish", "--period", "2026-02", "--reason", "Nhập muộn") == (
        0,
        "Đã đính chính kỳ 2026-02, lần 1.\n",
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--period", "2026-Q9"), "Không có kỳ"),
        (("--period", "2999"), "chưa kết thúc"),
        (("--reason", "x"), "--period"),
    ],
)
def test_says_what_is_wrong(app: Flask, office: int, words: tuple[str, ...], told: str) -> None:
    code, said = run(app, "publish", *words)
    assert code != 0
    assert told in said


def test_recounts_month_by_month(app: Flask, office: int, session: Session) -> None:
    session.execute(delete(DailyTally))
    session.execute(delete(MonthlyTally))
    session.commit()
    code, said = run(app, "recount")
    assert code == 0
    assert said.splitlines() == [
        "Đã đếm lại 2026-02-28 đến hết 2026-02-28.",
        "Đã đếm lại 2026-03-01 đến hết 2026-03-01.",
    ]
    assert queries.table(session, parse("2026-Q1"), minima=factories.minima(1)).together.figure.sums.rated == 5


def test_recounts_the_days_asked_for(app: Flask, office: int, session: Session) -> None:
    session.execute(delete(DailyTally))
    session.execute(delete(MonthlyTally))
    session.commit()
    run(app, "recount", "--from", "2026-03-01", "--to", "2026-03-01")
    assert queries.table(session, parse("2026-Q1"), minima=factories.minima(1)).together.figure.sums.rated == 3


def test_nothing_to_recount(app: Flask) -> None:
    assert run(app, "recount") == (0, "Chưa có phiếu nào.\n")


def test_takes_over_reported_ratings_as_printed(app: Flask, office: int, session: Session, tmp_path: Path) -> None:
    file = tmp_path / "cu.csv"
    file.write_text(
        f"{HEADINGS}\nmot-cua,year,2021-01-01,2022-01-01,55.3,55.3%,không rõ,Bài viết\n"
        'mot-cua,9 tháng,01/01/2023,01/10/2023,"89,15","89,15 %",không rõ,Bài viết\n',
        encoding="utf-8",
    )
    for _ in range(2):
        assert run(app, "import-reported", str(file)) == (0, "Đã nạp 2 số liệu báo cáo.\n")
    year, nine_months = queries.reported_ratings(session)
    assert (year.period.code, str(year.percent), year.written, year.decimals) == ("2021", "55.300", "55.3%", 1)
    assert (nine_months.period.code, nine_months.written, nine_months.decimals) == ("2023-9M", "89,15 %", 2)
    assert nine_months.period.part_of_year


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("khong-co,year,2021-01-01,2022-01-01,55.3,x,x,x", "khong-co"),
        ("mot-cua,year,2021-01-01,2021-10-01,55.3,x,x,x", "không phải một kỳ"),
        ("mot-cua,year,2021-01-01,2022-01-01,105,x,x,x", "từ 0 đến 100"),
        ("mot-cua,decade,2021-01-01,2022-01-01,5,x,x,x", "decade"),
        ("mot-cua,year,2021-01-01,2022-01-01,55.3,,x,x", "trống"),
    ],
)
def test_a_bad_line_stops_the_whole_file(
    app: Flask, office: int, session: Session, tmp_path: Path, line: str, told: str
) -> None:
    file = tmp_path / "cu.csv"
    file.write_text(f"{HEADINGS}\nmot-cua,year,2022-01-01,2023-01-01,80.2,x,x,x\n{line}\n", encoding="utf-8")
    code, said = run(app, "import-reported", str(file))
    assert code == 1
    assert "dòng 3" in said
    assert told in said
    assert queries.reported_ratings(session) == []
