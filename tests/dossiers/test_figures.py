from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.dossiers.figures import MEASURES, Counts, Share, judge, shares, unexplained


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
