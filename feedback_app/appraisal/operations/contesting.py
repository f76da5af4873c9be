"""Objections to an index of an own quarter, and their answers from outside, which may bring a corrected version."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.appraisal import queries
from feedback_app.appraisal.models import Contest
from feedback_app.appraisal.operations.looking import NotYourPoints
from feedback_app.appraisal.operations.trail import record_about, record_refusal
from feedback_app.appraisal.operations.versions import newest_versions, possible, put_version
from feedback_app.appraisal.queries import ContestView
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid, NotAllowed
from feedback_app.kit.locks import lock
from feedback_app.kit.text import normalise
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.periods import Period
from feedback_app.ratings.schemes import Points
from feedback_app.staff import queries as staff
from feedback_app.staff.queries import Member

LONGEST_WORDS: Final = 1000


class MayNotDecide(NotAllowed):
    """A contest is decided by a manager from outside: not the officer, nor who brought the quarter in."""


class WordsMissing(Invalid):
    """An objection and its answer need words, of a length people read."""


class BadContest(Invalid):
    """The index is none of this quarter, or an objection to it waits already; or the corrected sum cannot be."""


class TooLate(Conflict):
    """The days in which a quarter may be contested are over."""


class StateChanged(Conflict):
    """Somebody was faster: the contest is decided already."""


def contest(
    session: Session, member: Member, quarter: Period, index_number: int, *, reason: str, days: int, now: datetime
) -> int:
    """An officer's objection to one index of an own quarter, within `days` of its becoming known; its id.

    Raises NotYourPoints and TooLate, which are in the trail then, BadContest, WordsMissing.
    """
    officer = queries.officer_of(session, member)
    views = [] if officer is None else queries.quarter_views(session, [officer], quarter, minimum=1)
    if officer is None or not views:
        record_refusal(session, member, now, attempt="file", why="no_points")
        raise NotYourPoints(N_("Bạn không có điểm ở quý này để khiếu nại."))
    lock(session, "officers")
    # Once more: whoever held the lock may have brought in another version, or filed the same objection.
    view = queries.quarter_views(session, [officer], quarter, minimum=1)[0]
    if local_day(now) > view.contest_until(days):
        record_refusal(session, member, now, attempt="file", why="too_late")
        raise TooLate(N_("Đã hết hạn khiếu nại điểm quý này."))
    if index_number not in {score.index.number for score in view.figure.scores}:
        raise BadContest(N_("Xin chọn chỉ số khiếu nại."), field="index")
    if view.open_contest(index_number):
        raise BadContest(N_("Chỉ số này đang có một khiếu nại chờ quyết định."), field="index")
    row = Contest(
        officer_id=officer.id,
        starts_on=quarter.starts_on,
        version=view.version,
        index_number=index_number,
        reason=_words(reason, "reason"),
        filed_by=member.id,
        filed_at=now,
    )
    session.add(row)
    session.flush()
    record_about(session, queries.contest(session, row.id), member, now, "appraisal.contested")
    return row.id


def decide(
    session: Session,
    member: Member,
    contest_id: int,
    *,
    upheld: bool,
    answer: str,
    corrected: Points | None,
    now: datetime,
) -> None:
    """The answer of somebody outside, with its reason; upheld, it brings the `corrected` sum of the index.

    The corrected quarter is the next version; the contested one is kept. Raises ContestNotFound, StateChanged,
    WordsMissing, BadContest, and MayNotDecide, which is in the trail then.
    """
    found = queries.contest(session, contest_id)
    why = queries.obstacle(session, member, found, now=now)
    if why is not None:
        record_refusal(session, member, now, attempt="decide", why=why, contest=found)
        if why == "known_password":
            raise MayNotDecide(
                N_(
                    "Trong %(days)s ngày qua, bạn đã mở tài khoản hay đặt mật khẩu cho cán bộ khiếu nại hoặc người đã"
                    " nhập điểm, hoặc ngược lại, nên chưa được tính là người khác. Hãy để người quản lý khác ở"
                    " ngoài đơn vị quyết định."
                ),
                days=staff.DEPENDENCE.days,
            )
        raise MayNotDecide(
            N_(
                "Người quyết định phải là người quản lý ở ngoài đơn vị được chấm và đơn vị hiện nay của cán bộ, không"
                " là cán bộ ấy và không là người đã nhập điểm."
            )
        )
    lock(session, "officers")
    row = session.get_one(Contest, contest_id, with_for_update=True, populate_existing=True)
    if row.decided_at is not None:
        raise StateChanged(N_("Khiếu nại này vừa có người quyết định."))
    said = _words(answer, "answer")
    version = _correct(session, found, corrected, member, now) if upheld else None
    row.decided_by, row.decided_at, row.upheld, row.answer = member.id, now, upheld, said
    row.corrected_version = version
    record_about(session, found, member, now, "appraisal.upheld" if upheld else "appraisal.rejected")
    session.flush()


def _correct(session: Session, contest: ContestView, corrected: Points | None, member: Member, now: datetime) -> int:
    """The next version of the quarter, with another sum for the contested index; its number."""
    newest = newest_versions(session, officer_id=contest.officer.id)[contest.officer.id, contest.quarter.starts_on]
    scheme = next(each for each in ratings.schemes(session) if each.id == newest.row.scheme)
    if corrected is None or not possible(scheme, corrected):
        raise BadContest(
            N_("Cần tổng điểm và số hồ sơ đúng; mỗi hồ sơ nhiều nhất %(most)s điểm."),
            field="points",
            most=scheme.index_rules.most,
        )
    if newest.counted.get(contest.index_number) == corrected:
        raise BadContest(N_("Số này giống số đang có. Nếu không có gì sai, hãy bác khiếu nại."), field="points")
    version = newest.row.version + 1
    put_version(
        session,
        officer_id=contest.officer.id,
        quarter=contest.quarter,
        version=version,
        department_id=newest.row.department_id,
        scheme=scheme.id,
        counted={**newest.counted, contest.index_number: corrected},
        by=member,
        now=now,
    )
    return version


def _words(written: str, field: str) -> str:
    said = normalise(written)
    if not said:
        raise WordsMissing(N_("Xin ghi rõ lý do."), field=field)
    if len(said) > LONGEST_WORDS:
        raise WordsMissing(N_("Lý do dài quá %(limit)s ký tự. Xin rút gọn lại."), field=field, limit=LONGEST_WORDS)
    return said
