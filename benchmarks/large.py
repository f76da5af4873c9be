"""The service at the size of a large province: 10,000,000 responses, 3,000 departments, 24 months.

Each job runs in a process of its own, as a worker does it, in one transaction, and tells its seconds, the highest
memory that process ever held (VmHWM) and that of the PostgreSQL process which served it. Bare SQL of a recount gives
and stores the same rows: it fills empty tables that have the primary keys, indexes and checks of the real ones, by
INSERT … SELECT … GROUP BY of one month after the other. Bare SQL of a page is the one statement that gives its figures.
Bare SQL of a file is COPY of a table that holds its rows already.

`--scale` takes fewer responses and departments and all of the months, so that a department's day stays as full.
"""

import codecs
import http.cookiejar
import itertools
import multiprocessing
import random
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import IO, Final, TypeVar

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from benchmarks import sample
from benchmarks.load import Crowd, Crowds, Fetch
from benchmarks.report import percentile, progress, say, table, verdict
from benchmarks.sample import Connection, Shape, row_of
from benchmarks.serving import Place, Site
from feedback_app.departments.queries import DepartmentView
from feedback_app.kit import clock
from feedback_app.kit.db import engine_options
from feedback_app.ratings import dataset
from feedback_app.ratings import operations as ratings
from feedback_app.ratings.figures import SUMS, Figure, Sums, change
from feedback_app.ratings.periods import Period, period_of, previous
from feedback_app.ratings.queries import Line, PeriodLines
from feedback_app.staff import operations as staff
from feedback_app.surveys import queries

DATABASE: Final = "large"
RESPONSES, DEPARTMENTS, WHOLE_MONTHS, FIELDS, PROCEDURES, TOLD = 10_000_000, 3_000, 23, 24, 5, 0.4
# As many lines a period as 3,000 departments have, through each channel and all of them together.
EXPORTED, EXPORTED_AT_ONCE, PART_BYTES, ROUNDS = 1_000_000, 15_000, 1 << 20, 3
# Columns of the long export that are no text.
COUNTED: Final = frozenset(
    (
        *("publication", "responses", "n", "satisfied", "neutral", "not_satisfied", "withheld", "change_clear"),
        *("reworded", "minimum", "partial", "assisted", "rapid"),
    )
)
DECIMAL: Final = frozenset(("satisfied_percent", "interval_low", "interval_high", "change"))
RECOUNT_GOAL, PAGE_GOAL_MS, CSV_GOAL, MEMORY_GOAL = 1.5, 50.0, 100_000, 300.0
PASSWORD = "mật khẩu để đo tốc độ, không để làm gì khác"  # noqa: S105 - of a database that is deleted at the end
Answer = TypeVar("Answer")

DAILY: Final = """
INSERT INTO bare_daily_tallies ({columns}) SELECT counts.*,
    coalesce(rated, 0), coalesce(satisfied, 0), coalesce(neutral, 0), coalesce(not_satisfied, 0),
    coalesce(scored, 0), coalesce(points, 0), coalesce(choices, '{{}}'), coalesce(times, '{{}}')
FROM (
    SELECT {bucket},
        count(*) FILTER (WHERE NOT rapid), count(*) FILTER (WHERE NOT rapid AND sealed_at IS NULL),
        count(*) FILTER (WHERE NOT rapid AND assisted), count(*) FILTER (WHERE rapid)
    FROM responses WHERE {standing} GROUP BY 1, 2, 3, 4, 5, 6, 7
) AS counts LEFT JOIN (
    SELECT department_id, day, version_id, channel, field_id, procedure_id, stage,
        sum(times) FILTER (WHERE overall) AS rated,
        sum(times) FILTER (WHERE overall AND outcome = 'satisfied') AS satisfied,
        sum(times) FILTER (WHERE overall AND outcome = 'neutral') AS neutral,
        sum(times) FILTER (WHERE overall AND outcome = 'not_satisfied') AS not_satisfied,
        sum(times) FILTER (WHERE overall AND points IS NOT NULL) AS scored,
        sum(times * points) FILTER (WHERE overall) AS points,
        array_agg(choice_id ORDER BY choice_id) AS choices, array_agg(times ORDER BY choice_id) AS times
    FROM (
        SELECT department_id, day, version_id, channel, field_id, procedure_id, stage, choice_id,
            count(*)::integer AS times
        FROM (SELECT {bucket}, unnest(choice_ids) AS choice_id FROM responses WHERE {standing} AND NOT rapid) AS chosen
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ) AS picks
    JOIN (
        SELECT choices.id AS choice_id, outcome, points, overall
        FROM choices JOIN questions ON questions.id = question_id
    ) AS scale USING (choice_id)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
) AS outcomes USING (department_id, day, version_id, channel, field_id, procedure_id, stage)
""".format(  # noqa: S608 - our own words
    bucket="rated_department_id AS department_id, answered_on AS day, version_id, channel,"
    " coalesce(field_id, 0) AS field_id, coalesce(procedure_id, 0) AS procedure_id, coalesce(stage, '') AS stage",
    columns=", ".join((*queries.BUCKET, *SUMS, "choice_ids", "picked")),
    standing="removed_at IS NULL AND excluded_at IS NULL AND answered_on >= %(first)s AND answered_on < %(before)s",
)
_SUMS: Final = ", ".join(f"sum({name})" for name in SUMS)
_MONTHLY_COLUMNS: Final = ", ".join(("department_id", "month", *queries.BUCKET[2:], *SUMS, "choice_ids", "picked"))
MONTHLY: Final = f"""
INSERT INTO bare_monthly_tallies ({_MONTHLY_COLUMNS}) SELECT sums.*, coalesce(choices, '{{}}'), coalesce(times, '{{}}')
FROM (
    SELECT department_id, %(month)s::date, version_id, channel, field_id, procedure_id, stage, {_SUMS}
    FROM bare_daily_tallies WHERE day >= %(first)s AND day < %(before)s GROUP BY 1, 3, 4, 5, 6, 7
) AS sums LEFT JOIN (
    SELECT department_id, version_id, channel, field_id, procedure_id, stage,
        array_agg(choice_id ORDER BY choice_id) AS choices, array_agg(times ORDER BY choice_id) AS times
    FROM (
        SELECT department_id, version_id, channel, field_id, procedure_id, stage, choice_id,
            sum(counted)::integer AS times
        FROM bare_daily_tallies, unnest(choice_ids, picked) AS each (choice_id, counted)
        WHERE day >= %(first)s AND day < %(before)s GROUP BY 1, 2, 3, 4, 5, 6, 7
    ) AS picks GROUP BY 1, 2, 3, 4, 5, 6
) AS picked USING (department_id, version_id, channel, field_id, procedure_id, stage)
"""  # noqa: S608 - our own words
DIFFERENT: Final = """
SELECT count(*) FROM ((TABLE {0} EXCEPT ALL TABLE bare_{0}) UNION ALL (TABLE bare_{0} EXCEPT ALL TABLE {0})) AS rows
"""
PUBLISHED: Final = "INSERT INTO bare_published SELECT 1, * FROM monthly_tallies WHERE month >= %s AND month < %s"
WITHIN: Final = " FROM published_tallies WHERE publication_id = %(publication)s"
PAGES: Final = {
    "results": f"SELECT version_id, channel, {_SUMS}{WITHIN} GROUP BY 1, 2",
    "department": f"SELECT version_id, channel, {_SUMS}{WITHIN} AND department_id = %(department)s GROUP BY 1, 2",
    "overview": f"SELECT department_id, version_id, channel, {_SUMS}{WITHIN} GROUP BY 1, 2, 3",
}


@dataclass(frozen=True, slots=True)
class Done:
    """A job that ended: MiB are the highest of its own process and of the PostgreSQL process that served it."""

    found: int
    seconds: float
    own_mib: float
    server_mib: float


def measure(place: Place, *, scale: float) -> None:
    """Load, count, publish, draw and export at `scale` of the full size, and print what each took."""
    shape = Shape(max(int(DEPARTMENTS * scale), 10), WHOLE_MONTHS, FIELDS, TOLD, PROCEDURES)
    count, first, before = int(RESPONSES * scale), *sample.days(shape)
    place.migrated(DATABASE)
    office = sample.set_up(place, DATABASE, shape)
    say(f"\n## {count:,} responses, {shape.departments:,} departments, {first} to {before}\n")
    with place.connect(DATABASE) as connection:
        with progress(f"loading {count:,} responses"):
            sample.load(connection, office, count, shape)
        _measure_jobs(place, connection, first, before)
        _measure_pages(place, connection, office.departments)
        _measure_files(connection, int(EXPORTED * scale))


def _measure_jobs(place: Place, connection: Connection, first: date, before: date) -> None:
    url = place.settings(DATABASE).database_url
    quarter = previous(period_of("quarter", before))
    day = quarter.starts_on
    connection.execute(f"SET work_mem = '{ratings.RECOUNT_MEMORY}'".encode())
    with progress("bare SQL of the first count"):
        bare_first = _timed(lambda: _bare_count(connection, first, before))
    found = {"first": _job("the first count", partial(_recount, url, first, before))}
    for name in ("daily_tallies", "monthly_tallies"):
        (different,) = row_of(connection, DIFFERENT.format(name))
        if different:
            raise SystemExit(f"{different} rows of {name} are not what plain SQL counts")
    connection.execute("VACUUM (ANALYZE) daily_tallies, monthly_tallies")
    found["again"] = _job("the recount", partial(_recount, url, first, before))
    with progress("bare SQL of the recount"):
        bare_again = _timed(lambda: _bare_count(connection, first, before))
    found["day"] = _job("one day's recount", partial(_recount, url, day, day + timedelta(days=1)))
    bare_day = _timed(lambda: _bare_count(connection, day, day + timedelta(days=1), whole_month=True))
    if found["again"].found or found["day"].found:
        raise SystemExit("Counting again found days that had changed by themselves")
    connection.execute("CREATE TABLE bare_published (LIKE published_tallies INCLUDING INDEXES INCLUDING CONSTRAINTS)")
    bare_quarter = _timed(lambda: connection.execute(PUBLISHED.encode(), (quarter.starts_on, quarter.ends_on)))
    found["quarter"] = _job("publication of a quarter", partial(_publish, url, quarter))
    connection.execute("DROP TABLE bare_daily_tallies, bare_monthly_tallies, bare_published")
    bare = {"first": bare_first, "again": bare_again, "day": bare_day, "quarter": bare_quarter}
    names = {
        "first": "first count, nothing there and all stored",
        "again": "recount, all compared and found right",
        "day": "one day's recount, and its month compared",
        "quarter": f"publication of {quarter.code}",
    }
    say("### Jobs\n")
    header = ("", "seconds", "bare SQL", "ratio", "process MiB", "PostgreSQL process MiB")
    rows = [
        (
            name,
            f"{found[key].seconds:.2f}",
            f"{bare[key]:.2f}",
            f"{found[key].seconds / bare[key]:.2f}",
            f"{found[key].own_mib:.0f}",
            f"{found[key].server_mib:.0f}",
        )
        for key, name in names.items()
    ]
    say(table(header, rows))
    say()
    for key in ("first", "again"):
        ratio = found[key].seconds / bare[key]
        say(f"{names[key]}: {ratio:.2f}, goal at most {RECOUNT_GOAL:g}: {verdict(ratio <= RECOUNT_GOAL)}.")
    most = max(each.own_mib for each in found.values())
    say(f"Highest memory of these processes {most:.0f} MiB, goal under {MEMORY_GOAL:g}: {verdict(most < MEMORY_GOAL)}.")
    sizes = row_of(
        connection,
        "SELECT (SELECT count(*) FROM daily_tallies), (SELECT count(*) FROM monthly_tallies),"
        " pg_size_pretty(pg_database_size(current_database()))",
    )
    say(f"Stored: {sizes[0]:,} daily and {sizes[1]:,} monthly tallies; the database takes {sizes[2]}.")


def _bare_count(connection: Connection, first: date, before: date, *, whole_month: bool = False) -> None:
    """Count into empty tables; with `whole_month` the month that `first` lies in is added up from the real days."""
    with connection.transaction():
        for name in ("daily_tallies", "monthly_tallies"):
            connection.execute(f"DROP TABLE IF EXISTS bare_{name}".encode())
            connection.execute(f"CREATE TABLE bare_{name} (LIKE {name} INCLUDING ALL)".encode())
        start = first
        while start < before:
            month = period_of("month", start)
            end = min(month.ends_on, before)
            connection.execute(DAILY.encode(), {"first": start, "before": end})
            days = {"first": month.starts_on, "before": month.ends_on}
            monthly = MONTHLY.replace("FROM bare_daily", "FROM daily") if whole_month else MONTHLY
            connection.execute(monthly.encode(), {"month": month.starts_on, **days})
            start = end


def _recount(url: str, first: date, before: date) -> Done:
    return _as_worker(url, lambda session: ratings.recount_range(session, first=first, before=before))


def _publish(url: str, quarter: Period) -> Done:
    def publish(session: Session) -> int:
        return ratings.publish(session, quarter, now=clock.now(), minima=sample.MINIMA).publication_id

    return _as_worker(url, publish)


def _as_worker(url: str, work: Callable[[Session], int]) -> Done:
    engine = create_engine(url, **engine_options("benchmark"))
    with Session(engine) as session:
        server: int = session.scalars(text("SELECT pg_backend_pid()")).one()
        started = perf_counter()
        found = work(session)
        session.commit()
        seconds = perf_counter() - started
        memory = peak_mib(server)
    engine.dispose()
    return Done(found, seconds, peak_mib(), memory)


def _job(what: str, work: Callable[[], Answer]) -> Answer:
    """The result of `work` in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with progress(what), ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work).result()


def _timed(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def peak_mib(pid: int | str = "self") -> float:
    """The most memory a process ever held, of PostgreSQL with the shared part it touched."""
    (kilobytes,) = re.findall(r"^VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(kilobytes) / 1024


def _measure_pages(place: Place, connection: Connection, departments: tuple[int, ...]) -> None:
    """Each page drawn anew, one reader at a time: as readers get it, as another address, and right after a recount.

    Every month and quarter that is over is published, as it is in service. Another address (`fresh`) finds no kept page
    and what was added up for others; after a recount nothing of it is kept, and the page waits for all of it.
    """
    with progress("publishing the other months and quarters"), Session(place.engine(DATABASE)) as session:
        for period in ratings.due(session, now=clock.now()):
            if period.kind in ("month", "quarter"):
                ratings.publish(session, period, now=clock.now(), minima=sample.MINIMA)
                session.commit()
    connection.execute("VACUUM (ANALYZE) published_tallies, withheld_months")
    (publication,) = row_of(
        connection, "SELECT id FROM publications WHERE period_kind = 'quarter' ORDER BY starts_on DESC LIMIT 1"
    )
    department = departments[len(departments) // 2]
    values = {"publication": publication, "department": department}
    (code,) = row_of(connection, "SELECT code FROM departments WHERE id = %s", (department,))
    with Session(place.engine(DATABASE)) as session:
        staff.add_member(
            session,
            now=clock.now(),
            actor_id=None,
            username="quan-ly",
            display_name="Quản lý",
            role="manager",
            department_id=None,
            password=PASSWORD,
        )
        session.commit()
    rows, worst = [], 0.0
    with Crowds(1) as crowds, place.site("large", "wsgi:application", DATABASE, path="/ket-qua") as site:
        cookie = _sign_in(site)
        pages = {
            "results page, drawn anew": (Fetch("/ket-qua", fresh=True), "results"),
            "results page, as readers get it": (Fetch("/ket-qua"), "results"),
            "department page, drawn anew": (Fetch(f"/ket-qua/{code}", fresh=True), "department"),
            "manager's overview": (Fetch("/quan-ly", fresh=True, cookie=cookie), "overview"),
        }
        if _exists(site, "/quan-ly/tong-quan"):
            pages["manager's dashboard"] = (Fetch("/quan-ly/tong-quan", fresh=True, cookie=cookie), "overview")
        for number, (name, (fetch, statement)) in enumerate(pages.items()):
            with progress(name):
                crowds.run(Crowd(fetch, site.port, 1, 1.0, first=number << 20))
                outcome = crowds.run(Crowd(fetch, site.port, 1, 5.0, first=(number << 20) + (1 << 19)))
            if outcome.failures:
                raise SystemExit(f"{name}: {outcome.failures[0]}")
            after = [_after_recount(connection, site, fetch, f"{number}-{attempt}") for attempt in range(5)]
            read = partial(connection.execute, PAGES[statement].encode(), values)
            bare = [_timed(lambda read=read: read().fetchall()) for _ in range(20)]  # type: ignore[misc]
            took = [percentile(outcome.seconds, share) * 1000 for share in (0.5, 0.95)]
            worst = max(worst, took[1])
            rows.append(
                (
                    name,
                    *(f"{each:.1f}" for each in took),
                    *(f"{percentile(bare, share) * 1000:.1f}" for share in (0.5, 0.95)),
                    f"{len(outcome.seconds):,}",
                    verdict(took[1] < PAGE_GOAL_MS),
                    f"{percentile(after, 0.5) * 1000:.0f}",
                    f"{max(after) * 1000:.0f}",
                )
            )
        server = max(peak_mib(each.pid) for each in psutil.Process(site.process.pid).children(recursive=True))
    say(f"\n### Pages, one reader at a time, goal p95 under {PAGE_GOAL_MS:g} ms\n")
    header = ("", "p50 ms", "p95 ms", "bare SQL p50 ms", "bare SQL p95 ms", "pages", "goal")
    say(table((*header, "after a recount, median ms", "most ms"), rows))
    say(f"\nHighest memory of a web process {server:.0f} MiB.")


def _after_recount(connection: Connection, site: Site, fetch: Fetch, visit: str) -> float:
    """Seconds of a page whose figures have just changed."""
    connection.execute("UPDATE revisions SET number = nextval('revision_numbers') WHERE name = 'ratings'")
    request = urllib.request.Request(  # our own server
        f"http://127.0.0.1:{site.port}{fetch.path}?visit=after-{visit}", headers={"Cookie": fetch.cookie}
    )
    started = perf_counter()
    with urllib.request.urlopen(request, timeout=120) as page:  # noqa: S310  # likewise
        page.read()
    return perf_counter() - started


def _sign_in(site: Site) -> str:
    """The cookies of a manager, signed in as a browser does it."""
    jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https")))
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    address = f"http://127.0.0.1:{site.port}/dang-nhap"
    with browser.open(address, timeout=10) as page:
        (token, *_) = re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', page.read().decode())
    said = urllib.parse.urlencode({"csrf_token": token, "username": "quan-ly", "password": PASSWORD}).encode()
    with browser.open(address, said, timeout=10) as page:
        if page.url == address:
            raise SystemExit("The manager could not sign in")
    return "; ".join(f"{each.name}={each.value}" for each in jar)


def _exists(site: Site, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{site.port}{path}", timeout=10):
            return True
    except urllib.error.HTTPError as error:
        return error.code != 404


def _measure_files(connection: Connection, count: int) -> None:
    """The long export of generated lines, beside COPY of a table of the same columns and rows."""
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for kind, write in (("csv", dataset.write_csv), ("xlsx", dataset.write_xlsx)):
            written = partial(_write, write, Path(folder) / f"lines.{kind}", count)
            # A workbook takes minutes.
            rounds = [_job(f"{kind.upper()} of {count:,} rows", written) for _ in range(ROUNDS if kind == "csv" else 1)]
            found[kind] = min(rounds, key=lambda done: done.seconds)
        with progress("bare SQL of the files"):
            bare = _bare_file(connection, Path(folder) / "lines.csv", Path(folder) / "bare.csv")
    rows = []
    for kind, done in found.items():
        rate = count / done.seconds
        reached = done.own_mib < MEMORY_GOAL and (rate > CSV_GOAL or kind != "csv")
        rows.append(
            (
                f"{kind.upper()}, {done.found / 2**20:.0f} MiB",
                f"{done.seconds:.1f}",
                f"{bare:.1f}",
                f"{done.seconds / bare:.2f}",
                f"{rate:,.0f}",
                f"{done.own_mib:.0f}",
                verdict(reached),
            )
        )
    say(f"\n### Long exports of {count:,} rows of {len(dataset.COLUMNS)} columns\n")
    say(table(("", "seconds", "bare SQL, CSV", "ratio", "rows a second", "process MiB", "goal"), rows))
    goals = f"CSV over {CSV_GOAL:,} rows a second; either in less than {MEMORY_GOAL:g} MiB"
    say(f"\nCSV and COPY: best of {ROUNDS} rounds. Goals: {goals}.")


def _write(write: Callable[[Iterable[PeriodLines], IO[bytes], Sequence[str]], int], path: Path, count: int) -> Done:
    """Write generated lines period by period, as the worker reads them; the seconds that making them took are left out.

    `found` is the size of the file in bytes.
    """
    made = 0.0

    def periods() -> Iterator[PeriodLines]:
        nonlocal made
        period, left = period_of("month", date(2016, 1, 1)), count
        while left:
            started = perf_counter()
            read = _generated(period, min(left, EXPORTED_AT_ONCE))
            made += perf_counter() - started
            yield read
            period, left = period_of("month", period.ends_on), left - len(read.lines)

    with path.open("wb") as file:
        started = perf_counter()
        written = write(periods(), file, [column.key for column in dataset.COLUMNS])
        file.flush()
        seconds = perf_counter() - started - made
    if written != count:
        raise SystemExit(f"{path.name}: {written} of {count} rows")
    return Done(path.stat().st_size, seconds, peak_mib(), 0.0)


def _generated(period: Period, count: int) -> PeriodLines:
    """`count` lines: departments of one to a few thousand responses, half of them under 60, each with its channels."""
    rng = random.Random(period.code)  # noqa: S311 - invented answers
    lines: list[Line] = []
    for number in itertools.count():
        if len(lines) >= count:
            break
        department = DepartmentView(
            id=number,
            code=f"don-vi-{number}",
            kind="ward",
            name=f"Ủy ban nhân dân phường Số {number}",
            name_en=None,
            short_name=f"Phường Số {number}",
            parent_id=None,
            opened_on=date(2015, 1, 1),
            closed_on=None,
        )
        size = rng.lognormvariate(4.1, 1.2)
        now, before = (_figure(rng, size) for _ in range(2))
        lines.append(Line(department, None, now, change(now, before)))
        for channel, weight in zip(sample.CHANNELS, sample.CHANNEL_WEIGHTS, strict=True):
            lines.append(Line(department, channel, _figure(rng, size * weight / 100), None))
    return PeriodLines(period, None, sample.MINIMA.score, tuple(lines[:count]))


def _figure(rng: random.Random, size: float) -> Figure:
    """About `size` responses, some nine in ten of them satisfied."""
    rated = max(1, round(rng.gauss(size, size**0.5)))
    satisfied = min(rated, max(0, round(rng.gauss(rated * 0.89, (rated * 0.1) ** 0.5))))
    neutral = (rated - satisfied) // 2
    sums = Sums(
        responses=rated + rated // 20,
        partial=rated // 20,
        assisted=rated // 9,
        rapid=rated // 30,
        rated=rated,
        satisfied=satisfied,
        neutral=neutral,
        not_satisfied=rated - satisfied - neutral,
    )
    return Figure(sums, sample.MINIMA.score, one_scale=True)


def _bare_file(connection: Connection, written: Path, bare: Path) -> float:
    """Seconds in which COPY writes the rows of a file again from a table of their own kinds of columns.

    Raises SystemExit unless both hold the same lines, in whatever order, but for the signs of decimals and line ends.
    """
    kinds = {each: "integer" for each in COUNTED} | {each: "numeric(4, 1)" for each in DECIMAL}
    names = [column.key for column in dataset.COLUMNS]
    connection.execute(f"CREATE TEMPORARY TABLE written ({', '.join(f'{name} text' for name in names)})".encode())
    with connection.cursor() as cursor, written.open("rb") as file:
        file.read(len(codecs.BOM_UTF8))
        with cursor.copy(b"COPY written FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)") as copy:
            while part := file.read(PART_BYTES):
                copy.write(part)
    cells = ", ".join(f"replace({name}, ',', '.')::{kinds.get(name, 'text')} AS {name}" for name in names)
    connection.execute(f"CREATE TEMPORARY TABLE bare AS SELECT {cells} FROM written".encode())  # noqa: S608 - our own words

    def copied() -> None:
        again = b"COPY bare TO STDOUT (FORMAT csv, DELIMITER ';', HEADER)"
        with connection.cursor() as cursor, bare.open("wb") as file, cursor.copy(again) as copy:
            for part in copy:
                file.write(part)

    seconds = min(_timed(copied) for _ in range(ROUNDS))
    with written.open("rb") as ours, bare.open("rb") as theirs:
        ours.read(len(codecs.BOM_UTF8))
        # PostgreSQL fills its pages in an order of its own.
        same = sum(hash(line.replace(b",", b".").replace(b"\r\n", b"\n")) for line in ours) == sum(map(hash, theirs))
    if not same:
        raise SystemExit("COPY does not write the rows of the file")
    connection.execute("DROP TABLE written, bare")
    return seconds
