"""Which year or quarter of the register is looked at."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField
from wtforms.fields import SelectChoice

from feedback_app.kit.documents import YEARS
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.forms import Form

QUARTERS = {"": _("Cả năm"), "1": _("Quý I"), "2": _("Quý II"), "3": _("Quý III"), "4": _("Quý IV")}


class NoSuchYear(NotFound):
    """The address names no year or quarter."""


class YearForm(Form):
    """Sent by GET, so that what is looked at has an address."""

    class Meta:
        csrf = False

    nam = SelectField(_("Năm"))
    quy = SelectField(_("Quý"), choices=[SelectChoice(value, label) for value, label in QUARTERS.items()])

    @property
    def days(self) -> tuple[date, date]:
        """The first day, and the day after the last."""
        year, quarter = int(self.nam.data), int(self.quy.data or 0)
        if not quarter:
            return date(year, 1, 1), date(year + 1, 1, 1)
        last = quarter == len(QUARTERS) - 1
        return date(year, 3 * quarter - 2, 1), date(year + last, 1 if last else 3 * quarter + 1, 1)


def read_year(arguments: MultiDict[str, str], *, known: Sequence[int], today: date) -> YearForm:
    """The year and quarter in the address: without any, this year. Raises NoSuchYear."""
    year, quarter = arguments.get("nam") or str(today.year), arguments.get("quy", "")
    numeric = year.isascii() and year.isdigit() and len(year) == len(str(today.year))
    if not numeric or int(year) not in YEARS or quarter not in QUARTERS:
        raise NoSuchYear(N_("Không có năm hoặc quý này."))
    form = YearForm(MultiDict({"nam": year, "quy": quarter}))
    form.nam.choices = [
        SelectChoice(str(each), str(each)) for each in sorted({*known, today.year, int(year)}, reverse=True)
    ]
    return form
