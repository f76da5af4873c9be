"""`flask polls`: open a poll from options or from a file."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from feedback_app.cli.files import FILE
from feedback_app.kit import i18n
from feedback_app.kit.db import db
from feedback_app.kit.documents import read_text
from feedback_app.kit.errors import Refused
from feedback_app.polls import operations
from feedback_app.polls.commands import NewOption, NewPoll
from feedback_app.polls.files import closing, opening, read_poll

group = AppGroup("polls", help="Bình chọn.")

DAY = click.DateTime(["%Y-%m-%d"])


@group.command("add")
@click.option("--slug", required=True, help="Tên đường dẫn, ví dụ: giao-dien-trang.")
@click.option("--question", required=True, help="Câu hỏi.")
@click.option("--option", "options", multiple=True, help="Một phương án; lặp lại cho từng phương án.")
@click.option("--praise", "praises", multiple=True, help="Một phương án chỉ có thể là lời khen.")
@click.option("--several", is_flag=True, help="Cho chọn nhiều phương án.")
@click.option("--opens", required=True, type=DAY, help="Ngày mở, năm-tháng-ngày.")
@click.option("--closes", type=DAY, help="Ngày cuối cùng nhận phiếu.")
@click.option("--reported-participants", type=int, help="Số lượt tham gia trang cũ đã công bố.")
@click.option("--reported-source", help="Nguồn của số đó.")
def add(
    slug: str,
    question: str,
    options: tuple[str, ...],
    praises: tuple[str, ...],
    several: bool,
    opens: datetime,
    closes: datetime | None,
    reported_participants: int | None,
    reported_source: str | None,
) -> None:
    """Mở một cuộc bình chọn."""
    new = NewPoll(
        slug=slug,
        question=question,
        options=(
            *(NewOption(text) for text in options),
            *(NewOption(text, praises=True) for text in praises),
        ),
        several=several,
        opens_at=opening(opens.date()),
        closes_at=closing(closes.date()) if closes else None,
        reported_participants=reported_participants,
        reported_source=reported_source,
    )
    try:
        operations.create_poll(db.session(), new)
    except Refused as error:
        raise click.ClickException(i18n.say(error)) from error
    db.session.commit()
    click.echo(f"Đã thêm: /binh-chon/{new.slug}")


@group.command("import")
@click.argument("file", metavar="TỆP", type=FILE)
@click.option("--opens", type=DAY, help="Ngày mở, khi tệp không ghi.")
def import_file(file: Path, opens: datetime | None) -> None:
    """Thêm hoặc cập nhật một cuộc bình chọn từ tệp JSON. Phiếu đã nhận không đổi."""
    try:
        new = read_poll(read_text(file.read_bytes()), opens_on=opens.date() if opens else None)
        _, added = operations.import_poll(db.session(), new)
    except Refused as error:
        raise click.ClickException(f"{file}: {i18n.say(error)}") from error
    db.session.commit()
    click.echo(f"{'Đã thêm' if added else 'Đã cập nhật'}: /binh-chon/{new.slug}")
