"""The fingerprint of a publication, by which anybody can find out that it was changed. Pure.

What is hashed (SHA-256, written in hexadecimal) are lines of UTF-8, each ended by a line feed:

1. the header, a JSON object of HEADER;
2. for each frozen tally `["tally", …]` with the values of TALLY, in the order of those before "responses";
3. for each withheld month `["withheld", department_id, month]`, in that order.

JSON is written without spaces, keys in alphabetical order, characters as they are; days as 2026-09-30, moments in UTC
as 2026-10-01T02:10:00.000000+00:00. The header holds the hash of the publication before it, so that a change of one
number breaks that publication and all after it. A change of these rules is a new name beside the old ones, because
every publication is checked by the rules it was made with. "publication/2" tells of procedures too; the tallies of
what went out under "publication/1" know none.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

SERIALISATION: Final = "publication/2"
_HEADER: Final = (
    "serialisation",
    "demonstration",
    "link",
    "previous_hash",
    "period_kind",
    "starts_on",
    "ends_on",
    "number",
    "reason",
    "scheme",
    "disclosure",
    "minimum_responses",
    "small_cell",
    "excluded",
    "changes",
    "as_of",
    "drafted_by",
    "checked_at",
    "checked_by",
    "published_at",
    "published_by",
)
HEADER: Final[Mapping[str, tuple[str, ...]]] = {"publication/1": _HEADER, "publication/2": _HEADER}
_COUNTS: Final = (
    "responses",
    "partial",
    "assisted",
    "rapid",
    "rated",
    "satisfied",
    "neutral",
    "not_satisfied",
    "scored",
    "points",
    "choice_ids",
    "picked",
)
_KEY: Final = ("department_id", "month", "version_id", "channel", "field_id")
TALLY: Final[Mapping[str, tuple[str, ...]]] = {
    "publication/1": (*_KEY, "stage", *_COUNTS),
    "publication/2": (*_KEY, "procedure_id", "stage", *_COUNTS),
}


def digest(
    header: Mapping[str, object], tallies: Iterable[Sequence[object]], withheld: Iterable[Sequence[object]]
) -> str:
    """The hash of a publication, 64 hexadecimal digits; tallies and withheld months in the order described above."""
    found = hashlib.sha256(_line(header))
    for row in tallies:
        found.update(_line(["tally", *row]))
    for month in withheld:
        found.update(_line(["withheld", *month]))
    return found.hexdigest()


def _line(value: object) -> bytes:
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return f"{written}\n".encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value)} has no place in a publication")
