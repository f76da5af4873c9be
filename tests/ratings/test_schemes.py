"""Scoring schemes against the texts they follow, and against mistakes that were made with them elsewhere."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from feedback_app.dossiers.figures import DossierCounts
from feedback_app.kit.documents import BadDocument
from feedback_app.petitions.figures import Petition, PetitionCounts, Verdict, count
from feedback_app.ratings import figures
from feedback_app.ratings.periods import parse
from feedback_app.ratings.schemes import (
    Assessment,
    BadScheme,
    Evidence,
    NoScheme,
    Points,
    Scheme,
    indices,
    national,
    read_scheme,
    scheme_for,
    shares,
    shipped,
)

# What was shipped never changes: another rule is another version in another file.
FINGERPRINTS = {
    "qd766/1": "609b8065397569041bcfe881fc74a5ba7bac61e1526c2e56daebcf55f19e6c4a",
    "satisfied-share/1": "381fc26be2bfb4bfcdfd31f32b46f4c371eb50814880d3b556893ccdfec834af",
    "tt01/1": "a668dfffbcd4644c99517379bdc5a5b13963390744caac4b06aa4f5dca16cf73",
}
QUARTER = parse("2023-Q3")


def scheme(code: str) -> Scheme:
    return scheme_for(shipped(), code, QUARTER)


RULES = scheme("tt01").index_rules
NATIONAL = scheme("qd766").national_rules


def dossiers(*, early: int = 0, on_time: int = 0, late: int = 0, waiting: int = 0, overdue: int = 0) -> DossierCounts:
    return DossierCounts(
        resolved_early=early,
        resolved_on_time=on_time,
        resolved_late=late,
        pending=waiting + overdue,
        pending_late=overdue,
    )


def evidence(points: int, scored: int) -> Evidence:
    """Every index of the unit's scale averages points ÷ scored, as near as its source allows."""
    return Evidence(
        dossiers=dossiers(early=points - scored, on_time=2 * scored - points),
        answers={f"index-{number}": Points(points, scored) for number in (3, 4, 6, 7)},
        assessments={number: Assessment(own=2, appraised=2) for number in (5, 8, 9)},
    )


def unit(given: Evidence, minimum: int = 1) -> indices.IndexResult:
    return indices.evaluate(RULES, "unit", given, minimum=minimum)


def officer(given: Evidence) -> indices.IndexResult:
    return indices.evaluate(RULES, "officer", given, minimum=1)


def test_what_was_shipped_never_changes() -> None:
    assert {each.id: each.sha256 for each in shipped()} == FINGERPRINTS


def test_each_index_is_rounded_half_up_before_it_is_added() -> None:
    """33 of 20 is 1.65: nine times make 14.85, floored 14.4, to even 14.4, but by the text 15.3 and another class."""
    each = indices.average(Points(33, 20), RULES.decimals)
    assert each == Decimal("1.7")
    assert each * 9 == Decimal("15.3")
    assert RULES.scales["unit"].grade(each * 9).name == "xuất sắc"
    result = unit(evidence(33, 20))
    assert [score.value for score in result.scores if score.source != "assessment"] == [each] * 6
    assert result.total == each * 6 + 6


@pytest.mark.parametrize(
    ("total", "name"),
    [
        ("18", "xuất sắc"),
        ("15.0", "xuất sắc"),
        ("14.9", "tốt"),
        ("12.0", "tốt"),
        ("11.9", "khá"),
        ("9.0", "khá"),
        ("8.9", "trung bình"),
        ("6.0", "trung bình"),
        ("5.9", "yếu"),
        ("0", "yếu"),
    ],
)
def test_classes_of_a_unit_hold_their_lower_bound(total: str, name: str) -> None:
    assert RULES.scales["unit"].grade(Decimal(total)).name == name


@pytest.mark.parametrize(
    ("total", "name"),
    [
        ("5.0", "hoàn thành 100 % nhiệm vụ"),
        ("4.9", "hoàn thành từ 70 % đến dưới 100 % nhiệm vụ"),
        ("3.5", "hoàn thành từ 70 % đến dưới 100 % nhiệm vụ"),
        ("3.4", "hoàn thành dưới 70 % nhiệm vụ"),
    ],
)
def test_classes_of_an_officer_hold_their_lower_bound(total: str, name: str) -> None:
    assert RULES.scales["officer"].grade(Decimal(total)).name == name


def test_everything_on_the_day_and_one_contact_is_five_points_of_an_officer() -> None:
    result = officer(
        Evidence(dossiers=dossiers(on_time=40), answers={"index-3": Points(40, 40), "index-4": Points(40, 40)})
    )
    assert [score.value for score in result.scores] == [Decimal("1.0")] * 5
    assert (result.total, result.maximum) == (Decimal("5.0"), 10)
    assert result.grade is not None
    assert result.grade.name == "hoàn thành 100 % nhiệm vụ"


def test_the_class_of_an_officer_comes_from_exactly_the_five_indices_shown() -> None:
    result = officer(replace(evidence(20, 20), assessments={5: Assessment(own=2), 6: Assessment(own=2)}))
    assert [score.index.number for score in result.scores] == [1, 2, 3, 4, 7]
    assert result.total == sum(score.value for score in result.scores if score.value is not None) == Decimal("5.0")


def test_an_index_without_data_is_left_out_and_named_and_no_threshold_is_lowered() -> None:
    full = evidence(40, 20)
    assert unit(full).total == Decimal("18.0")
    result = unit(replace(full, assessments={8: Assessment(own=2, appraised=2)}))
    assert [index.number for index in result.left_out] == [5, 9]
    assert (result.total, result.attainable, result.maximum) == (Decimal("14.0"), 14, 18)
    assert result.grade is not None
    assert (result.grade.name, result.best_grade.name) == ("tốt", "tốt")


def test_without_any_data_there_is_neither_total_nor_class() -> None:
    result = unit(Evidence())
    assert (result.total, result.own_total, result.grade, len(result.left_out)) == (None, None, None, 9)
    assert {score.state for score in result.scores} == {"no_data"}


def test_whoever_did_not_answer_is_in_no_base() -> None:
    """100 dossiers, 30 people answered, all with 1 point: the index is 1.0, not 1.7, and says 30 of 100."""
    result = unit(Evidence(dossiers=dossiers(on_time=100), answers={"index-3": Points(30, 30)}), minimum=30)
    third = result.scores[2]
    assert (third.value, third.numerator, third.denominator, third.dossiers) == (Decimal("1.0"), 30, 30, 100)
    assert [index.number for index in result.left_out] == [4, 5, 6, 8, 9]


def test_too_few_answers_score_nothing_and_tell_nothing() -> None:
    third = unit(Evidence(answers={"index-3": Points(58, 29)}), minimum=30).scores[2]
    assert (third.state, third.value, third.numerator, third.denominator) == ("too_few", None, None, 29)


def test_early_on_the_day_and_late_are_two_one_and_nothing() -> None:
    first, second = unit(Evidence(dossiers=dossiers(early=10, on_time=5, late=5, waiting=7))).scores[:2]
    assert (first.numerator, first.denominator, first.value) == (25, 20, Decimal("1.3"))
    assert (second.numerator, second.denominator) == (25, 20)


def test_counted_indices_stand_on_both_sides_and_assessed_ones_side_by_side() -> None:
    given = replace(evidence(20, 20), assessments={5: Assessment(own=2, appraised=1, reason="…"), 9: Assessment(own=1)})
    result = unit(given)
    fifth, ninth = result.scores[4], result.scores[8]
    assert (fifth.own_value, fifth.value, fifth.unappraised) == (Decimal(2), Decimal(1), False)
    assert (ninth.own_value, ninth.value, ninth.unappraised) == (Decimal(1), Decimal(1), True)
    assert (result.own_total, result.total) == (Decimal("9.0"), Decimal("8.0"))
    assert [index.number for index in result.unappraised] == [9]


def petition(verdict: Verdict = "upheld", *, about_conduct: bool = True, answered: bool = True) -> Petition:
    return Petition(
        due_on=date(2023, 8, 10),
        answered_on=date(2023, 8, 9) if answered else None,
        verdict=verdict,
        about_conduct=about_conduct,
        prolonged=False,
        contested=False,
    )


@pytest.mark.parametrize(
    ("verdict", "value"),
    [("upheld", "1.9"), ("pending", "1.9"), ("unfounded", "2.0"), ("malicious", "2.0")],
)
def test_a_petition_about_conduct_makes_one_dossier_nothing_unless_it_was_untrue(verdict: Verdict, value: str) -> None:
    given = Evidence(answers={"index-7": Points(38, 19)}, petitions=count([petition(verdict)], day=date(2023, 10, 1)))
    assert unit(given).scores[6].value == Decimal(value)
    given = replace(given, answers={}, dossiers=dossiers(early=19))
    assert unit(given).scores[6].value == Decimal(value)


def test_a_petition_about_something_else_does_not_touch_conduct() -> None:
    other = count([petition(about_conduct=False)], day=date(2023, 10, 1))
    assert unit(Evidence(answers={"index-7": Points(38, 19)}, petitions=other)).scores[6].value == Decimal("2.0")


def test_conduct_follows_the_answers_before_the_dossiers_and_late_ones_score_neither_way() -> None:
    late = Evidence(dossiers=dossiers(early=10, late=10))
    assert unit(late).scores[6].denominator == 10
    assert unit(replace(late, answers={"index-7": Points(0, 4)})).scores[6].source == "answers"
    assert unit(replace(late, answers={"index-7": Points(0, 4)}), minimum=5).scores[6].source == "dossiers"


@pytest.mark.parametrize(
    ("counts", "points"),
    [
        (PetitionCounts(received=10, on_time=10), 2),
        (PetitionCounts(received=12, on_time=10), 2),  # two are still within their time
        (PetitionCounts(received=10, on_time=9, overdue=1), 1),
        (PetitionCounts(received=1000, on_time=899, overdue=101), 0),
        (PetitionCounts(received=10, on_time=10, prolonged=1), 0),
    ],
)
def test_petitions_answered_in_time(counts: PetitionCounts, points: int) -> None:
    eighth = unit(Evidence(petitions=counts, assessments={8: Assessment(own=2)})).scores[7]
    assert (eighth.source, eighth.value, eighth.own_value) == ("petitions", Decimal(points), Decimal(points))


def test_an_empty_register_is_not_taken_for_a_perfect_one() -> None:
    assert unit(Evidence(petitions=None)).scores[7].value is None
    assert unit(Evidence(assessments={8: Assessment(own=2)})).scores[7].source == "assessment"


# The five numbers are those published for one province: dossiers received, in time, petitions and their fate.
PROVINCE = Evidence(
    dossiers=dossiers(early=200_000, late=20_000, waiting=21_154, overdue=14_979),
    petitions=PetitionCounts(received=185, on_time=91, overdue=94, unsettled=120),
)


def parts(result: national.NationalResult) -> dict[str, str]:
    return {score.part.code: str(score.shown) for score in result.scores}


def test_the_national_parts_as_published_for_a_province() -> None:
    result = national.evaluate(NATIONAL, replace(PROVINCE, petitions=None), dislikes=65)
    assert parts(result) == {"2.1": "17.27", "5.2": "6.00", "5.3": "6.00", "5.4": "5.75"}
    petitions = parts(national.evaluate(NATIONAL, PROVINCE))
    assert (petitions["5.2"], petitions["5.3"]) == ("2.95", "2.11")
    assert Decimal("5.75") + Decimal("2.95") + Decimal("2.11") == Decimal("10.81")


def test_the_satisfaction_group_is_rounded_once() -> None:
    group = national.evaluate(NATIONAL, PROVINCE).satisfaction
    exact = Fraction(221_154 - 185, 256_133) / Fraction(9, 10) * 6 + Fraction(91 + 65, 185) * 6
    assert group == exact
    assert national.evaluate(NATIONAL, PROVINCE).satisfaction_most == 18


@pytest.mark.parametrize(
    ("in_time", "points"), [(1000, "6.00"), (900, "6.00"), (899, "5.99"), (450, "3.00"), (0, "0.00")]
)
def test_contentment_has_all_points_from_ninety_percent(in_time: int, points: str) -> None:
    counts = dossiers(early=in_time, late=1000 - in_time)
    assert parts(national.evaluate(NATIONAL, Evidence(dossiers=counts)))["5.4"] == points


def test_no_petition_is_full_marks_by_rule_but_no_dossier_is_no_data() -> None:
    result = national.evaluate(NATIONAL, Evidence())
    assert [(score.part.code, score.points, score.by_rule) for score in result.scores] == [
        ("2.1", None, False),
        ("5.2", 6, True),
        ("5.3", 6, True),
        ("5.4", None, False),
    ]
    assert result.satisfaction is None


@pytest.mark.parametrize(
    ("percent", "name"),
    [("90", "xuất sắc"), ("89.99", "tốt"), ("80", "tốt"), ("70", "khá"), ("50", "trung bình"), ("49.9", "yếu")],
)
def test_the_percent_map_is_another_one_than_that_of_eighteen_points(percent: str, name: str) -> None:
    assert NATIONAL.grade(Decimal(percent)).name == name
    assert NATIONAL.grades != RULES.scales["unit"].grades


def test_the_satisfied_share_is_the_one_every_page_shows() -> None:
    found = scheme("satisfied-share")
    assert found.id == figures.SCHEME
    assert isinstance(found.rules, shares.ShareRules)
    assert found.rules.decimals == figures.PLACES
    counts = {"satisfied": 40, "neutral": 2, "not_satisfied": 3}
    figure = figures.Figure(figures.Sums(rated=45, **counts), 1, one_scale=True)
    assert found.rules.percent(counts) == figure.percent == Decimal("88.9")
    assert found.rules.percent({}) is None


def changed(code: str, /, **parts: object) -> str:
    return json.dumps({**json.loads(scheme(code).content), **parts}, ensure_ascii=False)


def test_a_period_keeps_the_version_of_its_first_day() -> None:
    newer = read_scheme(changed("tt01", version=2, valid_from="2023-08-01"))
    known = [*shipped(), newer]
    assert scheme_for(known, "tt01", parse("2023-Q2")).version == 1
    assert scheme_for(known, "tt01", parse("2023-Q3")).version == 1
    assert scheme_for(known, "tt01", parse("2023")).version == 1
    assert scheme_for(known, "tt01", parse("2023-Q4")).version == 2


@pytest.mark.parametrize(("code", "period"), [("tt01", "2018-Q4"), ("khong-co", "2023-Q3"), ("tt01", "2023-09")])
def test_a_period_without_a_scheme_is_not_scored(code: str, period: str) -> None:
    with pytest.raises(NoScheme):
        scheme_for(shipped(), code, parse(period))


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": "guess"},
        {"code": "Không"},
        {"version": "1"},
        {"basis": ""},
        {"valid_from": "1/7/2025"},
        {"periods": []},
        {"periods": ["day"]},
        {"decimals": "1"},
        {"indices": []},
        {"title": {"vi": "A"}},
        {"points": {"most": "2", "early": 2, "on_time": 1, "late": 0, "answered_in_time": []}},
        {"indices": [{"number": 3, "sources": ["answers"], "name": {"vi": "A", "en": "A"}}]},
        {"indices": [{"number": 1, "sources": ["guess"], "name": {"vi": "A", "en": "A"}}]},
        {"scales": {"unit": {"indices": [1], "grades": []}, "officer": {"indices": [1], "grades": []}}},
    ],
)
def test_a_file_that_states_no_rules_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises((BadScheme, BadDocument)):
        read_scheme(changed("tt01", **parts))


def test_a_file_that_is_none_is_refused() -> None:
    for content in ("", "[]", "{"):
        with pytest.raises(BadDocument):
            read_scheme(content)
