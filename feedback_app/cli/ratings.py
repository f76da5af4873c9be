"""`flask ratings`: publish periods and verify them, count days again, take over reported figures, bring in schemes."""

from datetime import datetime, timedelta
from pathlib import Path

import click
from flask.cli import AppGroup

from feedback_app.cli.files import FILE
from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import NotAllowed, Refused
from feedback_app.kit.sheets import BadSheet
from feedback_app.kit.web import settings
from feedback_app.ratings import operations, periods, queries, sheets
from feedback_app.ratings.periods import NotAPeriod, Period
from feedback_app.ratings.queries import PublicationView
from feedback_app.ratings.schemes import read_file as read_scheme
from feedback_app.staff import operations as staff
from feedback_app.staff.queries import Member
from feedback_app.surveys import queries as surveys

group = AppGroup("ratings", help="Kết quả đánh giá: công bố, đếm lại, số liệu cũ.")

DAY = click.DateTime(["%Y-%m-%d"])


@group.command("publish")
@click.option("--period", "code", metavar="KỲ", help="Như 2026-10, 2026-Q3, 2026-H1, 2026-9M hoặc 2026.")
@click.option("--reason", metavar="LÝ DO", help="Lý do đính chính một kỳ đã công bố.")
@click.option("--drafter", metavar="TÊN", help="Tên đăng nhập của người lập bản nháp; lệnh hỏi mật khẩu.")
@click.option("--checker", metavar="TÊN", help="Tên đăng nhập của người kiểm tra, là người khác; lệnh hỏi mật khẩu.")
@click.option(
    "--few-agreed", is_flag=True, help="Người kiểm tra đã biết đính chính cho thấy câu trả lời của vài người."
)
def publish(code: str | None, reason: str | None, drafter: str | None, checker: str | None, few_agreed: bool) -> None:
    """Công bố một kỳ đã kết thúc; không nêu kỳ thì mọi kỳ đã kết thúc mà chưa công bố.

    Tháng công bố được ngay (trừ khi AUTO_PUBLISH_MONTHS=false). Quý, 6 tháng, 9 tháng, năm và mọi đính chính cần hai
    người: không nêu kỳ thì lệnh chỉ lập bản nháp để hai người kiểm tra và công bố trên trang quản lý; nêu kỳ thì phải
    có --drafter và --checker.
    """
    session, now = db.session(), clock.now()
    if code is None:
        if (reason, drafter, checker, few_agreed) != (None, None, None, False):
            raise click.UsageError("--reason, --drafter, --checker và --few-agreed đi cùng --period.")
        _publish_ended(now)
        return
    try:
        period = periods.parse(code)
    except NotAPeriod as error:
        raise click.ClickException(f"Không có kỳ “{code}”.") from error
    try:
        if drafter and checker:
            done = _publish_by_two(
                period, _ask(drafter, now), _ask(checker, now), now=now, reason=reason, few_agreed=few_agreed
            )
        elif drafter or checker:
            raise click.UsageError("Nêu cả --drafter lẫn --checker.")
        else:
            done = operations.publish_month(
                session,
                period,
                now=now,
                minima=settings().minima,
                publish_months=settings().auto_publish_months,
            )
    except NotAllowed as error:
        # The refused attempt stays in the trail; nothing else was written.
        db.session.commit()
        raise click.ClickException(i18n.say(error)) from error
    except Refused as error:
        raise click.ClickException(i18n.say(error)) from error
    db.session.commit()
    click.echo(f"Đã công bố kỳ {code}." if done.number == 1 else f"Đã đính chính kỳ {code}, lần {done.number - 1}.")


@group.command("verify")
def verify() -> None:
    """Tính lại mã kiểm chứng của mọi lần công bố và báo mắt xích đầu tiên bị hỏng."""
    broken = False
    for chain in queries.verify(db.session()):
        if chain.demonstration and not chain.links and not chain.broken:
            continue
        name = "Chuỗi trình diễn" if chain.demonstration else "Chuỗi công bố"
        click.echo(f"{name}: {chain.links} lần công bố đúng như khi ra; mã cuối {chain.last_hash or '–'}.")
        if chain.broken:
            broken = True
            found = chain.broken.publication
            fault = (
                "nội dung không còn như khi công bố"
                if chain.broken.fault == "content"
                else "không nối với lần công bố trước: có lần công bố bị xóa hoặc bị thay"
            )
            click.echo(
                f"HỎNG tại mắt xích {found.link}: kỳ {found.period.code}, lần {found.number}: {fault}.", err=True
            )
    if broken:
        raise click.exceptions.Exit(1)


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


def _publish_ended(now: datetime) -> None:
    handled = 0
    while found := operations.publish_ended(
        db.session(),
        now=now,
        minima=settings().minima,
        limit=1,
        publish_months=settings().auto_publish_months,
    ):
        db.session.commit()
        handled += len(found)
        code = found[0].period.code
        click.echo(
            f"Đã công bố kỳ {code}." if found[0].published else f"Đã lập bản nháp kỳ {code}, chờ hai người công bố."
        )
    db.session.commit()
    click.echo(f"Tất cả: {handled} kỳ.")


def _ask(username: str, now: datetime) -> Member:
    """The account, once its password was typed: a name alone signs nothing."""
    password = click.prompt(f"Mật khẩu của {username}", hide_input=True)
    answer = staff.sign_in(db.session(), now=now, username=username, password=password)
    db.session.commit()
    if isinstance(answer, staff.SignInRefused):
        raise click.ClickException(f"Sai tên đăng nhập hoặc mật khẩu, hoặc tài khoản đang bị khóa: {username}.")
    if answer.member.password_set_by_other:
        raise click.ClickException(f"Mật khẩu của {username} do người khác đặt: đổi ở trang Mật khẩu trước.")
    return answer.member


def _publish_by_two(
    period: Period, drafter: Member, checker: Member, *, now: datetime, reason: str | None, few_agreed: bool
) -> operations.Published:
    """All three steps in one transaction."""
    session = db.session()
    draft = operations.draft_publication(
        session, period, now=now, minima=settings().minima, member=drafter, reason=reason
    )
    try:
        operations.check_publication(session, draft.id, period, now=now, member=checker, few_agreed=few_agreed)
    except operations.TellsOfFew as error:
        raise click.ClickException(_told_of(draft)) from error
    return operations.publish_publication(session, draft.id, period, now=now, member=drafter)


def _told_of(draft: PublicationView) -> str:
    """Of which departments a restatement tells a few answers apart, and how to agree to it."""
    session, period = db.session(), draft.period
    few = queries.small_changes(session, queries.newest_publications(session, [period])[period], draft)
    names = departments.departments(session, ids={each.department_id for each in few}, on=period.last_day)
    listed = "; ".join(f"{names[each.department_id].name}: {each.answers} phiếu" for each in few)
    return (
        f"Đính chính này chỉ khác lần trước vài phiếu, nên cho thấy mấy người ấy đã trả lời gì ({listed})."
        " Chờ thêm phiếu, hoặc người kiểm tra đồng ý bằng --few-agreed."
    )
