"""An article to store, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ImportArticle:
    """`body` is Markdown; `summary` and `byline` may be empty, and a date that nobody knows is None.

    A draft waits for `articles.operations.publish`.
    """

    slug: str
    title: str
    body: str
    summary: str = ""
    byline: str = ""
    published_on: date | None = None
    demonstration: bool = False
    draft: bool = False
