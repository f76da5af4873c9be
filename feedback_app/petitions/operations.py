"""Entering petitions from their register."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_app.departments.queries import all_departments
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_
from feedback_app.kit.locks import lock
from feedback_app.kit.sheets import ImportReport
from feedback_app.petitions.commands import RegisterPetition
from feedback_app.petitions.models import Petition
from feedback_app.staff.operations import record

# What a trail reader needs of a correction: these decide points, the other columns only say which petition it is.
_DECIDING: Final = ("department_id", "due_on", "answered_on", "verdict", "about_conduct", "prolonged", "contested")


def import_petitions(
    session: Session,
    rows: Sequence[RegisterPetition],
    *,
    now: datetime,
    unread: Sequence[tuple[str, str]] = (),
    demonstration: bool = False,
) -> ImportReport:
    """Enter every petition or, if any line is wrong, none; entering the same again changes nothing.

    A petition is known by register and number. One that reads otherwise than before, such as by a later verdict, is
    changed, and the audit trail keeps what it was: points of closed periods may rest on it. `unread` are the lines the
    sheet could not make sense of, as (where, why). With `demonstration` they are invented; entered without it, an
    invented one is a real one from then on.
    """
    lock(session, "petitions")
    ids = {view.code: view.id for view in all_departments(session)}
    rejected = [*unread, *_problems(rows, ids, local_day(now))]
    if rejected:
        return ImportReport(rejected=tuple(rejected))
    sources = {row.source for row in rows}
    stored = {
        (row.source, row.reference): row
        for row in session.scalars(select(Petition).where(Petition.source.in_(sources)))
    }
    outcomes = []
    for row in rows:
        values = asdict(row) | {"demonstration": demonstration}
        del values["line"]
        values["department_id"] = ids[values.pop("department")]
        outcomes.append(_put(session, stored.get((row.source, row.reference)), values, now=now))
    session.flush()
    return ImportReport(
        added=outcomes.count("added"),
        unchanged=outcomes.count("unchanged"),
        changed=outcomes.count("changed"),
    )


def remove_demonstration(session: Session) -> int:
    """Delete the invented petitions; returns how many."""
    removed = session.execute(delete(Petition).where(Petition.demonstration).returning(Petition.id)).all()
    return len(removed)


def _put(session: Session, stored: Petition | None, values: Mapping[str, object], *, now: datetime) -> str:
    if stored is None:
        session.add(Petition(**values))
        return "added"
    differing = {name: value for name, value in values.items() if getattr(stored, name) != value}
    if not differing:
        return "unchanged"
    record(
        session,
        now=now,
        actor_id=None,
        action="petitions.corrected",
        subject=f"petition:{stored.id}",
        department_id=stored.department_id,
        details={"before": {name: _written(getattr(stored, name)) for name in _DECIDING if name in differing}},
    )
    for name, value in differing.items():
        setattr(stored, name, value)
    return "changed"


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _problems(rows: Iterable[RegisterPetition], codes: Mapping[str, int], today: date) -> Iterator[tuple[str, str]]:
    seen: dict[tuple[str, str], str] = {}
    for row in rows:
        key = (row.source, row.reference)
        if key in seen:
            yield row.line, N_("Trùng với dòng đã có: %(first)s.") % {"first": seen[key]}
        seen.setdefault(key, row.line)
        if row.department not in codes:
            yield row.line, N_("Không có cơ quan, đơn vị mang mã “%(code)s”.") % {"code": row.department}
        if row.due_on < row.received_on:
            yield row.line, N_("Hạn trả lời trước ngày tiếp nhận.")
        if row.answered_on is not None and row.answered_on < row.received_on:
            yield row.line, N_("Ngày trả lời trước ngày tiếp nhận.")
        if max(row.received_on, row.answered_on or row.received_on) > today:
            yield row.line, N_("Ngày tiếp nhận hoặc ngày trả lời ở tương lai.")
        if row.answered_on is not None and row.verdict == "pending":
            yield row.line, N_("Đã có ngày trả lời thì phải ghi kết luận; chưa kết luận thì để trống ngày trả lời.")
