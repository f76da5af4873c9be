"""What a copied web page carries around its article: a poll, a visit counter, a text size switch, other news. Pure.

These are recognised and left out, and what they said is reported, so that an editor may take the figures over where
they belong. When in doubt a line stays in the article.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from feedback_app.kit.numbers import NotANumber, parse_count
from feedback_app.kit.text import fold, normalise

_TEXT_SIZE = re.compile(r"A\s*[-−–]\s+A\s+A\s*\+")
_VOTERS = re.compile(r"^(?P<number>\d[\d.]*) (?:người|lượt)\b.*bình chọn$", re.IGNORECASE)
_COUNTER = re.compile(r"^(?:[•*·-] ?)?(?P<name>\D+?) ?:? ?(?P<number>\d[\d.]*)$")
_COUNTERS = {"online", "truc tuyen", "dang truc tuyen", "dang online", "hom nay", "hom qua", "tong", "tong cong"}
_OTHER_NEWS = {"cac tin khac", "tin khac", "tin lien quan", "bai viet lien quan", "cac bai khac"}
_LONGEST_POLL = 12


@dataclass(frozen=True, slots=True)
class PagePoll:
    """A poll as the page showed it; how the participants split is never on the page."""

    question: str
    options: tuple[str, ...]
    participants: int


@dataclass(frozen=True, slots=True)
class Furniture:
    """`visits` maps each name on the counter to its number; `text_size` is the switch's own line."""

    poll: PagePoll | None = None
    visits: tuple[tuple[str, int], ...] = ()
    text_size: str | None = None
    other_news: tuple[str, ...] | None = None


def split(lines: Sequence[str]) -> tuple[list[str], Furniture]:
    """The lines of the article, and what stood around it. Blank lines are kept."""
    kept: list[str] = []
    poll: PagePoll | None = None
    visits: tuple[tuple[str, int], ...] = ()
    text_size: str | None = None
    other_news: tuple[str, ...] | None = None
    at = 0
    while at < len(lines):
        line = normalise(lines[at])
        key = fold(line).rstrip(" :")
        if key == "binh chon" and poll is None and (found := _poll(lines[at + 1 :])):
            poll, length = found
            at += length
        elif key == "thong ke truy cap" and not visits and (counted := _visits(lines[at + 1 :])):
            visits, length = counted
            at += length
        elif _TEXT_SIZE.search(line) and text_size is None:
            text_size = line
        elif key in _OTHER_NEWS:
            other_news = tuple(filter(None, map(normalise, lines[at + 1 :])))
            break
        else:
            kept.append(lines[at])
        at += 1
    return kept, Furniture(poll, visits, text_size, other_news)


def _poll(lines: Sequence[str]) -> tuple[PagePoll, int] | None:
    """A poll that ends with its number of voters, and how many lines it takes."""
    said: list[str] = []
    for number, raw in enumerate(lines, start=1):
        line = normalise(raw)
        voters = _VOTERS.match(line)
        if voters and len(said) > 1:
            return PagePoll(said[0], tuple(said[1:]), parse_count(voters["number"])), number
        if line:
            said.append(line)
        if len(said) > _LONGEST_POLL:
            break
    return None


def _visits(lines: Sequence[str]) -> tuple[tuple[tuple[str, int], ...], int] | None:
    """A visit counter, and how many lines it takes."""
    counted: list[tuple[str, int]] = []
    length = 0
    for number, raw in enumerate(lines, start=1):
        line = normalise(raw)
        counter = _COUNTER.match(line)
        if counter and fold(counter["name"]) in _COUNTERS:
            try:
                counted.append((counter["name"], parse_count(counter["number"])))
            except NotANumber:
                break
            length = number
        elif line and "truy cap" not in fold(line):
            break
    return (tuple(counted), length) if counted else None
