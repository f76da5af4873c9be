"""What pages for everybody tell of paper forms."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from feedback_app.paper.queries import checks
from feedback_app.paper.queries.checks import ErrorRate, PaperSources


@dataclass(frozen=True, slots=True)
class PaperForms:
    """Who keyed the paper forms of a span, and how often a second keying found the first wrong; both as of now."""

    sources: PaperSources
    rate: ErrorRate


def paper_forms(
    session: Session, *, now: datetime, first: date, before: date, department_ids: Collection[int] | None = None
) -> PaperForms | None:
    """Of forms answered from `first` until before `before`; None where none was keyed at the desk."""
    sources = checks.paper_sources(session, first=first, before=before, department_ids=department_ids)
    if not sources.forms:
        return None
    rate = checks.error_rate(session, now=now, first=first, before=before, department_ids=department_ids)
    return PaperForms(sources, rate)
