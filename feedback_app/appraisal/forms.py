"""Choosing a quarter or a year, objecting to an index, and answering an objection."""

from collections.abc import Sequence
from typing import Final

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from feedback_app.appraisal.queries import QuarterView
from feedback_app.kit.documents import LARGEST_COUNT
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.forms import Form
from feedback_app.kit.i18n import text_in
from feedback_app.ratings.labels import KIND_LABELS, period_name
from feedback_app.ratings.periods import Kind, NotAPeriod, Period, parse, period_of
from feedback_app.ratings.schemes import Points

_APPRAISED: Final[tuple[Kind, ...]] = ("quarter", "year")


class NoSuchPeriod(NotFound):
    """The address names no quarter, or no year where one may be read."""


class PeriodForm(Form):
    """Which quarter or year is read. Sent by GET."""

    class Meta:
        csrf = False

    ky = SelectField(_("Kỳ"))


class ContestForm(Form):
    """An officer's objection; the words are checked by the operation."""

    index = RadioField(_("Chỉ số"), coerce=int, validate_choice=False)
    reason = TextAreaField(
        _("Vì sao chưa đúng"),
        description=_("Nêu mã hồ sơ nếu cần đối chiếu. Không ghi tên hay số giấy tờ của người dân."),
        render_kw={"rows": 4},
    )

    def offer(self, view: QuarterView) -> None:
        """The indices there are to choose from."""
        self.index.choices = [
            SelectChoice(score.index.number, f"{score.index.number}. {text_in(score.index.name, score.index.name_en)}")
            for score in view.figure.scores
        ]


class DecisionForm(Form):
    """The answer from outside; which, the pressed button says. The sum is needed only where the objection is upheld."""

    points = IntegerField(
        _("Tổng điểm đúng của chỉ số"),
        validators=[Optional(), NumberRange(0, LARGEST_COUNT)],
        description=_("Chỉ cần khi chấp nhận khiếu nại."),
    )
    scored = IntegerField(_("Số hồ sơ có điểm ở chỉ số ấy"), validators=[Optional(), NumberRange(0, LARGEST_COUNT)])
    answer = TextAreaField(_("Lý do quyết định"), render_kw={"rows": 4})

    def corrected(self) -> Points | None:
        if self.points.data is None or self.scored.data is None:
            return None
        return Points(self.points.data, self.scored.data)


def read_quarter(arguments: MultiDict[str, str]) -> Period | None:
    """The quarter in the address, None where it names none. Raises NoSuchPeriod."""
    found = _read(arguments)
    if found is not None and found.kind != "quarter":
        raise NoSuchPeriod(N_("Không có quý này."))
    return found


def read_period(arguments: MultiDict[str, str]) -> Period | None:
    """The quarter or year in the address, None where it names none: the periods of Điều 15.4. Raises NoSuchPeriod."""
    found = _read(arguments)
    if found is not None and found.kind not in _APPRAISED:
        raise NoSuchPeriod(N_("Không có kỳ này."))
    return found


def period_form(quarters: Sequence[Period], chosen: Period) -> PeriodForm:
    """The choice among the quarters there are, newest first, and the years they are of."""
    offered = {*quarters, *(period_of("year", quarter.starts_on) for quarter in quarters), chosen}
    form = PeriodForm(MultiDict({"ky": chosen.code}))
    form.ky.choices = {
        str(KIND_LABELS[kind]): [
            (each.code, period_name(each)) for each in sorted(offered, reverse=True) if each.kind == kind
        ]
        for kind in _APPRAISED
        if any(each.kind == kind for each in offered)
    }
    return form


def _read(arguments: MultiDict[str, str]) -> Period | None:
    written = arguments.get("ky")
    if not written:
        return None
    try:
        return parse(written)
    except NotAPeriod as error:
        raise NoSuchPeriod(N_("Không có kỳ này.")) from error
