"""Accounts to try, and the addresses to try them at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy.orm import Session

from feedback_app.departments import queries as department_queries
from feedback_app.staff import operations as staff
from feedback_app.staff.queries import Member


@dataclass(frozen=True, slots=True)
class Account:
    """A demonstration account; its password is no secret, which is why production refuses to load it."""

    username: str
    display_name: str
    role: Literal["staff", "manager", "administrator"]
    department: str | None
    password: str


ACCOUNTS: Final = (
    Account("canbo", "Cán bộ một cửa (trình diễn)", "staff", "phuong-dong-hoi", "trinh-dien-can-bo"),
    Account("quanly", "Người quản lý (trình diễn)", "manager", None, "trinh-dien-quan-ly"),
    Account("quantri", "Quản trị viên (trình diễn)", "administrator", None, "trinh-dien-quan-tri"),
)

ADDRESSES: Final = (
    ("Trang chủ", "/"),
    ("Kết quả", "/ket-qua"),
    ("Ki-ốt", "/ki-ot/dong-hoi"),
    ("Điện thoại", "/khao-sat/dong-hoi"),
    ("Nhập phiếu", "/nhap-phieu"),
    ("Quản lý", "/quan-ly"),
)


def load_accounts(session: Session, now: datetime) -> dict[str, Member]:
    """The accounts, by user name."""
    members = {}
    for account in ACCOUNTS:
        department = account.department and department_queries.department(session, code=account.department).id
        members[account.username] = staff.add_member(
            session,
            now=now,
            actor_id=None,
            username=account.username,
            display_name=account.display_name,
            role=account.role,
            department_id=department or None,
            password=account.password,
            demonstration=True,
        )
    return members
