"""Bound figures: what a reference means, and when a written number agrees with the stored one."""

from datetime import date
from decimal import Decimal

import pytest

from feedback_app.articles.figures import BadReference, Reference, Verdict, compare, parse_reference
from feedback_app.articles.rendering import render


@pytest.mark.parametrize(
    ("target", "reference"),
    [
        (
            "so-lieu:reported-rating/tp-dong-hoi/nine_months/2023-01-01",
            Reference("reported-rating", "percent", "tp-dong-hoi", ("nine_months", date(2023, 1, 1))),
        ),
        (
            "so-lieu:rating/phuong.kinh-te/quarter/2026-07-01/satisfied_share",
            Reference("rating", "satisfied_share", "phuong.kinh-te", ("quarter", date(2026, 7, 1))),
        ),
        ("so-lieu:dossiers/phong/on_time", Reference("dossiers", "on_time", "phong")),
        ("so-lieu:poll/giao-dien/participants", Reference("poll", "participants", "giao-dien")),
        ("so-lieu:visits/baseline", Reference("visits", "baseline")),
    ],
)
def test_references_that_mean_something(target: str, reference: Reference) -> None:
    assert parse_reference(target) == reference


@pytest.mark.parametrize(
    "target",
    [
        "https://example.vn/",
        "so-lieu:",
        "so-lieu:dossiers/phong/ty_le",
        "so-lieu:dossiers//on_time",
        "so-lieu:rating/phong/week/2026-07-01/satisfied_share",
        "so-lieu:rating/phong/month/thang-bay/satisfied_share",
        "so-lieu:visits/today",
    ],
)
def test_references_that_mean_nothing(target: str) -> None:
    with pytest.raises(BadReference):
        parse_reference(target)


@pytest.mark.parametrize(
    ("written", "stored", "verdict"),
    [
        ("99,47 %", Decimal(3740) * 100 / 3760, "agrees"),
        ("99,5%", Decimal(3740) * 100 / 3760, "agrees"),
        ("99,4 %", Decimal(3740) * 100 / 3760, "truncated"),
        ("99.94%", Decimal(6154) * 100 / 6158, "agrees"),
        ("99,93\u00a0%", Decimal(6154) * 100 / 6158, "truncated"),
        ("99.6%", Decimal(566) * 100 / 568, "agrees"),
        ("99,65 %", Decimal(566) * 100 / 568, "agrees"),
        ("99,7 %", Decimal(566) * 100 / 568, "disagrees"),
        ("89,15 %", Decimal("89.15"), "agrees"),
        ("89,2 %", Decimal("89.15"), "agrees"),
        ("89,1 %", Decimal("89.15"), "truncated"),
        ("100 %", Decimal(9999) / 100, "disagrees"),
        ("100 %", Decimal(100), "agrees"),
        ("0 %", Decimal("0.2"), "disagrees"),
        ("gần đủ", Decimal(100), "unreadable"),
        ("566/568", Decimal(566), "unreadable"),
    ],
)
def test_a_percentage_agrees_at_its_own_number_of_decimals(written: str, stored: Decimal, verdict: Verdict) -> None:
    assert compare(written, stored, percent=True) == verdict


@pytest.mark.parametrize(
    ("written", "verdict"),
    [("3.760", "agrees"), ("3760", "agrees"), ("3.760 hồ sơ", "agrees"), ("3,76", "disagrees"), ("3.761", "disagrees")],
)
def test_thousands_are_read_as_thousands(written: str, verdict: Verdict) -> None:
    assert compare(written, Decimal(3760), percent=False) == verdict


def test_a_bound_figure_leads_to_its_place_in_the_list_and_carries_its_value() -> None:
    rendered = render("Đạt [89,15 %](so-lieu:visits/baseline) và [3.760](so-lieu:dossiers/phong/received).")

    assert [(figure.position, figure.written) for figure in rendered.figures] == [(1, "89,15 %"), (2, "3.760")]
    assert '<data class="figure" value="89.15"><a href="#so-lieu-1"' in rendered.html
    assert ">89,15\u00a0%</a></data>" in rendered.html.replace("&nbsp;", "\u00a0")
    assert '<data class="figure" value="3760"><a href="#so-lieu-2"' in rendered.html
    assert "so-lieu:" not in rendered.html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        '[x](https://a.vn "y\\" onclick=\\"z")',
        '[<b onclick="x">1</b>](so-lieu:visits/baseline)',
        "![x](https://a.vn/x.png)",
    ],
)
def test_nothing_in_an_article_runs_or_loads(attack: str) -> None:
    html = render(attack).html

    for bad in ("<script", "<img", "<b ", 'href="javascript', '" onclick='):
        assert bad not in html


def test_the_page_keeps_the_only_h1() -> None:
    assert render("# Mục\n\n## Ý").html.split() == ["<h2>Mục</h2>", "<h2>Ý</h2>"]
