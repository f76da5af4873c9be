"""The share for the common mix of fields: from what may be told, the same at every door, or why there is none."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from feedback_app.departments import operations as departments
from feedback_app.departments import queries as department_queries
from feedback_app.departments.commands import RegisterField, Registration
from feedback_app.kit.numbers import format_count, format_percent_value
from feedback_app.ratings import operations, queries
from feedback_app.ratings.models import MonthlyTally
from feedback_app.ratings.periods import Period, parse
from feedback_app.ratings.queries import Filter, StandardisedShare
from feedback_app.ratings.queries.standardised import common_mix
from feedback_app.ratings.standardisation import standardise
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local
from tests.ratings.test_table import read_csv, read_xlsx
from tests.site.test_results import statements, words
from tests.staff.people import add_person, sign_in

Q1 = parse("2026-Q1")
SMALLEST = 5
MINIMA = factories.minima(30, cell=SMALLEST)
FIELDS = ("de", "kho")


@pytest.fixture
def version(session: Session) -> VersionView:
    """A questionnaire, and two fields: one in which people are easily content, one in which they hardly are."""
    names = {"de": ("Lĩnh vực dễ", "Easy field"), "kho": ("Lĩnh vực khó", "Hard field")}
    fields = tuple(RegisterField(code=code, name=name, name_en=english) for code, (name, english) in names.items())
    assert not departments.import_departments(session, Registration(fields=fields), now=factories.LATER).rejected
    return factories.questionnaire(session)


def tally(
    session: Session,
    version: VersionView,
    department_id: int,
    satisfied: int,
    rated: int,
    field: str | None,
    *,
    month: int = 1,
    channel: str = "kiosk",
    stage: str = "",
) -> None:
    """A month as it was counted, without storing hundreds of answers."""
    ids = {view.code: view.id for view in department_queries.fields(session)}
    session.add(
        MonthlyTally(
            department_id=department_id,
            month=date(2026, month, 1),
            version_id=version.id,
            channel=channel,
            field_id=ids[field] if field else 0,
            stage=stage,
            responses=rated,
            rated=rated,
            satisfied=satisfied,
            not_satisfied=rated - satisfied,
            choice_ids=[],
            picked=[],
            **dict.fromkeys(("partial", "assisted", "rapid", "neutral", "scored", "points"), 0),
        )
    )
    session.flush()


@pytest.fixture
def two(session: Session, version: VersionView) -> None:
    """Rated alike in each field; `a` does mostly what is easy, `b` what is hard, `c` the easy field alone."""
    for code, easy, hard in (("a", (720, 800), (100, 200)), ("b", (180, 200), (400, 800)), ("c", (90, 100), None)):
        department = factories.department(session, code, f"Phòng {code.upper()}")
        tally(session, version, department, *easy, "de")
        if hard:
            tally(session, version, department, *hard, "kho")
    few = factories.department(session, "d", "Phòng D")
    tally(session, version, few, 8, 9, "de")
    session.commit()


def read(session: Session, period: Period = Q1, narrowed: Filter | None = None) -> dict[str, StandardisedShare]:
    table = queries.table(session, period, minima=MINIMA, narrowed=narrowed)
    found = queries.standardised(session, table, table.rows, smallest=MINIMA.cell, narrowed=narrowed)
    return {row.department.code: found[row.department.id] for row in table.rows if row.department}


def test_equal_in_every_field_is_equal(session: Session, two: None) -> None:
    """Raw they are 82 and 58 percent; the mix is 1,109 responses in the easy field and 1,000 in the hard one."""
    found = read(session)
    share = Fraction(9, 10) * Fraction(1109, 2109) + Fraction(1, 2) * Fraction(1000, 2109)
    for code in ("a", "b"):
        assert found[code].found
        assert found[code].found.share == share
        assert (str(found[code].percent), found[code].covered, found[code].why_not) == ("71.0", 1, None)
    assert (found["c"].why_not, found["c"].covered) == ("uncovered", Fraction(1109, 2109))
    assert found["d"].why_not == "figure"


def test_responses_that_name_no_field_weigh_nothing(session: Session, version: VersionView, two: None) -> None:
    before = read(session)["a"]
    tally(session, version, factories.department_id(session, "a"), 0, 500, None)
    assert read(session)["a"] == before
    assert before.n == 1000


def test_nothing_where_most_answers_name_no_field(session: Session, version: VersionView, two: None) -> None:
    department = factories.department_id(session, "a")
    tally(session, version, department, 0, 1000, None)
    assert read(session)["a"].found
    tally(session, version, department, 0, 1, None, channel="paper")
    assert read(session)["a"].why_not == "few_named"


def test_beside_it_stands_the_plain_share_of_the_same_answers(
    session: Session, version: VersionView, two: None, client: FlaskClient
) -> None:
    tally(session, version, factories.department_id(session, "a"), 0, 200, None)
    session.commit()
    assert str(read(session)["a"].unweighted_percent) == "82.0"
    page = words(client.get("/ket-qua/a?ky=2026-Q1").text)
    assert "chưa chuẩn hóa, chính những phiếu ấy được 82,0 %." in page


def test_a_published_period_keeps_its_mix(session: Session, version: VersionView, two: None) -> None:
    before = read(session)
    operations.publish(session, Q1, now=local(2026, 4, 1), minima=MINIMA)
    tally(session, version, factories.department_id(session, "c"), 0, 900, "kho")
    assert read(session) == before


def test_managers_of_one_department_see_what_everybody_sees(session: Session, two: None) -> None:
    alone = read(session, narrowed=Filter(frozenset({factories.department_id(session, "b")})))
    assert alone["b"] == read(session)["b"]


def test_nothing_of_months_and_days(session: Session, version: VersionView, two: None) -> None:
    factories.responses(session, version, factories.department(session, "e"), local(2026, 1, 5), satisfied=40)
    factories.count(session)
    for code in ("2026-01", "2026-01-05"):
        found = read(session, parse(code))
        assert found["e"].why_not == "period"
        assert {each.why_not for each in found.values()} == {"period"}


def test_nothing_of_a_channel_or_a_questionnaire(session: Session, two: None) -> None:
    for narrowed in (Filter(channel="kiosk"), Filter(questionnaire="ki-ot")):
        assert {each.why_not for each in read(session, narrowed=narrowed).values()} == {"part"}


def test_nothing_where_no_response_names_a_field(session: Session, version: VersionView) -> None:
    tally(session, version, factories.department(session, "a"), 40, 50, None)
    assert read(session)["a"].why_not == "unnamed"


def test_a_field_that_may_not_be_told_goes_into_nothing(session: Session, version: VersionView) -> None:
    """Three people named no field, so what the smaller field says would tell of them: it stands with them, unnamed."""
    department = factories.department(session, "a")
    for satisfied, rated, field in ((500, 600, "de"), (300, 400, "kho"), (1, 3, None)):
        tally(session, version, department, satisfied, rated, field)
    found = read(session)["a"]
    assert (found.found, found.why_not, found.covered) == (None, "withheld", Fraction(6, 10))


# Cells of a department: month, channel, field and stage; sparse and with few answers, so that much must stay untold.
CELLS = st.dictionaries(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from(("kiosk", "paper")),
        st.sampled_from((*FIELDS, None)),
        st.sampled_from(("returned", "received")),
    ),
    st.one_of(st.integers(1, 6), st.integers(1, 60)),
    min_size=1,
    max_size=12,
)


@pytest.fixture
def one_among_others(session: Session, version: VersionView) -> tuple[int, int]:
    return factories.department(session, "x"), factories.department(session, "y")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=CELLS, others=st.integers(1, 400))
def test_made_of_told_fields_and_numbers_of_responses_alone(
    session: Session,
    version: VersionView,
    one_among_others: tuple[int, int],
    cells: Mapping[tuple[int, str, str | None, str], int],
    others: int,
) -> None:
    """Whoever adds and subtracts standardised shares holds no more than the fields the department's page tells of
    (which test_disclosure attacks) and numbers of responses, which are public."""
    session.execute(delete(MonthlyTally))
    department, other = one_among_others
    tally(session, version, other, others, others, "kho")
    for (month, channel, field, stage), rated in cells.items():
        tally(session, version, department, rated // 2, rated, field, month=month, channel=channel, stage=stage)
    for code in ("2026-Q1", "2026-Q2", "2026-H1", "2026-9M", "2026"):
        period = parse(code)
        table = queries.table(session, period, minima=factories.minima(1, cell=SMALLEST))
        found = queries.standardised(session, table, table.rows, smallest=SMALLEST)
        parts = queries.department_parts(session, period, department_id=department, smallest=SMALLEST)
        assert parts
        told = {
            part: (sums.satisfied, sums.rated)
            for part, sums in parts.parts("field_id")
            if part in parts.told["field_id"] and sums.rated
        }
        named = {part: counted for part, counted in told.items() if isinstance(part, int)}
        for row in table.rows:
            if row.department and row.department.id == department:
                wanted = standardise(named, common_mix(session, period, None))
                answers = {field: 0 for field in (True, False)}
                for each in parts.rows:
                    answers[each.field_id is not None] += each.sums.rated
                if answers[True] < answers[False]:
                    wanted = None
                assert found[department].found == (wanted if row.figure.state == "shown" else None)


# The doors.


def on_page(page: str) -> dict[str, str]:
    """What stands in the column, by department."""
    table = html5lib.parse(page, namespaceHTMLElements=False).find(".//table")
    headings = [" ".join("".join(cell.itertext()).split()) for cell in table.findall("./thead/tr/th")]
    found = {}
    for line in table.iter("tr"):
        if line.find("th[@scope='row']") is None:
            continue
        cells: list[str] = []
        for cell in line:
            # A share that may not be shown takes the place of its interval too.
            cells += [" ".join("".join(cell.itertext()).split())] * int(cell.get("colspan", 1))
        found[cells[0]] = cells[headings.index("Chuẩn hóa theo lĩnh vực")]
    return found


def in_file(rows: list[list[str]]) -> dict[str, list[str]]:
    start = next(number for number, row in enumerate(rows) if "Tên trong kỳ" in row)
    first = rows[start].index("Tỷ lệ hài lòng đã chuẩn hóa theo lĩnh vực (%)")
    return {row[1]: [cell.replace(",", ".") for cell in row[first : first + 6]] for row in rows[start + 1 :]}


def percent(value: object) -> str:
    return format_percent_value(Decimal(str(value)), 1).replace("\u00a0", " ")


def test_every_door_shows_one_figure(app: Flask, session: Session, two: None) -> None:
    add_person(session, "quanly", "manager", None)
    visitor, manager = app.test_client(), sign_in(app, "quanly")
    address = "?ky=2026-Q1"
    wanted = {f"Phòng {code.upper()}": share for code, share in read(session).items()}
    files = (
        in_file(read_csv(manager.get(f"/quan-ly/xuat.csv{address}").data)),
        in_file(read_xlsx(manager.get(f"/quan-ly/xuat.xlsx{address}").data)),
    )
    pages = [
        on_page(reader.get(f"{path}{address}").text) for reader, path in ((visitor, "/ket-qua"), (manager, "/quan-ly"))
    ]
    for name, share in wanted.items():
        own = words(visitor.get(f"/ket-qua/{name[-1].lower()}{address}").text)
        for file in files:
            told = file[name]
            numbers = (share.percent, *(share.bounds or (None, None)), share.n or None, share.covered_percent)
            assert [round(Decimal(cell), 1) if cell else None for cell in told[:5]] == list(numbers)
            assert bool(told[5]) == (share.why_not is not None)
        if share.bounds is None:
            assert [page[name][:2] for page in pages] == ["– ", "– "]
            assert files[0][name][5] in own
            continue
        low, high = map(percent, share.bounds)
        said = (
            f"{percent(share.percent)}({low} – {high})n = {format_count(share.n)}; phủ {percent(share.covered_percent)}"
        )
        assert [page[name] for page in pages] == [said, said]
        bounds = f"khoảng tin cậy 95 %: từ {low} đến {high}. Tính từ {format_count(share.n)} trong"
        assert f"<strong>{percent(share.percent)}</strong>; {bounds}" in own
    for page in pages:
        assert page["Tất cả"] == "–"


def test_a_dash_says_why_below_the_heading(client: FlaskClient, two: None) -> None:
    page = words(client.get("/ket-qua?ky=2026-Q1").text)
    caption = page.split('id="bang-so-lieu"', 1)[1].split("</caption>")[0]
    assert "(a) những lĩnh vực mà đơn vị có từ 5 phiếu trở lên chiếm chưa đến 80 % cơ cấu chung;" in caption
    assert "(b) tỷ lệ hài lòng của đơn vị cũng chưa nêu được." in caption
    english = words(client.get("/ket-qua?ky=2026-Q1&lang=en").text)
    assert "make up less than 80% of the common mix" in english
    month = words(client.get("/ket-qua?ky=2026-01").text)
    assert "(a) chỉ có ở quý, sáu tháng, chín tháng, năm;" in month


def test_as_many_statements_however_many_departments(
    app: Flask, session: Session, version: VersionView, two: None
) -> None:
    def asked() -> int:
        with app.test_client() as client:
            client.get("/ket-qua?ky=2026-Q1")
            with statements(app) as found:
                client.get("/ket-qua?ky=2026-Q1")
        return len(found)

    few = asked()
    for number in range(20):
        department = factories.department(session, f"phong-{number}")
        tally(session, version, department, 60, 90, "de")
        tally(session, version, department, 50, 90, "kho")
    session.commit()
    assert asked() == few <= 25
