"""A department's page adds up those below it, beside its own figure, as the tree was in the period."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.departments import operations as departments
from feedback_app.ratings import operations, queries
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import Filter
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local
from tests.site.test_results import words

MARCH = local(2026, 3, 2)
CITY = "/ket-qua/city?ky=2026-Q1"


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


@pytest.fixture
def tree(session: Session, version: VersionView) -> dict[str, int]:
    """A city of two wards, an office below one of them, another city; how many answered stands in the names."""
    ids = {
        code: factories.department(session, code, name, parent=parent)
        for code, name, parent in (
            ("city", "Thành phố 40", None),
            ("ward", "Phường 20", "city"),
            ("office", "Văn phòng phường 3", "ward"),
            ("other-ward", "Phường 37", "city"),
            ("other-city", "Thành phố 50", None),
        )
    }
    for code, satisfied, not_satisfied in (
        ("city", 40, 0),
        ("ward", 10, 10),
        ("office", 3, 0),
        ("other-ward", 27, 10),
        ("other-city", 0, 50),
    ):
        factories.responses(session, version, ids[code], MARCH, satisfied=satisfied, not_satisfied=not_satisfied)
    factories.count(session)
    session.commit()
    return ids


def lines(page: str) -> list[str]:
    """The two lines of the table, as words; none where there is no table."""
    if 'id="truc-thuoc"' not in page:
        return []
    table = words(page).split('id="truc-thuoc"')[1].split("<tbody>")[1].split("</tbody>")[0]
    return [" ".join(line.replace("<", " <").split()) for line in table.split("</tr>")[:-1]]


def test_own_figure_and_the_sum_stand_side_by_side(client: FlaskClient, session: Session, tree: dict[str, int]) -> None:
    own, whole = lines(client.get(CITY).text)
    assert "Riêng Thành phố 40" in own
    assert "100,0 %" in own
    assert "Thành phố 40 và 3 đơn vị trực thuộc" in whole
    # The 3 answers of the office are too few to be told of: 77 of 97, with all 100 responses.
    assert "79,4 %" in whole
    assert "70,3 % – 86,2 %" in whole
    assert ">97 <" in whole
    assert ">100 <" in whole
    ids = frozenset(tree[code] for code in ("city", "ward", "office", "other-ward"))
    minima = factories.minima(30, cell=5)
    table = queries.table(session, parse("2026-Q1"), minima=minima, narrowed=Filter(ids))
    assert (table.together.figure.n, table.together.figure.sums.withheld) == (97, 3)


def test_the_sum_is_of_all_levels_and_of_nobody_else(client: FlaskClient, tree: dict[str, int]) -> None:
    own, whole = lines(client.get("/ket-qua/ward?ky=2026-Q1").text)
    assert "chưa đủ dữ liệu" in own
    assert "Phường 20 và 1 đơn vị trực thuộc" in whole
    assert "chưa đủ dữ liệu" in whole
    for leaf in ("office", "other-ward", "other-city"):
        assert lines(client.get(f"/ket-qua/{leaf}?ky=2026-Q1").text) == []


def test_the_sum_follows_what_is_chosen(
    client: FlaskClient, session: Session, version: VersionView, tree: dict[str, int]
) -> None:
    operations.publish(session, parse("2026-Q1"), now=local(2026, 4, 1), minima=factories.minima(30, cell=5))
    factories.responses(session, version, tree["other-ward"], MARCH, not_satisfied=30, channel="paper")
    factories.count(session)
    session.commit()
    assert ">97 <" in lines(client.get(CITY).text)[1]
    assert ">97 <" in lines(client.get(f"{CITY}&ban=1").text)[1]
    assert "chưa có dữ liệu" in lines(client.get(f"{CITY}&kenh=paper").text)[1]
    assert "chưa có dữ liệu" in lines(client.get("/ket-qua/city?ky=2025-Q4").text)[1]


def test_who_closed_within_the_period_counts_where_they_belonged(
    client: FlaskClient, session: Session, version: VersionView, tree: dict[str, int]
) -> None:
    departments.succeed(
        session,
        local(2026, 4, 1),
        kind="merge",
        predecessors=["other-ward"],
        successors=["other-city"],
        day=local(2026, 3, 15).date(),
        legal_basis="Nghị quyết thử",
    )
    session.commit()
    whole = lines(client.get(CITY).text)[1]
    assert "3 đơn vị trực thuộc" in whole
    assert ">97 <" in whole
    assert "2 đơn vị trực thuộc" in lines(client.get("/ket-qua/city?ky=2026-Q2").text)[1]
