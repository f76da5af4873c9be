"""Settings of the service: one frozen value read from the environment at the start.

Every problem is collected and reported at once, so that an operator mends a bad
configuration in one go instead of one restart for each mistake.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, Literal
from urllib.parse import urlsplit

# 000.00.00.H50-251128-0001 and its shorter forms: dotted parts, a day, a number.
USUAL_CODE_PATTERN: Final = r"[A-Z0-9]{1,12}(\.[A-Z0-9]{1,12}){0,6}-[0-9]{6}-[0-9]{4,6}"
# No holiday lasts a month; a longer span has a wrong year or month.
LONGEST_OFF: Final = timedelta(days=31)
Environment = Literal["production", "development", "test"]


class BadSettings(Exception):
    """The environment holds settings the service cannot start with; `problems` names them all."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("Cấu hình chưa đúng / bad settings:\n" + "\n".join(f"  - {p}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Office:
    """The authority that runs the service, as header and footer must name it (TT 32/2017/TT-BTTTT, Điều 16).

    What ends in `_en` stands on English pages; empty, the Vietnamese stands there too.
    """

    name: str
    name_en: str
    parent_name: str
    parent_name_en: str
    responsible: str
    responsible_en: str
    address: str
    address_en: str
    phone: str
    email: str
    logo_url: str


@dataclass(frozen=True, slots=True)
class KioskSeconds:
    """Waiting times of the kiosk page, in seconds."""

    idle_after_rating: int
    idle_while_typing: int
    countdown: int
    thanks: int


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When offices are open: for each day of the week (Monday is 1) its spans of a Vietnamese wall clock."""

    spans: Mapping[int, tuple[tuple[time, time], ...]]

    def open_since(self, local: datetime) -> datetime | None:
        """When the span began that holds this moment of a Vietnamese wall clock; None out of hours."""
        for opens, closes in self.spans.get(local.isoweekday(), ()):
            if opens <= local.time() < closes:
                return datetime.combine(local.date(), opens, local.tzinfo)
        return None

    @classmethod
    def parse(cls, written: str) -> "OpeningHours":
        """Read "1-5 07:30-11:30 13:30-17:00; 6 07:30-11:30"; raises ValueError."""
        spans: dict[int, tuple[tuple[time, time], ...]] = {}
        for group in written.split(";"):
            days, *hours = group.split()
            first, _, last = days.partition("-")
            week = range(int(first), int(last or first) + 1)
            read = tuple(_span(each) for each in hours)
            if not read or not week or not 1 <= week[0] <= week[-1] <= 7 or set(week) & set(spans):
                raise ValueError(group)
            if any(before[1] > after[0] for before, after in pairwise(read)):
                raise ValueError(group)
            spans |= dict.fromkeys(week, read)
        return cls(spans)


def _span(written: str) -> tuple[time, time]:
    opens, closes = (time.fromisoformat(each) for each in written.split("-"))
    if opens >= closes:
        raise ValueError(written)
    return opens, closes


@dataclass(frozen=True, slots=True)
class Minima:
    """From how many answers on something is told: `score` for a share, `ranked` for a rank, which is never less, `cell`
    for anything about what was answered."""

    score: int
    ranked: int
    cell: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the service needs to know from outside.

    `comment_original_days` is how long the original of a comment is kept after a reviewer decided on it;
    `public_comments` whether cleared comments stand on public pages;
    `auto_publish_months` whether months go out without two persons, by the timetable;
    `minimum_officer_dossiers` from how many dossiers on an index of one officer is told;
    `days_off` are days on which offices are closed beside the holidays with a fixed date;
    `contest_days` how many days after it became known an officer may contest it;
    `rapid_seconds` the gap within which a second first touch on one device is marked rapid;
    `answers_per_address` how many answers of visitors one address may send in a minute to one process;
    `lookup_months` for how many months a look-up code finds its response;
    `target_share` the satisfied share, in percent, that managers are shown their own against;
    `opening_hours` when kiosks are expected to be on;
    `unenrolled_kiosks` whether the kiosk page of a place may be opened by anybody, for a trial;
    `dossier_code_pattern` is the regular expression that the whole of a dossier code matches in upper case, without
    spaces; `dossier_token_key` what its tokens are made with, empty for `secret_key`; `dossier_token_months` how long a
    dossier counts as answered; `dossier_slip_days` how long a slip holds;
    `paper_form_key` what the codes on numbered forms are proved with, empty for `secret_key`;
    `paper_second_keying_percent` how many of a hundred keyed forms with a number are drawn to be keyed by a second
    person;
    `paper_blind_review_percent` of the fields that scans are read from without doubt are looked at by lot, and more
    than `paper_pause_per_mille` wrong among at least `paper_pause_base` of them stop a department's being accepted
    unseen;
    `trusted_proxies` how many reverse proxies in front set X-Forwarded-*.
    """

    database_url: str
    redis_url: str
    secret_key: str
    environment: Environment
    public_url: str
    trusted_proxies: int
    office: Office
    kiosk: KioskSeconds
    minima: Minima
    comment_original_days: int
    public_comments: bool
    auto_publish_months: bool
    minimum_officer_dossiers: int
    contest_days: int
    rapid_seconds: int
    answers_per_address: int
    lookup_months: int
    target_share: int
    opening_hours: OpeningHours
    days_off: frozenset[date]
    unenrolled_kiosks: bool
    dossier_code_pattern: str
    dossier_token_key: str
    dossier_token_months: int
    dossier_slip_days: int
    paper_form_key: str
    paper_second_keying_percent: int
    paper_blind_review_percent: int
    paper_pause_per_mille: int
    paper_pause_base: int
    log_level: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read settings; raise BadSettings naming every problem found."""
        problems: list[str] = []

        def text(name: str, default: str | None = None, *, check: Callable[[str], str | None] = lambda _: None) -> str:
            value = environ.get(name, "").strip() or default
            if value is None:
                problems.append(f"{name}: thiếu / missing")
                return ""
            problem = check(value)
            if problem:
                problems.append(f"{name}: {problem}")
            return value

        def number(name: str, default: int, low: int, high: int) -> int:
            raw = environ.get(name, "").strip()
            if not raw:
                return default
            if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
                problems.append(
                    f"{name}: cần số nguyên từ {low} đến {high}, nhận được / expected a whole number, got {raw!r}"
                )
                return default
            return int(raw)

        def shown(name: str, demonstration: str) -> str:
            """What the law wants on every page cannot be left out in production."""
            return text(name, None if environment == "production" else demonstration)

        def english(name: str, demonstration: str) -> str:
            """Optional; the demonstration's own only beside its Vietnamese."""
            return text(name, "" if environ.get(name.removesuffix("_EN"), "").strip() else demonstration)

        opening_hours = text("OPENING_HOURS", "1-5 07:30-11:30 13:30-17:00", check=_opening_hours)
        days_off = text("DAYS_OFF", "", check=_days_off)
        score = number("MINIMUM_RESPONSES", 30, 5, 10_000)
        environment = text("FEEDBACK_ENV", "production", check=_one_of("production", "development", "test"))
        settings = cls(
            database_url=_with_driver(
                text("DATABASE_URL", check=_scheme("postgresql", "postgres", "postgresql+psycopg"))
            ),
            redis_url=text("REDIS_URL", check=_scheme("redis", "rediss", "unix")),
            secret_key=text("SECRET_KEY", check=_long_enough(32)),
            environment=environment,  # type: ignore[arg-type]  # checked by _one_of above
            public_url=text(
                "PUBLIC_URL",
                None if environment == "production" else "http://localhost:8000",
                check=_scheme("http", "https"),
            ).rstrip("/"),
            trusted_proxies=number("TRUSTED_PROXIES", 0, 0, 5),
            office=Office(
                name=shown("OFFICE_NAME", "Ủy ban nhân dân phường Đồng Hới (trình diễn)"),
                name_en=shown("OFFICE_NAME_EN", "People's Committee of Dong Hoi Ward (demonstration)"),
                parent_name=shown("OFFICE_PARENT", "Tỉnh Quảng Trị"),
                parent_name_en=english("OFFICE_PARENT_EN", "Quang Tri Province"),
                responsible=shown("OFFICE_RESPONSIBLE", "Chưa khai báo (bản trình diễn)"),
                responsible_en=english("OFFICE_RESPONSIBLE_EN", "Not stated (demonstration)"),
                address=shown("OFFICE_ADDRESS", "Chưa khai báo (bản trình diễn)"),
                address_en=english("OFFICE_ADDRESS_EN", "Not stated (demonstration)"),
                phone=shown("OFFICE_PHONE", "0000 000 000"),
                email=shown("OFFICE_EMAIL", "trinh-dien@example.vn"),
                logo_url=environ.get("OFFICE_LOGO_URL", "").strip(),
            ),
            kiosk=KioskSeconds(
                idle_after_rating=number("KIOSK_IDLE_SECONDS", 20, 15, 600),
                idle_while_typing=number("KIOSK_TYPING_SECONDS", 45, 20, 600),
                countdown=number("KIOSK_COUNTDOWN_SECONDS", 10, 5, 60),
                thanks=number("KIOSK_THANKS_SECONDS", 5, 2, 60),
            ),
            minima=Minima(
                score=score,
                ranked=number("MINIMUM_RANKED", max(100, score), score, 100_000),
                cell=number("SMALL_CELL", 5, 3, 100),
            ),
            comment_original_days=number("COMMENT_ORIGINAL_DAYS", 90, 1, 3650),
            public_comments=text("PUBLIC_COMMENTS", "false", check=_one_of("true", "false")) == "true",
            auto_publish_months=text("AUTO_PUBLISH_MONTHS", "true", check=_one_of("true", "false")) == "true",
            minimum_officer_dossiers=number("MINIMUM_OFFICER_DOSSIERS", 30, 5, 10_000),
            contest_days=number("CONTEST_DAYS", 15, 1, 365),
            rapid_seconds=number("RAPID_SECONDS", 5, 0, 60),
            answers_per_address=number("ANSWERS_PER_ADDRESS", 240, 1, 100_000),
            lookup_months=number("LOOKUP_MONTHS", 18, 1, 120),
            target_share=number("TARGET_SHARE", 90, 1, 100),
            opening_hours=OpeningHours({}) if _opening_hours(opening_hours) else OpeningHours.parse(opening_hours),
            days_off=frozenset() if _days_off(days_off) else _days(days_off),
            unenrolled_kiosks=text(
                "UNENROLLED_KIOSKS",
                "false" if environment == "production" else "true",
                check=_one_of("true", "false"),
            )
            == "true",
            dossier_code_pattern=text("DOSSIER_CODE_PATTERN", USUAL_CODE_PATTERN, check=_expression),
            dossier_token_key=text("DOSSIER_TOKEN_KEY", "", check=lambda key: _long_enough(32)(key) if key else None),
            dossier_token_months=number("DOSSIER_TOKEN_MONTHS", 18, 1, 120),
            dossier_slip_days=number("DOSSIER_SLIP_DAYS", 60, 1, 366),
            paper_form_key=text("PAPER_FORM_KEY", "", check=lambda key: _long_enough(32)(key) if key else None),
            paper_second_keying_percent=number("PAPER_SECOND_KEYING_PERCENT", 10, 0, 100),
            paper_blind_review_percent=number("PAPER_BLIND_REVIEW_PERCENT", 1, 0, 100),
            paper_pause_per_mille=number("PAPER_PAUSE_PER_MILLE", 5, 0, 1000),
            paper_pause_base=number("PAPER_PAUSE_BASE", 200, 5, 100_000),
            log_level=text("LOG_LEVEL", "INFO", check=_one_of("DEBUG", "INFO", "WARNING", "ERROR")),
        )
        if problems:
            raise BadSettings(problems)
        return settings


def _days(written: str) -> frozenset[date]:
    """Read "2027-02-04..2027-02-10 2027-04-16", the last day of a span included; raises ValueError."""
    found: set[date] = set()
    for each in written.split():
        first, _, last = each.partition("..")
        begins, ends = date.fromisoformat(first), date.fromisoformat(last or first)
        if not timedelta() <= ends - begins <= LONGEST_OFF:
            raise ValueError(each)
        found |= {begins + timedelta(days=number) for number in range((ends - begins).days + 1)}
    return frozenset(found)


def _days_off(value: str) -> str | None:
    try:
        _days(value)
    except ValueError:
        return f"cần dạng / expected something like '2027-02-04..2027-02-10 2027-04-16', got {value!r}"
    return None


def _opening_hours(value: str) -> str | None:
    try:
        OpeningHours.parse(value)
    except ValueError:
        return (
            "cần dạng / expected something like '1-5 07:30-11:30 13:30-17:00; 6 07:30-11:30' "
            f"(thứ Hai là 1 / Monday is 1), got {value!r}"
        )
    return None


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: (
        None if value in allowed else f"cần một trong / expected one of {', '.join(allowed)}, got {value!r}"
    )


def _scheme(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: (
        None
        if urlsplit(value).scheme in allowed
        else f"cần địa chỉ bắt đầu bằng / expected a URL starting with {allowed[0]}://"
    )


def _long_enough(length: int) -> Callable[[str], str | None]:
    return lambda value: (
        None if len(value) >= length else f"cần ít nhất {length} ký tự / needs at least {length} characters"
    )


def _expression(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"không phải biểu thức chính quy / no regular expression: {error}"
    return None


def _with_driver(url: str) -> str:
    """Name the psycopg 3 driver, whatever spelling of the scheme the operator's host hands out."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme in {"postgres", "postgresql"} else url
