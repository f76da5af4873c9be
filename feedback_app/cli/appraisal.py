"""`flask appraisal`: points of officers by quarter, as the one-stop system added them up."""

from pathlib import Path

import click
from flask.cli import AppGroup

from feedback_app.appraisal import operations, sheets
from feedback_app.cli.files import FILE
from feedback_app.cli.reports import conclude
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import NotFound
from feedback_app.staff import queries as staff

group = AppGroup("appraisal", help="Điểm của cán bộ theo quý.")


@group.command("import")
@click.argument("path", metavar="TỆP", type=FILE)
@click.option("--by", "username", metavar="TÊN", required=True, help="Tài khoản chịu trách nhiệm về tệp này.")
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi gì.")
def import_(path: Path, username: str, dry_run: bool) -> None:
    """Nhập điểm theo quý của từng cán bộ từ một tệp CSV hoặc XLSX.

    Nhập lại số khác thì thành phiên bản mới, phiên bản cũ vẫn giữ. Người chịu trách nhiệm về tệp không quyết định khiếu
    nại về các điểm ấy.
    """
    try:
        account = staff.account_named(db.session(), username=username)
    except NotFound as error:
        raise click.ClickException(f"{username}: {error}") from error
    if not account.active:
        raise click.ClickException(f"Tài khoản {username} đã ngừng.")
    rows, unread = sheets.read(path.name, path.read_bytes())
    report = operations.import_quarters(db.session(), rows, by=account.member, now=clock.now(), unread=unread)
    conclude(report, dry_run=dry_run)
