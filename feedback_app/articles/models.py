"""Articles on administrative reform, and the figures in them that are bound to stored figures."""

from datetime import date, datetime

from sqlalchemy import DateTime, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class Article(Model):
    """`body` is Markdown as imported; `html` is what it renders to, cleaned, made once at import.

    A draft is shown to managers alone until an editor publishes it.
    """

    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    html: Mapped[str]
    byline: Mapped[str]
    published_on: Mapped[date | None]
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    demonstration: Mapped[bool] = mapped_column(default=False)
    draft: Mapped[bool] = mapped_column(default=False)


class ArticleFigure(Model):
    """The `position`-th bound figure of an article: what the text says and which stored figure it claims to be."""

    __tablename__ = "article_figures"
    __table_args__ = (UniqueConstraint("article_id", "position"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    position: Mapped[int]
    reference: Mapped[str]
    written: Mapped[str]
