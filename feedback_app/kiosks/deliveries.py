"""How what kiosks deliver becomes responses: item by item, each for itself, in one transaction that the caller commits.

Devices, pages that are not enrolled and files carried over by hand all come through here.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import Spot
from feedback_app.kiosks import operations, queries
from feedback_app.kiosks.forms import Batch, Item, Unreadable
from feedback_app.kiosks.queries import AssignmentView, DeviceView
from feedback_app.kiosks.touch_times import correct
from feedback_app.kit import i18n
from feedback_app.kit.clock import local_day
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid, Refused
from feedback_app.kit.locks import lock
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as survey_queries
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.doors import doors
from feedback_app.tokens import operations as tokens
from feedback_app.tokens import queries as token_queries
from feedback_app.tokens.codes import BadCode, Token
from feedback_app.tokens.commands import Stage
from feedback_app.tokens.installed import codes

# A page that is not enrolled is anybody: it cannot say that somebody stood there long ago.
OLDEST: Final = timedelta(hours=24)


class WrongAssignment(Invalid):
    """An answer names no place where this device ever stood."""


class Unstorable(Invalid):
    """The database has no room for what an item says."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item: an outcome of surveys' Receipt, or `refused` with the reason."""

    id: str | None
    outcome: str
    sealed: bool
    error: Refused | None = None

    def as_json(self) -> dict[str, Any]:
        told = {"id": self.id, "outcome": self.outcome, "sealed": self.sealed}
        return told if self.error is None else told | {"field": self.error.field, "message": i18n.say(self.error)}


class Sender(Protocol):
    """Who delivers: from when on it can have been touched, and whose answer an item is."""

    device_id: UUID | None

    def not_before(self, item: Item) -> datetime: ...

    def stage(self, item: Item) -> Stage | None: ...

    def command(self, item: Item, answered_at: datetime) -> SubmitResponse: ...


class EnrolledSender:
    """A device of the fleet, for every place where it stood.

    Where its place now asks another questionnaire, what it asked before still counts: only the server told it
    what to ask.
    """

    def __init__(self, session: Session, device: DeviceView) -> None:
        self.device_id: UUID | None = device.id
        self._id = device.id
        self._session = session
        self._assignments = {each.id: each for each in queries.assignments(session, device.id)}
        self._spots: dict[tuple[int, date], Spot] = {}

    def not_before(self, item: Item) -> datetime:
        return self._assignment(item).starts_at

    def stage(self, item: Item) -> Stage | None:
        return self._assignment(item).position.stage

    def command(self, item: Item, answered_at: datetime) -> SubmitResponse:
        assignment = self._assignment(item)
        spot = self._spot(assignment, local_day(answered_at))
        token, stage = _named(self._session, item, spot, assignment.position.stage, answered_at)
        return item.command(
            spot,
            stage=stage,
            token=token,
            device_id=self._id,
            assisted=item.assisted,
            answered_at=answered_at,
        )

    def _assignment(self, item: Item) -> AssignmentView:
        found = self._assignments.get(item.assignment_id or 0)
        if found is None:
            raise WrongAssignment(N_("Phiếu không ghi đúng nơi đặt ki-ốt này."), field="assignment")
        return found

    def _spot(self, assignment: AssignmentView, day: date) -> Spot:
        key = assignment.id, day
        if key not in self._spots:
            self._spots[key] = departments.spot_of(
                self._session,
                place_id=assignment.position.place_id,
                counter_id=assignment.position.counter_id,
                on=day,
            )
        return self._spots[key]


class PageSender:
    """The kiosk page of a place, opened by anybody. One load of it counts as one device."""

    device_id: UUID | None = None

    def __init__(self, place: str, counter: str | None, *, now: datetime) -> None:
        self._place = place
        self._counter = counter
        self._now = now

    def not_before(self, item: Item) -> datetime:  # noqa: ARG002  # the same for all
        return self._now - OLDEST

    def stage(self, item: Item) -> Stage | None:  # noqa: ARG002  # the same for all
        return None

    def command(self, item: Item, answered_at: datetime) -> SubmitResponse:
        door = doors().find(db.session, place=self._place, counter=self._counter, kind="kiosk", now=answered_at)
        door.of_its_kind(survey_queries.version(db.session(), item.version_id))
        token, stage = _named(db.session(), item, door.spot, None, answered_at)
        return item.command(
            door.spot,
            stage=stage,
            token=token,
            device_id=item.touched.boot,
            assisted=False,
            answered_at=answered_at,
        )


def _named(
    session: Session, item: Item, spot: Spot, stage: Stage | None, answered_at: datetime
) -> tuple[Token | None, Stage | None]:
    """The dossier an item names and the stage it counts at: that of the spot for a code that was typed, and for the
    token of a call that for which its office named it.

    What is neither is left out: its citizen is gone, and an answer counts without a code, too.
    """
    token, called = _token(item.dossier, stage)
    if token is not None and called:
        concerned = {spot.receiving_department_id, spot.rated_department_id}
        for_stage = token_queries.issued_stage(session, token, department_ids=concerned, day=local_day(answered_at))
        return (None, stage) if for_stage is None else (token, for_stage)
    return token, stage


def _dossier(item: Item | Unreadable, sender: Sender) -> Token | None:
    """The token that an item may spend."""
    if isinstance(item, Unreadable):
        return None
    with suppress(Invalid):
        return _token(item.dossier, sender.stage(item))[0]
    return None


def _token(written: str, stage: Stage | None) -> tuple[Token | None, bool]:
    """The token of a code that was typed, or the one that a call brought; and whether it is such a one."""
    try:
        return codes().token(written, stage), False
    except BadCode:
        return Token.read(written), True


def deliver(session: Session, batch: Batch, sender: Sender, *, now: datetime, rapid_seconds: int) -> list[Result]:
    """Store every item that can be stored; one result each, in their order."""
    # A repeated press is told by the touch before it, so what one device delivers waits for what it delivered before.
    device_id = sender.device_id or (batch.uploaded.boot if batch.uploaded else None)
    lock(session, "kiosks.deliveries", device_id)
    # Two devices that name the same dossiers in another order would wait for each other in a circle.
    tokens.take_turns(session, {token for item in batch.items if (token := _dossier(item, sender))})
    results: dict[int, Result] = {}
    for place, item in _in_turn(batch.items):
        if isinstance(item, Unreadable):
            results[place] = Result(item.id, "refused", sealed=False, error=item.error)
        else:
            results[place] = _deliver(session, item, batch, sender, now=now, rapid_seconds=rapid_seconds)
    return [results[place] for place in range(len(batch.items))]


def _in_turn(items: Iterable[Item | Unreadable]) -> list[tuple[int, Item | Unreadable]]:
    """By id, so that two deliveries of the same responses wait for each other and never in a circle.

    Ids grow with time, and deliveries of one response keep their order.
    """
    return sorted(enumerate(items), key=lambda each: str(each[1].id))


def _deliver(
    session: Session, item: Item, batch: Batch, sender: Sender, *, now: datetime, rapid_seconds: int
) -> Result:
    known = None if item.known_ms is None else timedelta(milliseconds=item.known_ms)
    try:
        with session.begin_nested():
            corrected = correct(item.touched, known, batch.uploaded, now=now, not_before=sender.not_before(item))
            command = sender.command(item, corrected.answered_at)
            receipt = surveys.submit(session, command, now=now, rapid_seconds=rapid_seconds)
            if item.lookup is not None and receipt.outcome in ("stored", "completed", "same"):
                surveys.keep_lookup(session, receipt.id, item.lookup)
            if receipt.outcome == "stored":
                operations.note_reading(
                    session,
                    item.id,
                    device_id=sender.device_id,
                    sequence=item.sequence,
                    device_clock=item.touched.clock,
                    known_ms=item.known_ms,
                    corrected=corrected,
                )
    except Refused as error:
        return Result(str(item.id), "refused", sealed=False, error=error)
    except (DataError, IntegrityError):
        fault = Unstorable(N_("Phiếu có nội dung không lưu được."), field="body")
        return Result(str(item.id), "refused", sealed=False, error=fault)
    return Result(str(item.id), receipt.outcome, receipt.sealed)
