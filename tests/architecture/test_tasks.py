"""Every entry of the timetable names a task that exists, and every queue has somebody who reads it."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

# The worker reads its settings when imported, so it is looked at in a process of its own.
LOOK = """
import json
from tasks.worker import app
app.loader.import_default_modules()
routes = app.amqp.router
print(json.dumps({
    "tasks": sorted(name for name in app.tasks if not name.startswith("celery.")),
    "timetable": {name: entry["task"] for name, entry in app.conf.beat_schedule.items()},
    "consumed": sorted(app.amqp.queues.consume_from),
    "queues": {name: routes.route({}, name)["queue"].name for name in app.tasks},
}))
"""


@pytest.fixture(scope="module")
def worker(environ: dict[str, str]) -> dict[str, dict[str, str]]:
    looked = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, env={**environ}, capture_output=True, text=True, check=False
    )
    assert looked.returncode == 0, looked.stderr
    found: dict[str, dict[str, str]] = json.loads(looked.stdout)
    return found


def test_the_timetable_names_existing_tasks(worker: dict[str, dict[str, str]]) -> None:
    missing = {name: task for name, task in worker["timetable"].items() if task not in worker["tasks"]}
    assert missing == {}


def test_every_queue_has_a_consumer(worker: dict[str, dict[str, str]]) -> None:
    unread = {task: queue for task, queue in worker["queues"].items() if queue not in worker["consumed"]}
    assert unread == {}
