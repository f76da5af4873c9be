"""Invented responses, each with the moment it would have arrived: a year of honest ones, and some that are not."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from feedback_app.demo.office import OFFICES, RESPONSES_A_WORKDAY, working
from feedback_app.departments import queries as department_queries
from feedback_app.departments.queries import Spot
from feedback_app.kit.clock import VIETNAM, local_day
from feedback_app.surveys import queries as survey_queries
from feedback_app.surveys.commands import Channel, SubmitResponse
from feedback_app.surveys.versions import QuestionView, VersionView

DOORS: Final[dict[str, dict[Channel, float]]] = {
    "dong-hoi": {"kiosk": 0.66, "qr": 0.14, "web": 0.05, "paper": 0.15},
    "dong-thuan": {"kiosk": 0.52, "qr": 0.12, "web": 0.04, "paper": 0.32},
    "dong-son": {"kiosk": 0.30, "qr": 0.08, "web": 0.02, "paper": 0.60},
}
# Visitors by hour of the working day, morning busier than afternoon, nobody over lunch.
HOURS: Final = {7: 6, 8: 19, 9: 22, 10: 18, 11: 5, 13: 9, 14: 16, 15: 13, 16: 8}
PARTIAL: Final = 0.06
RAPID: Final = 0.012
ASSISTED: Final = 0.04
COMMENTED: Final = 0.03
# Of those who fill a form and name their field, how many name the procedure too.
NAMES_PROCEDURE: Final = 0.6
PROCEDURES_SEED: Final = 20211026
COMMENTS: Final = (
    "Hướng dẫn rõ ràng, dễ hiểu. (ý kiến trình diễn)",
    "Chờ hơi lâu vào buổi sáng thứ Hai. (ý kiến trình diễn)",
    "Mong có thêm ghế ngồi ở khu vực chờ. (ý kiến trình diễn)",
    "Trả kết quả trước hẹn, cảm ơn cán bộ quầy. (ý kiến trình diễn)",
    "Phải quay lại bổ sung giấy tờ một lần. (ý kiến trình diễn)",
    "Gọi số 0000 000 000 không ai nghe máy. (ý kiến trình diễn)",
    "Hồ sơ H00.00-000000-0000 trả chậm 2 ngày so với giấy hẹn. (ý kiến trình diễn)",
    "Xin báo kết quả về nguoi-dan@example.vn giúp. (ý kiến trình diễn)",
)
ADVERTISEMENT: Final = "Bán hàng giá rẻ, gọi 0000 000 000. (ý kiến trình diễn)"


def responses(
    session: Session, rng: random.Random, now: datetime, keyer_id: int, months: int
) -> Iterator[tuple[SubmitResponse, datetime]]:
    """Invented responses with the moment each arrived, in order of the day they were answered."""
    today = local_day(now)
    spots = {
        office: department_queries.spot(session, place=office.place, counter=office.counter, on=today)
        for office in OFFICES
    }
    versions = {
        (spot.place_id, door): survey_queries.version_at(session, place_id=spot.place_id, door=door)
        for spot in spots.values()
        for door in ("kiosk", "web")
    }
    # Where no counter tells the field, whoever fills a form names it; a touch at the kiosk does not.
    settled = sorted({spot.field_id for spot in spots.values() if spot.field_id is not None})
    named = cycle(settled)
    procedures = {field_id: department_queries.procedures(session, field_ids=[field_id]) for field_id in settled}
    # Apart, so that the other answers are the same without it.
    choosing = random.Random(PROCEDURES_SEED)  # noqa: S311  # invented answers, no secrets
    first = today - timedelta(days=365 * months // 12)
    for offset in range((today - first).days + 1):
        day = first + timedelta(days=offset)
        progress = offset / (today - first).days
        for office in rng.choices(OFFICES, [each.weight for each in OFFICES], k=_busy(rng, day)):
            spot = spots[office]
            channel = rng.choices(*zip(*DOORS[office.place].items(), strict=True))[0]
            version = versions[spot.place_id, "kiosk" if channel == "kiosk" else "web"]
            content = office.content_first + (office.content_last - office.content_first) * progress
            answered = _answered_at(rng, day, channel)
            received = _received_at(rng, answered, channel)
            if received > now:
                continue
            command = _response(rng, spot, version, channel, answered, content, keyer_id)
            if spot.field_id is None and channel != "kiosk":
                command = replace(command, field_id=next(named))
            if channel != "kiosk" and command.field_id and choosing.random() < NAMES_PROCEDURE:
                # The first of a field is asked for most.
                own = procedures[command.field_id]
                weights = [1 / place for place in range(1, len(own) + 1)]
                command = replace(command, procedure_id=choosing.choices(own, weights)[0].id) if own else command
            yield command, received
            if channel == "kiosk" and rng.random() < RAPID:
                soon = timedelta(seconds=rng.uniform(1, 4))
                yield (
                    _response(rng, spot, version, channel, answered + soon, content, keyer_id),
                    received + soon,
                )


def doubtful_days(now: datetime) -> list[date]:
    """The last four working days, the latest first."""
    today = local_day(now)
    return [day for age in range(1, 30) if working(day := today - timedelta(days=age))][:4]


def doubtful_responses(
    session: Session, rng: random.Random, now: datetime, keyer_id: int
) -> Iterator[tuple[SubmitResponse, datetime]]:
    """What nobody would want among the answers, for the review queue to find: a finger on a kiosk, twice; a stack keyed
    late in the evening; another keyed without being read."""
    today = local_day(now)
    newest, second, third, oldest = doubtful_days(now)
    for day, place, hour, count in ((newest, "dong-hoi", 15, 46), (third, "dong-thuan", 10, 34)):
        spot = department_queries.spot(session, place=place, counter="quay-3", on=today)
        version = survey_queries.version_at(session, place_id=spot.place_id, door="kiosk")
        for number in range(count):
            at = datetime.combine(day, time(hour, 12), VIETNAM) + timedelta(seconds=9 * number)
            yield _response(rng, spot, version, "kiosk", at, 1, keyer_id), at
    for day, place, begun, seconds, count in (
        (second, "dong-son", time(21, 40), 50, 14),
        (oldest, "dong-hoi", time(16, 30), 2, 18),
    ):
        spot = department_queries.spot(session, place=place, on=today)
        version = survey_queries.version_at(session, place_id=spot.place_id, door="web")
        answered = datetime.combine(day, time(12), VIETNAM)
        for number in range(count):
            keyed = datetime.combine(day, begun, VIETNAM) + timedelta(seconds=seconds * number)
            yield _response(rng, spot, version, "paper", answered, 0.95, keyer_id), keyed


def _busy(rng: random.Random, day: date) -> int:
    """How many people answer on this day: nobody on Sundays and holidays, few on Saturdays, most on Mondays."""
    if not working(day):
        return 0
    usual = RESPONSES_A_WORKDAY * (1.25, 1.05, 1.0, 0.95, 0.9, 0.2)[day.weekday()]
    return max(0, round(rng.gauss(usual, usual / 6)))


def _answered_at(rng: random.Random, day: date, channel: Channel) -> datetime:
    if channel == "paper":
        return datetime.combine(day, time(12), VIETNAM)
    hour = rng.choices(*zip(*HOURS.items(), strict=True))[0]
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), VIETNAM)


def _received_at(rng: random.Random, answered: datetime, channel: Channel) -> datetime:
    """Paper is keyed on the next working day or up to nine days late; everything else arrives at once."""
    if channel != "paper":
        return answered
    days = rng.choices((1, 2, 3, 5, 9), (50, 20, 15, 10, 5))[0]
    keyed = answered + timedelta(days=days, seconds=rng.randrange(3600, 5 * 3600))
    while not working(keyed.date()):
        keyed += timedelta(days=1)
    return keyed


def _response(
    rng: random.Random,
    spot: Spot,
    version: VersionView,
    channel: Channel,
    answered: datetime,
    content: float,
    keyer_id: int,
) -> SubmitResponse:
    overall = _level(rng, version.overall, content)
    partial = channel == "kiosk" and rng.random() < PARTIAL
    answers: dict[str, tuple[str, ...]] = {version.overall.key: (overall,)}
    if not partial:
        answers |= _more_answers(rng, version, overall, content)
    texts = [question.key for question in version.questions if question.kind == "text"]
    written = texts and not partial and rng.random() < COMMENTED
    comments = {texts[0]: rng.choice((*COMMENTS, ADVERTISEMENT))} if written else {}
    return SubmitResponse(
        id=UUID(int=rng.getrandbits(128), version=4),
        version_id=version.id,
        channel=channel,
        place_id=spot.place_id,
        counter_id=spot.counter_id,
        receiving_department_id=spot.receiving_department_id,
        rated_department_id=spot.rated_department_id,
        field_id=spot.field_id,
        answers=answers,
        comments=comments,
        answered_at=answered,
        sealed=not partial,
        assisted=rng.random() < ASSISTED,
        device_id=UUID(int=spot.place_id << 64 | (spot.counter_id or 0)) if channel == "kiosk" else None,
        keyer_id=keyer_id if channel == "paper" else None,
        demonstration=True,
    )


def _more_answers(rng: random.Random, version: VersionView, overall: str, content: float) -> dict[str, tuple[str, ...]]:
    picked = version.overall.choice(overall)
    outcome = picked.outcome if picked else None
    answers: dict[str, tuple[str, ...]] = {}
    for question in version.questions:
        if question.overall or question.kind == "text" or (question.shown_for and outcome not in question.shown_for):
            continue
        if question.kind == "several":
            reasons = [choice.key for choice in question.choices]
            answers[question.key] = tuple(rng.sample(reasons, rng.choices((0, 1, 2), (45, 40, 15))[0]))
        elif rng.random() < 0.9:
            answers[question.key] = (_level(rng, question, content),)
    return {key: keys for key, keys in answers.items() if keys}


def _level(rng: random.Random, question: QuestionView, content: float) -> str:
    """A level of the scale, best first: the upper half in a share of `content`, the rest thinning out downwards."""
    count = len(question.choices)
    upper = 2 if count > 3 else (count + 1) // 2
    good = [content * share for share in ((0.45, 0.55) if upper == 2 else (1.0,))]
    bad = [(1 - content) * 0.6**rank for rank in range(count - upper)]
    return rng.choices([choice.key for choice in question.choices], good + bad)[0]
