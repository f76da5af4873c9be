"""The sample of keyed forms that a second person keys blind, and what a third one settles. Nothing here commits.

Whoever works on a form of the sample locks its row, and the response after it; whoever settles one, its number before
both. An attempt that breaks the separation of duties is written to the audit trail before it is refused, so a caller
that turns the refusal into an answer commits first.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NoReturn

from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from feedback_app.paper import separation
from feedback_app.paper.models import PaperCheck
from feedback_app.paper.operations import drawing
from feedback_app.paper.operations.correcting import correct_from_paper
from feedback_app.paper.operations.locking import lock_number
from feedback_app.paper.operations.reasons import given_reason
from feedback_app.paper.operations.standing import ask_again
from feedback_app.paper.operations.trail import record_refusal
from feedback_app.paper.queries.checks import Answers, CheckView, KeyedForm, State, keyed_form, open_checks, view
from feedback_app.paper.serials import grouped
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member
from feedback_app.surveys import queries as responses
from feedback_app.surveys.versions import VersionView


class NotDrawn(NotFound):
    """The form is not in the sample, or was taken back."""


class NotTheirs(NotAllowed):
    """Whoever verifies is given forms of the sample; others about other departments are none of their business."""


class AnswersMissing(Invalid):
    """A settlement says of each differing question what stands on the paper; `field` is the question's key."""


class OthersMay(Conflict):
    """People of the rated department are let in only where nobody outside can do it."""


class NothingWaits(Conflict):
    """No form of the batch waits for anybody."""


def admit(
    session: Session, number: int, *, now: datetime, member: Member, state: Literal["waiting", "differs"]
) -> KeyedForm:
    """The form that a member may now key again, or settle. Raises what `key_again` and `settle` raise, and NotTheirs
    for one that is not in the sample, about a department they do not answer for."""
    form = keyed_form(session, number)
    attempt = "key_again" if state == "waiting" else "settle"
    _allow(session, form, form.keyers, member, now, attempt=attempt)
    if form.check is None:
        _check_theirs(session, form, member, now, attempt=attempt)
        raise _not_drawn(form)
    _check_state(form.check, state)
    return form


def key_again(
    session: Session, number: int, *, now: datetime, member: Member, answers: Mapping[str, tuple[str, ...]]
) -> State:
    """Store the second keying of a form and compare it with the first; `agrees` or `differs`.

    The same keying sent again is the same. Raises NotKeyed, NotDrawn, AlreadyChecked, and OwnKeying, OwnDepartment and
    KnownPassword, which are in the audit trail then.
    """
    form = keyed_form(session, number)
    _allow(session, form, form.keyers[:1], member, now, attempt="key_again")
    row = _drawn(session, form)
    first = responses.keyed_answers(session, form.response_id)
    if first is None:
        raise NotDrawn(N_("Phiếu số %(number)s đã được hoàn tác; không cần nhập lại."), number=grouped(number))
    version = responses.version(session, first.version_id)
    said = _in_order(version, answers)
    if row.second_keyer_id == member.id and view(row).second_answers == said:
        return view(row).state
    _check_state(row, "waiting")
    _mark_dependent(session, row, form, member, now)
    row.second_keyer_id, row.second_at = member.id, now
    row.first_answers, row.second_answers = _stored(first.answers), _stored(said)
    row.state = "differs" if view(row).differing else "agrees"
    if row.state == "agrees":
        row.fields, row.first_errors, row.second_errors = _fields(version), 0, 0
    _record(session, row, member, now, "paper.keyed_again", details={"agrees": row.state == "agrees"})
    session.flush()
    return view(row).state


def settle(
    session: Session, number: int, *, now: datetime, member: Member, answers: Mapping[str, tuple[str, ...]]
) -> None:
    """Store what a third person read on the paper where two keyings differ; it becomes what the response says.

    `answers` names every differing question, with no choice for one left blank. A form on which nothing stands
    after all leaves the count, and papers that were scanned under its number are asked about again. The trail names
    the questions that were corrected, never what was answered. The same settlement sent again is the same. Raises
    NotKeyed, NotDrawn, AlreadyChecked, AnswersMissing, and OwnKeying, OwnDepartment and KnownPassword, which are in
    the audit trail then.
    """
    lock_number(session, number)
    form = keyed_form(session, number)
    _allow(session, form, form.keyers, member, now, attempt="settle")
    row = _drawn(session, form)
    version = responses.version(session, form.version_id)
    known = view(row)
    for question in version.questions:
        if question.key in known.differing and question.key not in answers:
            raise AnswersMissing(N_("Xin nhập điều ghi trên phiếu, hoặc chọn bỏ trống."), field=question.key)
    given = {key: answers[key] for key in known.differing}
    truth = _in_order(version, {**known.first_answers, **given})
    if row.state == "settled" and row.settled_by == member.id and row.settled_answers == _stored(truth):
        return
    _check_state(row, "differs")
    _mark_dependent(session, row, form, member, now)
    wrong = [key for key in known.differing if known.first_answers.get(key) != truth.get(key)]
    row.state, row.settled_by, row.settled_at, row.settled_answers = "settled", member.id, now, _stored(truth)
    row.fields, row.first_errors = _fields(version), len(wrong)
    row.second_errors = sum(known.second_answers.get(key) != truth.get(key) for key in known.differing)
    session.flush()
    if wrong and not correct_from_paper(session, form.response_id, truth, member=member, now=now):
        ask_again(session, number)
    details = {"corrected": sorted(wrong), "differed": sorted(known.differing)}
    _record(session, row, member, now, "paper.settled", details=details)


def miss(session: Session, number: int, *, now: datetime, member: Member, reason: str) -> None:
    """Write down that the paper of a form of the sample is not there; by whoever would key it again or settle it.

    Its response stays as it was keyed. Raises NotKeyed, NotDrawn, AlreadyChecked, ReasonMissing, and OwnKeying,
    OwnDepartment and KnownPassword, which are in the audit trail then.
    """
    said = given_reason(reason)
    form = keyed_form(session, number)
    _allow(session, form, form.keyers, member, now, attempt="miss")
    row = _drawn(session, form)
    _check_state(row, "waiting", "differs")
    _mark_dependent(session, row, form, member, now)
    row.state, row.missed_by, row.missed_at, row.missed_reason = "missing", member.id, now, said
    _record(session, row, member, now, "paper.missed", reason=said)
    session.flush()


def allow_insiders(session: Session, batch_id: int, *, now: datetime, member: Member) -> int:
    """Let people of the rated department verify the forms of a batch that nobody outside can; returns how many forms.

    Who keyed a form still may not. What such a person does is marked and shown. Raises NothingWaits and OthersMay.
    """
    rows = [
        row
        for each in open_checks(session, batch_id, now=now)
        if not each.insiders_allowed and (row := drawing.locked(session, each.response_id)) is not None
    ]
    if not rows:
        raise NothingWaits(N_("Trong tập này không có phiếu nào đang chờ kiểm tra lại."))
    for row in rows:
        found = view(row)
        others = separation.others_who_may(session, department_id=found.department_id, keyers=found.keyers, now=now)
        if others:
            raise OthersMay(
                N_("Có %(count)s tài khoản ở ngoài đơn vị được đánh giá làm được việc này. Xin giao cho họ."),
                count=others,
            )
    for row in rows:
        row.allowed_by, row.allowed_at = member.id, now
    record(
        session,
        now=now,
        actor_id=member.id,
        action="paper.insiders_allowed",
        subject=f"batch:{batch_id}",
        department_id=rows[0].department_id,
        details={"forms": len(rows)},
    )
    session.flush()
    return len(rows)


def _drawn(session: Session, form: KeyedForm) -> PaperCheck:
    row = drawing.locked(session, form.response_id)
    if row is None:
        raise _not_drawn(form)
    return row


def _not_drawn(form: KeyedForm) -> NotDrawn:
    return NotDrawn(N_("Phiếu số %(number)s không cần nhập lại."), number=grouped(form.number))


def _check_state(row: PaperCheck | CheckView, *expected: State) -> None:
    if row.state not in expected:
        raise drawing.AlreadyChecked(
            N_("Phiếu số %(number)s đã có người khác kiểm tra rồi; việc bạn vừa làm không được ghi."),
            number=grouped(row.number),
        )


def _allow(
    session: Session, form: KeyedForm, keyers: tuple[int, ...], member: Member, now: datetime, *, attempt: str
) -> None:
    """Refuse before anything tells whether the form was drawn: who may not verify it may not learn that either."""
    refused = separation.refusal(
        session,
        member,
        department_id=form.department_id,
        keyers=keyers,
        now=now,
        insiders_allowed=form.check is not None and form.check.insiders_allowed,
    )
    if refused is not None:
        _refuse(session, form, member, now, refused, attempt=attempt)


def _check_theirs(session: Session, form: KeyedForm, member: Member, now: datetime, *, attempt: str) -> None:
    """Of a form of their own department or one below, who is not outside of it was told so before."""
    if form.department_id not in departments.within(session, department_id=member.department_id, day=local_day(now)):
        refused = NotTheirs(
            N_("Phiếu số %(number)s thuộc cơ quan, đơn vị khác và không giao cho bạn kiểm tra."),
            number=grouped(form.number),
        )
        _refuse(session, form, member, now, refused, attempt=attempt)


def _refuse(
    session: Session, form: KeyedForm, member: Member, now: datetime, refused: NotAllowed, *, attempt: str
) -> NoReturn:
    record_refusal(
        session,
        now=now,
        actor_id=member.id,
        attempt=attempt,
        refused=refused,
        subject=f"paper_form:{form.number}",
        department_id=form.department_id,
    )
    raise refused


def _mark_dependent(session: Session, row: PaperCheck, form: KeyedForm, member: Member, now: datetime) -> None:
    if row.allowed_by is None:
        return
    strictly = separation.refusal(
        session, member, department_id=form.department_id, keyers=view(row).keyers, now=now, insiders_allowed=False
    )
    row.not_independent = row.not_independent or isinstance(strictly, separation.OwnDepartment)


def _in_order(version: VersionView, answers: Mapping[str, tuple[str, ...]]) -> Answers:
    """The answers in the order of the form, blank ones left out."""
    found = {
        question.key: tuple(choice.key for choice in question.choices if choice.key in answers.get(question.key, ()))
        for question in version.questions
    }
    return {key: picked for key, picked in found.items() if picked}


def _stored(answers: Answers) -> dict[str, list[str]]:
    return {key: list(picked) for key, picked in answers.items()}


def _fields(version: VersionView) -> int:
    return sum(question.kind != "text" for question in version.questions)


def _record(
    session: Session,
    row: PaperCheck,
    member: Member,
    now: datetime,
    action: str,
    *,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    record(
        session,
        now=now,
        actor_id=member.id,
        action=action,
        subject=f"response:{row.response_id}",
        department_id=row.department_id,
        reason=reason,
        details={"number": row.number} | (details or {}) | ({"not_independent": True} if row.not_independent else {}),
    )
