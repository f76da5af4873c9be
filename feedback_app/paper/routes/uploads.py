"""Uploading stacks of scanned forms, and watching them being read."""

from datetime import date
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid
from feedback_app.paper import operations, queries
from feedback_app.paper.days import parse_day
from feedback_app.paper.forms.scans import UploadForm
from feedback_app.paper.media import NotAScan
from feedback_app.paper.queries import UploadView
from feedback_app.paper.routes.blueprint import blueprint
from feedback_app.paper.routes.refusals import asks_about, keeps_refusals
from feedback_app.paper.serials import grouped
from feedback_app.staff import access
from feedback_app.staff import queries as staff
from feedback_app.staff.access import current_member, requires

# Of one request; its files go to the disk while they arrive and from there, part by part, to the database.
LARGEST_REQUEST: Final = 400 * 1024 * 1024 + 64 * 1024
LISTED_UPLOADS: Final = 20
LISTED_NUMBERS: Final = 60


@blueprint.url_value_preprocessor
def allow_scans(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Earlier than a view could, because the check of the form's token already reads the body; and for nobody who is
    not signed in."""
    if endpoint == "paper.scans" and request.method == "POST" and access.is_at_least("staff"):
        request.max_content_length = LARGEST_REQUEST


@blueprint.route("/quet-phieu", methods=["GET", "POST"])
@requires("staff")
def scans() -> Response | str | tuple[str, int]:
    """The latest stacks, and a form for more."""
    form = UploadForm()
    if form.validate_on_submit():
        try:
            kept = _keep(form)
        finally:
            for file in form.files.data:
                file.close()
        if not form.errors:
            if len(kept) == 1:
                return redirect(url_for("paper.scan", upload_id=kept[0]))
            return redirect(url_for("paper.scans"))
    member = current_member()
    listed = queries.uploads(db.session(), department_ids=_scope(), member_id=member.id, limit=LISTED_UPLOADS)
    page = render_template(
        "paper/scans.html",
        form=form,
        uploads=listed,
        people=staff.names(db.session(), ids=frozenset(each.uploaded_by for each in listed)),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/quet-phieu/<uuid:upload_id>")
@keeps_refusals
@requires("staff")
def scan(upload_id: UUID) -> Response | str:
    """One stack: how far it is, every page accounted for, and the numbers not seen. A script asks for JSON."""
    told = _told(upload := _found_upload(upload_id))
    if access.wants_json():
        return jsonify(over=upload.is_over, panel=render_template("paper/scan_panel.html", **told))
    return render_template("paper/scan.html", **told)


@blueprint.get("/quet-phieu/<uuid:upload_id>/trang/<int:page_id>.jpg")
@keeps_refusals
@requires("staff")
def unidentified_page(upload_id: UUID, page_id: int) -> Response:
    """A page that was not identified, small and made anew: so that somebody can find it in the stack."""
    _found_upload(upload_id)
    image = queries.unidentified_image(db.session(), page_id, upload_id)
    if image is None:
        raise queries.UploadNotFound(N_("Không có trang này."))
    return picture(image, "image/jpeg")


def picture(content: bytes, kind: str) -> Response:
    """A picture that a child process made; never what was uploaded."""
    response = make_response(content)
    response.headers["Content-Type"] = kind
    return response


def _found_upload(upload_id: UUID) -> UploadView:
    """An upload of the reader's own or of their departments. Raises UploadNotFound and OutsideScope."""
    upload = queries.upload(db.session(), upload_id)
    if not _may_see(upload):
        asks_about(f"upload:{upload_id}", upload.department_id)
    return upload


def _keep(form: UploadForm) -> list[UUID]:
    """Keep every file that can be kept; what is wrong with the others stands beside the field. Gives the uploads whose
    pages the reader may see."""
    now, member = clock.now(), current_member()
    answered_on: date | None = None
    try:
        if form.answered_on.data:
            answered_on = parse_day(form.answered_on.data, today=clock.local_day(now))
    except Invalid as error:
        form.answered_on.errors = [i18n.say(error)]
        return []
    kept: list[UUID] = []
    problems: list[str] = []
    for file in form.files.data:
        name = _name(file)
        try:
            found = operations.keep_upload(
                db.session(),
                file.stream or BytesIO(),
                name=name,
                member=member,
                answered_on=answered_on,
                now=now,
            )
        except NotAScan as error:
            db.session.rollback()
            problems.append(f"{name}: {i18n.say(error)}")
            continue
        db.session.commit()
        if found.is_new:
            kept.append(found.id)
            flash(_("Đã nhận tệp %(name)s, đang đợi đọc.", name=name), "success")
            continue
        flash(_("Tệp %(name)s đã được tải lên trước đây nên không đọc lại, không tính hai lần.", name=name))
        upload = queries.upload(db.session(), found.id)
        if _may_see(upload):
            kept.append(found.id)
        else:
            flash(_("Tệp ấy do tài khoản khác tải lên. Xem được kết quả: %(who)s.", who=_whose(upload)))
    if problems:
        form.files.errors = problems
    return kept


def _name(file: FileStorage) -> str:
    return (file.filename or "").replace("\\", "/").rsplit("/", 1)[-1] or "?"


def _may_see(upload: UploadView) -> bool:
    scope = _scope()
    return scope is None or upload.uploaded_by == current_member().id or upload.department_id in scope


def _whose(upload: UploadView) -> str:
    """Who else may see an upload: people of its department, or of the whole service."""
    if upload.department_id is None:
        return str(_("người phụ trách toàn hệ thống"))
    day = clock.local_day(upload.uploaded_at)
    view = departments.departments(db.session(), ids=[upload.department_id], on=day)[upload.department_id]
    return i18n.text_in(view.name, view.name_en)


def _scope() -> frozenset[int] | None:
    return access.scope(db.session(), current_member(), clock.local_day(clock.now()))


def _told(upload: UploadView) -> dict[str, Any]:
    session = db.session()
    pages = queries.pages(session, upload.id)
    allowed = operations.reviewable(session, current_member(), day=clock.local_day(clock.now()))
    unseen = queries.unseen(session, upload.id) if upload.is_over else []
    batches = {each.batch_id: queries.batch(session, each.batch_id) for each in unseen}
    return {
        "upload": upload,
        "recognised": any(page.form_number for page in pages),
        "states": [(state, upload.counts[state]) for state in queries.PAGE_STATES if upload.counts.get(state)],
        "told_pages": [
            page
            for page in pages
            if page.state not in ("read", "waiting")
            or page.scan_state in ("open", "review", "blank", "answered_before", "written")
        ],
        "to_settle": _to_settle(upload.id, allowed),
        "to_review": frozenset(page.id for page in pages if allowed is None or page.department_id in allowed),
        "unseen": [
            (
                batches[each.batch_id],
                [grouped(number) for number in each.numbers[:LISTED_NUMBERS]],
                len(each.numbers) - LISTED_NUMBERS,
            )
            for each in unseen
        ],
        "departments": departments.departments(
            session, ids={each.department_id for each in batches.values()}, on=clock.local_day(clock.now())
        ),
        "uploader": staff.names(session, ids=frozenset({upload.uploaded_by})).get(upload.uploaded_by, ""),
        "grouped": grouped,
    }


def _to_settle(upload_id: UUID, allowed: frozenset[int] | None) -> frozenset[int]:
    """Pages of an upload that the reader may settle: nobody of the rated department does."""
    session, member, day = db.session(), current_member(), clock.local_day(clock.now())
    waiting = queries.conflicts_of(session, upload_id, department_ids=allowed)
    theirs = {each for each in set(waiting.values()) if staff.is_outside(session, member, department_id=each, day=day)}
    return frozenset(page_id for page_id, department_id in waiting.items() if department_id in theirs)
