"""Counts of dossiers: of days, added up over a period, and as they were reported, with what honestly follows."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, and_, any_, func, literal, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.dossiers import figures
from feedback_app.dossiers.days import Key, Register
from feedback_app.dossiers.figures import COUNTED, Counts, DossierCounts, PublishedRate, Share
from feedback_app.dossiers.models import DailyDossiers, DossierImport, DossierUpload, ReportedDossiers
from feedback_app.kit.errors import N_, NotFound

# Long enough to ask somebody about a line, short enough that nobody enters what was right yesterday.
UPLOAD_LIVES: Final = timedelta(hours=24)


class UploadNotFound(NotFound):
    """There is no such file waiting, it is somebody else's, or it waited too long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodCounts:
    """Dossiers of a department in a period, whole or of one field or procedure (`part_id`; None: not told which).

    Flows are summed over the days. `pending` and `pending_late` are those of `closing_day`, the last day of the
    department in the period that has counts at all; a part that is not named on it has nothing open.
    """

    department_id: int
    part_id: int | None
    counts: DossierCounts
    closing_day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratable:
    """Dossiers of a department that could be rated: all, and by field, None where one of its days tells no field."""

    whole: int
    by_field: Mapping[int, int] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportView:
    """One time that counts were brought in; `standing` is how many of its department-days nothing replaced since."""

    id: int
    source: str
    imported_at: datetime
    member_id: int | None
    api_key_id: int | None
    first_day: date
    last_day: date
    department_ids: tuple[int, ...]
    lines: int
    demonstration: bool
    standing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadView:
    id: UUID
    file_name: str
    source: str
    content: bytes
    uploaded_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedView:
    """One reported figure.

    `shares` are the percentages its counts allow, the first the one `published` speaks of; empty where the source
    gives no denominator. `unexplained` dossiers are neither on time nor late; None if that cannot be told.
    """

    id: int
    department_id: int
    about: str
    starts_on: date | None
    ends_on: date | None
    period_note: str
    received: int | None
    resolved: int | None
    on_time: int | None
    early: int | None
    late: int | None
    source: str
    published_rate: str | None
    published: PublishedRate | None
    shares: tuple[Share, ...]
    unexplained: int | None


def reported(session: Session, *, department_id: int) -> list[ReportedView]:
    """The reported figures of a department: dated ones by period, then the undated in the order entered."""
    return reported_of(session, department_ids=[department_id])


def reported_of(session: Session, *, department_ids: Collection[int]) -> list[ReportedView]:
    """The reported figures of several departments, in the order of `reported`."""
    rows = session.scalars(
        select(ReportedDossiers)
        .where(ReportedDossiers.department_id.in_(department_ids))
        .order_by(ReportedDossiers.starts_on.nulls_last(), ReportedDossiers.id)
    )
    return [_view(row) for row in rows]


def dossier_counts(
    session: Session,
    *,
    first: date,
    before: date,
    department_ids: Collection[int] | None = None,
    by: Literal["field", "procedure"] | None = None,
) -> list[PeriodCounts]:
    """The counts of each department (None: all) from `first` until before `before`, whole or by field or procedure.

    Sources are never added up: of a department's day the source imported last counts, the others are kept unread.
    A department without counts in the period is not in the list: nothing known is not nought.
    """
    counted = _counted(first=first, before=before, department_ids=department_ids).subquery()
    closing = (
        select(counted.c.department_id, func.max(counted.c.day).label("day"))
        .group_by(counted.c.department_id)
        .subquery()
    )
    part = {"field": DailyDossiers.field_id, "procedure": DailyDossiers.procedure_id}.get(by or "")
    sums = [_added_up(name, closing.c.day).label(name) for name in COUNTED]
    groups = [DailyDossiers.department_id, *([part] if part is not None else [])]
    rows = session.execute(
        select(*groups, *sums, closing.c.day.label("closing_day"))
        .join(
            counted,
            and_(
                counted.c.department_id == DailyDossiers.department_id,
                counted.c.day == DailyDossiers.day,
                counted.c.source == DailyDossiers.source,
            ),
        )
        .join(closing, closing.c.department_id == DailyDossiers.department_id)
        .group_by(*groups, closing.c.day)
        .order_by(*groups)
    ).mappings()
    return [
        PeriodCounts(
            department_id=row["department_id"],
            part_id=None if by is None else row[f"{by}_id"],
            counts=DossierCounts(**{name: row[name] for name in COUNTED}),
            closing_day=row["closing_day"],
        )
        for row in rows
    ]


def ratable(session: Session, *, first: date, before: date) -> dict[int, Ratable]:
    """What could be rated from `first` until before `before`, by department; nothing of those without counts."""
    by_field: dict[int, dict[int | None, int]] = defaultdict(dict)
    for each in dossier_counts(session, first=first, before=before, by="field"):
        by_field[each.department_id][each.part_id] = each.counts.ratable
    return {
        department_id: Ratable(
            whole=sum(fields.values()),
            by_field=None if None in fields else {part: count for part, count in fields.items() if part is not None},
        )
        for department_id, fields in by_field.items()
    }


def register(session: Session) -> Register:
    """What a line of counts may name."""
    return Register(
        departments={view.code: view for view in departments.all_departments(session)},
        field_ids={view.code: view.id for view in departments.fields(session)},
        procedures={view.code: view for view in departments.procedures(session)},
    )


def stored_days(
    session: Session, *, source: str, department_ids: Collection[int], first: date, last: date
) -> dict[tuple[int, date], dict[Key, DossierCounts]]:
    """What a source said so far of departments, by department and day, from `first` to `last`, both included."""
    rows = session.scalars(
        select(DailyDossiers).where(
            DailyDossiers.source == source,
            DailyDossiers.department_id.in_(department_ids),
            DailyDossiers.day.between(first, last),
        )
    )
    days: dict[tuple[int, date], dict[Key, DossierCounts]] = defaultdict(dict)
    for row in rows:
        counts = DossierCounts(**{name: getattr(row, name) for name in COUNTED})
        days[row.department_id, row.day][row.field_id, row.procedure_id] = counts
    return days


def counted_sources(
    session: Session, *, department_ids: Collection[int], first: date, last: date
) -> dict[tuple[int, date], str]:
    """The source that counts on each day of departments that has any, from `first` to `last`, both included."""
    rows = session.execute(_counted(first=first, before=last + timedelta(days=1), department_ids=department_ids))
    return {(row.department_id, row.day): row.source for row in rows}


def imports(session: Session, *, scope: frozenset[int] | None, limit: int) -> list[ImportView]:
    """The latest imports that concern departments in `scope` (None: all), latest first."""
    standing = (
        select(func.count(func.distinct(func.row(DailyDossiers.department_id, DailyDossiers.day))).label("days"))
        .where(DailyDossiers.import_id == DossierImport.id)
        .lateral()
    )
    query = select(DossierImport, standing.c.days).join(standing, true())
    if scope is not None:
        query = query.where(DossierImport.department_ids.overlap(sorted(scope)))
    return [
        ImportView(
            id=row.id,
            source=row.source,
            imported_at=row.imported_at,
            member_id=row.member_id,
            api_key_id=row.api_key_id,
            first_day=row.first_day,
            last_day=row.last_day,
            department_ids=tuple(row.department_ids),
            lines=row.lines,
            demonstration=row.demonstration,
            standing=days,
        )
        for row, days in session.execute(query.order_by(DossierImport.id.desc()).limit(limit))
    ]


def upload(session: Session, *, upload_id: UUID, member_id: int, now: datetime) -> UploadView:
    """The file a person sent and has not decided on. Raises UploadNotFound."""
    row = session.scalars(
        select(DossierUpload).where(
            DossierUpload.id == upload_id,
            DossierUpload.member_id == member_id,
            DossierUpload.uploaded_at > now - UPLOAD_LIVES,
        )
    ).one_or_none()
    if row is None:
        raise UploadNotFound(N_("Tệp này đã được nhập, đã bị bỏ, hoặc đã quá 24 giờ. Hãy gửi lại tệp."))
    return UploadView(
        id=row.id, file_name=row.file_name, source=row.source, content=row.content, uploaded_at=row.uploaded_at
    )


def _counted(*, first: date, before: date, department_ids: Collection[int] | None) -> Select[int, date, str]:
    """Of each department's day the source that was imported last; imports are numbered as they come."""
    query = (
        select(DailyDossiers.department_id, DailyDossiers.day, DailyDossiers.source)
        .ext(distinct_on(DailyDossiers.department_id, DailyDossiers.day))
        .where(DailyDossiers.day >= first, DailyDossiers.day < before)
        .order_by(DailyDossiers.department_id, DailyDossiers.day, DailyDossiers.import_id.desc())
    )
    if department_ids is None:
        return query
    # As one array: thousands of parameters would take longer than the counting.
    return query.where(DailyDossiers.department_id == any_(literal(sorted(department_ids), ARRAY(Integer))))


def _added_up(name: str, closing_day: ColumnElement[date]) -> ColumnElement[int]:
    """What goes through is summed over the days; of what is open the last day stands."""
    column = getattr(DailyDossiers, name)
    if name in ("pending", "pending_late"):
        return func.coalesce(func.sum(column).filter(DailyDossiers.day == closing_day), 0)
    return func.sum(column)


def _view(row: ReportedDossiers) -> ReportedView:
    counts = Counts(received=row.received, resolved=row.resolved, on_time=row.on_time, early=row.early, late=row.late)
    shares = tuple(figures.shares(counts))
    rate = row.published_rate
    return ReportedView(
        id=row.id,
        department_id=row.department_id,
        about=row.about,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        period_note=row.period_note,
        received=row.received,
        resolved=row.resolved,
        on_time=row.on_time,
        early=row.early,
        late=row.late,
        source=row.source,
        published_rate=rate,
        published=figures.judge(rate, shares[0]) if rate is not None and shares else None,
        shares=shares,
        unexplained=figures.unexplained(counts),
    )
