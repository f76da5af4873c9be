"""Protection every page gets: CSRF tokens, rate limits, and headers that forbid foreign content."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class DeclaredLimits(Limiter):
    """Limits are declared on views alone. What the library looks for before every request, limits of a whole
    application or blueprint, is never there, and looking costs a phone's answer a tenth of its time."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


class SessionsOfThoseWhoHaveOne(SecureCookieSessionInterface):
    """Most visitors have no session; the library gets ready to read and to write one before it looks."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.accessed or session.modified:
            super().save_session(app, session, response)


csrf = CSRFProtect()
limiter = DeclaredLimits(get_remote_address, headers_enabled=False)

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: list[tuple[str, str]] = [
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]
# What a page is put together from follows the page's rules; repeated with each file they took 6 KB of a kiosk's 60.
_PART_HEADERS: list[tuple[str, str]] = [("X-Content-Type-Options", "nosniff")]


def init_app(app: Flask, *, redis_url: str, secure_cookies: bool) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="phien",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=secure_cookies,
        # A kiosk or a phone may keep a form open for days; the token still dies with its session.
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI=redis_url.replace("unix://", "redis+unix://", 1),
        # Answers are accepted while Redis is away: limits are then kept by each process for itself.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
    )
    app.session_interface = SessionsOfThoseWhoHaveOne()
    csrf.init_app(app)
    limiter.init_app(app)
    app.wsgi_app = _with_headers(app.wsgi_app, f"{app.static_url_path}/")  # type: ignore[method-assign, assignment]


def _with_headers(app: "WSGIApplication", parts: str) -> "WSGIApplication":
    """Add the headers to every answer, errors too; outside Flask that costs next to nothing. `parts` begins the
    addresses of files that only stand in pages."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        is_part = environ["PATH_INFO"].startswith(parts)

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: "OptExcInfo | None" = None
        ) -> "Callable[[bytes], object]":
            # A file that is not there is answered with a page.
            added = _PART_HEADERS if is_part and not status.startswith("4") else _HEADERS
            return start_response(status, headers + added, exc_info)

        return app(environ, start)

    return answer
