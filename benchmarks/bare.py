"""The least a Flask application can do for a submission: what the service's own doors are compared with.

A page of constant text with a fresh id; a POST that stores one row of the real `responses` table and commits. No CSRF,
no form library, no checks, no session, no ORM, no request to count: psycopg with a prepared statement.
"""

import os
import threading
from uuid import UUID

import psycopg
from flask import Flask, Response, request

from feedback_app.kit.clock import now
from feedback_app.kit.ids import new_id

INSERT = """
INSERT INTO responses (
    id, version_id, channel, place_id, counter_id, receiving_department_id, rated_department_id, field_id, stage,
    assisted, device_id, choice_ids, revision, content_hash, answered_at, received_at, sealed_at, rapid, demonstration
) VALUES (%s, %s, 'web', %s, NULL, %s, %s, NULL, NULL, false, NULL, %s, 1, %s, %s, %s, %s, false, false)
"""
PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Khảo sát</title><form method="post">
<input type="hidden" name="response" value="{}"><button>Gửi</button></form></html>"""

application = Flask(__name__)
_own = threading.local()


def _connection() -> psycopg.Connection[tuple[object, ...]]:
    """One connection for each thread, for good."""
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(os.environ["DATABASE_URL"], prepare_threshold=0)
    connection: psycopg.Connection[tuple[object, ...]] = _own.connection
    return connection


@application.get("/")
def hello() -> str:
    return "Xin chào"


@application.get("/form")
def form() -> str:
    return PAGE.format(new_id())


@application.post("/form")
def answer() -> Response:
    """Store what the form says, as it says it."""
    said = request.form
    version, place, department = int(said["version"]), int(said["place"]), int(said["department"])
    chosen = [int(each) for each in said.getlist("choice")]
    moment = now()
    connection = _connection()
    connection.execute(
        INSERT,
        (UUID(said["response"]), version, place, department, department, chosen, b"", moment, moment, moment),
    )
    connection.commit()
    return Response(status=303, headers={"Location": "/"})
