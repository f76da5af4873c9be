"""Where people can answer."""

from datetime import date
from typing import Final

from flask import render_template, request
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import PlaceView
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.text import LONGEST_SEARCH, fold, normalise
from feedback_app.kit.web import public
from feedback_app.site.routes.blueprint import blueprint
from feedback_app.surveys import queries as surveys

PLACES_FOUND: Final = 100


@blueprint.get("/noi-danh-gia")
@public
def places() -> str:
    """The places where people can answer, found by name or address (`tim`), with or without accents."""
    found = places_to_answer(db.session(), clock.local_day(clock.now()))
    search = normalise(request.args.get("tim", ""))[:LONGEST_SEARCH]
    key = fold(search)
    matching = [
        place
        for place in found
        if any(key in fold(text) for text in (place.name, place.name_en or "", place.address or ""))
    ]
    return render_template(
        "site/places.html", search=search, places=matching[:PLACES_FOUND], found=len(matching), whole=len(found)
    )


def places_to_answer(session: Session, today: date) -> list[PlaceView]:
    """The open places that have a questionnaire behind their QR code."""
    asking = {each.place_id for each in surveys.assignments(session) if each.door == "web"}
    return [place for place in departments.places(session, on=today) if place.id in asking]
