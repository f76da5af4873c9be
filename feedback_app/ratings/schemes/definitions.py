"""Scheme files: read, checked, and found by date. Pure."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from feedback_app.kit.errors import N_, Invalid, NotFound
from feedback_app.ratings.periods import PUBLISHED_KINDS, Period
from feedback_app.ratings.schemes import indices, national, shares

Rules = indices.IndexRules | national.NationalRules | shares.ShareRules

KINDS: Final[dict[str, Callable[[Mapping[str, Any]], Rules]]] = {
    "indices": indices.read,
    "national": national.read,
    "share": shares.read,
}
FOLDER: Final = Path(__file__).parent
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class BadScheme(Invalid):
    """A scheme file cannot be read, or states rules that cannot be followed."""


class NoScheme(NotFound):
    """No version of the scheme was in force on the first day of the period, or it does not score such periods."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheme:
    """One version of a scheme, in force from `valid_from` until the next version of the same code.

    `periods` are the kinds of period it may be used for; `content` is the file, `sha256` its fingerprint in hex.
    """

    code: str
    version: int
    kind: str
    valid_from: date
    title: str
    title_en: str
    basis: str
    note: str
    note_en: str
    periods: frozenset[str]
    rules: Rules
    content: str
    sha256: str

    @property
    def id(self) -> str:
        """As it is written beside every figure and into every publication."""
        return f"{self.code}/{self.version}"

    @property
    def index_rules(self) -> indices.IndexRules:
        """For callers that asked for a scheme of that kind; raises BadScheme."""
        if not isinstance(self.rules, indices.IndexRules):
            raise BadScheme(N_("Cách chấm “%(scheme)s” thuộc loại khác."), scheme=self.id)
        return self.rules

    @property
    def national_rules(self) -> national.NationalRules:
        """For callers that asked for a scheme of that kind; raises BadScheme."""
        if not isinstance(self.rules, national.NationalRules):
            raise BadScheme(N_("Cách chấm “%(scheme)s” thuộc loại khác."), scheme=self.id)
        return self.rules


def read_file(path: Path) -> Scheme:
    """The scheme in a file (JSON in UTF-8, as the shipped ones). Raises BadScheme."""
    try:
        return read_text(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadScheme(N_("Không đọc được tệp cách chấm: %(reason)s."), reason=error) from error


def read_text(content: str) -> Scheme:
    """The scheme that the text of a file states. Raises BadScheme."""
    try:
        document = json.loads(content)
    except ValueError as error:
        raise BadScheme(N_("Không đọc được tệp cách chấm: %(reason)s."), reason=error) from error
    try:
        return _scheme(document, content)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise BadScheme(N_("Tệp cách chấm thiếu hoặc sai mục %(part)s."), part=str(error)) from error


def _scheme(document: Mapping[str, Any], content: str) -> Scheme:
    code, version, periods = document["code"], document["version"], frozenset(document["periods"])
    if not _CODE.fullmatch(code):
        raise ValueError("code")
    if type(version) is not int or version < 1:
        raise ValueError("version")
    if not periods or not periods <= set(PUBLISHED_KINDS):
        raise ValueError("periods")
    if not document["basis"]:
        raise ValueError("basis")
    return Scheme(
        code=code,
        version=version,
        kind=document["kind"],
        valid_from=date.fromisoformat(document["valid_from"]),
        title=document["title"]["vi"],
        title_en=document["title"]["en"],
        basis=document["basis"],
        note=document["note"]["vi"],
        note_en=document["note"]["en"],
        periods=periods,
        rules=KINDS[document["kind"]](document),
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
    )


@cache
def shipped() -> tuple[Scheme, ...]:
    """The schemes the service comes with, by code and version."""
    return tuple(sorted(map(read_file, FOLDER.glob("*.json")), key=lambda each: (each.code, each.version)))


def scheme_for(schemes: Iterable[Scheme], code: str, period: Period) -> Scheme:
    """The version in force on the first day of `period`, also when another one came into force within it.

    What people were told they would be measured by at the start of a period holds until its end. Raises NoScheme.
    """
    in_force = [each for each in schemes if each.code == code and each.valid_from <= period.starts_on]
    if not in_force:
        raise NoScheme(N_("Chưa có cách chấm “%(code)s” cho kỳ %(period)s."), code=code, period=period.code)
    found = max(in_force, key=lambda each: (each.valid_from, each.version))
    if period.kind not in found.periods:
        raise NoScheme(N_("Cách chấm này không dùng cho kỳ %(period)s."), code=code, period=period.code)
    return found
