"""Scheme files: read, checked, and found by date. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from feedback_app.kit.documents import Part, read_json, read_text
from feedback_app.kit.errors import N_, NotFound
from feedback_app.ratings.periods import PUBLISHED_KINDS, Period
from feedback_app.ratings.schemes import indices, national, shares
from feedback_app.ratings.schemes.reading import BadScheme, in_both, refuse

Rules = indices.IndexRules | national.NationalRules | shares.ShareRules

KINDS: Final[dict[str, Callable[[Part], Rules]]] = {
    "indices": indices.read,
    "national": national.read,
    "share": shares.read,
}
FOLDER: Final = Path(__file__).parent
# A file once shipped never changes, so what these state as their basis is marked for the translators here.
SHIPPED_BASES: Final = (
    N_("Nghị định số 61/2018/NĐ-CP, Điều 27 và 31; mức nào là hài lòng do từng mẫu phiếu ghi rõ"),
    N_("Nghị định số 61/2018/NĐ-CP, Điều 30 và 31; Thông tư số 01/2018/TT-VPCP, Điều 13, 14 và 15"),
    N_("Quyết định số 766/QĐ-TTg ngày 23/6/2022, các chỉ số thành phần 2.1, 5.2, 5.3 và 5.4"),
)
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
    """The scheme in a file (JSON in UTF-8, as the shipped ones). Raises BadScheme, BadDocument."""
    return read_scheme(read_text(path.read_bytes()))


def read_scheme(content: str) -> Scheme:
    """The scheme that the text of a file states. Raises BadScheme, BadDocument."""
    document = read_json(content)
    code, version, kind = document.part("code"), document.part("version"), document.part("kind")
    periods = document.part("periods")
    kinds = frozenset(each.text() for each in periods.parts())
    if not _CODE.fullmatch(code.text()):
        refuse(code)
    if not kinds or not kinds <= set(PUBLISHED_KINDS):
        refuse(periods)
    if kind.text() not in KINDS:
        refuse(kind)
    if not document.part("basis").text():
        refuse(document.part("basis"))
    title, title_en = in_both(document.part("title"))
    note, note_en = in_both(document.part("note"))
    return Scheme(
        code=code.text(),
        version=version.count(),
        kind=kind.text(),
        valid_from=document.part("valid_from").day(),
        title=title,
        title_en=title_en,
        basis=document.part("basis").text(),
        note=note,
        note_en=note_en,
        periods=kinds,
        rules=KINDS[kind.text()](document),
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
