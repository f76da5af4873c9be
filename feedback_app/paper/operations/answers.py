"""What the fields of a scanned paper say once all of them are sure."""

from collections.abc import Sequence

from feedback_app.paper.models import PaperScanField
from feedback_app.surveys.versions import VersionView


def needs_person(field: PaperScanField) -> bool:
    """Whether somebody has to look at a field."""
    return field.state == "review" or field.drawn is not None


def _said(field: PaperScanField) -> list[int]:
    """The choices (from 0) that a field counts for, once it is sure: two marks of a single choice are no answer."""
    if field.verdict is None:
        return field.marked
    return (field.chosen or []) if field.verdict == "marked" else []


def answers_of(version: VersionView, fields: Sequence[PaperScanField]) -> dict[str, tuple[str, ...]]:
    """What the fields of a paper say once all of them are sure: keys of choices by question."""
    return {field.field: tuple(_keys_of(version, field.field, picked)) for field in fields if (picked := _said(field))}


def _keys_of(version: VersionView, field: str, picked: Sequence[int]) -> list[str]:
    """The keys of choices by their places on the form."""
    question = version.question(field)
    return (
        [] if question is None else [question.choices[place].key for place in picked if place < len(question.choices)]
    )
