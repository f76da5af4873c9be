"""`flask staff`: accounts from a terminal, above all the first one."""

import sys

import click
from flask.cli import AppGroup

from feedback_app.departments import queries as departments
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import Refused
from feedback_app.staff import operations, queries
from feedback_app.staff.access import ROLES
from feedback_app.staff.operations import generate_password

group = AppGroup("staff", help="Tài khoản của người làm việc với hệ thống.")


@group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Họ và tên.")
@click.option("--role", type=click.Choice(ROLES), required=True, help="Vai trò.")
@click.option("--department", metavar="MÃ", help="Mã cơ quan, đơn vị; bỏ trống là toàn bộ hệ thống.")
@click.option("--password-stdin", is_flag=True, help="Đọc mật khẩu từ dòng đầu của đầu vào chuẩn.")
def add(username: str, name: str, role: str, department: str | None, password_stdin: bool) -> None:
    """Thêm tài khoản USERNAME; không cho mật khẩu thì tạo một mật khẩu và in ra một lần."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else generate_password()
    try:
        department_id = departments.department(db.session(), code=department).id if department else None
        member = operations.add_member(
            db.session(),
            now=clock.now(),
            actor_id=None,
            username=username,
            display_name=name,
            role=role,
            department_id=department_id,
            password=password,
        )
    except Refused as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"Đã thêm tài khoản {member.username} ({member.display_name}).")
    if not password_stdin:
        click.echo(f"Mật khẩu (chỉ hiện lần này): {password}")


@group.command("list")
def list_accounts() -> None:
    """Liệt kê các tài khoản."""
    now = clock.now()
    found = queries.accounts(db.session(), scope=None)
    ids = {one.member.department_id for one in found if one.member.department_id is not None}
    names = departments.departments(db.session(), ids=ids, on=clock.local_day(now))
    for one in found:
        member = one.member
        place = names[member.department_id].name if member.department_id else "toàn bộ hệ thống"
        locked = one.locked_until is not None and one.locked_until > now
        state = "đã ngừng" if not one.active else "đang khóa" if locked else "đang dùng"
        click.echo(f"{member.username}\t{member.display_name}\t{member.role}\t{place}\t{state}")


@group.command("deactivate")
@click.argument("username")
def deactivate(username: str) -> None:
    """Ngừng tài khoản USERNAME; các phiên đang mở kết thúc."""
    try:
        operations.deactivate(db.session(), now=clock.now(), actor_id=None, member_id=_id_of(username))
    except Refused as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"Đã ngừng tài khoản {username}.")


@group.command("unlock")
@click.argument("username")
def unlock(username: str) -> None:
    """Mở khóa đăng nhập cho tài khoản USERNAME."""
    try:
        operations.unlock(db.session(), now=clock.now(), actor_id=None, member_id=_id_of(username))
    except Refused as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"Đã mở khóa đăng nhập cho tài khoản {username}.")


@group.command("add-key")
@click.argument("name", metavar="TÊN")
@click.option("--department", metavar="MÃ", required=True, help="Đơn vị khóa được gửi số liệu, kể cả đơn vị bên dưới.")
def add_key(name: str, department: str) -> None:
    """Tạo khóa API tên TÊN cho hệ thống khác, in ra một lần."""
    try:
        department_id = departments.department(db.session(), code=department).id
        key = operations.add_key(db.session(), now=clock.now(), name=name, department_id=department_id)
    except Refused as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"Khóa (chỉ hiện lần này): {key}")


@group.command("list-keys")
def list_keys() -> None:
    """Liệt kê các khóa API."""
    found = queries.keys(db.session())
    ids = {one.department_id for one in found}
    names = departments.departments(db.session(), ids=ids, on=clock.local_day(clock.now()))
    for one in found:
        used = f"dùng lần cuối {one.last_used_at:%Y-%m-%d %H:%M} UTC" if one.last_used_at else "chưa dùng"
        state = "đã thu hồi" if one.revoked_at else "đang dùng"
        click.echo(f"{one.name}\t{names[one.department_id].name}\t{state}\t{used}")


@group.command("revoke-key")
@click.argument("name", metavar="TÊN")
def revoke_key(name: str) -> None:
    """Thu hồi khóa API tên TÊN."""
    try:
        operations.revoke_key(db.session(), now=clock.now(), name=name)
    except Refused as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"Đã thu hồi khóa {name}.")


def _id_of(username: str) -> int:
    return queries.account_named(db.session(), username=username).member.id
