"""A long table read page by page, and searched by name. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from feedback_app.kit.text import LONGEST_SEARCH, fold, normalise
from feedback_app.ratings.queries import RatingRow

PER_PAGE: Final = 100
# A table that is seen whole at a glance needs no search.
SEARCHED_FROM: Final = 15


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of `found` rows out of `whole`; `page` counts from 1. `search` is what names were searched for."""

    rows: tuple[RatingRow, ...]
    search: str
    page: int
    pages: int
    found: int
    whole: int

    @property
    def searchable(self) -> bool:
        return self.whole >= SEARCHED_FROM or bool(self.search)

    @property
    def arguments(self) -> dict[str, str]:
        """Back into an address, without the page."""
        return {"tim": self.search} if self.search else {}


def read_listing(rows: Sequence[RatingRow], arguments: Mapping[str, str]) -> Listing:
    """The page of `rows` that an address asks for (`tim`, `trang`), their order kept.

    A name is found with or without accents, in either language; a page beyond the last one is the last one.
    """
    search = normalise(arguments.get("tim", ""))[:LONGEST_SEARCH]
    found = [row for row in rows if _holds(row, fold(search))] if search else list(rows)
    pages = max(1, -(-len(found) // PER_PAGE))
    asked = arguments.get("trang", "")
    page = min(max(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1, 1), pages)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Listing(tuple(shown), search, page, pages, len(found), len(rows))


def _holds(row: RatingRow, key: str) -> bool:
    return row.department is not None and any(
        key in fold(name) for name in (row.department.name, row.department.name_en or "")
    )
