"""The register of departments as it is stored: read whole to be checked, written in one go."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.departments import register
from feedback_app.departments.commands import RegisterCounter, RegisterPlace, RegisterSuccession, Registration
from feedback_app.departments.models import (
    Counter,
    Department,
    DepartmentField,
    DepartmentVersion,
    OfficeModel,
    Place,
    Procedure,
    ProcedureField,
    Succession,
)
from feedback_app.departments.register import Life, Register
from feedback_app.kit.db import Model


def stored_register(session: Session) -> Register:
    """The whole register as plain values: some hundreds of rows, read to change it and never to serve a page."""
    departments = session.scalars(select(Department)).all()
    codes = {row.id: row.code for row in departments}
    lives = {row.code: Life(kind=row.kind, parents={}, closed_on=row.closed_on) for row in departments}
    for version in session.scalars(select(DepartmentVersion)):
        code = codes[version.department_id]
        parent = codes[version.parent_id] if version.parent_id else None
        lives[code] = replace(lives[code], parents={**lives[code].parents, version.valid_from: parent})
    places = session.scalars(select(Place)).all()
    slugs = {row.id: row.slug for row in places}
    return Register(
        lives=lives,
        successions=tuple(
            RegisterSuccession(
                predecessor=codes[row.predecessor_id],
                successor=codes[row.successor_id] if row.successor_id else None,
                happened_on=row.happened_on,
                kind=row.kind,
                legal_basis=row.legal_basis,
            )
            for row in session.scalars(select(Succession))
        ),
        fields=frozenset(session.scalars(select(ProcedureField.code))),
        places={
            row.slug: RegisterPlace(
                slug=row.slug,
                name=row.name,
                receiving=codes[row.department_id],
                rated=codes[row.rated_department_id],
                closed_on=row.closed_on,
            )
            for row in places
        },
        counters=tuple(
            RegisterCounter(
                place=slugs[row.place_id],
                slug=row.slug,
                name=row.name,
                rated=codes[row.rated_department_id],
            )
            for row in session.scalars(select(Counter))
        ),
    )


def write(session: Session, known: Register, wanted: Registration) -> list[str]:
    """Write what was found valid, in the order in which things name each other.

    For each thing entered whether it was `added`, `changed` or `unchanged`. An empty optional value leaves what
    is stored; only an empty parent is a statement of its own.
    """
    return [
        *_write_fields(session, wanted),
        *_write_procedures(session, wanted),
        *_write_departments(session, register.overlay(known.lives, wanted), wanted),
        *_write_successions(session, wanted),
        *_write_places(session, wanted),
        *_write_counters(session, wanted),
        *_write_office_models(session, wanted),
    ]


def _write_fields(session: Session, wanted: Registration) -> list[str]:
    stored = {row.code: row for row in session.scalars(select(ProcedureField))}
    outcomes = [
        _put(
            session,
            stored.get(row.code),
            ProcedureField,
            {"code": row.code},
            name=row.name,
            name_en=row.name_en,
        )
        for row in wanted.fields
    ]
    session.flush()
    return outcomes


def _write_procedures(session: Session, wanted: Registration) -> list[str]:
    field_ids = {row.code: row.id for row in session.scalars(select(ProcedureField))}
    stored = {row.code: row for row in session.scalars(select(Procedure))}
    outcomes = [
        _put(
            session,
            stored.get(row.code),
            Procedure,
            {"code": row.code},
            name=row.name,
            name_en=row.name_en,
            field_id=field_ids[row.field],
        )
        for row in wanted.procedures
    ]
    session.flush()
    return outcomes


def _write_departments(session: Session, lives: dict[str, Life], wanted: Registration) -> list[str]:
    stored = {row.code: row for row in session.scalars(select(Department))}
    touched = {row.code for row in wanted.departments} | {step.predecessor for step in wanted.successions}
    lived = {
        code: _put(
            session,
            stored.get(code),
            Department,
            {"code": code},
            kind=lives[code].kind,
            opened_on=lives[code].opened_on,
            closed_on=lives[code].closed_on,
        )
        for code in sorted(touched)
    }
    session.flush()
    ids = _department_ids(session)
    versions = {(row.department_id, row.valid_from): row for row in session.scalars(select(DepartmentVersion))}
    had_fields = _write_department_fields(session, ids, wanted)
    outcomes = []
    for row in wanted.departments:
        version = versions.get((ids[row.code], row.valid_from))
        parent_id = ids[row.parent] if row.parent else None
        outcome = _put(
            session,
            version,
            DepartmentVersion,
            {"department_id": ids[row.code], "valid_from": row.valid_from},
            name=row.name,
            name_en=row.name_en,
            short_name=row.short_name or (None if version else row.name),
            parent_id=parent_id,
            legal_basis=row.legal_basis,
        )
        if version is not None and version.parent_id != parent_id:
            version.parent_id = parent_id
            outcome = "changed"
        if outcome == "unchanged" and (lived[row.code] == "changed" or row.code in had_fields):
            outcome = "changed"
        outcomes.append(outcome)
    session.flush()
    return outcomes


def _write_department_fields(session: Session, ids: dict[str, int], wanted: Registration) -> set[str]:
    """Set the fields of the departments that name any; codes of those whose fields changed."""
    field_ids = {row.code: row.id for row in session.scalars(select(ProcedureField))}
    changed = set()
    for code in {row.code for row in wanted.departments if row.fields}:
        named = {field_ids[name] for row in wanted.departments if row.code == code for name in row.fields}
        stored = {
            row.field_id: row
            for row in session.scalars(select(DepartmentField).where(DepartmentField.department_id == ids[code]))
        }
        if stored.keys() != named:
            changed.add(code)
        for field_id in named - stored.keys():
            session.add(DepartmentField(department_id=ids[code], field_id=field_id))
        for field_id in stored.keys() - named:
            session.delete(stored[field_id])
    return changed


def _write_successions(session: Session, wanted: Registration) -> list[str]:
    ids = _department_ids(session)
    stored = {
        (row.predecessor_id, row.successor_id, row.happened_on): row for row in session.scalars(select(Succession))
    }
    outcomes = []
    for row in wanted.successions:
        key = (ids[row.predecessor], ids[row.successor] if row.successor else None, row.happened_on)
        named = {"predecessor_id": key[0], "successor_id": key[1], "happened_on": key[2]}
        outcomes.append(_put(session, stored.get(key), Succession, named, kind=row.kind, legal_basis=row.legal_basis))
    session.flush()
    return outcomes


def _write_places(session: Session, wanted: Registration) -> list[str]:
    ids = _department_ids(session)
    stored = {row.slug: row for row in session.scalars(select(Place))}
    outcomes = []
    for row in wanted.places:
        place = stored.get(row.slug)
        rated = row.rated or (None if place else row.receiving)
        outcomes.append(
            _put(
                session,
                place,
                Place,
                {"slug": row.slug},
                name=row.name,
                name_en=row.name_en,
                address=row.address,
                department_id=ids[row.receiving],
                rated_department_id=ids[rated] if rated else None,
                closed_on=row.closed_on,
            )
        )
    session.flush()
    return outcomes


def _write_counters(session: Session, wanted: Registration) -> list[str]:
    ids = _department_ids(session)
    places = {row.slug: row for row in session.scalars(select(Place))}
    field_ids = {row.code: row.id for row in session.scalars(select(ProcedureField))}
    stored = {(row.place_id, row.slug): row for row in session.scalars(select(Counter))}
    outcomes = []
    for row in wanted.counters:
        place = places[row.place]
        counter = stored.get((place.id, row.slug))
        rated_id = ids[row.rated] if row.rated else None if counter else place.rated_department_id
        outcomes.append(
            _put(
                session,
                counter,
                Counter,
                {"place_id": place.id, "slug": row.slug},
                name=row.name,
                name_en=row.name_en,
                rated_department_id=rated_id,
                field_id=field_ids[row.field] if row.field else None,
            )
        )
    session.flush()
    return outcomes


def _write_office_models(session: Session, wanted: Registration) -> list[str]:
    ids = _department_ids(session)
    stored = {(row.department_id, row.title): row for row in session.scalars(select(OfficeModel))}
    outcomes = [
        _put(
            session,
            stored.get((ids[row.department], row.title)),
            OfficeModel,
            {"department_id": ids[row.department], "title": row.title},
            about=row.about,
            source=row.source,
        )
        for row in wanted.office_models
    ]
    session.flush()
    return outcomes


def _department_ids(session: Session) -> dict[str, int]:
    return {code: number for code, number in session.execute(select(Department.code, Department.id))}


def _put(
    session: Session, stored: Model | None, table: type[Model], key: Mapping[str, object], **values: object
) -> str:
    """Add a row or bring a stored one up to date; a value of None leaves what is stored. What was done."""
    if stored is None:
        session.add(table(**key, **values))
        return "added"
    differing = {name: value for name, value in values.items() if value is not None and getattr(stored, name) != value}
    for name, value in differing.items():
        setattr(stored, name, value)
    return "changed" if differing else "unchanged"
