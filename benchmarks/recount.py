"""How long counting everything again takes, beside the bare SQL of the same answer.

Bare: the same groupings, by SELECT alone: nothing compared, nothing stored, nothing sent to the client but sums. Both
may use as much memory for a hash table. The first count, which finds no tallies and stores all of them, is shown apart:
it happens once, after an import.
"""

from time import perf_counter
from typing import Final

from sqlalchemy.orm import Session

from benchmarks import sample
from benchmarks.report import percentile, progress, say, table, verdict
from benchmarks.sample import Connection, row_of
from benchmarks.serving import Place
from feedback_app.ratings import operations as ratings

GOAL = 2.0

COUNTS: Final = """
SELECT sum(responses), sum(partial), sum(assisted), sum(rapid) FROM (
    SELECT
        count(*) FILTER (WHERE NOT rapid) AS responses,
        count(*) FILTER (WHERE NOT rapid AND sealed_at IS NULL) AS partial,
        count(*) FILTER (WHERE NOT rapid AND assisted) AS assisted,
        count(*) FILTER (WHERE rapid) AS rapid
    FROM responses WHERE removed_at IS NULL AND excluded_at IS NULL
    GROUP BY rated_department_id, answered_on, version_id, channel
) AS tallies
"""
CHOICES: Final = """
SELECT sum(picked) FILTER (WHERE outcome = 'satisfied'), sum(picked * points) FROM (
    SELECT choice_id, count(*) AS picked FROM (
        SELECT rated_department_id, answered_on, channel, unnest(choice_ids) AS choice_id
        FROM responses WHERE removed_at IS NULL AND excluded_at IS NULL AND NOT rapid
    ) AS chosen
    GROUP BY rated_department_id, answered_on, channel, choice_id
) AS tallies JOIN choices ON choices.id = choice_id JOIN questions ON questions.id = question_id AND overall
"""
STORED: Final = """
SELECT sum(responses), sum(partial), sum(assisted), sum(rapid), sum(satisfied), sum(points) FROM daily_tallies
"""
SIZES: Final = "SELECT (SELECT count(*) FROM daily_tallies), (SELECT count(*) FROM monthly_tallies)"


def measure(place: Place, database: str, *, count: int, rounds: int) -> None:
    """Count all days of `database` `rounds` times by each way in turns, and print both beside each other."""
    first, before = sample.days()
    engine = place.engine(database)
    seconds: dict[str, list[float]] = {"bare": [], "first": [], "again": []}
    with place.connect(database) as connection:
        connection.execute(f"SET work_mem = '{ratings.RECOUNT_MEMORY}'".encode())
        for number in range(rounds + 1):
            with progress(f"counting {count:,} responses, round {number + 1} of {rounds + 1}"):
                started = perf_counter()
                answer = _bare(connection)
                seconds["bare"].append(perf_counter() - started)
                started = perf_counter()
                with Session(engine) as session:
                    wrong = ratings.recount_range(session, first=first, before=before)
                    session.commit()
                seconds["again" if number else "first"].append(perf_counter() - started)
            stored = row_of(connection, STORED)
            if stored != answer:
                raise SystemExit(f"The stored tallies {stored} are not what plain SQL counts: {answer}")
            if number == 0:
                buckets = wrong
                connection.execute("VACUUM (ANALYZE) daily_tallies, monthly_tallies")
            elif wrong:
                raise SystemExit(f"Counting again found {wrong} days that had changed by themselves")
        sizes = row_of(connection, SIZES)
    say(f"\n### Recount of {count:,} responses\n")
    names = (
        ("GROUP BY in bare SQL", "bare"),
        ("recount_range, all compared and found right", "again"),
        ("recount_range, nothing there and all stored", "first"),
    )
    say(
        table(
            ("", "seconds, median", "from", "to"),
            [(name, *(f"{percentile(seconds[key], share):.2f}" for share in (0.5, 0, 1))) for name, key in names],
        )
    )
    bare, recount = (percentile(seconds[name], 0.5) for name in ("bare", "again"))
    ratio = recount / bare
    say(f"\nRatio {ratio:.2f}, goal at most {GOAL:g}: {verdict(ratio <= GOAL)}. {rounds} rounds in turns.")
    say(f"Stored: {sizes[0]:,} daily and {sizes[1]:,} monthly tallies, of {buckets:,} departments' days and months.")


def _bare(connection: Connection) -> tuple[object, ...]:
    return (*row_of(connection, COUNTS), *row_of(connection, CHOICES))
