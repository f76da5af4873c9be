"""`flask surveys`: questionnaires from files, and what each place asks."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from feedback_app.cli.files import FILE
from feedback_app.departments import queries as departments
from feedback_app.departments.queries import PlaceNotFound
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Invalid
from feedback_app.staff import operations as staff
from feedback_app.surveys import definitions, operations, queries
from feedback_app.surveys.commands import DefineQuestion, DefineQuestionnaire

group = AppGroup("surveys", help="Mẫu phiếu khảo sát.")


@group.command("import")
@click.argument("files", metavar="[TỆP]...", nargs=-1, type=FILE)
def import_files(files: tuple[Path, ...]) -> None:
    """Ban hành mẫu phiếu từ các tệp JSON; không nêu tệp nào thì dùng các mẫu đi kèm.

    Nội dung khác bản đang dùng thành phiên bản mới; nội dung như cũ thì không đổi gì. Một tệp sai thì không tệp nào
    được ghi.
    """
    session = db.session()
    for path in files or definitions.shipped():
        try:
            definition = definitions.read_file(path)
            before = queries.current_version(session, code=definition.code)
            version_id, is_new = operations.publish_questionnaire(session, definition, now=clock.now())
        except Invalid as error:
            session.rollback()
            raise click.ClickException(f"{path}: {i18n.say(error)}") from error
        number = queries.version(session, version_id).number
        if not is_new:
            click.echo(f"{definition.code}: không có gì mới, vẫn dùng phiên bản {number}.")
            continue
        click.echo(f"{definition.code}: ban hành phiên bản {number}.")
        for line in _changes(definitions.definition_of(before), definition) if before else ():
            click.echo(f"  {line}")
    session.commit()


@group.command("list")
def list_all() -> None:
    """Liệt kê mẫu phiếu đang dùng và nơi dùng."""
    session = db.session()
    today = clock.local_day(clock.now())
    places = {place.id: place.slug for place in departments.places(session, on=today)}
    used = queries.assignments(session)
    for version in queries.current_versions(session):
        click.echo(f"{version.code}\tphiên bản {version.number}\t{len(version.questions)} câu\t{version.title}")
        for each in used:
            if each.code == version.code and each.place_id in places:
                click.echo(f"  {places[each.place_id]} ({each.door})")


@group.command("assign")
@click.argument("place")
@click.argument("door", type=click.Choice(["kiosk", "web"]))
@click.argument("code")
def assign(place: str, door: str, code: str) -> None:
    """Cho một điểm phục vụ dùng mẫu phiếu CODE tại ki-ốt (kiosk) hoặc sau mã QR (web)."""
    session = db.session()
    try:
        found = departments.place_of(session, slug=place)
    except PlaceNotFound as error:
        raise click.ClickException(str(error)) from error
    version = queries.current_version(session, code=code)
    if version is None:
        raise click.ClickException(f"Không có mẫu phiếu nào mang mã “{code}”.")
    operations.ask_at(
        session,
        place_id=found.id,
        door="kiosk" if door == "kiosk" else "web",
        questionnaire_id=version.questionnaire_id,
    )
    staff.record(
        session,
        now=clock.now(),
        actor_id=None,
        action="surveys.assigned",
        subject=f"place:{found.id}",
        department_id=found.department_id,
        details={"door": door, "questionnaire": code},
    )
    session.commit()
    click.echo(f"{found.name} ({door}) dùng mẫu phiếu {code}, phiên bản {version.number}.")


def _changes(before: DefineQuestionnaire, after: DefineQuestionnaire) -> Iterator[str]:
    """What a reader of the old version would notice in the new one."""
    if (before.title, before.title_en) != (after.title, after.title_en):
        yield f"đổi tên: {before.title} → {after.title}"
    if before.basis != after.basis:
        yield "đổi căn cứ"
    old = {question.key: question for question in before.questions}
    new = {question.key: question for question in after.questions}
    for key in old.keys() - new.keys():
        yield f"bỏ câu “{key}”"
    for key, question in new.items():
        if key not in old:
            yield f"thêm câu “{key}”: {question.text}"
        elif question != old[key]:
            yield f"sửa câu “{key}”: {', '.join(_parts(old[key], question))}"
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield "đổi thứ tự câu hỏi"


def _parts(before: DefineQuestion, after: DefineQuestion) -> Iterator[str]:
    if (before.text, before.text_en, before.hint, before.hint_en) != (
        after.text,
        after.text_en,
        after.hint,
        after.hint_en,
    ):
        yield "lời câu hỏi"
    if before.choices != after.choices:
        yield "các lựa chọn"
    if (before.kind, before.overall, before.required, before.shown_for) != (
        after.kind,
        after.overall,
        after.required,
        after.shown_for,
    ):
        yield "cách hỏi"
