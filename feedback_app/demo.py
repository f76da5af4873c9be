"""Demonstration data: the shipped register, twelve months of invented answers, accounts to try.

The answers are invented, marked as demonstration, and written through the same operations as real ones, each at the
moment it would have arrived. The same day always gives the same data.
"""

import csv
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from feedback_app.appraisal import operations as appraisal
from feedback_app.appraisal.commands import AppraiseOfficer
from feedback_app.articles import operations as articles
from feedback_app.articles.reading import read_article
from feedback_app.departments import operations as departments
from feedback_app.departments import queries as department_queries
from feedback_app.departments import sheets
from feedback_app.departments.queries import Spot
from feedback_app.dossiers import operations as dossiers
from feedback_app.dossiers import sheets as dossier_sheets
from feedback_app.dossiers.commands import DayLine
from feedback_app.dossiers.figures import DossierCounts
from feedback_app.exclusions import operations as exclusions
from feedback_app.exclusions import queries as exclusion_queries
from feedback_app.kit.clock import VIETNAM, local_day
from feedback_app.polls import operations as polls
from feedback_app.polls import queries as poll_queries
from feedback_app.polls.commands import SubmitBallot
from feedback_app.polls.files import read_poll
from feedback_app.ratings import operations as ratings
from feedback_app.ratings import watch
from feedback_app.ratings.commands import ReportRating
from feedback_app.ratings.periods import Kind, Period, last, period_of, previous
from feedback_app.ratings.schemes import Points
from feedback_app.staff import operations as staff
from feedback_app.staff import queries as staff_queries
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as survey_queries
from feedback_app.surveys.commands import Channel, SubmitResponse
from feedback_app.surveys.definitions import read_definition
from feedback_app.surveys.versions import QuestionView, VersionView
from feedback_app.visits import operations as visits

if TYPE_CHECKING:
    from config import Minima

SEED: Final = 20211025
MONTHS: Final = 12
DATA: Final = resources.files("feedback_app") / "demo_data"
QUESTIONNAIRES: Final = resources.files("feedback_app.surveys") / "questionnaires"

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Account:
    """A demonstration account; its password is no secret, which is why production refuses to load it."""

    username: str
    display_name: str
    role: Literal["staff", "manager", "administrator"]
    department: str | None
    password: str


ACCOUNTS: Final = (
    Account("canbo", "Cán bộ một cửa (trình diễn)", "staff", "phuong-dong-hoi", "trinh-dien-can-bo"),
    Account("quanly", "Người quản lý (trình diễn)", "manager", None, "trinh-dien-quan-ly"),
    Account("quantri", "Quản trị viên (trình diễn)", "administrator", None, "trinh-dien-quan-tri"),
)

ADDRESSES: Final = (
    ("Trang chủ", "/"),
    ("Kết quả", "/ket-qua"),
    ("Ki-ốt", "/ki-ot/dong-hoi"),
    ("Điện thoại", "/khao-sat/dong-hoi"),
    ("Nhập phiếu", "/nhap-phieu"),
    ("Quản lý", "/quan-ly"),
)


@dataclass(frozen=True, slots=True)
class OfficerWork:
    """An invented officer: how many dossiers a quarter, and the points an index of one hundred of them adds up to."""

    code: str
    department: str
    dossiers: int
    points: dict[int, int]


# One with the full duties done, one somewhat and one far below, and one with too few dossiers to say anything.
OFFICERS: Final = (
    OfficerWork("CB-01 (trình diễn)", "phuong-dong-hoi", 420, {1: 174, 2: 170, 3: 152, 4: 103, 7: 168}),
    OfficerWork("CB-02 (trình diễn)", "phuong-dong-hoi", 365, {1: 103, 2: 98, 3: 104, 4: 72, 7: 94}),
    OfficerWork("CB-03 (trình diễn)", "phuong-dong-hoi", 18, {1: 150, 2: 150, 3: 140, 4: 100, 7: 130}),
    OfficerWork("CB-04 (trình diễn)", "phuong-dong-thuan", 240, {1: 71, 2: 66, 3: 62, 4: 58, 7: 70}),
)


@dataclass(frozen=True, slots=True)
class Office:
    """How busy a counter is, and what fraction of its visitors is content at the start and at the end of the year."""

    place: str
    counter: str | None
    weight: float
    content_first: float
    content_last: float


# Uneven on purpose: busy and quiet, improving and slipping, and one so quiet that most of its periods are too small.
OFFICES: Final = (
    Office("dong-hoi", None, 20, 0.86, 0.91),
    Office("dong-hoi", "quay-1", 13, 0.88, 0.92),
    Office("dong-hoi", "quay-2", 15, 0.90, 0.93),
    Office("dong-hoi", "quay-3", 8, 0.66, 0.79),
    Office("dong-hoi", "quay-4", 6, 0.82, 0.84),
    Office("dong-hoi", "quay-5", 4, 0.87, 0.85),
    Office("dong-thuan", None, 11, 0.84, 0.86),
    Office("dong-thuan", "quay-1", 6, 0.87, 0.88),
    Office("dong-thuan", "quay-2", 6, 0.85, 0.89),
    Office("dong-thuan", "quay-3", 4, 0.74, 0.68),
    Office("dong-son", None, 5, 0.88, 0.90),
    Office("dong-son", "quay-1", 2, 0.90, 0.90),
    Office("dong-son", "quay-2", 0.6, 0.92, 0.92),
)
DOORS: Final[dict[str, dict[Channel, float]]] = {
    "dong-hoi": {"kiosk": 0.66, "qr": 0.14, "web": 0.05, "paper": 0.15},
    "dong-thuan": {"kiosk": 0.52, "qr": 0.12, "web": 0.04, "paper": 0.32},
    "dong-son": {"kiosk": 0.30, "qr": 0.08, "web": 0.02, "paper": 0.60},
}
# How many dossiers there are to one person who rates; people rate seldom.
DOSSIERS_TO_A_RATING: Final = 4
DOSSIER_SOURCE: Final = "Dữ liệu trình diễn"
WEB_QUESTIONNAIRE: Final = {"dong-hoi": "tt32", "dong-thuan": "sipas", "dong-son": "tt01"}
RESPONSES_A_WORKDAY: Final = 73
# Visitors by hour of the working day, morning busier than afternoon, nobody over lunch.
HOURS: Final = {7: 6, 8: 19, 9: 22, 10: 18, 11: 5, 13: 9, 14: 16, 15: 13, 16: 8}
PARTIAL: Final = 0.06
RAPID: Final = 0.012
ASSISTED: Final = 0.04
COMMENTED: Final = 0.03
CLOSED: Final = frozenset(
    {date(2026, 1, 1), *(date(2026, 2, day) for day in range(14, 23)), date(2026, 4, 30), date(2026, 5, 1)}
    | {date(2026, 9, 1), date(2026, 9, 2), date(2027, 1, 1)}
)
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
# The newest comments wait, so that the reviewer's page has something to do.
UNREVIEWED_DAYS: Final = 7


def is_empty(session: Session) -> bool:
    """Whether nothing was ever set up here: no department at all."""
    return not department_queries.exist(session)


def load(
    session: Session, *, now: datetime, minima: "Minima", rapid_seconds: int, report: Report, months: int = MONTHS
) -> None:
    """Set up the demonstration office and its year. The caller commits; `report` is told how far it is."""
    _load_register(session, now)
    _load_questionnaires(session, now)
    people = _load_accounts(session, now)
    _load_reported(session, now)
    _load_dossiers(session, now)
    rng = random.Random(SEED)  # noqa: S311  # repeatable on purpose, and nothing secret
    stored = 0
    for command, received_at in _responses(session, rng, now, people["canbo"].id, months):
        surveys.submit(session, command, now=received_at, rapid_seconds=rapid_seconds)
        stored += 1
        if stored % 2000 == 0:
            report(f"Đã ghi {stored} phiếu trình diễn …")
    for command, received_at in _doubtful_responses(session, rng, now, people["canbo"].id):
        surveys.submit(session, command, now=received_at, rapid_seconds=rapid_seconds)
        stored += 1
    _review(session, now, people)
    _cast_ballots(session, rng, now)
    report(f"Đã ghi {stored} phiếu trình diễn; đang tổng hợp …")
    while ratings.recount_pending(session):
        pass
    while polls.recount_pending(session, limit=ratings.BATCH):
        pass
    _publish(session, now, minima, people)
    _review_comments(session, now)
    _appraise_officers(session, now, people)


def remove(session: Session, *, now: datetime) -> int:
    """Delete what was invented and close the demonstration accounts; returns how many answers there were.

    Departments, questionnaires and reported figures stay: they are facts, or the office's own to change. Periods that
    were published from invented answers are withdrawn and published again from real ones, if there are any.
    """
    removed = surveys.remove_demonstration(session, now=now)
    exclusions.remove_demonstration(session)
    polls.remove_demonstration(session, now=now)
    articles.remove_demonstration(session)
    dossiers.remove_demonstration(session)
    appraisal.remove_demonstration(session)
    staff.deactivate_demonstration(session, now=now)
    ratings.withdraw_demonstration(session)
    while ratings.recount_pending(session):
        pass
    while polls.recount_pending(session, limit=ratings.BATCH):
        pass
    return removed


def _load_register(session: Session, now: datetime) -> None:
    folder = DATA / "departments"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    rows, unread = sheets.read((file.name, file.read_bytes()) for file in files)
    outcome = departments.import_departments(session, rows, now=now, unread=unread)
    if outcome.rejected:
        raise ValueError(outcome.rejected)


def _load_questionnaires(session: Session, now: datetime) -> None:
    ids = {}
    for name in ("kiosk", "tt32", "tt01", "sipas"):
        document = json.loads((QUESTIONNAIRES / f"{name}.json").read_text(encoding="utf-8"))
        version_id, _ = surveys.publish_questionnaire(session, read_definition(document), now=now)
        ids[name] = survey_queries.version(session, version_id).questionnaire_id
    for place, web in WEB_QUESTIONNAIRE.items():
        place_id = department_queries.spot(session, place=place, on=local_day(now)).place_id
        surveys.ask_at(session, place_id=place_id, door="kiosk", questionnaire_id=ids["kiosk"])
        surveys.ask_at(session, place_id=place_id, door="web", questionnaire_id=ids[web])


def _load_accounts(session: Session, now: datetime) -> dict[str, Member]:
    members = {}
    for account in ACCOUNTS:
        department = account.department and department_queries.department(session, code=account.department).id
        members[account.username] = staff.add_member(
            session,
            now=now,
            actor_id=None,
            username=account.username,
            display_name=account.display_name,
            role=account.role,
            department_id=department or None,
            password=account.password,
            demonstration=True,
        )
    return members


def _publish(session: Session, now: datetime, minima: "Minima", people: Mapping[str, Member]) -> None:
    """Every ended period: months by themselves, the others by two of the accounts, as the law wants it."""
    drafter, checker = people["quanly"], people["quantri"]
    for period in ratings.due(session, now=now):
        if period.kind == "month":
            ratings.publish_month(session, period, now=now, minima=minima, publish_months=True)
            continue
        draft = ratings.draft_publication(session, period, now=now, minima=minima, member=drafter)
        ratings.check_publication(session, draft.id, period, now=now, member=checker)
        ratings.publish_publication(session, draft.id, period, now=now, member=drafter)


def _load_reported(session: Session, now: datetime) -> None:
    figures, unread = dossier_sheets.read("dossiers.csv", (DATA / "dossiers.csv").read_bytes())
    outcome = dossiers.import_reported(session, figures, unread=unread)
    if outcome.rejected:
        raise ValueError(outcome.rejected)
    rows = csv.DictReader((DATA / "reported_ratings.csv").read_text(encoding="utf-8").splitlines())
    ratings.import_reported(session, [_reported_rating(session, row) for row in rows])
    polls.import_poll(session, read_poll((DATA / "poll.json").read_text(encoding="utf-8")))
    baseline = json.loads((DATA / "visits.json").read_text(encoding="utf-8"))
    visits.set_baseline(session, visits=baseline["visits"], source=baseline["source"])
    for file in sorted((DATA / "articles").iterdir(), key=lambda file: file.name):
        article = read_article(file.read_text(encoding="utf-8"), suffix=".md").article
        articles.import_article(session, replace(article, demonstration=True), now=now)


def _load_dossiers(session: Session, now: datetime) -> None:
    """Invented dossiers of the same offices and year, more of them than answers, on working days."""
    rng = random.Random(SEED + 1)  # noqa: S311  # of its own, so that the answers stay what they are
    today = local_day(now)
    codes = {view.id: view.code for view in department_queries.all_departments(session)}
    fields = {view.id: view.code for view in department_queries.fields(session)}
    weights: dict[tuple[str, str | None], float] = {}
    for office in OFFICES:
        spot = department_queries.spot(session, place=office.place, counter=office.counter, on=today)
        line = codes[spot.rated_department_id], fields[spot.field_id] if spot.field_id else None
        weights[line] = weights.get(line, 0) + office.weight
    share = RESPONSES_A_WORKDAY * DOSSIERS_TO_A_RATING / sum(weights.values())
    opened = {view.code: view.opened_on for view in department_queries.all_departments(session)}
    first = today - timedelta(days=365 * MONTHS // 12)
    lines: list[DayLine] = []
    pending = dict.fromkeys(weights, 0)
    # Today is not over: nobody has counted it yet.
    for day in (first + timedelta(days=offset) for offset in range((today - first).days)):
        if day.weekday() > 4 or day in CLOSED:
            continue
        for (department, field), weight in weights.items():
            if day < opened[department]:
                continue
            counts = _dossiers(rng, weight * share, pending[department, field])
            pending[department, field] = counts.pending
            lines.append(
                DayLine(department=department, day=day, field=field, procedure=None, counts=counts, number=len(lines))
            )
    done = dossiers.import_daily(session, lines, source=DOSSIER_SOURCE, scope=None, now=now, demonstration=True)
    if done.rejected:
        raise ValueError(done.rejected)


def _dossiers(rng: random.Random, usual: float, open_before: int) -> DossierCounts:
    """One day: most are ready within three days, nearly all in time, a few refused."""
    received = max(0, round(rng.gauss(usual, usual / 6)))
    in_hand = open_before + received
    resolved = min(in_hand, round(in_hand * rng.uniform(0.3, 0.45)))
    late = sum(rng.random() < 0.012 for _ in range(resolved))
    early = round((resolved - late) * rng.uniform(0.7, 0.9))
    pending = in_hand - resolved
    return DossierCounts(
        received=received,
        resolved_early=early,
        resolved_on_time=resolved - late - early,
        resolved_late=late,
        refused=sum(rng.random() < 0.015 for _ in range(received)),
        pending=pending,
        pending_late=sum(rng.random() < 0.01 for _ in range(pending)),
    )


def _reported_rating(session: Session, row: dict[str, str]) -> ReportRating:
    kind: Kind = row["period_kind"]  # type: ignore[assignment]  # the shipped file names these kinds alone
    return ReportRating(
        department_id=department_queries.department(session, code=row["department_code"]).id,
        period=Period(date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"]), kind),
        percent=Decimal(row["percent"]),
        written=row["written"],
        measure=row["measure"],
        source=row["source"],
    )


def _responses(
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
            yield command, received
            if channel == "kiosk" and rng.random() < RAPID:
                soon = timedelta(seconds=rng.uniform(1, 4))
                yield (
                    _response(rng, spot, version, channel, answered + soon, content, keyer_id),
                    received + soon,
                )


def _busy(rng: random.Random, day: date) -> int:
    """How many people answer on this day: nobody on Sundays and holidays, few on Saturdays, most on Mondays."""
    if not _working(day):
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
    while not _working(keyed.date()):
        keyed += timedelta(days=1)
    return keyed


def _working(day: date) -> bool:
    return day.weekday() < 6 and day not in CLOSED


def _doubtful_days(now: datetime) -> list[date]:
    """The last four working days, the latest first."""
    today = local_day(now)
    return [day for age in range(1, 30) if _working(day := today - timedelta(days=age))][:4]


def _doubtful_responses(
    session: Session, rng: random.Random, now: datetime, keyer_id: int
) -> Iterator[tuple[SubmitResponse, datetime]]:
    """What nobody would want among the answers, for the review queue to find: a finger on a kiosk, twice; a stack keyed
    late in the evening; another keyed without being read."""
    today = local_day(now)
    newest, second, third, oldest = _doubtful_days(now)
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


def _review(session: Session, now: datetime, people: Mapping[str, Member]) -> None:
    """Look at those days as every night does; two people exclude one finger on the screen, the other waits."""
    for day in _doubtful_days(now):
        watch.look_at_day(session, day, now=now)
    manager, administrator = people["quanly"], people["quantri"]
    waiting = exclusion_queries.cases(session, manager, scope=None, day=local_day(now), settled=False, limit=100)
    bursts = [each.id for each in waiting if each.rule == "burst"]
    words = "Nhật ký ki-ốt cho thấy một người chạm liên tục vào màn hình. (trình diễn)"
    for case_id in bursts:
        exclusions.propose_exclusion(session, case_id, now=now, member=manager, reason="repeated", words=words)
    for case_id in bursts[:1]:
        exclusions.decide(session, case_id, now=now, member=administrator, agreed=True)


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


def _review_comments(session: Session, now: datetime) -> None:
    """Clear what was written until a week ago as the masking suggests, and refuse the advertisements."""
    reviewer = staff_queries.account_named(session, username="quanly").member
    before = now - timedelta(days=UNREVIEWED_DAYS)
    for held in survey_queries.held_comments(session, department_ids=None, before=before):
        if held.text == ADVERTISEMENT:
            surveys.refuse_comment(session, held.token, reason="Quảng cáo, nội dung rác", reviewer=reviewer, now=now)
        else:
            surveys.clear_comment(session, held.token, text=held.text, reviewer=reviewer, now=now)


def _appraise_officers(session: Session, now: datetime, people: Mapping[str, Member]) -> None:
    """Two ended quarters of invented officers; one of them is the demonstration's own clerk, who contests an index."""
    rng = random.Random(SEED + 2)  # noqa: S311  # of its own, so that the answers stay what they are
    newest = previous(period_of("quarter", local_day(now)))
    rows = [
        AppraiseOfficer(
            officer=work.code,
            username="canbo" if work is OFFICERS[0] else None,
            department=work.department,
            quarter=quarter,
            counted={
                number: Points(points * scored // 100, scored)
                for number, points in work.points.items()
                # The clock scores every dossier, people only some.
                for scored in [work.dossiers if number < 3 else round(work.dossiers * rng.uniform(0.5, 0.9))]
            },
        )
        for quarter in last(2, newest)
        for work in OFFICERS
    ]
    done = appraisal.import_quarters(session, rows, by=people["quantri"], now=now, demonstration=True)
    if done.rejected:
        raise ValueError(done.rejected)
    reason = "Hai hồ sơ người dân tự gửi thiếu giấy tờ không phải lỗi của tôi. (trình diễn)"
    appraisal.contest(session, people["canbo"], newest, 3, reason=reason, days=1, now=now)


def _cast_ballots(session: Session, rng: random.Random, now: datetime) -> None:
    poll = poll_queries.open_poll(session, now=now)
    if poll is None:
        return
    options = [option.id for option in poll.options]
    for _ in range(143):
        cast_at = now - timedelta(minutes=rng.randrange(1, 60 * 24 * 60))
        ballot = SubmitBallot(
            UUID(int=rng.getrandbits(128), version=4), poll.id, (rng.choices(options, (3, 4, 5))[0],), True
        )
        polls.cast(session, ballot, now=cast_at)
