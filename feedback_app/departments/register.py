"""The rules of the register of departments, over plain values: who may stand under whom, and when.

Nothing here knows the database. What is stored and what is about to be entered are laid over each other, and
the whole is checked: a department that closes can invalidate a child that nobody touched.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from feedback_app.departments.commands import (
    Problem,
    RegisterCounter,
    RegisterPlace,
    RegisterSuccession,
    Registration,
)
from feedback_app.kit.errors import N_

KINDS = ("province", "city", "office", "one_stop", "ward", "commune", "party")
SUCCESSION_KINDS = ("rename", "merge", "split", "abolish", "transfer")
# A transfer moves duties; the department that gave them up may live on.
CLOSING_KINDS = ("rename", "merge", "split", "abolish")

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """One department: what it is, its parent's code from each day on, the first day it no longer exists."""

    kind: str
    parents: Mapping[date, str | None]
    closed_on: date | None = None
    lines: Mapping[date, str] = field(default_factory=dict)

    @property
    def opened_on(self) -> date:
        return min(self.parents)

    def exists_on(self, day: date) -> bool:
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)

    def parent_on(self, day: date) -> str | None:
        known = [first for first in self.parents if first <= day]
        return self.parents[max(known)] if known else None

    def stretches(self) -> Iterator[tuple[date, date | None, str | None]]:
        """From each day on, until the next one or the end, under which parent."""
        days = sorted(self.parents)
        for first, until in zip(days, [*days[1:], self.closed_on], strict=True):
            yield first, until, self.parents[first]


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """What is stored: departments by code, steps of succession, codes of fields, places by slug, counters."""

    lives: Mapping[str, Life] = field(default_factory=dict)
    successions: tuple[RegisterSuccession, ...] = ()
    fields: frozenset[str] = frozenset()
    places: Mapping[str, RegisterPlace] = field(default_factory=dict)
    counters: tuple[RegisterCounter, ...] = ()


def problems(known: Register, wanted: Registration, *, today: date) -> list[Problem]:
    """Everything that speaks against entering `wanted` into `known`; nothing does if the list is empty."""
    lives = overlay(known.lives, wanted)
    return [
        *_forms(wanted),
        *_doubles(wanted),
        *_departments(known, wanted),
        *(problem for code, life in lives.items() for problem in _tree(code, life, lives)),
        *_successions(_by_key(known.successions, wanted.successions), lives),
        *_fields(known, wanted),
        *_places(known, wanted, lives, today),
    ]


def overlay(known: Mapping[str, Life], wanted: Registration) -> dict[str, Life]:
    """The lives after entering: new versions over old ones, ends taken from rows and from successions."""
    lives = dict(known)
    for row in wanted.departments:
        before = lives.get(row.code) or Life(kind=row.kind, parents={})
        lives[row.code] = replace(
            before,
            parents={**before.parents, row.valid_from: row.parent},
            lines={**before.lines, row.valid_from: row.line},
            closed_on=row.closed_on or before.closed_on,
        )
    for step in wanted.successions:
        ended = lives.get(step.predecessor)
        if ended and ended.closed_on is None and step.kind in CLOSING_KINDS:
            lives[step.predecessor] = replace(ended, closed_on=step.happened_on)
    return lives


def _forms(wanted: Registration) -> Iterator[Problem]:
    coded = [
        *((row.code, row.line) for row in wanted.departments),
        *((r.code, r.line) for r in wanted.fields),
        *((row.code, row.line) for row in wanted.procedures),
    ]
    for code, line in coded:
        if not _CODE.fullmatch(code):
            yield Problem(
                message=N_("Mã “%(code)s” chưa đúng: chỉ dùng chữ không dấu, chữ số, dấu chấm và gạch ngang."),
                values={"code": code},
                field="code",
                line=line,
            )
    slugs = [
        *((row.slug, row.line) for row in wanted.places),
        *((row.slug, row.line) for row in wanted.counters),
    ]
    for slug, line in slugs:
        if not _SLUG.fullmatch(slug):
            yield Problem(
                message=N_("Mã “%(slug)s” chưa đúng: chỉ dùng chữ thường không dấu, chữ số và gạch ngang."),
                values={"slug": slug},
                field="slug",
                line=line,
            )
    named = [
        *((row.name, row.line) for row in wanted.departments),
        *((row.name, row.line) for row in wanted.fields),
        *((row.name, row.line) for row in wanted.procedures),
        *((row.name, row.line) for row in wanted.places),
        *((row.name, row.line) for row in wanted.counters),
        *((row.title, row.line) for row in wanted.office_models),
    ]
    for name, line in named:
        if not name:
            yield Problem(message=N_("Chưa có tên."), field="name", line=line)
    for model in wanted.office_models:
        if not model.source:
            yield Problem(message=N_("Chưa ghi nguồn."), field="source", line=model.line)


def _doubles(wanted: Registration) -> Iterator[Problem]:
    keyed: list[tuple[tuple[object, ...], str]] = [
        *((("department", row.code, row.valid_from), row.line) for row in wanted.departments),
        *((("succession", row.predecessor, row.successor, row.happened_on), row.line) for row in wanted.successions),
        *((("field", row.code), row.line) for row in wanted.fields),
        *((("procedure", row.code), row.line) for row in wanted.procedures),
        *((("place", row.slug), row.line) for row in wanted.places),
        *((("counter", row.place, row.slug), row.line) for row in wanted.counters),
        *((("office_model", row.department, row.title), row.line) for row in wanted.office_models),
    ]
    first: dict[tuple[object, ...], str] = {}
    for key, line in keyed:
        if key in first:
            yield Problem(message=N_("Trùng với dòng đã có: %(first)s."), values={"first": first[key]}, line=line)
        first.setdefault(key, line)


def _departments(known: Register, wanted: Registration) -> Iterator[Problem]:
    kinds = {code: life.kind for code, life in known.lives.items()}
    ends: dict[str, date] = {}
    for row in wanted.departments:
        values: dict[str, object] = {"code": row.code, "kind": row.kind}
        if row.kind not in KINDS:
            yield Problem(message=N_("Không có loại cơ quan “%(kind)s”."), values=values, field="kind", line=row.line)
        elif kinds.setdefault(row.code, row.kind) != row.kind:
            yield Problem(
                message=N_("“%(code)s” đã được ghi là loại khác; một cơ quan không đổi loại."),
                values=values,
                field="kind",
                line=row.line,
            )
        if row.closed_on and ends.setdefault(row.code, row.closed_on) != row.closed_on:
            yield Problem(
                message=N_("“%(code)s” có hai ngày ngừng hoạt động khác nhau."),
                values=values,
                field="closed_on",
                line=row.line,
            )


def _tree(code: str, life: Life, lives: Mapping[str, Life]) -> Iterator[Problem]:
    for first, until, parent in life.stretches():
        values: dict[str, object] = {"code": code, "parent": parent, "day": _written(first)}
        line = life.lines.get(first, "")
        if life.closed_on and first >= life.closed_on:
            yield Problem(
                message=N_("“%(code)s” ngừng hoạt động không sau ngày %(day)s."),
                values=values,
                field="closed_on",
                line=line,
            )
        elif parent is not None:
            yield from _under(parent, first, until, lives, Problem(message="", values=values, line=line))
            if _circle(code, first, lives):
                yield Problem(
                    message=N_("Từ ngày %(day)s “%(code)s” lại là cấp trên của chính mình."),
                    values=values,
                    field="parent",
                    line=line,
                )


def _under(
    parent: str, first: date, until: date | None, lives: Mapping[str, Life], about: Problem
) -> Iterator[Problem]:
    above = lives.get(parent)
    if above is None:
        yield replace(about, message=N_("Không có cấp trên mang mã “%(parent)s”."), field="parent")
    elif not above.exists_on(first):
        yield replace(
            about,
            message=N_("Ngày %(day)s cấp trên “%(parent)s” của “%(code)s” không hoạt động."),
            field="parent",
        )
    elif above.closed_on and (until is None or until > above.closed_on):
        yield replace(
            about,
            message=N_("Cấp trên “%(parent)s” ngừng hoạt động từ ngày %(end)s mà “%(code)s” vẫn còn trực thuộc."),
            values={**about.values, "end": _written(above.closed_on)},
            field="parent",
        )


def _circle(code: str, day: date, lives: Mapping[str, Life]) -> bool:
    seen: set[str] = set()
    above = lives[code].parent_on(day)
    while above is not None and above in lives and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = lives[above].parent_on(day)
    return False


def _by_key(*groups: Iterable[RegisterSuccession]) -> list[RegisterSuccession]:
    """Each step once: what is entered replaces what is stored of the same departments and day."""
    steps = {(s.predecessor, s.successor, s.happened_on): s for group in groups for s in group}
    return list(steps.values())


def _successions(steps: Iterable[RegisterSuccession], lives: Mapping[str, Life]) -> Iterator[Problem]:
    for step in steps:
        if step.kind not in SUCCESSION_KINDS:
            yield Problem(
                message=N_("Không có hình thức kế thừa “%(kind)s”."),
                values={"kind": step.kind},
                field="kind",
                line=step.line,
            )
        if (step.successor is None) != (step.kind == "abolish"):
            yield Problem(
                message=N_("Giải thể thì không ghi đơn vị mới; hình thức khác thì phải ghi."),
                field="successor",
                line=step.line,
            )
        if not step.legal_basis:
            yield Problem(message=N_("Chưa ghi căn cứ pháp lý."), field="legal_basis", line=step.line)
        yield from _predecessor(step, lives)
        yield from _successor(step, lives)


def _predecessor(step: RegisterSuccession, lives: Mapping[str, Life]) -> Iterator[Problem]:
    life = lives.get(step.predecessor)
    values = {"code": step.predecessor, "day": _written(step.happened_on)}
    if life is None:
        message = N_("Không có đơn vị cũ mang mã “%(code)s”.")
    elif life.opened_on >= step.happened_on:
        message = N_("Trước ngày %(day)s chưa có đơn vị “%(code)s”.")
    elif step.kind in CLOSING_KINDS and life.closed_on != step.happened_on:
        message = N_("“%(code)s” không ngừng hoạt động vào ngày %(day)s như quan hệ kế thừa đã ghi.")
    elif life.closed_on and life.closed_on < step.happened_on:
        message = N_("Trước ngày %(day)s đơn vị “%(code)s” đã ngừng hoạt động.")
    else:
        return
    yield Problem(message=message, values=values, field="predecessor", line=step.line)


def _successor(step: RegisterSuccession, lives: Mapping[str, Life]) -> Iterator[Problem]:
    if step.successor is None:
        return
    values = {"code": step.successor, "day": _written(step.happened_on)}
    life = lives.get(step.successor)
    if step.successor == step.predecessor:
        message = N_("“%(code)s” không thể kế thừa chính mình; nếu chỉ đổi tên, hãy thêm tên mới.")
    elif life is None:
        message = N_("Không có đơn vị mới mang mã “%(code)s”.")
    elif not life.exists_on(step.happened_on):
        message = N_("Ngày %(day)s đơn vị “%(code)s” không hoạt động.")
    else:
        return
    yield Problem(message=message, values=values, field="successor", line=step.line)


def _fields(known: Register, wanted: Registration) -> Iterator[Problem]:
    codes = known.fields | {row.code for row in wanted.fields}
    used = [
        *((code, row.line) for row in wanted.departments for code in row.fields),
        *((row.field, row.line) for row in wanted.procedures),
        *((row.field, row.line) for row in wanted.counters if row.field is not None),
    ]
    for code, line in used:
        if code not in codes:
            yield Problem(
                message=N_("Không có lĩnh vực mang mã “%(code)s”."),
                values={"code": code},
                field="field",
                line=line,
            )


def _places(known: Register, wanted: Registration, lives: Mapping[str, Life], today: date) -> Iterator[Problem]:
    places = dict(known.places)
    for place in wanted.places:
        before = places.get(place.slug, place)
        places[place.slug] = replace(
            place, rated=place.rated or before.rated, closed_on=place.closed_on or before.closed_on
        )
    counters = {(row.place, row.slug): row for row in known.counters}
    for counter in wanted.counters:
        key = (counter.place, counter.slug)
        counters[key] = replace(counter, rated=counter.rated or counters.get(key, counter).rated)
    for counter in counters.values():
        if counter.place not in places:
            yield Problem(
                message=N_("Không có điểm phục vụ “%(place)s”."),
                values={"place": counter.place},
                field="place",
                line=counter.line,
            )
    yield from _existing(((row.department, row.line, None) for row in wanted.office_models), lives, today)
    yield from _existing(
        (
            (code, row.line, row)
            for row in places.values()
            for code in sorted({row.receiving, row.rated or row.receiving})
        ),
        lives,
        today,
    )
    yield from _existing(
        ((row.rated, row.line, places.get(row.place)) for row in counters.values() if row.rated is not None),
        lives,
        today,
    )


def _existing(
    named: Iterable[tuple[str, str, RegisterPlace | None]], lives: Mapping[str, Life], today: date
) -> Iterator[Problem]:
    """Departments that rows name must be known, and still exist while people are served for them."""
    for code, line, place in named:
        life = lives.get(code)
        if life is None:
            yield Problem(
                message=N_("Không có cơ quan, đơn vị mang mã “%(code)s”."),
                values={"code": code},
                field="department",
                line=line,
            )
        elif (
            place is not None
            and (place.closed_on is None or place.closed_on > today)
            and life.closed_on is not None
            and life.closed_on <= today
        ):
            yield Problem(
                message=N_("Điểm phục vụ “%(place)s” còn mở nhưng đơn vị “%(code)s” đã ngừng hoạt động."),
                values={"place": place.slug, "code": code},
                field="department",
                line=line,
            )


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"
