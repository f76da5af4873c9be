"""Two periods that a reader sets side by side."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from feedback_app.ratings.forms.figures import FigureForm, Reading, read_selection
from feedback_app.ratings.forms.periods import chosen_period, listed_periods
from feedback_app.ratings.periods import Period, previous


class ComparisonForm(FigureForm):
    """Two periods beside each other; sent by GET, as above."""

    voi = SelectField(lazy_gettext("So với kỳ"))


@dataclass(frozen=True, slots=True)
class ComparisonReading:
    """`reading` of the one period, and the other one; None where the two cannot be compared, and the form says why."""

    reading: Reading
    form: ComparisonForm
    against: Period | None


def read_comparison(session: Session, arguments: MultiDict[str, str], *, today: date) -> ComparisonReading:
    """The two periods in the address; without a second one the one before. Raises NoSuchPeriod.

    They must be of the same kind: months vary as seasons do, and a quarter shares its people with its own months.
    """
    reading = read_selection(session, arguments, today=today)
    period = reading.selection.period
    other = chosen_period(session, arguments["voi"], today=today) if arguments.get("voi") else previous(period)
    form = ComparisonForm(MultiDict({**reading.selection.arguments, "voi": other.code}))
    first = reading.first_day or today
    form.ky.choices = reading.form.ky.choices
    form.voi.choices = listed_periods(other, min(first, other.starts_on), today)
    form.kenh.choices, form.phieu.choices = reading.form.kenh.choices, reading.form.phieu.choices
    if other == period:
        form.voi.errors = [gettext("Hãy chọn hai kỳ khác nhau.")]
    elif other.kind != period.kind:
        form.voi.errors = [gettext("Hãy chọn hai kỳ dài bằng nhau: tháng với tháng, quý với quý, năm với năm.")]
    return ComparisonReading(reading, form, None if form.voi.errors else other)
