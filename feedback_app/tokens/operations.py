"""Issues tokens, spends them, and forgets them. Nothing here commits: a token is spent in the transaction that stores
its response, so neither exists without the other."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.locks import lock_all
from feedback_app.tokens import queries
from feedback_app.tokens.codes import Naming, Token
from feedback_app.tokens.commands import USUAL_STAGE, Stage, Verification
from feedback_app.tokens.models import AnsweredBefore, IssuedToken, SpentToken

# Tables, and the column in whose order each is written anew every night: the order of the day must not last.
MIXED: Final = ((SpentToken.__tablename__, "digest"), (IssuedToken.__tablename__, "digest"))


def issue(session: Session, named: Collection[Naming], *, now: datetime, days: int) -> date:
    """Note that an office named these dossiers; returns the last day on which their slips hold."""
    today = local_day(now)
    expires_on = today + timedelta(days=days)
    # In the order of their digests: two lists with the same dossiers must not wait for each other in turns.
    rows = [
        {"digest": digest, "day": today, "expires_on": expires_on}
        for digest in sorted({digest for each in named for digest in each.digests})
    ]
    if rows:
        issued = upsert(IssuedToken).values(rows)
        session.execute(
            issued.on_conflict_do_update(
                index_elements=[IssuedToken.digest],
                set_={"day": issued.excluded.day, "expires_on": issued.excluded.expires_on},
            )
        )
    return expires_on


def take_turns(session: Session, tokens: Collection[Token]) -> None:
    """Wait until no other transaction that spends several of these does; needed before the first of several is spent.

    Locks are taken in one order, whatever the order in which the tokens will be spent.
    """
    if len(tokens) > 1:
        lock_all(session, "spent-tokens", [token.digest.hex() for token in tokens])


def spend(session: Session, token: Token, *, department_ids: Collection[int], now: datetime) -> Verification | None:
    """Spend a token; None when it was spent before, else whether an office of these departments named the dossier.

    Of two transactions that spend the same token, the second waits for the first to end.
    """
    today = local_day(now)
    spent = session.execute(
        upsert(SpentToken)
        .values(digest=token.digest, day=today)
        .on_conflict_do_nothing(index_elements=[SpentToken.digest])
        .returning(SpentToken.digest)
    ).first()
    if spent is None:
        return None
    issued = queries.issued_stage(session, token, department_ids=department_ids, day=today)
    return "unverified" if issued is None else "verified"


def count_answered_before(
    session: Session, *, department_id: int, stage: Stage | None, channel: str, now: datetime
) -> None:
    """Count an answer that was not stored because its dossier had one already."""
    counted = upsert(AnsweredBefore).values(
        day=local_day(now), department_id=department_id, stage=stage or USUAL_STAGE, channel=channel, attempts=1
    )
    session.execute(
        counted.on_conflict_do_update(
            index_elements=[
                AnsweredBefore.day,
                AnsweredBefore.department_id,
                AnsweredBefore.stage,
                AnsweredBefore.channel,
            ],
            set_={"attempts": AnsweredBefore.attempts + 1},
        )
    )


def forget(session: Session, *, today: date, months: int) -> int:
    """Delete what is kept no longer: slips that have expired, and tokens spent more than `months` whole months ago.

    By then the period they counted in is closed; a dossier could be answered for again. Returns how many.
    """
    last = today.year * 12 + today.month - 1 - months
    spent_before = date(last // 12, last % 12 + 1, 1)
    spent = session.execute(delete(SpentToken).where(SpentToken.day < spent_before).returning(SpentToken.day)).all()
    expired = session.execute(
        delete(IssuedToken).where(IssuedToken.expires_on < today).returning(IssuedToken.day)
    ).all()
    return len(spent) + len(expired)
