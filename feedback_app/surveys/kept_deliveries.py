"""A delivery as a conflict keeps it, and back: JSON of the command without its dossier. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from feedback_app.kit.text import normalise_lines
from feedback_app.surveys.commands import SubmitResponse


def as_kept(command: SubmitResponse) -> dict[str, object]:
    """The command without the token of its dossier: a delivery that is kept must not say which one it was. Texts are
    kept in the form they are stored in, because a NUL cannot be."""
    comments = {question: normalise_lines(text) for question, text in command.comments.items()}
    return {
        key: value if isinstance(value, int | bool | dict | None) else str(value)
        for key, value in asdict(replace(command, token=None, comments=comments)).items()
        if key != "token"
    }


def as_delivered(kept: Mapping[str, Any]) -> SubmitResponse:
    """The command that `as_kept` wrote down."""
    device = kept["device_id"]
    return SubmitResponse(
        **{
            **kept,
            "id": UUID(kept["id"]),
            "device_id": None if device is None else UUID(device),
            "answered_at": datetime.fromisoformat(kept["answered_at"]),
            "answers": {question: tuple(keys) for question, keys in kept["answers"].items()},
        }
    )
