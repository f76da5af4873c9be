"""Languages: Vietnamese is the source, English the translation; numbers and dates follow the language."""

from datetime import date, datetime
from decimal import Decimal
from gettext import NullTranslations
from typing import Final

from babel import Locale
from flask import Blueprint, Flask, g, has_request_context, redirect, request, url_for
from flask_babel import Babel, format_date, format_datetime, get_locale, get_translations, gettext
from werkzeug.wrappers import Response

from feedback_app.kit import numbers
from feedback_app.kit.errors import Refused
from feedback_app.kit.web import local_path, public

LANGUAGES: Final = {"vi": "Tiếng Việt", "en": "English"}
_LOCALES: Final = {code: Locale(code) for code in LANGUAGES}
_COOKIE = "ngon_ngu"
_A_YEAR = 365 * 24 * 3600

babel = Babel()
blueprint = Blueprint("i18n", __name__)


def locale() -> str:
    """The language in force: `vi` or `en`. Asked for every number of a page, so it only reads an attribute."""
    found = get_locale()
    return str(found.language) if found else "vi"


def choose_locale() -> str:
    """A `lang` argument first (for links and kiosks), then the reader's own choice, else Vietnamese.

    The browser's Accept-Language does not count: phones in Vietnam are often sold set to English.
    """
    if not has_request_context():  # a command in a terminal
        return "vi"
    for wanted in (request.args.get("lang"), request.cookies.get(_COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return "vi"


@blueprint.get("/ngon-ngu/<code>")
@public
def switch(code: str) -> Response:
    """Remember a language and go back to the page the reader came from (`tiep`, a path of this site)."""
    response = redirect(local_path(request.args.get("tiep")) or "/")
    if code in LANGUAGES:
        response.set_cookie(_COOKIE, code, max_age=_A_YEAR, samesite="Lax", secure=request.is_secure, httponly=True)
    return response


def text_in(vietnamese: str, english: str | None) -> str:
    """A text that staff typed, in the reader's language where there is one."""
    return english if english and locale() == "en" else vietnamese


def say(error: Refused) -> str:
    """What went wrong, in the reader's language."""
    return str(gettext(error.message, **error.values)) if error.message else ""


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Ho_Chi_Minh")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    babel.init_app(app, default_locale="vi", locale_selector=lambda: _LOCALES[choose_locale()])
    # Flask-Babel's own functions look for the catalogue anew at each of the hundred texts of a page.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().gettext(text),
        ngettext=lambda one, many, number: _catalogue().ngettext(one, many, number),
        pgettext=lambda context, text: _catalogue().pgettext(context, text),
        newstyle=True,
    )
    app.register_blueprint(blueprint)
    app.jinja_env.filters.update(
        count=lambda number: numbers.format_count(number, locale()),
        percent=lambda value, places=1: numbers.format_percent_value(Decimal(value), places, locale()),
        share_of=lambda part, whole, places=1: numbers.format_percent(part, whole, places, locale()),
        decimal=lambda value, places=2: numbers.format_decimal(Decimal(value), places, locale()),
        day=_day,
        moment=_moment,
    )
    app.jinja_env.globals.update(text_in=text_in)
    app.context_processor(_language_context)


def _catalogue() -> NullTranslations:
    """The texts of the language in force, looked up once for each language that a request speaks."""
    known: dict[str, NullTranslations] = g.setdefault("catalogues", {})
    language = locale()
    if language not in known:
        known[language] = get_translations()
    return known[language]


def _day(day: date) -> str:
    return str(format_date(day, "dd/MM/yyyy" if locale() == "vi" else "d MMM yyyy"))


def _moment(moment: datetime) -> str:
    return str(format_datetime(moment, "HH:mm dd/MM/yyyy" if locale() == "vi" else "d MMM yyyy HH:mm"))


def _language_context() -> dict[str, object]:
    here = locale()
    back = request.full_path.removesuffix("?")
    return {
        "locale": here,
        "languages": [
            {
                "code": code,
                "name": name,
                "current": code == here,
                "url": url_for("i18n.switch", code=code, tiep=back),
            }
            for code, name in LANGUAGES.items()
        ],
    }
