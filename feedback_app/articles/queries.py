"""Articles as they are read, and their bound figures beside the stored figures they claim to be."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from feedback_app.articles.figures import (
    DOSSIER_COUNTS,
    BadReference,
    Reference,
    Verdict,
    compare,
    parse_reference,
)
from feedback_app.articles.models import Article, ArticleFigure
from feedback_app.departments import queries as departments
from feedback_app.dossiers import queries as dossiers
from feedback_app.dossiers.queries import ReportedView
from feedback_app.kit.errors import N_, NotFound
from feedback_app.polls import queries as polls
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.periods import Kind, Period, period_of
from feedback_app.visits import queries as visits

if TYPE_CHECKING:
    from config import Minima


class ArticleNotFound(NotFound):
    """No article has this address."""


class NoSuchPeriod(NotFound):
    """The day a reference gives is not the first of a period of its kind."""


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """An article in a list; nobody may know when it was published."""

    slug: str
    title: str
    summary: str
    published_on: date | None
    demonstration: bool
    draft: bool


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article to show; `html` is clean."""

    slug: str
    title: str
    summary: str
    html: str
    byline: str
    published_on: date | None
    demonstration: bool
    draft: bool


@dataclass(frozen=True, slots=True)
class StoredFigure:
    """The figure a reference leads to. `about` narrows it where the source does; no `source`: our own count."""

    value: Decimal
    percent: bool
    subject_name: str = ""
    about: str = ""
    period: Period | None = None
    source: str = ""

    @property
    def places(self) -> int:
        """Decimals to show: those the figure has, two at the most."""
        return min(2, max(0, -int(self.value.normalize().as_tuple().exponent)))


@dataclass(frozen=True, slots=True)
class CheckedFigure:
    """A bound figure, what it claims to be, and whether that holds; `target` is the reference as the text has it."""

    position: int
    target: str
    written: str
    reference: Reference | None
    stored: StoredFigure | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class CheckedArticle:
    article: ArticleLink
    figures: tuple[CheckedFigure, ...]

    @property
    def doubtful(self) -> int:
        """How many figures an editor has to look at."""
        return sum(figure.verdict != "agrees" for figure in self.figures)


def article(session: Session, *, slug: str) -> ArticleView:
    """The article at an address, a draft too; raises ArticleNotFound."""
    row = session.scalar(select(Article).where(Article.slug == slug))
    if row is None:
        raise ArticleNotFound(N_("Không có bài viết này."))
    return ArticleView(
        row.slug, row.title, row.summary, row.html, row.byline, row.published_on, row.demonstration, row.draft
    )


def latest(session: Session, *, limit: int) -> list[ArticleLink]:
    """The newest published articles; those of an unknown day come last."""
    return _links(session, _published().limit(limit))


def others(session: Session, *, slug: str, limit: int = 5) -> list[ArticleLink]:
    """The newest published articles but this one."""
    return _links(session, _published().where(Article.slug != slug).limit(limit))


def articles(session: Session) -> list[ArticleLink]:
    """Every published article, newest first."""
    return _links(session, _published())


def all_articles(session: Session) -> list[ArticleLink]:
    """Every article, drafts too, newest first."""
    return _links(session, _newest_first())


def draft_count(session: Session) -> int:
    """How many articles nobody has published yet."""
    return session.scalar(select(func.count()).where(Article.draft)) or 0


def checked_figures(session: Session, *, slug: str, now: datetime, minima: "Minima") -> tuple[CheckedFigure, ...]:
    """The bound figures of an article in the order they stand; `minimum` as in ratings."""
    rows = session.execute(
        select(ArticleFigure.position, ArticleFigure.reference, ArticleFigure.written)
        .join(Article, Article.id == ArticleFigure.article_id)
        .where(Article.slug == slug)
        .order_by(ArticleFigure.position)
    )
    return tuple(_checked(session, *row, now=now, minima=minima) for row in rows)


def checked_articles(session: Session, *, now: datetime, minima: "Minima") -> list[CheckedArticle]:
    """Every article, drafts too, with its bound figures."""
    return [
        CheckedArticle(link, checked_figures(session, slug=link.slug, now=now, minima=minima))
        for link in all_articles(session)
    ]


def stored_figure(session: Session, reference: Reference, *, now: datetime, minima: "Minima") -> StoredFigure | None:
    """The figure a reference leads to; None where there is none, or none that may be shown."""
    try:
        match reference.kind:
            case "reported-rating":
                return _reported_rating(session, reference)
            case "rating":
                return _rating(session, reference, minima=minima)
            case "dossiers":
                return _dossiers(session, reference)
            case "poll":
                return _participants(session, reference, now=now)
            case "visits":
                return _baseline(session)
    except NotFound:
        return None


def _checked(
    session: Session, position: int, target: str, written: str, *, now: datetime, minima: "Minima"
) -> CheckedFigure:
    try:
        reference = parse_reference(target)
    except BadReference:
        return CheckedFigure(position, target, written, None, None, "missing")
    stored = stored_figure(session, reference, now=now, minima=minima)
    verdict: Verdict = "missing"
    if stored is not None:
        verdict = compare(written, stored.value, percent=stored.percent)
    return CheckedFigure(position, target, written, reference, stored, verdict)


def _reported_rating(session: Session, reference: Reference) -> StoredFigure:
    found = ratings.reported_rating(session, department_code=reference.subject, period=_period(reference))
    return StoredFigure(
        found.percent,
        percent=True,
        subject_name=departments.department(session, code=reference.subject).name,
        period=found.period,
        source=found.source,
    )


def _rating(session: Session, reference: Reference, *, minima: "Minima") -> StoredFigure | None:
    period = _period(reference)
    figure = ratings.figure(session, department_code=reference.subject, period=period, minima=minima)
    if figure.share is None:
        return None
    return StoredFigure(
        figure.share * 100,
        percent=True,
        subject_name=departments.department(session, code=reference.subject, on=period.last_day).name,
        period=period,
    )


def _dossiers(session: Session, reference: Reference) -> StoredFigure | None:
    """The one reported figure of a department that has this measure; several would leave open which is meant."""
    department = departments.department(session, code=reference.subject)
    found = [
        (view, value)
        for view in dossiers.reported(session, department_id=department.id)
        if (value := _measured(view, reference.measure)) is not None
    ]
    if len(found) != 1:
        return None
    view, value = found[0]
    return StoredFigure(
        value,
        percent=reference.measure not in DOSSIER_COUNTS,
        subject_name=department.name,
        about=view.about,
        source=view.source,
    )


def _measured(view: ReportedView, measure: str) -> Decimal | None:
    """A count as reported, or a share of reported counts, exact."""
    if measure in DOSSIER_COUNTS:
        count: int | None = getattr(view, measure)
        return None if count is None else Decimal(count)
    return next(
        (Decimal(share.part) * 100 / Decimal(share.whole) for share in view.shares if share.measure == measure), None
    )


def _participants(session: Session, reference: Reference, *, now: datetime) -> StoredFigure | None:
    poll = polls.poll(session, slug=reference.subject, now=now)
    if poll is None or poll.reported_participants is None:
        return None
    return StoredFigure(
        Decimal(poll.reported_participants),
        percent=False,
        subject_name=poll.question,
        source=poll.reported_source or "",
    )


def _baseline(session: Session) -> StoredFigure | None:
    found = visits.baseline(session)
    return StoredFigure(Decimal(found.visits), percent=False, source=found.source) if found else None


def _period(reference: Reference) -> Period:
    """The period a rating's reference names; raises NoSuchPeriod when none of its kind begins on that day."""
    if reference.period is None:
        raise NoSuchPeriod
    kind, starts_on = reference.period
    period = period_of(cast(Kind, kind), starts_on)
    if period.starts_on != starts_on:
        raise NoSuchPeriod(N_("Không có kỳ nào bắt đầu vào ngày này."))
    return period


def _newest_first() -> Select[Article]:
    return select(Article).order_by(Article.published_on.desc().nulls_last(), Article.id.desc())


def _published() -> Select[Article]:
    return _newest_first().where(~Article.draft)


def _links(session: Session, query: Select[Article]) -> list[ArticleLink]:
    return [
        ArticleLink(row.slug, row.title, row.summary, row.published_on, row.demonstration, row.draft)
        for row in session.scalars(query)
    ]
