"""How many answers came from where in the present minute. Each process counts for itself: an answer needs no Redis."""

from collections import Counter
from datetime import UTC, datetime

from flask import abort, current_app, request

from feedback_app.kit.web import settings


class Floods:
    """Lets `most` answers through for each address and minute of the clock."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._minute = datetime.min.replace(tzinfo=UTC)
        self._counted: Counter[str] = Counter()

    def carries(self, address: str, *, now: datetime, answers: int = 1) -> bool:
        """Count what came; whether it is too much."""
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._counted = minute, Counter()
        self._counted[address] += answers
        return self._counted[address] > self._most


def floods(now: datetime, *, answers: int = 1) -> bool:
    """Whether this request's address sends more than a hall behind one address would; all public doors count as one."""
    counted: Floods = current_app.extensions.setdefault("surveys.floods", Floods(settings().answers_per_address))
    return counted.carries(request.remote_addr or "", now=now, answers=answers)


def refuse_floods(now: datetime, *, answers: int = 1) -> None:
    """429 where `floods`."""
    if floods(now, answers=answers):
        abort(429)
