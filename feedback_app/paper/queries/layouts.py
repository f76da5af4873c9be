"""The layouts of forms that are in the world."""

from functools import lru_cache
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.paper.layout import Design, Layout, Size, lay_out
from feedback_app.paper.models import PaperBatch
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import VersionView


def layouts(session: Session) -> dict[tuple[int, Design], Layout]:
    """The layout of every version and design that a batch was issued in."""
    issued = session.execute(
        select(PaperBatch.version_id, PaperBatch.size, PaperBatch.rules, PaperBatch.coded).distinct()
    )
    return {
        (version_id, design): _laid_out(surveys.version(session, version_id), design)
        for version_id, size, rules, coded in issued
        for design in (Design(cast(Size, size), rules, coded),)
    }


def layout(session: Session, version_id: int, design: Design) -> Layout:
    """The layout of one version in one design."""
    return _laid_out(surveys.version(session, version_id), design)


def design_of(batch: PaperBatch) -> Design:
    """What, beside the version, decides the looks of a batch."""
    return Design(cast(Size, batch.size), batch.rules, batch.coded)


@lru_cache(maxsize=64)
def _laid_out(version: VersionView, design: Design) -> Layout:
    return lay_out(version, design)
