"""Scoring schemes: dated, versioned data files, and the arithmetic of each kind of scheme. Pure.

A new scheme of a known kind is a new file; no page and no other rule knows its numbers. A period keeps the version that
was in force on its first day.
"""

from feedback_app.ratings.schemes.definitions import (
    SHIPPED_BASES,
    NoScheme,
    Scheme,
    read_file,
    read_scheme,
    scheme_for,
    shipped,
)
from feedback_app.ratings.schemes.evidence import Assessment, Evidence, Points
from feedback_app.ratings.schemes.reading import BadScheme

__all__ = [
    "SHIPPED_BASES",
    "Assessment",
    "BadScheme",
    "Evidence",
    "NoScheme",
    "Points",
    "Scheme",
    "read_file",
    "read_scheme",
    "scheme_for",
    "shipped",
]
