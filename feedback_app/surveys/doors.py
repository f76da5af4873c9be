"""Where somebody answers and what is asked there, remembered for a few seconds in each process.

Every visitor of a place needs the same three facts (the place with whom it rates, the questionnaire in force, the
procedures to choose from) and they change a few times a year: some statements less on each request. A change
shows a few seconds later; the day is part of the key, so a reorganisation takes effect at midnight all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from flask import current_app
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import Spot
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_
from feedback_app.kit.web import settings
from feedback_app.surveys import queries
from feedback_app.surveys.forms import Offer
from feedback_app.surveys.queries import NoQuestionnaire
from feedback_app.surveys.versions import VersionView

_MOST_DOORS: Final = 1000
# Names of procedures in the form: with more of them the page would take too long over a bad network.
_MOST_BYTES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Door:
    """`offers` is empty where there is nothing to choose from.

    `demonstration` says that demonstration data is stored, and the page must say so.
    """

    spot: Spot
    version: VersionView
    offers: tuple[Offer, ...]
    demonstration: bool

    def of_its_kind(self, version: VersionView) -> VersionView:
        """`version` if it is of the questionnaire asked here, in whatever version; else nobody here was shown it.

        Raises NoQuestionnaire.
        """
        if version.questionnaire_id != self.version.questionnaire_id:
            raise NoQuestionnaire(N_("Nơi này không hỏi mẫu phiếu đó. Xin mở lại trang và trả lời mẫu phiếu hiện có."))
        return version


class Doors:
    """The doors one process knows; with `remember` zero it asks the database every time."""

    def __init__(self, remember: timedelta) -> None:
        self._remember = remember
        self._known: dict[tuple[str, str | None, str, date], tuple[datetime, Door]] = {}

    def find(
        self,
        sessions: Callable[[], Session],
        *,
        place: str,
        counter: str | None,
        kind: Literal["kiosk", "web"],
        now: datetime,
    ) -> Door:
        """The door as it is on the day of `now`; a session is asked for only where it has to be read.

        Raises PlaceNotFound and NoQuestionnaire.
        """
        key = (place, counter, kind, local_day(now))
        known = self._known.get(key)
        if known is not None and known[0] <= now < known[0] + self._remember:
            return known[1]
        session = sessions()
        spot = departments.spot(session, place=place, counter=counter, on=local_day(now))
        version = queries.version_at(session, place_id=spot.place_id, door=kind)
        door = Door(spot, version, _offers(session, spot), queries.shows_demonstration(session, now=now))
        if len(self._known) >= _MOST_DOORS:
            self._known.clear()
        self._known[key] = (now, door)
        return door


def doors() -> Doors:
    """The doors this application knows."""
    known: Doors | None = current_app.extensions.get("surveys.doors")
    if known is None:
        # Tests change places between two requests.
        seconds = 0 if settings().environment == "test" else 5
        known = current_app.extensions["surveys.doors"] = Doors(timedelta(seconds=seconds))
    return known


def _offers(session: Session, spot: Spot) -> tuple[Offer, ...]:
    """Fields with their procedures to choose from; where the counter settles the field, its procedures alone.

    Procedures that would make the page too large are all left out: a list of some would count these more often.
    """
    if spot.field_id is None:
        fields = departments.fields(session, department_id=spot.rated_department_id)
        procedures = departments.procedures(session, field_ids=[each.id for each in fields])
    else:
        fields = [each for each in departments.fields(session) if each.id == spot.field_id]
        procedures = departments.procedures(session, field_ids=[spot.field_id])
    # The tags around each name take some forty bytes.
    if (
        sum(max(len((name or "").encode()) for name in (each.name, each.name_en)) + 40 for each in procedures)
        > _MOST_BYTES
    ):
        procedures = []
    offers = tuple(
        Offer(each, tuple(own for own in procedures if own.field_id == each.id), settled=spot.field_id is not None)
        for each in fields
    )
    return offers if procedures or (len(offers) > 1) else ()
