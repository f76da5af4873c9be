"""What was read of uploads, a paper at a time, as other programs are told it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.paper.models import PaperPage, PaperScan, PaperScanField, PaperUpload


@dataclass(slots=True)
class PaperRead:
    """One paper, or a page that is none: then without a number, and `problem` says why.

    `fields` has the choices (from 0) that look marked and whether that is sure, by question. `state`: `read`,
    `review`, `duplicate`, `conflict`, `unidentified`.
    """

    upload_id: UUID
    page: int
    number: int | None
    state: str
    problem: str | None = None
    fields: dict[str, tuple[tuple[int, ...], str]] = field(default_factory=dict)


def papers(session: Session, upload_ids: Collection[UUID]) -> list[PaperRead]:
    """Everything of these uploads but blank pages, in their order."""
    read = session.execute(
        select(PaperPage, PaperScan)
        .join(PaperUpload, PaperUpload.id == PaperPage.upload_id)
        .join(PaperScan, PaperScan.id == PaperPage.scan_id, isouter=True)
        .where(PaperPage.upload_id.in_(upload_ids), PaperPage.state != "blank")
        .order_by(PaperUpload.uploaded_at, PaperUpload.id, PaperPage.number, PaperPage.part)
    ).all()
    fields: dict[int, list[PaperScanField]] = {}
    for each in session.scalars(
        select(PaperScanField)
        .join(PaperPage, PaperPage.id == PaperScanField.page_id)
        .where(PaperPage.upload_id.in_(upload_ids))
        .order_by(PaperScanField.id)
    ):
        fields.setdefault(each.page_id, []).append(each)
    found: dict[object, PaperRead] = {}
    seen: Counter[tuple[object, ...]] = Counter()
    for page, scan in read:
        # Of what belongs to no paper, the nth page 1 and the nth page 2 of a number are taken to be one.
        loose = (page.form_number, page.state, page.form_page)
        key: object = page.scan_id or (page.id if page.form_number is None else (*loose[:2], seen[loose]))
        seen[loose] += 1
        paper = found.setdefault(
            key, PaperRead(page.upload_id, page.number, page.form_number, _state(page, scan), page.problem)
        )
        for each in fields.get(page.id, ()):
            paper.fields[each.field] = (tuple(each.marked), each.state)
            if each.state == "review" and each.verdict is None and paper.state == "read":
                paper.state = "review"
    return list(found.values())


def _state(page: PaperPage, scan: PaperScan | None) -> str:
    if page.form_number is None:
        return "unidentified"
    if page.state in ("duplicate", "conflict"):
        return page.state
    return "review" if scan is not None and scan.state == "open" else "read"
