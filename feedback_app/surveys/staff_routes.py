"""What the people in charge of a place need: its links, its code, its poster."""

from flask import Blueprint, render_template, url_for

from feedback_app.departments import queries as departments
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.web import settings
from feedback_app.staff.access import current_member, requires, scope
from feedback_app.surveys import queries

blueprint = Blueprint("surveys_staff", __name__, template_folder="templates")


@blueprint.get("/quan-ly/diem-dat")
@requires("manager")
def places() -> str:
    """The places of the departments this account answers for, with what leads to their questionnaires."""
    session = db.session()
    today = clock.local_day(clock.now())
    allowed = scope(session, current_member(), today)
    asked = {(each.place_id, each.door): each for each in queries.assignments(session)}
    listed = [
        {
            "place": place,
            "spots": [
                _links(place.slug, counter.slug, counter.name, counter.name_en)
                for counter in departments.counters(session, place_id=place.id)
            ],
            "whole": _links(place.slug, None, place.name, place.name_en),
            "kiosk": asked.get((place.id, "kiosk")),
            "web": asked.get((place.id, "web")),
        }
        for place in departments.places(session, on=today)
        if allowed is None or {place.department_id, place.rated_department_id} & allowed
    ]
    return render_template("surveys/places.html", places=listed, public_url=settings().public_url)


def _links(place: str, counter: str | None, name: str, name_en: str | None) -> dict[str, str | None]:
    return {
        "name": name,
        "name_en": name_en,
        "kiosk": url_for("surveys.kiosk", place=place, counter=counter),
        "form": url_for("surveys.form", place=place, counter=counter),
        "code": url_for("surveys.qr_code", place=place, counter=counter),
        "poster": url_for("surveys.poster", place=place, counter=counter),
    }
