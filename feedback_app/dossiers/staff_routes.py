"""The managers' page of dossiers: what is known of this year, a file looked at before it counts, what was imported."""

import csv
import io
from datetime import date
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.dossiers import figures, operations, queries, sheets
from feedback_app.dossiers.forms import ConfirmForm, UploadForm
from feedback_app.dossiers.operations import Plan
from feedback_app.dossiers.queries import UploadView
from feedback_app.dossiers.sheets import DAILY_COLUMNS, DailySheet
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.numbers import format_count
from feedback_app.kit.sheets import BadSheet, plain_text
from feedback_app.staff import queries as staff
from feedback_app.staff.access import current_member, requires, scope

blueprint = Blueprint("dossiers", __name__, template_folder="templates", url_prefix="/quan-ly/ho-so")

# Above what other forms may send; the file is kept as it came until its sender has decided.
LARGEST: Final = 2 * 1024 * 1024 + 16 * 1024
LISTED_IMPORTS: Final = 50
# A page of more days than this is slow to draw and nobody reads it; the totals hold for all.
SHOWN_DAYS: Final = 200
SHOWN_REJECTED: Final = 200


@blueprint.url_value_preprocessor
def allow_a_file(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Earlier than a view could: the check of the form's token already reads the body."""
    request.max_content_length = LARGEST


@blueprint.route("", methods=["GET", "POST"])
@requires("manager")
def overview() -> Response | str | tuple[str, int]:
    """This year's dossiers by department, a form for a file, and what was imported; POST keeps the file to look at."""
    form = UploadForm()
    if form.validate_on_submit():
        name, content = form.file.data.filename, form.file.data.read()
        try:
            sheets.read_daily(name, content)
            upload_id = operations.keep_upload(
                db.session(),
                member=current_member(),
                file_name=name,
                source=form.source.data,
                content=content,
                now=clock.now(),
            )
        except BadSheet as error:
            form.file.errors = [i18n.say(error)]
        except operations.BadSource as error:
            form.source.errors = [i18n.say(error)]
        else:
            db.session.commit()
            return redirect(url_for("dossiers.preview", upload_id=upload_id))
    today = clock.local_day(clock.now())
    allowed = scope(db.session(), current_member(), today)
    first = date(today.year, 1, 1)
    counts = queries.dossier_counts(
        db.session(), first=first, before=date(today.year + 1, 1, 1), department_ids=allowed
    )
    imports = queries.imports(db.session(), scope=allowed, limit=LISTED_IMPORTS)
    named = {each.department_id for each in counts} | {number for each in imports for number in each.department_ids}
    page = render_template(
        "dossiers/overview.html",
        form=form,
        counts=counts,
        imports=imports,
        allowed=allowed,
        departments=departments.departments(db.session(), ids=named, on=today),
        people=staff.names(db.session(), ids=frozenset(each.member_id for each in imports if each.member_id)),
        keys=staff.key_names(db.session(), ids=frozenset(each.api_key_id for each in imports if each.api_key_id)),
        columns=DAILY_COLUMNS.values(),
        figures=figures,
        first=first,
    )
    return page, 422 if form.errors else 200


@blueprint.get("/<uuid:upload_id>")
@requires("manager")
def preview(upload_id: UUID) -> str:
    """What the file says, old beside new, and every line that would be left out. Changes nothing."""
    found, sheet, plan = _read(upload_id)
    return render_template(
        "dossiers/preview.html",
        upload=found,
        plan=plan,
        rejected=plan.rejected[:SHOWN_REJECTED],
        rows=sheet.rows,
        days=plan.days[:SHOWN_DAYS],
        fields={view.id: view for view in departments.fields(db.session())},
        procedures={view.id: view for view in departments.procedures(db.session())},
        form=ConfirmForm(expected=str(plan.lines)),
    )


@blueprint.get("/<uuid:upload_id>/bi-loai.csv")
@requires("manager")
def rejected(upload_id: UUID) -> Response:
    """The rejected lines as they were written, with number and reason: to be mended and sent again."""
    _found, sheet, plan = _read(upload_id)
    titles = next((dict(row.written) for row in sheet.rows.values()), {})
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    # Line and reason of an earlier list are replaced by those of this one.
    headings = [heading for heading in titles if heading not in ("line", "reason")]
    writer.writerow(["dong", "ly_do", *(plain_text(titles[heading]) for heading in headings)])
    for each in plan.rejected:
        cells = sheet.rows[each.number].cells if each.number in sheet.rows else {}
        line = [str(each.number), i18n.say(each.problem), *(cells.get(heading, "") for heading in headings)]
        writer.writerow([plain_text(cell) for cell in line])
    response = make_response(written.getvalue().encode("utf-8-sig"))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="dong-bi-loai.csv"'
    return response


@blueprint.post("/<uuid:upload_id>/nhap")
@requires("manager")
def enter(upload_id: UUID) -> Response:
    """Enter the days that are whole, exactly those the person looked at."""
    found, sheet = _file(upload_id)
    now, member = clock.now(), current_member()
    expected = ConfirmForm().expected.data or ""
    done = operations.import_daily(
        db.session(),
        sheet.lines,
        source=found.source,
        scope=scope(db.session(), member, clock.local_day(now)),
        now=now,
        unread=sheet.rejected,
        whole=False,
        expected=int(expected) if expected.isascii() and expected.isdigit() else -1,
        member=member,
    )
    operations.drop_upload(db.session(), upload_id)
    db.session.commit()
    flash(
        ngettext("Đã nhập %(count)s dòng.", "Đã nhập %(count)s dòng.", done.lines, count=_count(done.lines)), "success"
    )
    return redirect(url_for("dossiers.overview"))


@blueprint.post("/<uuid:upload_id>/bo")
@requires("manager")
def drop(upload_id: UUID) -> Response:
    """Forget the file; nothing of it was entered."""
    _file(upload_id)
    operations.drop_upload(db.session(), upload_id)
    db.session.commit()
    flash(_("Đã bỏ tệp, không nhập gì."), "success")
    return redirect(url_for("dossiers.overview"))


def _file(upload_id: UUID) -> tuple[UploadView, DailySheet]:
    found = queries.upload(db.session(), upload_id=upload_id, member_id=current_member().id, now=clock.now())
    return found, sheets.read_daily(found.file_name, found.content)


def _read(upload_id: UUID) -> tuple[UploadView, DailySheet, Plan]:
    found, sheet = _file(upload_id)
    today = clock.local_day(clock.now())
    plan = operations.plan(
        db.session(),
        sheet.lines,
        source=found.source,
        scope=scope(db.session(), current_member(), today),
        today=today,
        unread=sheet.rejected,
    )
    return found, sheet, plan


def _count(number: int) -> str:
    return format_count(number, i18n.locale())
