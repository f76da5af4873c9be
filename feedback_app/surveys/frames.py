"""The phone's form, drawn once for each version and language and then only filled in.

A published version never changes, so what is drawn from it never does either. What differs from one visitor to the
next (token, id, names of the place) stands in the drawn page as marks and is put in on each request.
"""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from flask import render_template, request, url_for
from markupsafe import escape

from feedback_app.departments.queries import Spot
from feedback_app.kit.i18n import LANGUAGES, locale, say
from feedback_app.surveys.forms import Filled, Offer, OpenedSlip
from feedback_app.surveys.versions import VersionView
from feedback_app.tokens.commands import STAGES

# Private-use characters that no text holds; Jinja neither escapes nor changes them.
_MARK: Final = re.compile("\ue000([a-z_]+)\ue001")
_MOST_FRAMES: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One form to show. `slip` is the printed slip that led here, if any. `filled`
    is what came back with an error; a fresh form has None, and nothing chosen.
    """

    spot: Spot
    version: VersionView
    offers: tuple[Offer, ...]
    channel: str
    response_id: UUID
    token: str
    demonstration: bool
    slip: OpenedSlip | None = None
    filled: Filled | None = None


class Frames:
    """Drawn forms of one application."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[object, ...], list[str]] = {}

    def render(self, page: Page) -> str:
        """The page as HTML, for the language of this request."""
        language = locale()
        values = _values(page, language)
        if page.filled is not None:
            return _draw(page, values)
        key = (
            page.version.id,
            language,
            page.demonstration,
            page.offers,
            page.spot.counter_id is None,
            page.slip and page.slip.stage,
        )
        if key not in self._drawn:
            if len(self._drawn) >= _MOST_FRAMES:
                self._drawn.clear()
            drawn = _draw(page, {name: f"\ue000{name}\ue001" if value else "" for name, value in values.items()})
            self._drawn[key] = _MARK.split(drawn)
        # Texts and the names of marks take turns; a mark in the page is already where escaped text belongs.
        parts = self._drawn[key].copy()
        parts[1::2] = [str(escape(values[name])) for name in parts[1::2]]
        return "".join(parts)


def _values(page: Page, language: str) -> dict[str, str]:
    spot = page.spot
    english = language == "en"
    return {
        "token": page.token,
        "response": str(page.response_id),
        "channel": page.channel,
        "slip": page.slip.token.written if page.slip else "",
        # A language asked for in the address holds for the answer too.
        "action": f"{request.path}?lang={language}" if "lang" in request.args else request.path,
        "back": quote(request.full_path.removesuffix("?")),
        "place": (english and spot.place_name_en) or spot.place_name,
        "counter": (english and spot.counter_name_en) or spot.counter_name or "",
        "department": (english and spot.rated_department_name_en) or spot.rated_department_name,
    }


def _draw(page: Page, values: dict[str, str]) -> str:
    here = locale()
    context: dict[str, Any] = {
        "version": page.version,
        "offers": page.offers,
        "stages": STAGES,
        "slip_stage": page.slip and page.slip.stage,
        "say": say,
        "filled": page.filled or Filled(),
        "demonstration": page.demonstration,
        "languages": [
            {
                "code": code,
                "name": name,
                "current": code == here,
                "url": f"{url_for('i18n.switch', code=code)}?tiep={values['back']}",
            }
            for code, name in LANGUAGES.items()
        ],
        # Messages meant for one visitor must not be drawn into everybody's page.
        "get_flashed_messages": lambda **_: [],
    }
    return render_template("surveys/form.html", **context, **values)
