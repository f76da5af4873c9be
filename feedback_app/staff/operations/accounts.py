"""Accounts: sign-in with its lock, passwords, roles, and who is active."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, Conflict, Invalid
from feedback_app.kit.locks import lock
from feedback_app.kit.text import normalise
from feedback_app.staff.models import AuditEvent, StaffMember
from feedback_app.staff.operations.passwords import (
    BadPassword,
    check_password,
    generate_password,
    hash_password,
    matches,
    needs_rehash,
    nobodys_hash,
)
from feedback_app.staff.operations.trail import record
from feedback_app.staff.queries import Member, MemberNotFound, as_member

# Five slips are human; at that pace a list of ten thousand common passwords takes three weeks.
FAILURES_BEFORE_LOCK: Final = 5
LOCK: Final = timedelta(minutes=15)

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


class BadUsername(Invalid):
    """The user name cannot be used, or is taken."""


class BadName(Invalid):
    """The display name is empty."""


class LastAdministrator(Conflict):
    """The change would leave nobody who may manage accounts of the whole service."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The right password: the account, and the key its session cookie must carry."""

    member: Member
    session_key: str


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """Wrong user name or password, not told apart; after too many no try counts before `locked_until`."""

    locked_until: datetime | None


def sign_in(session: Session, *, now: datetime, username: str, password: str) -> SignedIn | SignInRefused:
    """Check a password; the caller commits either way, so that failures are counted.

    A user name nobody has gets the same answers, the same lock and one hash to compute, so that trying names
    tells nothing. Raises nothing: a refusal is an answer.
    """
    name = normalise(username).lower()
    # Guesses sent in parallel must not share one reading of the counter.
    lock(session, "staff.sign_in", name)
    row = session.scalars(select(StaffMember).where(StaffMember.username == name)).one_or_none()
    if row is None:
        return _refuse_unknown(session, now=now, name=name, password=password)
    if row.locked_until is not None and row.locked_until > now:
        return SignInRefused(row.locked_until)
    if not matches(row.password_hash, password) or not row.active:
        return _refuse(session, now=now, row=row)
    row.failed_sign_ins, row.locked_until, row.last_sign_in_at = 0, None, now
    if needs_rehash(row.password_hash):
        row.password_hash = hash_password(password)
    _record_about(session, now=now, actor_id=row.id, row=row, action="staff.signed_in")
    return SignedIn(as_member(row), row.session_key)


def sign_out(session: Session, *, now: datetime, member: Member) -> None:
    """Note that somebody signed out."""
    record(
        session,
        now=now,
        actor_id=member.id,
        action="staff.signed_out",
        subject=f"staff:{member.id}",
        department_id=member.department_id,
    )


def add_member(
    session: Session,
    *,
    now: datetime,
    actor_id: int | None,
    username: str,
    display_name: str,
    role: str,
    department_id: int | None,
    password: str,
    demonstration: bool = False,
) -> Member:
    """Open an account. `actor_id` is None from a terminal. Raises BadUsername, BadName, BadPassword.

    Whoever opens another's account knows its password, so its owner has to change it first; a terminal
    names nobody.
    """
    name = normalise(username).lower()
    if not _USERNAME.fullmatch(name):
        raise BadUsername(
            N_("Tên đăng nhập gồm 3 đến 40 chữ cái không dấu, chữ số, dấu chấm, gạch nối hoặc gạch dưới."),
            field="username",
        )
    shown = normalise(display_name)
    if not shown:
        raise BadName(N_("Xin nhập họ và tên."), field="display_name")
    lock(session, "staff.sign_in", name)
    if session.scalar(select(StaffMember.id).where(StaffMember.username == name)) is not None:
        raise BadUsername(N_("Tên đăng nhập “%(username)s” đã có người dùng."), field="username", username=name)
    check_password(password, username=name)
    row = StaffMember(
        username=name,
        display_name=shown,
        role=role,
        department_id=department_id,
        password_hash=hash_password(password),
        password_set_by_other=actor_id is not None,
        session_key=_new_session_key(),
        created_at=now,
        demonstration=demonstration,
    )
    session.add(row)
    session.flush()
    details = {"username": name, "role": role}
    _record_about(session, now=now, actor_id=actor_id, row=row, action="staff.added", details=details)
    return as_member(row)


def change_password(session: Session, *, now: datetime, member_id: int, current: str, new: str) -> SignedIn:
    """Set one's own password; every other session of the account ends. Raises BadPassword."""
    row = _row(session, member_id)
    if not matches(row.password_hash, current):
        raise BadPassword(N_("Mật khẩu hiện tại chưa đúng."), field="current")
    check_password(new, username=row.username)
    if matches(row.password_hash, new):
        raise BadPassword(N_("Mật khẩu mới phải khác mật khẩu hiện tại."), field="new")
    row.password_hash, row.session_key = hash_password(new), _new_session_key()
    row.password_set_by_other = False
    _record_about(session, now=now, actor_id=member_id, row=row, action="staff.password_changed")
    return SignedIn(as_member(row), row.session_key)


def reset_password(session: Session, *, now: datetime, actor_id: int | None, member_id: int) -> str:
    """Give an account a generated password, returned to be shown once; its sessions and its lock end.

    Its owner has to change it first, if somebody else of the service asked for it.
    """
    row = _row(session, member_id)
    password = generate_password()
    row.password_hash, row.session_key = hash_password(password), _new_session_key()
    row.password_set_by_other = actor_id not in (None, member_id)
    row.failed_sign_ins, row.locked_until = 0, None
    _record_about(session, now=now, actor_id=actor_id, row=row, action="staff.password_reset")
    return password


def set_role(
    session: Session,
    *,
    now: datetime,
    actor_id: int | None,
    member_id: int,
    role: str,
    department_id: int | None,
) -> None:
    """Change what an account may do and where; holds from its next request on. Raises LastAdministrator."""
    lock(session, "staff.administrators")
    row = _row(session, member_id)
    before = {"role": row.role, "department_id": row.department_id}
    after = {"role": role, "department_id": department_id}
    if before == after:
        return
    if role != "administrator" or department_id is not None:
        _check_not_last(session, row)
    row.role, row.department_id = role, department_id
    details = {"before": before, "after": after}
    _record_about(session, now=now, actor_id=actor_id, row=row, action="staff.role_changed", details=details)


def deactivate(session: Session, *, now: datetime, actor_id: int | None, member_id: int) -> None:
    """Close an account and end its sessions. What it did stays under its name. Raises LastAdministrator."""
    lock(session, "staff.administrators")
    row = _row(session, member_id)
    if not row.active:
        return
    _check_not_last(session, row)
    row.active, row.session_key = False, _new_session_key()
    _record_about(session, now=now, actor_id=actor_id, row=row, action="staff.deactivated")


def deactivate_demonstration(session: Session, *, now: datetime) -> int:
    """Close every demonstration account, the last administrator too: a terminal can add the next. Returns how many."""
    rows = session.scalars(select(StaffMember).where(StaffMember.demonstration, StaffMember.active)).all()
    for row in rows:
        row.active, row.session_key = False, _new_session_key()
        _record_about(session, now=now, actor_id=None, row=row, action="staff.deactivated")
    return len(rows)


def activate(session: Session, *, now: datetime, actor_id: int | None, member_id: int) -> None:
    """Open a closed account again, with the password it had."""
    row = _row(session, member_id)
    if row.active:
        return
    row.active = True
    _record_about(session, now=now, actor_id=actor_id, row=row, action="staff.activated")


def unlock(session: Session, *, now: datetime, actor_id: int | None, member_id: int) -> None:
    """Forget failed sign-ins, so that the account can be tried at once."""
    row = _row(session, member_id)
    row.failed_sign_ins, row.locked_until = 0, None
    _record_about(session, now=now, actor_id=actor_id, row=row, action="staff.unlocked")


def _refuse(session: Session, *, now: datetime, row: StaffMember) -> SignInRefused:
    row.failed_sign_ins += 1
    _record_about(session, now=now, actor_id=None, row=row, action="staff.sign_in_failed")
    if row.failed_sign_ins < FAILURES_BEFORE_LOCK:
        return SignInRefused(None)
    row.failed_sign_ins, row.locked_until = 0, now + LOCK
    _record_about(session, now=now, actor_id=None, row=row, action="staff.locked")
    return SignInRefused(row.locked_until)


def _refuse_unknown(session: Session, *, now: datetime, name: str, password: str) -> SignInRefused:
    """As for a real account, counted in the trail because there is no row to count in.

    What was typed may be a password in the wrong field, so the trail keeps three bytes of a digest: enough to
    count by, too few to guess the text from.
    """
    subject = f"unknown_name:{blake2s(name.encode(), digest_size=3).hexdigest()}"
    failures, last = session.execute(
        select(func.count(), func.max(AuditEvent.at)).where(AuditEvent.subject == subject)
    ).one()
    if failures and failures % FAILURES_BEFORE_LOCK == 0 and last + LOCK > now:
        return SignInRefused(last + LOCK)
    matches(nobodys_hash(), password)
    record(session, now=now, actor_id=None, action="staff.sign_in_failed", subject=subject)
    return SignInRefused(now + LOCK if (failures + 1) % FAILURES_BEFORE_LOCK == 0 else None)


def _check_not_last(session: Session, row: StaffMember) -> None:
    others = select(func.count()).where(
        StaffMember.role == "administrator",
        StaffMember.department_id.is_(None),
        StaffMember.active,
        StaffMember.id != row.id,
    )
    if row.role == "administrator" and row.department_id is None and not session.scalar(others):
        raise LastAdministrator(N_("Đây là quản trị viên cuối cùng của toàn hệ thống. Hãy chỉ định người khác trước."))


def _record_about(
    session: Session,
    *,
    now: datetime,
    actor_id: int | None,
    row: StaffMember,
    action: str,
    details: dict[str, Any] | None = None,
) -> None:
    record(
        session,
        now=now,
        actor_id=actor_id,
        action=action,
        subject=f"staff:{row.id}",
        department_id=row.department_id,
        details=details,
    )


def _row(session: Session, member_id: int) -> StaffMember:
    row = session.get(StaffMember, member_id, with_for_update=True)
    if row is None:
        raise MemberNotFound(N_("Không có tài khoản này."))
    return row


def _new_session_key() -> str:
    return secrets.token_urlsafe(16)
