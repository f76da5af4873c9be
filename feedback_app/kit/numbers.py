"""Numbers as they are written in Vietnam: `3.760` is three thousand, `89,15 %` has a comma."""

import re
from decimal import ROUND_HALF_UP, Decimal

from feedback_app.kit.text import normalise

_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_COMMA_DECIMAL = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+),\d+", re.ASCII)
_LONGEST = 40
_DOT_DECIMAL = re.compile(r"[+-]?\d+\.\d+", re.ASCII)


class NotANumber(ValueError):
    """The text is not a number in Vietnamese notation, or could be read in two ways."""


def parse_count(text: str) -> int:
    """`3.760`, `3760` and `6.243.886` as whole numbers; raises NotANumber for anything else."""
    written = normalise(text)
    if len(written) > _LONGEST:  # Python refuses to make a number of thousands of figures
        raise NotANumber(text)
    if _GROUPED.fullmatch(written) or _INTEGER.fullmatch(written):
        return int(written.replace(".", ""))
    raise NotANumber(text)


def parse_decimal(text: str) -> Decimal:
    """`99,4 %`, `99.94%`, `1.234,5` and `3.760` (thousands) as exact decimals, without the percent sign.

    A single dot followed by exactly three digits is a thousands mark, as everywhere in Vietnamese text,
    unless only a zero stands before it.
    """
    written = normalise(text).removesuffix("%").rstrip()
    if _GROUPED.fullmatch(written) or _INTEGER.fullmatch(written):
        return Decimal(written.replace(".", ""))
    if _COMMA_DECIMAL.fullmatch(written):
        return Decimal(written.replace(".", "").replace(",", "."))
    if _DOT_DECIMAL.fullmatch(written):
        return Decimal(written)
    raise NotANumber(text)


def format_count(number: int, locale: str = "vi") -> str:
    """3760 as `3.760` (vi) or `3,760` (en)."""
    grouped = f"{number:,}"
    return grouped if locale == "en" else grouped.replace(",", ".")


def format_decimal(number: Decimal, places: int, locale: str = "vi") -> str:
    """`number` rounded half up to `places`, in the notation of `locale`."""
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    grouped = f"{rounded:,.{places}f}"
    return grouped if locale == "en" else grouped.translate(str.maketrans(",.", ".,"))


def percent_of(part: int, whole: int, places: int) -> Decimal:
    """`part` of `whole` in percent, rounded half up once.

    A rounded value may never say all or none when it is not: 9,999 of 10,000 at one place is 99.9 and
    1 of 10,000 is 0.1. Raises ZeroDivisionError for an empty whole: no data has no percentage.
    """
    if whole == 0:  # Decimal itself calls 0 / 0 an InvalidOperation
        raise ZeroDivisionError
    return round_percent(Decimal(part) * 100 / Decimal(whole), places)


def format_percent(part: int, whole: int, places: int = 2, locale: str = "vi") -> str:
    """`3740, 3760` as `99,47 %` (vi) or `99.47%` (en)."""
    return format_percent_value(percent_of(part, whole, places), places, locale)


def format_percent_value(value: Decimal, places: int, locale: str = "vi") -> str:
    """A share that already is in percent; more decimals than `places` are rounded by the rule of `percent_of`."""
    return format_decimal(round_percent(value, places), places, locale) + ("%" if locale == "en" else "\u00a0%")


def round_percent(exact: Decimal, places: int) -> Decimal:
    """A share in percent rounded half up; neither all nor none unless it is exactly that."""
    step = Decimal(1).scaleb(-places)
    rounded = exact.quantize(step, rounding=ROUND_HALF_UP)
    if exact < 100 <= rounded:
        return 100 - step
    if rounded <= 0 < exact:
        return step
    return rounded
