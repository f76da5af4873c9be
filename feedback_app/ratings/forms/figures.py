"""What a reader of figures may choose: the period, one channel, one questionnaire, the order of the rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from feedback_app.kit.errors import N_
from feedback_app.kit.forms import Form
from feedback_app.kit.i18n import text_in
from feedback_app.ratings import queries
from feedback_app.ratings.forms.periods import NoSuchPeriod, chosen_period, listed_periods
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries import Filter, PublicationView, RatingRow
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.labels import CHANNEL_LABELS
from feedback_app.surveys.versions import VersionView


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
    period = chosen_period(session, arguments.get("ky", ""), today=today)
    publication, restated_by = read_publication(session, period, arguments.get("ban", ""))
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
    form.ky.choices = listed_periods(selection.period, first_day or today, today)
    form.kenh.choices = [("", gettext("Mọi kênh")), *((key, str(label)) for key, label in CHANNEL_LABELS.items())]
    form.phieu.choices = [("", gettext("Mọi mẫu phiếu")), *titles.items()]
    return Reading(form, selection, versions, first_day)


def read_publication(
    session: Session, period: Period, number: str
) -> tuple[PublicationView | None, PublicationView | None]:
    """The publication of this number, and the newest one where that is another; without a number neither.

    Raises NoPublication.
    """
    if not number:
        return None, None
    found = queries.publications(session, period)
    chosen = next((each for each in found if str(each.number) == number), None)
    if chosen is None:
        raise queries.NoPublication(N_("Kỳ này không có lần công bố ấy."))
    return chosen, found[-1] if chosen is not found[-1] else None


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
