"""Finds in free text what would tell who somebody is, and masks it. Pure.

Found are numbers of identity cards (căn cước công dân, 12 digits; chứng minh nhân dân, 9), passports, telephones and
accounts, e-mail addresses, vehicle plates and dossier codes, also as people disguise or misspell them. Names and
addresses are not: a reviewer masks those by hand, as no text is shown before one has read it.

Where a number may be either, an amount of money or an account, it is masked: what is lost then is a figure in a remark,
what would be lost otherwise is somebody's peace.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

Kind = Literal["phone", "citizen", "old_citizen", "passport", "account", "email", "plate", "dossier", "number"]

# What stands in a shown text where something was masked. Part of the text, hence Vietnamese in every language.
PLACEHOLDERS: Final[dict[Kind, str]] = {
    "phone": "[số điện thoại]",
    "citizen": "[số CCCD]",
    "old_citizen": "[số CMND]",
    "passport": "[số hộ chiếu]",
    "account": "[số tài khoản]",
    "email": "[thư điện tử]",
    "plate": "[biển số xe]",
    "dossier": "[mã hồ sơ]",
    "number": "[dãy số]",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One identifier: characters `start` to before `end` of the original."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """`text` is `original` (NFC) with a placeholder for each of `found`, which stand in order and do not overlap."""

    original: str
    text: str
    found: tuple[Found, ...]

    @property
    def parts(self) -> list[tuple[str, Kind | None]]:
        """The original in pieces, each with what it was found to be: to show what was masked."""
        pieces: list[tuple[str, Kind | None]] = []
        place = 0
        for each in self.found:
            pieces += [(self.original[place : each.start], None), (self.original[each.start : each.end], each.kind)]
            place = each.end
        pieces.append((self.original[place:], None))
        return [piece for piece in pieces if piece[0]]


def mask(text: str) -> Masked:
    """`text` with every identifier replaced. A text without one comes back as it was; masking twice changes nothing."""
    original = unicodedata.normalize("NFC", text)
    shadow = "".join(map(_plain, original))
    # Placeholders of an earlier masking are set aside: their words must not lend a meaning to what stands beside them.
    shadow = _PLACEHOLDER.sub(_aside, shadow)
    found: list[Found] = []
    # Until nothing new turns up: what is set aside by a later rule may have kept an earlier one from matching.
    while _ANY.search(shadow):
        shadow, more = _search(shadow)
        if not more:
            break
        found += more
    found.sort(key=lambda each: each.start)
    pieces, place = [], 0
    for each in found:
        pieces += [original[place : each.start], PLACEHOLDERS[each.kind]]
        place = each.end
    pieces.append(original[place:])
    return Masked(original, "".join(pieces), tuple(found))


# Stands for what needs no further look: neither letter, digit, space nor sign of any rule.
_ASIDE: Final = "\ufffc"
_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u00ad"
_SIGNS: Final = {
    **dict.fromkeys(_DASHES, "-"),
    "．": ".",
    "。": ".",
    "·": ".",
    "•": ".",
    "＠": "@",
    "﹫": "@",
    "＋": "+",
} | {
    "（": "(",
    "）": ")",
    "［": "[",
    "］": "]",
}


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """One character for another, so that places in the text stay: any digit as 0-9, any blank as a space."""
    if character < "\x80":
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if character in _SIGNS:
        return _SIGNS[character]
    # Zs: no-break and other spaces; Cf: characters of no width, put between digits to disguise them.
    return " " if unicodedata.category(character) in ("Zs", "Cf") else character


def _aside(match: re.Match[str]) -> str:
    return _ASIDE * len(match[0])


_PLACEHOLDER: Final = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))
# Every identifier holds a digit, an @, or a word for it.
_ANY: Final = re.compile(r"\d|@|\b(?:at|a còng)\b", re.IGNORECASE)

# What may stand between two digits of one number.
_GAP: Final = r"[ .\-()_*]{0,3}"

_TLD: Final = r"(?:com|vn|net|org|edu|gov|info|biz|me|io|co)"
_AT: Final = r"(?:\s?@\s?|\s?[\[({]\s?(?:at|@|a ?còng)\s?[\])}]\s?|\s(?:at|a ?còng)\s)"
_DOT: Final = r"(?:\s?\.\s?|\s?[\[({]\s?(?:dot|chấm|\.)\s?[\])}]\s?|\s(?:dot|chấm)\s)"
# No longer than RFC 5321 allows, which also keeps the search short on a long row of letters.
_LOCAL: Final = r"[\w.+%\-]{0,63}[\w+]"
_LABEL: Final = r"[\w\-]{1,63}"
_EMAIL: Final = re.compile(
    # A tight address of any domain, or a disguised one that ends in a domain people use here.
    rf"{_LOCAL}(?:@{_LABEL}(?:\.{_LABEL})+|{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}?{_DOT}{_TLD}(?:{_DOT}vn)?\b)",
    re.IGNORECASE,
)

# NĐ 61/2018 Điều 26: unit code, day received (yymmdd), number in the day. The unit's part differs from place to place.
_DOSSIER: Final = re.compile(
    r"(?<![^\W_])[A-Z0-9]{1,5}(?: ?\. ?[A-Z0-9]{1,5})* ?[-/] ?\d{6} ?[-/] ?\d{3,6}(?!\d)", re.IGNORECASE
)

_MONEY: Final = r"\s?(?:đồng|dong|vnđ|vnd|đ|triệu|nghìn|ngàn|tỷ|₫)(?!\w)"
_AMOUNT: Final = re.compile(rf"(?<![\d.])[1-9]\d{{0,2}}(?:(?:\.\d{{3}})+|(?: \d{{3}})+|\d*){_MONEY}", re.IGNORECASE)
_DATE: Final = re.compile(
    r"(?<!\d)(?<!\d[-./])(?:0?[1-9]|[12]\d|3[01])([-./])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d)(?!\1\d)"
)

_PLATE: Final = re.compile(
    r"(?<!\w)(?:"
    # Civil: 29A-123.45, 73-H1 123.45, 51F 12345, 29A-1234; by phone also in small letters.
    r"[1-9]\d ?-? ?[A-ZĐ]{1,2}\d?[ .\-]{0,3}(?:\d{3}\.?\d{2}|\d{4})"
    r"|[1-9]\d-?[a-zđA-ZĐ]{1,2}\d?[.\-]?(?:\d{3}\.?\d{2})"
    r"|[1-9]\d [A-ZĐ]{1,2}\d?[ .\-]{1,3}(?:\d{3}\.?\d{2})"
    # Diplomatic and foreign: 80-123-NG-45, 29-456-NN-01, 80NG-123-45.
    r"|[1-9]\d[ -]?\d{3}[ -]?(?:NG|NN|QT|CV)[ -]?\d{2}"
    r"|[1-9]\d[ -]?(?:NG|NN|QT|CV)[ -]?\d{3}[ -.]?\d{2}"
    # Army: two letters, two by two digits (QH 12-34, TM-12-34).
    r"|(?:A[A-DNPTV]|B[BCHKLPST]|C[ABCMPVHT]|D[BC]|H[A-HNQ]|K[ABCDKNPTV]|N[DT]|P[AGKPQTX]|Q[A-HM]|T[CHKMNT]|V[BKT])"
    r"[ -]?\d{2}-\d{2}"
    r")(?![\d\w])(?!-\d)"
)

_PASSPORT: Final = re.compile(r"(?<!\w)[A-Z]\d{7,8}(?!\w)")

# Card numbers begin with 0 (province codes 001 to 096). Broken up, the last three stay together or all are apart, so
# that a telephone number followed by "12 phút" is not taken for one.
_CITIZEN: Final = re.compile(
    rf"(?<!\d)(?:\d{{12}}|0(?:{_GAP}\d){{8}}{_GAP}\d{{3}}|0(?:[ .\-]\d){{11}}|0\d(?:[ .\-]\d\d){{5}})(?!\d)"
)
_PHONE: Final = re.compile(
    r"(?<!\d)(?:"
    # +84, 84 or 0084, then nine digits, ten for a fixed line.
    rf"(?:\(?\+{_GAP}84|0084|84){_GAP}(?:\(0\))?{_GAP}(?:2(?:{_GAP}\d){{9}}|[1-9](?:{_GAP}\d){{8}})"
    # Fixed lines have eleven digits and had ten; mobiles ten, and eleven until 2018.
    rf"|\(?0{_GAP}(?:2(?:{_GAP}\d){{9}}|\d(?:{_GAP}\d){{8}}|[12](?:{_GAP}\d){{9}})"
    # With slashes as people write them, which dates have too: three groups of three and four.
    r"|0\d{2,3}/\d{3}/\d{3,4}"
    r")(?!\d)"
)
# With the country's code it is a telephone, whatever unit seems to follow.
_ABROAD: Final = re.compile(
    rf"(?<!\d)(?:\(?\+{_GAP}84|0084){_GAP}(?:\(0\))?{_GAP}(?:2(?:{_GAP}\d){{9}}|[1-9](?:{_GAP}\d){{8}})(?!\d)"
)
_OLD_CITIZEN: Final = re.compile(r"(?<!\d)(?:\d{9}|\d{3}([ .\-]| - )\d{3}\1\d{3})(?!\d)(?![.\-]\d)")
_LONG: Final = re.compile(r"(?<!\d)\d{8,}(?!\d)")
_GROUPS: Final = re.compile(r"(?<!\d)\d{3,6}(?:[ .\-]\d{3,6})*(?:[ .\-]\d{2,6})(?!\d)")
_FEWEST_IN_GROUPS: Final = 13

# After its name any longer number is taken for what the name says.
_NAMES: Final[dict[Kind, str]] = {
    "account": r"stk|tk|tài khoản|tai khoan|thẻ atm",
    "citizen": r"cccd|căn cước|can cuoc|cmnd|cmtnd|cmt|chứng minh|chung minh",
    "passport": r"hộ chiếu|ho chieu|passport",
    "phone": r"sđt|sdt|đt|dt|điện thoại|dien thoai|zalo|phone|tel|di động|số máy",
}
_NAMED: Final = {
    kind: re.compile(rf"(?<!\w)(?:{names})(?!\w)[^\d\n{_ASIDE}]{{0,15}}(?P<number>\d(?:{_GAP}\d){{5,}})", re.IGNORECASE)
    for kind, names in _NAMES.items()
}
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def _is_grouped_number(match: re.Match[str]) -> bool:
    """Long enough for an account, and no row of years."""
    groups = re.split(r"\D", match[0])
    return sum(map(len, groups)) >= _FEWEST_IN_GROUPS and not all(map(_YEAR.fullmatch, groups))


# In this order: what holds other numbers first, what may only be guessed last. Without a kind: ordinary, set aside.
_RULES: Final[tuple[tuple[Kind | None, re.Pattern[str], Callable[[re.Match[str]], bool] | None], ...]] = (
    ("email", _EMAIL, None),
    ("dossier", _DOSSIER, None),
    ("phone", _ABROAD, None),
    (None, _AMOUNT, None),
    (None, _DATE, None),
    ("plate", _PLATE, None),
    ("passport", _PASSPORT, None),
    ("account", _NAMED["account"], None),
    ("citizen", _CITIZEN, None),
    ("phone", _PHONE, None),
    ("old_citizen", _OLD_CITIZEN, None),
    ("number", _GROUPS, _is_grouped_number),
    ("number", _LONG, None),
    ("citizen", _NAMED["citizen"], None),
    ("passport", _NAMED["passport"], None),
    ("phone", _NAMED["phone"], None),
)


def _search(shadow: str) -> tuple[str, list[Found]]:
    """One round of all rules: the shadow with what was found set aside, and what was found."""
    found: list[Found] = []
    for kind, pattern, holds in _RULES:
        # A number found by its name alone leaves the name standing.
        part = "number" if "number" in pattern.groupindex else 0
        spans = [match.span(part) for match in pattern.finditer(shadow) if holds is None or holds(match)]
        if kind is not None:
            found += [Found(kind, *span) for span in spans]
        for start, end in spans:
            shadow = shadow[:start] + _ASIDE * (end - start) + shadow[end:]
    return shadow, found
