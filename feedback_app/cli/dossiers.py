"""`flask dossiers`: counts of dossiers that others reported."""

from pathlib import Path

import click
from flask.cli import AppGroup

from feedback_app.cli.files import FILE
from feedback_app.cli.reports import conclude
from feedback_app.dossiers import operations, sheets
from feedback_app.kit.db import db

group = AppGroup("dossiers", help="Số hồ sơ thủ tục hành chính.")


@group.command("import")
@click.argument("path", metavar="TỆP", type=FILE)
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi gì.")
def import_(path: Path, dry_run: bool) -> None:
    """Nhập số hồ sơ đã được báo cáo từ một tệp CSV."""
    rows, unread = sheets.read(path.name, path.read_bytes())
    conclude(operations.import_reported(db.session(), rows, unread=unread), dry_run=dry_run)
