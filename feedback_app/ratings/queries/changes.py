"""What changed between two countings of one period: between two publications, or since the inputs were frozen."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_
from feedback_app.kit.numbers import percent_of
from feedback_app.ratings.figures import PLACES, SUMS, Figure
from feedback_app.ratings.models import MonthlyTally, Publication, PublishedTally
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.period_figures import CHANNELS, figure_of
from feedback_app.ratings.queries.published import NoPublication, PublicationView
from feedback_app.ratings.queries.tallies import Row, whole_rows
from feedback_app.surveys import queries as surveys

# Everything that is frozen of a department's month, by which two countings are compared.
KEY: Final = ("department_id", "month", "version_id", "channel", "field_id", "procedure_id", "stage")
FROZEN: Final = (*KEY, *SUMS, "choice_ids", "picked")

Tally = type[MonthlyTally] | type[PublishedTally]
Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """How many responses came and went, by channel; `differs` also where as many came as went."""

    added: Mapping[str, int]
    removed: Mapping[str, int]
    differs: bool

    @property
    def total_added(self) -> int:
        return sum(self.added.values())

    @property
    def total_removed(self) -> int:
        return sum(self.removed.values())


@dataclass(frozen=True, slots=True)
class Step:
    """One department (None: all together) in two publications: how many answered, and shares if both may be shown."""

    department_id: int | None
    before: int
    after: int
    share_before: Decimal | None
    share_after: Decimal | None


@dataclass(frozen=True, slots=True)
class Restatement:
    """What a restatement changed against the publication before it, as it was stored when it went out.

    `excluded` are numbers of responses left out, by reason, before and after.
    """

    publication: PublicationView
    added: Mapping[str, int]
    removed: Mapping[str, int]
    excluded: Mapping[str, tuple[int, int]]
    together: Step
    departments: tuple[Step, ...]


def moved(session: Session, old: PublicationView, new: PublicationView | None = None) -> Moved:
    """What came and went in a period after `old` was frozen: until `new` was, or until now."""
    rows = unlike(*_frozen(old), *(_frozen(new) if new else _counted(old.period)))
    cells = (
        select(rows.c.channel, func.sum(rows.c.responses * rows.c.sign).label("moved"))
        .group_by(*(rows.c[name] for name in KEY))
        .subquery("cells")
    )
    added: dict[str, int] = defaultdict(int)
    removed: dict[str, int] = defaultdict(int)
    differs = False
    for channel, number in session.execute(select(cells.c.channel, cells.c.moved)):
        differs = True
        if number > 0:
            added[channel] += int(number)
        elif number < 0:
            removed[channel] -= int(number)
    return Moved(dict(added), dict(removed), differs)


def unlike(before: Tally, which_before: Conditions, after: Tally, which_after: Conditions) -> Subquery:
    """What one of two countings holds and the other not alike: FROZEN, and `sign`, -1 for before, 1 for after."""
    both = union_all(
        *(
            select(*(getattr(tally, name) for name in FROZEN), literal(sign, Integer).label("sign")).where(*which)
            for sign, tally, which in ((-1, before, which_before), (1, after, which_after))
        )
    ).subquery("both")
    # A row that both hold alike stands twice; any other stands once in each group of its values.
    frozen = [both.c[name] for name in FROZEN]
    return select(*frozen, func.sum(both.c.sign).label("sign")).group_by(*frozen).having(func.count() == 1).subquery()


def describe(session: Session, old: PublicationView, new: PublicationView) -> dict[str, Any]:
    """What a restatement keeps of how it differs from the publication before, as whole numbers; for `restatement`.

    Departments of which nothing changed are left out.
    """
    found = moved(session, old, new)
    before, after = (_figures(session, each) for each in (old, new))
    reasons = sorted({*old.excluded, *new.excluded})
    steps = {
        key: _stored(before.get(key), after.get(key))
        for key in sorted({*before, *after}, key=lambda key: key or 0)
        if key is None or before.get(key) != after.get(key)
    }
    return {
        "added": dict(found.added),
        "removed": dict(found.removed),
        "excluded": {reason: [old.excluded.get(reason, 0), new.excluded.get(reason, 0)] for reason in reasons},
        "together": steps.pop(None),
        "departments": [{"id": key, **step} for key, step in steps.items()],
    }


def compare(session: Session, old: PublicationView, new: PublicationView) -> Restatement:
    """What a restatement that is still a draft would change."""
    return _restatement(new, describe(session, old, new))


def restatement(session: Session, publication: PublicationView) -> Restatement:
    """What a restatement changed; raises NoPublication for a first publication or a draft."""
    stored = session.scalar(select(Publication.changes).where(Publication.id == publication.id))
    if stored is None:
        raise NoPublication(N_("Kỳ này không có lần đính chính ấy."))
    return _restatement(publication, stored)


def _restatement(publication: PublicationView, stored: Mapping[str, Any]) -> Restatement:
    return Restatement(
        publication=publication,
        added=_by_channel(stored["added"]),
        removed=_by_channel(stored["removed"]),
        excluded={reason: (before, after) for reason, (before, after) in stored["excluded"].items()},
        together=_step(None, stored["together"]),
        departments=tuple(_step(each["id"], each) for each in stored["departments"]),
    )


def _by_channel(counts: Mapping[str, int]) -> dict[str, int]:
    """In the order in which channels stand everywhere."""
    return {channel: counts[channel] for channel in CHANNELS if channel in counts}


def _figures(session: Session, publication: PublicationView) -> dict[int | None, Figure]:
    """The figure of each department, and under None of all together, as this publication told or tells them."""
    (read,) = whole_rows(session, [publication.period], smallest=publication.small_cell, publication=publication)
    rows: dict[int | None, list[Row]] = defaultdict(list)
    for row in read.rows:
        rows[row.department_id].append(row)
        rows[None].append(row)
    versions = surveys.published_versions(session)
    return {key: figure_of(own, minimum=publication.minimum, versions=versions) for key, own in rows.items()}


def _stored(before: Figure | None, after: Figure | None) -> dict[str, Any]:
    figures = (before, after)
    told = [[each.sums.satisfied, each.sums.rated] for each in figures if each is not None and each.state == "shown"]
    return {"n": [each.n if each else 0 for each in figures], "told": told if len(told) == 2 else None}


def _step(department_id: int | None, stored: Mapping[str, Any]) -> Step:
    told = [percent_of(satisfied, rated, PLACES) for satisfied, rated in stored["told"] or ()]
    return Step(department_id, *stored["n"], *(told or (None, None)))


def _frozen(publication: PublicationView) -> tuple[Tally, Conditions]:
    return PublishedTally, (PublishedTally.publication_id == publication.id,)


def _counted(period: Period) -> tuple[Tally, Conditions]:
    return MonthlyTally, within(period)


def within(period: Period) -> tuple[ColumnElement[bool], ...]:
    """Which months a period is frozen from."""
    return MonthlyTally.month >= period.starts_on, MonthlyTally.month < period.ends_on
