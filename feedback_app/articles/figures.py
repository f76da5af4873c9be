"""Figures in a text that claim to be a stored figure: how the claim is written, and whether it holds. Pure.

In Markdown a bound figure is a link whose target says which stored figure it is:

    [89,15 %](so-lieu:reported-rating/tp-dong-hoi/nine_months/2023-01-01)
    [92,4 %](so-lieu:rating/phuong-dong-hoi.kinh-te/quarter/2026-07-01/satisfied_share)
    [3.740](so-lieu:dossiers/tp-dong-hoi.phong-tai-chinh-ke-hoach/on_time)
    [281](so-lieu:poll/noi-dung-website/participants)
    [6.243.886](so-lieu:visits/baseline)
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final, Literal

from feedback_app.kit.numbers import NotANumber, parse_decimal

SCHEME: Final = "so-lieu:"

Kind = Literal["reported-rating", "rating", "dossiers", "poll", "visits"]
# agrees: at its own number of decimals, half up. truncated: it equals the stored figure cut off instead of rounded.
# missing: there is no such stored figure, or the reference cannot be read. unreadable: what is written is no number.
Verdict = Literal["agrees", "truncated", "disagrees", "missing", "unreadable"]

RATING_PERIODS: Final = frozenset({"month", "quarter", "half_year", "nine_months", "year"})
DOSSIER_COUNTS: Final = frozenset({"received", "resolved", "on_time", "early", "late"})
# Percentages, each with its own numerator and denominator: none of them is simply "tỷ lệ đúng hạn".
DOSSIER_SHARES: Final = frozenset(
    {"on_time_of_received", "on_time_of_resolved", "early_of_received", "early_of_resolved"}
)

_NUMBER = re.compile(r"[+-]?\d(?:[\d.,]*\d)?")


class BadReference(ValueError):
    """The target of a bound figure names no kind of stored figure."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Which stored figure. `subject` is a department's code or a poll's slug, `period` a kind and its first day."""

    kind: Kind
    measure: str
    subject: str = ""
    period: tuple[str, date] | None = None


def parse_reference(target: str) -> Reference:
    """The figure that a link's target names; raises BadReference."""
    if not target.startswith(SCHEME):
        raise BadReference(target)
    try:
        match target.removeprefix(SCHEME).split("/"):
            case ["reported-rating", str(code), kind, day] if code and kind in RATING_PERIODS:
                return Reference("reported-rating", "percent", code, (kind, date.fromisoformat(day)))
            case ["rating", str(code), kind, day, "satisfied_share"] if code and kind in RATING_PERIODS:
                return Reference("rating", "satisfied_share", code, (kind, date.fromisoformat(day)))
            case ["dossiers", str(code), measure] if code and measure in DOSSIER_COUNTS | DOSSIER_SHARES:
                return Reference("dossiers", measure, code)
            case ["poll", str(slug), "participants"] if slug:
                return Reference("poll", "participants", slug)
            case ["visits", "baseline"]:
                return Reference("visits", "baseline")
    except ValueError as error:
        raise BadReference(target) from error
    raise BadReference(target)


def read_written(written: str) -> Decimal:
    """The one number in a text such as `89,15 %` or `3.740 hồ sơ`; raises NotANumber for none and for several."""
    found = _NUMBER.findall(written)
    if len(found) != 1:
        raise NotANumber(written)
    return parse_decimal(found[0])


def compare(written: str, stored: Decimal, *, percent: bool) -> Verdict:
    """Whether the written number is the stored one, at the number of decimals it is written with.

    A percentage may not be rounded to 100 or to 0: 99,96 % written as `100 %` disagrees.
    """
    try:
        claimed = read_written(written)
    except NotANumber:
        return "unreadable"
    step = Decimal(1).scaleb(min(0, int(claimed.as_tuple().exponent)))
    if percent and claimed != stored and claimed in (0, 100):
        return "disagrees"
    if stored.quantize(step, ROUND_HALF_UP) == claimed:
        return "agrees"
    if stored.quantize(step, ROUND_DOWN) == claimed:
        return "truncated"
    return "disagrees"
