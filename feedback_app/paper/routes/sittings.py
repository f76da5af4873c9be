"""What a keyer sits down to, as an address says it: a batch of numbered forms, or a stack without numbers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from flask import request
from flask_babel import format_date
from flask_babel import gettext as _

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid
from feedback_app.paper import operations, queries
from feedback_app.paper.commands import Sitting
from feedback_app.paper.days import BadDay, parse_day
from feedback_app.paper.forms.keying import STAGES
from feedback_app.paper.routes.refusals import asks_about
from feedback_app.paper.serials import grouped
from feedback_app.surveys import queries as surveys

# Before the code of a procedure in the list that holds fields too.
PROCEDURE: Final = "thu-tuc:"
# Arguments of an address that name a sitting.
STACK: Final = ("don-vi", "mau", "ngay", "linh-vuc", "thu-tuc", "giai-doan", "tro-giup", "ma-ho-so")
BATCH: Final = ("tap", "ngay")


class BadSitting(Invalid):
    """The address does not name forms that can be keyed."""


def sitting_of(now: datetime, given: Mapping[str, str]) -> Sitting:
    """What an address or the first form names. Raises Invalid with a field of that form, or OutsideScope."""
    return _of_batch(now, given) if given.get("tap") else _of_stack(now, given)


def _of_batch(now: datetime, given: Mapping[str, str]) -> Sitting:
    session, today = db.session(), clock.local_day(now)
    try:
        batch = queries.batch(session, int(given["tap"]))
    except (ValueError, queries.BatchNotFound) as error:
        raise BadSitting(N_("Không có tập phiếu này.")) from error
    asks_about(f"batch:{batch.id}", batch.department_id)
    if not batch.is_open:
        raise BadSitting(N_("Tập phiếu này đã đóng, không nhập thêm được. Quản trị viên mở lại được, kèm lý do."))
    sitting = queries.sitting_of(batch, today=today)
    if sitting.dated_each and given.get("ngay"):
        try:
            return replace(sitting, answered_on=parse_day(given["ngay"], today=today))
        except BadDay:
            return sitting
    return sitting


def _of_stack(now: datetime, given: Mapping[str, str]) -> Sitting:
    session = db.session()
    answered_on = parse_day(given.get("ngay", ""), today=clock.local_day(now))
    try:
        department = departments.department(session, code=given.get("don-vi", ""))
    except departments.DepartmentNotFound as error:
        raise BadSitting(N_("Xin chọn cơ quan, đơn vị."), field="department") from error
    asks_about(f"department:{department.id}", department.id)
    operations.check_existed(session, department_id=department.id, day=answered_on)
    try:
        version = surveys.version(session, int(given.get("mau", "")))
    except (ValueError, surveys.NoQuestionnaire) as error:
        raise BadSitting(N_("Xin chọn mẫu phiếu."), field="version") from error
    fields = {field.code: field.id for field in departments.fields(session)}
    field_code, procedure_code = given.get("linh-vuc", ""), given.get("thu-tuc", "")
    stage = given.get("giai-doan", "")
    if field_code and field_code not in fields:
        raise BadSitting(N_("Không có lĩnh vực này."), field="field")
    procedure = next((each for each in departments.procedures(session) if each.code == procedure_code), None)
    if procedure_code and procedure is None:
        raise BadSitting(N_("Không có thủ tục này."), field="field")
    if procedure and field_code and procedure.field_id != fields[field_code]:
        raise BadSitting(N_("Thủ tục này không thuộc lĩnh vực đã chọn."), field="field")
    if stage not in dict(STAGES):
        raise BadSitting(N_("Không có thời điểm này."), field="stage")
    return Sitting(
        department_id=department.id,
        version_id=version.id,
        answered_on=answered_on,
        field_id=procedure.field_id if procedure else fields.get(field_code),
        procedure_id=procedure.id if procedure else None,
        stage=stage or None,  # type: ignore[arg-type]  # one of STAGES
        assisted=given.get("tro-giup") == "1",
        coded=given.get("ma-ho-so") == "1",
    )


def address_of(sitting: Sitting) -> dict[str, Any]:
    """The sitting as arguments of an address; what is not set is left out."""
    session = db.session()
    if sitting.batch_id is not None:
        return {"tap": str(sitting.batch_id)} | (
            {"ngay": sitting.answered_on.isoformat()} if sitting.dated_each else {}
        )
    department = departments.departments(session, ids=[sitting.department_id], on=sitting.answered_on)
    fields = {field.id: field.code for field in departments.fields(session)}
    written = (
        department[sitting.department_id].code,
        str(sitting.version_id),
        sitting.answered_on.isoformat(),
        fields[sitting.field_id] if sitting.field_id and not sitting.procedure_id else "",
        _procedure(sitting.procedure_id).code if sitting.procedure_id else "",
        sitting.stage or "",
        "1" if sitting.assisted else "",
        "1" if sitting.coded else "",
    )
    return {name: value for name, value in zip(STACK, written, strict=True) if value}


def about(value: str) -> dict[str, str]:
    """What a choice of the list of fields and procedures says, as arguments of an address."""
    code = value.removeprefix(PROCEDURE)
    return {"linh-vuc" if code == value else "thu-tuc": code}


def _procedure(procedure_id: int) -> departments.ProcedureView:
    (found,) = departments.procedures(db.session(), ids=[procedure_id])
    return found


def passed_on() -> dict[str, Any]:
    """The arguments of this address that name a sitting, for links that lead back to it; nothing else is carried on."""
    return {name: request.args[name] for name in ("tap", *STACK) if name in request.args}


def heading_of(sitting: Sitting) -> list[tuple[str, str]]:
    """What the forms have in common, in words."""
    names = names_of({sitting.department_id}, sitting.answered_on)
    stages = dict(STAGES)
    fields = {field.id: i18n.text_in(field.name, field.name_en) for field in departments.fields(db.session())}
    rows = [(_("Cơ quan, đơn vị"), names[sitting.department_id])]
    if sitting.batch_id is not None:
        batch = queries.batch(db.session(), sitting.batch_id)
        numbers = f"{grouped(batch.first_number)} – {grouped(batch.last_number)}"
        rows.insert(0, (_("Tập phiếu"), f"{batch.id} ({numbers})"))
    if not sitting.dated_each:
        rows.append((_("Ngày trả lời"), format_date(sitting.answered_on, "dd/MM/yyyy")))
    if sitting.field_id:
        rows.append((_("Lĩnh vực"), fields[sitting.field_id]))
    if sitting.procedure_id:
        procedure = _procedure(sitting.procedure_id)
        rows.append((_("Thủ tục"), i18n.text_in(procedure.name, procedure.name_en)))
    if sitting.stage:
        rows.append((_("Thời điểm"), str(stages[sitting.stage])))
    if sitting.assisted:
        rows.append((_("Trợ giúp"), _("Có cán bộ trợ giúp")))
    return rows


def names_of(ids: set[int], day: date) -> dict[int, str]:
    found = departments.departments(db.session(), ids=ids, on=day)
    return {view.id: i18n.text_in(view.name, view.name_en) for view in found.values()}
