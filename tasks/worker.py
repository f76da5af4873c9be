"""The Celery application, found as `celery -A tasks.worker`.

Celery only wakes people up here: what has to be done stands in PostgreSQL, so a message that is lost, doubled or
late changes no number. The settings below keep a lost worker from holding work back for long.
"""

import os
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu.connection import Connection

from config import Settings
from feedback_app.app import create_app
from tasks.schedule import SCHEDULE

settings = Settings.from_environ(os.environ)
web = create_app(settings, process="worker")

LONGEST_TASK_SECONDS = 300
# Ten years of months of a large city; only one is made at a time, so it never keeps more than one process busy.
LONGEST_EXPORT_SECONDS = 1800
# One file of five hundred pages (feedback_app.paper.scanning.FILE_SECONDS) and what surrounds it.
LONGEST_SCAN_SECONDS = 1800


class SteadyConnection(Connection):
    """Looks for a lost broker every two seconds, as often as beat has work.

    By itself the pause grows with every try up to half a minute, in which nobody's answer is counted, and there is no
    setting for it.
    """

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        return super().ensure_connection(*args, **{"interval_step": 0, **kwargs})  # type: ignore[no-untyped-call]


class Wire(AMQP):
    """Celery's own, over such connections."""

    Connection = SteadyConnection


# Celery spells the address of a Unix socket, and the database behind it, in its own way.
broker = settings.redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
app = Celery("feedback", broker=broker, amqp=Wire)
app.conf.update(
    include=[
        "tasks.recounts",
        "tasks.publication",
        "tasks.retention",
        "tasks.watch",
        "tasks.exports",
        "tasks.kiosks",
        "tasks.scans",
    ],
    beat_schedule=SCHEDULE,
    # Named, so that exports and scans may have workers of their own (-Q); every worker reads all otherwise. A stack of
    # scans keeps a process busy for minutes, in which nobody's touch may wait.
    task_queues={"celery": {}, "exports": {}, "scans": {}},
    task_routes={"tasks.exports.*": {"queue": "exports"}, "tasks.scans.read_next": {"queue": "scans"}},
    timezone="Asia/Ho_Chi_Minh",
    # JSON alone: a message can then never make the worker run code.
    accept_content=["json"],
    task_serializer="json",
    # A result nobody reads is a key Redis must keep.
    task_ignore_result=True,
    # A task is done when it has ended, not when it was handed out: a killed worker's tasks go back to the queue.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=LONGEST_TASK_SECONDS - 30,
    task_time_limit=LONGEST_TASK_SECONDS,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_transport_options={
        # Twice the longest task: before that a slow task would be handed out a second time.
        "visibility_timeout": 2 * LONGEST_TASK_SECONDS,
        # How often lost tasks are looked for; the defaults find them after more than a minute.
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
    },
)
