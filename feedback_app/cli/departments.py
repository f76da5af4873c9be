"""`flask departments`: the register of departments from CSV files, and a look at it."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from feedback_app.cli.files import FILE_OR_FOLDER
from feedback_app.cli.reports import conclude
from feedback_app.departments import operations, queries, sheets
from feedback_app.kit import clock
from feedback_app.kit.db import db

group = AppGroup("departments", help="Cơ quan, đơn vị được đánh giá.")


@group.command("import")
@click.argument("path", metavar="TỆP", type=FILE_OR_FOLDER)
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi gì.")
def import_(path: Path, dry_run: bool) -> None:
    """Nhập danh mục cơ quan từ một tệp CSV hoặc từ mọi tệp CSV trong một thư mục."""
    files = sorted(each for each in path.glob("*.csv") if each.is_file()) if path.is_dir() else [path]
    if not files:
        raise click.ClickException(f"Thư mục {path} không có tệp CSV nào.")
    rows, unread = sheets.read((file.name, file.read_bytes()) for file in files)
    report = operations.import_departments(db.session(), rows, now=clock.now(), unread=unread)
    conclude(report, dry_run=dry_run)


@group.command("list")
@click.option(
    "--day",
    type=click.DateTime(["%d/%m/%Y", "%Y-%m-%d"]),
    help="Danh mục của ngày này; không ghi là hôm nay.",
)
def list_(day: datetime | None) -> None:
    """In cây cơ quan của một ngày."""
    wanted = day.date() if day else clock.local_day(clock.now())
    views = queries.departments_on(db.session(), day=wanted)
    if not views:
        click.echo(f"Ngày {wanted:%d/%m/%Y} chưa có cơ quan nào. Nhập bằng: flask departments import TỆP")
    for depth, view in queries.in_tree_order(views):
        click.echo(f"{'  ' * depth}{view.name}  [{view.code}]")
