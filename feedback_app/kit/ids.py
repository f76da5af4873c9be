"""Time-ordered identifiers that any machine can make without asking another."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562): index-friendly because it grows with time."""
    return uuid7()
