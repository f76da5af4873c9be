"""The least a Flask application can do for a submission: what the service's own doors are compared with.

A page of constant text with a fresh id; a POST that stores one row of the real `responses` table and commits. No CSRF,
no form library, no checks, no cookie, no limit, no request to count. /form speaks psycopg with a prepared statement,
/core the service's own database layer (Flask-SQLAlchemy, a statement of SQLAlchemy Core).
"""

import os
import threading
from uuid import UUID

import psycopg
from flask import Flask, Response, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

from config import Settings
from feedback_app.kit.clock import now
from feedback_app.kit.db import engine_options
from feedback_app.kit.ids import new_id

INSERT = """
INSERT INTO responses (
    id, version_id, channel, place_id, receiving_department_id, rated_department_id, assisted, choice_ids, revision,
    content_hash, answered_at, received_at, sealed_at, rapid, trapped, demonstration
) VALUES ({}, {}, 'web', {}, {}, {}, false, {}, 1, '', {}, {}, {}, false, false, false)
"""
NAMES = ("id", "version", "place", "department", "department", "chosen", "now", "now", "now")
INSERT_PSYCOPG = INSERT.format(*(f"%({name})s" for name in NAMES))
INSERT_CORE = text(INSERT.format(*(f":{name}" for name in NAMES)))
PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Khảo sát</title><form method="post">
<input type="hidden" name="response" value="{}"><button>Gửi</button></form></html>"""

application = Flask(__name__)
application.config.update(
    SQLALCHEMY_DATABASE_URI=Settings.from_environ(os.environ).database_url,
    SQLALCHEMY_ENGINE_OPTIONS=engine_options("bare"),
)
db = SQLAlchemy(application)
_own = threading.local()


def _connection() -> psycopg.Connection[tuple[object, ...]]:
    """One connection for each thread, for good."""
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(os.environ["DATABASE_URL"], prepare_threshold=0)
    connection: psycopg.Connection[tuple[object, ...]] = _own.connection
    return connection


def _said() -> dict[str, object]:
    """What the form says, as it says it."""
    said = request.form
    return {
        "id": UUID(said["response"]),
        "version": int(said["version"]),
        "place": int(said["place"]),
        "department": int(said["department"]),
        "chosen": [int(each) for each in said.getlist("choice")],
        "now": now(),
    }


@application.get("/")
def hello() -> str:
    return "Xin chào"


@application.get("/form")
@application.get("/core")
def form() -> str:
    return PAGE.format(new_id())


@application.post("/form")
def answer() -> Response:
    connection = _connection()
    connection.execute(INSERT_PSYCOPG.encode(), _said())
    connection.commit()
    return Response(status=303, headers={"Location": "/"})


@application.post("/core")
def answer_with_core() -> Response:
    db.session.execute(INSERT_CORE, _said())
    db.session.commit()
    return Response(status=303, headers={"Location": "/"})
