"""Which quarter or year is scored, and the points a department gives itself or another person gives it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length

from feedback_app.kit.errors import N_, Refused
from feedback_app.kit.forms import Form
from feedback_app.kit.i18n import say, text_in
from feedback_app.ratings.forms.periods import LISTED, NoSuchPeriod, PeriodForm
from feedback_app.ratings.labels import KIND_LABELS, period_name
from feedback_app.ratings.periods import Kind, NotAPeriod, Period, last, parse, period_of, previous
from feedback_app.ratings.queries import AssessmentView
from feedback_app.ratings.schemes.indices import IndexRules

# TT 01/2018/TT-VPCP, Điều 15.4.
SCORED_KINDS: Final[tuple[Kind, ...]] = ("quarter", "year")
LONGEST_REASON: Final = 300


def read_scored_period(arguments: MultiDict[str, str], *, today: date) -> tuple[PeriodForm, Period]:
    """The quarter or year in the address: without one the last quarter that is over. Raises NoSuchPeriod."""
    try:
        period = parse(arguments["ky"]) if arguments.get("ky") else previous(period_of("quarter", today))
    except NotAPeriod as error:
        raise NoSuchPeriod(N_("Không có kỳ báo cáo này.")) from error
    if period.kind not in SCORED_KINDS:
        raise NoSuchPeriod(N_("Chỉ chấm điểm theo quý và theo năm."))
    form = PeriodForm(MultiDict({"ky": period.code}))
    form.ky.choices = {
        str(KIND_LABELS[kind]): [
            (each.code, period_name(each))
            for each in sorted({*last(LISTED[kind], period_of(kind, today)), period}, reverse=True)
            if each.kind == kind
        ]
        for kind in SCORED_KINDS
    }
    return form, period


class PointsForm(Form):
    """Base of the forms `points_form` makes: a choice `points_<index>` for each index, blank until somebody chooses."""

    numbers: tuple[int, ...] = ()

    def points(self) -> dict[int, int]:
        """What was chosen, by the number of the index; an index that was not offered says nothing."""
        sent = [(number, self[f"points_{number}"]) for number in self.numbers]
        return {number: int(field.data) for number, field in sent if field.raw_data and field.data}

    def reasons(self) -> dict[int, str]:
        """What was written beside the points, by the number of the index."""
        return {number: self[f"reason_{number}"].data or "" for number in self.numbers if f"reason_{number}" in self}

    def blame(self, error: Refused) -> None:
        """Put the words of a refusal beside the field it is about."""
        if error.field in self:
            self[error.field].errors = [say(error)]
        else:
            self.form_errors.append(say(error))


def points_form(
    rules: IndexRules, assessed: Mapping[int, AssessmentView], *, prefix: str, appraising: bool = False
) -> PointsForm:
    """The form of a department's own points or, `appraising`, of those another person gives what was assessed."""
    indices = [
        index
        for index in rules.indices
        if "assessment" in index.sources and (index.number in assessed or not appraising)
    ]
    options = [
        SelectChoice("", gettext("Chưa chấm")),
        *(SelectChoice(str(points), str(points)) for points in range(rules.most, -1, -1)),
    ]
    fields: dict[str, object] = {"numbers": tuple(index.number for index in indices)}
    stored: dict[str, str | None] = {}
    for index in indices:
        number, view = index.number, assessed.get(index.number)
        name = text_in(index.name, index.name_en)
        given = (view.points.appraised if appraising else view.points.own) if view else None
        stored[f"points_{number}"] = "" if given is None else str(given)
        fields[f"points_{number}"] = SelectField(
            gettext("Chỉ số %(number)s: %(name)s", number=number, name=name), choices=options
        )
        if appraising and view:
            stored[f"reason_{number}"] = view.points.reason
            fields[f"reason_{number}"] = StringField(
                gettext(
                    "Lý do, nếu khác %(points)s điểm đơn vị tự chấm ở chỉ số %(number)s",
                    points=view.points.own,
                    number=number,
                ),
                validators=[Length(max=LONGEST_REASON, message=gettext("Xin viết ngắn hơn."))],
            )
    made: PointsForm = type("MadePointsForm", (PointsForm,), fields)(prefix=prefix, data=stored)
    return made
