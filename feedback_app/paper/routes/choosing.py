"""Which forms are keyed: those of a batch, or a stack without numbers and what all of it have in common."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from flask import redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Invalid
from feedback_app.paper import queries
from feedback_app.paper.forms.keying import SittingForm
from feedback_app.paper.routes.blueprint import blueprint
from feedback_app.paper.routes.lists import version_choices, with_blank
from feedback_app.paper.routes.refusals import keeps_refusals
from feedback_app.paper.routes.sittings import PROCEDURE, about, address_of, names_of, sitting_of
from feedback_app.paper.routes.vault import vault
from feedback_app.paper.serials import grouped
from feedback_app.staff import access
from feedback_app.staff.access import current_member, requires

MOST_BATCHES: Final = 100


@blueprint.route("/nhap-phieu", methods=["GET", "POST"])
@keeps_refusals
@requires("staff")
def choose() -> Response | str | tuple[str, int]:
    """Choose a batch, or say once what a whole stack without numbers has in common; it goes into the address of the
    keying page."""
    now = clock.now()
    form = _stack_form(now)
    if form.validate_on_submit():
        try:
            sitting = sitting_of(
                now,
                {
                    "don-vi": form.department.data,
                    "mau": form.version.data,
                    "ngay": form.answered_on.data,
                    **about(form.field.data or ""),
                    "giai-doan": form.stage.data,
                    "tro-giup": "1" if form.assisted.data else "",
                    "ma-ho-so": "1" if form.coded.data else "",
                },
            )
        except Invalid as error:
            form[error.field or "answered_on"].errors = [i18n.say(error)]
        else:
            return redirect(url_for("paper.key", **address_of(sitting)))
    session, day = db.session(), clock.local_day(now)
    scope = access.scope(session, current_member(), day)
    batches = queries.batches(session, scope=scope, is_open=True, limit=MOST_BATCHES)
    page = render_template(
        "paper/choose.html",
        form=form,
        batches=[each for each in batches if each.still_out],
        names=names_of({each.department_id for each in batches}, day),
        places={place.id: i18n.text_in(place.name, place.name_en) for place in departments.places(session, on=day)},
        grouped=grouped,
        vault=vault(),
    )
    return page, 422 if form.errors else 200


def _stack_form(now: datetime) -> SittingForm:
    """The first form with its lists, filled from the address when the keyer comes back to change something."""
    session, args = db.session(), request.args
    form = SittingForm(
        data={
            "department": args.get("don-vi"),
            "version": args.get("mau"),
            "answered_on": _as_typed(args.get("ngay", "")),
            "field": PROCEDURE + args["thu-tuc"] if args.get("thu-tuc") else args.get("linh-vuc"),
            "stage": args.get("giai-doan"),
            "assisted": args.get("tro-giup") == "1",
            "coded": args.get("ma-ho-so") == "1",
        }
    )
    scope = access.scope(session, current_member(), clock.local_day(now))
    views = [view for view in departments.all_departments(session) if scope is None or view.id in scope]
    form.department.choices = with_blank(
        [
            SelectChoice(view.code, "\u2003" * depth + i18n.text_in(view.name, view.name_en) + _until(view.closed_on))
            for depth, view in departments.in_tree_order(views)
        ],
        _("Chọn cơ quan, đơn vị"),
    )
    form.version.choices = version_choices(session)
    form.field.choices = [SelectChoice("", _("Không ghi")), *_fields_and_procedures(session)]
    return form


def _fields_and_procedures(session: Session) -> Iterator[SelectChoice]:
    """Each field, and under its name its procedures where it has some."""
    procedures = departments.procedures(session)
    for field in departments.fields(session):
        name = i18n.text_in(field.name, field.name_en)
        own = [each for each in procedures if each.field_id == field.id]
        if not own:
            yield SelectChoice(field.code, name)
            continue
        yield SelectChoice(field.code, _("cả lĩnh vực, không rõ thủ tục"), optgroup=name)
        for each in own:
            yield SelectChoice(PROCEDURE + each.code, i18n.text_in(each.name, each.name_en), optgroup=name)


def _until(closed_on: date | None) -> str:
    if closed_on is None:
        return ""
    words = _("(hoạt động đến trước ngày %(day)s)", day=format_date(closed_on, "dd/MM/yyyy"))
    return f" {words}"


def _as_typed(day: str) -> str:
    try:
        return date.fromisoformat(day).strftime("%d/%m/%Y")
    except ValueError:
        return day
