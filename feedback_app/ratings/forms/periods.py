"""Which period an address names, and those a reader is offered."""

from datetime import date
from typing import Final

from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.forms import Form
from feedback_app.ratings import queries
from feedback_app.ratings.labels import KIND_LABELS, period_name
from feedback_app.ratings.periods import (
    PUBLISHED_KINDS,
    Kind,
    NotAPeriod,
    Period,
    begun_between,
    parse,
    period_of,
)

# Further back than this a period is reached by its address alone; a list of every month of ten years helps nobody.
LISTED: Final[dict[Kind, int]] = {"month": 24, "quarter": 12, "half_year": 6, "nine_months": 5, "year": 5}


class NoSuchPeriod(NotFound):
    """The address names no period, channel or questionnaire there is."""


class PeriodForm(Form):
    """A period and nothing else. Sent by GET, so that a choice is an address one can keep and pass on."""

    class Meta:
        csrf = False

    ky = SelectField(lazy_gettext("Kỳ"))


def newest_first(session: Session, *, today: date) -> Period:
    """The period shown to who asks for none."""
    return queries.newest_published(session, "quarter") or period_of("month", today)


def chosen_period(session: Session, code: str, *, today: date) -> Period:
    """The period of this code, without one the one of `newest_first`. Raises NoSuchPeriod."""
    if not code:
        return newest_first(session, today=today)
    return read_period(code)


def read_period(code: str) -> Period:
    """The period an address names; raises NoSuchPeriod."""
    try:
        return parse(code)
    except NotAPeriod as error:
        raise NoSuchPeriod(N_("Không có kỳ báo cáo này.")) from error


def read_counted_period(session: Session, arguments: MultiDict[str, str], *, today: date) -> tuple[PeriodForm, Period]:
    """The period of `chosen_period`, in a form that offers every one since the first answer. Raises NoSuchPeriod."""
    period = chosen_period(session, arguments.get("ky", ""), today=today)
    form = PeriodForm(MultiDict({"ky": period.code}))
    form.ky.choices = listed_periods(period, queries.first_day(session) or today, today)
    return form, period


def listed_periods(chosen: Period, first: date, today: date) -> dict[str, list[tuple[str, str]]]:
    """Periods by kind, newest first, for a select; the chosen one is always among them."""
    listed: dict[str, list[tuple[str, str]]] = {}
    for kind in PUBLISHED_KINDS:
        found = begun_between(kind, first, today)[-LISTED[kind] :]
        if chosen.kind == kind and chosen not in found:
            found = sorted([*found, chosen])
        if found:
            listed[str(KIND_LABELS[kind])] = [(period.code, period_name(period)) for period in reversed(found)]
    if chosen.kind == "day":
        listed[period_name(chosen)] = [(chosen.code, period_name(chosen))]
    return listed
