"""Kept files on their way to a browser."""

from collections.abc import Iterator
from uuid import UUID

from flask import Response, stream_with_context

from feedback_app.kit.db import db
from feedback_app.kit.kept_files import parts
from feedback_app.ratings.queries import KeptFileView


def send(file: KeptFileView) -> Response:
    """The file as a download, part by part, so that memory does not grow with it."""
    response = Response(stream_with_context(_parts(file.id)), content_type=file.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.content_length = file.size
    return response


def _parts(file_id: UUID) -> Iterator[bytes]:
    for part in parts(db.session(), file_id):
        # Nothing of the database is held while a slow reader takes its megabyte.
        db.session.rollback()
        yield part
