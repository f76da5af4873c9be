"""`flask articles`: import an article from a file, publish it, and check the figures that articles quote."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import click
from flask.cli import AppGroup

from feedback_app.articles import operations, queries
from feedback_app.articles.furniture import Furniture
from feedback_app.articles.operations import AlreadyPublished
from feedback_app.articles.proofreading import ReadNumber, Remark
from feedback_app.articles.queries import CheckedFigure
from feedback_app.articles.reading import read_article
from feedback_app.cli.files import FILE
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.documents import read_text
from feedback_app.kit.errors import Refused
from feedback_app.kit.numbers import format_count, format_decimal
from feedback_app.kit.web import settings

group = AppGroup("articles", help="Bài viết.")

REMARKS = {
    "quotes": "Dấu ngoặc kép không đủ đôi",
    "space_in_quotes": "Khoảng trắng thừa sát dấu ngoặc kép",
    "decimal_marks": "Dấu thập phân không thống nhất",
    "doubled_word": "Từ lặp",
    "names": "Tên viết khác nhau",
}
MEANINGS = {
    "count": "số nguyên",
    "percent": "tỷ lệ phần trăm",
    "decimal": "số thập phân",
    "date": "ngày",
    "document": "số văn bản",
}
VERDICTS = {
    "agrees": "khớp",
    "truncated": "cắt bớt thay vì làm tròn",
    "disagrees": "KHÔNG KHỚP",
    "missing": "KHÔNG TÌM THẤY SỐ LIỆU",
    "unreadable": "KHÔNG ĐỌC ĐƯỢC SỐ",
}


@group.command("import")
@click.argument("file", metavar="TỆP", type=FILE)
@click.option("--slug", help="Tên đường dẫn; mặc định lấy từ tiêu đề.")
@click.option("--title", help="Tiêu đề; mặc định lấy từ tệp.")
@click.option("--byline", help="Tác giả hoặc cơ quan; mặc định lấy từ tệp.")
@click.option("--published-on", type=click.DateTime(["%Y-%m-%d"]), help="Ngày đăng, năm-tháng-ngày.")
@click.option("--publish", is_flag=True, help="Đăng ngay, dù còn chỗ cần người biên tập xem lại.")
@click.option("--dry-run", is_flag=True, help="Chỉ đọc và báo cáo, không lưu.")
def import_file(
    file: Path,
    slug: str | None,
    title: str | None,
    byline: str | None,
    published_on: datetime | None,
    publish: bool,
    dry_run: bool,
) -> None:
    """Nhập bài từ tệp .txt, .md hoặc .html; bài cùng tên đường dẫn được cập nhật, không bài nào bị xóa.

    Bài không có chỗ nào cần người biên tập xem lại thì được đăng ngay. Bài có chỗ cần xem lại thành bản nháp, chỉ cán
    bộ quản lý xem được, cho đến khi đăng bằng flask articles publish; bài đã đăng thì không bị bản nháp thay thế, muốn
    cập nhật phải thêm --publish.
    """
    session = db.session()
    try:
        draft = read_article(read_text(file.read_bytes()), suffix=file.suffix.lower())
        article = replace(
            draft.article,
            slug=draft.article.slug if slug is None else slug,
            title=draft.article.title if title is None else title,
            byline=draft.article.byline if byline is None else byline,
            published_on=published_on.date() if published_on else draft.article.published_on,
            draft=bool(draft.remarks) and not publish,
        )
    except Refused as error:
        raise click.ClickException(f"{file}: {i18n.say(error)}") from error
    click.echo(f"Tiêu đề: {article.title}")
    click.echo(f"Nguồn: {article.byline or '(không có)'}")
    _tell_furniture(draft.furniture)
    _tell_remarks(draft.remarks)
    _tell_numbers(draft.numbers)
    try:
        imported = operations.import_article(session, article, now=clock.now())
    except AlreadyPublished as error:
        raise click.ClickException(f"{file}: {i18n.say(error)} Muốn đăng bản mới: thêm --publish.") from error
    except Refused as error:
        raise click.ClickException(f"{file}: {i18n.say(error)}") from error
    _tell_figures(queries.checked_figures(session, slug=imported.slug, now=clock.now(), minima=settings().minima))
    if imported.new:
        click.echo(f"Bài mới: /bai-viet/{imported.slug}")
    elif imported.changes:
        click.echo(f"Cập nhật /bai-viet/{imported.slug}, khác bản đang lưu:")
        for line in imported.changes:
            click.echo(f"  {line}")
    else:
        click.echo(f"Không có gì thay đổi: /bai-viet/{imported.slug}")
    if imported.draft:
        click.echo(f"Bản nháp, chưa đăng. Xem lại rồi đăng bằng: flask articles publish {imported.slug}")
    if dry_run:
        session.rollback()
        click.echo("Chạy thử: chưa lưu.")
    else:
        session.commit()


@group.command("publish")
@click.argument("slug")
def publish(slug: str) -> None:
    """Đăng bản nháp có tên đường dẫn SLUG."""
    session = db.session()
    try:
        was_draft = operations.publish(session, slug=slug)
    except Refused as error:
        raise click.ClickException(f"{slug}: {i18n.say(error)}") from error
    session.commit()
    click.echo(f"{'Đã đăng' if was_draft else 'Đã đăng từ trước'}: /bai-viet/{slug}")


@group.command("check")
@click.argument("slug", required=False)
def check(slug: str | None) -> None:
    """Đối chiếu số liệu gắn nguồn của một bài hoặc mọi bài; kết thúc với mã 1 khi có số liệu cần xem lại."""
    session, minima = db.session(), settings().minima
    slugs = [slug] if slug else [link.slug for link in queries.all_articles(session)]
    doubtful = 0
    for each in slugs:
        try:
            queries.article(session, slug=each)
        except Refused as error:
            raise click.ClickException(i18n.say(error)) from error
        figures = queries.checked_figures(session, slug=each, now=clock.now(), minima=minima)
        click.echo(f"/bai-viet/{each}")
        doubtful += _tell_figures(figures)
    if doubtful:
        raise click.ClickException(f"{format_count(doubtful)} số liệu cần xem lại.")


def _tell_furniture(found: Furniture) -> None:
    if found.poll:
        click.echo(f"Để ngoài bài - bình chọn: {found.poll.question}")
        for option in found.poll.options:
            click.echo(f"  · {option}")
        click.echo(f"  {format_count(found.poll.participants)} lượt tham gia, không rõ chọn phương án nào")
    for name, number in found.visits:
        click.echo(f"Để ngoài bài - lượt truy cập: {name} {format_count(number)}")
    if found.text_size:
        click.echo("Để ngoài bài - nút đổi cỡ chữ")
    if found.other_news is not None:
        click.echo(f"Để ngoài bài - các tin khác: {'; '.join(found.other_news) or '(trống)'}")


def _tell_remarks(remarks: Sequence[Remark]) -> None:
    if remarks:
        click.echo("Cần người biên tập xem lại (bài giữ nguyên văn):")
    for remark in remarks:
        click.echo(f"  · {REMARKS[remark.kind]}: {remark.text}")


def _tell_numbers(numbers: Sequence[ReadNumber]) -> None:
    if numbers:
        click.echo("Các số trong bài và cách đọc:")
    for number in numbers:
        meaning = MEANINGS[number.meaning]
        if number.meaning not in ("date", "document"):
            meaning += f" {_plain(number.value)}" if number.value is not None else " KHÔNG ĐỌC ĐƯỢC"
        click.echo(f"  · {number.written}: {meaning}    {number.around}")


def _tell_figures(figures: Sequence[CheckedFigure]) -> int:
    """Print each bound figure beside the stored one; returns how many need an editor."""
    if not figures:
        click.echo("Bài không có số liệu gắn nguồn.")
    for figure in figures:
        stored = _shown(figure.stored.value) if figure.stored else "-"
        click.echo(f"  {figure.position}. {figure.written} | {stored} | {VERDICTS[figure.verdict]} | {figure.target}")
    return sum(figure.verdict != "agrees" for figure in figures)


def _shown(value: Decimal) -> str:
    """In Vietnamese notation: a whole number grouped, any other with four decimals."""
    if value == value.to_integral_value():
        return format_count(int(value))
    return format_decimal(value, 4).rstrip("0")


def _plain(value: Decimal) -> str:
    """Ungrouped, so that the reading of `3.760` leaves no doubt."""
    return f"{value:f}".replace(".", ",")
