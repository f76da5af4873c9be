"""Departments scored by the schemes in force: what was counted and what was assessed, brought to the rules."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.dossiers import queries as dossiers
from feedback_app.petitions import queries as petitions
from feedback_app.ratings.models import RatingScheme, UnitAssessment
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.distributions import distribution
from feedback_app.ratings.queries.parts import department_parts
from feedback_app.ratings.queries.published import PublicationView, newest_publications
from feedback_app.ratings.schemes import (
    Assessment,
    Evidence,
    Points,
    Scheme,
    indices,
    national,
    read_scheme,
    scheme_for,
    shipped,
)
from feedback_app.ratings.schemes.indices import IndexResult
from feedback_app.ratings.schemes.national import NationalResult
from feedback_app.surveys import queries as surveys

if TYPE_CHECKING:
    from config import Minima

INDICES: Final = "tt01"
NATIONAL: Final = "qd766"


@dataclass(frozen=True, kw_only=True, slots=True)
class AssessmentView:
    """One index as a department assessed itself and as it was appraised, with the staff members' ids."""

    index_number: int
    points: Assessment
    own_by: int
    own_at: datetime
    appraised_by: int | None
    appraised_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """A department by both schemes, as of a day.

    `publication` is the one its answers were read from; of fewer than `minimum` answers nothing is scored.
    """

    period: Period
    department_id: int
    publication: PublicationView | None
    minimum: int
    indices_scheme: Scheme
    indices: IndexResult
    national_scheme: Scheme
    national: NationalResult
    assessments: dict[int, AssessmentView]


def schemes(session: Session) -> tuple[Scheme, ...]:
    """Every version of every scheme, shipped and imported, by code and version."""
    imported = session.scalars(select(RatingScheme.content)).all()
    return tuple(
        sorted(
            (*shipped(), *(read_scheme(content) for content in imported)), key=lambda each: (each.code, each.version)
        )
    )


def scheme_in_force(session: Session, code: str, period: Period) -> Scheme:
    """The version of a scheme a period keeps. Raises NoScheme."""
    return scheme_for(schemes(session), code, period)


def scores(
    session: Session,
    period: Period,
    department_id: int,
    *,
    minima: "Minima",
    day: date,
) -> Scores:
    """One department's points in a quarter or a year, as things stand on `day`.

    Answers of fewer than `minima.score` people (where the period is published, of what the publication says) score
    nothing. Raises NoScheme.
    """
    known = schemes(session)
    by_indices, by_nation = scheme_for(known, INDICES, period), scheme_for(known, NATIONAL, period)
    rules = by_indices.index_rules
    publication = newest_publications(session, [period]).get(period)
    assessed = assessments(session, period, [department_id]).get(department_id, {})
    handled = dossiers.dossier_counts(
        session, first=period.starts_on, before=period.ends_on, department_ids=[department_id]
    )
    evidence = Evidence(
        dossiers=handled[0].counts if handled else None,
        answers=index_points(
            session,
            period,
            department_id=department_id,
            questionnaire=rules.questionnaire,
            smallest=publication.small_cell if publication else minima.cell,
        ),
        petitions=petitions.counts(
            session, department_id=department_id, first=period.starts_on, before=period.ends_on, day=day
        ),
        assessments={number: view.points for number, view in assessed.items()},
    )
    minimum = publication.minimum if publication else minima.score
    return Scores(
        period=period,
        department_id=department_id,
        publication=publication,
        minimum=minimum,
        indices_scheme=by_indices,
        indices=indices.evaluate(rules, "unit", evidence, minimum=minimum),
        national_scheme=by_nation,
        national=national.evaluate(by_nation.national_rules, evidence),
        assessments=assessed,
    )


def index_points(
    session: Session, period: Period, *, department_id: int, questionnaire: str, smallest: int
) -> dict[str, Points]:
    """Points by the key of the question, over all versions of a questionnaire. A question left blank is in no base.

    Versions and questions of which too few answers may be told are left out.
    """
    parts = department_parts(session, period, department_id=department_id, smallest=smallest)
    points: dict[str, int] = defaultdict(int)
    scored: dict[str, int] = defaultdict(int)
    for version in surveys.published_versions(session).values():
        if parts is None or version.code != questionnaire:
            continue
        for counts in distribution(parts, version, minimum=0):
            for choice, picked in counts.picked:
                if choice.points is not None and picked:
                    points[counts.question.key] += choice.points * picked
                    scored[counts.question.key] += picked
    return {key: Points(points[key], scored[key]) for key in scored}


def assessments(
    session: Session, period: Period, department_ids: Collection[int]
) -> dict[int, dict[int, AssessmentView]]:
    """What was assessed, by department and index; departments without any are left out."""
    rows = session.scalars(
        select(UnitAssessment)
        .where(
            UnitAssessment.department_id.in_(department_ids),
            UnitAssessment.period_kind == period.kind,
            UnitAssessment.starts_on == period.starts_on,
        )
        .order_by(UnitAssessment.index_number)
    )
    found: dict[int, dict[int, AssessmentView]] = defaultdict(dict)
    for row in rows:
        found[row.department_id][row.index_number] = AssessmentView(
            index_number=row.index_number,
            points=Assessment(own=row.own_points, appraised=row.appraised_points, reason=row.reason),
            own_by=row.own_by,
            own_at=row.own_at,
            appraised_by=row.appraised_by,
            appraised_at=row.appraised_at,
        )
    return dict(found)
