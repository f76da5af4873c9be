"""The form of a file with the dossiers of days."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, StringField, SubmitField
from wtforms.validators import InputRequired

from feedback_app.kit.forms import Form


class UploadForm(Form):
    file = FileField(
        _("Tệp CSV hoặc XLSX"),
        description=_("Không quá 2 MB, 20.000 dòng; một trang tính, dòng đầu là tiêu đề."),
        validators=[FileRequired(_("Xin chọn tệp."))],
        render_kw={"accept": ".csv,.xlsx"},
    )
    source = StringField(
        _("Nguồn số liệu"),
        description=_(
            "Ví dụ: Hệ thống một cửa điện tử của tỉnh. Nhập lại với cùng tên nguồn thì thay số cũ của nguồn ấy."
        ),
        validators=[InputRequired(_("Xin ghi nguồn số liệu."))],
    )
    submit = SubmitField(_("Xem trước"))


class ConfirmForm(Form):
    """`expected` is the number of lines that the person read on the button."""

    expected = HiddenField()
