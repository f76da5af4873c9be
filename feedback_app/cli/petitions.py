"""`flask petitions`: petitions from the register they were received in."""

from pathlib import Path

import click
from flask.cli import AppGroup

from feedback_app.cli.files import FILE
from feedback_app.cli.reports import conclude
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.petitions import operations, sheets

group = AppGroup("petitions", help="Phản ánh, kiến nghị của người dân, doanh nghiệp.")


@group.command("import")
@click.argument("path", metavar="TỆP", type=FILE)
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi gì.")
def import_(path: Path, dry_run: bool) -> None:
    """Nhập sổ phản ánh, kiến nghị từ một tệp CSV; nhập lại để ghi kết luận hoặc ngày trả lời mới."""
    rows, unread = sheets.read(path.name, path.read_bytes())
    report = operations.import_petitions(db.session(), rows, now=clock.now(), unread=unread)
    conclude(report, dry_run=dry_run)
