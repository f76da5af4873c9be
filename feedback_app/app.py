"""Puts the application together: settings, extensions, slices, error pages. The only module that knows all slices."""

from typing import TYPE_CHECKING

from flask import Flask, jsonify, make_response, render_template, request
from flask_babel import gettext
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFError
from psycopg.errors import NumericValueOutOfRange
from sqlalchemy import text
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from feedback_app import cli, design, recounts
from feedback_app.appraisal import models as _appraisal
from feedback_app.appraisal import staff_routes as appraisal_routes
from feedback_app.articles import models as _articles
from feedback_app.articles import routes as articles_routes
from feedback_app.articles import staff_routes as articles_staff_routes
from feedback_app.departments import models as _departments
from feedback_app.dossiers import api as dossiers_api
from feedback_app.dossiers import models as _dossiers
from feedback_app.dossiers import staff_routes as dossiers_staff_routes
from feedback_app.exclusions import labels as exclusion_labels
from feedback_app.exclusions import models as _exclusions
from feedback_app.exclusions import staff_routes as exclusion_routes
from feedback_app.kiosks import api as kiosks_api
from feedback_app.kiosks import labels as kiosk_labels
from feedback_app.kiosks import models as _kiosks
from feedback_app.kiosks import routes as kiosks_routes
from feedback_app.kiosks import shell as kiosks_shell
from feedback_app.kiosks import staff_routes as kiosks_staff_routes
from feedback_app.kit import charts, clock, i18n, kept_files, log, security, visitor_tokens, web
from feedback_app.kit.db import db, engine_options
from feedback_app.kit.errors import Conflict, Gone, Invalid, NotAllowed, NotFound, Refused
from feedback_app.kit.problems import problem
from feedback_app.kit.web import public
from feedback_app.paper import installed as paper_forms
from feedback_app.paper import models as _paper
from feedback_app.paper import routes as paper_routes
from feedback_app.petitions import models as _petitions
from feedback_app.petitions import staff_routes as petitions_staff_routes
from feedback_app.polls import models as _polls
from feedback_app.polls import routes as polls_routes
from feedback_app.ratings import api as ratings_api
from feedback_app.ratings import labels as rating_labels
from feedback_app.ratings import models as _ratings
from feedback_app.ratings import routes as ratings_routes
from feedback_app.ratings import staff_routes as rating_routes
from feedback_app.site import routes as site_routes
from feedback_app.site import staff_routes as site_staff_routes
from feedback_app.staff import access
from feedback_app.staff import models as _staff
from feedback_app.staff import routes as staff_routes
from feedback_app.staff import staff_routes as account_routes
from feedback_app.surveys import api as surveys_api
from feedback_app.surveys import models as _surveys
from feedback_app.surveys import queries as survey_queries
from feedback_app.surveys import routes as surveys_routes
from feedback_app.surveys import staff_routes as surveys_staff_routes
from feedback_app.tokens import installed as dossier_codes
from feedback_app.tokens import models as _tokens
from feedback_app.visits import models as _visits
from feedback_app.visits import routes as visits_routes

if TYPE_CHECKING:
    from config import Settings

# Foreign keys between slices name tables as strings, so every table must be known before the first query.
TABLES = (
    _appraisal,
    _articles,
    _departments,
    _dossiers,
    _exclusions,
    _kiosks,
    _paper,
    _petitions,
    _polls,
    _ratings,
    _staff,
    _surveys,
    _tokens,
    _visits,
    kept_files,
    recounts,
)

BLUEPRINTS = (
    site_routes.blueprint,
    appraisal_routes.blueprint,
    site_staff_routes.blueprint,
    rating_routes.blueprint,
    exclusion_routes.blueprint,
    ratings_routes.blueprint,
    ratings_api.blueprint,
    articles_routes.blueprint,
    articles_staff_routes.blueprint,
    kiosks_shell.blueprint,
    kiosks_routes.blueprint,
    kiosks_api.blueprint,
    kiosks_staff_routes.blueprint,
    surveys_routes.blueprint,
    surveys_staff_routes.blueprint,
    surveys_api.blueprint,
    kiosks_api.calls,
    polls_routes.blueprint,
    visits_routes.blueprint,
    paper_routes.blueprint,
    dossiers_staff_routes.blueprint,
    dossiers_api.blueprint,
    petitions_staff_routes.blueprint,
    staff_routes.blueprint,
    account_routes.blueprint,
)

STATUSES: dict[type[Refused], int] = {Invalid: 422, NotFound: 404, NotAllowed: 403, Conflict: 409, Gone: 410}

# What other systems read where a person gets a page.
migrate = Migrate()


def create_app(settings: "Settings", *, process: str = "web") -> Flask:
    """The whole application, ready to serve; nothing is connected until the first request.

    `process` is the name the database shows for its connections.
    """
    log.configure(settings.log_level, json=settings.environment == "production")
    app = Flask(__name__)
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(process),
        MAX_CONTENT_LENGTH=256 * 1024,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations")
    i18n.init_app(app)
    secure_cookies = settings.public_url.startswith("https://")
    security.init_app(app, redis_url=settings.redis_url, secure_cookies=secure_cookies)
    visitor_tokens.init_app(app, secure_cookies=secure_cookies)
    dossier_codes.init_app(
        app, secret=settings.dossier_token_key or settings.secret_key, pattern=settings.dossier_code_pattern
    )
    paper_forms.init_app(app, secret=settings.paper_form_key or settings.secret_key)
    access.init_app(app)
    app.jinja_env.globals["charts"] = charts
    rating_labels.init_app(app)
    exclusion_labels.init_app(app)
    kiosk_labels.init_app(app)
    app.context_processor(page_context)
    app.add_url_rule("/healthz", view_func=healthz)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.environment != "production":
        app.register_blueprint(design.blueprint)
    app.before_request(refuse_nul)
    app.register_error_handler(DataError, too_large)
    for refusal in STATUSES:
        app.register_error_handler(refusal, refused)
    app.register_error_handler(HTTPException, http_error)
    cli.register(app)
    return app


def page_context() -> dict[str, object]:
    """What every page shows around its own content."""
    return {
        "office": web.settings().office,
        "demonstration": _shows_demonstration(),
        "home_url": "/",
        "nav": [
            {"url": url, "label": label, "current": request.path == url or request.path.startswith(f"{url}/")}
            for url, label in (
                ("/ket-qua", gettext("Kết quả")),
                ("/bai-viet", gettext("Bài viết")),
                ("/phuong-phap", gettext("Cách tính")),
            )
        ],
    }


def _shows_demonstration() -> bool:
    try:
        return survey_queries.shows_demonstration(db.session(), now=clock.now())
    except SQLAlchemyError:
        # The page that says the service is in trouble has this frame too, and must not fail for it.
        return False


@public
def healthz() -> Response:
    """200 while this process can reach the database; load balancers and the launcher ask."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")


def refuse_nul() -> None:
    """No stored text holds a NUL, so an address with one leads nowhere."""
    if "\0" in request.path or b"%00" in request.query_string:
        raise NotFound


def too_large(error: DataError) -> tuple[Response | str, int]:
    """An address or a form names a number the database has no room for: there is no such thing."""
    if not isinstance(error.orig, NumericValueOutOfRange):
        raise error
    db.session.rollback()
    return _error_page(404 if request.method in ("GET", "HEAD") else 422, "")


def refused(error: Refused) -> tuple[Response | str, int]:
    """A rule of the domain said no: the right status, and words that say what to do."""
    status = next(status for kind, status in STATUSES.items() if isinstance(error, kind))
    return _error_page(status, i18n.say(error), error.field)


def http_error(error: HTTPException) -> Response:
    """Errors that Flask and its extensions raise; a stale form gets words of its own."""
    if isinstance(error, CSRFError):
        return make_response(_error_page(400, gettext("Trang đã mở quá lâu. Hãy tải lại trang rồi gửi lại.")))
    if (error.code or 500) >= 500:
        # What failed may have left a broken transaction behind, and the error page reads from the database too.
        db.session.rollback()
    response = make_response(_error_page(error.code or 500, ""))
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return response


def _error_page(status: int, message: str, field: str | None = None) -> tuple[Response | str, int]:
    if request.path.startswith("/api/"):
        return problem(status, [(field or "", message)] if message else ()), status
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(status=status, message=message), status
    return render_template("error.html", status=status, message=message), status
