"""`flask dossiers`: counts of dossiers, those of days and those that others reported."""

from pathlib import Path

import click
from flask.cli import AppGroup

from feedback_app.cli.files import FILE
from feedback_app.cli.reports import conclude
from feedback_app.dossiers import operations, sheets
from feedback_app.dossiers.figures import COUNTED, DossierCounts
from feedback_app.dossiers.operations import Plan
from feedback_app.dossiers.sheets import DAILY_COLUMNS
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import Refused

group = AppGroup("dossiers", help="Số hồ sơ thủ tục hành chính.")

OUTCOMES = {"added": "mới", "changed": "thay", "unchanged": "giữ nguyên"}


@group.command("import")
@click.argument("path", metavar="TỆP", type=FILE)
@click.option("--source", metavar="NGUỒN", help="Nguồn số liệu; không ghi thì lấy tên tệp.")
@click.option("--dry-run", is_flag=True, help="Chỉ xem trước, không ghi gì.")
def import_(path: Path, source: str | None, dry_run: bool) -> None:
    """Nhập số hồ sơ theo ngày từ một tệp CSV hoặc XLSX.

    Với mỗi đơn vị và ngày có trong tệp, toàn bộ số cũ của cùng nguồn được thay; ngày khác, đơn vị khác, nguồn khác giữ
    nguyên. Một ngày có nhiều nguồn thì nguồn nhập sau cùng được tính, không cộng. Sai một dòng thì chưa nhập gì cả.
    """
    try:
        sheet = sheets.read_daily(path.name, path.read_bytes())
        done = operations.import_daily(
            db.session(),
            sheet.lines,
            source=source or path.stem,
            scope=None,
            now=clock.now(),
            unread=sheet.rejected,
        )
    except Refused as error:
        raise click.ClickException(f"{path.name}: {error}") from error
    _preview(done)
    if done.rejected:
        for each in done.rejected:
            click.echo(f"{path.name}, dòng {each.number}: {each.problem}", err=True)
        raise click.ClickException(f"Có {len(done.rejected)} dòng bị loại, chưa nhập gì. Hãy sửa rồi nhập lại cả tệp.")
    if dry_run:
        db.session.rollback()
    else:
        db.session.commit()
    click.echo(f"{'Sẽ nhập' if dry_run else 'Đã nhập'} {done.lines} dòng, {len(done.to_enter)} ngày của từng đơn vị.")


@group.command("import-reported")
@click.argument("path", metavar="TỆP", type=FILE)
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi gì.")
def import_reported(path: Path, dry_run: bool) -> None:
    """Nhập số hồ sơ do nơi khác đã báo cáo theo kỳ từ một tệp CSV hoặc XLSX."""
    rows, unread = sheets.read(path.name, path.read_bytes())
    conclude(operations.import_reported(db.session(), rows, unread=unread), dry_run=dry_run)


def _preview(done: Plan) -> None:
    """Each department's day as it was read, with what it replaces."""
    if done.days:
        click.echo("\t".join(("don_vi", "ngay", *(DAILY_COLUMNS[name] for name in COUNTED), "so_dong", "ket_qua")))
    for each in done.days:
        outcome = OUTCOMES[each.outcome]
        if each.displaced:
            outcome += f", thôi tính nguồn “{each.displaced}”"
        click.echo(
            _line(each.new.department.code, f"{each.new.day:%d/%m/%Y}", each.new.total, len(each.new.lines), outcome)
        )
        if each.outcome == "changed" and each.before:
            click.echo(_line("", "trước", each.old_total, len(each.before), ""))


def _line(department: str, day: str, counts: DossierCounts, lines: int, outcome: str) -> str:
    numbers = [str(getattr(counts, name)) for name in COUNTED]
    return "\t".join((department, day, *numbers, str(lines), outcome)).rstrip("\t")
