"""What another system sends of one department's day, read strictly: known names, whole numbers, none left out. Pure.

{"source": "Một cửa điện tử", "counts": [{"field": "ho-tich", "received": 12, "resolved_early": 9, …}]}
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from feedback_app.dossiers.commands import DayLine
from feedback_app.dossiers.figures import COUNTED, DossierCounts
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.text import normalise

MOST_LINES: Final = 2_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CODES: Final = ("field", "procedure")


class BadMessage(Invalid):
    """A part of the message that cannot be read; `field` is the way to it, as `counts.0.received`."""


@dataclass(frozen=True, slots=True)
class Message:
    day: date
    source: str
    lines: tuple[DayLine, ...]


def read_message(body: object, *, department: str, day: str) -> tuple[Message | None, list[BadMessage]]:
    """The message, or everything that is wrong with it. `day` is the day as the address names it."""
    problems: list[BadMessage] = []
    named = _day(day)
    if named is None:
        problems.append(BadMessage(N_("Ngày phải có dạng 2026-03-31."), field="day"))
    if not isinstance(body, Mapping):
        return None, [*problems, BadMessage(N_("Nội dung phải là một đối tượng JSON."), field="")]
    problems += [
        BadMessage(N_("Không hiểu mục “%(name)s”."), field=str(name), name=name)
        for name in body
        if name not in ("source", "counts")
    ]
    source, counts = body.get("source"), body.get("counts")
    if not isinstance(source, str) or not normalise(source):
        problems.append(BadMessage(N_("Xin ghi nguồn số liệu."), field="source"))
    if not isinstance(counts, list) or not counts:
        return None, [*problems, BadMessage(N_("Cần ít nhất một dòng số liệu."), field="counts")]
    if len(counts) > MOST_LINES:
        return None, [*problems, BadMessage(N_("Có quá %(most)s dòng số liệu."), field="counts", most=MOST_LINES)]
    lines = []
    for number, line in enumerate(counts):
        wrong = _problems(line, f"counts.{number}")
        problems += wrong
        if not wrong and named is not None:
            lines.append(_line(line, department, named, number))
    if problems or named is None or not isinstance(source, str):
        return None, problems
    return Message(named, source, tuple(lines)), []


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        return None


def _problems(line: object, path: str) -> list[BadMessage]:
    if not isinstance(line, Mapping):
        return [BadMessage(N_("Mỗi dòng phải là một đối tượng JSON."), field=path)]
    problems = [
        BadMessage(N_("Không hiểu mục “%(name)s”."), field=f"{path}.{name}", name=name)
        for name in line
        if name not in (*_CODES, *COUNTED)
    ]
    problems += [
        BadMessage(N_("Mã phải là một chuỗi."), field=f"{path}.{name}")
        for name in _CODES
        if not isinstance(line.get(name), str | None)
    ]
    for name in COUNTED:
        count = line.get(name)
        if type(count) is not int:  # true and false are whole numbers to Python
            problems.append(BadMessage(N_("Cần một số nguyên; nếu không có thì ghi 0."), field=f"{path}.{name}"))
    return problems


def _line(line: Mapping[str, object], department: str, day: date, number: int) -> DayLine:
    field, procedure = (normalise(str(line.get(name) or "")) or None for name in _CODES)
    return DayLine(
        department=department,
        day=day,
        field=field,
        procedure=procedure,
        counts=DossierCounts(**{name: line[name] for name in COUNTED}),  # type: ignore[arg-type]  # checked above
        number=number,
    )
