"""What others published about the office before: reported figures, articles, a poll, visits counted elsewhere."""

import csv
import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from feedback_app.articles import operations as articles
from feedback_app.articles.reading import read_article
from feedback_app.demo.office import DATA
from feedback_app.departments import queries as department_queries
from feedback_app.dossiers import operations as dossiers
from feedback_app.dossiers import sheets
from feedback_app.polls import operations as polls
from feedback_app.polls.files import read_poll
from feedback_app.ratings import operations as ratings
from feedback_app.ratings.commands import ReportRating
from feedback_app.ratings.periods import Kind, Period
from feedback_app.visits import operations as visits


def load_reported(session: Session, now: datetime) -> None:
    """All of it, as it was printed; articles are marked as demonstration, figures are facts."""
    figures, unread = sheets.read("dossiers.csv", (DATA / "dossiers.csv").read_bytes())
    outcome = dossiers.import_reported(session, figures, unread=unread)
    if outcome.rejected:
        raise ValueError(outcome.rejected)
    rows = csv.DictReader((DATA / "reported_ratings.csv").read_text(encoding="utf-8").splitlines())
    ratings.import_reported(session, [_reported_rating(session, row) for row in rows])
    polls.import_poll(session, read_poll((DATA / "poll.json").read_text(encoding="utf-8")))
    baseline = json.loads((DATA / "visits.json").read_text(encoding="utf-8"))
    visits.set_baseline(session, visits=baseline["visits"], source=baseline["source"])
    for file in sorted((DATA / "articles").iterdir(), key=lambda file: file.name):
        article = read_article(file.read_text(encoding="utf-8"), suffix=".md").article
        articles.import_article(session, replace(article, demonstration=True), now=now)


def _reported_rating(session: Session, row: dict[str, str]) -> ReportRating:
    kind: Kind = row["period_kind"]  # type: ignore[assignment]  # the shipped file names these kinds alone
    return ReportRating(
        department_id=department_queries.department(session, code=row["department_code"]).id,
        period=Period(date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"]), kind),
        percent=Decimal(row["percent"]),
        written=row["written"],
        measure=row["measure"],
        source=row["source"],
    )
