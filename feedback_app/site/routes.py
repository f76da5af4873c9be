"""Public pages that show several capabilities together: home, results, one department, how figures are made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from feedback_app.articles import queries as articles
from feedback_app.departments import queries as departments
from feedback_app.departments.queries import DepartmentView, PlaceView
from feedback_app.dossiers import figures as dossier_figures
from feedback_app.dossiers import queries as dossiers
from feedback_app.dossiers.figures import DossierCounts, Participation
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.i18n import text_in
from feedback_app.kit.text import LONGEST_SEARCH, fold, normalise
from feedback_app.kit.web import public, settings
from feedback_app.paper.forms import STAGES
from feedback_app.polls.forms import poll_box
from feedback_app.ratings import measures
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.comments import cleared_comments
from feedback_app.ratings.figures import Figure
from feedback_app.ratings.forms import (
    Order,
    Reading,
    newest_first,
    read_comparison,
    read_listing,
    read_period,
    read_selection,
)
from feedback_app.ratings.labels import channel_name
from feedback_app.ratings.periods import Period, begun_between, last, period_of
from feedback_app.ratings.queries import (
    DepartmentParts,
    Dimension,
    Filter,
    HistoryPoint,
    RatingRow,
    RatingTable,
    VersionFigure,
)
from feedback_app.ratings.standardisation import LEAST_ANSWERS, LEAST_COVERED
from feedback_app.site import drawings
from feedback_app.site.kept import kept
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.queries import ClearedComment
from feedback_app.visits import queries as visits

if TYPE_CHECKING:
    from config import Minima

blueprint = Blueprint("site", __name__, template_folder="templates")

HISTORY = 12
NEWS = 6
COMMENTS = 10
# So many procedures stand open; there may be a hundred.
MOST_PROCEDURES = 20
PUBLICATIONS_ON_A_PAGE = 100
# More places than these are found by name.
PLACES_AT_HOME = 12
PLACES_FOUND = 100


class NoSuchVersion(NotFound):
    """The address names a questionnaire version in which nobody answered."""


@blueprint.get("/")
@public
def home() -> str:
    """The front page: what was measured last, how to take part, what is new."""
    session, now = db.session(), clock.now()
    today, minima = clock.local_day(now), settings().minima
    newest = newest_first(session, today=today)
    running = period_of("month", today)
    return render_template(
        "site/home.html",
        newest=ratings.table(session, newest, minima=minima),
        running=ratings.history(session, [running], today=today, minima=minima)[0],
        places=_places_to_answer(session, today),
        listed=PLACES_AT_HOME,
        articles=articles.latest(session, limit=NEWS),
        poll_box=poll_box(session, cookies=request.cookies, back=url_for("site.home"), now=now),
        visit_counts=visits.visit_counts(session, now=now),
        today=today,
    )


@blueprint.get("/noi-danh-gia")
@public
def places() -> str:
    """The places where people can answer, found by name or address (`tim`), with or without accents."""
    found = _places_to_answer(db.session(), clock.local_day(clock.now()))
    search = normalise(request.args.get("tim", ""))[:LONGEST_SEARCH]
    key = fold(search)
    matching = [
        place
        for place in found
        if any(key in fold(text) for text in (place.name, place.name_en or "", place.address or ""))
    ]
    return render_template(
        "site/places.html", search=search, places=matching[:PLACES_FOUND], found=len(matching), whole=len(found)
    )


@blueprint.get("/ket-qua")
@public
@kept
def results() -> str:
    """Every department in one period, all of them together, and the periods before."""
    session, today = db.session(), clock.local_day(clock.now())
    minima = settings().minima
    reading = read_selection(session, request.args, today=today)
    selection, narrowed = reading.selection, reading.selection.narrowed()
    order = Order.read(request.args)
    table = ratings.table(session, selection.period, minima=minima, narrowed=narrowed, versions=reading.versions)
    listing = read_listing(order.sort(table.rows), request.args)
    reported = ratings.reported_ratings(session)
    return render_template(
        "site/results.html",
        form=reading.form,
        selection=selection,
        order=order,
        table=table,
        listing=listing,
        standardised=ratings.standardised(session, table, listing.rows, smallest=minima.cell, narrowed=narrowed),
        bars=drawings.bars(listing.rows, name=_name, url=lambda row: _department_url(row.department, selection.which)),
        since=(
            ratings.since_publication(session, table.publication)
            if table.publication and not selection.restated_by
            else 0
        ),
        left_out=ratings.left_out(session, table, narrowed),
        points=_history(session, reading, today=today, minima=minima, narrowed=narrowed),
        reported=reported,
        reported_departments=departments.departments(
            session, ids={rating.department_id for rating in reported}, on=today
        ),
        today=today,
        drawings=drawings,
    )


@blueprint.get("/ket-qua/cong-bo")
@public
@kept
def publications() -> str:
    """Every publication and restatement with its hash, newest first."""
    page = max(request.args.get("trang", 1, type=int), 1)
    # One more than a page holds tells whether there is another page.
    found = ratings.all_publications(
        db.session(), limit=PUBLICATIONS_ON_A_PAGE + 1, offset=(page - 1) * PUBLICATIONS_ON_A_PAGE
    )
    return render_template(
        "site/publications.html",
        publications=found[:PUBLICATIONS_ON_A_PAGE],
        page=page,
        another=len(found) > PUBLICATIONS_ON_A_PAGE,
    )


@blueprint.get("/ket-qua/cong-bo/<period>/<int:number>")
@public
@kept
def publication(period: str, number: int) -> str:
    """One publication: how it came about, its hash, and of a restatement what it changed and why."""
    session = db.session()
    found = ratings.publication(session, read_period(period), number)
    changes = ratings.restatement(session, found) if found.number > 1 else None
    ids = {each.department_id for each in changes.departments if each.department_id} if changes else set()
    return render_template(
        "site/publication.html",
        publication=found,
        newest=ratings.newest_publications(session, [found.period])[found.period],
        changes=changes,
        departments=departments.departments(session, ids=ids, on=found.period.last_day),
        together=ratings.table(
            session, found.period, minima=settings().minima, narrowed=Filter(publication=found)
        ).together,
    )


@blueprint.get("/ket-qua/so-sanh")
@public
def compared() -> str | tuple[str, int]:
    """The same table for two periods of one length side by side, of all departments or of one (`don-vi`)."""
    session, today = db.session(), clock.local_day(clock.now())
    minima = settings().minima
    read = read_comparison(session, request.args, today=today)
    selection = read.reading.selection
    found = departments.department(session, code=request.args["don-vi"]) if request.args.get("don-vi") else None
    hidden = {"don-vi": found.code} if found else {}
    if read.against is None:
        page = render_template(
            "site/compared.html", form=read.form, selection=selection, department=found, hidden=hidden, table=None
        )
        return page, 422
    narrowed = selection.narrowed(frozenset({found.id}) if found else None)
    table = ratings.table(
        session,
        selection.period,
        minima=minima,
        narrowed=narrowed,
        versions=read.reading.versions,
        against=read.against,
    )
    points = ratings.history(
        session,
        sorted([selection.period, read.against]),
        today=today,
        minima=minima,
        narrowed=narrowed,
        versions=read.reading.versions,
    )
    return render_template(
        "site/compared.html",
        form=read.form,
        selection=selection,
        department=found,
        hidden=hidden,
        table=table,
        listing=read_listing(table.rows, request.args),
        points=points,
        breaks=points[-1].breaks,
        all_channels=ratings.CHANNELS,
    )


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
        ratings.distribution(parts, shown.version, smallest=minima.cell)
        if parts and shown and shown.figure.state == "shown" and not narrowed.to_a_part
        else []
    )
    existing = departments.departments_on(session, day=min(period.last_day, today))
    asking = _places_to_answer(session, today)
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
        questions=[each for each in distributions if not each.asks_why],
        reasons=[each.most_picked_first() for each in distributions if each.asks_why],
        most_procedures=MOST_PROCEDURES,
        parts=_parts(session, parts, table.minimum) if parts and not narrowed.to_a_part else {},
        points=_history(session, reading, today=today, minima=minima, narrowed=narrowed, as_chosen=True),
        comments=_comments(session, found.id, period),
        reported=ratings.reported_ratings(session, department_id=found.id),
        kin=_kin(found, existing),
        successions=departments.successions(session, department_id=found.id),
        models=departments.office_models(session, department_id=found.id),
        dossiers=dossiers.reported(session, department_id=found.id),
        dossier_figures=dossier_figures,
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


@blueprint.get("/phuong-phap")
@public
def method() -> str:
    """What every number on this site means, in plain words."""
    return render_template(
        "site/method.html",
        minima=settings().minima,
        rapid=settings().rapid_seconds,
        groups=measures.GROUPS,
        measures=measures.MEASURES,
        least_answers=LEAST_ANSWERS,
        least_covered=int(LEAST_COVERED * 100),
        schemes=ratings.schemes(db.session()),
    )


@blueprint.get("/favicon.ico")
@public
def favicon() -> Response:
    """The sign of the site for what asks at this address without reading a page; pages link to favicon.svg."""
    return current_app.send_static_file("favicon.ico")


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """What search engines may read."""
    return current_app.send_static_file("robots.txt")


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


def _history(
    session: Session, reading: Reading, *, today: date, minima: "Minima", narrowed: Filter, as_chosen: bool = False
) -> list[HistoryPoint]:
    """The last periods up to the chosen one from the first day counted on; months for months, quarters otherwise.

    `as_chosen` keeps half-years, nine months and years.
    """
    chosen = reading.selection.period
    until = chosen
    if chosen.kind == "day":
        until = period_of("month", chosen.starts_on)
    elif chosen.kind != "month" and not as_chosen:
        until = period_of("quarter", max(chosen.starts_on, min(chosen.last_day, today)))
    begun = set(begun_between(until.kind, reading.first_day, today)) if reading.first_day else set()
    return ratings.history(
        session,
        [period for period in last(HISTORY, until) if period in begun],
        today=today,
        minima=minima,
        narrowed=narrowed,
        versions=reading.versions,
    )


def _shown_version(versions: list[VersionFigure], wanted: str) -> VersionFigure | None:
    """The version asked for by id, else the one most people answered. Raises NoSuchVersion."""
    if wanted:
        for each in versions:
            if str(each.version.id) == wanted:
                return each
        raise NoSuchVersion(N_("Kỳ này không có phiếu nào theo mẫu phiếu này."))
    return max(versions, key=lambda each: each.figure.sums.responses, default=None)


def _places_to_answer(session: Session, today: date) -> list[PlaceView]:
    """The open places that have a questionnaire behind their QR code."""
    asking = {each.place_id for each in surveys.assignments(session) if each.door == "web"}
    return [place for place in departments.places(session, on=today) if place.id in asking]


def _name(row: RatingRow) -> str:
    return text_in(row.department.name, row.department.name_en) if row.department else ""


def _department_url(view: DepartmentView | None, arguments: dict[str, str]) -> str:
    return url_for("site.department", code=view.code, **arguments) if view else ""  # type: ignore[arg-type]  # a query
