"""Entering counts of dossiers: those of days, and those that others reported."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import all_departments
from feedback_app.dossiers import days, queries
from feedback_app.dossiers.commands import DayLine, RegisterReportedDossiers
from feedback_app.dossiers.days import DayOf, Key, Rejection
from feedback_app.dossiers.figures import DossierCounts
from feedback_app.dossiers.models import DailyDossiers, DossierImport, DossierUpload, ReportedDossiers
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid, NotAllowed
from feedback_app.kit.ids import new_id
from feedback_app.kit.locks import lock
from feedback_app.kit.numbers import NotANumber, parse_decimal
from feedback_app.kit.sheets import ImportReport
from feedback_app.kit.text import normalise
from feedback_app.staff.operations import record
from feedback_app.staff.queries import KeyHolder, Member

LONGEST_SOURCE: Final = 200

_KEY = ("department_id", "about", "starts_on", "ends_on", "source")


class BadSource(Invalid):
    """The source is missing or too long to be a name."""


class PreviewOutdated(Conflict):
    """What would be entered is no longer what the person looked at."""


class NotThen(Conflict):
    """The department did not exist on the day."""


class OutsideKey(NotAllowed):
    """The key is not for this department."""


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A department's day as it would be entered, beside what the same source said before.

    `displaced` is another source whose counts stood for the day and would be kept but no longer count.
    """

    new: DayOf
    before: Mapping[Key, DossierCounts]
    displaced: str | None

    @property
    def outcome(self) -> Literal["added", "changed", "unchanged"]:
        if not self.before:
            return "added"
        return "unchanged" if self.displaced is None and dict(self.before) == dict(self.new.lines) else "changed"

    @property
    def old_total(self) -> DossierCounts:
        return sum(self.before.values(), DossierCounts())

    @property
    def parts(self) -> list[tuple[Key, DossierCounts | None, DossierCounts | None]]:
        """Each field or procedure with what stood before and what would stand; None where it is not named."""
        keys = sorted({*self.before, *self.new.lines}, key=lambda key: (key[0] or 0, key[1] or 0))
        return [(key, self.before.get(key), self.new.lines.get(key)) for key in keys]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do, and the lines it would leave out, in the order of the sheet."""

    source: str
    days: tuple[PlannedDay, ...]
    rejected: tuple[Rejection, ...]

    @property
    def to_enter(self) -> tuple[PlannedDay, ...]:
        return tuple(each for each in self.days if each.outcome != "unchanged")

    @property
    def lines(self) -> int:
        """How many lines would be written."""
        return sum(len(each.new.lines) for each in self.to_enter)


def plan(
    session: Session,
    lines: Sequence[DayLine],
    *,
    source: str,
    scope: frozenset[int] | None,
    today: date,
    unread: Iterable[Rejection] = (),
) -> Plan:
    """What entering `lines` would do; changes nothing. Raises BadSource.

    `scope` are the departments the sender answers for (None: all), `unread` the lines that made no sense.
    """
    named = _source(source)
    ready, rejected = days.sort_out(lines, unread, queries.register(session), scope=scope, today=today)
    if not ready:
        return Plan(named, (), tuple(rejected))
    department_ids = {each.department.id for each in ready}
    first, last = min(each.day for each in ready), max(each.day for each in ready)
    stored = queries.stored_days(session, source=named, department_ids=department_ids, first=first, last=last)
    counted = queries.counted_sources(session, department_ids=department_ids, first=first, last=last)
    planned = []
    for each in ready:
        place = (each.department.id, each.day)
        other = counted.get(place)
        planned.append(PlannedDay(each, stored.get(place, {}), other if other != named else None))
    return Plan(named, tuple(planned), tuple(rejected))


def import_daily(
    session: Session,
    lines: Sequence[DayLine],
    *,
    source: str,
    scope: frozenset[int] | None,
    now: datetime,
    unread: Iterable[Rejection] = (),
    whole: bool = True,
    expected: int | None = None,
    member: Member | None = None,
    key: KeyHolder | None = None,
    demonstration: bool = False,
) -> Plan:
    """Enter the counts of days; what was done. Of each department's day in it, what the same source said goes.

    Other days, other departments and other sources stay as they are; of several sources of a day the last entered
    counts. A day that says nothing new is left alone. `whole` refuses everything if any line is rejected;
    `expected` is how many lines the person agreed to. Raises BadSource and PreviewOutdated.
    """
    lock(session, "daily_dossiers")
    done = plan(session, lines, source=source, scope=scope, today=local_day(now), unread=unread)
    if expected is not None and done.lines != expected:
        raise PreviewOutdated(N_("Dữ liệu đã thay đổi từ lúc bạn xem trước. Hãy xem lại rồi bấm Nhập."))
    if not done.to_enter or (whole and done.rejected):
        return done
    entered = done.to_enter
    department_ids = sorted({each.new.department.id for each in entered})
    row = DossierImport(
        source=done.source,
        imported_at=now,
        member_id=member.id if member else None,
        api_key_id=key.id if key else None,
        first_day=min(each.new.day for each in entered),
        last_day=max(each.new.day for each in entered),
        department_ids=department_ids,
        lines=done.lines,
        demonstration=demonstration,
    )
    session.add(row)
    session.flush()
    _write(session, done, row.id)
    if not demonstration:
        _record_import(session, row, entered, now=now)
    return done


def put_day(
    session: Session,
    lines: Sequence[DayLine],
    *,
    department: str,
    day: date,
    source: str,
    key: KeyHolder,
    now: datetime,
) -> Plan:
    """Enter one department's day from another system; again the same changes nothing.

    Nothing is entered if any line is rejected. Raises DepartmentNotFound, OutsideKey (recorded: commit it), NotThen,
    BadSource.
    """
    view = departments.department(session, code=department)
    scope = departments.within(session, department_id=key.department_id, day=local_day(now))
    if view.id not in scope:
        record(
            session,
            now=now,
            actor_id=None,
            action="dossiers.refused",
            subject=f"api_key:{key.id}",
            department_id=view.id,
            details={"key": key.name, "day": day.isoformat()},
        )
        raise OutsideKey(N_("Khóa này không dùng được cho đơn vị “%(code)s”."), field="department", code=department)
    if not view.lived_on(day):
        raise NotThen(
            N_("Ngày %(day)s đơn vị “%(code)s” không hoạt động."),
            field="day",
            day=f"{day:%d/%m/%Y}",
            code=department,
        )
    return import_daily(session, lines, source=source, scope=scope, now=now, key=key)


def keep_upload(
    session: Session, *, member: Member, file_name: str, source: str, content: bytes, now: datetime
) -> UUID:
    """Keep a file until its sender has looked at what it says; forgets those that waited too long. Raises BadSource."""
    session.execute(delete(DossierUpload).where(DossierUpload.uploaded_at <= now - queries.UPLOAD_LIVES))
    row = DossierUpload(
        id=new_id(),
        member_id=member.id,
        uploaded_at=now,
        file_name=normalise(file_name)[:LONGEST_SOURCE],
        source=_source(source),
        content=content,
    )
    session.add(row)
    session.flush()
    return row.id


def drop_upload(session: Session, upload_id: UUID) -> None:
    """Forget a file that was entered or thought better of."""
    session.execute(delete(DossierUpload).where(DossierUpload.id == upload_id))


def remove_demonstration(session: Session) -> int:
    """Delete the invented counts; how many lines there were."""
    invented = select(DossierImport.id).where(DossierImport.demonstration)
    removed = session.execute(
        delete(DailyDossiers).where(DailyDossiers.import_id.in_(invented)).returning(DailyDossiers.id)
    )
    count = len(removed.all())
    session.execute(delete(DossierImport).where(DossierImport.demonstration))
    return count


def _source(written: str) -> str:
    source = normalise(written)
    if not source:
        raise BadSource(N_("Xin ghi nguồn số liệu."), field="source")
    if len(source) > LONGEST_SOURCE:
        raise BadSource(N_("Tên nguồn dài quá %(limit)s ký tự."), field="source", limit=LONGEST_SOURCE)
    return source


def _write(session: Session, done: Plan, import_id: int) -> None:
    """Replace the days in bulk: a year of one office is some ten thousand lines."""
    places = [(each.new.department.id, each.new.day) for each in done.to_enter if each.before]
    if places:
        session.execute(
            delete(DailyDossiers).where(
                DailyDossiers.source == done.source,
                tuple_(DailyDossiers.department_id, DailyDossiers.day).in_(places),
            )
        )
    session.execute(
        insert(DailyDossiers),
        [
            {
                "department_id": each.new.department.id,
                "day": each.new.day,
                "source": done.source,
                "field_id": field_id,
                "procedure_id": procedure_id,
                "import_id": import_id,
                **asdict(counts),
            }
            for each in done.to_enter
            for (field_id, procedure_id), counts in each.new.lines.items()
        ],
    )


def _record_import(session: Session, row: DossierImport, entered: Sequence[PlannedDay], *, now: datetime) -> None:
    """One line in the audit trail for each department, so that those who answer for it find it."""
    for department_id in row.department_ids:
        mine = [each for each in entered if each.new.department.id == department_id]
        record(
            session,
            now=now,
            actor_id=row.member_id,
            action="dossiers.imported",
            subject=f"dossier_import:{row.id}",
            department_id=department_id,
            details={
                "source": row.source,
                "first_day": min(each.new.day for each in mine).isoformat(),
                "last_day": max(each.new.day for each in mine).isoformat(),
                "days": len(mine),
                "replaced_days": sum(each.outcome == "changed" for each in mine),
                "api_key_id": row.api_key_id,
            },
        )


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
