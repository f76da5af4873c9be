"""Pages of batches: what was issued and how it adds up; issuing, printing, spoiling, closing and reopening."""

from datetime import date
from typing import Any, Final

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.clock import VIETNAM
from feedback_app.kit.db import db
from feedback_app.kit.errors import Invalid
from feedback_app.kit.forms import Form
from feedback_app.kit.web import settings
from feedback_app.paper import operations, queries
from feedback_app.paper.forms.batches import PrintForm, ReplaceForm
from feedback_app.paper.forms.keying import STAGES
from feedback_app.paper.installed import form_key
from feedback_app.paper.printing import form_pdf
from feedback_app.paper.queries import BatchView, checks
from feedback_app.paper.routes.blueprint import blueprint
from feedback_app.paper.routes.refusals import asks_about, keeps_refusals
from feedback_app.paper.routes.sittings import names_of
from feedback_app.paper.serials import grouped, parse_serial
from feedback_app.paper.sheets import sheet
from feedback_app.staff import access
from feedback_app.staff import queries as staff
from feedback_app.staff.access import current_member, requires
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.slips import STAGES_ON_PAPER

Answer = Response | str | tuple[str, int]
EACH_PAGE: Final = 50
STATES: Final = {"": None, "dang-mo": True, "da-dong": False}


@blueprint.get("/tap-phieu")
@keeps_refusals
@requires("staff")
def batches() -> str:
    """Batches of the reader's departments, newest first, by state and department."""
    session, today = db.session(), _today()
    scope = access.scope(session, current_member(), today)
    state = request.args.get("tinh-trang", "")
    offered = {view.code: view for view in departments.all_departments(session) if scope is None or view.id in scope}
    chosen = offered.get(request.args.get("don-vi", ""))
    wanted: dict[str, Any] = {
        "scope": scope,
        "is_open": STATES.get(state),
        "department_id": chosen.id if chosen else None,
    }
    count = queries.batch_count(session, **wanted)
    page = min(max(1, request.args.get("trang", 1, type=int)), -(-count // EACH_PAGE) or 1)
    found = queries.batches(session, **wanted, limit=EACH_PAGE, offset=EACH_PAGE * (page - 1))
    filters: dict[str, Any] = {"tinh-trang": state, "don-vi": chosen.code if chosen else ""}
    return render_template(
        "paper/batches.html",
        found=found,
        count=count,
        state=state,
        chosen=chosen.code if chosen else "",
        offered=[
            (view.code, "\u2003" * depth + i18n.text_in(view.name, view.name_en))
            for depth, view in departments.in_tree_order(offered.values())
        ],
        names=names_of({each.department_id for each in found}, today),
        versions=surveys.published_versions(session),
        grouped=grouped,
        page=page,
        pages=-(-count // EACH_PAGE),
        link=lambda number: url_for("paper.batches", trang=number, **filters),
        is_filtered=bool(state or chosen),
    )


@blueprint.get("/tap-phieu/<int:batch_id>")
@keeps_refusals
@requires("staff")
def batch(batch_id: int) -> str:
    return batch_page(found_batch(batch_id), PrintForm(formdata=None))


@blueprint.post("/tap-phieu/<int:batch_id>/in")
@keeps_refusals
@requires("staff")
def print_forms(batch_id: int) -> Answer:
    """The forms of a batch as PDF, or those from one number to another; that it was made is written down."""
    session, now = db.session(), clock.now()
    found, form = found_batch(batch_id), PrintForm()
    if not form.validate_on_submit():
        return batch_page(found, form), 422
    wanted = [each.number for each in queries.forms(session, batch_id) if each.spoiled_at is None]
    for field in (form.first, form.last):
        if (field.data or "").strip():
            try:
                number = parse_serial(field.data)
            except Invalid as error:
                field.errors = [i18n.say(error)]
                return batch_page(found, form), 422
            wanted = [each for each in wanted if (each >= number if field is form.first else each <= number)]
    if not wanted:
        form.first.errors = [_("Trong tập này không có phiếu nào để in trong khoảng số ấy.")]
        return batch_page(found, form), 422
    forms = queries.printable(session, batch_id, office=settings().office.name)
    pdf = form_pdf(
        forms.layout,
        heading=forms.heading,
        numbers=wanted,
        code=lambda number, page: forms.code(number, page, form_key()),
    )
    operations.record_printing(
        session, batch_id, now=now, member=current_member(), first_number=wanted[0], last_number=wanted[-1]
    )
    session.commit()
    return _file(pdf, f"tap-phieu-{batch_id}.pdf")


@blueprint.get("/tap-phieu/<int:batch_id>/bien-ban.pdf")
@keeps_refusals
@requires("staff")
def batch_sheet(batch_id: int) -> Response:
    """The sheet to print and sign."""
    session, now = db.session(), clock.now()
    found = found_batch(batch_id)
    keyers = queries.keyers(session, batch_id)
    version = surveys.version(session, found.version_id)
    about = [
        ("Cơ quan, đơn vị", _department(found, vietnamese=True)),
        ("Mẫu phiếu", f"{version.title} (bản {version.number})"),
        ("Số phiếu", f"{grouped(found.first_number)} – {grouped(found.last_number)}"),
        ("Khổ giấy", found.design.size),
    ]
    if (place := _place(found, vietnamese=True)) is not None:
        about.insert(1, ("Điểm phát phiếu", place))
    if found.stage:
        about.append(("Thời điểm", STAGES_ON_PAPER[found.stage]))
    if found.answered_on:
        about.append(("Ngày trả lời", found.answered_on.strftime("%d/%m/%Y")))
    ids = {found.issued_by, found.closed_by or 0, *(each.keyer_id for each in keyers)}
    people = staff.names(session, ids=frozenset(ids))
    about.append(("Người tạo", f"{people[found.issued_by]}, {found.issued_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"))
    pdf = sheet(
        found,
        office=settings().office.name,
        about=about,
        forms=queries.forms(session, batch_id),
        keyers=keyers,
        people=people,
        made_at=f"{now.astimezone(VIETNAM):%H:%M %d/%m/%Y}",
    )
    return _file(pdf, f"bien-ban-tap-{batch_id}.pdf")


def found_batch(batch_id: int) -> BatchView:
    """A batch of the reader's departments. Raises BatchNotFound and OutsideScope."""
    found = queries.batch(db.session(), batch_id)
    asks_about(f"batch:{batch_id}", found.department_id)
    return found


def batch_page(found: BatchView, form: Form) -> str:
    session = db.session()
    forms, keyers = queries.forms(session, found.id), queries.keyers(session, found.id)
    printings = queries.printings(session, found.id)
    ids = {found.issued_by, *(each.keyer_id for each in keyers), *(each.printed_by for each in printings)}
    ids |= {each.spoiled_by for each in forms if each.spoiled_by} | ({found.closed_by} if found.closed_by else set())
    version = surveys.version(session, found.version_id)
    return render_template(
        "paper/batch.html",
        batch=found,
        form=form,
        replacing=ReplaceForm(formdata=None),
        version=version,
        department=_department(found),
        place=_place(found),
        stages=dict(STAGES),
        spoiled=[each for each in forms if each.spoiled_at],
        # Reasons of a list and those that reading gives are texts of ours; what people typed stays as it is.
        reasons={each.number: _(each.spoiled_reason) for each in forms if each.spoiled_reason},
        waiting=len(queries.waiting_numbers(session, found.id)),
        keyers=keyers,
        error_rate=checks.error_rate(session, now=clock.now(), batch_ids=[found.id]),
        printings=printings,
        people=staff.names(session, ids=frozenset(ids)),
        grouped=grouped,
        may_reopen=access.is_at_least("administrator"),
    )


def _department(found: BatchView, *, vietnamese: bool = False) -> str:
    """The name of the department as it was when the batch was issued."""
    day = clock.local_day(found.issued_at)
    view = departments.departments(db.session(), ids=[found.department_id], on=day)[found.department_id]
    return view.name if vietnamese else i18n.text_in(view.name, view.name_en)


def _place(found: BatchView, *, vietnamese: bool = False) -> str | None:
    day = clock.local_day(found.issued_at)
    view = next((each for each in departments.places(db.session(), on=day) if each.id == found.place_id), None)
    if view is None:
        return None
    return view.name if vietnamese else i18n.text_in(view.name, view.name_en)


def _today() -> date:
    return clock.local_day(clock.now())


def _file(pdf: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)
