"""Result pages as they were drawn, kept by each process for as long as the figures on them stand.

Drawing a page of results costs far more than sending it, and thousands may read what changes a few times an hour.
The key holds the revision of the ratings, which every recount and publication raises in its own transaction, so a page
is never older than the figures of the moment it is asked for. Names and places change without raising it; they show
within `REMEMBERED`.
"""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from functools import wraps
from typing import Final

from flask import current_app, request

from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.web import settings
from feedback_app.ratings import queries as ratings
from feedback_app.surveys import queries as surveys

REMEMBERED: Final = timedelta(seconds=30)
_MOST_PAGES: Final = 500


class KeptPages:
    """Pages by key, each for at most `remember`; with zero every page is drawn anew."""

    def __init__(self, remember: timedelta) -> None:
        self._remember = remember
        self._pages: dict[Hashable, tuple[datetime, str]] = {}

    def find(self, key: Hashable, *, now: datetime, draw: Callable[[], str]) -> str:
        """The kept page, or a new one from `draw`, which may raise: then nothing is kept."""
        known = self._pages.get(key)
        if known is not None and known[0] <= now < known[0] + self._remember:
            return known[1]
        page = draw()
        # Addresses are free for anybody to invent, so the store starts over rather than grow.
        if len(self._pages) >= _MOST_PAGES:
            self._pages.clear()
        self._pages[key] = (now, page)
        return page


def kept(view: Callable[..., str]) -> Callable[..., str]:
    """Keep what a view draws that shows the same to everybody who asks in the same language."""

    @wraps(view)
    def answer(**values: str) -> str:
        session, now = db.session(), clock.now()
        key = (
            request.full_path,
            i18n.locale(),
            clock.local_day(now),
            surveys.shows_demonstration(session, now=now),
            ratings.revision(session),
        )
        return _pages().find(key, now=now, draw=lambda: view(**values))

    return answer


def _pages() -> KeptPages:
    pages: KeptPages | None = current_app.extensions.get("site.kept")
    if pages is None:
        # Tests change names between two requests.
        remember = timedelta(0) if settings().environment == "test" else REMEMBERED
        pages = current_app.extensions["site.kept"] = KeptPages(remember)
    return pages
