"""Storing articles. An import adds or updates; it never deletes an article."""

from dataclasses import dataclass, replace
from datetime import datetime
from difflib import unified_diff
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from feedback_app.articles.commands import ImportArticle
from feedback_app.articles.models import Article, ArticleFigure
from feedback_app.articles.queries import ArticleNotFound
from feedback_app.articles.rendering import render
from feedback_app.kit import locks
from feedback_app.kit.errors import N_, Conflict, Invalid
from feedback_app.kit.text import slug

_FIELDS: Final = ("title", "summary", "byline", "published_on", "demonstration")


class AlreadyPublished(Conflict):
    """Readers see this article; a draft may not take its place."""


class BadArticleSlug(Invalid):
    """An address has lower case letters without accents, digits and hyphens."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: `changes` are lines of a difference, empty for a new or an unchanged article.

    `draft` says what the article is now.
    """

    slug: str
    new: bool
    changes: tuple[str, ...]
    draft: bool


def import_article(session: Session, command: ImportArticle, *, now: datetime) -> Imported:
    """Store an article under its slug, rendered and with its bound figures, in place of what stood there.

    What a file does not say - summary, byline, day of publication - stays as it was. The same article again changes
    nothing, its time of import neither; a draft that comes again as none is published. Raises BadArticleSlug, and
    AlreadyPublished for a draft that differs from what readers see.
    """
    if not command.slug or command.slug != slug(command.slug):
        raise BadArticleSlug(N_("Tên đường dẫn chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối."), field="slug")
    locks.lock(session, "article", command.slug)
    known = session.scalar(select(Article).where(Article.slug == command.slug))
    if known:
        command = replace(
            command,
            summary=command.summary or known.summary,
            byline=command.byline or known.byline,
            published_on=command.published_on or known.published_on,
        )
    changes = _changes(known, command) if known else ()
    if known and not known.draft and command.draft and changes:
        raise AlreadyPublished(N_("Bài này đã đăng; bản nháp khác với bản đã đăng không được thay nó."), field="slug")
    if known and not changes and (command.draft or not known.draft):
        return Imported(command.slug, new=False, changes=(), draft=known.draft)
    rendered = render(command.body)
    article = known or Article(slug=command.slug)
    for name in (*_FIELDS, "body", "draft"):
        setattr(article, name, getattr(command, name))
    article.html = rendered.html
    article.imported_at = now
    session.add(article)
    session.flush()
    session.execute(delete(ArticleFigure).where(ArticleFigure.article_id == article.id))
    if rendered.figures:
        session.execute(
            insert(ArticleFigure),
            [
                {
                    "article_id": article.id,
                    "position": figure.position,
                    "reference": figure.reference,
                    "written": figure.written,
                }
                for figure in rendered.figures
            ],
        )
    return Imported(command.slug, new=known is None, changes=changes, draft=article.draft)


def publish(session: Session, *, slug: str) -> bool:
    """Show an article to everybody; False when it was so already. Raises ArticleNotFound."""
    article = session.scalar(select(Article).where(Article.slug == slug).with_for_update())
    if article is None:
        raise ArticleNotFound(N_("Không có bài viết này."))
    was_draft, article.draft = article.draft, False
    return was_draft


def remove_demonstration(session: Session) -> int:
    """Delete demonstration articles; returns how many there were."""
    count = session.scalar(select(func.count()).select_from(Article).where(Article.demonstration)) or 0
    session.execute(delete(Article).where(Article.demonstration))
    return count


def _changes(known: Article, command: ImportArticle) -> tuple[str, ...]:
    """Fields that differ, then the lines of the body that do, as a difference without context."""
    fields = [
        line
        for name in _FIELDS
        if getattr(known, name) != getattr(command, name)
        for line in (f"- {name}: {getattr(known, name)}", f"+ {name}: {getattr(command, name)}")
    ]
    body = [
        f"{line[0]} {line[1:]}"
        for line in unified_diff(known.body.splitlines(), command.body.splitlines(), lineterm="", n=0)
        if line[0] in "+-" and not line.startswith(("+++", "---"))
    ]
    return (*fields, *body)
