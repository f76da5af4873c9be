"""What may be known about accounts and the audit trail: plain values, never password hashes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.text import sort_key
from feedback_app.staff.models import ApiKey, AuditEvent, StaffMember

# Who made an account or set its password has known that password and could sign in as its owner. A period is published
# within weeks of its end: 30 days keep an account made for one publication from signing it, and an office waits once.
DEPENDENCE: Final = timedelta(days=30)
_PASSWORD_SET: Final = ("staff.added", "staff.password_reset")


class MemberNotFound(NotFound):
    """There is no such account, or it lies outside what the asker answers for."""


@dataclass(frozen=True, slots=True)
class Member:
    """Who is signed in; `role` is one of access.ROLES; without a department it sees the whole service.

    With `password_set_by_other` it may do nothing until it has changed its password.
    """

    id: int
    username: str
    display_name: str
    role: str
    department_id: int | None
    password_set_by_other: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """One account as the administrators' list shows it."""

    member: Member
    active: bool
    locked_until: datetime | None
    last_sign_in_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Another system that sends figures about a department and what is below it."""

    id: int
    name: str
    department_id: int
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One line of the audit trail; `actor` is the display name, None for the machine or an unknown person."""

    id: int
    at: datetime
    actor: str | None
    action: str
    subject: str
    department_id: int | None
    reason: str | None
    details: dict[str, Any]


def member_of_session(session: Session, *, member_id: int, session_key: str) -> Member | None:
    """The active account a session cookie names; None once its password was changed or it was deactivated."""
    row = session.scalars(
        select(StaffMember).where(
            StaffMember.id == member_id, StaffMember.session_key == session_key, StaffMember.active
        )
    ).one_or_none()
    return None if row is None else as_member(row)


def account(session: Session, *, member_id: int, scope: frozenset[int] | None) -> Account:
    """One account within `scope` (department ids; None is the whole service). Raises MemberNotFound."""
    return _only(session, StaffMember.id == member_id, scope)


def account_named(session: Session, *, username: str) -> Account:
    """The account with this user name, in whatever case it was typed. Raises MemberNotFound."""
    return _only(session, StaffMember.username == username.strip().lower(), None)


def accounts(session: Session, *, scope: frozenset[int] | None) -> list[Account]:
    """Accounts within `scope`, active ones first, then in Vietnamese order of names.

    Accounts of the whole service are seen only by those who answer for the whole service.
    """
    found = [_account(row) for row in session.scalars(_within(select(StaffMember), scope))]
    return sorted(found, key=lambda one: (not one.active, sort_key(one.member.display_name), one.member.id))


def has_demonstration(session: Session) -> bool:
    """Whether accounts are open whose passwords everybody knows."""
    return bool(session.scalar(select(exists().where(StaffMember.demonstration, StaffMember.active))))


def has_administrator(session: Session) -> bool:
    """Whether somebody can manage accounts from the pages."""
    return bool(session.scalar(select(exists().where(StaffMember.role == "administrator", StaffMember.active))))


def trail(
    session: Session, *, scope: frozenset[int] | None, action: str | None = None, offset: int = 0, limit: int
) -> list[TrailEntry]:
    """The audit trail within `scope`, latest first; what concerns no department needs the whole service."""
    query = (
        select(AuditEvent, StaffMember.display_name)
        .join(StaffMember, StaffMember.id == AuditEvent.actor_id, isouter=True)
        .order_by(AuditEvent.id.desc())
        .offset(offset)
        .limit(limit)
    )
    if scope is not None:
        query = query.where(AuditEvent.department_id.in_(scope))
    if action:
        query = query.where(AuditEvent.action == action)
    return [
        TrailEntry(
            id=event.id,
            at=event.at,
            actor=actor,
            action=event.action,
            subject=event.subject,
            department_id=event.department_id,
            reason=event.reason,
            details=event.details,
        )
        for event, actor in session.execute(query)
    ]


def actions(session: Session, *, scope: frozenset[int] | None) -> list[str]:
    """The kinds of action that occur in the trail within `scope`."""
    query = select(AuditEvent.action).distinct().order_by(AuditEvent.action)
    if scope is not None:
        query = query.where(AuditEvent.department_id.in_(scope))
    return list(session.scalars(query))


def names(session: Session, *, ids: frozenset[int]) -> dict[int, str]:
    """Display names by account id."""
    rows = session.execute(select(StaffMember.id, StaffMember.display_name).where(StaffMember.id.in_(ids)))
    return {row.id: row.display_name for row in rows}


def members(session: Session, *, ids: Collection[int]) -> dict[int, Member]:
    """Accounts by id, closed ones too."""
    return {row.id: as_member(row) for row in session.scalars(select(StaffMember).where(StaffMember.id.in_(ids)))}


def keys(session: Session) -> list[KeyHolder]:
    """Every key there ever was, by name."""
    return [as_key_holder(row) for row in session.scalars(select(ApiKey).order_by(ApiKey.name))]


def key_names(session: Session, *, ids: frozenset[int]) -> dict[int, str]:
    """Names of keys by id."""
    rows = session.execute(select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(ids)))
    return {row.id: row.name for row in rows}


def as_key_holder(row: ApiKey) -> KeyHolder:
    return KeyHolder(row.id, row.name, row.department_id, row.created_at, row.revoked_at, row.last_used_at)


def is_outside(session: Session, member: Member, *, department_id: int, day: date) -> bool:
    """Whether somebody stands outside a rated department: neither of it, nor of one above or below it on the day.

    Who belongs to no department answers for the whole service and stands outside of each.
    """
    if member.department_id is None:
        return True
    below_theirs = departments.within(session, department_id=member.department_id, day=day)
    return department_id not in below_theirs and not belongs(session, member, department_id=department_id, day=day)


def belongs(session: Session, member: Member, *, department_id: int, day: date) -> bool:
    """Whether somebody is of a department or of one below it on the day."""
    return member.department_id is not None and member.department_id in departments.within(
        session, department_id=department_id, day=day
    )


def somebody_above(session: Session, *, department_id: int, day: date) -> bool:
    """Whether an open account answers for a department without being of it or of one below."""
    if session.scalar(select(exists().where(StaffMember.active, StaffMember.department_id.is_(None)))):
        return True
    held = session.scalars(select(StaffMember.department_id).where(StaffMember.active).distinct()).all()
    return any(
        own not in (None, department_id) and department_id in departments.within(session, department_id=own, day=day)
        for own in held
    )


def independent(session: Session, one: int, other: int, *, now: datetime) -> bool:
    """Whether two accounts (ids) are two persons: not the same, and neither made the other or set its password lately.

    Lately is within DEPENDENCE of the latest such line of the audit trail. Accounts made at the terminal have no maker.
    """
    if one == other:
        return False
    made = exists().where(
        AuditEvent.action.in_(_PASSWORD_SET),
        AuditEvent.at > now - DEPENDENCE,
        or_(
            and_(AuditEvent.actor_id == one, AuditEvent.subject == f"staff:{other}"),
            and_(AuditEvent.actor_id == other, AuditEvent.subject == f"staff:{one}"),
        ),
    )
    return not session.scalar(select(made))


def as_member(row: StaffMember) -> Member:
    return Member(row.id, row.username, row.display_name, row.role, row.department_id, row.password_set_by_other)


def _only(session: Session, condition: Any, scope: frozenset[int] | None) -> Account:
    row = session.scalars(_within(select(StaffMember).where(condition), scope)).one_or_none()
    if row is None:
        raise MemberNotFound(N_("Không có tài khoản này."))
    return _account(row)


def _within(query: Select[StaffMember], scope: frozenset[int] | None) -> Select[StaffMember]:
    return query if scope is None else query.where(StaffMember.department_id.in_(scope))


def _account(row: StaffMember) -> Account:
    return Account(as_member(row), row.active, row.locked_until, row.last_sign_in_at, row.created_at)
