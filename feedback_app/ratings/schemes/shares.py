"""Kind "share": answers with one of a few outcomes, of all answers to the overall question. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from feedback_app.kit.documents import Part
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


def read(document: Part) -> ShareRules:
    """The rules in a scheme file. Raises BadDocument."""
    outcomes = frozenset(each.text() for each in document.part("outcomes").parts())
    return ShareRules(outcomes, document.part("decimals").count())
