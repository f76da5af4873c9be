"""Brings in scheme versions, and takes the points that departments give themselves and that others appraise."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid
from feedback_app.kit.locks import lock
from feedback_app.kit.text import normalise
from feedback_app.ratings.models import Publication, RatingScheme, UnitAssessment
from feedback_app.ratings.operations.publishing import NotEnded
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.scoring import INDICES, scheme_in_force, schemes
from feedback_app.ratings.schemes import BadScheme, Scheme
from feedback_app.ratings.two_persons import refusal_to_appraise
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member


class SchemeKnown(Conflict):
    """That version is here already with other rules, or it would change periods that were published."""


class BadPoints(Invalid):
    """Points, or the reason for other points, are missing or impossible; `field` names the index's input."""


class AlreadyAppraised(Conflict):
    """What was appraised is no longer the department's to change."""


def import_scheme(session: Session, scheme: Scheme, *, now: datetime) -> bool:
    """Keep a new version of a scheme; False if it is here already, word for word.

    A version never changes, its successor begins after it, and none begins before a period that was published under
    another: old figures keep the rules they were made by. Raises SchemeKnown, BadScheme.
    """
    lock(session, "rating_schemes")
    versions = [each for each in schemes(session) if each.code == scheme.code]
    for each in versions:
        if each.version == scheme.version:
            if each.sha256 == scheme.sha256:
                return False
            raise SchemeKnown(
                N_("Đã có “%(scheme)s” với nội dung khác. Quy tắc mới cần số phiên bản mới."), scheme=scheme.id
            )
    if versions and (
        scheme.version <= versions[-1].version
        or scheme.kind != versions[-1].kind
        or scheme.valid_from <= max(each.valid_from for each in versions)
    ):
        raise BadScheme(N_("Phiên bản mới phải cùng loại, có số lớn hơn và hiệu lực sau mọi phiên bản đã có."))
    if session.scalar(select(exists().where(Publication.starts_on >= scheme.valid_from))):
        raise SchemeKnown(N_("Đã công bố kỳ bắt đầu từ ngày có hiệu lực trở đi; cách chấm không được đổi lùi ngày."))
    session.add(
        RatingScheme(
            code=scheme.code,
            version=scheme.version,
            valid_from=scheme.valid_from,
            basis=scheme.basis,
            content=scheme.content,
            sha256=scheme.sha256,
            imported_at=now,
        )
    )
    record(
        session,
        now=now,
        actor_id=None,
        action="ratings.scheme_imported",
        subject=f"scheme:{scheme.id}",
        details={"sha256": scheme.sha256},
    )
    session.flush()
    return True


def assess(
    session: Session,
    *,
    now: datetime,
    member: Member,
    department_id: int,
    period: Period,
    points: Mapping[int, int],
) -> None:
    """The points a department gives itself, by the number of the index; others stay as they are.

    They may be changed until they are appraised. Raises NotEnded, NoScheme, BadPoints, AlreadyAppraised.
    """
    if not points:
        raise BadPoints(N_("Xin chấm ít nhất một chỉ số."))
    stored = _rows(session, now, department_id, period, points)
    for number, given in points.items():
        row = stored.get(number)
        if row is not None and row.own_points == given:
            continue
        if row is not None and row.appraised_at is not None:
            raise AlreadyAppraised(
                N_("Chỉ số %(number)s đã thẩm định nên không tự chấm lại được."), field=_field(number), number=number
            )
        if row is None:
            row = UnitAssessment(
                department_id=department_id, period_kind=period.kind, starts_on=period.starts_on, index_number=number
            )
            session.add(row)
        row.own_points, row.own_by, row.own_at = given, member.id, now
        _record_about(session, now, member, department_id, period, number, given, action="ratings.assessed")
    session.flush()


def appraise(
    session: Session,
    *,
    now: datetime,
    member: Member,
    department_id: int,
    period: Period,
    points: Mapping[int, int],
    reasons: Mapping[int, str],
) -> None:
    """The points of another person, by the number of the index, with a reason wherever they differ.

    Appraising again replaces the points; the audit trail keeps both. Raises NotEnded, NoScheme, BadPoints, and
    NotIndependent, which is in the audit trail then, so that the caller commits.
    """
    if not points:
        raise BadPoints(N_("Xin chấm ít nhất một chỉ số."))
    stored = _rows(session, now, department_id, period, points)
    refused = refusal_to_appraise(session, department_id, {row.own_by for row in stored.values()}, member, now=now)
    if refused is not None:
        _record_about(
            session, now, member, department_id, period, action="ratings.appraisal_refused", reason=refused.why
        )
        raise refused
    for number, given in points.items():
        row, reason = stored.get(number), normalise(reasons.get(number, "")) or None
        if row is None:
            raise BadPoints(N_("Đơn vị chưa tự chấm chỉ số này."), field=_field(number))
        if given == row.own_points:
            reason = None
        elif reason is None:
            raise BadPoints(N_("Xin nêu lý do khi điểm thẩm định khác điểm tự chấm."), field=f"reason_{number}")
        if (row.appraised_points, row.reason) == (given, reason):
            continue
        row.appraised_points, row.appraised_by, row.appraised_at, row.reason = given, member.id, now, reason
        _record_about(
            session, now, member, department_id, period, number, given, action="ratings.appraised", reason=reason
        )
    session.flush()


def _rows(
    session: Session, now: datetime, department_id: int, period: Period, points: Mapping[int, int]
) -> dict[int, UnitAssessment]:
    """The stored rows of these indices, after checking that period, indices and points are ones the scheme knows."""
    if not period.ended(local_day(now)):
        raise NotEnded(N_("Kỳ %(period)s chưa kết thúc nên chưa chấm được."), field="period", period=period.code)
    rules = scheme_in_force(session, INDICES, period).index_rules
    assessed = {index.number for index in rules.indices if "assessment" in index.sources}
    for number, given in points.items():
        if number not in assessed or not 0 <= given <= rules.most:
            raise BadPoints(N_("Chỉ số hoặc điểm này không có trong cách chấm."), field=_field(number))
    lock(session, "unit_assessments", department_id, period.code)
    rows = session.scalars(
        select(UnitAssessment).where(
            UnitAssessment.department_id == department_id,
            UnitAssessment.period_kind == period.kind,
            UnitAssessment.starts_on == period.starts_on,
            UnitAssessment.index_number.in_(points),
        )
    )
    return {row.index_number: row for row in rows}


def _record_about(
    session: Session,
    now: datetime,
    member: Member,
    department_id: int,
    period: Period,
    number: int | None = None,
    points: int | None = None,
    *,
    action: str,
    reason: str | None = None,
) -> None:
    record(
        session,
        now=now,
        actor_id=member.id,
        action=action,
        subject=f"period:{period.code}",
        department_id=department_id,
        reason=reason,
        details={} if number is None else {"index": number, "points": points},
    )


def _field(number: int) -> str:
    return f"points_{number}"
