"""The fleet: every kiosk with how it is, one kiosk with what can be done about it, and codes to enrol new ones."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import Spot
from feedback_app.dossiers import queries as dossiers
from feedback_app.kiosks import operations, queries
from feedback_app.kiosks.deliveries import EnrolledSender, Result, deliver
from feedback_app.kiosks.forms import (
    LARGEST_FILE,
    BadFile,
    Batch,
    EnrolForm,
    PinForm,
    PositionForm,
    QueueFileForm,
    SettingsForm,
    read_export,
)
from feedback_app.kiosks.labels import OUTCOMES, STATES
from feedback_app.kiosks.queries import DeviceNotFound, DeviceView, FleetRow
from feedback_app.kiosks.states import opened, state_of
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db, once_more
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.web import settings
from feedback_app.staff.access import check_scope, current_member, is_at_least, requires, scope

blueprint = Blueprint("kiosks_staff", __name__, template_folder="templates", url_prefix="/quan-ly/ki-ot")

LISTED_ALERTS: Final = 50
# Of a file that is refused line by line, nobody reads more.
LISTED_FAULTS: Final = 100
# One transaction of a file: short enough to hold nobody up.
AT_ONCE: Final = 500
# One request of a page with its script: 1,000 answers took 2.6 s.
PART: Final = 2 * AT_ONCE


@blueprint.url_value_preprocessor
def allow_a_file(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Earlier than a view could: the check of the form's token already reads the body."""
    if endpoint == "kiosks_staff.deliver_file":
        request.max_content_length = LARGEST_FILE


@blueprint.get("")
@requires("manager")
def fleet() -> str:
    """The kiosks of the departments this account answers for."""
    session, now = db.session(), clock.now()
    today = clock.local_day(now)
    rows = queries.fleet(session, allowed=scope(session, current_member(), today), today=today)
    return render_template(
        "kiosks/fleet.html",
        rows=rows,
        states=_states(rows, now),
        administers=is_at_least("administrator"),
        now=now,
    )


@blueprint.route("/ghi-danh", methods=["GET", "POST"])
@requires("administrator")
def enrol() -> str | tuple[str, int]:
    """Make a code for one kiosk; it is shown once, on the page that answers."""
    session, now = db.session(), clock.now()
    form = EnrolForm()
    form.spot.choices = _spots(now)
    if form.validate_on_submit():
        try:
            _in_scope(form, now)
            code = operations.make_code(
                session,
                now=now,
                actor_id=current_member().id,
                name=form.name.data,
                position=form.position,
                pin=operations.hash_pin(form.pin.data),
            )
        except Invalid as error:
            form[error.field or "name"].errors = [i18n.say(error)]
        else:
            session.commit()
            return render_template(
                "kiosks/code.html",
                code=code,
                name=form.name.data,
                spot=dict(form.spot.choices)[form.spot.data],
                address=f"{settings().public_url}/ki-ot",
                expires_at=now + operations.LASTS,
            )
    return render_template("kiosks/enrol.html", form=form), 422 if form.errors else 200


@blueprint.get("/<uuid:device_id>")
@requires("manager")
def device(device_id: UUID) -> str:
    """One kiosk: how it is, its settings, its alerts."""
    return _page(device_id)


@blueprint.post("/<uuid:device_id>/cai-dat")
@requires("administrator")
def change_settings(device_id: UUID) -> Response | tuple[str, int]:
    """Rename it and set what it offers."""
    form = SettingsForm()

    def change(now: datetime, actor_id: int) -> None:
        operations.rename(db.session(), device_id, now=now, actor_id=actor_id, name=form.name.data)
        operations.change_settings(db.session(), device_id, now=now, actor_id=actor_id, settings=form.settings)

    return _change(device_id, form, change, _("Đã lưu cài đặt; ki-ốt nhận trong vài phút, giữa hai lượt người dân."))


@blueprint.post("/<uuid:device_id>/chuyen")
@requires("administrator")
def move(device_id: UUID) -> Response | tuple[str, int]:
    """Put it elsewhere; what was answered before still counts where it was answered."""
    form = PositionForm()
    form.spot.choices = _spots(clock.now())

    def change(now: datetime, actor_id: int) -> None:
        _in_scope(form, now)
        operations.move(db.session(), device_id, now=now, actor_id=actor_id, position=form.position)

    return _change(device_id, form, change, _("Đã chuyển nơi đặt."))


@blueprint.post("/<uuid:device_id>/pin")
@requires("administrator")
def set_pin(device_id: UUID) -> Response | tuple[str, int]:
    """Give it another PIN."""
    form = PinForm()

    def change(now: datetime, actor_id: int) -> None:
        pin = operations.hash_pin(form.pin.data)
        operations.set_pin(db.session(), device_id, now=now, actor_id=actor_id, pin=pin)

    return _change(device_id, form, change, _("Đã đặt PIN mới."))


@blueprint.route("/<uuid:device_id>/thu-hoi", methods=["GET", "POST"])
@requires("administrator")
def revoke(device_id: UUID) -> Response | str:
    """Ask, then end its key for good."""
    row = _found(device_id)
    if request.method == "GET":
        return render_template("kiosks/revoke.html", row=row)
    operations.revoke(db.session(), device_id, now=clock.now(), actor_id=current_member().id)
    db.session.commit()
    flash(_("Đã thu hồi ki-ốt."), "success")
    return redirect(url_for("kiosks_staff.device", device_id=device_id))


@blueprint.post("/<uuid:device_id>/nop-tep")
@requires("administrator")
def deliver_file(device_id: UUID) -> Response | str | tuple[Response | str, int]:
    """Deliver what a kiosk could not send and somebody carried here as a file; a revoked one's too.

    The page's script sends a large file as several small ones and asks for JSON:
    {"outcomes": [{"label", "count"}], "faults": [{"id", "reason"}]}, or 422 and {"message"}.
    """
    session, now, row = db.session(), clock.now(), _found(device_id)
    form = QueueFileForm()
    by_script = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    if not form.validate_on_submit():
        return _page(device_id, file=form), 422
    content = form.file.data.read()
    try:
        batch = read_export(content, device_id=device_id)
    except BadFile as error:
        if by_script:
            return jsonify(message=i18n.say(error)), 422
        form.file.errors = [i18n.say(error)]
        return _page(device_id, file=form), 422
    results: list[Result] = []
    for start in range(0, len(batch.items), AT_ONCE):
        part = Batch(uploaded=None, items=batch.items[start : start + AT_ONCE])
        results += once_more(session, partial(_deliver_part, part, row.device, now))
        session.commit()
    outcomes = Counter(each.outcome for each in results)
    operations.note_file(
        session,
        device_id,
        now=now,
        actor_id=current_member().id,
        department_id=row.place.department_id,
        content=content,
        outcomes=outcomes,
    )
    session.commit()
    found = [(label, outcomes[key]) for key, label in OUTCOMES.items() if outcomes[key]]
    faults = [(each.id, i18n.say(each.error)) for each in results if each.error is not None][:LISTED_FAULTS]
    if by_script:
        return jsonify(
            outcomes=[{"label": str(label), "count": count} for label, count in found],
            faults=[{"id": id_, "reason": reason} for id_, reason in faults],
        )
    return render_template("kiosks/delivered.html", row=row, outcomes=found, faults=faults)


def _deliver_part(part: Batch, device: DeviceView, now: datetime) -> list[Result]:
    session = db.session()
    return deliver(session, part, EnrolledSender(session, device), now=now, rapid_seconds=settings().rapid_seconds)


def _page(
    device_id: UUID,
    *,
    settings_form: SettingsForm | None = None,
    position: PositionForm | None = None,
    pin: PinForm | None = None,
    file: QueueFileForm | None = None,
) -> str:
    """The page of a device, with the form that was refused, if one was."""
    session, now, row = db.session(), clock.now(), _found(device_id)
    known = row.device
    standing = known.assignment.position
    if position is None:
        at = str(standing.place_id) + (f"-{standing.counter_id}" if standing.counter_id else "")
        position = PositionForm(formdata=None, spot=at, stage=standing.stage or "")
        position.spot.choices = _spots(now)
    return render_template(
        "kiosks/device.html",
        row=row,
        state=_states([row], now)[known.id],
        alerts=queries.alerts(session, device_id, limit=LISTED_ALERTS),
        administers=is_at_least("administrator"),
        settings_form=settings_form or SettingsForm(formdata=None, obj=known.settings, name=known.name),
        position_form=position,
        pin_form=pin or PinForm(formdata=None),
        part=PART,
        listed_faults=LISTED_FAULTS,
        file_form=file or QueueFileForm(formdata=None),
        now=now,
    )


def _change(
    device_id: UUID,
    form: SettingsForm | PositionForm | PinForm,
    change: Callable[[datetime, int], None],
    done: str,
) -> Response | tuple[str, int]:
    """Do it and go back to the page of the device, or show the form again with what is wrong."""
    _found(device_id)
    if form.validate_on_submit():
        try:
            change(clock.now(), current_member().id)
        except Invalid as error:
            db.session.rollback()
            field = error.field if error.field in form else next(iter(form)).name
            form[field].errors = [i18n.say(error)]
        else:
            db.session.commit()
            flash(done, "success")
            return redirect(url_for("kiosks_staff.device", device_id=device_id))
    if isinstance(form, SettingsForm):
        return _page(device_id, settings_form=form), 422
    return (_page(device_id, position=form) if isinstance(form, PositionForm) else _page(device_id, pin=form)), 422


def _found(device_id: UUID) -> FleetRow:
    """The device, if the reader answers for it; of others nobody learns that there are any."""
    session, today = db.session(), clock.local_day(clock.now())
    row = queries.fleet_row(session, device_id, today=today)
    if row is None or not row.lies_in(scope(session, current_member(), today)):
        raise DeviceNotFound(N_("Không có ki-ốt này."))
    return row


def _in_scope(form: PositionForm, now: datetime) -> None:
    """Raise OutsideScope unless the reader answers for where the device is to stand."""
    spot: Spot = departments.spot_of(
        db.session(),
        place_id=form.position.place_id,
        counter_id=form.position.counter_id,
        on=clock.local_day(now),
    )
    check_scope(db.session(), current_member(), spot.receiving_department_id, clock.local_day(now))


def _spots(now: datetime) -> list[tuple[str, str]]:
    """Where a device can stand: places of the reader's departments and their counters."""
    session, today = db.session(), clock.local_day(now)
    allowed = scope(session, current_member(), today)
    found = [("", _("Chọn nơi đặt"))]
    for place in departments.places(session, on=today):
        if allowed is not None and place.department_id not in allowed:
            continue
        name = i18n.text_in(place.name, place.name_en)
        found.append((str(place.id), name))
        found += [
            (f"{place.id}-{counter.id}", f"{name} – {i18n.text_in(counter.name, counter.name_en)}")
            for counter in departments.counters(session, place_id=place.id)
        ]
    return found


def _states(rows: list[FleetRow], now: datetime) -> dict[UUID, tuple[str, str]]:
    """By device: its state in words, and how loud it is said."""
    today = clock.local_day(now)
    open_since = opened(settings().opening_hours, now=now, days_off=settings().days_off)
    handled = {
        each.department_id: each.counts.handled
        for each in dossiers.dossier_counts(
            db.session(),
            first=today,
            before=today + timedelta(days=1),
            department_ids={each.rated_department_id for each in rows},
        )
    }
    return {
        each.device.id: STATES[
            state_of(
                revoked=each.device.revoked_at is not None,
                seen_at=each.device.seen_at,
                open_since=open_since,
                touches=each.today.touches,
                handled=handled.get(each.rated_department_id),
                now=now,
            )
        ]
        for each in rows
    }
