"""Choosing a quarter, objecting to an index, and answering an objection."""

from collections.abc import Iterable, Sequence

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
from feedback_app.ratings.labels import period_name
from feedback_app.ratings.periods import NotAPeriod, Period, parse
from feedback_app.ratings.schemes import Points


class NoSuchQuarter(NotFound):
    """The address names no quarter."""


class QuarterForm(Form):
    """Which quarter is read. Sent by GET."""

    class Meta:
        csrf = False

    ky = SelectField(_("Quý"))


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
    """The quarter in the address, None where it names none. Raises NoSuchQuarter."""
    written = arguments.get("ky")
    if not written:
        return None
    try:
        found = parse(written)
    except NotAPeriod as error:
        raise NoSuchQuarter(N_("Không có quý này.")) from error
    if found.kind != "quarter":
        raise NoSuchQuarter(N_("Không có quý này."))
    return found


def quarter_form(known: Sequence[Period], chosen: Period) -> QuarterForm:
    """The choice among the quarters there are."""
    offered: Iterable[Period] = known if chosen in known else (chosen, *known)
    form = QuarterForm(MultiDict({"ky": chosen.code}))
    form.ky.choices = [(each.code, period_name(each)) for each in offered]
    return form
