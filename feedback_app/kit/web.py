"""What routes share: who may see them, the settings, the language."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import BadRequest

from feedback_app.kit.errors import N_, Invalid

if TYPE_CHECKING:
    from config import Settings

View = TypeVar("View", bound=Callable[..., Any])


def settings() -> "Settings":
    """The settings the running application was made with."""
    found: Settings = current_app.extensions["settings"]
    return found


class NotJson(Invalid):
    """The body of a request is no JSON that can be read."""


def read_json() -> Any:
    """The body of this request, which every address that takes JSON reads so.

    415 where it is not said to be `application/json`, 413 where it is too long, and NotJson (422) where it is empty,
    broken, not in UTF-8 or nested without end.
    """
    try:
        return request.get_json()
    except (BadRequest, RecursionError) as error:
        raise NotJson(N_("Nội dung gửi lên không phải là JSON đọc được."), field="body") from error


def public(view: View) -> View:
    """Declare that anybody may open this route. Every route declares its audience; a test looks."""
    view.audience = "public"  # type: ignore[attr-defined]
    return view


def audience_of(view: Callable[..., Any]) -> str | None:
    """What `public` or the staff slice's `requires` declared; None when a route was forgotten."""
    declared: str | None = getattr(view, "audience", None)
    return declared


def local_path(target: str | None) -> str | None:
    """`target` if it is a path of this site, else None: a link of ours must not lead to a stranger's page.

    Browsers read a backslash as a slash and drop tabs and line breaks, so none of these may occur.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or not target.isprintable():
        return None
    return target if not urlsplit(target).netloc else None
