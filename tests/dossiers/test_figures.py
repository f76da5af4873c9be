from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.dossiers.figures import (
    COUNTED,
    MEASURES,
    Counts,
    DossierCounts,
    Participation,
    Share,
    early_of_resolved,
    in_time_of_handled,
    judge,
    on_time_of_received,
    on_time_of_resolved,
    shares,
    unexplained,
)


def share(part: int, whole: int) -> Share:
    return shares(Counts(resolved=whole, on_time=part))[0]


def test_on_time_is_measured_on_those_received_where_they_are_known():
    counts = Counts(received=3760, resolved=3760, on_time=3740, late=0)

    assert [(s.measure, s.part, s.whole, s.percent, s.implied) for s in shares(counts)] == [
        ("on_time_of_received", 3740, 3760, Decimal("99.47"), False)
    ]
    assert unexplained(counts) == 20


def test_on_time_of_those_resolved_is_another_measure():
    counts = Counts(resolved=6158, on_time=6154)

    assert [(s.measure, s.percent) for s in shares(counts)] == [("on_time_of_resolved", Decimal("99.94"))]
    assert unexplained(counts) == 4


def test_without_a_denominator_there_is_no_share():
    counts = Counts(on_time=4578)

    assert shares(counts) == []
    assert unexplained(counts) is None


def test_ahead_of_time_is_its_own_measure_and_none_late_means_all_on_time():
    counts = Counts(resolved=568, early=566, late=0)

    assert [(s.measure, s.part, s.whole, s.percent, s.implied) for s in shares(counts)] == [
        ("early_of_resolved", 566, 568, Decimal("99.65"), False),
        ("on_time_of_resolved", 568, 568, Decimal(100), True),
    ]
    assert unexplained(counts) == 0


def test_ahead_of_time_alone_says_nothing_of_the_rest():
    assert unexplained(Counts(resolved=568, early=566)) is None
    assert [s.measure for s in shares(Counts(received=568, early=566))] == ["early_of_received"]


def test_nothing_of_nothing_has_no_share():
    assert shares(Counts(received=0, on_time=0)) == []


@pytest.mark.parametrize(
    ("written", "part", "whole", "computed", "verdict"),
    [
        ("99,4 %", 3740, 3760, "99.5", "truncated"),
        ("99.94%", 6154, 6158, "99.94", "agrees"),
        ("99.6%", 566, 568, "99.6", "agrees"),
        ("99.65%", 566, 568, "99.65", "agrees"),
        ("98 %", 3740, 3760, "99", "differs"),
        ("100%", 9999, 10_000, "99", "differs"),
        ("100%", 568, 568, "100", "agrees"),
    ],
)
def test_a_printed_rate_is_judged_at_its_own_decimals(written: str, part: int, whole: int, computed: str, verdict: str):
    judged = judge(written, share(part, whole))

    assert (judged.written, judged.computed, judged.verdict) == (written, Decimal(computed), verdict)


@given(st.integers(1, 10**6), st.data())
def test_a_rate_printed_by_our_own_rule_always_agrees(whole: int, data: st.DataObject):
    part = data.draw(st.integers(0, whole))
    found = share(part, whole)

    assert judge(str(found.percent), found).verdict == "agrees"
    assert found.measure in MEASURES


def percent(found: Share | None) -> Decimal | None:
    return None if found is None else found.percent


def test_the_published_figures_from_counts_of_days():
    finance = DossierCounts(received=3760, resolved_early=3000, resolved_on_time=740, pending=20)
    assert percent(on_time_of_received(finance)) == Decimal("99.47")
    assert judge("99,5 %", on_time_of_received(finance) or share(0, 1)).verdict == "agrees"
    land = DossierCounts(resolved_early=6000, resolved_on_time=154, resolved_late=4)
    assert percent(on_time_of_resolved(land)) == Decimal("99.94")


def test_early_and_on_the_day_are_told_apart():
    justice = DossierCounts(received=568, resolved_early=566, resolved_on_time=2)

    assert percent(early_of_resolved(justice)) == Decimal("99.65")
    assert percent(on_time_of_resolved(justice)) == percent(on_time_of_received(justice)) == Decimal(100)


def test_all_is_said_only_of_all():
    nearly = on_time_of_resolved(DossierCounts(resolved_on_time=9_999, resolved_late=1))
    assert nearly is not None
    assert judge("99,9 %", nearly).verdict == "agrees"
    assert percent(on_time_of_resolved(DossierCounts(resolved_on_time=99_999, resolved_late=1))) == Decimal("99.99")


def test_of_nothing_there_is_no_share():
    nothing = DossierCounts()

    for measure in (on_time_of_received, on_time_of_resolved, early_of_resolved, in_time_of_handled):
        assert measure(nothing) is None
    assert Participation(responses=0, ratable=0).percent is None
    assert not Participation(responses=0, ratable=0).more_ratings_than_dossiers


def test_the_national_index_counts_what_is_open_and_not_overdue():
    """Quảng Trị: 256,133 in hand, 34,979 overdue."""
    counts = DossierCounts(
        received=240_000,
        resolved_early=150_000,
        resolved_on_time=50_000,
        resolved_late=30_000,
        refused=77,
        pending=26_133,
        pending_late=4_979,
    )
    found = in_time_of_handled(counts)

    assert found is not None
    assert (found.part, found.whole, found.percent) == (221_154, 256_133, Decimal("86.34"))
    assert counts.ratable == 256_210


def test_more_in_time_than_received_is_no_share_of_them():
    """A backlog was worked off: what came in earlier is no part of what came in now."""
    backlog = on_time_of_received(DossierCounts(received=5, resolved_early=9))

    assert backlog is not None
    assert backlog.exceeds


def test_more_ratings_than_dossiers_are_said_and_not_turned_into_a_share():
    assert Participation(responses=9, ratable=10).percent == Decimal("90.0")
    assert Participation(responses=9_999, ratable=10_000).percent == Decimal("99.9")
    assert Participation(responses=10, ratable=10).percent == Decimal(100)
    more = Participation(responses=11, ratable=10)
    assert (more.percent, more.more_ratings_than_dossiers) == (None, True)


numbers = st.builds(DossierCounts, **{name: st.integers(0, 10**6) for name in COUNTED})


@given(numbers, numbers)
def test_parts_add_up_and_no_share_says_all_of_less(one: DossierCounts, other: DossierCounts):
    both = one + other
    assert both.handled == one.handled + other.handled
    for found in (on_time_of_resolved(both), early_of_resolved(both)):
        if found is not None:
            assert (found.percent == 100) == (found.part == found.whole)
            assert (found.percent == 0) == (found.part == 0)
