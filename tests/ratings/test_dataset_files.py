"""Files of many lines: however they are written, each cell is the one worked out plainly for its line alone."""

import csv
import io
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from feedback_app.departments.queries import DepartmentView
from feedback_app.kit.statistics import wilson
from feedback_app.ratings import dataset
from feedback_app.ratings.figures import Figure, Sums, change, percents
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import CHANNELS, Line, PeriodLines, PublicationView
from feedback_app.ratings.trends import Break
from tests.factories import local

MINIMUM = 30
HEADINGS = [column.key for column in dataset.COLUMNS]
BEGINNINGS = ("", "=", "+", "-", "@", "\t", "\n", '"', ";", " ")
Plain = str | int | Decimal | None


def department(code: str, name: str) -> DepartmentView:
    return DepartmentView(
        id=1,
        code=code,
        kind="ward",
        name=name,
        name_en=None,
        short_name="",
        parent_id=None,
        opened_on=date(2020, 1, 1),
        closed_on=None,
    )


def publication(number: int, scheme: str) -> PublicationView:
    return PublicationView(
        id=number,
        period=parse("2026-03"),
        number=number,
        reason=None,
        scheme=scheme,
        disclosure="",
        minimum=MINIMUM,
        small_cell=5,
        excluded={},
        as_of=local(2026, 4, 1),
        drafted_by=None,
        checked_at=None,
        checked_by=None,
        returned_at=None,
        returned_by=None,
        return_reason=None,
        published_at=local(2026, 4, 1, 8, 30),
        published_by=None,
        link=None,
        previous_hash=None,
        hash=None,
    )


def figure(satisfied: int, rated: int, *, neutral: int = 0, withheld: int = 0) -> Figure:
    sums = Sums(
        responses=rated + withheld + 7,
        partial=3,
        assisted=2,
        rapid=1,
        rated=rated,
        satisfied=satisfied,
        neutral=neutral,
        not_satisfied=rated - satisfied - neutral,
        withheld=withheld,
    )
    return Figure(sums, MINIMUM, one_scale=True)


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    """In any state; all, none, all but one and one are as likely as the rest."""
    rated = draw(st.one_of(st.just(0), st.integers(1, 2 * MINIMUM), st.integers(1, 3_000_000)))
    edges = (0, min(rated, 1), max(rated - 1, 0), rated)
    satisfied = draw(st.one_of(st.sampled_from(edges), st.integers(0, rated)))
    neutral = draw(st.integers(0, rated - satisfied))
    return figure(satisfied, rated, neutral=neutral, withheld=draw(st.sampled_from((0, 1, MINIMUM))))


TEXTS = st.builds(
    str.__add__, st.sampled_from(BEGINNINGS), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)
)
LINES = st.builds(
    lambda of, channel, now, before, breaks: Line(
        of, channel, now, change(now, before) if channel is None else None, breaks if channel is None else ()
    ),
    st.one_of(st.none(), st.builds(department, TEXTS, TEXTS)),
    st.one_of(st.none(), st.sampled_from(CHANNELS)),
    figures(),
    figures(),
    st.sampled_from([(), (Break.QUESTIONNAIRE,), (Break.PART,), (Break.QUESTIONNAIRE, Break.PART)]),
)
PERIODS = st.builds(
    PeriodLines,
    st.sampled_from([parse(code) for code in ("2026-03", "2026-Q1", "2026-H1", "2026-9M", "2026")]),
    st.one_of(st.none(), st.builds(publication, st.integers(1, 3), TEXTS)),
    st.just(MINIMUM),
    st.lists(LINES, max_size=6).map(tuple),
    st.one_of(st.none(), st.just(date(2026, 3, 17))),
)
# What a cell that is read again must not be mistaken for: shares alike in value but not in kind, words like formulas.
EDGES = PeriodLines(
    parse("2026-03"),
    publication(1, "=scheme/1"),
    MINIMUM,
    tuple(
        Line(department(f"{sign}a", f'{sign}1;"2"\n'), None, now, change(now, figure(30, 60)), (Break.QUESTIONNAIRE,))
        for sign in BEGINNINGS
        for now in (
            *(figure(30, 30), figure(0, 30), figure(2_999_999, 3_000_000), figure(1, 3_000_000), figure(15, 30)),
            *(figure(29, 29), figure(29, 29, withheld=1), figure(0, 0), figure(40, 40, withheld=2), figure(0, 1)),
        )
    ),
)


def rounded(exact: Fraction) -> Decimal:
    """Percent to one place, half up; 0 and 100 only where that is exact."""
    tenths = int(exact * 1_000 + Fraction(1, 2))
    if exact:
        tenths = max(tenths, 1)
    if exact < 1:
        tenths = min(tenths, 999)
    return Decimal(f"{tenths // 10}.{tenths % 10}")


def plainly(read: PeriodLines, line: Line) -> list[Plain]:
    """The cells of one line, worked out from its counts with nothing remembered."""
    sums, published = line.figure.sums, read.publication
    answers = sums.rated + sums.withheld
    if answers == 0:
        state = "no_data"
    elif answers < read.minimum:
        state = "too_few"
    else:
        state = "shown" if sums.rated >= read.minimum else "withheld"
    told: list[Plain] = [None] * 6
    if state == "shown":
        interval = wilson(sums.satisfied, sums.rated)
        told = [sums.satisfied, sums.neutral, sums.not_satisfied, rounded(Fraction(sums.satisfied, sums.rated))]
        told += [rounded(Fraction(interval.low)), rounded(Fraction(interval.high))]
    changed: list[Plain] = [None] * 3
    if line.change:
        points = line.change.points.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
        clear = line.change.clear and not line.breaks
        changed = [points if points else Decimal("0.0"), int(clear), int(Break.QUESTIONNAIRE in line.breaks)]
    return [
        read.period.code,
        read.period.kind,
        read.period.starts_on.isoformat(),
        read.period.last_day.isoformat(),
        "2026-03-17" if read.counted_from else None,
        "published" if published else "provisional",
        published.number if published else None,
        "2026-04-01T08:30:00+07:00" if published else None,
        line.department.code if line.department else None,
        line.department.name if line.department else None,
        line.channel or "all",
        state,
        sums.responses,
        sums.rated if state == "shown" else answers,
        *told[:3],
        sums.withheld,
        *told[3:],
        *changed,
        read.minimum,
        sums.partial,
        sums.assisted,
        sums.rapid,
        published.scheme if published else "satisfied-share/1",
    ]


def unharmed(cell: Plain) -> Plain:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in tuple("=+-@\t\r\n") else cell


def in_csv(cell: Plain) -> str:
    if cell is None:
        return ""
    return str(cell).replace(".", ",") if isinstance(cell, Decimal) else str(unharmed(cell))


@given(st.lists(PERIODS, max_size=3))
@example([EDGES])
def test_csv_is_what_plain_writing_gives(periods: list[PeriodLines]) -> None:
    plain = io.StringIO(newline="")
    writer = csv.writer(plain, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for read in periods:
        for line in read.lines:
            writer.writerow([in_csv(cell) for cell in plainly(read, line)])
    for _ in range(2):  # the second time everything is remembered
        file = io.BytesIO()
        assert dataset.write_csv(periods, file, HEADINGS) == sum(len(read.lines) for read in periods)
        assert file.getvalue() == plain.getvalue().encode("utf-8-sig")


@given(st.lists(PERIODS, max_size=3))
@example([EDGES])
def test_a_workbook_holds_the_same_cells(periods: list[PeriodLines]) -> None:
    plain = [[unharmed(cell) for cell in plainly(read, line)] for read in periods for line in read.lines]
    file = io.BytesIO()
    assert dataset.write_xlsx(periods, file, HEADINGS) == len(plain)
    page = openpyxl.load_workbook(file).active
    wanted = [[float(cell) if isinstance(cell, Decimal) else cell for cell in cells] for cells in plain]
    # A spreadsheet reads "_x001F_" as the character that XML cannot hold; openpyxl leaves it to the reader.
    found = [[unescape(cell) if isinstance(cell, str) else cell for cell in cells] for cells in page.values]
    assert found == [list(HEADINGS), *wanted]


@given(PERIODS)
@example(EDGES)
def test_rows_are_exact_and_of_their_kind(read: PeriodLines) -> None:
    def kinds(cells: list[Plain]) -> list[tuple[type, str]]:
        return [(type(cell), str(cell)) for cell in cells]

    found = [kinds(list(cells)) for cells in dataset.rows(read)]
    assert found == [kinds(plainly(read, line)) for line in read.lines]


@pytest.mark.parametrize(("satisfied", "rated"), [(0, 0), (1, 0), (5, 4), (-1, 4)])
def test_no_percents_without_a_share(satisfied: int, rated: int) -> None:
    with pytest.raises(ValueError, match="of"):
        percents(satisfied, rated)
