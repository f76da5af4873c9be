"""Kind "share": answers with one of a few outcomes, of all answers to the overall question. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from feedback_app.kit.numbers import percent_of


@dataclass(frozen=True, slots=True)
class ShareRules:
    """Which outcomes are counted, and how many decimals the percentage has."""

    outcomes: frozenset[str]
    decimals: int

    def percent(self, counts: Mapping[str, int]) -> Decimal | None:
        """`counts` of answers by outcome; None without any."""
        whole = sum(counts.values())
        if whole == 0:
            return None
        return percent_of(sum(counts.get(outcome, 0) for outcome in self.outcomes), whole, self.decimals)


def read(document: Mapping[str, Any]) -> ShareRules:
    """The rules in the parsed JSON of a scheme file. Raises KeyError, TypeError or ValueError naming what is wrong."""
    return ShareRules(frozenset(document["outcomes"]), int(document["decimals"]))
