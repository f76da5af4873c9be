"""What a one-stop system says of one dossier, read: where, at which stage, and its token in place of the code."""

from dataclasses import dataclass
from typing import Any

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import Spot
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid
from feedback_app.staff.access import current_key
from feedback_app.surveys import operations
from feedback_app.tokens.codes import Naming
from feedback_app.tokens.commands import STAGES
from feedback_app.tokens.installed import codes


class BadSlip(Invalid):
    """What was sent is not what these addresses take; `field` names the part."""


@dataclass(frozen=True, slots=True)
class AskedSlip:
    """What was asked for, and what the office that asks names with it."""

    spot: Spot
    naming: Naming


def read_slip(given: Any) -> AskedSlip:
    """{"place": "mot-cua", "counter": "quay-1", "dossier": "…", "stage": "returned"}, the counter being optional.

    Only behind `requires_key`. Raises BadSlip, BadCode, PlaceNotFound and OutsideKey.
    """
    if not isinstance(given, dict):
        raise BadSlip(N_("Nội dung gửi lên không phải là một phiếu mời."))
    place, counter, code = (given.get(name) for name in ("place", "counter", "dossier"))
    if not isinstance(place, str) or not place.isprintable():
        raise BadSlip(N_("Thiếu điểm phục vụ."), field="place")
    if counter is not None and (not isinstance(counter, str) or not counter.isprintable()):
        raise BadSlip(N_("Quầy phải là tên ngắn của quầy."), field="counter")
    if not isinstance(code, str):
        raise BadSlip(N_("Thiếu mã hồ sơ."), field="dossier")
    stage = next((each for each in STAGES if each == given.get("stage")), None)
    if stage is None:
        raise BadSlip(N_("Bước của hồ sơ phải là một trong: %(stages)s."), field="stage", stages=", ".join(STAGES))
    now = clock.now()
    spot = departments.spot(db.session(), place=place, counter=counter, on=clock.local_day(now))
    department_ids = operations.check_key(db.session(), current_key(), spot, now=now)
    return AskedSlip(spot, Naming(codes().token(code, stage), stage, department_ids))
