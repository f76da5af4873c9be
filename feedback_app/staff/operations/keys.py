"""Keys with which other systems send figures.

A key is 256 random bits, which nobody can guess from its SHA-256: a slow hash would only slow down the sender.
"""

import secrets
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.locks import lock
from feedback_app.kit.text import normalise
from feedback_app.staff.models import ApiKey
from feedback_app.staff.operations.accounts import BadName
from feedback_app.staff.operations.trail import record
from feedback_app.staff.queries import KeyHolder, as_key_holder


class KeyNotFound(NotFound):
    """No key in use has that name."""


def add_key(session: Session, *, now: datetime, name: str, department_id: int) -> str:
    """Let another system send figures about a department and what is below it; its key, shown once. Raises BadName."""
    shown = normalise(name)
    if not shown:
        raise BadName(N_("Xin đặt tên cho khóa."), field="name")
    lock(session, "staff.keys")
    if session.scalar(select(ApiKey.id).where(ApiKey.name == shown)) is not None:
        raise BadName(N_("Tên khóa “%(name)s” đã được dùng."), field="name", name=shown)
    secret = secrets.token_urlsafe(32)
    row = ApiKey(name=shown, digest=_digest(secret), department_id=department_id, created_at=now)
    session.add(row)
    session.flush()
    _record_key(session, now=now, row=row, action="staff.key_added")
    return f"{row.id}.{secret}"


def revoke_key(session: Session, *, now: datetime, name: str) -> None:
    """End a key; what it sent stays under its name. Raises KeyNotFound."""
    row = session.scalars(
        select(ApiKey).where(ApiKey.name == normalise(name), ApiKey.revoked_at.is_(None)).with_for_update()
    ).one_or_none()
    if row is None:
        raise KeyNotFound(N_("Không có khóa nào đang dùng mang tên “%(name)s”."), name=name)
    row.revoked_at = now
    _record_key(session, now=now, row=row, action="staff.key_revoked")


def use_key(session: Session, *, now: datetime, token: str) -> KeyHolder | None:
    """Whose key this is, noting that it was used; None for a key that is unknown, wrong or revoked."""
    number, _, secret = token.partition(".")
    known = number.isascii() and number.isdigit() and len(number) < 10
    row = session.get(ApiKey, int(number)) if known else None
    if row is None or not compare_digest(row.digest, _digest(secret)) or row.revoked_at is not None:
        return None
    row.last_used_at = now
    return as_key_holder(row)


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _record_key(session: Session, *, now: datetime, row: ApiKey, action: str) -> None:
    record(
        session,
        now=now,
        actor_id=None,
        action=action,
        subject=f"api_key:{row.id}",
        department_id=row.department_id,
        details={"name": row.name},
    )
