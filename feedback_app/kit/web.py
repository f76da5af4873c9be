"""What routes share: who may see them, the settings, the language."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from flask import current_app

if TYPE_CHECKING:
    from config import Settings

View = TypeVar("View", bound=Callable[..., Any])


def settings() -> "Settings":
    """The settings the running application was made with."""
    found: Settings = current_app.extensions["settings"]
    return found


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
