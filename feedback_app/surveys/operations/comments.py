"""What becomes of free text: cleared as masked, refused with a reason, taken back, and its original erased in time.

A reviewer of a comment about a department stands outside it: nobody decides whether what was said of their own office
is read. Nothing here commits.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid, NotAllowed
from feedback_app.kit.text import fold, normalise, normalise_lines
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member, belongs
from feedback_app.surveys.masking import mask
from feedback_app.surveys.models import Comment, Response
from feedback_app.surveys.queries.comments import CommentNotFound
from feedback_app.surveys.queries.questionnaires import version
from feedback_app.surveys.versions import LONGEST_COMMENT

# Placeholders are longer than some of what they stand for.
LONGEST_SHOWN: Final = 2 * LONGEST_COMMENT
LONGEST_REASON: Final = 200


class ReviewerInvolved(NotAllowed):
    """The reviewer belongs to the department the comment is about, or to one below it.

    The attempt is in the trail by then: the caller commits before it passes this on.
    """


class AlreadyReviewed(Conflict):
    """Somebody has decided on this comment meanwhile, or taken the decision back."""


class OriginalErased(Conflict):
    """The time in which a decision can be taken back is over."""


class BadReview(Invalid):
    """The text to show is empty or too long, or the reason is missing."""


def reviewable(session: Session, reviewer: Member, *, day: date) -> frozenset[int] | None:
    """Departments whose comments this account may decide on: those below its own; None is all of them."""
    if reviewer.department_id is None:
        return None
    return departments.within(session, department_id=reviewer.department_id, day=day) - {reviewer.department_id}


def add_comment(session: Session, response_id: UUID, *, question: str, text: str) -> None:
    """Keep what somebody typed from the handwriting of a scanned form as a comment of its response, held as any other.

    Raises BadReview for a text that is empty, too long, or no answer to a question of the form.
    """
    written = normalise_lines(text)
    if not written:
        raise BadReview(N_("Xin gõ nội dung viết trên phiếu, hoặc chọn lý do không gõ."), field="text")
    if len(written) > LONGEST_COMMENT:
        raise BadReview(N_("Ý kiến dài quá %(limit)s ký tự. Xin rút gọn lại."), field="text", limit=LONGEST_COMMENT)
    response = session.get_one(Response, response_id)
    asked = version(session, response.version_id).question(question)
    if asked is None or asked.kind != "text":
        raise BadReview(N_("Phiếu này không có câu hỏi ấy."), field="text")
    session.add(Comment(response_id=response_id, question_id=asked.id, text=written))
    session.flush()


def clear_comment(session: Session, token: UUID, *, text: str, reviewer: Member, now: datetime) -> str:
    """Let `text`, the reviewer's version of the comment, be shown; returns what will be.

    Masked once more on the way in, so that nothing masked comes back by hand. Raises CommentNotFound,
    ReviewerInvolved, AlreadyReviewed and BadReview.
    """
    comment, department_id, answered_on = _to_review(session, token, reviewer=reviewer, now=now)
    _check_held(comment)
    shown = mask(normalise_lines(text)).text
    if not shown:
        raise BadReview(N_("Nội dung cho hiện không được để trống; nếu không nên hiện, hãy chọn lý do."), field="text")
    if len(shown) > LONGEST_SHOWN:
        raise BadReview(N_("Nội dung dài quá %(limit)s ký tự."), field="text", limit=LONGEST_SHOWN)
    comment.state, comment.shown_text, comment.search_key = "cleared", shown, fold(shown)
    comment.department_id, comment.month = department_id, answered_on.replace(day=1)
    comment.reviewed_by, comment.reviewed_at = reviewer.id, now
    _record_review(session, comment, department_id, action="surveys.comment_cleared", reviewer=reviewer, now=now)
    return shown


def refuse_comment(session: Session, token: UUID, *, reason: str, reviewer: Member, now: datetime) -> None:
    """Let the comment not be shown. Raises CommentNotFound, ReviewerInvolved, AlreadyReviewed and BadReview."""
    comment, department_id, _day = _to_review(session, token, reviewer=reviewer, now=now)
    _check_held(comment)
    said = mask(normalise(reason)).text
    if not said:
        raise BadReview(N_("Xin cho biết lý do không cho hiện."), field="reason")
    if len(said) > LONGEST_REASON:
        raise BadReview(N_("Lý do dài quá %(limit)s ký tự. Xin rút gọn lại."), field="words", limit=LONGEST_REASON)
    comment.state, comment.refusal_reason = "refused", said
    comment.reviewed_by, comment.reviewed_at = reviewer.id, now
    _record_review(
        session, comment, department_id, action="surveys.comment_refused", reviewer=reviewer, now=now, reason=said
    )


def reopen_comment(session: Session, token: UUID, *, reviewer: Member, now: datetime) -> None:
    """Take a decision back: the comment waits again. Raises as above, and OriginalErased once there is nothing left."""
    comment, department_id, _day = _to_review(session, token, reviewer=reviewer, now=now)
    if comment.state == "held":
        raise AlreadyReviewed(N_("Góp ý này đang chờ duyệt."))
    if comment.text is None:
        raise OriginalErased(N_("Nguyên văn góp ý này đã được xóa theo hạn lưu, không hoàn tác được nữa."))
    comment.state = "held"
    comment.shown_text = comment.search_key = comment.refusal_reason = None
    comment.department_id = comment.month = comment.reviewed_by = comment.reviewed_at = None
    _record_review(session, comment, department_id, action="surveys.comment_reopened", reviewer=reviewer, now=now)


def erase_originals(session: Session, *, before: datetime) -> int:
    """Erase the originals of comments decided on before a moment; what is shown stays. Returns how many there were.

    Personal data is kept no longer than its purpose needs (Luật 91/2025/QH15): here, to take a decision back.
    """
    erased = session.execute(
        update(Comment)
        .where(Comment.state != "held", Comment.text.is_not(None), Comment.reviewed_at < before)
        .values(text=None)
        .returning(Comment.token)
    ).all()
    return len(erased)


def _to_review(session: Session, token: UUID, *, reviewer: Member, now: datetime) -> tuple[Comment, int, date]:
    """The comment, locked, the department it is about and the day it was given, once the reviewer may decide on it."""
    row = session.execute(
        select(Comment, Response.rated_department_id, Response.answered_on)
        .join(Response, Response.id == Comment.response_id)
        .where(Comment.token == token, Response.removed_at.is_(None))
        .with_for_update(of=Comment)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise CommentNotFound(N_("Không có góp ý này."))
    comment, department_id, answered_on = row
    day = local_day(now)
    if belongs(session, reviewer, department_id=department_id, day=day):
        _record_review(
            session, comment, department_id, action="surveys.comment_review_denied", reviewer=reviewer, now=now
        )
        raise ReviewerInvolved(N_("Góp ý về đơn vị của bạn phải do người ngoài đơn vị duyệt."))
    allowed = reviewable(session, reviewer, day=day)
    if allowed is not None and department_id not in allowed:
        raise CommentNotFound(N_("Không có góp ý này."))
    return comment, department_id, answered_on


def _check_held(comment: Comment) -> None:
    if comment.state != "held":
        raise AlreadyReviewed(N_("Góp ý này vừa có người khác duyệt."))


def _record_review(
    session: Session,
    comment: Comment,
    department_id: int,
    *,
    action: str,
    reviewer: Member,
    now: datetime,
    reason: str | None = None,
) -> None:
    record(
        session,
        now=now,
        actor_id=reviewer.id,
        action=action,
        subject=f"comment:{comment.token}",
        department_id=department_id,
        reason=reason,
    )
