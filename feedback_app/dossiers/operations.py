"""Entering counts of dossiers that others reported."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.departments.queries import all_departments
from feedback_app.dossiers.commands import RegisterReportedDossiers
from feedback_app.dossiers.models import ReportedDossiers
from feedback_app.kit.errors import N_
from feedback_app.kit.locks import lock
from feedback_app.kit.numbers import NotANumber, parse_decimal
from feedback_app.kit.sheets import ImportReport

_KEY = ("department_id", "about", "starts_on", "ends_on", "source")


def import_reported(
    session: Session, rows: Sequence[RegisterReportedDossiers], *, unread: Sequence[tuple[str, str]] = ()
) -> ImportReport:
    """Enter every figure or, if any line is wrong, none; entering the same again changes nothing.

    A figure is known by department, subject, period and source. `unread` are the lines the sheet could not make
    sense of, as (where, why).
    """
    lock(session, "reported_dossiers")
    ids = {view.code: view.id for view in all_departments(session)}
    rejected = [*unread, *_problems(rows, ids)]
    if rejected:
        return ImportReport(rejected=tuple(rejected))
    stored = {tuple(getattr(row, name) for name in _KEY): row for row in session.scalars(select(ReportedDossiers))}
    outcomes: list[str] = []
    for row in rows:
        values = asdict(row)
        del values["line"]
        values["department_id"] = ids[values.pop("department")]
        outcomes.append(_put(session, stored.get(tuple(values[name] for name in _KEY)), values))
    session.flush()
    return ImportReport(
        added=outcomes.count("added"),
        unchanged=outcomes.count("unchanged"),
        changed=outcomes.count("changed"),
    )


def _put(session: Session, stored: ReportedDossiers | None, values: Mapping[str, object]) -> str:
    if stored is None:
        session.add(ReportedDossiers(**values))
        return "added"
    differing = {name: value for name, value in values.items() if getattr(stored, name) != value}
    for name, value in differing.items():
        setattr(stored, name, value)
    return "changed" if differing else "unchanged"


def _problems(rows: Iterable[RegisterReportedDossiers], codes: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    seen: dict[tuple[object, ...], str] = {}
    for row in rows:
        key = (row.department, row.about, row.starts_on, row.ends_on, row.source)
        if key in seen:
            yield row.line, N_("Trùng với dòng đã có: %(first)s.") % {"first": seen[key]}
        seen.setdefault(key, row.line)
        if row.department not in codes:
            yield row.line, N_("Không có cơ quan, đơn vị mang mã “%(code)s”.") % {"code": row.department}
        for reason in (*_contradictions(row), *_period(row), *_rate(row)):
            yield row.line, reason


def _contradictions(row: RegisterReportedDossiers) -> Iterator[str]:
    counts = (row.received, row.resolved, row.on_time, row.early, row.late)
    if all(count is None for count in counts):
        yield N_("Dòng không có số hồ sơ nào.")
    if _exceeds(row.resolved, row.received):
        yield N_("Số đã giải quyết lớn hơn số tiếp nhận; số tiếp nhận phải gồm cả hồ sơ kỳ trước chuyển sang.")
    if _exceeds(row.on_time, row.resolved, row.received):
        yield N_("Số hồ sơ đúng hạn lớn hơn tổng số hồ sơ.")
    if _exceeds(row.early, row.on_time, row.resolved, row.received):
        yield N_("Số hồ sơ sớm hạn lớn hơn số hồ sơ đúng hạn hoặc tổng số hồ sơ.")
    in_time = row.early if row.on_time is None else row.on_time
    if row.late is not None and _exceeds((in_time or 0) + row.late, row.resolved, row.received):
        yield N_("Số hồ sơ đúng hạn và trễ hạn cộng lại lớn hơn tổng số hồ sơ.")


def _exceeds(part: int | None, *wholes: int | None) -> bool:
    """Whether a part is larger than the nearest whole that is known."""
    whole = next((whole for whole in wholes if whole is not None), None)
    return part is not None and whole is not None and part > whole


def _period(row: RegisterReportedDossiers) -> Iterator[str]:
    if (row.starts_on is None) != (row.ends_on is None):
        yield N_("Kỳ số liệu cần cả ngày đầu và ngày kết thúc, hoặc để trống cả hai.")
    elif row.starts_on and row.ends_on and row.ends_on <= row.starts_on:
        yield N_("Kỳ số liệu kết thúc không sau ngày bắt đầu.")


def _rate(row: RegisterReportedDossiers) -> Iterator[str]:
    if row.published_rate is None:
        return
    try:
        parse_decimal(row.published_rate)
    except NotANumber:
        yield N_("Tỷ lệ công bố “%(rate)s” không phải là một con số.") % {"rate": row.published_rate}
