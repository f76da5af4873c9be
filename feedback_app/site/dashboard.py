"""What a manager sees first: how their departments stand, what lies behind it, who has gone silent, what waits.

Everything is read from tallies in a number of statements that does not grow with departments or responses.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy.orm import Session

from feedback_app import recounts
from feedback_app.articles import queries as articles
from feedback_app.departments import queries as departments
from feedback_app.departments.queries import DepartmentView, PlaceView
from feedback_app.dossiers import queries as dossiers
from feedback_app.dossiers.figures import Participation
from feedback_app.exclusions import queries as exclusions
from feedback_app.kiosks import queries as kiosks
from feedback_app.kiosks.queries import FleetRow
from feedback_app.kit import clock
from feedback_app.kit.text import sort_key
from feedback_app.kit.workdays import workdays_before
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.drivers import Drivers, drivers
from feedback_app.ratings.figures import Figure
from feedback_app.ratings.periods import Period, period_of
from feedback_app.ratings.queries import Filter, RatingRow, RatingTable
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as survey_operations
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import VersionView

if TYPE_CHECKING:
    from config import Minima

# Parts are found out department by department; more of them would make the page slow and nobody reads them.
EXPLAINED: Final = 5
SILENT_DAYS: Final = 7
SILENT_KIOSK_DAYS: Final = 3

Verdict = Literal["above", "below", "open"]


def against_target(figure: Figure, target: int) -> Verdict | None:
    """Whether a share lies above or below a target (percent) for sure; `open` while its interval holds the target.

    None where there is no share to be shown.
    """
    if figure.interval is None:
        return None
    if figure.interval.low * 100 >= target:
        return "above"
    return "below" if figure.interval.high * 100 < target else "open"


@dataclass(frozen=True, slots=True)
class Explained:
    """A department and what lies behind its change."""

    row: RatingRow
    drivers: Drivers


@dataclass(frozen=True, slots=True)
class TakingPart:
    department: DepartmentView
    participation: Participation


@dataclass(frozen=True, slots=True)
class Silent:
    """A department people can rate and did not; `last_day` None: never."""

    department: DepartmentView
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that waits for somebody; `publications` and `articles` are drafts.

    `recounts_since` is when the oldest request to count again was made.
    """

    comments: int
    cases: int
    publications: int
    articles: int
    recounts: int
    recounts_since: datetime | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`published` is None while no quarter was published; `explained_table` is the one of the two that is explained.

    `kiosk_alerts` are enrolled devices somebody should look at; `silent_kiosks` places whose kiosks are not enrolled.
    """

    running: RatingTable
    published: RatingTable | None
    explained_table: RatingTable
    explained: tuple[Explained, ...]
    taking_part: tuple[TakingPart, ...]
    silent: tuple[Silent, ...]
    silent_since: date
    kiosk_alerts: tuple[FleetRow, ...]
    silent_kiosks: tuple[PlaceView, ...]
    silent_kiosks_since: date
    waiting: Waiting


def dashboard(
    session: Session,
    member: Member,
    *,
    allowed: frozenset[int] | None,
    now: datetime,
    minima: "Minima",
    days_off: Collection[date] = (),
) -> Dashboard:
    """For a member who answers for the departments `allowed` (None: all); on `days_off` nobody is missed."""
    today = clock.local_day(now)
    versions = surveys.published_versions(session)
    narrowed = Filter(allowed)

    def read(period: Period) -> RatingTable:
        return ratings.table(session, period, minima=minima, narrowed=narrowed, versions=versions)

    running = read(period_of("quarter", today))
    newest = ratings.newest_published(session, "quarter")
    published = read(newest) if newest else None
    explained_table = published if published and running.together.figure.state != "shown" else running
    silent_since = workdays_before(today, SILENT_DAYS, days_off=days_off)
    kiosks_since = workdays_before(today, SILENT_KIOSK_DAYS, days_off=days_off)
    spots = departments.rated_at(session, on=today)
    asked = surveys.assignments(session)
    asking = {each.place_id for each in asked}
    fleet = [each for each in kiosks.fleet(session, allowed=None, today=today) if each.device.revoked_at is None]
    # Where devices are enrolled they tell themselves whether they are there.
    unenrolled = {each.place_id for each in asked if each.door == "kiosk"} - {each.place.id for each in fleet}
    return Dashboard(
        running=running,
        published=published,
        explained_table=explained_table,
        explained=_explained(session, explained_table, versions, minima),
        taking_part=_taking_part(session, running),
        silent=_silent(
            session,
            {department_id for place_id, department_id in spots if place_id in asking},
            allowed,
            since=silent_since,
            today=today,
        ),
        silent_since=silent_since,
        kiosk_alerts=tuple(each for each in fleet if each.alerts and each.lies_in(allowed)),
        silent_kiosks=_silent_kiosks(
            session, [spot for spot in spots if spot[0] in unenrolled], allowed, since=kiosks_since, today=today
        ),
        silent_kiosks_since=kiosks_since,
        waiting=_waiting(session, member, allowed, today),
    )


def _explained(
    session: Session, table: RatingTable, versions: Mapping[int, VersionView], minima: "Minima"
) -> tuple[Explained, ...]:
    """The departments that fell most, or rose least, with what is told of their answers."""
    shown = [row for row in table.rows if row.department and row.figure.state == "shown"]
    fell_most = sorted(shown, key=_rise)[:EXPLAINED]
    ids = frozenset(row.department.id for row in fell_most if row.department)
    now, before = (
        ratings.parts_of_departments(session, period, department_ids=ids, smallest=minima.cell)
        for period in (table.period, table.before)
    )
    found = [
        Explained(
            row,
            drivers(
                now[row.department.id],
                before[row.department.id],
                versions=versions,
                minimum=row.figure.minimum,
                minimum_before=row.before.minimum,
            ),
        )
        for row in fell_most
        if row.department
    ]
    return tuple(each for each in found if each.drivers.worsened or each.drivers.reasons)


def _rise(row: RatingRow) -> Decimal:
    """By how much a share rose; `row.change` would test each of thousands for chance."""
    if row.figure.share is None or row.before.share is None:
        return Decimal(0)
    return row.figure.share - row.before.share


def _taking_part(session: Session, table: RatingTable) -> tuple[TakingPart, ...]:
    """Departments with known dossiers: more ratings than dossiers first, then by how few took part."""
    rows = {row.department.id: row for row in table.rows if row.department}
    counts = dossiers.dossier_counts(
        session, first=table.period.starts_on, before=table.period.ends_on, department_ids=frozenset(rows)
    )
    found = []
    for each in counts:
        row = rows[each.department_id]
        participation = Participation(responses=row.figure.sums.responses, ratable=each.counts.ratable)
        if row.department and (participation.ratable or participation.responses):
            found.append(TakingPart(row.department, participation))
    return tuple(
        sorted(
            found,
            key=lambda each: (
                not each.participation.more_ratings_than_dossiers,
                each.participation.percent or 0,
                sort_key(each.department.name),
            ),
        )
    )


def _silent(
    session: Session, rateable: set[int], allowed: frozenset[int] | None, *, since: date, today: date
) -> tuple[Silent, ...]:
    ids = rateable if allowed is None else rateable & allowed
    last = ratings.last_answered(session, ids)
    views = departments.departments(session, ids={each for each in ids if last.get(each, date.min) < since}, on=today)
    # A department younger than the silence has not had the time to be silent.
    found = [
        Silent(view, last.get(view.id)) for view in views.values() if view.lived_on(today) and view.opened_on <= since
    ]
    return tuple(sorted(found, key=lambda each: (each.last_day or date.min, sort_key(each.department.name))))


def _silent_kiosks(
    session: Session, spots: list[tuple[int, int]], allowed: frozenset[int] | None, *, since: date, today: date
) -> tuple[PlaceView, ...]:
    touched = surveys.places_touched(session, spots, since=since)
    mine = {place_id for place_id, department_id in spots if allowed is None or department_id in allowed}
    silent = mine - touched
    return tuple(place for place in departments.places(session, on=today) if place.id in silent) if silent else ()


def _waiting(session: Session, member: Member, allowed: frozenset[int] | None, today: date) -> Waiting:
    midnight = datetime.combine(today, time(0), clock.VIETNAM)
    return Waiting(
        comments=surveys.held_count(
            session,
            department_ids=survey_operations.reviewable(session, member, day=today),
            before=midnight,
        ),
        cases=exclusions.open_count(session, scope=allowed),
        publications=len(ratings.drafts(session)),
        articles=articles.draft_count(session),
        recounts=recounts.waiting_count(session),
        recounts_since=recounts.oldest_waiting(session),
    )
