"""How many answers came from where in the present minute. Each process counts for itself: an answer needs no Redis."""

from collections import Counter
from datetime import UTC, datetime


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
