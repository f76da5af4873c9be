"""What the printer needs to know of a batch."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.clock import local_day
from feedback_app.paper.form_codes import FormCode, write
from feedback_app.paper.layout import Layout, lay_out
from feedback_app.paper.printing import Heading
from feedback_app.paper.queries.batches import batch
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.slips import STAGES_ON_PAPER


@dataclass(frozen=True, slots=True)
class Printable:
    """How the forms of one batch look, and what stands above them."""

    batch_id: int
    department_id: int
    layout: Layout
    heading: Heading

    def code(self, number: int, page: int, key: bytes) -> str:
        """The text of the QR codes on one page, which counts from 1."""
        layout = self.layout
        code = FormCode(layout.version_id, layout.design, self.department_id, self.batch_id, number, page)
        return write(code, key)


def printable(session: Session, batch_id: int, *, office: str) -> Printable:
    """The forms of a batch, with the names of the day it was issued. Raises BatchNotFound."""
    found = batch(session, batch_id)
    day = local_day(found.issued_at)
    department = departments.departments(session, ids=[found.department_id], on=day)[found.department_id]
    place = departments.spot_of(session, place_id=found.place_id, counter_id=None, on=day) if found.place_id else None
    heading = Heading(
        office=office,
        department=department.name,
        place=place.place_name if place else None,
        stage=STAGES_ON_PAPER[found.stage] if found.stage else None,
        demonstration=found.demonstration,
    )
    layout = lay_out(surveys.version(session, found.version_id), found.design)
    return Printable(found.id, found.department_id, layout, heading)
