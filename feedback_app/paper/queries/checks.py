"""The sample that is keyed again: what waits for whom, and how often the first keying was wrong."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback_app.kit.clock import VIETNAM, local_day
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.statistics import Interval, wilson
from feedback_app.paper import separation
from feedback_app.paper.models import PaperBatch, PaperCheck, PaperForm, PaperKeying
from feedback_app.staff.queries import Member
from feedback_app.surveys import queries as surveys

State = Literal["waiting", "agrees", "differs", "settled", "missing"]
Group = Literal["batch", "keyer", "department"]
Answers = Mapping[str, tuple[str, ...]]


class NotKeyed(NotFound):
    """No keyed form has this number."""


@dataclass(frozen=True, slots=True)
class CheckView:
    """A form of the sample; the answers are there once there are two keyings of it."""

    response_id: UUID
    batch_id: int
    number: int
    department_id: int
    answered_on: date
    keyers: tuple[int, ...]
    state: State
    first_answers: Answers
    second_answers: Answers
    insiders_allowed: bool
    not_independent: bool

    @property
    def differing(self) -> frozenset[str]:
        """Keys of the questions that the two keyings have otherwise."""
        keys = {*self.first_answers, *self.second_answers}
        return frozenset(key for key in keys if self.first_answers.get(key) != self.second_answers.get(key))


@dataclass(frozen=True, slots=True)
class KeyedForm:
    """A numbered form that was keyed, drawn or not."""

    number: int
    response_id: UUID
    batch_id: int
    version_id: int
    department_id: int
    answered_on: date
    first_keyer_id: int
    check: CheckView | None

    @property
    def keyers(self) -> tuple[int, ...]:
        return self.check.keyers if self.check else (self.first_keyer_id,)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Forms of one batch that wait for somebody."""

    batch_id: int
    department_id: int
    numbers: tuple[int, ...]
    insiders_allowed: bool


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many forms of one batch wait for somebody outside, and how many accounts there are that may do it."""

    batch_id: int
    department_id: int
    forms: int
    others: int


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """How often the first keying of a sample was wrong.

    `drawn` forms are in the sample: `checked` ones have a verdict, `waiting` ones no second keying yet, `unsettled`
    ones two that differ, `missing` ones no paper. `errors` of the `fields` (questions with boxes) of the checked forms
    were keyed otherwise than they stand on the paper, on `wrong_forms` of them. `not_independent` were verified by
    somebody of the rated department, because nobody else could.
    """

    drawn: int = 0
    checked: int = 0
    waiting: int = 0
    unsettled: int = 0
    missing: int = 0
    fields: int = 0
    errors: int = 0
    wrong_forms: int = 0
    not_independent: int = 0

    @property
    def interval(self) -> Interval | None:
        """95 %, as if every field were keyed by itself; None before anything was checked."""
        return wilson(self.errors, self.fields) if self.fields else None


@dataclass(frozen=True, slots=True)
class PaperSources:
    """Keyed paper forms that count: `own` keyed by people of the rated department, `unnumbered` ones without number."""

    forms: int = 0
    own: int = 0
    unnumbered: int = 0


def keyed_form(session: Session, number: int) -> KeyedForm:
    """What was keyed under a number; of one that left the count as blank, what its check tells. Raises NotKeyed."""
    row = session.execute(
        select(PaperForm.number, PaperKeying, PaperBatch.version_id)
        .join(PaperKeying, PaperKeying.response_id == PaperForm.response_id)
        .join(PaperBatch, PaperBatch.id == PaperForm.batch_id)
        .where(PaperForm.number == number, PaperForm.source == "keyed")
    ).one_or_none()
    if row is None:
        return _left_the_count(session, number)
    keying: PaperKeying = row.PaperKeying
    found = session.get(PaperCheck, keying.response_id)
    return KeyedForm(
        number=row.number,
        response_id=keying.response_id,
        batch_id=keying.batch_id or 0,
        version_id=row.version_id,
        department_id=keying.department_id,
        answered_on=keying.answered_on,
        first_keyer_id=keying.keyer_id,
        check=None if found is None else view(found),
    )


def _left_the_count(session: Session, number: int) -> KeyedForm:
    """A form of the sample that was found blank: taken back, it would have left the sample too. Raises NotKeyed."""
    found = session.execute(
        select(PaperCheck, PaperBatch.version_id)
        .join(PaperBatch, PaperBatch.id == PaperCheck.batch_id)
        .where(PaperCheck.number == number)
        .order_by(PaperCheck.drawn_at.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise NotKeyed(N_("Không có phiếu nào mang số này đã được nhập."))
    row, version_id = found
    return KeyedForm(
        number=row.number,
        response_id=row.response_id,
        batch_id=row.batch_id,
        version_id=version_id,
        department_id=row.department_id,
        answered_on=row.answered_on,
        first_keyer_id=row.first_keyer_id,
        check=view(row),
    )


def waiting(
    session: Session,
    member: Member,
    *,
    state: Literal["waiting", "differs"],
    now: datetime,
    batch_id: int | None = None,
) -> list[Waiting]:
    """The forms that wait for a second keying, or for settlement, and that a member may take on, of one batch or of
    all; oldest batch first."""
    query = select(PaperCheck).where(PaperCheck.state == state)
    if batch_id is not None:
        query = query.where(PaperCheck.batch_id == batch_id)
    rows = session.scalars(query.order_by(PaperCheck.batch_id, PaperCheck.number))
    allowed: dict[tuple[object, ...], bool] = {}
    found: dict[int, list[CheckView]] = {}
    for each in map(view, rows):
        key = (each.department_id, each.keyers, each.insiders_allowed)
        if key not in allowed:
            allowed[key] = may_check(session, member, each, now=now)
        if allowed[key]:
            found.setdefault(each.batch_id, []).append(each)
    return [
        Waiting(
            batch_id,
            checks[0].department_id,
            tuple(each.number for each in checks),
            any(each.insiders_allowed for each in checks),
        )
        for batch_id, checks in found.items()
    ]


def stuck(session: Session, *, department_ids: Collection[int] | None, now: datetime) -> list[Stuck]:
    """Forms about these departments that wait for somebody outside, for a second keying or for settlement, by batch;
    those drawn today are told tomorrow."""
    query = select(PaperCheck).where(
        PaperCheck.state.in_(("waiting", "differs")), PaperCheck.allowed_by.is_(None), _told(now)
    )
    if department_ids is not None:
        query = query.where(PaperCheck.department_id.in_(department_ids))
    found: dict[tuple[int, int], list[tuple[int, ...]]] = {}
    for each in map(view, session.scalars(query.order_by(PaperCheck.batch_id, PaperCheck.number))):
        found.setdefault((each.batch_id, each.department_id), []).append(each.keyers)
    return [
        Stuck(
            batch_id,
            department_id,
            len(forms),
            max(
                separation.others_who_may(session, department_id=department_id, keyers=keyers, now=now)
                for keyers in set(forms)
            ),
        )
        for (batch_id, department_id), forms in found.items()
    ]


def next_number(
    session: Session,
    member: Member,
    *,
    state: Literal["waiting", "differs"],
    batch_id: int,
    after: int,
    now: datetime,
) -> int | None:
    """The next form of a batch that a member may take on, beginning after a number and going round."""
    found = waiting(session, member, state=state, now=now, batch_id=batch_id)
    numbers = found[0].numbers if found else ()
    return min(numbers, key=lambda number: (number <= after, number), default=None)


def may_check(session: Session, member: Member, check: CheckView, *, now: datetime) -> bool:
    """Whether a member may do what this form waits for."""
    refused = separation.refusal(
        session,
        member,
        department_id=check.department_id,
        keyers=check.keyers,
        now=now,
        insiders_allowed=check.insiders_allowed,
    )
    return refused is None


def open_checks(session: Session, batch_id: int, *, now: datetime) -> list[CheckView]:
    """Forms of a batch that wait for a second keying or for settlement; those drawn today are told tomorrow."""
    rows = session.scalars(
        select(PaperCheck)
        .where(PaperCheck.batch_id == batch_id, PaperCheck.state.in_(("waiting", "differs")), _told(now))
        .order_by(PaperCheck.number)
    )
    return [view(row) for row in rows]


_GROUPS: Final[dict[Group, InstrumentedAttribute[int]]] = {
    "batch": PaperCheck.batch_id,
    "keyer": PaperCheck.first_keyer_id,
    "department": PaperCheck.department_id,
}


def error_rates(
    session: Session,
    by: Group,
    *,
    now: datetime,
    first: date | None = None,
    before: date | None = None,
    department_ids: Collection[int] | None = None,
    keyer_ids: Collection[int] | None = None,
    batch_ids: Collection[int] | None = None,
) -> dict[int, ErrorRate]:
    """By batch, keyer or department (ids), of forms answered from `first` until before `before`; one without a sample
    is absent.

    What was drawn today and waits is left out (`_told`).
    """
    group = _GROUPS[by]
    rows = session.execute(
        select(group, *_sums()).where(_which(now, first, before, department_ids, keyer_ids, batch_ids)).group_by(group)
    )
    return {row[0]: ErrorRate(*(int(each) for each in row[1:])) for row in rows}


def error_rate(
    session: Session,
    *,
    now: datetime,
    first: date | None = None,
    before: date | None = None,
    department_ids: Collection[int] | None = None,
    keyer_ids: Collection[int] | None = None,
    batch_ids: Collection[int] | None = None,
) -> ErrorRate:
    """As `error_rates`, of all of them together."""
    row = session.execute(
        select(*_sums()).where(_which(now, first, before, department_ids, keyer_ids, batch_ids))
    ).one()
    return ErrorRate(*(int(each) for each in row))


def paper_sources(
    session: Session, *, first: date, before: date, department_ids: Collection[int] | None = None
) -> PaperSources:
    """Where the keyed forms that count come from, answered from `first` until before `before`."""
    counted = surveys.placing().where(surveys.countable(), surveys.between(first, before)).subquery("counted")
    query = (
        select(
            func.count(),
            func.count().filter(PaperKeying.own_department),
            func.count().filter(PaperKeying.batch_id.is_(None)),
        )
        .select_from(PaperKeying)
        .join(counted, and_(counted.c.id == PaperKeying.response_id, counted.c.channel == "paper"))
        .where(PaperKeying.answered_on >= first, PaperKeying.answered_on < before)
    )
    if department_ids is not None:
        query = query.where(PaperKeying.department_id.in_(department_ids))
    return PaperSources(*session.execute(query).one())


def view(row: PaperCheck) -> CheckView:
    return CheckView(
        response_id=row.response_id,
        batch_id=row.batch_id,
        number=row.number,
        department_id=row.department_id,
        answered_on=row.answered_on,
        keyers=tuple(each for each in (row.first_keyer_id, row.second_keyer_id) if each is not None),
        state=cast(State, row.state),
        first_answers=_answers(row.first_answers),
        second_answers=_answers(row.second_answers),
        insiders_allowed=row.allowed_by is not None,
        not_independent=row.not_independent,
    )


def _answers(stored: dict[str, Any] | None) -> Answers:
    return {key: tuple(choices) for key, choices in (stored or {}).items()}


def _sums() -> tuple[ColumnElement[int], ...]:
    def of(*states: State) -> ColumnElement[int]:
        return func.count().filter(PaperCheck.state.in_(states))

    return (
        func.count(),
        of("agrees", "settled"),
        of("waiting"),
        of("differs"),
        of("missing"),
        func.coalesce(func.sum(PaperCheck.fields), 0),
        func.coalesce(func.sum(PaperCheck.first_errors), 0),
        func.coalesce(func.sum(case((PaperCheck.first_errors > 0, 1), else_=0)), 0),
        func.count().filter(PaperCheck.not_independent),
    )


def _told(now: datetime) -> ColumnElement[bool]:
    """What others than those who verify are told of: until midnight the keyer of a form drawn today can take it back,
    and a count that grows with a form would say that this form was drawn."""
    midnight = datetime.combine(local_day(now), time(0), VIETNAM)
    return or_(PaperCheck.state != "waiting", PaperCheck.drawn_at < midnight)


def _which(
    now: datetime,
    first: date | None,
    before: date | None,
    department_ids: Collection[int] | None,
    keyer_ids: Collection[int] | None,
    batch_ids: Collection[int] | None,
) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [_told(now)]
    if first is not None:
        wanted.append(PaperCheck.answered_on >= first)
    if before is not None:
        wanted.append(PaperCheck.answered_on < before)
    for column, ids in (
        (PaperCheck.department_id, department_ids),
        (PaperCheck.first_keyer_id, keyer_ids),
        (PaperCheck.batch_id, batch_ids),
    ):
        if ids is not None:
            wanted.append(column.in_(ids))
    return and_(*wanted)
