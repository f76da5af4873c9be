"""Changes to the register of departments. Each is laid over what is stored, checked whole, and then written.

Nothing is ever deleted: a department ends, is renamed by a new version, or is followed by others.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.departments import register
from feedback_app.departments.commands import (
    Problem,
    RegisterCounter,
    RegisterDepartment,
    RegisterField,
    RegisterOfficeModel,
    RegisterPlace,
    RegisterSuccession,
    Registration,
)
from feedback_app.departments.models import Counter, Department, Place, ProcedureField
from feedback_app.departments.queries import DepartmentNotFound
from feedback_app.departments.stored import stored_register, write
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid
from feedback_app.kit.locks import lock
from feedback_app.kit.sheets import ImportReport
from feedback_app.kit.text import normalise


class InvalidRegistration(Invalid):
    """What was to be entered breaks a rule of the register."""


class AlreadyRegistered(Conflict):
    """The code or slug is taken; a code is never given to another department."""


def add_department(
    session: Session,
    now: datetime,
    *,
    code: str,
    kind: str,
    name: str,
    opened_on: date,
    name_en: str | None = None,
    short_name: str | None = None,
    parent: str | None = None,
    legal_basis: str | None = None,
    fields: Sequence[str] = (),
) -> int:
    """Open a department under a code no other ever had; the id. Raises AlreadyRegistered, InvalidRegistration."""
    if session.scalar(select(Department.id).where(Department.code == code)) is not None:
        raise AlreadyRegistered(N_("Mã “%(code)s” đã được dùng."), field="code", code=code)
    row = RegisterDepartment(
        code=code,
        kind=kind,
        name=normalise(name),
        name_en=normalise(name_en) if name_en else None,
        short_name=normalise(short_name) if short_name else None,
        parent=parent,
        valid_from=opened_on,
        legal_basis=legal_basis,
        fields=tuple(fields),
    )
    _register(session, now, Registration(departments=(row,)))
    return session.scalars(select(Department.id).where(Department.code == code)).one()


def rename(
    session: Session,
    now: datetime,
    *,
    code: str,
    name: str,
    day: date,
    legal_basis: str,
    name_en: str | None = None,
    short_name: str | None = None,
) -> None:
    """Give a department a new name from a day on; what was before keeps the old one.

    Raises DepartmentNotFound, InvalidRegistration.
    """
    life = stored_register(session).lives.get(code)
    if life is None:
        raise DepartmentNotFound(N_("Không có cơ quan, đơn vị nào mang mã “%(code)s”."), code=code)
    if not life.exists_on(day):
        raise InvalidRegistration(N_("Ngày đổi tên nằm ngoài thời gian hoạt động của đơn vị."), field="day")
    if not normalise(legal_basis):
        raise InvalidRegistration(N_("Chưa ghi căn cứ pháp lý."), field="legal_basis")
    row = RegisterDepartment(
        code=code,
        kind=life.kind,
        name=normalise(name),
        name_en=normalise(name_en) if name_en else None,
        short_name=normalise(short_name) if short_name else None,
        parent=life.parent_on(day),
        valid_from=day,
        legal_basis=normalise(legal_basis),
    )
    _register(session, now, Registration(departments=(row,)))


def succeed(
    session: Session,
    now: datetime,
    *,
    kind: str,
    predecessors: Sequence[str],
    successors: Sequence[str],
    day: date,
    legal_basis: str,
) -> None:
    """Record what became of departments (codes) on a day, and end them on it unless only duties moved.

    What stands below an ending department must have ended or moved before. Raises InvalidRegistration.
    """
    if not predecessors:
        raise InvalidRegistration(N_("Chưa ghi đơn vị cũ."), field="predecessors")
    steps = tuple(
        RegisterSuccession(
            predecessor=predecessor,
            successor=successor,
            happened_on=day,
            kind=kind,
            legal_basis=normalise(legal_basis),
        )
        for predecessor in predecessors
        for successor in (successors or (None,))
    )
    _register(session, now, Registration(successions=steps))


def add_field(session: Session, now: datetime, *, code: str, name: str, name_en: str | None = None) -> int:
    """Add a field of procedures; the id. Raises AlreadyRegistered, InvalidRegistration."""
    if session.scalar(select(ProcedureField.id).where(ProcedureField.code == code)) is not None:
        raise AlreadyRegistered(N_("Mã “%(code)s” đã được dùng."), field="code", code=code)
    row = RegisterField(code=code, name=normalise(name), name_en=name_en)
    _register(session, now, Registration(fields=(row,)))
    return session.scalars(select(ProcedureField.id).where(ProcedureField.code == code)).one()


def add_place(
    session: Session,
    now: datetime,
    *,
    slug: str,
    name: str,
    receiving: str,
    rated: str | None = None,
    name_en: str | None = None,
    address: str | None = None,
) -> int:
    """Open a place of a receiving department (code); the id. Raises AlreadyRegistered, InvalidRegistration."""
    if session.scalar(select(Place.id).where(Place.slug == slug)) is not None:
        raise AlreadyRegistered(N_("Mã “%(code)s” đã được dùng."), field="slug", code=slug)
    row = RegisterPlace(
        slug=slug,
        name=normalise(name),
        name_en=name_en,
        address=normalise(address) if address else None,
        receiving=receiving,
        rated=rated,
    )
    _register(session, now, Registration(places=(row,)))
    return session.scalars(select(Place.id).where(Place.slug == slug)).one()


def add_counter(
    session: Session,
    now: datetime,
    *,
    place: str,
    slug: str,
    name: str,
    rated: str | None = None,
    field: str | None = None,
    name_en: str | None = None,
) -> int:
    """Add a counter to a place (slug); the id. Raises AlreadyRegistered, InvalidRegistration."""
    found = select(Counter.id).join(Place, Place.id == Counter.place_id)
    found = found.where(Place.slug == place, Counter.slug == slug)
    if session.scalar(found) is not None:
        raise AlreadyRegistered(N_("Mã “%(code)s” đã được dùng."), field="slug", code=slug)
    row = RegisterCounter(place=place, slug=slug, name=normalise(name), name_en=name_en, rated=rated, field=field)
    _register(session, now, Registration(counters=(row,)))
    return session.scalars(found).one()


def add_office_model(
    session: Session, now: datetime, *, department: str, title: str, source: str, about: str | None = None
) -> None:
    """Add a named model to a department (code). Raises InvalidRegistration."""
    row = RegisterOfficeModel(
        department=department,
        title=normalise(title),
        source=normalise(source),
        about=normalise(about) if about else None,
    )
    _register(session, now, Registration(office_models=(row,)))


def import_departments(
    session: Session, rows: Registration, *, now: datetime, unread: Sequence[Problem] = ()
) -> ImportReport:
    """Enter everything or, if any line is wrong, nothing; entering the same again changes nothing.

    `unread` are the lines that the sheets could not make sense of: they are reported with the rest.
    """
    lock(session, "departments")
    known = stored_register(session)
    wrong = [*unread, *register.problems(known, rows, today=local_day(now))]
    if wrong:
        return ImportReport(rejected=tuple((problem.line or "dữ liệu đã lưu", problem.reason) for problem in wrong))
    done = write(session, known, rows)
    return ImportReport(added=done.count("added"), unchanged=done.count("unchanged"), changed=done.count("changed"))


def _register(session: Session, now: datetime, wanted: Registration) -> None:
    lock(session, "departments")
    known = stored_register(session)
    wrong = register.problems(known, wanted, today=local_day(now))
    if wrong:
        raise InvalidRegistration(wrong[0].message, field=wrong[0].field, **wrong[0].values)
    write(session, known, wanted)
