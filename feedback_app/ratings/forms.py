"""What a reader of figures may choose: the period, one channel, one questionnaire, the order of the rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Length

from feedback_app.kit.errors import N_, NotFound, Refused
from feedback_app.kit.forms import Form
from feedback_app.kit.i18n import say, text_in
from feedback_app.kit.text import normalise
from feedback_app.ratings import operations, queries
from feedback_app.ratings.labels import CHANNEL_LABELS, KIND_LABELS, period_name
from feedback_app.ratings.periods import (
    PUBLISHED_KINDS,
    Kind,
    NotAPeriod,
    Period,
    begun_between,
    last,
    parse,
    period_of,
    previous,
)
from feedback_app.ratings.queries import AssessmentView, Filter, PublicationView, RatingRow
from feedback_app.ratings.schemes.indices import IndexRules
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import VersionView

# Further back than this a period is reached by its address alone; a list of every month of ten years helps nobody.
LISTED: Final[dict[Kind, int]] = {"month": 24, "quarter": 12, "half_year": 6, "nine_months": 5, "year": 5}
# TT 01/2018/TT-VPCP, Điều 15.4.
SCORED_KINDS: Final[tuple[Kind, ...]] = ("quarter", "year")
LONGEST_REASON: Final = 300
LONGEST_SEARCH: Final = 100


class NoSuchPeriod(NotFound):
    """The address names no period, channel or questionnaire there is."""


class FigureForm(Form):
    """Sent by GET, so that a choice is an address one can keep and pass on."""

    class Meta:
        csrf = False

    ky = SelectField(lazy_gettext("Kỳ"))
    kenh = SelectField(lazy_gettext("Kênh trả lời"))
    phieu = SelectField(lazy_gettext("Mẫu phiếu"))


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen, checked.

    `publication` is the one asked for by its number, else None and the newest is read; `restated_by` is the newest
    where an older one was asked for.
    """

    period: Period
    channel: str | None
    questionnaire: str | None
    publication: PublicationView | None = None
    restated_by: PublicationView | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """Back into an address; what was not narrowed is left out."""
        return {**self.which, **self._parts}

    @property
    def which(self) -> dict[str, str]:
        """The period, and the publication of it if one was asked for."""
        number = {"ban": str(self.publication.number)} if self.publication else {}
        return {"ky": self.period.code, **number}

    def at(self, period: Period) -> dict[str, str]:
        """The same choice in another period, whose newest figures are read."""
        return {"ky": period.code, **self._parts}

    @property
    def _parts(self) -> dict[str, str]:
        chosen = {"kenh": self.channel, "phieu": self.questionnaire}
        return {name: value for name, value in chosen.items() if value}

    def narrowed(self, department_ids: frozenset[int] | None = None) -> Filter:
        return Filter(department_ids, self.channel, self.questionnaire, self.publication)


@dataclass(frozen=True, slots=True)
class Reading:
    """A choice with what it was checked against: the form to show it in, every version, the first day counted."""

    form: FigureForm
    selection: Selection
    versions: dict[int, VersionView]
    first_day: date | None


def read_selection(session: Session, arguments: MultiDict[str, str], *, today: date) -> Reading:
    """The choice in the address: without one the newest published quarter, or the running month before there is one.

    Raises NoSuchPeriod, and NoPublication for a number that was never published.
    """
    versions = surveys.published_versions(session)
    newest_last = sorted(versions.values(), key=lambda each: (each.code, each.number))
    titles = {each.code: text_in(each.title, each.title_en) for each in newest_last}
    first_day = queries.first_day(session)
    period = _period(session, arguments.get("ky", ""), today=today)
    publication, restated_by = _publication(session, period, arguments.get("ban", ""))
    selection = Selection(
        period=period,
        channel=arguments.get("kenh") or None,
        questionnaire=arguments.get("phieu") or None,
        publication=publication,
        restated_by=restated_by,
    )
    if (selection.channel or "kiosk") not in CHANNEL_LABELS:
        raise NoSuchPeriod(N_("Không có kênh trả lời này."))
    if selection.questionnaire is not None and selection.questionnaire not in titles:
        raise NoSuchPeriod(N_("Không có mẫu phiếu này."))
    form = FigureForm(MultiDict(selection.arguments))
    form.ky.choices = _listed(selection.period, first_day or today, today)
    form.kenh.choices = [("", gettext("Mọi kênh")), *((key, str(label)) for key, label in CHANNEL_LABELS.items())]
    form.phieu.choices = [("", gettext("Mọi mẫu phiếu")), *titles.items()]
    return Reading(form, selection, versions, first_day)


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
    other = _period(session, arguments["voi"], today=today) if arguments.get("voi") else previous(period)
    form = ComparisonForm(MultiDict({**reading.selection.arguments, "voi": other.code}))
    first = reading.first_day or today
    form.ky.choices = reading.form.ky.choices
    form.voi.choices = _listed(other, min(first, other.starts_on), today)
    form.kenh.choices, form.phieu.choices = reading.form.kenh.choices, reading.form.phieu.choices
    if other == period:
        form.voi.errors = [gettext("Hãy chọn hai kỳ khác nhau.")]
    elif other.kind != period.kind:
        form.voi.errors = [gettext("Hãy chọn hai kỳ dài bằng nhau: tháng với tháng, quý với quý, năm với năm.")]
    return ComparisonReading(reading, form, None if form.voi.errors else other)


def newest_first(session: Session, *, today: date) -> Period:
    """The period shown to who asks for none."""
    return queries.newest_published(session, "quarter") or period_of("month", today)


def _period(session: Session, code: str, *, today: date) -> Period:
    if not code:
        return newest_first(session, today=today)
    return read_period(code)


def read_period(code: str) -> Period:
    """The period an address names; raises NoSuchPeriod."""
    try:
        return parse(code)
    except NotAPeriod as error:
        raise NoSuchPeriod(N_("Không có kỳ báo cáo này.")) from error


def _publication(
    session: Session, period: Period, number: str
) -> tuple[PublicationView | None, PublicationView | None]:
    """The publication of this number, and the newest one where that is another."""
    if not number:
        return None, None
    found = queries.publications(session, period)
    chosen = next((each for each in found if str(each.number) == number), None)
    if chosen is None:
        raise queries.NoPublication(N_("Kỳ này không có lần công bố ấy."))
    return chosen, found[-1] if chosen is not found[-1] else None


def _listed(chosen: Period, first: date, today: date) -> dict[str, list[tuple[str, str]]]:
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


class ScoredPeriodForm(Form):
    """Quarters and years alone: no other period is scored. Sent by GET."""

    class Meta:
        csrf = False

    ky = SelectField(lazy_gettext("Kỳ"))


def read_scored_period(arguments: MultiDict[str, str], *, today: date) -> tuple[ScoredPeriodForm, Period]:
    """The quarter or year in the address: without one the last quarter that is over. Raises NoSuchPeriod."""
    try:
        period = parse(arguments["ky"]) if arguments.get("ky") else previous(period_of("quarter", today))
    except NotAPeriod as error:
        raise NoSuchPeriod(N_("Không có kỳ báo cáo này.")) from error
    if period.kind not in SCORED_KINDS:
        raise NoSuchPeriod(N_("Chỉ chấm điểm theo quý và theo năm."))
    form = ScoredPeriodForm(MultiDict({"ky": period.code}))
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
        """What was chosen, by the number of the index."""
        return {number: int(self[f"points_{number}"].data) for number in self.numbers if self[f"points_{number}"].data}

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


class CommentForm(Form):
    """Which cleared comments to read; sent by GET, as above."""

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
        period=_period(session, arguments.get("ky", ""), today=today),
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
    form.ky.choices = _listed(selection.period, queries.first_day(session) or today, today)
    form.don_vi.choices = [("", gettext("Mọi cơ quan, đơn vị")), *names.items()]
    form.cau_hoi.choices = [("", gettext("Mọi câu hỏi")), *questions.items()]
    form.danh_gia.choices = [("", gettext("Mọi mức")), *((key, str(label)) for key, label in OUTCOME_LABELS.items())]
    return form, selection


class DraftForm(Form):
    """Why a published period is restated; a first draft needs no reason."""

    reason = TextAreaField(
        lazy_gettext("Lý do đính chính"),
        description=lazy_gettext("Sẽ được công khai cùng số liệu."),
        render_kw={"rows": 3, "maxlength": operations.LONGEST_REASON},
    )
    submit = SubmitField(lazy_gettext("Lập bản nháp"))


class StepForm(Form):
    """One step with the draft that was seen, named by its id; a reason where it is returned."""

    draft = HiddenField()
    reason = TextAreaField(
        lazy_gettext("Vì sao trả lại"), render_kw={"rows": 3, "maxlength": operations.LONGEST_REASON}
    )

    @property
    def draft_id(self) -> int:
        """0 for what is no id, which no draft has."""
        written = self.draft.data or ""
        return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


ORDERS: Final = ("ten", "ty-le", "so-phieu", "thay-doi")


@dataclass(frozen=True, slots=True)
class Order:
    """How rows are sorted: `by` is one of ORDERS."""

    by: str
    descending: bool

    @classmethod
    def read(cls, arguments: MultiDict[str, str]) -> "Order":
        """From an address; anything unknown is the order of names."""
        by = arguments.get("sap-xep", "ten")
        return cls(by, arguments.get("chieu") == "giam") if by in ORDERS else cls("ten", descending=False)

    @property
    def arguments(self) -> dict[str, str]:
        if self == Order("ten", descending=False):
            return {}
        return {"sap-xep": self.by, "chieu": "giam" if self.descending else "tang"}

    def turned_to(self, by: str) -> "Order":
        """The order a click on the heading `by` asks for: numbers begin with the largest."""
        return Order(by, not self.descending) if by == self.by else Order(by, descending=by != "ten")

    def direction(self, by: str) -> str:
        """For aria-sort."""
        if by != self.by:
            return ""
        return "descending" if self.descending else "ascending"

    def sort(self, rows: Iterable[RatingRow]) -> list[RatingRow]:
        """`rows`, which come in the order of names; those without the figure asked for stand last either way."""
        given = list(rows)
        if self.by == "ten":
            return given[::-1] if self.descending else given
        keyed = [(self._key(row), row) for row in given]
        known = sorted(((key, row) for key, row in keyed if key is not None), key=lambda each: each[0])
        if self.descending:
            known.reverse()
        return [row for _, row in known] + [row for key, row in keyed if key is None]

    def _key(self, row: RatingRow) -> float | None:
        if self.by == "so-phieu":
            return float(row.figure.n)
        if self.by == "thay-doi":
            return float(row.change.points) if row.change else None
        return float(row.figure.share) if row.figure.share is not None else None
