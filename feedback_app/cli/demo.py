"""`flask demo`: load the demonstration office, take its answers away again, say where to look."""

import click
from flask.cli import AppGroup

from feedback_app import demo
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.web import settings
from feedback_app.staff import queries as staff

group = AppGroup("demo", help="Dữ liệu trình diễn.")


@group.command("load")
@click.option("--if-empty", is_flag=True, help="Không làm gì nếu hệ thống đã có cơ quan, đơn vị.")
def load(if_empty: bool) -> None:
    """Nạp văn phòng trình diễn: danh mục, mẫu phiếu, 12 tháng phiếu giả định, tài khoản dùng thử."""
    if not demo.is_empty(db.session()):
        if if_empty:
            return
        raise click.ClickException("Hệ thống đã có dữ liệu; chỉ nạp dữ liệu trình diễn vào hệ thống trống.")
    if settings().environment == "production":
        raise click.ClickException(
            "Không nạp dữ liệu trình diễn khi FEEDBACK_ENV=production: mật khẩu tài khoản dùng thử ai cũng biết."
        )
    demo.load(
        db.session(),
        now=clock.now(),
        minima=settings().minima,
        rapid_seconds=settings().rapid_seconds,
        report=click.echo,
    )
    db.session.commit()
    click.echo("Đã nạp dữ liệu trình diễn.")


@group.command("remove")
@click.confirmation_option(prompt="Xóa mọi phiếu trình diễn và khóa các tài khoản dùng thử?")
def remove() -> None:
    """Xóa mọi phiếu, bình chọn, hồ sơ, phản ánh và bài viết trình diễn; khóa các tài khoản dùng thử. Giữ danh mục."""
    removed = demo.remove(db.session(), now=clock.now())
    db.session.commit()
    click.echo(f"Đã xóa {removed} phiếu trình diễn. Danh mục cơ quan, mẫu phiếu và số liệu báo cáo được giữ lại.")
    if not staff.has_administrator(db.session()):
        click.echo("Chưa có quản trị viên. Thêm bằng: flask staff add TÊN --name 'Họ và tên' --role administrator")


@group.command("addresses")
def addresses() -> None:
    """In các địa chỉ để xem thử và các tài khoản dùng thử, mỗi dòng một mục, cách nhau bằng tab."""
    for label, path in demo.ADDRESSES:
        click.echo(f"{label}\t{path}")
    if staff.has_demonstration(db.session()):
        for account in demo.ACCOUNTS:
            click.echo(f"account\t{account.username}\t{account.password}\t{account.role}")
