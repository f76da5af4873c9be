"""Published and running figures for programs: the pages' own queries, read-only, without a key.

What a page does not show stands here as null. Described to programs in `openapi`.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from flask import typing as flask_types
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import DepartmentView
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid, NotFound
from feedback_app.kit.numbers import percent_of
from feedback_app.kit.security import limiter
from feedback_app.kit.web import public, settings
from feedback_app.ratings import queries
from feedback_app.ratings.figures import MEASURE, PLACES, SCHEME, Figure
from feedback_app.ratings.forms import read_period
from feedback_app.ratings.openapi import DESCRIPTION, HISTORY_KINDS, MOST_HISTORY
from feedback_app.ratings.periods import Kind, Period, begun_between, last, period_of
from feedback_app.ratings.queries import (
    CHANNELS,
    Filter,
    PublicationView,
    QuestionCounts,
    RatingRow,
    RatingTable,
    VersionFigure,
)
from feedback_app.ratings.trends import Break, counted_from
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import VersionView

blueprint = Blueprint("ratings_api", __name__, url_prefix="/api/v1")

# Enough for a program that walks through every period of an office; a flood gets no further.
RATE: Final = "120/minute"
KEPT_SECONDS: Final = 30


class BadArgument(Invalid):
    """An argument is unknown, absent, given twice or not one of its values; `field` names it."""


class NoSuchQuestionnaire(NotFound):
    """There is no such questionnaire."""


def reads(*allowed: str) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Make a view that returns plain values a JSON answer; arguments other than `allowed` are refused.

    The tag changes with every recount and publication, so a caller that has the newest answer is told so before
    anything is read. Names, which change without either, are at most a day old in an answer that is kept by its tag.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(view)
        def answer(**values: str) -> Response:
            _check_arguments(allowed)
            tag = _tag()
            if request.if_none_match.contains_weak(tag):
                response = Response(status=304, mimetype="application/json")
            else:
                response = jsonify(view(**values))
            response.set_etag(tag, weak=True)
            response.cache_control.public = True
            response.cache_control.max_age = KEPT_SECONDS
            return response

        return answer

    return decorate


@blueprint.after_request
def share(response: Response) -> Response:
    """Let the page of any other site read this: nothing here is about who asks."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    return response


@blueprint.get("/openapi.json")
@public
@limiter.limit(RATE)
@reads()
def description() -> flask_types.ResponseReturnValue:
    """What this API is, for programs."""
    return DESCRIPTION


@blueprint.get("/departments")
@public
@limiter.limit(RATE)
@reads()
def all_departments() -> dict[str, Any]:
    """Every department there ever was, as it last was."""
    found = departments.all_departments(db.session())
    codes = {view.id: view.code for view in found}
    return {
        "departments": [
            {
                **_department(view),
                "kind": view.kind,
                "parent": codes.get(view.parent_id or 0),
                "opened_on": view.opened_on.isoformat(),
                "closed_on": view.closed_on.isoformat() if view.closed_on else None,
            }
            for view in found
        ]
    }


@blueprint.get("/periods")
@public
@limiter.limit(RATE)
@reads()
def periods() -> dict[str, Any]:
    """Every published period by the publication that holds, the newest period first."""
    session = db.session()
    first = queries.first_day(session)
    return {
        "time_zone": clock.VIETNAM.key,
        "periods": [
            {**_period_fields(each.period, counted_from(each.period, first)), "publication": _publication(each)}
            for each in queries.holding_publications(session)
        ],
    }


@blueprint.get("/ratings")
@public
@limiter.limit(RATE)
@reads("period", "department", "channel", "questionnaire")
def ratings() -> dict[str, Any]:
    """Departments in one period, as the page of results shows them."""
    session, today = db.session(), _today()
    period = read_period(_required("period"))
    versions = surveys.published_versions(session)
    narrowed = _narrowed(session, versions, on=min(period.last_day, today))
    table = queries.table(session, period, minima=settings().minima, narrowed=narrowed, versions=versions)
    return {
        **_about(table),
        "before": table.before.code,
        "minimum": table.minimum,
        "ratings": [_row(row) for row in table.rows],
        "together": _row(table.together),
    }


@blueprint.get("/ratings/history")
@public
@limiter.limit(RATE)
@reads("department", "kind", "channel", "questionnaire", "count")
def history() -> dict[str, Any]:
    """One department, or all together, in the last periods of one kind, the oldest first."""
    session, today = db.session(), _today()
    kind: Kind = _one_of("kind", HISTORY_KINDS) or "quarter"
    versions = surveys.published_versions(session)
    narrowed = _narrowed(session, versions, on=today)
    first = queries.first_day(session)
    begun = begun_between(kind, first, today) if first else []
    wanted = [each for each in last(_count(), period_of(kind, today)) if each in set(begun)]
    points = queries.history(
        session, wanted, today=today, minima=settings().minima, narrowed=narrowed, versions=versions
    )
    return {
        "time_zone": clock.VIETNAM.key,
        "scheme": SCHEME,
        "kind": kind,
        "history": [
            {
                **_period_fields(each.period, each.counted_from),
                "provisional": not each.published,
                "figure": _figure(each.figure),
            }
            for each in points
        ],
    }


@blueprint.get("/ratings/<department>/<period>/questions")
@public
@limiter.limit(RATE)
@reads()
def questions(department: str, period: str) -> dict[str, Any]:
    """How people answered each question of each questionnaire version, as the page of the department shows it."""
    session, today, minima = db.session(), _today(), settings().minima
    asked = read_period(period)
    view = departments.department(session, code=department, on=min(asked.last_day, today))
    versions = surveys.published_versions(session)
    table = queries.table(session, asked, minima=minima, narrowed=Filter(frozenset({view.id})), versions=versions)
    parts = queries.department_parts(session, asked, department_id=view.id, smallest=minima.cell)
    found = queries.by_version(parts, minimum=table.minimum, versions=versions) if parts else []
    return {
        **_about(table),
        "minimum": table.minimum,
        "department": _department(view),
        "questionnaires": [
            {
                **_version(each),
                "questions": (
                    [_question(counts) for counts in queries.distribution(parts, each.version, minimum=table.minimum)]
                    if parts and each.figure.state == "shown"
                    else None
                ),
            }
            for each in found
        ],
    }


def _about(table: RatingTable) -> dict[str, Any]:
    publication = table.publication
    return {
        "time_zone": clock.VIETNAM.key,
        "period": _period_fields(table.period, table.counted_from),
        "scheme": publication.scheme if publication else SCHEME,
        "provisional": publication is None,
        "publication": _publication(publication) if publication else None,
    }


def _period_fields(period: Period, counted: date | None) -> dict[str, str | None]:
    return {
        "code": period.code,
        "kind": period.kind,
        "first_day": period.starts_on.isoformat(),
        "last_day": period.last_day.isoformat(),
        "counted_from": counted.isoformat() if counted else None,
    }


def _publication(publication: PublicationView) -> dict[str, Any]:
    published_at = publication.published_at
    return {
        "number": publication.number,
        "hash": publication.hash,
        "published_at": published_at.astimezone(clock.VIETNAM).isoformat(timespec="seconds") if published_at else None,
        "reason": publication.reason,
        "scheme": publication.scheme,
        "minimum": publication.minimum,
    }


def _department(view: DepartmentView) -> dict[str, str | None]:
    return {"code": view.code, "name": view.name, "name_en": view.name_en}


def _row(row: RatingRow) -> dict[str, Any]:
    sums, change = row.figure.sums, row.change
    return {
        "department": _department(row.department) if row.department else None,
        "figure": _figure(row.figure),
        "change": (
            {
                "points": str(change.shown),
                "low": str(change.bounds[0]),
                "high": str(change.bounds[1]),
                "clear": row.clear,
                "reworded": Break.QUESTIONNAIRE in row.breaks,
                "part": Break.PART in row.breaks,
            }
            if change
            else None
        ),
        "channels": dict(row.channels),
        "partial": sums.partial,
        "assisted": sums.assisted,
        "rapid": sums.rapid,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    """Whole numbers that anybody can divide again, and the share as it is printed."""
    sums, shown = figure.sums, figure.state == "shown"
    low, high = figure.bounds or (None, None)
    return {
        "measure": MEASURE,
        "state": figure.state,
        "responses": sums.responses,
        "n": figure.n,
        "numerator": sums.satisfied if shown else None,
        "denominator": sums.rated if shown else None,
        "neutral": sums.neutral if shown else None,
        "not_satisfied": sums.not_satisfied if shown else None,
        "withheld": sums.withheld,
        "percent": _written(figure.percent),
        "interval": {"method": "wilson", "level": "0.95", "low": str(low), "high": str(high)} if shown else None,
    }


def _version(each: VersionFigure) -> dict[str, Any]:
    version = each.version
    return {
        "questionnaire": version.code,
        "version": version.number,
        "title": version.title,
        "title_en": version.title_en,
        "figure": _figure(each.figure),
        "channels": dict(each.channels),
    }


def _question(counts: QuestionCounts) -> dict[str, Any]:
    question = counts.question
    return {
        "key": question.key,
        "kind": question.kind,
        "text": question.text,
        "text_en": question.text_en,
        "base": counts.base,
        "choices": [
            {
                "key": choice.key,
                "text": choice.text,
                "text_en": choice.text_en,
                "count": count,
                "percent": str(percent_of(count, counts.base, PLACES)) if counts.shares_told else None,
            }
            for choice, count in counts.picked
        ],
    }


def _written(number: object) -> str | None:
    return None if number is None else str(number)


def _tag() -> str:
    """Differs whenever an answer to the same address may differ."""
    minima = settings().minima
    basis = (queries.revision(db.session()), _today(), SCHEME, minima.score, minima.cell, request.full_path)
    return hashlib.sha256(repr(basis).encode()).hexdigest()[:20]


def _today() -> date:
    return clock.local_day(clock.now())


def _check_arguments(allowed: tuple[str, ...]) -> None:
    for name, values in request.args.lists():
        if name not in allowed:
            raise BadArgument(N_("Không có tham số “%(name)s”."), field=name, name=name)
        if len(values) != 1 or not values[0]:
            raise BadArgument(N_("Tham số “%(name)s” cần đúng một giá trị."), field=name, name=name)


def _required(name: str) -> str:
    if name not in request.args:
        raise BadArgument(N_("Thiếu tham số “%(name)s”."), field=name, name=name)
    return request.args[name]


def _one_of(name: str, known: Mapping[Any, str] | tuple[Any, ...]) -> Any:
    """The value of an argument that has a fixed set of them; None where it is not given."""
    found = request.args.get(name)
    if found is not None and found not in known:
        raise BadArgument(
            N_("Tham số “%(name)s” cần một trong: %(known)s."), field=name, name=name, known=", ".join(known)
        )
    return found


def _count() -> int:
    written = request.args.get("count", "12")
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:5]) <= MOST_HISTORY):
        raise BadArgument(N_("Tham số “count” cần số nguyên từ 1 đến %(most)s."), field="count", most=MOST_HISTORY)
    return int(written)


def _narrowed(session: Session, versions: Mapping[int, VersionView], *, on: date) -> Filter:
    """What the arguments narrow figures to, checked."""
    channel = _one_of("channel", CHANNELS)
    questionnaire = request.args.get("questionnaire")
    if questionnaire is not None and questionnaire not in {each.code for each in versions.values()}:
        raise NoSuchQuestionnaire(N_("Không có mẫu phiếu này."))
    ids = None
    if "department" in request.args:
        ids = frozenset({departments.department(session, code=request.args["department"], on=on).id})
    return Filter(ids, channel, questionnaire)
