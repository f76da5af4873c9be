"""A line is drawn only through what was measured the same way."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.ratings.periods import parse
from feedback_app.ratings.trends import Asked, Break, Measured, Segment, breaks, changed, counted_from, segments

KIOSK_1, KIOSK_2, WEB_1, PAPER_1 = Asked("ki-ot", 1), Asked("ki-ot", 2), Asked("web", 1), Asked("giay", 1)
QUARTER = Measured(kind="quarter", asked=frozenset({KIOSK_1}), scheme="satisfied-share/1", department_id=1)
YEAR = replace(QUARTER, kind="year")
REPORTED = Measured(kind="year", asked=frozenset(), scheme="", department_id=1, reported=True)

POINTS = st.lists(
    st.builds(
        Measured,
        kind=st.sampled_from(("year", "nine_months")),
        asked=st.frozensets(st.sampled_from((KIOSK_1, KIOSK_2, WEB_1))),
        scheme=st.sampled_from(("satisfied-share/1", "satisfied-share/2")),
        department_id=st.sampled_from((1, 2)),
        reported=st.booleans(),
        part=st.booleans(),
    )
)


def asking(*asked: Asked) -> Measured:
    return replace(QUARTER, asked=frozenset(asked))


def test_no_points_no_segments() -> None:
    assert segments([]) == []


def test_one_way_of_measuring_is_one_segment() -> None:
    assert segments([QUARTER] * 4) == [Segment(0, 4)]


def test_a_new_version_begins_a_segment_and_a_mixed_period_stands_alone() -> None:
    points = [asking(KIOSK_1), asking(KIOSK_1), asking(KIOSK_1, KIOSK_2), asking(KIOSK_2), asking(KIOSK_2)]
    new = (Break.QUESTIONNAIRE,)
    assert segments(points) == [Segment(0, 2), Segment(2, 3, new), Segment(3, 5, new)]


def test_a_door_that_goes_quiet_breaks_nothing() -> None:
    assert len(segments([asking(KIOSK_1, WEB_1), asking(KIOSK_1), asking(KIOSK_1, PAPER_1)])) == 1


def test_a_questionnaire_replaced_by_another_one_breaks() -> None:
    assert breaks([asking(KIOSK_1), asking(PAPER_1)]) == [(), (Break.QUESTIONNAIRE,)]


def test_a_change_during_an_empty_period_shows_at_the_next_answers() -> None:
    assert breaks([asking(KIOSK_1), asking(), asking(KIOSK_2)]) == [(), (), (Break.QUESTIONNAIRE,)]
    assert breaks([asking(), asking(KIOSK_1)]) == [(), ()]


def test_each_reason_has_its_name() -> None:
    points = [
        YEAR,
        replace(YEAR, scheme="satisfied-share/2"),
        replace(YEAR, scheme="satisfied-share/2", department_id=2),
        replace(YEAR, scheme="satisfied-share/2", department_id=2, kind="nine_months"),
        YEAR,
    ]
    assert breaks(points) == [
        (),
        (Break.SCHEME,),
        (Break.DEPARTMENT,),
        (Break.PERIOD,),
        (Break.SCHEME, Break.DEPARTMENT, Break.PERIOD),
    ]


def test_reported_figures_never_join_computed_ones() -> None:
    """As printed for 2021, 2022 and nine months of 2023; counted from then on."""
    nine_months = replace(REPORTED, kind="nine_months")
    assert breaks([REPORTED, REPORTED, nine_months, YEAR]) == [(), (), (Break.PERIOD,), (Break.REPORTED,)]


def test_a_part_of_a_period_stands_alone() -> None:
    points = [QUARTER, replace(QUARTER, part=True), QUARTER, QUARTER]
    assert segments(points) == [Segment(0, 1), Segment(1, 2, (Break.PART,)), Segment(2, 4, (Break.PART,))]


@pytest.mark.parametrize(
    ("code", "first", "is_part"),
    [
        ("2025", date(2025, 11, 28), True),
        ("2025-Q4", date(2025, 11, 28), True),
        ("2025-11", date(2025, 11, 28), True),
        ("2025-11-28", date(2025, 11, 28), False),
        ("2025-12", date(2025, 11, 28), False),
        ("2026", date(2025, 11, 28), False),
        # Nothing was counted in it at all.
        ("2025-9M", date(2025, 11, 28), False),
        ("2025-10", date(2025, 11, 1), False),
        # New Year's Day is no working day; in 2026 the second of January is one.
        ("2026", date(2026, 1, 1), False),
        ("2026", date(2026, 1, 2), False),
        ("2026", date(2026, 1, 3), True),
        # 1 February 2026 is a Sunday.
        ("2026-02", date(2026, 2, 2), False),
        ("2026-02", date(2026, 2, 3), True),
        ("2026-02", None, False),
    ],
)
def test_a_period_counted_from_its_middle_on_is_a_part(code: str, first: date | None, is_part: bool) -> None:
    assert counted_from(parse(code), first) == (first if is_part else None)


@given(POINTS)
def test_segments_hold_every_point_once_in_order(points: list[Measured]) -> None:
    found = segments(points)
    assert [place for each in found for place in range(each.start, each.stop)] == list(range(len(points)))
    assert all(bool(each.because) == (each.start > 0) for each in found)


@given(POINTS)
def test_within_a_segment_all_is_alike(points: list[Measured]) -> None:
    for each in segments(points):
        part = points[each.start : each.stop]
        assert len({point.reported for point in part}) == 1
        if not part[0].reported:
            assert len({(p.kind, p.scheme, p.department_id) for p in part}) == 1
            assert len(part) == 1 or not any(p.part for p in part)
        with_answers = [point.asked for point in part if point.asked]
        for one, other in zip(with_answers, with_answers[1:], strict=False):
            assert not changed(one, other)
