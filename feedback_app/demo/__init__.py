"""Demonstration data: the shipped register, twelve months of invented answers, accounts to try.

The answers are invented, marked as demonstration, and written through the same operations as real ones, each at the
moment it would have arrived. The same day always gives the same data.
"""

import random
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from feedback_app.appraisal import operations as appraisal
from feedback_app.articles import operations as articles
from feedback_app.demo.accounts import ACCOUNTS, ADDRESSES, load_accounts
from feedback_app.demo.ballots import cast_ballots
from feedback_app.demo.dossiers import load_dossiers
from feedback_app.demo.office import MONTHS, SEED, load_questionnaires, load_register
from feedback_app.demo.officers import appraise_officers
from feedback_app.demo.paper import load_batches
from feedback_app.demo.petitions import load_petitions
from feedback_app.demo.publishing import publish
from feedback_app.demo.reported import load_reported
from feedback_app.demo.responses import doubtful_responses, responses
from feedback_app.demo.review import review_comments, review_doubts
from feedback_app.departments import queries as department_queries
from feedback_app.dossiers import operations as dossiers
from feedback_app.exclusions import operations as exclusions
from feedback_app.paper import operations as paper
from feedback_app.petitions import operations as petitions
from feedback_app.polls import operations as polls
from feedback_app.ratings import operations as ratings
from feedback_app.staff import operations as staff
from feedback_app.surveys import operations as surveys

if TYPE_CHECKING:
    from config import Minima

__all__ = ["ACCOUNTS", "ADDRESSES", "is_empty", "load", "remove"]

Report = Callable[[str], None]


def is_empty(session: Session) -> bool:
    """Whether nothing was ever set up here: no department at all."""
    return not department_queries.exist(session)


def load(
    session: Session, *, now: datetime, minima: "Minima", rapid_seconds: int, report: Report, months: int = MONTHS
) -> None:
    """Set up the demonstration office and its year. The caller commits; `report` is told how far it is."""
    load_register(session, now)
    load_questionnaires(session, now)
    people = load_accounts(session, now)
    load_reported(session, now)
    load_dossiers(session, now)
    load_petitions(session, now)
    rng = random.Random(SEED)  # noqa: S311  # repeatable on purpose, and nothing secret
    stored = 0
    for command, received_at in responses(session, rng, now, people["canbo"].id, months):
        surveys.submit(session, command, now=received_at, rapid_seconds=rapid_seconds)
        stored += 1
        if stored % 2000 == 0:
            report(f"Đã ghi {stored} phiếu trình diễn …")
    for command, received_at in doubtful_responses(session, rng, now, people["canbo"].id):
        surveys.submit(session, command, now=received_at, rapid_seconds=rapid_seconds)
        stored += 1
    load_batches(session, now, people, rapid_seconds=rapid_seconds)
    review_doubts(session, now, people)
    cast_ballots(session, rng, now)
    report(f"Đã ghi {stored} phiếu trình diễn; đang tổng hợp …")
    while ratings.recount_pending(session):
        pass
    while polls.recount_pending(session, limit=ratings.BATCH):
        pass
    publish(session, now, minima, people)
    review_comments(session, now, people["quanly"])
    appraise_officers(session, now, people)


def remove(session: Session, *, now: datetime) -> int:
    """Delete what was invented and close the demonstration accounts; returns how many answers there were.

    Departments, questionnaires and reported figures stay: they are facts, or the office's own to change. Periods that
    were published from invented answers are withdrawn and published again from real ones, if there are any.
    """
    paper.remove_demonstration(session)
    removed = surveys.remove_demonstration(session, now=now)
    exclusions.remove_demonstration(session)
    polls.remove_demonstration(session, now=now)
    articles.remove_demonstration(session)
    dossiers.remove_demonstration(session)
    petitions.remove_demonstration(session)
    appraisal.remove_demonstration(session)
    staff.deactivate_demonstration(session, now=now)
    ratings.withdraw_demonstration(session)
    while ratings.recount_pending(session):
        pass
    while polls.recount_pending(session, limit=ratings.BATCH):
        pass
    return removed
