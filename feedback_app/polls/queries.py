"""What pages may know of polls: the question, whether it is open, and results summed from the daily tallies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.numbers import percent_of
from feedback_app.polls.models import Poll, PollDay, PollDayVotes, PollOption


@dataclass(frozen=True, slots=True)
class OptionView:
    id: int
    text: str
    text_en: str | None
    praises: bool


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll at one moment. `last_day` is the last day on which a vote could be cast, None while no end is set."""

    id: int
    slug: str
    question: str
    question_en: str | None
    several: bool
    opens_at: datetime
    closes_at: datetime | None
    is_open: bool
    has_closed: bool
    options: tuple[OptionView, ...]
    reported_participants: int | None
    reported_source: str | None

    @property
    def only_praise(self) -> bool:
        """True when no answer can say anything but praise, so that the result cannot show satisfaction."""
        return all(option.praises for option in self.options)

    @property
    def first_day(self) -> date:
        return local_day(self.opens_at)

    @property
    def last_day(self) -> date | None:
        return local_day(self.closes_at - timedelta(microseconds=1)) if self.closes_at else None


@dataclass(frozen=True, slots=True)
class OptionResult:
    """Votes for one option, beside all `ballots` of the poll."""

    text: str
    text_en: str | None
    votes: int
    ballots: int

    @property
    def share(self) -> Decimal | None:
        """Percent of ballots that hold this option, one decimal, half up; None without ballots.

        With several choices the shares add up to more than 100: each is a share of ballots, not of ticks.
        """
        return percent_of(self.votes, self.ballots, 1) if self.ballots else None


@dataclass(frozen=True, slots=True)
class PollResults:
    ballots: int
    options: tuple[OptionResult, ...]


def open_poll(session: Session, *, now: datetime) -> PollView | None:
    """The newest poll that takes votes at `now`."""
    found = session.scalar(
        select(Poll)
        .where(Poll.opens_at <= now, or_(Poll.closes_at.is_(None), Poll.closes_at > now))
        .order_by(Poll.opens_at.desc(), Poll.id.desc())
        .limit(1)
    )
    return _view(session, found, now) if found else None


def poll(session: Session, *, slug: str, now: datetime) -> PollView | None:
    """The poll known as `slug`, open or not."""
    found = session.scalar(select(Poll).where(Poll.slug == slug))
    return _view(session, found, now) if found else None


def polls(session: Session, *, now: datetime) -> tuple[PollView, ...]:
    """Every poll, newest first."""
    found = session.scalars(select(Poll).order_by(Poll.opens_at.desc(), Poll.id.desc())).all()
    return tuple(_view(session, each, now) for each in found)


def results(session: Session, *, poll_id: int) -> PollResults:
    """Ballots and votes for each option, summed over the recounted days."""
    ballots = session.scalar(select(func.coalesce(func.sum(PollDay.ballots), 0)).where(PollDay.poll_id == poll_id)) or 0
    rows = session.execute(
        select(
            PollOption.text,
            PollOption.text_en,
            func.coalesce(func.sum(PollDayVotes.votes), 0).label("votes"),
        )
        .outerjoin(PollDayVotes, PollDayVotes.option_id == PollOption.id)
        .where(PollOption.poll_id == poll_id)
        .group_by(PollOption.id)
        .order_by(PollOption.position)
    ).all()
    return PollResults(
        ballots=ballots,
        options=tuple(OptionResult(row.text, row.text_en, row.votes, ballots) for row in rows),
    )


def _view(session: Session, found: Poll, now: datetime) -> PollView:
    options: Sequence[PollOption] = session.scalars(
        select(PollOption).where(PollOption.poll_id == found.id).order_by(PollOption.position)
    ).all()
    has_closed = found.closes_at is not None and found.closes_at <= now
    return PollView(
        id=found.id,
        slug=found.slug,
        question=found.question,
        question_en=found.question_en,
        several=found.several,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        is_open=found.opens_at <= now and not has_closed,
        has_closed=has_closed,
        options=tuple(OptionView(each.id, each.text, each.text_en, each.praises) for each in options),
        reported_participants=found.reported_participants,
        reported_source=found.reported_source,
    )
