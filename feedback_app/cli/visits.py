"""`flask visits`: what an earlier site had counted."""

import click
from flask.cli import AppGroup

from feedback_app.kit import i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Refused
from feedback_app.kit.numbers import NotANumber, format_count, parse_count
from feedback_app.visits import operations

group = AppGroup("visits", help="Lượt truy cập.")


@group.command("baseline")
@click.argument("number")
@click.option("--source", required=True, help="Trang nào đã đếm, đến khi nào.")
def baseline(number: str, source: str) -> None:
    """Tiếp tục từ số lượt truy cập của trang cũ, ví dụ: 6.243.886."""
    try:
        visits = parse_count(number)
    except NotANumber as error:
        raise click.ClickException(f"“{number}” không phải số nguyên, ví dụ: 6.243.886") from error
    try:
        operations.set_baseline(db.session(), visits=visits, source=source)
    except Refused as error:
        raise click.ClickException(i18n.say(error)) from error
    db.session.commit()
    click.echo(f"Tổng số lượt truy cập tiếp tục từ {format_count(visits)} (nguồn: {source}).")
