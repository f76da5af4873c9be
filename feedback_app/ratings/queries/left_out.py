"""What the figures of a period leave out, and why. How many is always told: it says nothing of how they answered."""

from sqlalchemy.orm import Session

from feedback_app.exclusions import queries as exclusions
from feedback_app.ratings.queries.parts import Filter
from feedback_app.ratings.queries.period_figures import RatingTable
from feedback_app.surveys import queries as surveys


def left_out(session: Session, read: RatingTable, narrowed: Filter | None = None) -> dict[str, int]:
    """How many responses the figures of `read` leave out, by reason: 'rapid' first, then those two people excluded.

    Of a published period it is what was left out when it was frozen. `narrowed` is the filter `read` was read with.
    """
    narrowed = narrowed or Filter()
    rapid = read.together.figure.sums.rapid
    versions = surveys.published_versions(session).values() if narrowed.questionnaire else ()
    excluded = exclusions.exclusion_counts(
        session,
        first=read.period.starts_on,
        before=read.period.ends_on,
        department_ids=narrowed.department_ids,
        channel=narrowed.channel,
        version_ids=[each.id for each in versions if each.code == narrowed.questionnaire] if versions else None,
        as_of=read.publication.as_of if read.publication else None,
    )
    return ({"rapid": rapid} if rapid else {}) | excluded
