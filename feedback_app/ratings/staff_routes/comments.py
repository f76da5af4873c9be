"""What people wrote, as it was cleared."""

from flask import render_template, request
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.i18n import text_in
from feedback_app.kit.web import settings
from feedback_app.ratings import comments
from feedback_app.ratings.forms import read_comment_selection
from feedback_app.ratings.staff_routes.blueprint import blueprint
from feedback_app.staff.access import current_member, requires, scope


@blueprint.get("/gop-y/da-duyet")
@requires("manager")
def cleared_comments() -> str:
    """What people wrote, as it was cleared, about the departments the reader answers for."""
    session: Session = db.session()
    today = clock.local_day(clock.now())
    allowed = scope(session, current_member(), today)
    views = [view for view in departments.all_departments(session) if allowed is None or view.id in allowed]
    codes = {view.code: view for _depth, view in departments.in_tree_order(views)}
    form, selection = read_comment_selection(
        session,
        request.args,
        offered=[(code, text_in(view.name, view.name_en)) for code, view in codes.items()],
        today=today,
    )
    return render_template(
        "ratings/cleared_comments.html",
        form=form,
        selection=selection,
        page=comments.cleared_comments(
            session,
            selection.period,
            department_ids=frozenset({codes[selection.department].id}) if selection.department else allowed,
            minima=settings().minima,
            question=selection.question,
            outcome=selection.outcome,
            search=selection.search,
            page=selection.page,
        ),
        names={view.id: text_in(view.name, view.name_en) for view in views},
        minima=settings().minima,
    )
