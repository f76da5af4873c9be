"""What an editor should look at in a text, found without changing a word of it. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Literal

from feedback_app.kit.numbers import NotANumber, parse_decimal

_TOKEN = re.compile(
    r"(?P<date>\b\d{1,2}/\d{1,2}/\d{4}\b)"
    r"|(?P<document>\b\d+(?:/\d{4})?/[A-ZĐ][\wĐ]*(?:[-–][\wĐ&]+)*)"
    r"|(?P<number>(?<![\w.,])\d+(?:[.,]\d+)*)(?P<percent>\s?%)?"
)
_DECIMAL = re.compile(r"\d+(?P<mark>[.,])\d+$")
_DOUBLED = re.compile(r"\b(?P<word>[^\W\d_]+) (?P=word)\b", re.IGNORECASE)
_QUOTED = re.compile(r"“([^“”]+)”")
_AROUND = 24
# Above this, two quoted names differ by a slip of the pen rather than in what they name.
_ALIKE = 0.88


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """A number in the text and how Vietnamese notation reads it; `value` is None where it cannot be read."""

    written: str
    meaning: Literal["count", "percent", "decimal", "date", "document"]
    value: Decimal | None
    around: str


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at, with the words around it."""

    kind: Literal["quotes", "space_in_quotes", "decimal_marks", "doubled_word", "names"]
    text: str


def numbers(paragraphs: Sequence[str]) -> list[ReadNumber]:
    """Every number in order, with its reading: `3.760` is a count, `99.94%` a percentage, `25/10/2021` a date."""
    return [number for paragraph in paragraphs for number in _numbers(paragraph)]


def remarks(paragraphs: Sequence[str]) -> list[Remark]:
    """Unbalanced quotes, spaces inside quotes, doubled words, mixed decimal marks, names spelt in two ways."""
    found: list[Remark] = []
    for paragraph in paragraphs:
        if around := _unbalanced(paragraph):
            found.append(Remark("quotes", around))
        for match in re.finditer(r"“\s|\s”", paragraph):
            found.append(Remark("space_in_quotes", _around(paragraph, match.start(), match.end())))
        for match in _DOUBLED.finditer(paragraph):
            found.append(Remark("doubled_word", _around(paragraph, match.start(), match.end())))
    marks: dict[str, str] = {}
    for number in numbers(paragraphs):
        decimal = _DECIMAL.match(number.written.rstrip(" %"))
        if decimal and number.value is not None and number.value != number.value.to_integral_value():
            marks.setdefault(decimal["mark"], number.written)
    if len(marks) > 1:
        found.append(Remark("decimal_marks", " / ".join(marks.values())))
    found.extend(Remark("names", f"“{first}” / “{second}”") for first, second in _names_alike(paragraphs))
    return found


def _numbers(paragraph: str) -> Iterator[ReadNumber]:
    for match in _TOKEN.finditer(paragraph):
        around = _around(paragraph, match.start(), match.end())
        if match["date"]:
            yield ReadNumber(match["date"], "date", None, around)
        elif match["document"]:
            yield ReadNumber(match["document"], "document", None, around)
        else:
            try:
                value = parse_decimal(match["number"])
            except NotANumber:
                value = None
            whole = value is not None and value == value.to_integral_value()
            meaning: Literal["count", "percent", "decimal"] = "count" if whole else "decimal"
            yield ReadNumber(match.group(), "percent" if match["percent"] else meaning, value, around)


def _unbalanced(paragraph: str) -> str | None:
    """The words at the first quotation mark that has no partner; None when all have one."""
    open_at: int | None = None
    for match in re.finditer(r"[“”]", paragraph):
        if match.group() == "“":
            if open_at is not None:
                return _around(paragraph, open_at, match.end())
            open_at = match.start()
        elif open_at is None:
            return _around(paragraph, match.start(), match.end())
        else:
            open_at = None
    if open_at is not None:
        return _around(paragraph, open_at, open_at + 1)
    straight = paragraph.count('"')
    return _around(paragraph, paragraph.rindex('"'), len(paragraph)) if straight % 2 else None


def _names_alike(paragraphs: Sequence[str]) -> list[tuple[str, str]]:
    """Quoted names that are nearly but not quite the same, each pair once."""
    names = list(dict.fromkeys(name for paragraph in paragraphs for name in _QUOTED.findall(paragraph)))
    return [
        (first, second)
        for at, first in enumerate(names)
        for second in names[at + 1 :]
        if SequenceMatcher(None, first.lower(), second.lower()).ratio() > _ALIKE
    ]


def _around(text: str, start: int, end: int) -> str:
    before, after = max(0, start - _AROUND), min(len(text), end + _AROUND)
    return f"{'…' if before else ''}{text[before:after]}{'…' if after < len(text) else ''}"
