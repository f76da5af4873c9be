"""`flask ratings`: what an administrator does from a terminal."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from feedback_app.ratings import queries
from feedback_app.ratings.models import DailyTally, MonthlyTally, PublishedTally
from feedback_app.ratings.periods import parse
from feedback_app.staff import operations as staff
from feedback_app.staff import queries as staff_queries
from tests import factories
from tests.factories import local
from tests.ratings.tampering import unfrozen
from tests.staff.people import PASSWORD, add_person

HEADINGS = "department_code,period_kind,starts_on,ends_on,percent,written,measure,source"


@pytest.fixture
def office(session: Session) -> int:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    factories.responses(session, version, department, local(2026, 2, 28), satisfied=2)
    factories.responses(session, version, department, local(2026, 3, 1), satisfied=3)
    factories.count(session)
    session.commit()
    return department


def run(app: Flask, *words: str, typed: str = "") -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["ratings", *words], input=typed)
    return result.exit_code, result.output


def test_publishes_months_and_drafts_the_others_and_then_nothing(app: Flask, office: int, session: Session) -> None:
    code, said = run(app, "publish")
    assert code == 0
    assert "Đã công bố kỳ 2026-02." in said
    assert "Đã lập bản nháp kỳ 2026-Q1, chờ hai người công bố." in said
    assert queries.publications(session, parse("2026-Q1")) == []
    assert run(app, "publish") == (0, "Tất cả: 0 kỳ.\n")


@pytest.fixture
def people(app: Flask, session: Session) -> None:
    add_person(session, "lap", "manager", None)
    add_person(session, "kiem", "administrator", None)


TWO = ("--drafter", "lap", "--checker", "kiem")
PASSWORDS = f"{PASSWORD}\n{PASSWORD}\n"


def test_a_quarter_takes_two_named_accounts_and_their_passwords(
    app: Flask, office: int, people: None, session: Session
) -> None:
    quarter = ("--period", "2026-Q1")
    code, said = run(app, "publish", *quarter)
    assert (code, "phải có hai người" in said) == (1, True)
    assert run(app, "publish", *quarter, "--drafter", "lap")[0] == 2
    code, said = run(app, "publish", *quarter, *TWO, typed=f"{PASSWORD}\nsai mật khẩu\n")
    assert (code, "Sai tên đăng nhập hoặc mật khẩu" in said) == (1, True)
    code, said = run(app, "publish", *quarter, "--drafter", "lap", "--checker", "lap", typed=PASSWORDS)
    assert (code, "người khác phải kiểm tra" in said) == (1, True)
    assert queries.publications(session, parse("2026-Q1")) == []
    session.commit()
    code, said = run(app, "publish", *quarter, *TWO, typed=PASSWORDS)
    assert (code, said.splitlines()[-1]) == (0, "Đã công bố kỳ 2026-Q1.")
    (published,) = queries.publications(session, parse("2026-Q1"))
    assert published.drafted_by == published.published_by != published.checked_by


def test_a_password_somebody_else_set_signs_nothing(app: Flask, office: int, people: None, session: Session) -> None:
    boss, other = (staff_queries.account_named(session, username=name).member for name in ("kiem", "lap"))
    given = staff.reset_password(session, now=local(2026, 4, 1), actor_id=boss.id, member_id=other.id)
    session.commit()
    code, said = run(app, "publish", "--period", "2026-Q1", *TWO, typed=f"{given}\n{PASSWORD}\n")
    assert (code, "Mật khẩu của lap do người khác đặt" in said) == (1, True)


def test_restates_by_two_with_a_reason_only(app: Flask, office: int, people: None, session: Session) -> None:
    month = ("--period", "2026-02")
    assert run(app, "publish", *month) == (0, "Đã công bố kỳ 2026-02.\n")
    version = factories.survey_queries.current_versions(session)[0]
    factories.response(session, version, office, local(2026, 2, 3), channel="paper")
    session.commit()
    code, said = run(app, "publish", *month, "--reason", "Nhập muộn")
    assert (code, "phải có hai người" in said) == (1, True)
    code, said = run(app, "publish", *month, *TWO, typed=PASSWORDS)
    assert (code, "phải nêu lý do" in said) == (1, True)
    code, said = run(app, "publish", *month, *TWO, "--reason", "Nhập muộn", typed=PASSWORDS)
    assert (code, said.splitlines()[-1]) == (0, "Đã đính chính kỳ 2026-02, lần 1.")


def test_a_restatement_of_a_few_is_agreed_to_in_so_many_words(
    app: Flask, office: int, people: None, session: Session
) -> None:
    version = factories.survey_queries.current_versions(session)[0]
    factories.responses(session, version, office, local(2026, 2, 3), satisfied=20)
    factories.count(session)
    session.commit()
    month = ("--period", "2026-02")
    run(app, "publish", *month)
    factories.response(session, version, office, local(2026, 2, 3), channel="paper")
    session.commit()
    restate = ("publish", *month, *TWO, "--reason", "Nhập muộn")
    code, said = run(app, *restate, typed=PASSWORDS)
    assert (code, "Phòng mot-cua: 1 phiếu" in said, "--few-agreed" in said) == (1, True, True)
    session.rollback()
    assert queries.drafts(session) == []
    code, said = run(app, *restate, "--few-agreed", typed=PASSWORDS)
    assert (code, said.splitlines()[-1]) == (0, "Đã đính chính kỳ 2026-02, lần 1.")


def test_verifies_the_chain_and_names_the_broken_link(app: Flask, office: int, session: Session) -> None:
    run(app, "publish")
    newest = queries.all_publications(session, limit=1)[0]
    assert run(app, "verify") == (
        0,
        f"Chuỗi công bố: {newest.link} lần công bố đúng như khi ra; mã cuối {newest.hash}.\n",
    )
    session.commit()
    with unfrozen(session):
        session.execute(update(PublishedTally).where(PublishedTally.rated == 2).values(satisfied=1, neutral=1))
    code, said = run(app, "verify")
    assert code == 1
    assert "HỎNG tại mắt xích 1: kỳ 2026-02, lần 1: nội dung không còn như khi công bố" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--period", "2026-Q9"), "Không có kỳ"),
        (("--period", "2999"), "chưa kết thúc"),
        (("--reason", "x"), "--period"),
        (("--few-agreed",), "--period"),
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
