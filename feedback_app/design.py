"""The design page: every part of the pages and every kiosk screen, with sample data, for development only."""

from flask import Blueprint, render_template
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from feedback_app.kit.errors import NotFound
from feedback_app.kit.forms import Form
from feedback_app.kit.web import public

blueprint = Blueprint("design", __name__, url_prefix="/thiet-ke")

KIOSK_SCREENS = ("bat-dau", "ly-do", "gop-y", "cam-on", "het-gio", "mat-mang")


class SampleForm(Form):
    """One field of each kind, with the Vietnamese that real forms use."""

    overall = RadioField(
        "Ông (bà) đánh giá chung thế nào về việc giải quyết hồ sơ?",
        choices=["Rất hài lòng", "Hài lòng", "Bình thường", "Không hài lòng", "Rất không hài lòng"],
        validators=[InputRequired("Vui lòng chọn một mức độ.")],
    )
    reasons = SelectMultipleField(
        "Điều gì cần làm tốt hơn?",
        choices=["Thời gian chờ lâu", "Hướng dẫn chưa rõ ràng", "Phải đi lại nhiều lần", "Trễ hẹn trả kết quả"],
        description="Có thể chọn nhiều ý.",
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    department = SelectField("Cơ quan, đơn vị giải quyết", choices=["Phòng Quản lý đô thị", "Phòng Kinh tế"])
    code = StringField("Mã số hồ sơ", description="In ở góc trên của giấy tiếp nhận hồ sơ và hẹn trả kết quả.")
    answered = DateField("Ngày trả lời phiếu", validators=[InputRequired("Vui lòng nhập ngày trả lời phiếu.")])
    email = EmailField("Thư điện tử", validators=[Optional(), Length(max=254)])
    comment = TextAreaField(
        "Ý kiến góp ý", description="Không ghi số định danh, số điện thoại hoặc thông tin riêng của người khác."
    )
    agree = BooleanField("Tôi đã đọc hướng dẫn điền phiếu")


class SamplePoll(Form):
    """A poll with one choice."""

    choice = RadioField(
        "Theo ông (bà), nội dung nào cần ưu tiên cải thiện?",
        choices=["Giảm thời gian giải quyết", "Giảm giấy tờ phải nộp", "Nộp hồ sơ trực tuyến dễ hơn"],
    )


@blueprint.get("")
@public
def parts() -> str:
    """Every part; the form is shown as it comes back when something is missing."""
    form = SampleForm(formdata=MultiDict({"code": "H46.16-261101-0007", "email": ""}))
    for field in (form.overall, form.answered):
        field.validate(form)
    return render_template("design.html", form=form, poll=SamplePoll(formdata=None), screens=KIOSK_SCREENS)


@blueprint.get("/ki-ot/<screen>")
@public
def kiosk(screen: str) -> str:
    """One kiosk screen, full size."""
    if screen not in KIOSK_SCREENS:
        raise NotFound
    return render_template("design_kiosk.html", screen=screen)
