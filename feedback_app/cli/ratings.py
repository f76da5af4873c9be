"""`flask ratings`: publish periods, count days again, take over figures from before the system, bring in schemes."""

from datetime import datetime, timedelta
from pathlib import Path

import click
from flask.cli import AppGroup

from feedback_app.cli.files import FILE
from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Refused
from feedback_app.kit.sheets import BadSheet
from feedback_app.kit.web import settings
from feedback_app.ratings import operations, periods, queries, sheets
from feedback_app.ratings.periods import NotAPeriod
from feedback_app.ratings.schemes import read_file as read_scheme
from feedback_app.surveys import queries as surveys

group = AppGroup("ratings", help="Kết quả đánh giá: công bố, đếm lại, số liệu cũ.")

DAY = click.DateTime(["%Y-%m-%d"])


@group.command("publish")
@click.option("--period", "code", metavar="KỲ", help="Như 2026-10, 2026-Q3, 2026-H1, 2026-9M hoặc 2026.")
@click.option("--reason", metavar="LÝ DO", help="Lý do đính chính một kỳ đã công bố.")
def publish(code: str | None, reason: str | None) -> None:
    """Công bố một kỳ đã kết thúc; không nêu kỳ thì mọi kỳ đã kết thúc mà chưa công bố."""
    session, now, minima = db.session(), clock.now(), settings().minima
    if code is None:
        if reason is not None:
            raise click.UsageError("Đính chính thì phải nêu --period.")
        published = 0
        while found := operations.publish_ended(session, now=now, minima=minima, limit=1):
            db.session.commit()
            published += len(found)
            click.echo(f"Đã công bố kỳ {found[0].code}.")
        click.echo(f"Tất cả: {published} kỳ.")
        return
    try:
        done = operations.publish(session, periods.parse(code), now=now, minima=minima, reason=reason)
    except NotAPeriod as error:
        raise click.ClickException(f"Không có kỳ “{code}”.") from error
    except Refused as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"Đã công bố kỳ {code}." if done.number == 1 else f"Đã đính chính kỳ {code}, lần {done.number - 1}.")


@group.command("recount")
@click.option("--from", "first", type=DAY, metavar="NGÀY", help="Ngày đầu; bỏ trống là ngày đầu có phiếu.")
@click.option("--to", "last", type=DAY, metavar="NGÀY", help="Ngày cuối, tính cả ngày ấy; bỏ trống là cho đến hết.")
def recount(first: datetime | None, last: datetime | None) -> None:
    """Đếm lại từ các phiếu đã lưu, từng tháng một. Số liệu đã công bố không thay đổi."""
    session = db.session()
    span = surveys.answered_days(session)
    if span is None and (first is None or last is None):
        click.echo("Chưa có phiếu nào.")
        return
    day = first.date() if first else span[0]  # type: ignore[index]  # None only when both days are given
    before = (last.date() if last else span[1]) + timedelta(days=1)  # type: ignore[index]
    while day < before:
        until = min(periods.period_of("month", day).ends_on, before)
        operations.recount_range(session, first=day, before=until)
        db.session.commit()
        click.echo(f"Đã đếm lại {day.isoformat()} đến hết {(until - timedelta(days=1)).isoformat()}.")
        day = until


@group.command("import-reported")
@click.argument("file", metavar="TỆP", type=FILE)
def import_reported(file: Path) -> None:
    """Nạp số liệu đã báo cáo trước khi có hệ thống từ tệp CSV.

    Các cột: department_code, period_kind, starts_on, ends_on (ngày đầu tiên sau kỳ), percent, written, measure, source.
    Một dòng sai thì không nạp dòng nào.
    """
    session = db.session()
    ids = {view.code: view.id for view in departments.all_departments(session)}
    try:
        read = sheets.read_reported(file.name, file.read_bytes(), department_ids=ids)
    except BadSheet as error:
        raise click.ClickException(f"{file.name}: {i18n.say(error)}") from error
    if read.rejected:
        raise click.ClickException("\n".join(f"{where}: {why}" for where, why in read.rejected))
    count = operations.import_reported(session, read.ratings)
    db.session.commit()
    click.echo(f"Đã nạp {count} số liệu báo cáo.")


schemes = AppGroup("schemes", help="Cách chấm điểm, có ngày hiệu lực và phiên bản.")
group.add_command(schemes)


@schemes.command("import")
@click.argument("file", metavar="TỆP", type=FILE)
def import_scheme(file: Path) -> None:
    """Nạp một phiên bản cách chấm từ tệp JSON. Các kỳ bắt đầu trước ngày hiệu lực giữ cách chấm cũ."""
    try:
        scheme = read_scheme(file)
        added = operations.import_scheme(db.session(), scheme, now=clock.now())
    except Refused as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"Đã nạp {scheme.id}." if added else f"Đã có {scheme.id}, không có gì thay đổi.")


@schemes.command("list")
def list_schemes() -> None:
    """Liệt kê mọi phiên bản: mã, ngày hiệu lực, căn cứ, SHA-256."""
    for each in queries.schemes(db.session()):
        click.echo(f"{each.id}\t{each.valid_from.isoformat()}\t{each.basis}\t{each.sha256}")
