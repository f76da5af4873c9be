"""What papers of one number stand for: which of them counts, which has the number, and which wait to be settled.

Nothing here commits.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from feedback_app.kit.ids import new_id
from feedback_app.paper.models import PaperForm, PaperKeying, PaperPage, PaperScan
from feedback_app.surveys import operations as surveys


def counts(scan: PaperScan | None) -> bool:
    """Whether a paper is a response."""
    return scan is not None and scan.state == "stored"


def give_number(session: Session, scan: PaperScan) -> None:
    """Let the response of a paper that counts without a number be that of its number, which is free."""
    form = session.get_one(PaperForm, scan.form_number, with_for_update=True, populate_existing=True)
    scan.numbered = True
    form.response_id, form.source = scan.id, "scanned"
    session.get_one(PaperKeying, scan.id).batch_id = form.batch_id
    session.flush()


def take_out(session: Session, scan: PaperScan, *, now: datetime) -> PaperScan:
    """Take the response of a paper that counts out of the count; the same paper under the id of another response,
    because that of a removed one is used up."""
    surveys.remove(session, scan.id, now=now)
    session.execute(delete(PaperKeying).where(PaperKeying.response_id == scan.id))
    again = PaperScan(
        id=new_id(),
        form_number=scan.form_number,
        upload_id=scan.upload_id,
        numbered=False,
        incomplete=scan.incomplete,
        answered_on=scan.answered_on,
        state="conflict",
    )
    session.add(again)
    session.flush()
    session.execute(update(PaperPage).where(PaperPage.scan_id == scan.id).values(scan_id=again.id))
    session.delete(scan)
    session.flush()
    return again


def ask_again(session: Session, number: int) -> None:
    """What was keyed under a number no longer counts: what its scanned papers are is for a person to say again.

    Whatever was said of them was said beside it: that they are the same, that they are left out, also that they count
    without a number. One that counts goes on to do so until somebody says otherwise. None holds the number meanwhile,
    so that any of them can be the one. What was left out for want of a page waits for that page still.
    """
    scans = session.scalars(
        select(PaperScan)
        .where(PaperScan.form_number == number, PaperScan.state != "open")
        .order_by(PaperScan.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for scan in scans:
        met = scan.state in ("duplicate", "conflict", "discarded")
        counts_without = not scan.numbered and scan.state in ("stored", "review", "written")
        if (met or counts_without) and not _waits_for_page(session, scan):
            scan.numbered = False
            contradict(session, scan, "undone")
    for page in session.scalars(
        select(PaperPage).where(
            PaperPage.form_number == number,
            PaperPage.scan_id.is_(None),
            PaperPage.decision == "discarded",
            PaperPage.why != "missing_page",
        )
    ):
        ask_about(page, "undone")
    session.flush()


def _waits_for_page(session: Session, scan: PaperScan) -> bool:
    pages = session.scalars(select(PaperPage).where(PaperPage.scan_id == scan.id))
    return scan.state == "discarded" and any(page.why == "missing_page" for page in pages)


def contradict(session: Session, scan: PaperScan, why: str) -> None:
    """Let a paper wait for somebody to settle it; what was decided about another contradiction stays in the trail."""
    if not counts(scan):
        scan.state, scan.settled_at = "conflict", None
    for page in session.scalars(select(PaperPage).where(PaperPage.scan_id == scan.id)):
        ask_about(page, why)
    session.flush()


def ask_about(page: PaperPage, why: str) -> None:
    """Let a page wait for somebody to settle it."""
    page.state, page.why = "conflict", why
    page.decision = page.decided_by = page.decided_at = page.reason = None


def mark_discarded(session: Session, scan_id: UUID, *, now: datetime) -> None:
    """Leave a paper out of everything."""
    session.execute(update(PaperScan).where(PaperScan.id == scan_id).values(state="discarded", settled_at=now))
