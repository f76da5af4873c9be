"""Open polls: one question, open for a time, counting votes and not people."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class Poll(Model):
    """`reported_participants` comes from an earlier site, its split over the options unknown; it is never added in."""

    __tablename__ = "polls"
    __table_args__ = (CheckConstraint("closes_at > opens_at", name="closes_after_opening"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    question: Mapped[str]
    question_en: Mapped[str | None]
    several: Mapped[bool]
    opens_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closes_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reported_participants: Mapped[int | None]
    reported_source: Mapped[str | None]


class PollOption(Model):
    """`praises` says that picking it can only flatter; a poll whose every option praises carries a warning."""

    __tablename__ = "poll_options"
    __table_args__ = (UniqueConstraint("poll_id", "position"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("polls.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str]
    text_en: Mapped[str | None]
    praises: Mapped[bool]


class Ballot(Model):
    """One vote as cast; its id is made with the form, so that a repeated delivery is one ballot."""

    __tablename__ = "ballots"
    __table_args__ = (Index("ix_ballots_poll_id_cast_on", "poll_id", "cast_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("polls.id"))
    option_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    cast_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    cast_on: Mapped[date] = mapped_column(Computed("(cast_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date", persisted=True))
    demonstration: Mapped[bool] = mapped_column(default=False)


class PollDay(Model):
    """Ballots of one day, recounted."""

    __tablename__ = "poll_days"

    poll_id: Mapped[int] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    ballots: Mapped[int]


class PollDayVotes(Model):
    """Votes for one option on one day, recounted; with several choices they add up to more than the ballots."""

    __tablename__ = "poll_day_votes"

    option_id: Mapped[int] = mapped_column(ForeignKey("poll_options.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    votes: Mapped[int]
