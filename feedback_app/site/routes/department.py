"""One department."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask import render_template, request
from flask_babel import gettext
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import DepartmentView
from feedback_app.dossiers import figures as dossier_figures
from feedback_app.dossiers import queries as dossiers
from feedback_app.dossiers.figures import DossierCounts, Participation
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.i18n import text_in
from feedback_app.kit.web import public, settings
from feedback_app.paper.forms.keying import STAGES
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.comments import cleared_comments
from feedback_app.ratings.figures import Figure
from feedback_app.ratings.forms import Reading, read_selection
from feedback_app.ratings.labels import channel_name
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries import DepartmentParts, Dimension, RatingTable, VersionFigure
from feedback_app.site import drawings
from feedback_app.site.history import history
from feedback_app.site.kept import kept
from feedback_app.site.paper import paper_forms
from feedback_app.site.routes.blueprint import blueprint
from feedback_app.site.routes.places import places_to_answer
from feedback_app.surveys.queries import ClearedComment

COMMENTS: Final = 10
# So many procedures stand open; there may be a hundred.
MOST_PROCEDURES: Final = 20


class NoSuchVersion(NotFound):
    """The address names a questionnaire version in which nobody answered."""


@blueprint.get("/ket-qua/<code>")
@public
@kept
def department(code: str) -> str:
    """One department in one period: its figure, what people answered, what came before, what it is."""
    session, today = db.session(), clock.local_day(clock.now())
    minima = settings().minima
    known = departments.department(session, code=code)
    reading = read_selection(session, request.args, today=today)
    selection, period = reading.selection, reading.selection.period
    found = departments.department(session, code=code, on=min(period.last_day, today))
    narrowed = selection.narrowed(frozenset({found.id}))
    table = ratings.table(session, period, minima=minima, narrowed=narrowed, versions=reading.versions)
    parts = ratings.department_parts(
        session, period, department_id=found.id, smallest=minima.cell, publication=selection.publication
    )
    versions = ratings.by_version(parts, minimum=table.minimum, versions=reading.versions) if parts else []
    shown = _shown_version(versions, request.args.get("mau", ""))
    distributions = (
        ratings.distribution(parts, shown.version, minimum=table.minimum)
        if parts and shown and not narrowed.to_a_part
        else []
    )
    existing = departments.departments_on(session, day=min(period.last_day, today))
    asking = places_to_answer(session, today)
    return render_template(
        "site/department.html",
        department=found,
        closed=known.closed_on is not None and known.closed_on <= today,
        form=reading.form,
        selection=selection,
        table=table,
        row=table.together,
        standardised=ratings.standardised(session, table, table.rows, smallest=minima.cell, narrowed=narrowed).get(
            found.id
        ),
        versions=versions,
        shown=shown,
        left_out=ratings.left_out(session, table, narrowed),
        paper=None
        if narrowed.to_a_part
        else paper_forms(
            session, now=clock.now(), first=period.starts_on, before=period.ends_on, department_ids=[found.id]
        ),
        cell=minima.cell,
        questions=[each for each in distributions if not each.asks_why],
        reasons=[each.most_picked_first() for each in distributions if each.asks_why],
        most_procedures=MOST_PROCEDURES,
        parts=_parts(session, parts, table.minimum) if parts and not narrowed.to_a_part else {},
        points=history(session, reading, today=today, minima=minima, narrowed=narrowed, as_chosen=True),
        comments=_comments(session, found.id, period),
        reported=ratings.reported_ratings(session, department_id=found.id),
        kin=_kin(found, existing),
        successions=departments.successions(session, department_id=found.id),
        models=departments.office_models(session, department_id=found.id),
        dossiers=dossiers.reported(session, department_id=found.id),
        dossier_figures=dossier_figures,
        whole=_with_those_below(session, reading, found, today),
        handled=None if narrowed.to_a_part else _handled(session, found.id, table),
        places=[each for each in asking if found.id in (each.rated_department_id, each.department_id)],
        counters=[
            (place, counter)
            for place, counter in departments.counters_rating(session, department_id=found.id, on=today)
            if place in asking
        ],
        today=today,
        drawings=drawings,
    )


@dataclass(frozen=True, slots=True)
class NamedFigure:
    """One part; `known` is False of what does not say which part it belongs to."""

    name: str
    figure: Figure
    known: bool


def _parts(session: Session, parts: DepartmentParts, minimum: int) -> dict[str, list[NamedFigure]]:
    """What is told of channels, fields, procedures and stages, by dimension, where anything is known of it."""
    stages = dict(STAGES)
    fields = {view.id: text_in(view.name, view.name_en) for view in departments.fields(session)}
    named = {row.procedure_id for row in parts.rows if row.procedure_id is not None}
    procedures = {
        view.id: text_in(view.name, view.name_en) for view in departments.procedures(session, ids=named) if named
    }
    names: dict[Dimension, Callable[[Any], str]] = {
        "channel": channel_name,
        "field_id": lambda field_id: fields[field_id],
        "procedure_id": lambda procedure_id: procedures[procedure_id],
        "stage": lambda stage: str(stages[stage]),
    }
    return {
        dimension: [
            NamedFigure(
                gettext("không rõ") if each.part is None else name(each.part), each.figure, each.part is not None
            )
            for each in ratings.by_part(parts, dimension, minimum=minimum)
        ]
        for dimension, name in names.items()
    }


@dataclass(frozen=True, slots=True)
class Handled:
    """A department's dossiers in a period, and how many of those that could be rated were.

    `bounds` is the interval of its share for just the people of the period, in percent as shown (Figure.bounds_among).
    """

    counts: DossierCounts
    closing_day: date
    participation: Participation
    bounds: tuple[Decimal, Decimal] | None


def _handled(session: Session, department_id: int, table: RatingTable) -> Handled | None:
    """None where no dossiers are known: that is not nought."""
    found = dossiers.dossier_counts(
        session, first=table.period.starts_on, before=table.period.ends_on, department_ids=[department_id]
    )
    if not found:
        return None
    counts, figure = found[0].counts, table.together.figure
    participation = Participation(responses=figure.sums.responses, ratable=counts.ratable)
    # Said where most of them answered; of fewer it would narrow the interval by little and confuse by much.
    most = not participation.more_ratings_than_dossiers and 2 * figure.n >= counts.ratable
    bounds = figure.bounds_among(counts.ratable) if most else None
    return Handled(counts, found[0].closing_day, participation, bounds)


def _comments(session: Session, department_id: int, period: Period) -> list[ClearedComment]:
    """The newest comments of the period, if the office shows them; none for a day, which a comment is never tied to."""
    if not settings().public_comments or period.kind == "day":
        return []
    return cleared_comments(
        session,
        period,
        department_ids=frozenset({department_id}),
        minima=settings().minima,
        page_size=COMMENTS,
    ).comments


@dataclass(frozen=True, slots=True)
class WithThoseBelow:
    """A department and the `below` ones under it, added up as all departments together are: what is shown of each."""

    figure: Figure
    below: int


def _with_those_below(session: Session, reading: Reading, found: DepartmentView, today: date) -> WithThoseBelow | None:
    """As the tree was at the end of the period, or is today; None where nothing lay below in the period."""
    period = reading.selection.period
    day = min(period.last_day, today)
    ids = departments.within(session, department_id=found.id, day=day)
    views = departments.departments(session, ids=ids - {found.id}, on=day).values()
    below = sum(view.lived_in(period.starts_on, period.ends_on) for view in views)
    if not below:
        return None
    (point,) = ratings.history(
        session,
        [period],
        today=today,
        minima=settings().minima,
        narrowed=reading.selection.narrowed(ids),
        versions=reading.versions,
    )
    return WithThoseBelow(point.figure, below)


@dataclass(frozen=True, slots=True)
class Kin:
    """Where a department stands: those above it, the top one first, and those right below."""

    above: tuple[DepartmentView, ...]
    below: tuple[DepartmentView, ...]


def _kin(found: DepartmentView, existing: list[DepartmentView]) -> Kin:
    by_id = {view.id: view for view in existing}
    above: list[DepartmentView] = []
    parent = by_id.get(found.parent_id or 0)
    while parent is not None and parent not in above:
        above.insert(0, parent)
        parent = by_id.get(parent.parent_id or 0)
    return Kin(tuple(above), tuple(view for view in existing if view.parent_id == found.id))


def _shown_version(versions: list[VersionFigure], wanted: str) -> VersionFigure | None:
    """The version asked for by id, else the one most people answered. Raises NoSuchVersion."""
    if wanted:
        for each in versions:
            if str(each.version.id) == wanted:
                return each
        raise NoSuchVersion(N_("Kỳ này không có phiếu nào theo mẫu phiếu này."))
    return max(versions, key=lambda each: each.figure.sums.responses, default=None)
