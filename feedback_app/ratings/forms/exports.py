"""What a manager fills in to export many periods at once."""

from flask_babel import gettext, lazy_gettext
from wtforms import SelectField, StringField, SubmitField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from feedback_app.kit.forms import Form
from feedback_app.ratings.commands import AskExport
from feedback_app.ratings.labels import KIND_LABELS
from feedback_app.ratings.periods import NotAPeriod, Period, parse


class ExportForm(Form):
    """Every period of one kind between two months, as one file."""

    kind = SelectField(
        lazy_gettext("Loại kỳ"), choices=[SelectChoice(kind, label) for kind, label in KIND_LABELS.items()]
    )
    first = StringField(
        lazy_gettext("Từ tháng"),
        description=lazy_gettext("Năm rồi tháng, thí dụ 2026-01."),
        validators=[InputRequired(lazy_gettext("Xin nhập tháng đầu."))],
    )
    last = StringField(
        lazy_gettext("Đến hết tháng"),
        description=lazy_gettext("Năm rồi tháng, thí dụ 2026-09."),
        validators=[InputRequired(lazy_gettext("Xin nhập tháng cuối."))],
    )
    format = SelectField(lazy_gettext("Dạng tệp"), choices=[SelectChoice("xlsx", "XLSX"), SelectChoice("csv", "CSV")])
    submit = SubmitField(lazy_gettext("Xuất dữ liệu"))

    def validate_first(self, field: StringField) -> None:
        _month(field)

    def validate_last(self, field: StringField) -> None:
        _month(field)

    def command(self, *, asked_by: int, department_ids: frozenset[int] | None) -> AskExport:
        """What is asked for; only after the form was found valid."""
        return AskExport(
            asked_by=asked_by,
            kind=self.kind.data,
            first_on=_month(self.first).starts_on,
            last_on=_month(self.last).last_day,
            format=self.format.data,
            department_ids=department_ids,
        )


def _month(field: StringField) -> Period:
    """The month somebody typed; raises ValidationError."""
    try:
        period = parse((field.data or "").strip())
    except NotAPeriod:
        raise ValidationError(gettext("Cần một tháng, viết năm rồi tháng, thí dụ 2026-01.")) from None
    if period.kind != "month":
        raise ValidationError(gettext("Cần một tháng, viết năm rồi tháng, thí dụ 2026-01."))
    return period
