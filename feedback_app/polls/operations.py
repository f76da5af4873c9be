"""Opening polls, taking ballots, and counting a day's ballots again."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from feedback_app import recounts
from feedback_app.kit import locks
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid, NotFound
from feedback_app.kit.text import normalise, slug
from feedback_app.polls.commands import NewOption, NewPoll, SubmitBallot
from feedback_app.polls.models import Ballot, Poll, PollDay, PollDayVotes, PollOption
from feedback_app.recounts import Bucket


class NoSuchPoll(NotFound):
    """No poll has this id."""


class PollNotOpen(Conflict):
    """A ballot came before the poll opened or after it closed."""


class BadBallot(Invalid):
    """The choice on the ballot is not one this poll allows."""


class BadPoll(Invalid):
    """A new poll breaks a rule of polls."""


class PollTaken(Conflict):
    """Another poll has this slug, and differs in what its voters saw."""


def create_poll(session: Session, new: NewPoll) -> int:
    """Store a poll with its options and return its id; raises BadPoll, or PollTaken for a slug in use."""
    new = _checked(new)
    found: int | None = session.scalar(
        upsert(Poll)
        .values(
            slug=new.slug,
            question=new.question,
            question_en=new.question_en,
            several=new.several,
            opens_at=new.opens_at,
            closes_at=new.closes_at,
            reported_participants=new.reported_participants,
            reported_source=new.reported_source,
        )
        .on_conflict_do_nothing(index_elements=[Poll.slug])
        .returning(Poll.id)
    )
    if found is None:
        raise PollTaken(N_("Đã có cuộc bình chọn mang tên đường dẫn “%(slug)s”."), field="slug", slug=new.slug)
    session.execute(
        insert(PollOption),
        [
            {
                "poll_id": found,
                "position": position,
                "text": option.text,
                "text_en": option.text_en,
                "praises": option.praises,
            }
            for position, option in enumerate(new.options, start=1)
        ],
    )
    return found


def import_poll(session: Session, new: NewPoll) -> tuple[int, bool]:
    """Create a poll, or bring one with the same slug up to date; returns its id and whether it is new.

    Closing time, reported participants and translations may change. What voters saw - question, options, single or
    several, opening - may not: the votes already cast answered that. Raises PollTaken then.
    """
    new = _checked(new)
    known = session.scalar(select(Poll).where(Poll.slug == new.slug).with_for_update())
    if known is None:
        return create_poll(session, new), True
    options = session.scalars(
        select(PollOption).where(PollOption.poll_id == known.id).order_by(PollOption.position)
    ).all()
    seen = (known.question, known.several, known.opens_at, [(o.text, o.praises) for o in options])
    if seen != (new.question, new.several, new.opens_at, [(o.text, o.praises) for o in new.options]):
        raise PollTaken(
            N_(
                "Cuộc bình chọn “%(slug)s” đã có với câu hỏi, phương án hoặc ngày mở khác. "
                "Hãy đặt tên đường dẫn khác cho cuộc bình chọn mới."
            ),
            field="slug",
            slug=new.slug,
        )
    known.question_en = new.question_en
    known.closes_at = new.closes_at
    known.reported_participants = new.reported_participants
    known.reported_source = new.reported_source
    for stored, option in zip(options, new.options, strict=True):
        stored.text_en = option.text_en
    session.flush()
    return known.id, False


def cast(session: Session, command: SubmitBallot, *, now: datetime) -> bool:
    """Store a ballot and ask for its day to be counted; True when it is new.

    A ballot whose id is already stored changes nothing, whatever it ticks: the first delivery stands. Raises
    NoSuchPoll, PollNotOpen, or BadBallot (field `options`).
    """
    poll = session.execute(
        select(Poll.several, Poll.opens_at, Poll.closes_at).where(Poll.id == command.poll_id)
    ).one_or_none()
    if poll is None:
        raise NoSuchPoll(N_("Không có cuộc bình chọn này."))
    if session.scalar(select(Ballot.id).where(Ballot.id == command.ballot_id)):
        return False
    if now < poll.opens_at:
        raise PollNotOpen(N_("Cuộc bình chọn chưa mở."))
    if poll.closes_at is not None and now >= poll.closes_at:
        raise PollNotOpen(N_("Cuộc bình chọn đã đóng, không nhận thêm phiếu."))
    chosen = sorted(set(command.option_ids))
    allowed = set(session.scalars(select(PollOption.id).where(PollOption.poll_id == command.poll_id)))
    if not chosen:
        raise BadBallot(N_("Hãy chọn một phương án rồi bấm “Bình chọn”."), field="options")
    if not allowed.issuperset(chosen):
        raise BadBallot(N_("Phương án đã chọn không có trong cuộc bình chọn này."), field="options")
    if len(chosen) > 1 and not poll.several:
        raise BadBallot(N_("Cuộc bình chọn này chỉ chọn một phương án."), field="options")
    stored = session.scalar(
        upsert(Ballot)
        .values(
            id=command.ballot_id,
            poll_id=command.poll_id,
            option_ids=chosen,
            cast_at=now,
            demonstration=command.demonstration,
        )
        .on_conflict_do_nothing(index_elements=[Ballot.id])
        .returning(Ballot.id)
    )
    if stored is None:
        return False
    recounts.request(session, "polls", [Bucket(command.poll_id, local_day(now))], now=now)
    return True


def recount_pending(session: Session, *, limit: int) -> int:
    """Count the days that were asked for again; returns how many requests that settled."""
    claimed = recounts.claim(session, "polls", limit=limit)
    for bucket in claimed.buckets:
        # Two workers may hold requests for one day. The lock comes before the count, so that the later of the two
        # counts what the earlier one's requests were about as well.
        locks.lock(session, "poll", bucket.subject_id, bucket.day)
    for bucket in claimed.buckets:
        _recount(session, bucket.subject_id, bucket.day)
    recounts.settle(session, claimed)
    return len(claimed.request_ids)


def request_days(session: Session, *, since: date, now: datetime) -> int:
    """Ask for every poll's days from `since` on to be counted again; returns how many. For the nightly sweep."""
    rows = session.execute(
        select(Ballot.poll_id, Ballot.cast_on)
        .where(Ballot.cast_on >= since)
        .union(select(PollDay.poll_id, PollDay.day).where(PollDay.day >= since))
    ).all()
    recounts.request(session, "polls", [Bucket(poll_id, day) for poll_id, day in rows], now=now)
    return len(rows)


def remove_demonstration(session: Session, *, now: datetime) -> int:
    """Delete demonstration ballots, ask for their days to be counted again, and return how many there were."""
    rows = session.execute(delete(Ballot).where(Ballot.demonstration).returning(Ballot.poll_id, Ballot.cast_on)).all()
    recounts.request(session, "polls", sorted({Bucket(poll_id, day) for poll_id, day in rows}), now=now)
    return len(rows)


def _recount(session: Session, poll_id: int, day: date) -> None:
    options = select(PollOption.id).where(PollOption.poll_id == poll_id)
    session.execute(delete(PollDay).where(PollDay.poll_id == poll_id, PollDay.day == day))
    session.execute(delete(PollDayVotes).where(PollDayVotes.option_id.in_(options), PollDayVotes.day == day))
    of_day = (Ballot.poll_id == poll_id, Ballot.cast_on == day)
    session.execute(
        insert(PollDay).from_select(
            ["poll_id", "day", "ballots"],
            select(Ballot.poll_id, Ballot.cast_on, func.count())
            .where(*of_day)
            .group_by(Ballot.poll_id, Ballot.cast_on),
        )
    )
    ticked = select(func.unnest(Ballot.option_ids).label("option_id"), Ballot.cast_on).where(*of_day).subquery()
    session.execute(
        insert(PollDayVotes).from_select(
            ["option_id", "day", "votes"],
            select(ticked.c.option_id, ticked.c.cast_on, func.count()).group_by(ticked.c.option_id, ticked.c.cast_on),
        )
    )


def _checked(new: NewPoll) -> NewPoll:
    """`new` with its texts in normal form; raises BadPoll naming the field."""
    new = replace(
        new,
        question=normalise(new.question),
        options=tuple(NewOption(normalise(option.text), option.text_en, option.praises) for option in new.options),
    )
    if not new.slug or new.slug != slug(new.slug):
        raise BadPoll(N_("Tên đường dẫn chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối."), field="slug")
    if not new.question:
        raise BadPoll(N_("Thiếu câu hỏi bình chọn."), field="question")
    texts = [option.text for option in new.options]
    if len(texts) < 2 or not all(texts):
        raise BadPoll(N_("Cuộc bình chọn cần ít nhất hai phương án."), field="options")
    if len(set(texts)) < len(texts):
        raise BadPoll(N_("Có phương án bị lặp lại."), field="options")
    if new.closes_at is not None and new.closes_at <= new.opens_at:
        raise BadPoll(N_("Thời điểm đóng phải sau thời điểm mở."), field="closes_at")
    if new.reported_participants is not None and new.reported_participants < 0:
        raise BadPoll(N_("Số lượt tham gia không thể âm."), field="reported_participants")
    if (new.reported_participants is None) != (not new.reported_source):
        raise BadPoll(N_("Số lượt tham gia được báo cáo phải đi cùng nguồn của nó."), field="reported_source")
    return new
