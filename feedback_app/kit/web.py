"""What routes share: who may see them, the settings, the language."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

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
