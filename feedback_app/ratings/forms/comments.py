"""Which cleared comments a reader asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField

from feedback_app.kit.errors import N_
from feedback_app.kit.forms import Form
from feedback_app.kit.i18n import text_in
from feedback_app.kit.text import normalise
from feedback_app.ratings import queries
from feedback_app.ratings.forms.periods import NoSuchPeriod, chosen_period, listed_periods
from feedback_app.ratings.periods import PUBLISHED_KINDS, Period
from feedback_app.surveys import queries as surveys

LONGEST_SEARCH: Final = 100


class CommentForm(Form):
    """Which cleared comments to read; sent by GET."""

    class Meta:
        csrf = False

    ky = SelectField(lazy_gettext("Kỳ"))
    don_vi = SelectField(lazy_gettext("Cơ quan, đơn vị"), name="don-vi")
    cau_hoi = SelectField(lazy_gettext("Câu hỏi"), name="cau-hoi")
    danh_gia = SelectField(lazy_gettext("Đánh giá chung"), name="danh-gia")
    tim = StringField(lazy_gettext("Tìm trong góp ý"))


OUTCOME_LABELS: Final = {
    "satisfied": lazy_gettext("Hài lòng"),
    "neutral": lazy_gettext("Trung tính"),
    "not_satisfied": lazy_gettext("Chưa hài lòng"),
}


@dataclass(frozen=True, slots=True)
class CommentSelection:
    """Which comments were asked for, checked. `department` is a code."""

    period: Period
    department: str | None
    question: str | None
    outcome: str | None
    search: str
    page: int

    @property
    def arguments(self) -> dict[str, str]:
        """Back into an address, without the page."""
        chosen = {
            "ky": self.period.code,
            "don-vi": self.department,
            "cau-hoi": self.question,
            "danh-gia": self.outcome,
            "tim": self.search,
        }
        return {name: value for name, value in chosen.items() if value}


def read_comment_selection(
    session: Session, arguments: MultiDict[str, str], *, offered: Iterable[tuple[str, str]], today: date
) -> tuple[CommentForm, CommentSelection]:
    """The choice in the address; `offered` are codes and names of the departments there are to choose from.

    Raises NoSuchPeriod, also for a single day: a comment is never tied to one.
    """
    selection = CommentSelection(
        period=chosen_period(session, arguments.get("ky", ""), today=today),
        department=arguments.get("don-vi") or None,
        question=arguments.get("cau-hoi") or None,
        outcome=arguments.get("danh-gia") or None,
        search=normalise(arguments.get("tim", ""))[:LONGEST_SEARCH],
        page=max(arguments.get("trang", 1, type=int), 1),
    )
    questions = {
        question.key: text_in(question.text, question.text_en)
        for version in sorted(surveys.published_versions(session).values(), key=lambda each: each.number)
        for question in version.questions
        if question.kind == "text"
    }
    names = dict(offered)
    if selection.period.kind not in PUBLISHED_KINDS:
        raise NoSuchPeriod(N_("Không có kỳ báo cáo này."))
    if (
        (selection.department is not None and selection.department not in names)
        or (selection.question is not None and selection.question not in questions)
        or (selection.outcome is not None and selection.outcome not in OUTCOME_LABELS)
    ):
        raise NoSuchPeriod(N_("Không có lựa chọn này."))
    form = CommentForm(MultiDict(selection.arguments))
    form.ky.choices = listed_periods(selection.period, queries.first_day(session) or today, today)
    form.don_vi.choices = [("", gettext("Mọi cơ quan, đơn vị")), *names.items()]
    form.cau_hoi.choices = [("", gettext("Mọi câu hỏi")), *questions.items()]
    form.danh_gia.choices = [("", gettext("Mọi mức")), *((key, str(label)) for key, label in OUTCOME_LABELS.items())]
    return form, selection
