"""`flask paper`: numbered forms on paper."""

import json
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Refused
from feedback_app.kit.web import settings
from feedback_app.paper import operations, queries
from feedback_app.paper.exchange import describe
from feedback_app.paper.installed import form_key
from feedback_app.paper.layout import Design, Size, lay_out
from feedback_app.paper.lint import lint
from feedback_app.paper.media import NotAScan
from feedback_app.paper.printing import form_pdf
from feedback_app.paper.queries import PaperRead
from feedback_app.paper.serials import serial
from feedback_app.staff import access
from feedback_app.staff import queries as staff
from feedback_app.staff.queries import Member
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import VersionView

group = AppGroup("paper", help="Phiếu giấy có số.")
_SCANS = (".pdf", ".jpg", ".jpeg", ".png")
_FORMS, _LAYOUT = "blanks.pdf", "layout.json"
_SIZES: tuple[Size, ...] = ("A4", "A5")


@group.command("lint")
def lint_forms() -> None:
    """Kiểm tra bản in của mọi mẫu phiếu đang dùng; mã kết thúc 1 khi có mẫu không in được."""
    versions = surveys.current_versions(db.session())
    wrong = False
    for version in versions:
        for design in (Design(size, coded=coded) for size in _SIZES for coded in (False, True)):
            layout = lay_out(version, design)
            faults = lint(layout)
            wrong = wrong or bool(faults)
            name = f"{version.code} {design.size}{', có mã hồ sơ' if design.coded else ''}"
            click.echo(f"{name}: {f'{len(faults)} lỗi' if faults else f'in được, {len(layout.pages)} trang'}")
            for fault in faults:
                click.echo(f"  {fault}")
    if not versions:
        click.echo("Chưa có mẫu phiếu nào. Ban hành bằng: flask surveys import")
    if wrong:
        raise SystemExit(1)


@group.command("blanks")
@click.option("--questionnaire", "code", metavar="MẪU", required=True, help="Mã mẫu phiếu.")
@click.option("--count", metavar="SỐ", required=True, type=click.IntRange(1, operations.MOST_FORMS), help="Số phiếu.")
@click.option("--out", metavar="THƯ_MỤC", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--size", type=click.Choice(_SIZES), default="A4", show_default=True, help="Khổ phiếu; A5 in hai phiếu một tờ."
)
@click.option("--department", metavar="MÃ", help="Mã cơ quan, đơn vị; không ghi là cơ quan đứng đầu danh mục.")
@click.option("--coded", is_flag=True, help="Có dòng ghi mã hồ sơ.")
@click.option("--by", "username", metavar="TÊN", help="Tài khoản phát hành; không ghi là một quản trị viên.")
@click.option("--force", is_flag=True, help="Ghi đè blanks.pdf và layout.json đã có.")
def blanks(
    code: str, count: int, out: Path, size: Size, department: str | None, coded: bool, username: str | None, force: bool
) -> None:
    """Phát hành một tập phiếu trống: blanks.pdf để in, layout.json nói ô nào ở đâu."""
    session = db.session()
    now = clock.now()
    written = [name for name in (_FORMS, _LAYOUT) if (out / name).exists()]
    if written and not force:
        raise click.ClickException(f"{out} đã có {', '.join(written)}. Chọn thư mục khác, hoặc ghi đè bằng --force.")
    try:
        department_id = _department(session, department)
        issuer = _issuer(session, username, department_id=department_id)
        issued = operations.issue(
            session,
            now=now,
            issuer=issuer,
            department_id=department_id,
            place_id=None,
            version_id=_version(session, code).id,
            size=size,
            coded=coded,
            stage=None,
            answered_on=None,
            count=count,
        )
        operations.record_printing(
            session,
            issued.batch_id,
            now=now,
            member=issuer,
            first_number=issued.first_number,
            last_number=issued.last_number,
        )
    except Refused as error:
        raise click.ClickException(i18n.say(error)) from error
    printable = queries.printable(session, issued.batch_id, office=settings().office.name)
    numbers = range(issued.first_number, issued.last_number + 1)
    key = form_key()
    pdf = form_pdf(
        printable.layout,
        heading=printable.heading,
        numbers=numbers,
        code=lambda number, page: printable.code(number, page, key),
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / _FORMS).write_bytes(pdf)
    (out / _LAYOUT).write_text(json.dumps(describe(printable.layout, numbers)), encoding="utf-8")
    # Last, so that no number is given out for forms that could not be written.
    session.commit()
    click.echo(f"Tập {issued.batch_id}: {count} phiếu {size}, {len(printable.layout.pages)} trang mỗi phiếu, ở {out}.")


@group.command("read")
@click.argument("folder", metavar="THƯ_MỤC", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", metavar="TỆP", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--by", "username", metavar="TÊN", help="Tài khoản tải lên; không ghi là một quản trị viên.")
@click.option("--jobs", metavar="SỐ", type=click.IntRange(1, 64), help="Số tệp đọc cùng lúc; không ghi là số nhân.")
def read_folder(folder: Path, out: Path, username: str | None, jobs: int | None) -> None:
    """Đọc mọi PDF, JPEG, PNG trong một thư mục như khi tải lên trang quét; TỆP kể từng phiếu và trang không nhận ra.

    Mã kết thúc 1 khi có tệp không đọc được.
    """
    session = db.session()
    uploader = _issuer(session, username)
    kept: dict[UUID, str] = {}
    unread: list[dict[str, object]] = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        try:
            with path.open("rb") as content:
                found = operations.keep_upload(
                    session, content, name=path.name, member=uploader, answered_on=None, now=clock.now()
                )
        except NotAScan as error:
            session.rollback()
            click.echo(f"{name}: {i18n.say(error)}", err=True)
            if path.suffix.lower() in _SCANS:
                unread.append(_unidentified(name, 0, "not_a_scan"))
            continue
        session.commit()
        kept.setdefault(found.id, name)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # threads need the application itself
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as readers:
        for _done in readers.map(lambda upload_id: _read(app, upload_id), kept):
            pass
    told = [_told(paper, kept[paper.upload_id]) for paper in queries.papers(session, list(kept))]
    blank = 0
    for upload_id, name in kept.items():
        upload = queries.upload(session, upload_id)
        blank += upload.counts.get("blank", 0)
        if upload.pages is None:
            unread.append(_unidentified(name, 0, upload.problem))
    out.write_text(json.dumps(told + unread, ensure_ascii=False), encoding="utf-8")
    states = Counter(str(each["state"]) for each in told + unread)
    if blank:
        states["blank"] = blank
    click.echo(", ".join(f"{state}: {count}" for state, count in sorted(states.items())) or "Không có gì để đọc.")
    if unread:
        raise click.ClickException(f"Không đọc được: {', '.join(str(each['file']) for each in unread)}")


def _read(app: Flask, upload_id: UUID) -> None:
    """Read one upload, in a thread that waits for its child process most of the time."""
    with app.app_context(), Session(db.engine) as turn:
        turn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        # Not taken: a worker reads it at this moment, and what it read by the end is told.
        if operations.take_upload(turn, upload_id):
            rules = operations.Rules(form_key(), settings().paper_blind_review_percent)
            for _ in operations.read_upload(db.session(), upload_id, rules=rules, clock=clock.now):
                db.session.commit()


def _told(paper: PaperRead, name: str) -> dict[str, object]:
    if paper.number is None:
        return _unidentified(name, paper.page, paper.problem)
    return {
        "serial": serial(paper.number),
        "fields": {key: {"v": list(marked), "state": state} for key, (marked, state) in paper.fields.items()},
        "state": paper.state,
    }


def _unidentified(name: str, page: int, problem: str | None) -> dict[str, object]:
    return {"serial": None, "state": "unidentified", "file": name, "page": page, "problem": problem}


def _issuer(session: Session, username: str | None, *, department_id: int | None = None) -> Member:
    """The account named, or an administrator; of those who answer for the department, if one is given."""
    today = clock.local_day(clock.now())
    if username is not None:
        account = staff.account_named(session, username=username)
        if not account.active:
            raise click.ClickException(f"Tài khoản {username} đã ngừng.")
        if department_id is not None:
            access.check_scope(session, account.member, department_id, today)
        return account.member
    for account in staff.accounts(session, scope=None):
        scope = access.scope(session, account.member, today)
        answers_for = department_id is None or scope is None or department_id in scope
        if account.active and account.member.role == "administrator" and answers_for:
            return account.member
    raise click.ClickException("Chưa có quản trị viên nào. Thêm bằng: flask staff add TÊN")


def _department(session: Session, code: str | None) -> int:
    today = clock.local_day(clock.now())
    if code is not None:
        return departments.department(session, code=code, on=today).id
    views = departments.in_tree_order(departments.departments_on(session, day=today))
    if not views:
        raise click.ClickException("Chưa có cơ quan nào. Nhập bằng: flask departments import TỆP")
    return views[0][1].id


def _version(session: Session, code: str) -> VersionView:
    version = surveys.current_version(session, code=code)
    if version is None:
        raise click.ClickException(f"Không có mẫu phiếu nào mang mã “{code}”.")
    return version
